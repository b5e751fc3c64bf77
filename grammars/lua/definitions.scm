; Functions. `local` keeps a name to its file.

(function_declaration name: (identifier) @name body: (_)? @body) @definition.function
(chunk [
  (function_declaration . "function" @flag.global . name: (identifier) @name) @definition.function
  (do_statement body: (block
    (function_declaration . "function" @flag.global . name: (identifier) @name) @definition.function))
  (if_statement consequence: (block
    (function_declaration . "function" @flag.global . name: (identifier) @name) @definition.function))])
(function_declaration "local" @flag.static name: (identifier) @name) @definition.function
(function_declaration
  name: (dot_index_expression table: (_) @owner field: (identifier) @name)
  body: (_)? @body) @definition.function
(function_declaration
  name: (method_index_expression table: (_) @owner method: (identifier) @name)
  body: (_)? @body) @definition.method

(variable_declaration
  "local" @flag.static
  (assignment_statement
    (variable_list . name: (identifier) @name .)
    (expression_list . value: (function_definition body: (_)? @body) .))) @definition.function
(assignment_statement
  (variable_list . name: (identifier) @name .)
  (expression_list . value: (function_definition body: (_)? @body) .)) @definition.function
(assignment_statement
  (variable_list . name: (dot_index_expression table: (_) @owner field: (identifier) @name) .)
  (expression_list . value: (function_definition body: (_)? @body) .)) @definition.function

; what a function returns
(function_declaration
  name: [
    (identifier) @name
    (dot_index_expression table: (_) @owner field: (identifier) @name)
    (method_index_expression table: (_) @owner method: (identifier) @name)
  ]
  body: (block (return_statement (expression_list . (_) @value .)))) @definition.function

; The table that a file returns holds functions, too.
(chunk (return_statement (expression_list . (table_constructor
  (field
    name: (identifier) @name
    value: (function_definition body: (_)? @body)) @definition.function @flag.exported) .)))

; Tables and other values; the extractor turns those inside functions into locals.

(variable_declaration
  (assignment_statement
    (variable_list . name: (identifier) @name .)
    (expression_list . value: (table_constructor) @body .))) @definition.variable @flag.static
(assignment_statement
  (variable_list . name: (identifier) @name .)
  (expression_list . value: (table_constructor) @body .)) @definition.variable
(variable_declaration
  (assignment_statement
    (variable_list . name: (identifier) @name .)
    (expression_list . value: [(identifier) (dot_index_expression) (function_call)] @value .))) @definition.variable @flag.static
; `local a, b = x, y`
(variable_declaration
  (assignment_statement
    (variable_list (identifier) @name ("," (identifier) @name)+)
    (expression_list (_) @value ("," (_) @value)+))) @definition.variable @flag.static
(variable_declaration (assignment_statement (variable_list name: (identifier) @name))) @definition.variable @flag.static
(variable_declaration (variable_list name: (identifier) @name)) @definition.variable @flag.static @flag.ahead
(assignment_statement
  (variable_list . name: (identifier) @name .)
  (expression_list . value: [(identifier) (dot_index_expression) (function_call)] @value .)) @definition.variable
(assignment_statement (variable_list name: (identifier) @name)) @definition.variable

(table_constructor
  (field name: (identifier) @name value: (function_definition body: (_)? @body)) @definition.function)
(chunk (variable_declaration (assignment_statement (expression_list (table_constructor
  (field name: (identifier) @name value: [(identifier) (dot_index_expression) (function_call)] @value) @definition.field)))))
(chunk (assignment_statement (expression_list (table_constructor
  (field name: (identifier) @name value: [(identifier) (dot_index_expression) (function_call)] @value) @definition.field))))
((chunk (assignment_statement
  (variable_list . name: (dot_index_expression table: (identifier) @owner field: (identifier) @name) .)
  (expression_list . value: [(identifier) (dot_index_expression) (function_call)] @value .)) @definition.field)
  (#not-eq? @name "__index"))

(chunk (variable_declaration (assignment_statement (expression_list (table_constructor
  (field name: (identifier) @name) @definition.field)))))
(chunk (assignment_statement (expression_list (table_constructor
  (field name: (identifier) @name) @definition.field))))
((chunk (assignment_statement
  (variable_list name: (dot_index_expression table: (identifier) @owner field: (identifier) @name))) @definition.field)
  (#not-eq? @name "__index"))

; self.x = value
((assignment_statement
  (variable_list . name: (dot_index_expression table: (identifier) @receiver field: (identifier) @name) .)
  (expression_list . value: [(identifier) (dot_index_expression) (function_call)] @value .)) @definition.field
  (#eq? @receiver "self"))

((assignment_statement
  (variable_list name: (dot_index_expression table: (identifier) @receiver field: (identifier) @name))) @definition.field
  (#eq? @receiver "self"))

; A table is a class where it is the metatable of objects, or has methods.
((assignment_statement
  (variable_list . name: (dot_index_expression table: (identifier) @turns.class field: (identifier) @_index) .))
  (#eq? @_index "__index"))
(function_declaration name: (method_index_expression table: (identifier) @turns.class))
((function_call name: (identifier) @_set arguments: (arguments . (_) . (identifier) @turns.class .))
  (#eq? @_set "setmetatable") (#not-eq? @turns.class "self"))

; What it inherits from: `setmetatable(Sub, { __index = Base })`
((function_call
  name: (identifier) @_set
  arguments: (arguments . (identifier) @name . [(table_constructor) (identifier)] .)) @definition.impl
  (#eq? @_set "setmetatable"))
((function_call
  name: (identifier) @_set
  arguments: (arguments . (identifier) @turns.class . (table_constructor (field name: (identifier) @_index))))
  (#eq? @_set "setmetatable") (#eq? @_index "__index"))
((variable_list . name: (identifier) @turns.class .)
  .
  (expression_list . value: (function_call
    name: (identifier) @_set
    arguments: (arguments . (_) . (table_constructor (field name: (identifier) @_index)) .)) .)
  (#eq? @_set "setmetatable") (#eq? @_index "__index"))

; What the file is for others
(chunk (return_statement (expression_list . (identifier) @export.default .)))
