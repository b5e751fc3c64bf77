[
  (anonymous_function)
  (arrow_function)
  (anonymous_class)
] @scope

; Parameters

(simple_parameter
  type: (_)? @type
  name: (variable_name) @binding.parameter)

(variadic_parameter
  name: (variable_name) @binding.parameter)

(property_promotion_parameter
  type: (_)? @type
  name: (variable_name) @binding.parameter)

; Locals

(assignment_expression
  left: (variable_name) @binding.local
  right: (_) @value)

(catch_clause
  type: (type_list . (named_type) @type .)
  name: (variable_name) @binding.local)

(catch_clause
  name: (variable_name) @binding.local)

(foreach_statement
  (_)
  [
    (variable_name) @binding.local
    (pair (variable_name) @binding.local)
  ])

(static_variable_declaration name: (variable_name) @binding.local)
