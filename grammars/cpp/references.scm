; Calls

(call_expression
  function: [
    (identifier) @reference.call
    (template_function name: (identifier) @reference.call)
    (field_expression argument: (_) @receiver field: (field_identifier) @reference.call)
    (field_expression argument: (_) @receiver field: (template_method name: (field_identifier) @reference.call))
    (field_expression
      argument: (_) @receiver
      field: (dependent_name (template_method name: (field_identifier) @reference.call)))
    (field_expression
      argument: (_) @receiver
      field: (qualified_identifier name: (_) @reference.call))
    (qualified_identifier scope: (_) @receiver name: (identifier) @reference.call)
    (qualified_identifier scope: (_) @receiver name: (template_function name: (identifier) @reference.call))
    (qualified_identifier
      scope: (_) @receiver
      name: (qualified_identifier scope: (_) @receiver name: (identifier) @reference.call))
    (qualified_identifier
      scope: (_) @receiver
      name: (qualified_identifier scope: (_) @receiver name: (template_function name: (identifier) @reference.call)))
    (qualified_identifier
      scope: (_) @receiver
      name: (qualified_identifier
        name: (qualified_identifier scope: (_) @receiver name: (identifier) @reference.call)))
    (parenthesized_expression (identifier) @reference.call)
    (parenthesized_expression (pointer_expression argument: (identifier) @reference.call))
  ]
  arguments: (argument_list) @arguments)

; Objects

(new_expression
  type: [
    (type_identifier) @reference.instantiate
    (template_type name: (type_identifier) @reference.instantiate)
    (qualified_identifier scope: (_) @receiver name: (type_identifier) @reference.instantiate)
    (qualified_identifier scope: (_) @receiver name: (template_type name: (type_identifier) @reference.instantiate))
    (qualified_identifier
      scope: (_) @receiver
      name: (qualified_identifier scope: (_) @receiver name: (type_identifier) @reference.instantiate))
  ]
  arguments: (argument_list)? @arguments)

(compound_literal_expression
  type: [
    (type_identifier) @reference.instantiate
    (template_type name: (type_identifier) @reference.instantiate)
    (qualified_identifier scope: (_) @receiver name: (type_identifier) @reference.instantiate)
    (qualified_identifier scope: (_) @receiver name: (template_type name: (type_identifier) @reference.instantiate))
    (qualified_identifier
      scope: (_) @receiver
      name: (qualified_identifier scope: (_) @receiver name: (type_identifier) @reference.instantiate))
  ])

(throw_statement
  (call_expression
    function: [
      (identifier) @reference.raise
      (qualified_identifier scope: (_) @receiver name: (identifier) @reference.raise)
    ]))

; Base classes

(base_class_clause
  [
    (type_identifier) @reference.base
    (template_type name: (type_identifier) @reference.base)
    (qualified_identifier scope: (_) @receiver name: (type_identifier) @reference.base)
    (qualified_identifier scope: (_) @receiver name: (template_type name: (type_identifier) @reference.base))
    (qualified_identifier
      scope: (_) @receiver
      name: (qualified_identifier scope: (_) @receiver name: (type_identifier) @reference.base))
  ])

; Types

(type_identifier) @reference.type

(namespace_identifier) @reference.type

(qualified_identifier
  scope: (_) @receiver
  name: (qualified_identifier
    scope: (_) @receiver
    name: [
      (type_identifier) @reference.type
      (template_type name: (type_identifier) @reference.type)
    ]))

(qualified_identifier
  scope: (_) @receiver
  name: [
    (type_identifier) @reference.type
    (template_type name: (type_identifier) @reference.type)
  ])

; Writes and reads

(field_initializer
  .
  (field_identifier) @reference.write)

(field_initializer
  .
  (template_method name: (field_identifier) @reference.write))

(assignment_expression
  left: [
    (identifier) @reference.write
    (field_expression argument: (_) @receiver field: (field_identifier) @reference.write)
  ])

(update_expression
  argument: [
    (identifier) @reference.write
    (field_expression argument: (_) @receiver field: (field_identifier) @reference.write)
  ])

(declaration
  type: (type_identifier) @receiver
  declarator: (init_declarator
    value: (initializer_list
      (initializer_pair
        designator: (field_designator (field_identifier) @reference.write)))))

(field_expression
  argument: (_) @receiver
  field: (field_identifier) @reference.read)

(qualified_identifier
  scope: (_) @receiver
  name: (qualified_identifier
    scope: (_) @receiver
    name: (identifier) @reference.read))

(qualified_identifier
  scope: (_) @receiver
  name: (identifier) @reference.read)

(identifier) @reference.read

; Handed on as a value

(argument_list [
  (identifier) @reference.pass
  (qualified_identifier name: (identifier) @reference.pass)
  (pointer_expression argument: (identifier) @reference.pass)
  (pointer_expression argument: (qualified_identifier name: (identifier) @reference.pass))])
(initializer_list [
  (identifier) @reference.pass
  (qualified_identifier name: (identifier) @reference.pass)
  (pointer_expression argument: (identifier) @reference.pass)
  (pointer_expression argument: (qualified_identifier name: (identifier) @reference.pass))])
(initializer_pair value: [
  (identifier) @reference.pass
  (pointer_expression argument: [
    (identifier) @reference.pass
    (qualified_identifier name: (identifier) @reference.pass)])])
(assignment_expression
  right: [
    (identifier) @reference.pass
    (pointer_expression argument: [
      (identifier) @reference.pass
      (qualified_identifier name: (identifier) @reference.pass)])])

; The body of a macro is code, although the grammar takes it for text

(preproc_function_def value: (preproc_arg) @embedded)
(preproc_def value: (preproc_arg) @embedded)

; `T x(f())`, `T x(ns::f())` in a function: the grammar reads f as the type of a parameter

(compound_statement (declaration declarator: (function_declarator parameters: (parameter_list
  (parameter_declaration
    type: [
      (type_identifier) @reference.call
      (qualified_identifier scope: (_) @receiver name: (type_identifier) @reference.call)]
    declarator: (abstract_function_declarator parameters: (parameter_list) @arguments))))))
