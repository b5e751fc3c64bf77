; Calls

; `new(T).method()` is a call on a T

((call_expression
  function: (selector_expression
    operand: (call_expression
      function: (identifier) @_new
      arguments: (argument_list . [(type_identifier) (identifier)] @receiver .))
    field: (field_identifier) @reference.call))
  (#eq? @_new "new"))

(call_expression
  function: [
    (identifier) @reference.call
    (selector_expression operand: (_) @receiver field: (field_identifier) @reference.call)
    (parenthesized_expression (identifier) @reference.call)
    (index_expression operand: (identifier) @reference.call)
    (index_expression operand: (selector_expression operand: (_) @receiver field: (field_identifier) @reference.call))
    (type_instantiation_expression type: (type_identifier) @reference.call)
  ])

; `Map[int](x)` reads as a conversion

(type_conversion_expression
  type: [
    (generic_type type: (type_identifier) @reference.call)
    (generic_type type: (qualified_type package: (_) @receiver name: (type_identifier) @reference.call))
  ])

; Composite literals, and the fields they name

(composite_literal
  type: [
    (type_identifier) @reference.instantiate
    (qualified_type package: (_) @receiver name: (type_identifier) @reference.instantiate)
    (generic_type type: (type_identifier) @reference.instantiate)
    (generic_type type: (qualified_type package: (_) @receiver name: (type_identifier) @reference.instantiate))
  ])

(composite_literal
  type: [(type_identifier) (qualified_type)] @receiver
  body: (literal_value
    (keyed_element
      key: (literal_element (identifier) @reference.write))))

; Embedded types of structs and interfaces

(field_declaration
  !name
  type: [
    (type_identifier) @reference.base
    (pointer_type (type_identifier) @reference.base)
    (qualified_type package: (_) @receiver name: (type_identifier) @reference.base)
    (pointer_type (qualified_type package: (_) @receiver name: (type_identifier) @reference.base))
    (generic_type type: (type_identifier) @reference.base)
    (generic_type type: (qualified_type package: (_) @receiver name: (type_identifier) @reference.base))
  ])

(interface_type
  (type_elem
    .
    [
      (type_identifier) @reference.base
      (qualified_type package: (_) @receiver name: (type_identifier) @reference.base)
      (generic_type type: (type_identifier) @reference.base)
    ]
    .))

; Types

(type_identifier) @reference.type

(qualified_type
  package: (package_identifier) @reference.read
  name: (type_identifier))

(qualified_type
  package: (package_identifier) @receiver
  name: (type_identifier) @reference.type)

; Writes and reads

(assignment_statement
  left: (expression_list
    [
      (identifier) @reference.write
      (selector_expression operand: (_) @receiver field: (field_identifier) @reference.write)
    ]))

[
  (inc_statement [
    (identifier) @reference.write
    (selector_expression operand: (_) @receiver field: (field_identifier) @reference.write)])
  (dec_statement [
    (identifier) @reference.write
    (selector_expression operand: (_) @receiver field: (field_identifier) @reference.write)])
]

(selector_expression
  operand: (_) @receiver
  field: (field_identifier) @reference.read)

(identifier) @reference.read

; Handed on as a value

(argument_list [
  (identifier) @reference.pass
  (selector_expression field: (field_identifier) @reference.pass)])
(literal_value (literal_element [
  (identifier) @reference.pass
  (selector_expression field: (field_identifier) @reference.pass)]))
(keyed_element value: (literal_element [
  (identifier) @reference.pass
  (selector_expression field: (field_identifier) @reference.pass)]))
(assignment_statement
  left: (expression_list [(selector_expression) (index_expression)])
  right: (expression_list [
    (identifier) @reference.pass
    (selector_expression field: (field_identifier) @reference.pass)]))
