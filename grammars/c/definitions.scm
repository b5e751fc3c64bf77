; Functions. A prototype is a definition that says so: calls go to the body where there is one.
; The last two forms are `API type name(...)` and `API int (name) (...)`: an unknown macro confuses the grammar.

(function_definition
  type: (_) @type
  declarator: [
    (function_declarator declarator: (identifier) @name . parameters: (_))
    (function_declarator declarator: (parenthesized_declarator (identifier) @name))
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name . parameters: (_)))
    (pointer_declarator declarator: (function_declarator declarator: (parenthesized_declarator (identifier) @name)))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: (identifier) @name . parameters: (_))))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: (parenthesized_declarator (identifier) @name))))
    (function_declarator declarator: (identifier) (ERROR (identifier) @name))
    (function_declarator
      declarator: (function_declarator
        parameters: (parameter_list . (parameter_declaration type: (type_identifier) @name !declarator) .)))
  ]
  body: (_) @body) @definition.function

(declaration
  type: (_) @type
  declarator: [
    (function_declarator declarator: (identifier) @name . parameters: (_))
    (function_declarator declarator: (parenthesized_declarator (identifier) @name))
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name . parameters: (_)))
    (pointer_declarator declarator: (function_declarator declarator: (parenthesized_declarator (identifier) @name)))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: (identifier) @name . parameters: (_))))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: (parenthesized_declarator (identifier) @name))))
    (function_declarator declarator: (identifier) (ERROR (identifier) @name))
    (function_declarator
      declarator: (function_declarator
        parameters: (parameter_list . (parameter_declaration type: (type_identifier) @name !declarator) .)))
  ]) @definition.function @flag.declaration

; `static`: known to its own file only

(function_definition
  (storage_class_specifier "static") @flag.static @flag.private
  declarator: [
    (function_declarator declarator: (identifier) @name . parameters: (_))
    (function_declarator declarator: (parenthesized_declarator (identifier) @name))
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name . parameters: (_)))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: (identifier) @name . parameters: (_))))
  ]) @definition.function

(declaration
  (storage_class_specifier "static") @flag.static @flag.private
  declarator: [
    (function_declarator declarator: (identifier) @name . parameters: (_))
    (function_declarator declarator: (parenthesized_declarator (identifier) @name))
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name . parameters: (_)))
  ]) @definition.function

(translation_unit
  (declaration
    (storage_class_specifier "static") @flag.static @flag.private
    declarator: [
      (identifier) @name
      (pointer_declarator declarator: (identifier) @name)
      (array_declarator declarator: (identifier) @name)
      (init_declarator declarator: (identifier) @name)
      (init_declarator declarator: (pointer_declarator declarator: (identifier) @name))
      (init_declarator declarator: (array_declarator declarator: (identifier) @name))
    ]) @definition.variable)

; Types

(struct_specifier
  name: (type_identifier) @name
  body: (_) @body) @definition.struct

(union_specifier
  name: (type_identifier) @name
  body: (_) @body) @definition.struct

(enum_specifier
  name: (type_identifier) @name
  body: (_) @body) @definition.enum

; an enumerator is visible around its enum

((enumerator
  name: (identifier) @name
  value: (_)? @value) @definition.enum_member) @flag.unscoped

; `typedef struct { ... } Name;`

(type_definition
  type: [
    (struct_specifier !name body: (_) @body)
    (union_specifier !name body: (_) @body)
  ]
  declarator: (type_identifier) @name) @definition.struct

(type_definition
  type: (enum_specifier !name body: (_) @body)
  declarator: (type_identifier) @name) @definition.enum

; Other typedefs; `typedef struct Name { ... } Name;` needs no second definition

(type_definition
  type: [
    (type_identifier)
    (primitive_type)
    (sized_type_specifier)
    (macro_type_specifier)
    (struct_specifier name: (_) !body)
    (union_specifier name: (_) !body)
    (enum_specifier name: (_) !body)
  ] @type
  declarator: [
    (type_identifier) @name
    (pointer_declarator declarator: (type_identifier) @name)
    (array_declarator declarator: (type_identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (type_identifier) @name))
    (pointer_declarator declarator: (array_declarator declarator: (type_identifier) @name))
    (function_declarator declarator: (type_identifier) @name)
    (function_declarator
      declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))
    (pointer_declarator
      declarator: (function_declarator
        declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name))))
  ]) @definition.type

((type_definition
  type: [
    (struct_specifier name: (_) @type body: (_))
    (union_specifier name: (_) @type body: (_))
    (enum_specifier name: (_) @type body: (_))
  ]
  declarator: [
    (type_identifier) @name
    (pointer_declarator declarator: (type_identifier) @name)
  ]) @definition.type
  (#not-eq? @type @name))

; Fields and variables; a variable inside a function is a local

(field_declaration
  type: (_) @type
  declarator: [
    (field_identifier) @name
    (pointer_declarator declarator: (field_identifier) @name)
    (array_declarator declarator: (field_identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (field_identifier) @name))
    (pointer_declarator declarator: (array_declarator declarator: (field_identifier) @name))
    (array_declarator declarator: (array_declarator declarator: (field_identifier) @name))
    (function_declarator
      declarator: (parenthesized_declarator (pointer_declarator declarator: (field_identifier) @name)))
    (pointer_declarator
      declarator: (function_declarator
        declarator: (parenthesized_declarator (pointer_declarator declarator: (field_identifier) @name))))
  ]) @definition.field

(declaration
  type: (_) @type
  declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (array_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    (array_declarator declarator: (array_declarator declarator: (identifier) @name))
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name)))
  ]) @definition.variable

(declaration
  type: (_) @type
  declarator: (init_declarator
    declarator: [
      (identifier) @name
      (pointer_declarator declarator: (identifier) @name)
      (array_declarator declarator: (identifier) @name)
      (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name))
      (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
      (array_declarator declarator: (array_declarator declarator: (identifier) @name))
      (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name)))
    ]
    value: (_) @value)) @definition.variable

; Macros heed no scope

(preproc_def
  .
  name: (identifier) @name) @definition.macro @flag.global

; a comment in the middle of a macro of several lines

(preproc_def
  (ERROR . (identifier) @name . (preproc_params))) @definition.macro @flag.global

(preproc_function_def
  name: (identifier) @name
  value: (preproc_arg)? @body) @definition.macro @flag.global
