(file_scoped_namespace_declaration
  name: (_) @package)

; `using A.B;` opens a namespace, `using static A.B.C;` a type

(using_directive
  !name
  "using" @import.star
  [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @import.module) @import

(using_directive
  name: (identifier) @import.namespace
  [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @import.module
  .) @import
