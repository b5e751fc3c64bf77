; Calls

(call_expression
  function: [
    (identifier) @reference.call
    (field_expression argument: (_) @receiver field: (field_identifier) @reference.call)
    (parenthesized_expression (identifier) @reference.call)
    (parenthesized_expression (pointer_expression argument: (identifier) @reference.call))
    (parenthesized_expression
      (pointer_expression
        argument: (field_expression argument: (_) @receiver field: (field_identifier) @reference.call)))
  ])

; `vmcase(X) { ... }`: a macro that opens a block reads as a function without parameters

(function_definition
  type: (type_identifier) @reference.call
  declarator: (parenthesized_declarator (identifier) @reference.read))

(macro_type_specifier
  name: (identifier) @reference.call)

; Types

(type_identifier) @reference.type

; Designated initialisers

(declaration
  type: (type_identifier) @receiver
  declarator: (init_declarator
    value: (initializer_list
      (initializer_pair
        designator: (field_designator (field_identifier) @reference.write)))))

(compound_literal_expression
  type: (type_descriptor type: (type_identifier) @receiver)
  value: (initializer_list
    (initializer_pair
      designator: (field_designator (field_identifier) @reference.write))))

; Writes and reads

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

(field_expression
  argument: (_) @receiver
  field: (field_identifier) @reference.read)

(identifier) @reference.read

; Handed on as a value

(argument_list [(identifier) @reference.pass (pointer_expression argument: (identifier) @reference.pass)])
(initializer_list [(identifier) @reference.pass (pointer_expression argument: (identifier) @reference.pass)])
(initializer_pair value: [(identifier) @reference.pass (pointer_expression argument: (identifier) @reference.pass)])
(assignment_expression
  left: [(field_expression) (subscript_expression) (pointer_expression)]
  right: [(identifier) @reference.pass (pointer_expression argument: (identifier) @reference.pass)])

; The body of a macro is code, although the grammar takes it for text

(preproc_function_def value: (preproc_arg) @embedded)
(preproc_def value: (preproc_arg) @embedded)
