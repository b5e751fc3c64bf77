; Types; an extension adds to one that stands elsewhere

(class_declaration
  declaration_kind: "extension"
  name: (_) @name
  body: (_) @body) @definition.impl

(class_declaration
  declaration_kind: "struct"
  name: (type_identifier) @name
  body: (_) @body) @definition.struct

(class_declaration
  declaration_kind: "enum"
  name: (type_identifier) @name
  body: (_) @body) @definition.enum

(class_declaration
  name: (type_identifier) @name
  body: (_) @body) @definition.class

(protocol_declaration
  name: (type_identifier) @name
  body: (_) @body) @definition.interface

(typealias_declaration
  name: (type_identifier) @name
  name: (_) @type) @definition.type

(associatedtype_declaration name: (type_identifier) @name) @definition.type

(enum_entry name: (simple_identifier) @name) @definition.enum_member

; Functions

(function_declaration
  "func"
  .
  name: (_) @name
  body: (_)? @body) @definition.function

(function_declaration
  name: (simple_identifier) @name
  "->"
  .
  (_) @type) @definition.function

(protocol_function_declaration
  "func"
  .
  name: (_) @name) @definition.method @flag.abstract

(protocol_function_declaration
  name: (simple_identifier) @name
  "->"
  .
  (_) @type) @definition.method

(init_declaration
  name: "init" @name
  body: (_)? @body) @definition.constructor

; Properties

(class_body
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)) @definition.property @flag.property)

(enum_class_body
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)) @definition.property @flag.property)

(source_file
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)) @definition.variable)

(property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)
  .
  (type_annotation (_) @type)) @definition.variable

((property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)
  .
  value: (_) @value) @definition.variable
  (#not-match? @value "^(try|await)\\b"))

(property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)
  .
  (type_annotation)?
  .
  computed_value: (computed_property) @body) @definition.variable

(protocol_property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)
  (type_annotation (_) @type)) @definition.property @flag.property @flag.abstract

; Modifiers

((class_declaration (modifiers (visibility_modifier) @_visibility @flag.private) name: (type_identifier) @name) @definition.class
  (#any-of? @_visibility "private" "fileprivate"))

((class_declaration (modifiers (visibility_modifier) @_visibility @flag.exported) name: (type_identifier) @name) @definition.class
  (#any-of? @_visibility "public" "open"))

((function_declaration (modifiers (visibility_modifier) @_visibility @flag.private) name: (simple_identifier) @name) @definition.function
  (#any-of? @_visibility "private" "fileprivate"))

((function_declaration (modifiers (visibility_modifier) @_visibility @flag.exported) name: (simple_identifier) @name) @definition.function
  (#any-of? @_visibility "public" "open"))

(function_declaration (modifiers (property_modifier "static") @flag.static) name: (simple_identifier) @name) @definition.function

(function_declaration (modifiers (member_modifier "override") @flag.override) name: (simple_identifier) @name) @definition.function

(property_declaration
  (modifiers (property_modifier "static") @flag.static)
  name: (pattern bound_identifier: (simple_identifier) @name)) @definition.variable

((property_declaration
  (modifiers (visibility_modifier) @_visibility @flag.private)
  name: (pattern bound_identifier: (simple_identifier) @name)) @definition.variable
  (#any-of? @_visibility "private" "fileprivate"))

((function_declaration
  (modifiers (attribute (user_type (type_identifier) @_attribute)) @flag.test)
  name: (simple_identifier) @name) @definition.function
  (#eq? @_attribute "Test"))
