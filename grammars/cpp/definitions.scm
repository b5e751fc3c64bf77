; Functions and methods with a body

((function_definition
  type: (_) @type
  declarator: [
    (function_declarator declarator: [(identifier) (field_identifier) (operator_name)] @name)
    (pointer_declarator
      declarator: (function_declarator declarator: [(identifier) (field_identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (field_identifier) (operator_name)] @name))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: [(identifier) (field_identifier) (operator_name)] @name)))
    (pointer_declarator
      declarator: (reference_declarator
        (function_declarator declarator: [(identifier) (field_identifier) (operator_name)] @name)))
  ]
  body: (_) @body) @definition.function
  (#not-match? @name "^[A-Z][A-Z0-9]*_[A-Z0-9_]*$"))

; `T name(...) LOCKS_EXCLUDED(x) { ... }`: an annotation macro takes the place of the name

(function_definition
  type: (_) @type
  (ERROR . (function_declarator declarator: [(identifier) (field_identifier)] @name) .)
  declarator: (function_declarator)
  body: (_) @body) @definition.function

; outside of their class

(function_definition
  type: (_)? @type
  declarator: [
    (function_declarator
      declarator: (qualified_identifier
        scope: (_) @owner
        name: [(identifier) (field_identifier) (operator_name) (destructor_name)] @name))
    (pointer_declarator
      declarator: (function_declarator
        declarator: (qualified_identifier
          scope: (_) @owner
          name: [(identifier) (field_identifier) (operator_name) (destructor_name)] @name)))
    (reference_declarator
      (function_declarator
        declarator: (qualified_identifier
          scope: (_) @owner
          name: [(identifier) (field_identifier) (operator_name) (destructor_name)] @name)))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator
          declarator: (qualified_identifier
            scope: (_) @owner
            name: [(identifier) (field_identifier) (operator_name) (destructor_name)] @name))))
    (pointer_declarator
      declarator: (reference_declarator
        (function_declarator
          declarator: (qualified_identifier
            scope: (_) @owner
            name: [(identifier) (field_identifier) (operator_name) (destructor_name)] @name))))
  ]
  body: (_)? @body) @definition.method

(function_definition
  type: (_)? @type
  declarator: [
    (function_declarator
      declarator: (qualified_identifier
        scope: (_) @owner
        name: (qualified_identifier
          scope: (_) @owner
          name: [(identifier) (field_identifier) (operator_name) (destructor_name)] @name)))
    (pointer_declarator
      declarator: (function_declarator
        declarator: (qualified_identifier
          scope: (_) @owner
          name: (qualified_identifier
            scope: (_) @owner
            name: [(identifier) (field_identifier) (operator_name) (destructor_name)] @name))))
    (reference_declarator
      (function_declarator
        declarator: (qualified_identifier
          scope: (_) @owner
          name: (qualified_identifier
            scope: (_) @owner
            name: [(identifier) (field_identifier) (operator_name) (destructor_name)] @name))))
    (function_declarator
      declarator: (qualified_identifier
        name: (qualified_identifier
          name: (qualified_identifier
            scope: (_) @owner
            name: [(identifier) (field_identifier) (operator_name) (destructor_name)] @name))))
  ]
  body: (_)? @body) @definition.method

; constructors, destructors, defaulted and deleted members

((field_declaration_list
  (function_definition
    !type
    declarator: (function_declarator declarator: [(identifier) (destructor_name) (operator_name)] @name)
    body: (_)? @body) @definition.method)
  (#not-match? @name "^[A-Z][A-Z0-9]*_[A-Z0-9_]*$"))

(field_declaration_list
  (template_declaration
    (function_definition
      !type
      declarator: (function_declarator declarator: (identifier) @name)
      body: (_)? @body) @definition.method))

(field_declaration_list
  (function_definition
    type: (_) @type
    declarator: [
      (function_declarator declarator: [(field_identifier) (operator_name)] @name)
      (pointer_declarator declarator: (function_declarator declarator: [(field_identifier) (operator_name)] @name))
      (reference_declarator (function_declarator declarator: [(field_identifier) (operator_name)] @name))
    ]
    !body) @definition.method)

; Prototypes: definitions that say so. Inside a function `T x(y);` is a variable (scopes.scm).

([
  (translation_unit
    (declaration
      type: (_) @type
      declarator: [
        (function_declarator declarator: [(identifier) (operator_name)] @name)
        (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
        (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
      ]) @definition.function)
  (declaration_list
    (declaration
      type: (_) @type
      declarator: [
        (function_declarator declarator: [(identifier) (operator_name)] @name)
        (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
        (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
      ]) @definition.function)
  (linkage_specification
    (declaration
      type: (_) @type
      declarator: [
        (function_declarator declarator: [(identifier) (operator_name)] @name)
        (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
        (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
      ]) @definition.function)
  (preproc_ifdef
    (declaration
      type: (_) @type
      declarator: [
        (function_declarator declarator: [(identifier) (operator_name)] @name)
        (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
        (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
      ]) @definition.function)
  (preproc_if
    (declaration
      type: (_) @type
      declarator: [
        (function_declarator declarator: [(identifier) (operator_name)] @name)
        (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
        (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
      ]) @definition.function)
  (preproc_else
    (declaration
      type: (_) @type
      declarator: [
        (function_declarator declarator: [(identifier) (operator_name)] @name)
        (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
        (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
      ]) @definition.function)
  (template_declaration
    (declaration
      type: (_) @type
      declarator: [
        (function_declarator declarator: [(identifier) (operator_name)] @name)
        (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
        (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
      ]) @definition.function)
]) @flag.declaration

((field_declaration
  type: (_) @type
  declarator: [
    (function_declarator declarator: [(field_identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(field_identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(field_identifier) (operator_name)] @name))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: [(field_identifier) (operator_name)] @name)))
  ]) @definition.method @flag.declaration
  (#not-match? @name "^[A-Z][A-Z0-9]*_[A-Z0-9_]*$"))

; an annotation macro behind the declarator, `T name GUARDED_BY(x);`, takes its place in the tree

(field_declaration
  type: (_) @type
  (ERROR . (identifier) @name .)
  declarator: (function_declarator)) @definition.field

(field_declaration
  type: (_) @type
  declarator: (pointer_declarator
    (ERROR . (identifier) @name .)
    declarator: (function_declarator))) @definition.field

(field_declaration
  type: (_) @type
  (ERROR . (function_declarator declarator: (field_identifier) @name) .)
  declarator: (function_declarator)) @definition.method @flag.declaration

(field_declaration
  declarator: [
    (function_declarator declarator: (field_identifier) @name)
    (pointer_declarator declarator: (function_declarator declarator: (field_identifier) @name))
    (reference_declarator (function_declarator declarator: (field_identifier) @name))
  ]
  default_value: (number_literal) @flag.abstract) @definition.method

((field_declaration_list
  (declaration
    !type
    declarator: (function_declarator
      declarator: [(identifier) (destructor_name) (operator_name)] @name)) @definition.method @flag.declaration)
  (#not-match? @name "^[A-Z][A-Z0-9]*_[A-Z0-9_]*$"))

; `static`: of the class and not of its objects, or known to its own file only, as is what a nameless namespace holds

(function_definition
  (storage_class_specifier "static") @flag.static
  declarator: [
    (function_declarator declarator: [(identifier) (field_identifier)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (field_identifier)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (field_identifier)] @name))
  ]) @definition.function

(field_declaration
  (storage_class_specifier "static") @flag.static
  declarator: [
    (function_declarator declarator: (field_identifier) @name)
    (pointer_declarator declarator: (function_declarator declarator: (field_identifier) @name))
    (reference_declarator (function_declarator declarator: (field_identifier) @name))
  ]) @definition.method

(field_declaration
  (storage_class_specifier "static") @flag.static
  declarator: (field_identifier) @name) @definition.field

(namespace_definition
  !name
  body: (declaration_list
    (function_definition
      declarator: [
        (function_declarator declarator: (identifier) @name)
        (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))
        (reference_declarator (function_declarator declarator: (identifier) @name))
      ]) @definition.function)) @flag.static

; Types

(class_specifier
  name: [
    (type_identifier) @name
    (template_type name: (type_identifier) @name)
    (qualified_identifier scope: (_) @owner name: (type_identifier) @name)
  ]
  body: (_) @body) @definition.class

(struct_specifier
  name: [
    (type_identifier) @name
    (template_type name: (type_identifier) @name)
    (qualified_identifier scope: (_) @owner name: (type_identifier) @name)
  ]
  body: (_) @body) @definition.struct

(union_specifier
  name: (type_identifier) @name
  body: (_) @body) @definition.struct

(enum_specifier
  name: (type_identifier) @name
  body: (_) @body) @definition.enum

; an enumerator is visible around its enum, unless that is an `enum class`

((enumerator
  name: (identifier) @name
  value: (_)? @value) @definition.enum_member) @flag.unscoped

(enum_specifier
  ["class" "struct"] @flag.scoped
  body: (enumerator_list (enumerator name: (identifier) @name) @definition.enum_member))

(type_definition
  type: [
    (struct_specifier !name body: (_) @body)
    (union_specifier !name body: (_) @body)
  ]
  declarator: (type_identifier) @name) @definition.struct

(type_definition
  type: (enum_specifier !name body: (_) @body)
  declarator: (type_identifier) @name) @definition.enum

(type_definition
  type: [
    (type_identifier)
    (qualified_identifier)
    (template_type)
    (primitive_type)
    (sized_type_specifier)
    (struct_specifier name: (_) !body)
    (union_specifier name: (_) !body)
    (enum_specifier name: (_) !body)
  ] @type
  declarator: [
    (type_identifier) @name
    (pointer_declarator declarator: (type_identifier) @name)
    (reference_declarator (type_identifier) @name)
    (array_declarator declarator: (type_identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (type_identifier) @name))
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

(alias_declaration
  name: (type_identifier) @name
  type: (_) @type) @definition.type

(concept_definition
  name: (identifier) @name) @definition.type

(namespace_definition
  name: [(namespace_identifier) (nested_namespace_specifier)] @name
  body: (_) @body) @definition.namespace

; `class API Name { ... }`: an unknown macro makes the class look like a function

(function_definition
  type: (class_specifier name: (type_identifier) !body)
  declarator: (identifier) @name
  body: (_) @body) @definition.class

(function_definition
  type: (struct_specifier name: (type_identifier) !body)
  declarator: (identifier) @name
  body: (_) @body) @definition.struct

; Fields and variables; a variable inside a function is a local

(field_declaration
  type: (_) @type
  declarator: [
    (field_identifier) @name
    (pointer_declarator declarator: (field_identifier) @name)
    (reference_declarator (field_identifier) @name)
    (array_declarator declarator: (field_identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (field_identifier) @name))
    (pointer_declarator declarator: (array_declarator declarator: (field_identifier) @name))
    (array_declarator declarator: (array_declarator declarator: (field_identifier) @name))
    (function_declarator
      declarator: (parenthesized_declarator (pointer_declarator declarator: (field_identifier) @name)))
  ]
  default_value: (_)? @value) @definition.field

(declaration
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
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (reference_declarator (identifier) @name)
    (array_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    (array_declarator declarator: (array_declarator declarator: (identifier) @name))
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name)))
  ]) @definition.variable

(declaration
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
  declarator: (init_declarator
    declarator: [
      (identifier) @name
      (pointer_declarator declarator: (identifier) @name)
      (reference_declarator (identifier) @name)
      (array_declarator declarator: (identifier) @name)
      (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name))
      (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
      (array_declarator declarator: (array_declarator declarator: (identifier) @name))
      (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name)))
    ]
    value: (_) @value)) @definition.variable

(declaration
  type: (placeholder_type_specifier)
  declarator: (init_declarator
    declarator: [
      (identifier) @name
      (pointer_declarator declarator: (identifier) @name)
      (reference_declarator (identifier) @name)
    ]
    value: (_) @value)) @definition.variable

(declaration
  type: (placeholder_type_specifier)
  declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (reference_declarator (identifier) @name)
  ]
  value: (_) @value) @definition.variable

; a static field defined outside of its class

(declaration
  type: (_) @type
  declarator: [
    (qualified_identifier scope: (_) @owner name: (identifier) @name)
    (init_declarator declarator: (qualified_identifier scope: (_) @owner name: (identifier) @name))
    (init_declarator
      declarator: (array_declarator declarator: (qualified_identifier scope: (_) @owner name: (identifier) @name)))
  ]) @definition.field

; `TEST_F(Suite, Name) { ... }`: a member of a class that the macro derives from the suite; nothing calls it by name

((function_definition
  !type
  declarator: (function_declarator
    declarator: (identifier) @_macro
    parameters: (parameter_list
      (parameter_declaration type: (type_identifier) @owner)
      .
      (parameter_declaration type: (type_identifier) @name)))
  body: (_) @body) @definition.method @flag.test @flag.unnamed
  (#match? @_macro "^(TYPED_)?TEST_[A-Z]+$"))

; `TEST(Suite, Name) { ... }` of the test frameworks

((function_definition
  !type
  declarator: (function_declarator
    declarator: (identifier) @_macro
    parameters: (parameter_list
      (parameter_declaration type: (type_identifier) @owner)
      .
      (parameter_declaration type: (type_identifier) @name)))
  body: (_) @body) @definition.method @flag.test @flag.unnamed
  (#match? @_macro "TEST"))

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

; Templates: the span takes in the parameters

(template_declaration
  (class_specifier name: (type_identifier) @name body: (_)) @definition.class) @span

(template_declaration
  (struct_specifier name: (type_identifier) @name body: (_)) @definition.struct) @span

(template_declaration
  (function_definition
    declarator: [
      (function_declarator declarator: [(identifier) (field_identifier)] @name)
      (pointer_declarator declarator: (function_declarator declarator: [(identifier) (field_identifier)] @name))
      (reference_declarator (function_declarator declarator: [(identifier) (field_identifier)] @name))
    ]) @definition.function) @span

(template_declaration
  (function_definition
    declarator: (function_declarator
      declarator: (qualified_identifier name: (identifier) @name))) @definition.method) @span
