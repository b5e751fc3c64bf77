(namespace_definition
  name: (namespace_name) @name
  body: (_) @body) @definition.namespace

(namespace_definition
  name: (namespace_name) @name
  !body) @definition.namespace

; Types

(class_declaration
  name: (name) @name
  body: (_) @body) @definition.class

(interface_declaration
  name: (name) @name
  body: (_) @body) @definition.interface

(trait_declaration
  name: (name) @name
  body: (_) @body) @definition.trait

(enum_declaration
  name: (name) @name
  body: (_) @body) @definition.enum

(anonymous_class
  "class" @name
  body: (_) @body) @definition.class @flag.unnamed

(enum_case
  name: (name) @name) @definition.enum_member

; Functions and members

(function_definition
  name: (name) @name
  return_type: (_)? @type
  body: (_) @body) @definition.function

(method_declaration
  name: (name) @name
  return_type: (_)? @type
  body: (_)? @body) @definition.method

(property_declaration
  type: (_)? @type
  (property_element
    name: (variable_name (name) @name)
    default_value: (_)? @value)) @definition.field

; `__construct(private Store $store)`: a parameter that is a field too

(property_promotion_parameter
  visibility: (_) @receiver
  type: (_)? @type
  name: (variable_name (name) @name)) @definition.field

(assignment_expression
  left: (member_access_expression
    object: (variable_name) @receiver
    name: (name) @name)
  right: (_) @value) @definition.field

(const_declaration
  (const_element
    .
    (name) @name)) @definition.constant

((function_call_expression
  function: (name) @_define
  arguments: (arguments . (argument (string (string_content) @name)))) @definition.constant
  (#eq? @_define "define"))

; Modifiers

(class_declaration (abstract_modifier) @flag.abstract name: (name) @name) @definition.class

(method_declaration (static_modifier) @flag.static name: (name) @name) @definition.method

(method_declaration (abstract_modifier) @flag.abstract name: (name) @name) @definition.method

(interface_declaration
  body: (declaration_list
    (method_declaration name: (name) @name !body) @definition.method @flag.abstract))

((method_declaration (visibility_modifier) @_visibility @flag.private name: (name) @name) @definition.method
  (#eq? @_visibility "private"))

((method_declaration (visibility_modifier) @_visibility @flag.exported name: (name) @name) @definition.method
  (#eq? @_visibility "public"))

((property_declaration
  (visibility_modifier) @_visibility @flag.private
  (property_element name: (variable_name (name) @name))) @definition.field
  (#eq? @_visibility "private"))

(property_declaration
  (static_modifier) @flag.static
  (property_element name: (variable_name (name) @name))) @definition.field

((method_declaration
  attributes: (attribute_list
    (attribute_group (attribute (name) @_attribute))) @flag.test
  name: (name) @name) @definition.method
  (#any-of? @_attribute "Test" "DataProvider"))
