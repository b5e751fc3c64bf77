; Calls

(invocation_expression
  function: [
    (identifier) @reference.call
    (generic_name . (identifier) @reference.call)
  ]
  arguments: (argument_list) @arguments)

(invocation_expression
  function: (member_access_expression
    expression: _ @receiver
    name: [
      (identifier) @reference.call
      (generic_name . (identifier) @reference.call)
    ])
  arguments: (argument_list) @arguments)

(invocation_expression
  function: (conditional_access_expression
    condition: _ @receiver
    (member_binding_expression
      name: [
        (identifier) @reference.call
        (generic_name . (identifier) @reference.call)
      ]))
  arguments: (argument_list) @arguments)

(constructor_initializer
  ["base" "this"] @reference.call
  (argument_list) @arguments)

; Objects

(object_creation_expression
  type: [
    (identifier) @reference.instantiate
    (generic_name . (identifier) @reference.instantiate)
    (qualified_name qualifier: (_) @receiver name: (identifier) @reference.instantiate)
    (qualified_name qualifier: (_) @receiver name: (generic_name . (identifier) @reference.instantiate))
    (alias_qualified_name alias: (_) @receiver name: (identifier) @reference.instantiate)
  ]
  arguments: (argument_list)? @arguments)

(throw_statement
  (object_creation_expression
    type: [
      (identifier) @reference.raise
      (qualified_name qualifier: (_) @receiver name: (identifier) @reference.raise)
    ]
    arguments: (argument_list)? @arguments))

(throw_expression
  (object_creation_expression
    type: [
      (identifier) @reference.raise
      (qualified_name qualifier: (_) @receiver name: (identifier) @reference.raise)
    ]
    arguments: (argument_list)? @arguments))

; What a type extends and implements

(base_list
  [
    (identifier) @reference.base
    (generic_name . (identifier) @reference.base)
    (qualified_name qualifier: (_) @receiver name: (identifier) @reference.base)
    (qualified_name qualifier: (_) @receiver name: (generic_name . (identifier) @reference.base))
    (alias_qualified_name alias: (_) @receiver name: (identifier) @reference.base)
    (primary_constructor_base_type type: (identifier) @reference.base)
  ])

; Attributes

(attribute
  name: [
    (identifier) @reference.decorator
    (qualified_name qualifier: (_) @receiver name: (identifier) @reference.decorator)
  ])

; Types

(_ type: [
  (identifier) @reference.type
  (generic_name . (identifier) @reference.type)
  (nullable_type type: (identifier) @reference.type)
  (array_type type: (identifier) @reference.type)
  (qualified_name qualifier: (_) @receiver name: (identifier) @reference.type)
  (alias_qualified_name alias: (_) @receiver name: (identifier) @reference.type)
])

(_ returns: [
  (identifier) @reference.type
  (generic_name . (identifier) @reference.type)
  (nullable_type type: (identifier) @reference.type)
  (array_type type: (identifier) @reference.type)
  (qualified_name qualifier: (_) @receiver name: (identifier) @reference.type)
])

(type_argument_list [
  (identifier) @reference.type
  (generic_name . (identifier) @reference.type)
  (nullable_type type: (identifier) @reference.type)
  (qualified_name qualifier: (_) @receiver name: (identifier) @reference.type)
])

(as_expression right: (identifier) @reference.type)

(is_expression right: (identifier) @reference.type)

; Writes and reads

(assignment_expression
  left: [
    (identifier) @reference.write
    (member_access_expression expression: _ @receiver name: (identifier) @reference.write)
  ])

(prefix_unary_expression
  [
    (identifier) @reference.write
    (member_access_expression expression: _ @receiver name: (identifier) @reference.write)
  ])

(postfix_unary_expression
  [
    (identifier) @reference.write
    (member_access_expression expression: _ @receiver name: (identifier) @reference.write)
  ])

(member_access_expression
  expression: _ @receiver
  name: (identifier) @reference.read)

(conditional_access_expression
  condition: _ @receiver
  (member_binding_expression
    name: (identifier) @reference.read))

(qualified_name qualifier: (_) @receiver name: (identifier) @reference.read)

(identifier) @reference.read

; Names that are no uses of what they are called

(initializer_expression (assignment_expression left: (identifier) @ignore))

(argument name: (identifier) @ignore)

(attribute_argument name: (identifier) @ignore)

(subpattern . (identifier) @ignore)

(labeled_statement (identifier) @ignore)

(goto_statement (identifier) @ignore)
