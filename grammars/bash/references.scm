(command name: (command_name (word) @reference.call))

; `trap cleanup EXIT`, `complete -F _files ls`, `export -f f`
((command name: (command_name (word) @_trap) . argument: (word) @reference.read) (#eq? @_trap "trap"))
((command name: (command_name (word) @_complete) argument: (word) @_flag . argument: (word) @reference.read)
  (#eq? @_complete "complete") (#eq? @_flag "-F"))

(variable_name) @reference.read
(subscript name: (variable_name) @reference.read)
