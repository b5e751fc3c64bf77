(use_declaration
  (visibility_modifier)? @import.reexport
  argument: (_) @import.tree) @import

; `mod x;` brings in the file of that name

(mod_item
  name: (identifier) @import.module
  !body) @import

(extern_crate_declaration
  name: (identifier) @import.module
  !alias) @import

(extern_crate_declaration
  name: (identifier) @import.module
  alias: (identifier) @import.namespace) @import

; `#[path = "unix.rs"] mod imp;`, with one more attribute between at most

((attribute_item (attribute (identifier) @_path value: (string_literal) @import.module))
  .
  (mod_item name: (identifier) @import.namespace !body) @import @import.reexport
  (#eq? @_path "path"))

((attribute_item (attribute (identifier) @_path value: (string_literal) @import.module))
  .
  (attribute_item)
  .
  (mod_item name: (identifier) @import.namespace !body) @import @import.reexport
  (#eq? @_path "path"))
