((call
  !receiver
  method: (identifier) @import.star
  arguments: (argument_list . (string (string_content) @import.module))) @import
  (#any-of? @import.star "require" "load"))
((call
  !receiver
  method: (identifier) @import.star @import.relative
  arguments: (argument_list . (string (string_content) @import.module))) @import
  (#eq? @import.star "require_relative"))
