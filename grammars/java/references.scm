; Calls

(method_invocation
  !object
  name: (identifier) @reference.call
  arguments: (argument_list) @arguments)

; `Outer.super.method()`

(method_invocation
  object: (_)
  (super) @receiver
  name: (identifier) @reference.call
  arguments: (argument_list) @arguments)

(method_invocation
  object: (_) @receiver
  name: (identifier) @reference.call
  arguments: (argument_list) @arguments)

(explicit_constructor_invocation
  constructor: [(super) (this)] @reference.call
  arguments: (argument_list) @arguments)

; `Type::method` hands it on, and does not call it

(method_reference
  .
  (_) @receiver
  (identifier) @reference.pass
  .)

; Objects

(object_creation_expression
  type: [
    (type_identifier) @reference.instantiate
    (scoped_type_identifier (_) @receiver . (type_identifier) @reference.instantiate .)
    (generic_type . (type_identifier) @reference.instantiate)
    (generic_type . (scoped_type_identifier (_) @receiver . (type_identifier) @reference.instantiate .))
  ]
  arguments: (argument_list) @arguments)

(throw_statement
  (object_creation_expression
    type: [
      (type_identifier) @reference.raise
      (scoped_type_identifier (_) @receiver . (type_identifier) @reference.raise .)
    ]
    arguments: (argument_list) @arguments))

; What a type extends and implements

(superclass
  [
    (type_identifier) @reference.base
    (scoped_type_identifier (_) @receiver . (type_identifier) @reference.base .)
    (generic_type . (type_identifier) @reference.base)
    (generic_type . (scoped_type_identifier (_) @receiver . (type_identifier) @reference.base .))
  ])

(super_interfaces
  (type_list
    [
      (type_identifier) @reference.base
      (scoped_type_identifier (_) @receiver . (type_identifier) @reference.base .)
      (generic_type . (type_identifier) @reference.base)
      (generic_type . (scoped_type_identifier (_) @receiver . (type_identifier) @reference.base .))
    ])) @implements

(extends_interfaces
  (type_list
    [
      (type_identifier) @reference.base
      (scoped_type_identifier (_) @receiver . (type_identifier) @reference.base .)
      (generic_type . (type_identifier) @reference.base)
      (generic_type . (scoped_type_identifier (_) @receiver . (type_identifier) @reference.base .))
    ]))

; Annotations

(annotation
  name: [
    (identifier) @reference.decorator
    (scoped_identifier scope: (_) @receiver name: (identifier) @reference.decorator)
  ])

(marker_annotation
  name: [
    (identifier) @reference.decorator
    (scoped_identifier scope: (_) @receiver name: (identifier) @reference.decorator)
  ])

(element_value_pair key: (identifier) @ignore)

; Types

(type_identifier) @reference.type

(scoped_type_identifier
  (_) @receiver
  .
  (type_identifier) @reference.type
  .)

; Writes and reads

(assignment_expression
  left: [
    (identifier) @reference.write
    (field_access object: (_) @receiver field: (identifier) @reference.write)
  ])

(update_expression
  [
    (identifier) @reference.write
    (field_access object: (_) @receiver field: (identifier) @reference.write)
  ])

(field_access
  object: (_) @receiver
  field: (identifier) @reference.read)

(identifier) @reference.read

(labeled_statement . (identifier) @ignore)

(break_statement (identifier) @ignore)

(continue_statement (identifier) @ignore)
