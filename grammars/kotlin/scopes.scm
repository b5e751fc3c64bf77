[
  (block)
  (lambda_literal)
  (anonymous_function)
  (for_statement)
  (catch_block)
  (when_expression)
  (when_entry)
  (class_declaration)
  (object_literal)
  (secondary_constructor)
  (getter)
  (setter)
  (type_alias)
] @scope

; Parameters

(parameter
  .
  (identifier) @binding.parameter
  .
  (_) @type)

(class_parameter
  (identifier) @binding.parameter
  .
  (_) @type)

(lambda_parameters
  (variable_declaration
    .
    (identifier) @binding.parameter
    (_)? @type))

(lambda_parameters
  (multi_variable_declaration
    (variable_declaration
      .
      (identifier) @binding.parameter
      (_)? @type)))

(setter (identifier) @binding.parameter)

(catch_block
  (identifier) @binding.parameter
  .
  (_) @type)

(type_parameter
  .
  (identifier) @binding.parameter
  (_)? @type)

; Locals

(property_declaration
  (variable_declaration
    .
    (identifier) @binding.local
    [(user_type) (nullable_type)] @type))

(property_declaration
  (variable_declaration . (identifier) @binding.local .)
  .
  (_) @value)

(property_declaration
  (variable_declaration . (identifier) @binding.local .)
  (as_expression right: (_) @type))

(property_declaration
  (variable_declaration . (identifier) @binding.local))

(property_declaration
  (multi_variable_declaration
    (variable_declaration
      .
      (identifier) @binding.local
      (_)? @type)))

(for_statement
  (variable_declaration
    .
    (identifier) @binding.local
    (_)? @type))

(for_statement
  (multi_variable_declaration
    (variable_declaration . (identifier) @binding.local)))

(when_subject
  (variable_declaration
    .
    (identifier) @binding.local)
  (_) @value)
