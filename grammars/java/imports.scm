(package_declaration
  [(identifier) (scoped_identifier)] @package)

(import_declaration
  (scoped_identifier) @import.tree
  .) @import

(import_declaration
  [(identifier) (scoped_identifier)] @import.module
  (asterisk) @import.star) @import
