[
  (block)
  (lambda_expression)
  (for_statement)
  (enhanced_for_statement)
  (catch_clause)
  (try_with_resources_statement)
  (if_statement)
  (switch_block_statement_group)
  (switch_rule)
  (class_declaration)
  (interface_declaration)
  (record_declaration)
  (object_creation_expression)
] @scope

; Parameters

(method_declaration
  parameters: (formal_parameters
    (formal_parameter
      type: (_) @type
      name: (identifier) @binding.parameter)))

(constructor_declaration
  parameters: (formal_parameters
    (formal_parameter
      type: (_) @type
      name: (identifier) @binding.parameter)))

(lambda_expression
  parameters: [
    (identifier) @binding.parameter
    (inferred_parameters (identifier) @binding.parameter)
    (formal_parameters
      (formal_parameter
        type: (_) @type
        name: (identifier) @binding.parameter))
  ])

(spread_parameter
  [(type_identifier) (generic_type) (scoped_type_identifier) (array_type) (integral_type)] @type
  (variable_declarator
    name: (identifier) @binding.parameter))

(catch_formal_parameter
  (catch_type . (_) @type)
  name: (identifier) @binding.parameter)

(type_parameter
  .
  (type_identifier) @binding.parameter
  (type_bound . (_) @type)?)

; Locals. `var` takes the type of its value.

((local_variable_declaration
  type: (_) @type
  declarator: (variable_declarator
    name: (identifier) @binding.local))
  (#not-eq? @type "var"))

((local_variable_declaration
  type: (type_identifier) @_var
  declarator: (variable_declarator
    name: (identifier) @binding.local
    value: (_) @value))
  (#eq? @_var "var"))

((local_variable_declaration
  type: (type_identifier) @_var
  declarator: (variable_declarator
    name: (identifier) @binding.local
    value: (cast_expression type: (_) @type)))
  (#eq? @_var "var"))

((enhanced_for_statement
  type: (_) @type
  name: (identifier) @binding.local)
  (#not-eq? @type "var"))

(enhanced_for_statement
  name: (identifier) @binding.local)

(resource
  type: (_) @type
  name: (identifier) @binding.local)

(instanceof_expression
  right: (_) @type
  name: (identifier) @binding.local)

(type_pattern
  (_) @type
  .
  (identifier) @binding.local)
