; Types

(class_declaration
  name: (identifier) @name
  body: (_) @body) @definition.class

(interface_declaration
  name: (identifier) @name
  body: (_) @body) @definition.interface

(annotation_type_declaration
  name: (identifier) @name
  body: (_) @body) @definition.interface

(enum_declaration
  name: (identifier) @name
  body: (_) @body) @definition.enum

(record_declaration
  name: (identifier) @name
  body: (_) @body) @definition.class

(enum_constant
  name: (identifier) @name) @definition.enum_member

; Members

(method_declaration
  type: (_) @type
  name: (identifier) @name
  body: (block)? @body) @definition.method

(constructor_declaration
  name: (identifier) @name
  body: (_) @body) @definition.constructor

(compact_constructor_declaration
  name: (identifier) @name
  body: (_) @body) @definition.constructor

(annotation_type_element_declaration
  type: (_) @type
  name: (identifier) @name) @definition.method

(field_declaration
  type: (_) @type
  declarator: (variable_declarator
    name: (identifier) @name
    value: (_)? @value)) @definition.field

(constant_declaration
  type: (_) @type
  declarator: (variable_declarator
    name: (identifier) @name
    value: (_)? @value)) @definition.field

; The components of a record are its fields

(record_declaration
  parameters: (formal_parameters
    (formal_parameter
      type: (_) @type
      name: (identifier) @name) @definition.field))

; Modifiers

(class_declaration (modifiers "abstract" @flag.abstract) name: (identifier) @name) @definition.class

(class_declaration (modifiers "public" @flag.exported) name: (identifier) @name) @definition.class

(interface_declaration (modifiers "public" @flag.exported) name: (identifier) @name) @definition.interface

(enum_declaration (modifiers "public" @flag.exported) name: (identifier) @name) @definition.enum

(record_declaration (modifiers "public" @flag.exported) name: (identifier) @name) @definition.class

(annotation_type_declaration (modifiers "public" @flag.exported) name: (identifier) @name) @definition.interface

(method_declaration (modifiers "static" @flag.static) name: (identifier) @name) @definition.method

(method_declaration (modifiers "abstract" @flag.abstract) name: (identifier) @name) @definition.method

(method_declaration (modifiers "private" @flag.private) name: (identifier) @name) @definition.method

(constructor_declaration (modifiers "private" @flag.private) name: (identifier) @name) @definition.constructor

(method_declaration (modifiers "public" @flag.exported) name: (identifier) @name) @definition.method

(interface_body (method_declaration name: (identifier) @name !body) @definition.method @flag.abstract)

(field_declaration
  (modifiers "static" @flag.static)
  declarator: (variable_declarator name: (identifier) @name)) @definition.field

(field_declaration
  (modifiers "private" @flag.private)
  declarator: (variable_declarator name: (identifier) @name)) @definition.field

((method_declaration
  (modifiers (marker_annotation name: (identifier) @_annotation) @flag.override)
  name: (identifier) @name) @definition.method
  (#eq? @_annotation "Override"))

((method_declaration
  (modifiers
    [(marker_annotation name: (identifier) @_annotation) (annotation name: (identifier) @_annotation)] @flag.test)
  name: (identifier) @name) @definition.method
  (#any-of? @_annotation "Test" "ParameterizedTest" "RepeatedTest" "TestFactory"))
