; Namespaces

(namespace_declaration
  name: (_) @name
  body: (_) @body) @definition.namespace

(file_scoped_namespace_declaration
  name: (_) @name) @definition.namespace

; Types

(class_declaration
  name: (identifier) @name
  body: (_)? @body) @definition.class

(record_declaration
  name: (identifier) @name
  body: (_)? @body) @definition.class

(struct_declaration
  name: (identifier) @name
  body: (_)? @body) @definition.struct

(interface_declaration
  name: (identifier) @name
  body: (_)? @body) @definition.interface

(enum_declaration
  name: (identifier) @name
  body: (_)? @body) @definition.enum

(enum_member_declaration
  name: (identifier) @name) @definition.enum_member

(delegate_declaration
  type: (_) @type
  name: (identifier) @name) @definition.function

; Members

(method_declaration
  returns: (_) @type
  name: (identifier) @name
  body: (_)? @body) @definition.method

(local_function_statement
  type: (_) @type
  name: (identifier) @name
  body: (_)? @body) @definition.function

(constructor_declaration
  name: (identifier) @name
  body: (_)? @body) @definition.constructor

(property_declaration
  type: (_) @type
  name: (identifier) @name) @definition.property @flag.property

(event_declaration
  type: (_) @type
  name: (identifier) @name) @definition.field

(event_field_declaration
  (variable_declaration
    type: (_) @type
    (variable_declarator
      name: (identifier) @name))) @definition.field

(field_declaration
  (modifier "const")
  (variable_declaration
    type: (_) @type
    (variable_declarator
      name: (identifier) @name))) @definition.constant @flag.static

(field_declaration
  (variable_declaration
    type: (_) @type
    (variable_declarator
      name: (identifier) @name))) @definition.field

; The components of a record are its properties

(record_declaration
  (parameter_list
    (parameter
      type: (_) @type
      name: (identifier) @name) @definition.field))

; Modifiers

(class_declaration (modifier "partial") @flag.partial name: (identifier) @name) @definition.class

(class_declaration (modifier "public") @flag.exported name: (identifier) @name) @definition.class

(class_declaration (modifier "private") @flag.private name: (identifier) @name) @definition.class

(class_declaration (modifier "static") @flag.static name: (identifier) @name) @definition.class

(class_declaration (modifier "abstract") @flag.abstract name: (identifier) @name) @definition.class

(record_declaration (modifier "partial") @flag.partial name: (identifier) @name) @definition.class

(record_declaration (modifier "public") @flag.exported name: (identifier) @name) @definition.class

(record_declaration (modifier "private") @flag.private name: (identifier) @name) @definition.class

(record_declaration (modifier "static") @flag.static name: (identifier) @name) @definition.class

(record_declaration (modifier "abstract") @flag.abstract name: (identifier) @name) @definition.class

(struct_declaration (modifier "partial") @flag.partial name: (identifier) @name) @definition.struct

(struct_declaration (modifier "public") @flag.exported name: (identifier) @name) @definition.struct

(struct_declaration (modifier "private") @flag.private name: (identifier) @name) @definition.struct

(struct_declaration (modifier "static") @flag.static name: (identifier) @name) @definition.struct

(struct_declaration (modifier "abstract") @flag.abstract name: (identifier) @name) @definition.struct

(interface_declaration (modifier "partial") @flag.partial name: (identifier) @name) @definition.interface

(interface_declaration (modifier "public") @flag.exported name: (identifier) @name) @definition.interface

(interface_declaration (modifier "private") @flag.private name: (identifier) @name) @definition.interface

(interface_declaration (modifier "static") @flag.static name: (identifier) @name) @definition.interface

(interface_declaration (modifier "abstract") @flag.abstract name: (identifier) @name) @definition.interface

(enum_declaration (modifier "public") @flag.exported name: (identifier) @name) @definition.enum

(enum_declaration (modifier "private") @flag.private name: (identifier) @name) @definition.enum

(method_declaration (modifier "public") @flag.exported name: (identifier) @name) @definition.method

(method_declaration (modifier "private") @flag.private name: (identifier) @name) @definition.method

(method_declaration (modifier "static") @flag.static name: (identifier) @name) @definition.method

(method_declaration (modifier "abstract") @flag.abstract name: (identifier) @name) @definition.method

(method_declaration (modifier "override") @flag.override name: (identifier) @name) @definition.method

(method_declaration (modifier "async") @flag.async name: (identifier) @name) @definition.method

(constructor_declaration (modifier "public") @flag.exported name: (identifier) @name) @definition.constructor

(constructor_declaration (modifier "private") @flag.private name: (identifier) @name) @definition.constructor

(constructor_declaration (modifier "static") @flag.static name: (identifier) @name) @definition.constructor

(constructor_declaration (modifier "abstract") @flag.abstract name: (identifier) @name) @definition.constructor

(property_declaration (modifier "public") @flag.exported name: (identifier) @name) @definition.property

(property_declaration (modifier "private") @flag.private name: (identifier) @name) @definition.property

(property_declaration (modifier "static") @flag.static name: (identifier) @name) @definition.property

(property_declaration (modifier "abstract") @flag.abstract name: (identifier) @name) @definition.property

(property_declaration (modifier "override") @flag.override name: (identifier) @name) @definition.property

(field_declaration
  (modifier "public") @flag.exported
  (variable_declaration (variable_declarator name: (identifier) @name))) @definition.field

(field_declaration
  (modifier "private") @flag.private
  (variable_declaration (variable_declarator name: (identifier) @name))) @definition.field

(field_declaration
  (modifier "static") @flag.static
  (variable_declaration (variable_declarator name: (identifier) @name))) @definition.field

(interface_declaration
  body: (declaration_list
    (method_declaration
      name: (identifier) @name
      !body) @definition.method @flag.abstract))

; `static void Log(this Order order)` is called on an order

((method_declaration
  name: (identifier) @name
  parameters: (parameter_list . (parameter (modifier) @_this @flag.extension))) @definition.method
  (#eq? @_this "this"))

; Tests

((method_declaration
  (attribute_list (attribute name: (identifier) @_attribute)) @flag.test
  name: (identifier) @name) @definition.method
  (#any-of? @_attribute "Fact" "Theory" "Test" "TestCase" "TestMethod" "DataTestMethod"))
