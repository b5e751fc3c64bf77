[
  (block)
  (closure_expression)
  (for_expression)
  (if_expression)
  (while_expression)
  (match_arm)
  (impl_item)
  (struct_item)
  (union_item)
  (enum_item)
  (trait_item)
  (type_item)
  (macro_rule)
] @scope

; Parameters

(parameter
  pattern: [
    (identifier) @binding.parameter
    (mut_pattern (identifier) @binding.parameter)
    (reference_pattern (identifier) @binding.parameter)
  ]
  type: [
    (reference_type type: (_) @type)
    (type_identifier) @type
    (generic_type) @type
    (scoped_type_identifier) @type
    (primitive_type) @type
    (dynamic_type) @type
    (abstract_type) @type
    (array_type) @type
    (tuple_type) @type
    (pointer_type) @type
    (function_type) @type
    (unit_type) @type
  ])

(closure_parameters
  [
    (identifier) @binding.parameter
    (reference_pattern (identifier) @binding.parameter)
    (tuple_pattern (identifier) @binding.parameter)
  ])

(type_parameter
  name: (type_identifier) @binding.parameter
  bounds: (trait_bounds . (_) @type)?)

(const_parameter
  name: (identifier) @binding.parameter
  type: (_) @type)

; Locals

(let_declaration
  pattern: (identifier) @binding.local
  type: [
    (reference_type type: (_) @type)
    (type_identifier) @type
    (generic_type) @type
    (scoped_type_identifier) @type
    (primitive_type) @type
    (dynamic_type) @type
    (abstract_type) @type
    (array_type) @type
    (tuple_type) @type
    (pointer_type) @type
    (function_type) @type
    (unit_type) @type
  ])

(let_declaration
  pattern: (identifier) @binding.local
  !type
  value: (_) @value)

(let_declaration
  pattern: (identifier) @binding.local)

(let_declaration
  pattern: (identifier) @binding.local
  !type
  value: (type_cast_expression type: (_) @type))

; what a smart pointer is made of

((let_declaration
  pattern: (identifier) @binding.local
  !type
  value: (call_expression
    function: (scoped_identifier path: (identifier) @_wrapper)
    arguments: (arguments
      .
      [
        (struct_expression name: (type_identifier) @type)
        (call_expression function: (scoped_identifier path: (identifier) @type))
      ])))
  (#any-of? @_wrapper "Box" "Rc" "Arc" "RefCell" "Cell" "Mutex" "RwLock" "Pin")
  (#match? @type "^[A-Z]"))

; `if let Some(x) = value`, `while let Some(x) = value`, `let Some(x) = value else`

((let_condition
  pattern: (tuple_struct_pattern
    type: (identifier) @_variant
    .
    (identifier) @binding.inner)
  value: (_) @value)
  (#any-of? @_variant "Some" "Ok"))

((let_declaration
  pattern: (tuple_struct_pattern
    type: (identifier) @_variant
    .
    (identifier) @binding.inner)
  value: (_) @value)
  (#any-of? @_variant "Some" "Ok"))

((match_expression
  value: (_) @value
  body: (match_block
    (match_arm
      pattern: (match_pattern
        (tuple_struct_pattern
          type: (identifier) @_variant
          .
          (identifier) @binding.inner)))))
  (#any-of? @_variant "Some" "Ok"))

(for_expression
  pattern: [
    (identifier) @binding.element
    (reference_pattern (identifier) @binding.element)
    (tuple_pattern (identifier) @binding.element @item)
    (reference_pattern (tuple_pattern (identifier) @binding.element @item))
  ]
  value: (_) @value)

(for_expression
  pattern: (identifier) @binding.local)

; Other patterns: lower-case names bind, the rest are constants and variants

((tuple_struct_pattern
  type: (_)
  (identifier) @binding.local)
  (#match? @binding.local "^[a-z_]"))

([
  (tuple_pattern (identifier) @binding.local)
  (slice_pattern (identifier) @binding.local)
  (match_pattern . (identifier) @binding.local)
  (or_pattern (identifier) @binding.local)
  (let_condition pattern: (identifier) @binding.local)
]
  (#match? @binding.local "^[a-z_]"))

[
  (field_pattern name: (shorthand_field_identifier) @binding.local)
  (field_pattern pattern: (identifier) @binding.local)
  (captured_pattern . (identifier) @binding.local)
  (ref_pattern (identifier) @binding.local)
  (mut_pattern (identifier) @binding.local)
  (reference_pattern (identifier) @binding.local)
]

; in its initialiser a name means what it meant before: `let (op, rest) = op(rest)`

(let_declaration
  pattern: [
    (identifier) @binding.local
    (mut_pattern (identifier) @binding.local)
    (tuple_pattern (identifier) @binding.local)
    (tuple_pattern (mut_pattern (identifier) @binding.local))
    (tuple_struct_pattern type: (_) (identifier) @binding.local)
  ]
  value: (_) @after)

; `let (a, b) = pair`

(let_declaration
  pattern: (tuple_pattern (identifier) @binding.local @item)
  !type
  value: (_) @value)

; what a closure that is passed along is called with

(call_expression
  function: (_) @callback.callee
  arguments: (arguments
    (closure_expression parameters: (closure_parameters) @callback.parameters) @callback))

(closure_parameters (tuple_pattern (identifier) @binding.parameter @item))

(closure_parameters (reference_pattern (tuple_pattern (identifier) @binding.parameter @item)))

; `Shape::Circle(radius)`: what a variant holds

((tuple_struct_pattern
  type: [(identifier) (scoped_identifier)] @value
  [
    (identifier) @binding.payload @item
    (ref_pattern (identifier) @binding.payload) @item
    (mut_pattern (identifier) @binding.payload) @item
  ])
  (#not-match? @value "^(Some|Ok|Err)$"))

(where_predicate
  left: (type_identifier) @binding.parameter
  bounds: (trait_bounds . (_) @type))
