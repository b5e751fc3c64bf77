; Calls; a tuple struct or variant is called like a function

(call_expression
  function: [
    (identifier) @reference.call
    (field_expression value: (_) @receiver field: (field_identifier) @reference.call)
    (scoped_identifier
      path: [(identifier) (scoped_identifier) (self) (super) (crate) (generic_type) (metavariable)] @receiver
      name: (identifier) @reference.call)
    (scoped_identifier
      path: (bracketed_type [(type_identifier) (generic_type) (scoped_type_identifier)] @receiver)
      name: (identifier) @reference.call)
    (scoped_identifier
      path: (bracketed_type (qualified_type type: (_) @receiver))
      name: (identifier) @reference.call)
    (generic_function function: (identifier) @reference.call)
    (generic_function
      function: (scoped_identifier path: (_) @receiver name: (identifier) @reference.call))
    (generic_function
      function: (field_expression value: (_) @receiver field: (field_identifier) @reference.call))
  ])

(macro_invocation
  macro: [
    (identifier) @reference.call
    (scoped_identifier path: (_) @receiver name: (identifier) @reference.call)
  ])

; Names among the tokens of a macro. Of a chain longer than `x.f` only the method is known: its receiver is the dot.

(token_tree
  (identifier) @reference.call
  .
  (token_tree . "("))

(token_tree
  (identifier) @reference.call
  .
  "!"
  .
  (token_tree))

(token_tree
  (identifier) @ignore
  .
  [
    "," "==" "!=" "&&" "||" "=" "=>" "+" "-" "*" "/"
  ]
  .
  (token_tree . "("))

(token_tree
  . [(identifier) (self)] @receiver
  .
  "."
  .
  (identifier) @reference.read)

(token_tree
  . [(identifier) (self)] @receiver
  .
  "."
  .
  (identifier) @reference.call
  .
  (token_tree . "("))

(token_tree
  "," . [(identifier) (self)] @receiver
  .
  "."
  .
  (identifier) @reference.read)

(token_tree
  "," . [(identifier) (self)] @receiver
  .
  "."
  .
  (identifier) @reference.call
  .
  (token_tree . "("))

(token_tree
  "." @receiver
  .
  (identifier) @reference.read)

(token_tree
  "." @receiver
  .
  (identifier) @reference.call
  .
  (token_tree . "("))

(token_tree
  [(identifier) (self) (crate) (super)] @receiver
  .
  "::"
  .
  (identifier) @reference.read)

(token_tree
  [(identifier) (self) (crate) (super)] @receiver
  .
  "::"
  .
  (identifier) @reference.call
  .
  (token_tree . "("))

(lifetime (identifier) @ignore)

; Struct literals and the fields they name

(struct_expression
  name: [
    (type_identifier) @reference.instantiate
    (scoped_type_identifier path: (_) @receiver name: (type_identifier) @reference.instantiate)
    (generic_type_with_turbofish type: (type_identifier) @reference.instantiate)
  ])

(struct_expression
  name: (_) @receiver
  body: (field_initializer_list
    (field_initializer field: (field_identifier) @reference.write)))

(struct_pattern
  type: (_) @receiver
  (field_pattern name: [(field_identifier) (shorthand_field_identifier)] @reference.read))

; Traits that a type implements, and traits that a trait extends

(impl_item
  trait: [
    (type_identifier) @reference.base
    (scoped_type_identifier path: (_) @receiver name: (type_identifier) @reference.base)
    (generic_type type: (type_identifier) @reference.base)
    (generic_type type: (scoped_type_identifier path: (_) @receiver name: (type_identifier) @reference.base))
  ]) @implements

(trait_item
  bounds: (trait_bounds
    [
      (type_identifier) @reference.base
      (scoped_type_identifier path: (_) @receiver name: (type_identifier) @reference.base)
      (generic_type type: (type_identifier) @reference.base)
      (generic_type type: (scoped_type_identifier path: (_) @receiver name: (type_identifier) @reference.base))
    ]))

; Attributes

(attribute
  [
    (identifier) @reference.decorator
    (scoped_identifier path: (_) @receiver name: (identifier) @reference.decorator)
  ])

((attribute
  (identifier) @_derive
  arguments: (token_tree (identifier) @reference.decorator))
  (#eq? @_derive "derive"))

; Types

(type_identifier) @reference.type

(scoped_type_identifier
  path: (_) @receiver
  name: (type_identifier) @reference.type)

; Writes and reads

(assignment_expression
  left: [
    (identifier) @reference.write
    (field_expression value: (_) @receiver field: (field_identifier) @reference.write)
    (unary_expression (field_expression value: (_) @receiver field: (field_identifier) @reference.write))
  ])

(compound_assignment_expr
  left: [
    (identifier) @reference.write
    (field_expression value: (_) @receiver field: (field_identifier) @reference.write)
  ])

(field_expression
  value: (_) @receiver
  field: (field_identifier) @reference.read)

(scoped_identifier
  path: [(identifier) (scoped_identifier) (self) (super) (crate) (generic_type) (metavariable)] @receiver
  name: (identifier) @reference.read)

(scoped_identifier
  path: (bracketed_type [(type_identifier) (generic_type) (scoped_type_identifier)] @receiver)
  name: (identifier) @reference.read)

(identifier) @reference.read

; Handed on as a value

(arguments [(identifier) @reference.pass (scoped_identifier name: (identifier) @reference.pass)])
(field_initializer value: [(identifier) @reference.pass (scoped_identifier name: (identifier) @reference.pass)])
(array_expression [(identifier) @reference.pass (scoped_identifier name: (identifier) @reference.pass)])
(assignment_expression
  left: [(field_expression) (index_expression)]
  right: [(identifier) @reference.pass (scoped_identifier name: (identifier) @reference.pass)])
