; parameters of what has no body are names of their list only
(method_signature parameters: (formal_parameters) @scope)
(abstract_method_signature parameters: (formal_parameters) @scope)
(function_signature parameters: (formal_parameters) @scope)
(function_type parameters: (formal_parameters) @scope)
(constructor_type parameters: (formal_parameters) @scope)
(call_signature parameters: (formal_parameters) @scope)
(construct_signature parameters: (formal_parameters) @scope)

(interface_body (call_signature) @binding.signature)

; what a function is called with that has a declared type
(variable_declarator type: (type_annotation (_) @callback.type) value: [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback)
(public_field_definition type: (type_annotation (_) @callback.type) value: [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback)
(variable_declarator type: (type_annotation (_) @callback.type) value: (object [
  (pair key: (property_identifier) @callback.key value: [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback)
  (method_definition name: (_) @callback.key parameters: (_) @callback.parameters) @callback]))
(satisfies_expression (object [
  (pair key: (property_identifier) @callback.key value: [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback)
  (method_definition name: (_) @callback.key parameters: (_) @callback.parameters) @callback]) (_) @callback.type)
(_ return_type: (type_annotation (_) @callback.type) body: [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback)
(_ return_type: (type_annotation (_) @callback.type) body: (statement_block (return_statement [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback)))
(_ return_type: (type_annotation (_) @callback.type) body: (statement_block (return_statement (object [
  (pair key: (property_identifier) @callback.key value: [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback)
  (method_definition name: (_) @callback.key parameters: (_) @callback.parameters) @callback]))))

; what a pattern takes out of a parameter with a declared type
(required_parameter
  pattern: (object_pattern (shorthand_property_identifier_pattern) @binding.parameter @key)
  type: (type_annotation (_) @type))
(required_parameter
  pattern: (object_pattern (pair_pattern key: (property_identifier) @key value: (identifier) @binding.parameter))
  type: (type_annotation (_) @type))
(required_parameter
  pattern: (object_pattern
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.parameter @key))
  type: (type_annotation (_) @type))
(required_parameter
  pattern: (array_pattern (identifier) @binding.parameter @item)
  type: (type_annotation (_) @type))

; what a function says that it is called on
(required_parameter pattern: (this) @binding.parameter type: (type_annotation (_) @type))

; in a branch that asks for a type
(if_statement
  condition: (parenthesized_expression
    (binary_expression left: (identifier) @binding.narrowed operator: "instanceof" right: (_) @type))
  consequence: (statement_block) @narrowed)

; `T extends Box<infer Inner> ? Inner : never`
(conditional_type) @scope
(infer_type (type_identifier) @binding.parameter)
