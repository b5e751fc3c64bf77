; Calls: a closure behind the parentheses is one more argument

((call_expression
  .
  (simple_identifier) @reference.call
  (call_suffix . (value_arguments) @arguments .))
  (#not-match? @arguments "^\\["))

((call_expression
  .
  (navigation_expression
    target: (_) @receiver
    suffix: (navigation_suffix suffix: (simple_identifier) @reference.call))
  (call_suffix . (value_arguments) @arguments .))
  (#not-match? @arguments "^\\["))

((call_expression . (simple_identifier) @reference.call (call_suffix) @_suffix)
  (#not-match? @_suffix "^\\["))

((call_expression
  .
  (navigation_expression
    target: (_) @receiver
    suffix: (navigation_suffix suffix: (simple_identifier) @reference.call))
  (call_suffix) @_suffix)
  (#not-match? @_suffix "^\\["))

(constructor_expression
  constructed_type: (user_type . (type_identifier) @reference.instantiate . (type_arguments)? .)
  (constructor_suffix . (value_arguments) @arguments .))

(control_transfer_statement
  (throw_keyword)
  (call_expression . (simple_identifier) @reference.raise))

; What a type extends and conforms to

(inheritance_specifier
  inherits_from: (user_type . (type_identifier) @reference.base . (type_arguments)? .))

(inheritance_specifier
  inherits_from: (user_type . (type_identifier)+ @receiver . (type_identifier) @reference.base))

; Attributes

(attribute (user_type . (type_identifier) @reference.decorator .))

; Types

(class_declaration
  declaration_kind: "extension"
  name: (user_type . (type_identifier) @reference.type))

(user_type . (type_identifier) @reference.type)

(user_type . (type_identifier)+ @receiver . (type_identifier) @reference.type)

; Writes and reads

(directly_assignable_expression
  [
    (simple_identifier) @reference.write
    (navigation_expression
      target: (_) @receiver
      suffix: (navigation_suffix suffix: (simple_identifier) @reference.write))
  ])

(navigation_expression
  target: (_) @receiver
  suffix: (navigation_suffix suffix: (simple_identifier) @reference.read))

(simple_identifier) @reference.read

; `.member` leaves out its type, and labels are no names

(prefix_expression operation: "." target: (simple_identifier) @ignore)

(value_argument_label (simple_identifier) @ignore)

(parameter external_name: (simple_identifier) @ignore)

(call_suffix name: (simple_identifier) @ignore)

(pattern . (simple_identifier) @ignore (pattern))

(import_declaration (identifier (simple_identifier) @ignore))

((simple_identifier) @ignore
  (#match? @ignore "^(_|[$][0-9]+)$"))
