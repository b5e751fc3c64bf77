(subshell) @scope

(declaration_command "local" (variable_name) @binding.local)
(for_statement variable: (variable_name) @binding.local)
