[
  (lambda_literal)
  (for_statement)
  (if_statement)
  (while_statement)
  (do_statement)
  (catch_block)
  (switch_entry)
  (class_declaration)
  (protocol_declaration)
  (protocol_function_declaration)
  (subscript_declaration)
  (computed_property)
  (typealias_declaration)
] @scope

; Parameters

(parameter
  name: (simple_identifier) @binding.parameter
  name: (_) @type)

(lambda_parameter
  name: (simple_identifier) @binding.parameter
  .
  name: (_)? @type)

(type_parameter
  .
  (type_identifier) @binding.parameter
  name: (_)? @type)

; Locals

(statements
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @binding.local)
    .
    (type_annotation (_) @type)))

((statements
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @binding.local)
    .
    value: (_) @value))
  (#not-match? @value "^(try|await)\\b"))

(statements
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @binding.local)
    .
    value: (try_expression expr: (call_expression) @value)))

(statements
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @binding.local)
    .
    value: (try_expression expr: (await_expression expr: (_) @value))))

(statements
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @binding.local)
    .
    value: (await_expression expr: (_) @value)))

(statements
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @binding.local)
    .
    value: (as_expression [(user_type) (optional_type)] @type)))

(statements
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @binding.local)))

(property_declaration
  name: (pattern (pattern (simple_identifier) @binding.local)))

; `if let x = y`, `if let x`

((_
  condition: (value_binding_pattern)
  .
  bound_identifier: (simple_identifier) @binding.local
  .
  "="
  .
  condition: (_) @value)
  (#not-match? @value "^(try|await)\\b| as[?!]? "))

(_
  condition: (value_binding_pattern)
  .
  bound_identifier: (simple_identifier) @binding.local
  .
  "="
  .
  condition: (as_expression [(user_type) (optional_type)] @type))

(_
  condition: (value_binding_pattern)
  .
  bound_identifier: (simple_identifier) @binding.local
  .
  "="
  .
  condition: (try_expression expr: (call_expression) @value))

(_
  condition: (value_binding_pattern)
  .
  bound_identifier: (simple_identifier) @binding.local @value
  .
  [(statements) (else) "," "{"])

(_
  condition: (value_binding_pattern)
  .
  bound_identifier: (simple_identifier) @binding.local)

(for_statement
  item: (pattern bound_identifier: (simple_identifier) @binding.local))

(for_statement
  item: (pattern (pattern (simple_identifier) @binding.local)))

(pattern
  (pattern
    (value_binding_pattern)
    bound_identifier: (simple_identifier) @binding.local)
  name: (_) @type)

(pattern
  (value_binding_pattern)
  bound_identifier: (simple_identifier) @binding.local)
