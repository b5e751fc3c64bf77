[
  (block)
  (lambda_expression)
  (for_expression)
  (case_clause)
  (class_definition)
  (trait_definition)
  (object_definition)
  (enum_definition)
  (full_enum_case)
  (type_definition)
  (extension_definition)
  (instance_expression)
  (function_declaration)
] @scope

; Parameters

(parameter
  name: (identifier) @binding.parameter
  type: (_)? @type)

(class_parameter
  name: (identifier) @binding.parameter
  type: (_)? @type)

(binding
  name: (identifier) @binding.parameter
  type: (_)? @type)

(lambda_expression parameters: (identifier) @binding.parameter)

(type_parameters
  name: (identifier) @binding.parameter
  bound: (upper_bound type: (_) @type))

(type_parameters name: (identifier) @binding.parameter)

; Locals: what a function binds by val and var is found by its definition

(enumerator . (identifier) @binding.local)

(typed_pattern
  pattern: (identifier) @binding.local
  type: (_) @type)

(capture_pattern name: (identifier) @binding.local)

(case_clause pattern: (identifier) @binding.local)

(case_class_pattern pattern: (identifier) @binding.local)

(tuple_pattern (identifier) @binding.local)
