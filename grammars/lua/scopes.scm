[
  (function_definition)
  (do_statement)
  (while_statement)
  (repeat_statement)
  (for_statement)
] @scope
(if_statement consequence: (_) @scope)
(elseif_statement consequence: (_) @scope)
(else_statement body: (_) @scope)

(parameters name: (identifier) @binding.parameter)
(for_generic_clause (variable_list name: (identifier) @binding.local))
(for_numeric_clause name: (identifier) @binding.local)
