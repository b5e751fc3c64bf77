; Calls: a lambda behind the parentheses is one more argument

(call_expression
  .
  (identifier) @reference.call
  .
  (type_arguments)?
  .
  (value_arguments) @arguments)

(call_expression
  .
  (navigation_expression
    .
    (_) @receiver
    (identifier) @reference.call
    .)
  .
  (type_arguments)?
  .
  (value_arguments) @arguments)

(call_expression
  .
  (identifier) @reference.call)

(call_expression
  .
  (navigation_expression
    .
    (_) @receiver
    (identifier) @reference.call
    .))

(infix_expression
  .
  (_) @receiver
  .
  (identifier) @reference.call)

(constructor_delegation_call
  ["this" "super"] @reference.call
  (value_arguments) @arguments)

(throw_expression
  (call_expression . (identifier) @reference.raise . (type_arguments)? . (value_arguments) @arguments))

; What a type extends and implements

(delegation_specifiers
    (delegation_specifier
      [
        (user_type . (identifier) @reference.base . (type_arguments)? .)
        (user_type . (identifier)+ @receiver . (identifier) @reference.base)
        (explicit_delegation (user_type . (identifier) @reference.base . (type_arguments)? .))
        (constructor_invocation (user_type . (identifier) @reference.base . (type_arguments)? .))
        (constructor_invocation (user_type . (identifier)+ @receiver . (identifier) @reference.base))
      ]))

; Annotations

(annotation
  [
    (user_type . (identifier) @reference.decorator .)
    (user_type . (identifier)+ @receiver . (identifier) @reference.decorator)
    (constructor_invocation (user_type . (identifier) @reference.decorator .))
    (constructor_invocation (user_type . (identifier)+ @receiver . (identifier) @reference.decorator))
  ])

; Types

(user_type . (identifier) @reference.type)

(user_type . (identifier)+ @receiver . (identifier) @reference.type)

; Writes and reads

(assignment
  left: [
    (identifier) @reference.write
    (navigation_expression . (_) @receiver (identifier) @reference.write .)
  ])

(navigation_expression
  .
  (_) @receiver
  (identifier) @reference.read
  .)

(identifier) @reference.read

((navigation_expression "::" (identifier) @ignore .)
  (#eq? @ignore "class"))

(value_argument . (identifier) @ignore . (_))

(this_expression (identifier) @ignore)

(labeled_expression (identifier) @ignore)

((identifier) @ignore
  (#eq? @ignore "null"))

(package_header (qualified_identifier (identifier) @ignore))
