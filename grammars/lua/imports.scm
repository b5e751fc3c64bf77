((assignment_statement
  (variable_list . name: (identifier) @import.namespace .)
  (expression_list . value: (function_call
    name: (identifier) @_require
    arguments: (arguments . (string content: (_) @import.module))) .)) @import
  (#eq? @_require "require"))
; `local f = require("x").f`
((assignment_statement
  (variable_list . name: (identifier) @import.alias .)
  (expression_list . value: (dot_index_expression
    table: (function_call
      name: (identifier) @_require
      arguments: (arguments . (string content: (_) @import.module)))
    field: (identifier) @import.name) .)) @import
  (#eq? @_require "require"))
; `local ok, m = pcall(require, "x")`
((assignment_statement
  (variable_list . name: (identifier) . name: (identifier) @import.namespace .)
  (expression_list . value: (function_call
    name: (identifier) @_pcall
    arguments: (arguments . (identifier) @_require . (string content: (_) @import.module))) .)) @import
  (#eq? @_pcall "pcall") (#eq? @_require "require"))
((function_call
  name: (identifier) @_require
  arguments: (arguments . (string content: (_) @import.module))) @import
  (#eq? @_require "require"))

; `return { read = load }`
(chunk (return_statement (expression_list . (table_constructor
  (field name: (identifier) @import.alias value: (identifier) @import.name) @import @import.reexport) .)))
