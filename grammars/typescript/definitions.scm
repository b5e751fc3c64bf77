; What TypeScript adds to the shared patterns of ecmascript/.

; ------------------------------------------------------------------------------------------------------------- classes

(abstract_class_declaration name: (type_identifier) @name body: (class_body) @body) @definition.class @flag.abstract
(export_statement declaration: (abstract_class_declaration
  name: (type_identifier) @name) @definition.class) @span @flag.exported
(export_statement "default" declaration: (abstract_class_declaration name: (type_identifier) @export.default))

(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  value: [(arrow_function body: (_) @body) (function_expression body: (statement_block) @body)]) @definition.method
(public_field_definition name: [(property_identifier) (private_property_identifier)] @name) @definition.field
(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  type: (type_annotation (_) @type)) @definition.field
(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  value: [
    (identifier)
    (member_expression)
    (call_expression)
    (new_expression)
    (await_expression)
    (parenthesized_expression)
  ] @value) @definition.field
(public_field_definition "static" @flag.static name: (_) @name) @definition.field
(public_field_definition (accessibility_modifier "private") @flag.private name: (_) @name) @definition.field
(public_field_definition name: (private_property_identifier) @name @flag.private) @definition.field

(abstract_method_signature
  name: [(property_identifier) (private_property_identifier)] @name) @definition.method @flag.abstract
(abstract_method_signature
  name: [(property_identifier) (private_property_identifier)] @name
  return_type: (type_annotation (_) @type)) @definition.method
(method_definition
  (accessibility_modifier "private") @flag.private
  name: (property_identifier) @name) @definition.method
(method_definition (override_modifier) @flag.override name: (property_identifier) @name) @definition.method
(method_definition
  name: [(property_identifier) (private_property_identifier)] @name
  return_type: (type_annotation (_) @type)) @definition.method

; overload signatures and the methods of interfaces, of ambient classes and of object types with a name
(class_body (method_signature name: (property_identifier) @name) @definition.method) @flag.declaration
(interface_body (method_signature name: (property_identifier) @name) @definition.method)
(method_signature name: (property_identifier) @name return_type: (type_annotation (_) @type)) @definition.method

; ----------------------------------------------------------------------------------------------------- interfaces, types

(interface_declaration name: (type_identifier) @name body: (interface_body) @body) @definition.interface
(interface_body (property_signature name: (property_identifier) @name) @definition.field)
(interface_body (property_signature
  name: (property_identifier) @name
  type: (type_annotation (_) @type)) @definition.field)

(type_alias_declaration name: (type_identifier) @name) @definition.type
(type_alias_declaration name: (type_identifier) @name value: [
  (type_identifier)
  (generic_type)
  (union_type)
  (function_type)
  (array_type)
  (tuple_type)
  (parenthesized_type)] @type) @definition.type
(type_alias_declaration value: [
  (object_type (property_signature name: (property_identifier) @name) @definition.field)
  (intersection_type (object_type (property_signature name: (property_identifier) @name) @definition.field))])
(type_alias_declaration value: [
  (object_type (method_signature name: (property_identifier) @name) @definition.method)
  (intersection_type (object_type (method_signature name: (property_identifier) @name) @definition.method))])
(type_alias_declaration value: [
  (object_type
    (property_signature name: (property_identifier) @name type: (type_annotation (_) @type)) @definition.field)
  (intersection_type (object_type (property_signature
    name: (property_identifier) @name
    type: (type_annotation (_) @type)) @definition.field))])

(enum_declaration name: (identifier) @name body: (enum_body) @body) @definition.enum
(enum_body name: (property_identifier) @name @definition.enum_member)
(enum_body name: (string (string_fragment) @name) @definition.enum_member)
(enum_assignment name: (property_identifier) @name value: (_) @value) @definition.enum_member
(enum_assignment name: (string (string_fragment) @name)) @definition.enum_member

; ---------------------------------------------------------------------------------------------------------- namespaces

(internal_module name: [(identifier) (nested_identifier)] @name body: (statement_block) @body) @definition.namespace
(module name: [(identifier) (nested_identifier)] @name body: (statement_block) @body) @definition.namespace
(module name: (string (string_fragment) @name) body: (statement_block) @body) @definition.module

(internal_module body: (statement_block
  (lexical_declaration (variable_declarator name: (identifier) @name) @definition.variable)))
(import_alias . (identifier) @name . (_) @value) @definition.variable

; ----------------------------------------------------------------------------------------------------- signatures, types

(function_signature name: (identifier) @name) @definition.function
(program (function_signature name: (identifier) @name) @definition.function) @flag.declaration
(function_signature name: (identifier) @name return_type: (type_annotation (_) @type)) @definition.function
(function_declaration name: (identifier) @name return_type: (type_annotation (_) @type)) @definition.function
(generator_function_declaration name: (identifier) @name return_type: (type_annotation (_) @type)) @definition.function
(variable_declarator
  name: (identifier) @name
  value: [(arrow_function return_type: (type_annotation (_) @type))
          (function_expression return_type: (type_annotation (_) @type))]) @definition.function

(program (_ (variable_declarator name: (identifier) @name type: (type_annotation (_) @type)) @definition.variable))
(export_statement declaration: (_ (variable_declarator
  name: (identifier) @name
  type: (type_annotation (_) @type)) @definition.variable))
(ambient_declaration (lexical_declaration
  kind: "const" . (variable_declarator name: (identifier) @name) .) @definition.constant) @span
(ambient_declaration (_ (variable_declarator
  name: (identifier) @name
  type: (type_annotation (_) @type)) @definition.variable)) @span

; `x as Foo`, `x satisfies Foo`
(program (_ (variable_declarator
  name: (identifier) @name
  value: [(as_expression (_) . (_) @type) (satisfies_expression (_) . (_) @type)]) @definition.variable))
(export_statement declaration: (_ (variable_declarator
  name: (identifier) @name
  value: [(as_expression (_) . (_) @type) (satisfies_expression (_) . (_) @type)]) @definition.variable))
(variable_declarator
  name: (identifier) @binding.local
  value: [(as_expression (_) . (_) @type) (satisfies_expression (_) . (_) @type)])
; `const x = {} as const`, `{} satisfies Foo`
(program (lexical_declaration . (variable_declarator
  name: (identifier) @name
  value: [(as_expression (object) @body) (satisfies_expression (object) @body)]) .) @definition.constant)
(export_statement declaration: (lexical_declaration . (variable_declarator
  name: (identifier) @name
  value: [(as_expression (object) @body) (satisfies_expression (object) @body)]) .) @definition.constant)
(program (lexical_declaration (variable_declarator value: [(as_expression (object
  (pair key: (property_identifier) @name value: (_) @value) @definition.field))
  (satisfies_expression (object
  (pair key: (property_identifier) @name value: (_) @value) @definition.field))])))
(export_statement declaration: (lexical_declaration (variable_declarator value: [(as_expression (object
  (pair key: (property_identifier) @name value: (_) @value) @definition.field))
  (satisfies_expression (object
  (pair key: (property_identifier) @name value: (_) @value) @definition.field))])))

; ------------------------------------------------------------------------------------------------------------- exports

(export_statement declaration: (interface_declaration
  name: (type_identifier) @name) @definition.interface) @span @flag.exported
(export_statement declaration: (type_alias_declaration
  name: (type_identifier) @name) @definition.type) @span @flag.exported
(export_statement declaration: (enum_declaration name: (identifier) @name) @definition.enum) @span @flag.exported
(export_statement declaration: (function_signature
  name: (identifier) @name) @definition.function) @span @flag.exported @flag.declaration
(export_statement declaration: (internal_module name: (_) @name) @definition.namespace) @span @flag.exported
(export_statement "default" declaration: (interface_declaration name: (type_identifier) @export.default))
(export_statement "=" (identifier) @export.default)
(export_statement "default" @name @export.default
  value: [(as_expression) (satisfies_expression)] @value) @definition.constant @flag.exported

; `declare ...`: the kind was told above
(ambient_declaration (_ name: [(identifier) (type_identifier)] @name) @definition.variable) @span
(export_statement
  declaration: (ambient_declaration
    (_ name: [(identifier) (type_identifier)] @name) @definition.variable)) @span @flag.exported
(ambient_declaration (_ (variable_declarator name: (identifier) @name) @definition.variable)) @span
(export_statement declaration: (ambient_declaration (_ (variable_declarator
  name: (identifier) @name) @definition.variable))) @span @flag.exported

; -------------------------------------------------------------------------------------------------- parameters, locals

; `constructor(private store: Store)`: a parameter that is a field too
(required_parameter (accessibility_modifier) @receiver pattern: (identifier) @name) @definition.field
(required_parameter "readonly" @receiver pattern: (identifier) @name) @definition.field
(optional_parameter (accessibility_modifier) @receiver pattern: (identifier) @name) @definition.field
(optional_parameter "readonly" @receiver pattern: (identifier) @name) @definition.field
(required_parameter
  (accessibility_modifier)
  pattern: (identifier) @name
  type: (type_annotation (_) @type)) @definition.field
(required_parameter "readonly" pattern: (identifier) @name type: (type_annotation (_) @type)) @definition.field
(optional_parameter
  (accessibility_modifier)
  pattern: (identifier) @name
  type: (type_annotation (_) @type)) @definition.field
(optional_parameter "readonly" pattern: (identifier) @name type: (type_annotation (_) @type)) @definition.field

(required_parameter pattern: (identifier) @binding.parameter)
(required_parameter pattern: (identifier) @binding.parameter type: (type_annotation (_) @type))
(required_parameter pattern: (identifier) @binding.parameter value: (_) @value)
(optional_parameter pattern: (identifier) @binding.parameter)
(optional_parameter pattern: (identifier) @binding.parameter type: (type_annotation (_) @type))
(required_parameter pattern: [
  (rest_pattern (identifier) @binding.parameter)
  (array_pattern (identifier) @binding.parameter)])
(required_parameter pattern: (object_pattern [
  (shorthand_property_identifier_pattern) @binding.parameter
  (pair_pattern value: (identifier) @binding.parameter)
  (pair_pattern value: (object_pattern (shorthand_property_identifier_pattern) @binding.parameter))
  (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.parameter)
  (rest_pattern (identifier) @binding.parameter)]))

(variable_declarator name: (identifier) @binding.local type: (type_annotation (_) @type))
