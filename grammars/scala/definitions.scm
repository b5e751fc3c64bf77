(package_clause
  name: (package_identifier) @name
  body: (_) @body) @definition.namespace

(package_clause
  name: (package_identifier) @name
  !body) @definition.namespace

; A package object holds what its package holds

(package_object
  name: (identifier) @name
  body: (_)? @body) @definition.namespace

; Types; an object beside a class of its name is the other half of it

(class_definition
  name: (identifier) @name
  body: (_)? @body) @definition.class

(trait_definition
  name: (identifier) @name
  body: (_)? @body) @definition.trait

(object_definition
  name: (identifier) @name
  body: (_)? @body) @definition.class @flag.companion

(enum_definition
  name: (identifier) @name
  body: (_)? @body) @definition.enum

(simple_enum_case name: (identifier) @name) @definition.enum_member

(full_enum_case name: (identifier) @name) @definition.enum_member

(type_definition
  name: (type_identifier) @name
  type: (_) @type) @definition.type

; An instance that gives a body to its class is one of a class without a name

(instance_expression
  "new" @name
  (template_body) @body) @definition.class @flag.unnamed

; Members

(function_definition
  name: (_) @name
  return_type: (_)? @type
  body: (_)? @body) @definition.function

(function_definition
  name: (_) @name
  !return_type
  body: (call_expression) @value) @definition.function

(function_definition
  name: (_) @name
  !return_type
  body: (instance_expression) @value) @definition.function

(function_definition !parameters name: (_) @name) @definition.function @flag.property

(function_declaration !parameters name: (_) @name) @definition.function @flag.property

(function_declaration
  name: (_) @name
  return_type: (_)? @type) @definition.function @flag.abstract

(extension_definition
  parameters: (parameters (parameter type: (_) @owner))
  body: (function_definition name: (identifier) @name) @definition.function)

(extension_definition
  parameters: (parameters (parameter type: (_) @owner))
  body: (template_body (function_definition name: (identifier) @name) @definition.function))

(class_parameter
  ["val" "var"]
  name: (identifier) @name
  type: (_)? @type) @definition.field

(class_definition
  "case"
  class_parameters: (class_parameters
    (class_parameter
      name: (identifier) @name
      type: (_)? @type) @definition.field))

(val_definition
  pattern: (identifier) @name
  type: (_)? @type
  value: (_)? @value) @definition.variable @flag.property

(var_definition
  pattern: (identifier) @name
  type: (_)? @type
  value: (_)? @value) @definition.variable

(val_declaration
  name: (identifier) @name
  type: (_)? @type) @definition.field @flag.abstract

(var_declaration
  name: (identifier) @name
  type: (_)? @type) @definition.field @flag.abstract

(given_definition
  name: (identifier) @name
  body: (_)? @body) @definition.class

; Modifiers

(class_definition (modifiers "abstract" @flag.abstract) name: (identifier) @name) @definition.class

(class_definition (modifiers (access_modifier "private" @flag.private)) name: (identifier) @name) @definition.class

(function_definition (modifiers (access_modifier "private" @flag.private)) name: (_) @name) @definition.function

(function_definition (modifiers "override" @flag.override) name: (_) @name) @definition.function

(val_definition (modifiers (access_modifier "private" @flag.private)) pattern: (identifier) @name) @definition.variable

((function_definition
  (annotation name: (type_identifier) @_annotation) @flag.test
  name: (_) @name) @definition.function
  (#any-of? @_annotation "Test"))
