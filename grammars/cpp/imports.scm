(preproc_include
  path: [(string_literal) (system_lib_string)] @import.module @import.star) @import

; `using ns::Name;` and `using namespace ns;` bring names of a namespace in

(using_declaration
  .
  "using"
  .
  (qualified_identifier) @import.tree) @import

(using_declaration
  "namespace"
  [(identifier) (qualified_identifier) (nested_namespace_specifier)] @import.module @import.star) @import

; `namespace short = a::b;`

(namespace_alias_definition
  name: (namespace_identifier) @import.namespace
  [(namespace_identifier) (nested_namespace_specifier)] @import.module .) @import
