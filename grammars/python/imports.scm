(import_statement name: (dotted_name) @import.module) @import
(import_statement
  name: (aliased_import name: (dotted_name) @import.module alias: (identifier) @import.namespace)) @import
(import_from_statement module_name: (_) @import.module name: (dotted_name) @import.name) @import
(import_from_statement module_name: (_) @import.module
  name: (aliased_import name: (dotted_name) @import.name alias: (identifier) @import.alias)) @import
(import_from_statement module_name: (_) @import.module (wildcard_import) @import.star) @import

; `__all__`: what a star import brings; `computed` where the text does not say all of it
((assignment left: (identifier) @_all right: [
    (list (string) @import @import.public)
    (tuple (string) @import @import.public)
    (binary_operator [(list (string) @import @import.public) (tuple (string) @import @import.public)])])
  (#eq? @_all "__all__"))
((augmented_assignment left: (identifier) @_all right: [
    (list (string) @import @import.public)
    (tuple (string) @import @import.public)])
  (#eq? @_all "__all__"))
((call
  function: (attribute object: (identifier) @_all)
  arguments: (argument_list [(string) @import @import.public (list (string) @import @import.public)]))
  (#eq? @_all "__all__"))
((assignment left: (identifier) @_all right: [
    (list (list_splat) @import @import.computed) (tuple (list_splat) @import @import.computed)
    (identifier) @import @import.computed (attribute) @import @import.computed (call) @import @import.computed
    (binary_operator [(identifier) (attribute) (call) (binary_operator) (list_comprehension)]) @import @import.computed
    (list_comprehension) @import @import.computed (parenthesized_expression) @import @import.computed])
  (#eq? @_all "__all__"))
((augmented_assignment left: (identifier) @_all right: [
    (identifier) @import @import.computed (attribute) @import @import.computed (call) @import @import.computed
    (binary_operator) @import @import.computed (list_comprehension) @import @import.computed
    (list (list_splat) @import @import.computed)])
  (#eq? @_all "__all__"))
((call
  function: (attribute object: (identifier) @_all)
  arguments: (argument_list [
    (identifier) @import @import.computed (attribute) @import @import.computed (call) @import @import.computed
    (generator_expression) @import @import.computed (list_comprehension) @import @import.computed]))
  (#eq? @_all "__all__"))

; tables of what a module imports when it is asked for: `{"Name": "module"}`, `{"module": ["Name"]}`
(module (expression_statement (assignment right: (dictionary (pair
  key: (string) @import.name @import
  value: [(string) @import.lazy (tuple (string) @import.lazy)])))))
(module (expression_statement (assignment right: (dictionary (pair
  key: (string) @import.lazy
  value: [
    (list (string) @import.name @import)
    (tuple (string) @import.name @import)
    (set (string) @import.name @import)])))))
