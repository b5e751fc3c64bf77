; Calls

(call_expression
  function: [
    (identifier) @reference.call
    (generic_function function: (identifier) @reference.call)
  ]
  arguments: (arguments) @arguments)

(call_expression
  function: [
    (field_expression value: (_) @receiver field: (identifier) @reference.call)
    (generic_function
      function: (field_expression value: (_) @receiver field: (identifier) @reference.call))
  ]
  arguments: (arguments) @arguments)

(call_expression function: (identifier) @reference.call)

(call_expression
  function: (field_expression value: (_) @receiver field: (identifier) @reference.call))

(infix_expression
  left: (_) @receiver
  operator: (identifier) @reference.call)

; Objects

(instance_expression
  [
    (type_identifier) @reference.instantiate
    (generic_type type: (type_identifier) @reference.instantiate)
    (stable_type_identifier (_) @receiver . (type_identifier) @reference.instantiate)
    (generic_type type: (stable_type_identifier (_) @receiver . (type_identifier) @reference.instantiate))
  ]
  arguments: (arguments)? @arguments)

(instance_expression
  (compound_type
    [
      (type_identifier) @reference.base
      (generic_type type: (type_identifier) @reference.base)
    ])
  (template_body))

(instance_expression
  [
    (type_identifier) @reference.base
    (generic_type type: (type_identifier) @reference.base)
    (stable_type_identifier (_) @receiver . (type_identifier) @reference.base)
  ]
  (template_body))

(throw_expression
  (instance_expression
    [
      (type_identifier) @reference.raise
      (stable_type_identifier (_) @receiver . (type_identifier) @reference.raise)
    ]))

(throw_expression
  (call_expression function: (identifier) @reference.raise))

; What a type extends

(extends_clause
  [
    (type_identifier) @reference.base
    (generic_type type: (type_identifier) @reference.base)
    (stable_type_identifier (_) @receiver . (type_identifier) @reference.base)
    (generic_type type: (stable_type_identifier (_) @receiver . (type_identifier) @reference.base))
  ])

(extends_clause
  (compound_type
    [
      (type_identifier) @reference.base
      (generic_type type: (type_identifier) @reference.base)
    ]))

; Annotations

(annotation name: (type_identifier) @reference.decorator)

; Types

(type_identifier) @reference.type

(stable_type_identifier (_) @receiver . (type_identifier) @reference.type)

(case_class_pattern type: (type_identifier) @reference.type)

; Writes and reads

(assignment_expression
  left: [
    (identifier) @reference.write
    (field_expression value: (_) @receiver field: (identifier) @reference.write)
  ])

(field_expression value: (_) @receiver field: (identifier) @reference.read)

(identifier) @reference.read

(arguments (assignment_expression left: (identifier) @ignore))

(package_identifier (identifier) @ignore)

((identifier) @ignore
  (#any-of? @ignore "this" "super"))
