; A quoted header keeps its path, a system header its angle bracket; either brings in every name

(preproc_include
  path: [(string_literal) (system_lib_string)] @import.module @import.star) @import
