[
  (block)
  (type_spec)
  (func_literal)
  (if_statement)
  (for_statement)
  (expression_switch_statement)
  (type_switch_statement)
  (expression_case)
  (type_case)
  (default_case)
  (communication_case)
] @scope

; Parameters, results and receivers

(parameter_declaration
  name: (identifier) @binding.parameter
  type: (_) @type)

(variadic_parameter_declaration
  name: (identifier) @binding.parameter
  type: (_) @type)

(type_parameter_declaration
  name: (identifier) @binding.parameter
  type: (_) @type)

; Locals. The first name takes the first value: `a, err := f()`.

(short_var_declaration
  left: (expression_list
    .
    (identifier) @binding.local)
  right: (expression_list
    .
    [
      (type_assertion_expression type: (_) @type)
      (composite_literal type: [(slice_type) (map_type) (array_type)] @type)
    ]))

((short_var_declaration
  left: (expression_list
    .
    (identifier) @binding.local)
  right: (expression_list
    .
    (call_expression
      function: (identifier) @_maker
      arguments: (argument_list . (_) @type))))
  (#any-of? @_maker "new" "make"))

(short_var_declaration
  left: (expression_list
    .
    (identifier) @binding.local)
  right: (expression_list
    .
    (_) @value))

(short_var_declaration
  left: (expression_list
    .
    (_)
    .
    (identifier) @binding.local)
  right: (expression_list
    .
    (_)
    .
    (_) @value))

(short_var_declaration
  left: (expression_list
    (_)
    (identifier) @binding.result @item)
  right: (expression_list . (call_expression) @value .))

(short_var_declaration
  left: (expression_list
    (identifier) @binding.local))

(statement_list
  (var_declaration
    [
      (var_spec name: (identifier) @binding.local type: (_) @type)
      (var_spec_list (var_spec name: (identifier) @binding.local type: (_) @type))
    ]))

(statement_list
  (var_declaration
    [
      (var_spec . name: (identifier) @binding.local value: (expression_list . (_) @value))
      (var_spec_list (var_spec . name: (identifier) @binding.local value: (expression_list . (_) @value)))
    ]))

(statement_list
  (var_declaration
    [
      (var_spec name: (identifier) @binding.local)
      (var_spec_list (var_spec name: (identifier) @binding.local))
    ]))

(statement_list
  (const_declaration
    (const_spec name: (identifier) @binding.local)))

; `for i, v := range values`: an element of the values

(range_clause
  left: (expression_list
    (_)
    .
    (identifier) @binding.element)
  ":="
  right: (_) @value)

(range_clause
  left: (expression_list
    (identifier) @binding.local)
  ":=")

(receive_statement
  left: (expression_list
    (identifier) @binding.local)
  ":=")

(type_switch_statement
  alias: (expression_list
    (identifier) @binding.local))

