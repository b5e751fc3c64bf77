; Functions

(function_item
  name: (identifier) @name
  body: (block) @body) @definition.function

(function_item
  name: (identifier) @name
  return_type: [
    (reference_type type: (_) @type)
    (type_identifier) @type
    (generic_type) @type
    (scoped_type_identifier) @type
    (primitive_type) @type
    (dynamic_type) @type
    (abstract_type) @type
    (array_type) @type
    (tuple_type) @type
    (pointer_type) @type
    (function_type) @type
    (unit_type) @type
  ]) @definition.function

(function_item
  (visibility_modifier) @flag.exported
  name: (identifier) @name) @definition.function

(trait_item
  body: (declaration_list
    (function_signature_item
      name: (identifier) @name
      return_type: [
    (reference_type type: (_) @type)
    (type_identifier) @type
    (generic_type) @type
    (scoped_type_identifier) @type
    (primitive_type) @type
    (dynamic_type) @type
    (abstract_type) @type
    (array_type) @type
    (tuple_type) @type
    (pointer_type) @type
    (function_type) @type
    (unit_type) @type
  ]?) @definition.method @flag.abstract))

(foreign_mod_item
  body: (declaration_list
    (function_signature_item
      name: (identifier) @name
      return_type: [
    (reference_type type: (_) @type)
    (type_identifier) @type
    (generic_type) @type
    (scoped_type_identifier) @type
    (primitive_type) @type
    (dynamic_type) @type
    (abstract_type) @type
    (array_type) @type
    (tuple_type) @type
    (pointer_type) @type
    (function_type) @type
    (unit_type) @type
  ]?) @definition.function @flag.declaration))

((attribute_item
  (attribute
    [
      (identifier) @_attribute
      (scoped_identifier name: (identifier) @_attribute)
    ]))
  .
  [
    (attribute_item)
    (line_comment)
  ]*
  .
  (function_item
    name: (identifier) @name) @definition.function @flag.test
  (#any-of? @_attribute "test" "bench" "rstest"))

; Types

(struct_item
  (visibility_modifier)? @flag.exported
  name: (type_identifier) @name
  body: (_)? @body) @definition.struct

; `struct Meters(f64);`: its type is that of its first field

(struct_item
  name: (type_identifier) @name
  body: [
    (ordered_field_declaration_list . type: (_) @type)
    (ordered_field_declaration_list . (visibility_modifier) . type: (_) @type)
  ]) @definition.struct

(union_item
  (visibility_modifier)? @flag.exported
  name: (type_identifier) @name
  body: (_)? @body) @definition.struct

(enum_item
  (visibility_modifier)? @flag.exported
  name: (type_identifier) @name
  body: (_)? @body) @definition.enum

(trait_item
  (visibility_modifier)? @flag.exported
  name: (type_identifier) @name
  body: (_)? @body) @definition.trait

(type_item
  (visibility_modifier)? @flag.exported
  name: (type_identifier) @name
  type: (_) @type) @definition.type

(associated_type
  name: (type_identifier) @name
  bounds: (trait_bounds . (_) @type)?) @definition.type

(enum_variant
  name: (identifier) @name
  body: (ordered_field_declaration_list)? @type) @definition.enum_member

(field_declaration
  (visibility_modifier)? @flag.exported
  name: (field_identifier) @name
  type: [
    (reference_type type: (_) @type)
    (type_identifier) @type
    (generic_type) @type
    (scoped_type_identifier) @type
    (primitive_type) @type
    (dynamic_type) @type
    (abstract_type) @type
    (array_type) @type
    (tuple_type) @type
    (pointer_type) @type
    (function_type) @type
    (unit_type) @type
  ]) @definition.field

; Blocks that give members to a type

(impl_item
  type: [
    (type_identifier) @name
    (primitive_type) @name
    (scoped_type_identifier name: (type_identifier) @name)
    (generic_type type: (type_identifier) @name)
    (generic_type type: (scoped_type_identifier name: (type_identifier) @name))
    (reference_type type: (type_identifier) @name)
    (reference_type type: (generic_type type: (type_identifier) @name))
    (dynamic_type trait: (type_identifier) @name)
    (array_type) @name
    (array_type) @name
    (tuple_type) @name
    (pointer_type) @name
    (reference_type type: (array_type) @name)
  ]
  body: (declaration_list) @body) @definition.impl

; Values, modules, macros

(const_item
  (visibility_modifier)? @flag.exported
  name: (identifier) @name
  type: (_) @type) @definition.constant

(static_item
  (visibility_modifier)? @flag.exported
  name: (identifier) @name
  type: (_) @type) @definition.variable

(mod_item
  (visibility_modifier)? @flag.exported
  name: (identifier) @name
  body: (declaration_list) @body) @definition.namespace

(macro_definition
  name: (identifier) @name) @definition.macro

((attribute_item (attribute (identifier) @_export))
  .
  (macro_definition name: (identifier) @name @flag.exported) @definition.macro
  (#eq? @_export "macro_export"))

((attribute_item (attribute (identifier) @_export))
  .
  (attribute_item)
  .
  (macro_definition name: (identifier) @name @flag.exported) @definition.macro
  (#eq? @_export "macro_export"))
