(import_declaration
  "import" @import.star
  (identifier) @import.module) @import
