[
  (arrow_function)
  (function_expression)
  (generator_function)
  (class)
  (for_statement)
  (for_in_statement)
  (catch_clause)
  (switch_body)
  (class_static_block)
] @scope

; a function's own block is part of its scope
(if_statement consequence: (statement_block) @scope)
(else_clause (statement_block) @scope)
(while_statement body: (statement_block) @scope)
(do_statement body: (statement_block) @scope)
(try_statement body: (statement_block) @scope)
(finally_clause body: (statement_block) @scope)
(statement_block (statement_block) @scope)

; what a function that is passed along is called with
(call_expression function: (_) @callback.callee arguments: (arguments [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback))
(new_expression constructor: (_) @callback.callee arguments: (arguments [
  (arrow_function parameters: (_) @callback.parameters)
  (arrow_function parameter: (_) @callback.parameters)
  (function_expression parameters: (_) @callback.parameters)] @callback))
