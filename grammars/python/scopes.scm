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
