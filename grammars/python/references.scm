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

; Handed on as a value; what only asks about a class, or casts to it, does not hand it on

((call
  function: [(identifier) @_f (attribute attribute: (identifier) @_f)]
  arguments: (argument_list
    [
      (identifier) @reference.pass
      (attribute attribute: (identifier) @reference.pass)
      (keyword_argument value: (identifier) @reference.pass)
      (keyword_argument value: (attribute attribute: (identifier) @reference.pass))
    ]))
  (#not-match? @_f "^(isinstance|issubclass|hasattr|getattr|setattr|delattr|callable|super|type|cast|TypeVar|NewType|raises|warns|warn|suppress|id|repr|str|len|print|signature|getsource|getdoc|help|assert\\w+)$"))
(pair value: [(identifier) @reference.pass (attribute attribute: (identifier) @reference.pass)])
(list [(identifier) @reference.pass (attribute attribute: (identifier) @reference.pass)])
(list (tuple [(identifier) @reference.pass (attribute attribute: (identifier) @reference.pass)]))
(assignment
  left: [(attribute) (subscript)]
  right: [(identifier) @reference.pass (attribute attribute: (identifier) @reference.pass)])
