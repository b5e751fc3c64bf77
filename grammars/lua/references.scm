(function_call name: (identifier) @reference.call)
(function_call name: (dot_index_expression table: (_) @receiver field: (identifier) @reference.call))
(function_call name: (method_index_expression table: (_) @receiver method: (identifier) @reference.call))

((function_call
  name: (identifier) @_set
  arguments: (arguments . (identifier) . (table_constructor
    (field name: (identifier) @_index value: [
      (identifier) @reference.base
      (dot_index_expression table: (_) @receiver field: (identifier) @reference.base)]))))
  (#eq? @_set "setmetatable") (#eq? @_index "__index"))
((variable_declaration (assignment_statement (expression_list . value: (function_call
  name: (identifier) @_set
  arguments: (arguments . (_) . (table_constructor
    (field name: (identifier) @_index value: [
      (identifier) @reference.base
      (dot_index_expression table: (_) @receiver field: (identifier) @reference.base)])))) .)))
  (#eq? @_set "setmetatable") (#eq? @_index "__index"))
; `setmetatable(Sub, Base)`
((function_call
  name: (identifier) @_set
  arguments: (arguments . (identifier) @_sub . (identifier) @reference.base .))
  (#eq? @_set "setmetatable") (#match? @_sub "^[A-Z]"))

(assignment_statement (variable_list name: (identifier) @reference.write))
(assignment_statement (variable_list
  name: (dot_index_expression table: (_) @receiver field: (identifier) @reference.write)))

(dot_index_expression table: (_) @receiver field: (identifier) @reference.read)
(identifier) @reference.read
(field name: (identifier) @ignore)
(goto_statement (identifier) @ignore)
(label_statement (identifier) @ignore)
(attribute (identifier) @ignore)
