(lambda) @scope
(list_comprehension) @scope
(set_comprehension) @scope
(dictionary_comprehension) @scope
(generator_expression) @scope

(parameters (identifier) @binding.parameter)
(parameters (typed_parameter (identifier) @binding.parameter type: (_) @type))
(parameters (default_parameter name: (identifier) @binding.parameter value: (_) @value))
(parameters (typed_default_parameter name: (identifier) @binding.parameter type: (_) @type value: (_) @value))
(parameters (list_splat_pattern (identifier) @binding.parameter))
(parameters (dictionary_splat_pattern (identifier) @binding.parameter))
(parameters (typed_parameter (list_splat_pattern (identifier) @binding.parameter)))
(parameters (typed_parameter (dictionary_splat_pattern (identifier) @binding.parameter)))
(lambda_parameters (identifier) @binding.parameter)
(lambda_parameters (default_parameter name: (identifier) @binding.parameter))
(lambda_parameters (list_splat_pattern (identifier) @binding.parameter))
(lambda_parameters (dictionary_splat_pattern (identifier) @binding.parameter))

(for_statement left: (identifier) @binding.local)
(for_statement left: (pattern_list (identifier) @binding.local))
(for_statement left: (tuple_pattern (identifier) @binding.local))
(for_statement left: (pattern_list (tuple_pattern (identifier) @binding.local)))
(for_in_clause left: (identifier) @binding.local)
(for_in_clause left: (pattern_list (identifier) @binding.local))
(for_in_clause left: (tuple_pattern (identifier) @binding.local))
(with_item value: (as_pattern (_) @value alias: (as_pattern_target (identifier) @binding.entered)))
(except_clause (as_pattern (_) @type alias: (as_pattern_target (identifier) @binding.local)))
(case_clause (case_pattern (dotted_name . (identifier) @binding.local .)))

; These names live further out: what the function assigns is no local of its own.
(global_statement (identifier) @binding.outer)
(nonlocal_statement (identifier) @binding.outer)

; what a loop gives: an element of what it goes over
(for_statement left: (identifier) @binding.element right: (_) @value)
(for_in_clause left: (identifier) @binding.element right: (_) @value)
(for_statement left: (pattern_list (identifier) @binding.element @item) right: (_) @value)
(for_statement left: (tuple_pattern (identifier) @binding.element @item) right: (_) @value)
(for_in_clause left: (pattern_list (identifier) @binding.element @item) right: (_) @value)
(for_in_clause left: (tuple_pattern (identifier) @binding.element @item) right: (_) @value)

((for_statement
  left: (identifier) @binding.element
  right: (call function: (identifier) @_same arguments: (argument_list . (_) @value)))
  (#any-of? @_same "sorted" "list" "tuple" "set" "frozenset" "reversed" "iter"))
((for_in_clause
  left: (identifier) @binding.element
  right: (call function: (identifier) @_same arguments: (argument_list . (_) @value)))
  (#any-of? @_same "sorted" "list" "tuple" "set" "frozenset" "reversed" "iter"))
((for_statement
  left: (pattern_list . (_) . (identifier) @binding.element)
  right: (call function: (identifier) @_numbered arguments: (argument_list . (_) @value)))
  (#eq? @_numbered "enumerate"))
((for_in_clause
  left: (pattern_list . (_) . (identifier) @binding.element)
  right: (call function: (identifier) @_numbered arguments: (argument_list . (_) @value)))
  (#eq? @_numbered "enumerate"))
((for_statement
  left: (pattern_list . (identifier) @binding.element)
  right: (call function: (identifier) @_zip arguments: (argument_list . (_) @value)))
  (#eq? @_zip "zip"))
((for_statement
  left: (pattern_list . (_) . (identifier) @binding.element)
  right: (call function: (identifier) @_zip arguments: (argument_list . (_) . (_) @value)))
  (#eq? @_zip "zip"))

(assignment left: (pattern_list (identifier) @binding.local @item) right: (_) @value)
(assignment left: (tuple_pattern (identifier) @binding.local @item) right: (_) @value)

; what a function that is passed along is called with
(call function: (_) @callback.callee arguments: (argument_list
  (lambda parameters: (_) @callback.parameters) @callback))
(call function: (_) @callback.callee arguments: (argument_list
  (keyword_argument
    name: (identifier) @callback.argument
    value: (lambda parameters: (_) @callback.parameters) @callback)))
(assignment type: (type) @callback.type right: (lambda parameters: (_) @callback.parameters) @callback)
(function_definition
  return_type: (type) @callback.type
  body: (block (return_statement (lambda parameters: (_) @callback.parameters) @callback)))

; in a branch that asks for a type
((if_statement
  condition: (call
    function: (identifier) @_is
    arguments: (argument_list . (identifier) @binding.narrowed . [(identifier) (attribute)] @type .))
  consequence: (block) @narrowed)
  (#eq? @_is "isinstance"))
((if_statement
  condition: (boolean_operator left: (call
    function: (identifier) @_is
    arguments: (argument_list . (identifier) @binding.narrowed . [(identifier) (attribute)] @type .)) operator: "and")
  consequence: (block) @narrowed)
  (#eq? @_is "isinstance"))
((if_statement
  condition: (boolean_operator operator: "and" right: (call
    function: (identifier) @_is
    arguments: (argument_list . (identifier) @binding.narrowed . [(identifier) (attribute)] @type .)))
  consequence: (block) @narrowed)
  (#eq? @_is "isinstance"))
((elif_clause
  condition: (call
    function: (identifier) @_is
    arguments: (argument_list . (identifier) @binding.narrowed . [(identifier) (attribute)] @type .))
  consequence: (block) @narrowed)
  (#eq? @_is "isinstance"))
((elif_clause
  condition: (boolean_operator left: (call
    function: (identifier) @_is
    arguments: (argument_list . (identifier) @binding.narrowed . [(identifier) (attribute)] @type .)) operator: "and")
  consequence: (block) @narrowed)
  (#eq? @_is "isinstance"))
((elif_clause
  condition: (boolean_operator operator: "and" right: (call
    function: (identifier) @_is
    arguments: (argument_list . (identifier) @binding.narrowed . [(identifier) (attribute)] @type .)))
  consequence: (block) @narrowed)
  (#eq? @_is "isinstance"))

