; Shared by JavaScript, TypeScript and TSX: only node types and fields that all three grammars have.
; What is known of one name is spread over several patterns; the extractor merges them by the name's node.

; ------------------------------------------------------------------------------------------------------------ CommonJS

; `exports.f = function () {}`, `module.exports.f = function () {}`
((expression_statement (assignment_expression
  left: (member_expression object: (identifier) @_exports property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body)
          (function_expression body: (statement_block) @body)
          (generator_function body: (statement_block) @body)]) @definition.function) @span @flag.exported
  (#eq? @_exports "exports"))
((expression_statement (assignment_expression
  left: (member_expression
    object: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
    property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body)
          (function_expression body: (statement_block) @body)
          (generator_function body: (statement_block) @body)]) @definition.function) @span @flag.exported
  (#eq? @_module "module") (#eq? @_exports "exports"))

; `exports.limit = 10`: the value is no name of this file that importers could be sent to
((expression_statement (assignment_expression
  left: (member_expression object: (identifier) @_exports property: (property_identifier) @name)
  right: [(number) (string) (template_string) (regex) (true) (false) (object) (array) (new_expression)] @value
  ) @definition.constant) @span @flag.exported
  (#eq? @_exports "exports"))

; `module.exports = { f: function () {} }`: f is the module's, not an anonymous object's
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (object (pair
    key: (property_identifier) @name
    value: [(arrow_function body: (_) @body) (function_expression body: (statement_block) @body)]) @definition.function)
  ) @flag.exported
  (#eq? @_module "module") (#eq? @_exports "exports"))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (object (method_definition
    name: (property_identifier) @name
    body: (statement_block) @body) @definition.function)) @flag.exported
  (#eq? @_module "module") (#eq? @_exports "exports"))

; `module.exports = function f() {}`; what has no name of its own is called exports
((expression_statement (assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (function_expression
    name: (identifier) @name @export.default
    body: (statement_block) @body)) @definition.function) @span
  (#eq? @_module "module") (#eq? @_exports "exports"))
((expression_statement (assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (class name: (_) @name @export.default body: (class_body) @body)) @definition.class) @span
  (#eq? @_module "module") (#eq? @_exports "exports"))
((expression_statement (assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @name @export.default)
  right: [(arrow_function body: (_) @body)
          (function_expression !name body: (statement_block) @body)
          (generator_function !name body: (statement_block) @body)]) @definition.function) @span
  (#eq? @_module "module") (#eq? @name "exports"))
((expression_statement (assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @name @export.default)
  right: (class !name body: (class_body) @body)) @definition.class) @span
  (#eq? @_module "module") (#eq? @name "exports"))

; `module.exports = f`, `module.exports = exports = f`
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: [(identifier) @export.default (assignment_expression right: (identifier) @export.default)])
  (#eq? @_module "module") (#eq? @_exports "exports"))
; `var app = exports = module.exports = {}`
((variable_declarator
  name: (identifier) @export.default
  value: [
    (assignment_expression
      left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports))
    (assignment_expression right: (assignment_expression
      left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)))])
  (#eq? @_module "module") (#eq? @_exports "exports"))

; ---------------------------------------------------------------------------------------------------------- functions

(function_declaration name: (identifier) @name body: (statement_block) @body) @definition.function
(generator_function_declaration name: (identifier) @name body: (statement_block) @body) @definition.function
(function_declaration "async" @flag.async name: (identifier) @name) @definition.function
(generator_function_declaration "async" @flag.async name: (identifier) @name) @definition.function

; a declaration of one name is that name's definition: the comment above it and its `const` belong to it
([
  (lexical_declaration . (variable_declarator name: (identifier) @name value: [
    (arrow_function body: (_) @body)
    (function_expression body: (statement_block) @body)
    (generator_function body: (statement_block) @body)]) .)
  (variable_declaration . (variable_declarator name: (identifier) @name value: [
    (arrow_function body: (_) @body)
    (function_expression body: (statement_block) @body)
    (generator_function body: (statement_block) @body)]) .)
] @definition.function)
(variable_declarator
  name: (identifier) @name
  value: [(arrow_function body: (_) @body)
          (function_expression body: (statement_block) @body)
          (generator_function body: (statement_block) @body)]) @definition.function
(variable_declarator
  name: (identifier) @name
  value: [(arrow_function "async" @flag.async) (function_expression "async" @flag.async)]) @definition.function

; ------------------------------------------------------------------------------------------------------------ classes

(class_declaration name: (_) @name body: (class_body) @body) @definition.class
(lexical_declaration . (variable_declarator
  name: (identifier) @name
  value: (class body: (class_body) @body)) .) @definition.class
(variable_declarator name: (identifier) @name value: (class body: (class_body) @body)) @definition.class

((method_definition name: (property_identifier) @name body: (statement_block) @body) @definition.constructor
  (#eq? @name "constructor"))
(method_definition
  ["get" "set"]
  name: [(property_identifier) (private_property_identifier)] @name
  body: (statement_block) @body) @definition.property @flag.property
(method_definition
  name: [(property_identifier) (private_property_identifier)] @name
  body: (statement_block) @body) @definition.method
(method_definition name: (string (string_fragment) @name) body: (statement_block) @body) @definition.method
(method_definition
  "static" @flag.static
  name: [(property_identifier) (private_property_identifier)] @name) @definition.method
(method_definition
  "async" @flag.async
  name: [(property_identifier) (private_property_identifier)] @name) @definition.method
(method_definition name: (private_property_identifier) @name @flag.private) @definition.method

; `this.x = ...` declares a field of the class that the method belongs to
(assignment_expression
  left: (member_expression
    object: (this) @receiver
    property: [(property_identifier) (private_property_identifier)] @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (statement_block) @body)]) @definition.field
(assignment_expression
  left: (member_expression
    object: (this) @receiver
    property: [(property_identifier) (private_property_identifier)] @name)
  right: [
    (identifier)
    (member_expression)
    (call_expression)
    (new_expression)
    (await_expression)
    (parenthesized_expression)
  ] @value) @definition.field
(assignment_expression
  left: (member_expression
    object: (this) @receiver
    property: [(property_identifier) (private_property_identifier)] @name)) @definition.field

; ----------------------------------------------------------------------------------------------------------- variables

; an object's methods are members of the variable that holds it
(program (lexical_declaration . (variable_declarator
  name: (identifier) @name
  value: (object) @body) .) @definition.constant)
(export_statement declaration: (lexical_declaration . (variable_declarator
  name: (identifier) @name
  value: (object) @body) .) @definition.constant)

(program (lexical_declaration kind: "const" . (variable_declarator name: (identifier) @name) .) @definition.constant)
(program (lexical_declaration kind: "const" (variable_declarator name: (identifier) @name) @definition.constant))
(program (lexical_declaration . (variable_declarator name: (identifier) @name) .) @definition.variable)
(program (variable_declaration . (variable_declarator name: (identifier) @name) .) @definition.variable)
(program (_ (variable_declarator name: (identifier) @name) @definition.variable))
(program
  (_
    (variable_declarator
      name: (identifier) @name
      value: [
        (identifier)
        (member_expression)
        (call_expression)
        (new_expression)
        (await_expression)
        (parenthesized_expression)
      ] @value) @definition.variable))

(export_statement declaration: (lexical_declaration kind: "const" . (variable_declarator
  name: (identifier) @name) .) @definition.constant) @span @flag.exported
(export_statement declaration: (_ . (variable_declarator
  name: (identifier) @name) .) @definition.variable) @span @flag.exported
(export_statement declaration: (_ (variable_declarator
  name: (identifier) @name) @definition.variable)) @flag.exported
(export_statement declaration: (_ (variable_declarator
  name: (identifier) @name
  value: [
    (identifier)
    (member_expression)
    (call_expression)
    (new_expression)
    (await_expression)
    (parenthesized_expression)
  ] @value) @definition.variable))

(program (_ (variable_declarator name: [
  (object_pattern [
    (shorthand_property_identifier_pattern) @name
    (pair_pattern value: (identifier) @name)
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)
    (rest_pattern (identifier) @name)])
  (array_pattern [(identifier) @name (rest_pattern (identifier) @name)])]) @definition.variable))
(export_statement declaration: (_ (variable_declarator name: [
  (object_pattern [
    (shorthand_property_identifier_pattern) @name
    (pair_pattern value: (identifier) @name)
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)])
  (array_pattern (identifier) @name)]) @definition.variable)) @flag.exported

; ------------------------------------------------------------------------------------------------------------- exports

(export_statement
  declaration: (function_declaration name: (identifier) @name) @definition.function) @span @flag.exported
(export_statement
  declaration: (generator_function_declaration name: (identifier) @name) @definition.function) @span @flag.exported
(export_statement declaration: (class_declaration name: (_) @name) @definition.class) @span @flag.exported

(export_statement "default" declaration: [
  (function_declaration name: (identifier) @export.default)
  (generator_function_declaration name: (identifier) @export.default)
  (class_declaration name: (_) @export.default)])
(export_statement "default" value: (identifier) @export.default)

; what has no name of its own is called as importers call it: default
(export_statement "default" @name @export.default value: [
  (arrow_function body: (_) @body)
  (function_expression body: (statement_block) @body)
  (generator_function body: (statement_block) @body)]) @definition.function @flag.exported
(export_statement
  "default" @name @export.default
  value: (class body: (class_body) @body)) @definition.class @flag.exported
(export_statement "default" @name @export.default value: (object) @body) @definition.constant
(export_statement
  "default" @name @export.default
  value: [(call_expression) (new_expression)] @value) @definition.constant @flag.exported

; ------------------------------------------------------------------------------------------- members added from outside

((expression_statement (assignment_expression
  left: (member_expression
    object: (member_expression object: (identifier) @owner property: (property_identifier) @_prototype)
    property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body)
          (function_expression body: (statement_block) @body)
          (generator_function body: (statement_block) @body)]) @definition.method) @span
  (#eq? @_prototype "prototype"))

; `X.prototype = { m() {} }`
((assignment_expression
  left: (member_expression object: (identifier) @owner property: (property_identifier) @_prototype)
  right: (object [
    (pair key: (property_identifier) @name
      value: [(arrow_function body: (_) @body) (function_expression body: (statement_block) @body)]) @definition.method
    (method_definition name: (property_identifier) @name body: (statement_block) @body) @definition.method]))
  (#eq? @_prototype "prototype"))

; `app.use = function () {}`, at the top of a module only: elsewhere the object may be anybody's
((program (expression_statement (assignment_expression
  left: (member_expression object: (identifier) @owner property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body)
          (function_expression body: (statement_block) @body)
          (generator_function body: (statement_block) @body)]) @definition.method) @span)
  (#not-match? @owner "^(exports|module)$"))

; --------------------------------------------------------------------------------------------------- object literals

(pair
  key: (property_identifier) @name
  value: [(arrow_function body: (_) @body)
          (function_expression body: (statement_block) @body)
          (generator_function body: (statement_block) @body)]) @definition.method
(pair
  key: (property_identifier) @name
  value: [(arrow_function "async" @flag.async) (function_expression "async" @flag.async)]) @definition.method

; data of a module's own objects is worth a symbol, one level deep: `const defaults = { port: 80 }`
(program (lexical_declaration (variable_declarator value: (object
  (pair key: (property_identifier) @name value: (_) @value) @definition.field))))
(export_statement declaration: (lexical_declaration (variable_declarator value: (object
  (pair key: (property_identifier) @name value: (_) @value) @definition.field))))
(program (lexical_declaration (variable_declarator value: (object
  (shorthand_property_identifier) @name @value @definition.field))))
(export_statement declaration: (lexical_declaration (variable_declarator value: (object
  (shorthand_property_identifier) @name @value @definition.field))))

; --------------------------------------------------------------------------------------------- parameters and locals

(arrow_function parameter: (identifier) @binding.parameter)
(function_expression name: (identifier) @binding.local)
(catch_clause parameter: (identifier) @binding.local)
(catch_clause parameter: (object_pattern (shorthand_property_identifier_pattern) @binding.local))
(for_in_statement kind: _ left: (identifier) @binding.local)
(for_in_statement kind: _ left: (array_pattern (identifier) @binding.local))
(for_in_statement kind: _ left: (object_pattern [
  (shorthand_property_identifier_pattern) @binding.local
  (pair_pattern value: (identifier) @binding.local)]))

(variable_declarator name: (identifier) @binding.local)
(variable_declarator
  name: (identifier) @binding.local
  value: [
    (identifier)
    (member_expression)
    (call_expression)
    (new_expression)
    (await_expression)
    (parenthesized_expression)
  ] @value)
(variable_declarator name: (array_pattern [(identifier) @binding.local (rest_pattern (identifier) @binding.local)]))
(variable_declarator name: (object_pattern [
  (shorthand_property_identifier_pattern) @binding.local
  (pair_pattern value: (identifier) @binding.local)
  (pair_pattern value: (assignment_pattern left: (identifier) @binding.local))
  (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.local)
  (rest_pattern (identifier) @binding.local)
  (pair_pattern value: (object_pattern (shorthand_property_identifier_pattern) @binding.local))]))

; ------------------------------------------------------------------------------------------------ what functions return

(function_declaration name: (_) @name body: (statement_block (return_statement (_) @value))) @definition.function
(variable_declarator
  name: (identifier) @name
  value: [(arrow_function body: (statement_block (return_statement (_) @value)))
          (arrow_function body: [(new_expression) (call_expression) (member_expression)] @value)
          (function_expression body: (statement_block (return_statement (_) @value)))]) @definition.function
(method_definition
  name: [(property_identifier) (private_property_identifier)] @name
  body: (statement_block (return_statement (_) @value))) @definition.method
