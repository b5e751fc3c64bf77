[(statement) (subquery) (create_query)] @scope

(relation (object_reference name: (identifier) @type) alias: (identifier) @binding.local)
(relation (subquery) alias: (identifier) @binding.local)
(cte . (identifier) @binding.local)
(function_argument . (identifier) @binding.parameter)
