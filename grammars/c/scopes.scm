[
  (compound_statement)
  (for_statement)
  (preproc_function_def)
] @scope

(parameter_declaration
  type: (_) @type
  declarator: [
    (identifier) @binding.parameter
    (pointer_declarator declarator: (identifier) @binding.parameter)
    (array_declarator declarator: (identifier) @binding.parameter)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @binding.parameter))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @binding.parameter))
    (array_declarator declarator: (array_declarator declarator: (identifier) @binding.parameter))
    (function_declarator
      declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @binding.parameter)))
  ])

(preproc_params (identifier) @binding.parameter)
