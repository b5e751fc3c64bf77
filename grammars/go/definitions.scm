; Functions and methods. Of several results the first counts: `x, err := f()`. A receiver's type is the owner.

(function_declaration
  name: (identifier) @name
  result: [
    (parameter_list . (parameter_declaration type: (_) @type))
    (type_identifier) @type
    (pointer_type) @type
    (qualified_type) @type
    (generic_type) @type
    (slice_type) @type
    (map_type) @type
    (array_type) @type
    (channel_type) @type
    (function_type) @type
    (interface_type) @type
  ]?
  body: (block)? @body) @definition.function

(method_declaration
  receiver: (parameter_list
    (parameter_declaration
      type: (_) @owner))
  name: (field_identifier) @name
  result: [
    (parameter_list . (parameter_declaration type: (_) @type))
    (type_identifier) @type
    (pointer_type) @type
    (qualified_type) @type
    (generic_type) @type
    (slice_type) @type
    (map_type) @type
    (array_type) @type
    (channel_type) @type
    (function_type) @type
    (interface_type) @type
  ]?
  body: (block)? @body) @definition.method

; Types

(type_spec
  name: (type_identifier) @name
  type: (struct_type
    (field_declaration_list) @body)) @definition.struct

(type_spec
  name: (type_identifier) @name
  type: (interface_type) @body) @definition.interface

(type_spec
  name: (type_identifier) @name
  type: [
    (type_identifier)
    (qualified_type)
    (generic_type)
    (pointer_type)
    (function_type)
    (map_type)
    (slice_type)
    (array_type)
    (channel_type)
    (parenthesized_type)
  ] @type) @definition.type

(type_alias
  name: (type_identifier) @name
  type: (_) @type) @definition.type

; Fields; an embedded type is a field of its own name, and a base.

(field_declaration
  name: (field_identifier) @name
  type: (_) @type) @definition.field

(field_declaration
  !name
  type: [
    (type_identifier) @name @type
    (pointer_type (type_identifier) @name) @type
    (qualified_type name: (type_identifier) @name) @type
    (pointer_type (qualified_type name: (type_identifier) @name)) @type
    (generic_type type: (type_identifier) @name) @type
    (generic_type type: (qualified_type name: (type_identifier) @name)) @type
  ]) @definition.field

(method_elem
  name: (field_identifier) @name
  result: [
    (parameter_list . (parameter_declaration type: (_) @type))
    (type_identifier) @type
    (pointer_type) @type
    (qualified_type) @type
    (generic_type) @type
    (slice_type) @type
    (map_type) @type
    (array_type) @type
    (channel_type) @type
    (function_type) @type
    (interface_type) @type
  ]?) @definition.method @flag.abstract

; Constants and variables of the package; those of a function are locals (scopes.scm).

(source_file
  (const_declaration
    (const_spec
      name: (identifier) @name
      type: (_)? @type) @definition.constant))

(source_file
  (var_declaration
    [
      (var_spec name: (identifier) @name type: (_)? @type) @definition.variable
      (var_spec_list
        (var_spec name: (identifier) @name type: (_)? @type) @definition.variable)
    ]))

; in a group what shows neither type nor value repeats what stands above it: `const ( A T = iota; B )`

(source_file
  (const_declaration
    (const_spec type: (_) @type)
    (const_spec !type !value name: (identifier) @name) @definition.constant))

; `var a, b = f()`: the first name takes the first value

(source_file
  (var_declaration
    [
      (var_spec
        .
        name: (identifier) @name
        value: (expression_list . (_) @value)) @definition.variable
      (var_spec_list
        (var_spec
          .
          name: (identifier) @name
          value: (expression_list . (_) @value)) @definition.variable)
    ]))

; A declaration of one thing takes its keyword, and the comment above it, into the span.

(type_declaration
  .
  (type_spec
    name: (type_identifier) @name
    type: (struct_type)) @definition.struct
  .) @span

(type_declaration
  .
  (type_spec
    name: (type_identifier) @name
    type: (interface_type)) @definition.interface
  .) @span

(type_declaration
  .
  (type_spec
    name: (type_identifier) @name
    type: [
      (type_identifier)
      (qualified_type)
      (generic_type)
      (pointer_type)
      (function_type)
      (map_type)
      (slice_type)
      (array_type)
      (channel_type)
      (parenthesized_type)
    ]) @definition.type
  .) @span

(type_declaration
  .
  (type_alias
    name: (type_identifier) @name) @definition.type
  .) @span

(source_file
  (const_declaration
    .
    (const_spec
      name: (identifier) @name) @definition.constant
    .) @span)

(source_file
  (var_declaration
    .
    (var_spec
      name: (identifier) @name) @definition.variable
    .) @span)
