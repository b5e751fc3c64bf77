(namespace_definition
  name: (namespace_name) @package.part
  !body)

; `use A\B;`, `use A\B as C;`, `use function A\b;`

(namespace_use_declaration
  (namespace_use_clause
    [(qualified_name) (name)] @import.module
    !alias) @import)

(namespace_use_declaration
  (namespace_use_clause
    [(qualified_name) (name)] @import.module
    alias: (name) @import.namespace) @import)

; `use A\{B, C as D};`

(namespace_use_declaration
  (namespace_name) @import.module
  body: (namespace_use_group
    (namespace_use_clause
      .
      [(name) (qualified_name)] @import.name
      !alias) @import))

(namespace_use_declaration
  (namespace_name) @import.module
  body: (namespace_use_group
    (namespace_use_clause
      .
      [(name) (qualified_name)] @import.name
      alias: (name) @import.alias) @import))
