; What the JavaScript grammar spells differently from TypeScript's.

(class_body (field_definition
  property: [(property_identifier) (private_property_identifier)] @name
  value: [(arrow_function body: (_) @body) (function_expression body: (statement_block) @body)]) @definition.method)
(class_body (field_definition property: [(property_identifier) (private_property_identifier)] @name) @definition.field)
(class_body (field_definition
  property: [(property_identifier) (private_property_identifier)] @name
  value: [
    (identifier)
    (member_expression)
    (call_expression)
    (new_expression)
    (await_expression)
    (parenthesized_expression)
  ] @value) @definition.field)
(field_definition
  "static" @flag.static
  property: [(property_identifier) (private_property_identifier)] @name) @definition.field
(field_definition property: (private_property_identifier) @name @flag.private) @definition.field

(formal_parameters [
  (identifier) @binding.parameter
  (rest_pattern (identifier) @binding.parameter)
  (array_pattern (identifier) @binding.parameter)])
(formal_parameters (assignment_pattern left: (identifier) @binding.parameter right: (_) @value))
(formal_parameters [
  (object_pattern [
    (shorthand_property_identifier_pattern) @binding.parameter
    (pair_pattern value: (identifier) @binding.parameter)
    (pair_pattern value: (object_pattern (shorthand_property_identifier_pattern) @binding.parameter))
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.parameter)
    (rest_pattern (identifier) @binding.parameter)])
  (assignment_pattern left: (object_pattern [
    (shorthand_property_identifier_pattern) @binding.parameter
    (pair_pattern value: (identifier) @binding.parameter)
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.parameter)
    (rest_pattern (identifier) @binding.parameter)]))])
