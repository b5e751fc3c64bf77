; What is sourced brings in all that it defines.

((command
  name: (command_name (word) @import.star)
  .
  argument: [(word) (string) (raw_string) (concatenation)] @import.module) @import
  (#any-of? @import.star "." "source"))
