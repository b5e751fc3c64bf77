(class_heritage (identifier) @reference.base)
(class_heritage (member_expression object: (_) @receiver property: (property_identifier) @reference.base))
