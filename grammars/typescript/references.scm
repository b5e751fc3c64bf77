(extends_clause value: (identifier) @reference.base)
(extends_clause value: (member_expression object: (_) @receiver property: (property_identifier) @reference.base))

(implements_clause (type_identifier) @reference.base @implements)
(implements_clause (generic_type name: (type_identifier) @reference.base @implements))
(implements_clause (nested_type_identifier module: (_) @receiver name: (type_identifier) @reference.base @implements))
(implements_clause (generic_type
  name: (nested_type_identifier module: (_) @receiver name: (type_identifier) @reference.base @implements)))

(extends_type_clause type: (type_identifier) @reference.base)
(extends_type_clause type: (generic_type name: (type_identifier) @reference.base))
(extends_type_clause type: (nested_type_identifier module: (_) @receiver name: (type_identifier) @reference.base))
(extends_type_clause type: (generic_type
  name: (nested_type_identifier module: (_) @receiver name: (type_identifier) @reference.base)))

(nested_type_identifier module: (_) @receiver name: (type_identifier) @reference.type)
(type_identifier) @reference.type
