[
  (compound_statement)
  (for_statement)
  (for_range_loop)
  (if_statement)
  (while_statement)
  (lambda_expression)
  (catch_clause)
  (template_declaration)
  (preproc_function_def)
] @scope

; Parameters

(parameter_declaration
  type: (_) @type
  declarator: [
    (identifier) @binding.parameter
    (pointer_declarator declarator: (identifier) @binding.parameter)
    (reference_declarator (identifier) @binding.parameter)
    (array_declarator declarator: (identifier) @binding.parameter)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @binding.parameter))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @binding.parameter))
    (array_declarator declarator: (array_declarator declarator: (identifier) @binding.parameter))
    (function_declarator
      declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @binding.parameter)))
  ])

(optional_parameter_declaration
  type: (_) @type
  declarator: [
    (identifier) @binding.parameter
    (pointer_declarator declarator: (identifier) @binding.parameter)
    (reference_declarator (identifier) @binding.parameter)
    (array_declarator declarator: (identifier) @binding.parameter)
  ])

(variadic_parameter_declaration
  declarator: [
    (variadic_declarator (identifier) @binding.parameter)
    (reference_declarator (variadic_declarator (identifier) @binding.parameter))
  ])

(type_parameter_declaration (type_identifier) @binding.parameter)

(optional_type_parameter_declaration name: (type_identifier) @binding.parameter)

(preproc_params (identifier) @binding.parameter)

; Locals whose type is in the value

(declaration
  type: (placeholder_type_specifier)
  declarator: (init_declarator
    declarator: [
      (identifier) @binding.local
      (pointer_declarator declarator: (identifier) @binding.local)
      (reference_declarator (identifier) @binding.local)
    ]
    value: (call_expression
      function: [
        (template_function
          name: (identifier) @_maker
          arguments: (template_argument_list . (type_descriptor type: (_) @type)))
        (qualified_identifier
          name: (template_function
            name: (identifier) @_maker
            arguments: (template_argument_list . (type_descriptor type: (_) @type))))
      ]))
  (#any-of? @_maker
    "make_unique" "make_shared" "static_cast" "dynamic_cast" "const_cast" "reinterpret_cast" "static_pointer_cast"
    "dynamic_pointer_cast" "get_if" "get"))

; `T x(y);` inside a function

(compound_statement
  (declaration
    type: (_) @type
    declarator: (function_declarator declarator: (identifier) @binding.local)))

(case_statement
  (declaration
    type: (_) @type
    declarator: (function_declarator declarator: (identifier) @binding.local)))

(for_range_loop
  type: [
    (type_identifier)
    (qualified_identifier)
    (template_type)
    (primitive_type)
    (sized_type_specifier)
    (struct_specifier)
    (class_specifier)
    (union_specifier)
    (enum_specifier)
    (decltype)
  ] @type
  declarator: [
    (identifier) @binding.local
    (pointer_declarator declarator: (identifier) @binding.local)
    (reference_declarator (identifier) @binding.local)
  ])

(for_range_loop
  type: (placeholder_type_specifier)
  declarator: [
    (identifier) @binding.element
    (pointer_declarator declarator: (identifier) @binding.element)
    (reference_declarator (identifier) @binding.element)
    (structured_binding_declarator (identifier) @binding.element @item)
    (reference_declarator (structured_binding_declarator (identifier) @binding.element @item))
  ]
  right: (_) @value)

(init_declarator
  declarator: [
    (structured_binding_declarator (identifier) @binding.local @item)
    (reference_declarator (structured_binding_declarator (identifier) @binding.local @item))
  ]
  value: (_) @value)

(structured_binding_declarator (identifier) @binding.local)

(lambda_capture_initializer left: (identifier) @binding.local)
