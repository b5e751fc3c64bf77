; Calls

(function_call_expression
  function: [
    (name) @reference.call
    (qualified_name prefix: _+ @receiver (name) @reference.call)
    (relative_name (name) @reference.call)
  ]
  arguments: (arguments) @arguments)

(member_call_expression
  object: (_) @receiver
  name: (name) @reference.call
  arguments: (arguments) @arguments)

(nullsafe_member_call_expression
  object: (_) @receiver
  name: (name) @reference.call
  arguments: (arguments) @arguments)

(scoped_call_expression
  scope: (_) @receiver
  name: (name) @reference.call
  arguments: (arguments) @arguments)

; Objects

(object_creation_expression
  [
    (name) @reference.instantiate
    (qualified_name prefix: _+ @receiver (name) @reference.instantiate)
  ]
  (arguments)? @arguments)

(throw_expression
  (object_creation_expression
    [
      (name) @reference.raise
      (qualified_name prefix: _+ @receiver (name) @reference.raise)
    ]))

; What a type extends, implements and uses

(base_clause
  [
    (name) @reference.base
    (qualified_name prefix: _+ @receiver (name) @reference.base)
  ])

(class_interface_clause
  [
    (name) @reference.base
    (qualified_name prefix: _+ @receiver (name) @reference.base)
  ]) @implements

(use_declaration
  [
    (name) @reference.base
    (qualified_name prefix: _+ @receiver (name) @reference.base)
  ])

; Attributes

(attribute
  [
    (name) @reference.decorator
    (qualified_name prefix: _+ @receiver (name) @reference.decorator)
  ])

; Types

(named_type
  [
    (name) @reference.type
    (qualified_name prefix: _+ @receiver (name) @reference.type)
  ])

(binary_expression
  operator: "instanceof"
  right: [
    (name) @reference.type
    (qualified_name prefix: _+ @receiver (name) @reference.type)
  ])

; Writes and reads

(assignment_expression
  left: (member_access_expression object: (_) @receiver name: (name) @reference.write))

(assignment_expression
  left: (scoped_property_access_expression
    scope: (_) @receiver
    name: (variable_name (name) @reference.write)))

(augmented_assignment_expression
  left: (member_access_expression object: (_) @receiver name: (name) @reference.write))

(update_expression
  argument: (member_access_expression object: (_) @receiver name: (name) @reference.write))

(member_access_expression object: (_) @receiver name: (name) @reference.read)

(nullsafe_member_access_expression object: (_) @receiver name: (name) @reference.read)

(scoped_property_access_expression
  scope: (_) @receiver
  name: (variable_name (name) @reference.read))

(class_constant_access_expression
  .
  (_) @receiver
  (name) @reference.read
  .)

(class_constant_access_expression
  .
  [
    (name) @reference.read
    (qualified_name prefix: _+ @receiver (name) @reference.read)
  ])

(scoped_call_expression
  scope: [
    (name) @reference.read
    (qualified_name prefix: _+ @receiver (name) @reference.read)
  ])

(scoped_property_access_expression
  scope: [
    (name) @reference.read
    (qualified_name prefix: _+ @receiver (name) @reference.read)
  ])

((class_constant_access_expression (name) @ignore .)
  (#eq? @ignore "class"))

(qualified_name prefix: _+ @receiver (name) @reference.read)

(expression_statement (name) @reference.read)

(argument (name) @reference.read .)

(binary_expression (name) @reference.read)

(return_statement (name) @reference.read)

(array_element_initializer (name) @reference.read)

(assignment_expression right: (name) @reference.read)
