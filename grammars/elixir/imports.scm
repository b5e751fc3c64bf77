; `alias Stock.Crate`, `alias Stock.Crate, as: Box`, `alias Stock.{Crate, Shelf}`

((call target: (identifier) @_alias (arguments . (alias) @import.module .)) @import
  (#eq? @_alias "alias"))

((call
  target: (identifier) @_alias
  (arguments . (alias) @import.module (keywords (pair key: (keyword) @_as value: (alias) @import.namespace)))) @import
  (#any-of? @_alias "alias" "require")
  (#match? @_as "^as:"))

((call
  target: (identifier) @_alias
  (arguments . (dot left: (alias) @import.module right: (tuple (alias) @import.name)))) @import
  (#eq? @_alias "alias"))

; `import Stock.Crate`; `use` most often imports, too

((call target: (identifier) @import.star (arguments . (alias) @import.module)) @import
  (#any-of? @import.star "import" "use"))

; `require` binds no name: as its own full name it is in nobody's way

((call target: (identifier) @_require (arguments . (alias) @import.module @import.namespace .)) @import
  (#eq? @_require "require"))

; What `__using__` imports, it imports for whoever writes `use`

((call
  target: (identifier) @_macro
  (arguments . (call target: (identifier) @_using))
  (do_block
    (call
      target: (identifier) @_quote
      (do_block
        (call target: (identifier) @import.star @import.reexport (arguments . (alias) @import.module)) @import))))
  (#eq? @_macro "defmacro")
  (#eq? @_using "__using__")
  (#eq? @_quote "quote")
  (#any-of? @import.star "import" "use"))
