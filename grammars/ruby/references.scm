(superclass (constant) @reference.base)
(superclass (scope_resolution scope: (_) @receiver name: (constant) @reference.base))
((call
  !receiver
  method: (identifier) @_mixin
  arguments: (argument_list [
    (constant) @reference.base
    (scope_resolution scope: (_) @receiver name: (constant) @reference.base)]))
  (#any-of? @_mixin "include" "extend" "prepend"))

(call receiver: (_) @receiver method: [(identifier) (constant)] @reference.call)
(call !receiver method: [(identifier) (constant)] @reference.call)
(call method: (super) @reference.call)
(super) @reference.call

; `method(:pour)`, `send(:pour)`, `before_action :check`
((call !receiver method: (identifier) @_method arguments: (argument_list . (simple_symbol) @reference.pass))
  (#any-of? @_method "method" "before_action" "after_action" "around_action"))
((call receiver: (_) @receiver method: (identifier) @_send arguments: (argument_list . (simple_symbol) @reference.call))
  (#any-of? @_send "send" "public_send" "__send__"))
((call !receiver method: (identifier) @_send arguments: (argument_list . (simple_symbol) @reference.call))
  (#any-of? @_send "send" "public_send" "__send__"))

((call !receiver method: (identifier) @_raise arguments: (argument_list . [
  (constant) @reference.raise
  (scope_resolution scope: (_) @receiver name: (constant) @reference.raise)
  (call receiver: (constant) @reference.raise)
  (call receiver: (scope_resolution scope: (_) @receiver name: (constant) @reference.raise))]))
  (#any-of? @_raise "raise" "fail"))

(assignment left: (instance_variable) @reference.write)
(operator_assignment left: (instance_variable) @reference.write)
(scope_resolution scope: (_) @receiver name: (constant) @reference.read)
[(constant) (identifier) (instance_variable)] @reference.read
(alias alias: (identifier) @reference.read)
