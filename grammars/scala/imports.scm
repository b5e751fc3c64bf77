(compilation_unit
  (package_clause
    name: (package_identifier) @package
    !body))

(import_declaration) @import @import.tree
