; What attributes say is no code that runs

((unary_operator operator: "@" operand: (call target: (identifier) @_attribute) @ignore.inside)
  (#any-of? @_attribute
    "callback" "macrocallback" "opaque" "spec" "type" "typep" "doc" "moduledoc" "typedoc"))
(unary_operator operator: "@" operand: (call target: (identifier) @ignore))
(binary_operator operator: "::" right: (_) @ignore.inside)

; `pack(x)`, `Crate.pack(x)`, `:lists.map(f, x)`

(call target: (identifier) @reference.call)
(call target: (identifier) @reference.call (arguments) @arguments)
(call target: (dot left: (_) @receiver right: (identifier) @reference.call) (arguments) @arguments)

; `Crate.pack` without parentheses, but for `&Crate.pack/1`

(do_block (call target: (dot left: [(alias) (atom)] @receiver right: (identifier) @reference.call) .))
(body (call target: (dot left: [(alias) (atom)] @receiver right: (identifier) @reference.call) .))
(arguments (call target: (dot left: [(alias) (atom)] @receiver right: (identifier) @reference.call) .))
(pair value: (call target: (dot left: [(alias) (atom)] @receiver right: (identifier) @reference.call) .))
(binary_operator right: (call target: (dot left: [(alias) (atom)] @receiver right: (identifier) @reference.call) .))

; What is piped into a call, and a block behind it, are arguments too

(call target: [(identifier) @reference.call (dot right: (identifier) @reference.call)] (do_block) @argument)
(binary_operator
  left: (_) @argument
  operator: "|>"
  right: (call target: [(identifier) @reference.call (dot right: (identifier) @reference.call)]))

; `&pack/1`, `&Crate.pack/1`

(unary_operator
  operator: "&"
  operand: (binary_operator left: (identifier) @reference.pass operator: "/"))
(unary_operator
  operator: "&"
  operand: (binary_operator
    left: (call target: (dot left: (_) @receiver right: (identifier) @reference.pass))
    operator: "/"))

; `@timeout`

(unary_operator operator: "@" operand: (identifier) @reference.read)
