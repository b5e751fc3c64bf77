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
