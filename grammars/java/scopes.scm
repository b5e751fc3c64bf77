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

((enhanced_for_statement
  type: (type_identifier) @_var
  name: (identifier) @binding.element
  value: (_) @value)
  (#eq? @_var "var"))

; What a lambda that is passed along is called with, or one of a declared type

(method_invocation
  object: (_) @callback.callee
  name: (identifier) @callback.callee
  arguments: (argument_list
    (lambda_expression parameters: (_) @callback.parameters) @callback))

(method_invocation
  !object
  name: (identifier) @callback.callee
  arguments: (argument_list
    (lambda_expression parameters: (_) @callback.parameters) @callback))

(object_creation_expression
  type: (_) @callback.callee
  arguments: (argument_list
    (lambda_expression parameters: (_) @callback.parameters) @callback))

(_
  type: (_) @callback.type
  declarator: (variable_declarator
    value: (lambda_expression parameters: (_) @callback.parameters) @callback))

(method_declaration
  type: (_) @callback.type
  body: (block
    (return_statement
      (lambda_expression parameters: (_) @callback.parameters) @callback)))
