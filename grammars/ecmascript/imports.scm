; ------------------------------------------------------------------------------------------------------------- modules

(import_statement (import_clause (identifier) @import.default) source: (string) @import.module) @import
(import_statement
  (import_clause (namespace_import (identifier) @import.namespace))
  source: (string) @import.module) @import
(import_statement
  (import_clause (named_imports (import_specifier name: _ @import.name !alias)))
  source: (string) @import.module) @import
(import_statement
  (import_clause (named_imports (import_specifier name: _ @import.name alias: (identifier) @import.alias)))
  source: (string) @import.module) @import
(import_statement "import" . source: (string) @import.module) @import

(export_statement
  (export_clause (export_specifier name: _ @import.name !alias))
  source: (string) @import.module) @import @import.reexport
(export_statement
  (export_clause (export_specifier name: _ @import.name alias: _ @import.alias))
  source: (string) @import.module) @import @import.reexport
; `export { a as b }` without a module: the file's own a under another name
(export_statement !source
  (export_clause (export_specifier name: (identifier) @import.name alias: _ @import.alias) @import)) @import.reexport
(export_statement "*" @import.star source: (string) @import.module) @import @import.reexport
(export_statement
  (namespace_export (identifier) @import.namespace)
  source: (string) @import.module) @import @import.reexport

; `import("./x")`
(variable_declarator
  name: (identifier) @import.namespace
  value: (await_expression
    (call_expression function: (import) arguments: (arguments . (string) @import.module)))) @import
(variable_declarator
  name: (object_pattern [
    (shorthand_property_identifier_pattern) @import.name
    (pair_pattern key: (property_identifier) @import.name value: (identifier) @import.alias)])
  value: (await_expression
    (call_expression function: (import) arguments: (arguments . (string) @import.module)))) @import
(call_expression function: (import) arguments: (arguments . (string) @import.module)) @import

; ------------------------------------------------------------------------------------------------------------ CommonJS

((variable_declarator
  name: (identifier) @import.namespace
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module))) @import
  (#eq? @_require "require"))
((variable_declarator
  name: (object_pattern [
    (shorthand_property_identifier_pattern) @import.name
    (pair_pattern key: (property_identifier) @import.name value: (identifier) @import.alias)])
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module))) @import
  (#eq? @_require "require"))
; `var Buffer = require("buffer").Buffer`
((variable_declarator
  name: (identifier) @import.alias
  value: (member_expression
    object: (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module))
    property: (property_identifier) @import.name)) @import
  (#eq? @_require "require"))
; `var debug = require("debug")("app")` binds what the module's function returns, so no name of the module
((call_expression
  function: (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module)) @import)
  (#eq? @_require "require"))
((expression_statement
  (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module))) @import
  (#eq? @_require "require"))

; `require("./log").write()`, `(await import("./log")).write()`: the module has no name, and its members are used
((member_expression
  object: (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module)
    ) @import @import.inline)
  (#eq? @_require "require"))
(member_expression
  object: (parenthesized_expression (await_expression
    (call_expression function: (import) arguments: (arguments . (string) @import.module)) @import @import.inline)))

; `exports.Router = require("./router")`
((assignment_expression
  left: (member_expression object: (identifier) @_exports property: (property_identifier) @import.namespace)
  right: (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module))
  ) @import @import.reexport
  (#eq? @_exports "exports") (#eq? @_require "require"))
; `module.exports = require("./lib")`
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @import.star)
  right: (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module))
  ) @import @import.reexport
  (#eq? @_module "module") (#eq? @import.star "exports") (#eq? @_require "require"))
; `module.exports = { read: load }`
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (object
    (pair key: (property_identifier) @import.alias value: (identifier) @import.name) @import)) @import.reexport
  (#eq? @_module "module") (#eq? @_exports "exports"))
((assignment_expression
  left: (member_expression object: (identifier) @_exports property: (property_identifier) @import.alias)
  right: (identifier) @import.name) @import @import.reexport
  (#eq? @_exports "exports"))
; `module.exports = { Router: require("./router") }`
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (object (pair
    key: (property_identifier) @import.namespace
    value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module))) @import)
  ) @import.reexport
  (#eq? @_module "module") (#eq? @_exports "exports") (#eq? @_require "require"))
