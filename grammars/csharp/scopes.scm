[
  (block)
  (lambda_expression)
  (anonymous_method_expression)
  (for_statement)
  (foreach_statement)
  (using_statement)
  (catch_clause)
  (switch_section)
  (switch_expression_arm)
  (class_declaration)
  (record_declaration)
  (struct_declaration)
  (interface_declaration)
  (property_declaration)
  (indexer_declaration)
  (operator_declaration)
  (conversion_operator_declaration)
  (delegate_declaration)
] @scope

; Parameters

(parameter
  type: (_) @type
  name: (identifier) @binding.parameter)

(parameter
  name: (identifier) @binding.parameter)

(parameter_list
  type: (_) @type
  name: (identifier) @binding.parameter)

(lambda_expression
  parameters: (implicit_parameter) @binding.parameter)

(type_parameter
  name: (identifier) @binding.parameter)

; Locals. `var` takes the type of its value.

((local_declaration_statement
  (variable_declaration
    type: (_) @type
    (variable_declarator
      name: (identifier) @binding.local)))
  (#not-eq? @type "var"))

(variable_declaration
  type: (implicit_type)
  (variable_declarator
    name: (identifier) @binding.local
    .
    (_) @value))

(variable_declaration
  type: (implicit_type)
  (variable_declarator
    name: (identifier) @binding.local
    (object_creation_expression type: (_) @type)))

(variable_declaration
  type: (implicit_type)
  (variable_declarator
    name: (identifier) @binding.local
    (cast_expression type: (_) @type)))

(variable_declaration
  type: (implicit_type)
  (variable_declarator
    name: (identifier) @binding.local
    (as_expression right: (_) @type)))

((using_statement
  (variable_declaration
    type: (_) @type
    (variable_declarator
      name: (identifier) @binding.local)))
  (#not-eq? @type "var"))

((for_statement
  (variable_declaration
    type: (_) @type
    (variable_declarator
      name: (identifier) @binding.local)))
  (#not-eq? @type "var"))

((foreach_statement
  type: (_) @type
  left: (identifier) @binding.local)
  (#not-eq? @type "var"))

(foreach_statement
  left: (identifier) @binding.local)

(catch_declaration
  type: (_) @type
  name: (identifier) @binding.local)

(declaration_pattern
  type: (_) @type
  name: (identifier) @binding.local)

((declaration_expression
  type: (_) @type
  name: (identifier) @binding.local)
  (#not-eq? @type "var"))

(declaration_expression
  name: (identifier) @binding.local)

(recursive_pattern
  type: (_) @type
  name: (identifier) @binding.local)

(tuple_pattern name: (identifier) @binding.local)

(parenthesized_variable_designation (identifier) @binding.local)

(from_clause name: (identifier) @binding.local)

(let_clause . (identifier) @binding.local)
