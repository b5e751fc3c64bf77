(package_header (qualified_identifier) @package)

((import
  (qualified_identifier) @import.module
  .) @import
  (#not-match? @import "[*]"))

((import
  (qualified_identifier) @import.module
  (identifier) @import.namespace
  .) @import
  (#not-match? @import "[*]"))

(import
  (qualified_identifier) @import.module
  "*" @import.star) @import
