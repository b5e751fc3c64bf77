; parameters of what has no body are names of their list only
(method_signature parameters: (formal_parameters) @scope)
(abstract_method_signature parameters: (formal_parameters) @scope)
(function_signature parameters: (formal_parameters) @scope)
(function_type parameters: (formal_parameters) @scope)
(constructor_type parameters: (formal_parameters) @scope)
(call_signature parameters: (formal_parameters) @scope)
(construct_signature parameters: (formal_parameters) @scope)

(interface_body (call_signature) @binding.signature)
