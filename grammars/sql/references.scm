; What a query reads, and what a statement writes

(relation (object_reference name: (identifier) @reference.read))
(from (object_reference name: (identifier) @reference.read))
(insert (object_reference name: (identifier) @reference.write))
(update (relation (object_reference name: (identifier) @reference.write)))
(statement (delete) (from (object_reference name: (identifier) @reference.write)))
(alter_table (object_reference name: (identifier) @reference.write))
(drop_table (object_reference name: (identifier) @reference.write))
(statement (keyword_merge) (object_reference name: (identifier) @reference.read))
(statement (keyword_truncate) (object_reference name: (identifier) @reference.write))

(column_definition (keyword_references) . (object_reference name: (identifier) @reference.read))
(constraint (keyword_references) . (object_reference name: (identifier) @reference.read))
(create_index (object_reference name: (identifier) @reference.read))
(create_trigger (keyword_on) . (object_reference name: (identifier) @reference.read))

; Functions
(invocation (object_reference name: (identifier) @reference.call))
(create_trigger [(keyword_function) (keyword_procedure)] . (object_reference name: (identifier) @reference.call))

; Columns of a table that is named
(field (object_reference name: (identifier) @receiver) name: (identifier) @reference.read)
(insert (object_reference name: (identifier) @receiver) (list (column (identifier) @reference.write)))
(update
  (relation (object_reference name: (identifier) @receiver))
  (assignment left: (field . name: (identifier) @reference.write)))
