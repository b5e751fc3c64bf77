(package_header (qualified_identifier) @name) @definition.namespace

; Types

(class_declaration
  "interface"
  name: (identifier) @name
  (class_body)? @body) @definition.interface

(class_declaration
  (modifiers (class_modifier "enum"))
  name: (identifier) @name
  (enum_class_body)? @body) @definition.enum

(class_declaration
  name: (identifier) @name
  (class_body)? @body) @definition.class

(object_declaration
  name: (identifier) @name
  (class_body)? @body) @definition.class

(object_literal
  "object" @name
  (class_body) @body) @definition.class @flag.unnamed

(type_alias
  type: (identifier) @name
  (_) @type
  .) @definition.type

(enum_entry . (identifier) @name) @definition.enum_member

; Functions; what a companion object holds is its class's own

(function_declaration
  name: (identifier) @name
  (function_body)? @body) @definition.function

(function_declaration
  name: (identifier) @name
  (function_value_parameters)
  .
  [(user_type) (nullable_type)] @type) @definition.function

(function_declaration
  [(user_type) (nullable_type) (parenthesized_type)] @owner
  .
  name: (identifier) @name) @definition.function

(function_declaration
  name: (identifier) @name
  (function_value_parameters)
  .
  (function_body . (call_expression) @value .)) @definition.function

(secondary_constructor
  "constructor" @name
  (block)? @body) @definition.constructor

; Properties

(class_parameter
  ["val" "var"]
  (identifier) @name
  .
  (_) @type) @definition.field

(class_body
  (property_declaration
    (variable_declaration
      .
      (identifier) @name
      [(user_type) (nullable_type)]? @type)) @definition.property @flag.property)

((class_body
  (property_declaration
    (variable_declaration . (identifier) @name)
    .
    (_) @value) @definition.property)
  (#not-match? @value "^(by|get|set)\\b"))

(class_body
  (property_declaration
    (variable_declaration . (identifier) @name)
    (property_delegate
      (call_expression
        (identifier) @_lazy
        (annotated_lambda (lambda_literal (_) @value .))))) @definition.property
  (#eq? @_lazy "lazy"))

(enum_class_body
  (property_declaration
    (variable_declaration
      .
      (identifier) @name
      [(user_type) (nullable_type)]? @type)) @definition.property @flag.property)

(source_file
  (property_declaration
    [(user_type) (nullable_type)] @owner
    .
    (variable_declaration
      .
      (identifier) @name
      [(user_type) (nullable_type)]? @type)) @definition.property @flag.property)

(source_file
  (property_declaration
    (modifiers (property_modifier "const"))
    (variable_declaration . (identifier) @name)) @definition.constant)

(source_file
  (property_declaration
    (variable_declaration
      .
      (identifier) @name
      [(user_type) (nullable_type)]? @type)) @definition.variable)

((source_file
  (property_declaration
    (variable_declaration . (identifier) @name)
    .
    (_) @value) @definition.variable)
  (#not-match? @value "^(by|get|set)\\b"))

; Modifiers

(class_declaration
  (modifiers (inheritance_modifier "abstract") @flag.abstract)
  name: (identifier) @name) @definition.class

(class_declaration
  (modifiers (visibility_modifier "private") @flag.private)
  name: (identifier) @name) @definition.class

(object_declaration
  (modifiers (visibility_modifier "private") @flag.private)
  name: (identifier) @name) @definition.class

(function_declaration
  (modifiers (visibility_modifier "private") @flag.private)
  name: (identifier) @name) @definition.function

(function_declaration
  (modifiers (inheritance_modifier "abstract") @flag.abstract)
  name: (identifier) @name) @definition.function

(function_declaration
  (modifiers (member_modifier "override") @flag.override)
  name: (identifier) @name) @definition.function

(function_declaration
  (modifiers (function_modifier "suspend") @flag.async)
  name: (identifier) @name) @definition.function

(property_declaration
  (modifiers (visibility_modifier "private") @flag.private)
  (variable_declaration . (identifier) @name)) @definition.property

(class_parameter
  (modifiers (visibility_modifier "private") @flag.private)
  ["val" "var"]
  .
  (identifier) @name) @definition.field

(companion_object
  (class_body
    (function_declaration name: (identifier) @name) @definition.function @flag.static))

(companion_object
  (class_body
    (property_declaration (variable_declaration . (identifier) @name)) @definition.property @flag.static))

((function_declaration
  (modifiers (annotation (user_type (identifier) @_annotation)) @flag.test)
  name: (identifier) @name) @definition.function
  (#any-of? @_annotation "Test" "ParameterizedTest" "RepeatedTest"))
