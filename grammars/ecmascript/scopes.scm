[
  (arrow_function)
  (function_expression)
  (generator_function)
  (class)
  (for_statement)
  (for_in_statement)
  (catch_clause)
  (switch_body)
  (class_static_block)
] @scope

; a function's own block is part of its scope
(if_statement consequence: (statement_block) @scope)
(else_clause (statement_block) @scope)
(while_statement body: (statement_block) @scope)
(do_statement body: (statement_block) @scope)
(try_statement body: (statement_block) @scope)
(finally_clause body: (statement_block) @scope)
(statement_block (statement_block) @scope)

; what a function that is passed along is called with
(call_expression function: (_) @callback.callee arguments: (arguments [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback))
(new_expression constructor: (_) @callback.callee arguments: (arguments [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback))
(call_expression function: (_) @callback.callee arguments: (arguments (object [
  (pair key: (property_identifier) @callback.key value: [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback)
  (method_definition name: (_) @callback.key parameters: (_) @callback.parameters) @callback]) @callback.item))
(new_expression constructor: (_) @callback.callee arguments: (arguments (object [
  (pair key: (property_identifier) @callback.key value: [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback)
  (method_definition name: (_) @callback.key parameters: (_) @callback.parameters) @callback]) @callback.item))

; what a pattern takes out of a value
(variable_declarator
  name: (object_pattern (shorthand_property_identifier_pattern) @binding.local @key)
  value: (_) @value)
(variable_declarator
  name: (object_pattern (pair_pattern key: (property_identifier) @key value: (identifier) @binding.local))
  value: (_) @value)
(variable_declarator
  name: (object_pattern (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.local @key))
  value: (_) @value)
(variable_declarator name: (array_pattern (identifier) @binding.local @item) value: (_) @value)
(formal_parameters (_ (object_pattern (shorthand_property_identifier_pattern) @binding.parameter @key)))
(formal_parameters (_ (object_pattern
  (pair_pattern key: (property_identifier) @key value: (identifier) @binding.parameter))))

(for_in_statement kind: _ left: (identifier) @binding.element operator: "of" right: (_) @value)
(for_in_statement kind: _ left: (array_pattern (identifier) @binding.element @item) operator: "of" right: (_) @value)
(for_in_statement kind: _
  left: (object_pattern (shorthand_property_identifier_pattern) @binding.element @key)
  operator: "of"
  right: (_) @value)
