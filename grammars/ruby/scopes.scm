[(block) (do_block) (lambda)] @scope

(method_parameters [
  (identifier) @binding.parameter
  (optional_parameter name: (identifier) @binding.parameter)
  (keyword_parameter name: (identifier) @binding.parameter)
  (splat_parameter name: (identifier) @binding.parameter)
  (hash_splat_parameter name: (identifier) @binding.parameter)
  (block_parameter name: (identifier) @binding.parameter)])
(block_parameters [
  (identifier) @binding.parameter
  (optional_parameter name: (identifier) @binding.parameter)
  (keyword_parameter name: (identifier) @binding.parameter)
  (splat_parameter name: (identifier) @binding.parameter)
  (block_parameter name: (identifier) @binding.parameter)
  (destructured_parameter (identifier) @binding.parameter)])
(lambda_parameters [
  (identifier) @binding.parameter
  (optional_parameter name: (identifier) @binding.parameter)])

(assignment left: (identifier) @binding.local right: (_) @value)
(operator_assignment left: (identifier) @binding.local right: (_) @value)
(left_assignment_list [
  (identifier) @binding.local
  (splat_parameter (identifier) @binding.local)
  (rest_assignment (identifier) @binding.local)])
(exception_variable (identifier) @binding.local)
(for pattern: (identifier) @binding.local)
