(call function: (identifier) @reference.call)
(call function: (attribute object: (_) @receiver attribute: (identifier) @reference.call))

(class_definition superclasses: (argument_list (identifier) @reference.base))
(class_definition
  superclasses: (argument_list (attribute object: (_) @receiver attribute: (identifier) @reference.base)))
(class_definition superclasses: (argument_list (subscript value: (identifier) @reference.base)))
(class_definition
  superclasses: (argument_list
    (subscript value: (attribute object: (_) @receiver attribute: (identifier) @reference.base))))

(decorator (identifier) @reference.decorator)
(decorator (attribute object: (_) @receiver attribute: (identifier) @reference.decorator))
(decorator (call function: (identifier) @reference.decorator))
(decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @reference.decorator)))

(raise_statement . (identifier) @reference.raise)
(raise_statement . (call function: (identifier) @reference.raise))
(raise_statement . (attribute object: (_) @receiver attribute: (identifier) @reference.raise))
(raise_statement . (call function: (attribute object: (_) @receiver attribute: (identifier) @reference.raise)))

(type (identifier) @reference.type)
(type (attribute object: (_) @receiver attribute: (identifier) @reference.type))
(type (generic_type (identifier) @reference.type))

(assignment left: (attribute object: (_) @receiver attribute: (identifier) @reference.write))
(augmented_assignment left: (attribute object: (_) @receiver attribute: (identifier) @reference.write))
(augmented_assignment left: (identifier) @reference.write)

(attribute object: (_) @receiver attribute: (identifier) @reference.read)
(identifier) @reference.read
(keyword_argument name: (identifier) @ignore)
