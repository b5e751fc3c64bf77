(package_clause (package_identifier) @package)

(import_spec
  !name
  path: (_) @import.module) @import

(import_spec
  name: [(package_identifier) (blank_identifier)] @import.namespace
  path: (_) @import.module) @import

(import_spec
  name: (dot) @import.star
  path: (_) @import.module) @import
