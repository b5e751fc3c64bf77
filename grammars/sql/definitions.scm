; A table is a record with fields, and so is what a view shows.

(statement (create_table
  (object_reference name: (identifier) @name) . (column_definitions)? @body)) @definition.struct
(statement (create_view (object_reference name: (identifier) @name))) @definition.struct
(statement (create_materialized_view (object_reference name: (identifier) @name))) @definition.struct

(column_definitions (column_definition
  name: [(identifier) (literal)] @name
  type: (_)? @type) @definition.field)
(alter_table
  (object_reference name: (identifier) @owner)
  (add_column (column_definition name: [(identifier) (literal)] @name) @definition.field))

(statement (create_type (object_reference name: (identifier) @name) (enum_elements))) @definition.enum
(statement (create_type (object_reference name: (identifier) @name))) @definition.type

(statement (create_function
  (object_reference name: (identifier) @name) . (function_arguments) (function_body)? @body)) @definition.function
(statement (create_procedure (object_reference name: (identifier) @name) (procedure_body)? @body)) @definition.function
(statement (create_trigger (keyword_trigger) . (object_reference name: (identifier) @name))) @definition.function
(statement (create_index column: (identifier) @name)) @definition.key
