; Functions and classes; a decorated one spans its decorators.
(decorated_definition
  definition: (function_definition
    name: (identifier) @name
    return_type: (_)? @type
    body: (_) @body) @definition.function) @span
(decorated_definition
  definition: (class_definition name: (identifier) @name body: (_) @body) @definition.class) @span
(function_definition name: (identifier) @name return_type: (_)? @type body: (_) @body) @definition.function
(class_definition name: (identifier) @name body: (_) @body) @definition.class

(decorated_definition
  (decorator (identifier) @_d)
  definition: (function_definition name: (identifier) @name) @definition.function
  (#eq? @_d "property")) @span @flag.property
(decorated_definition
  (decorator (identifier) @_d)
  definition: (function_definition name: (identifier) @name) @definition.function
  (#any-of? @_d "cached_property" "cached")) @span @flag.property
(decorated_definition
  (decorator (attribute attribute: (identifier) @_d))
  definition: (function_definition name: (identifier) @name) @definition.function
  (#any-of? @_d "cached_property" "setter" "deleter")) @span @flag.property
(decorated_definition
  (decorator (identifier) @_d)
  definition: (function_definition name: (identifier) @name) @definition.function
  (#eq? @_d "staticmethod")) @span @flag.static
(decorated_definition
  (decorator (identifier) @_d)
  definition: (function_definition name: (identifier) @name) @definition.function
  (#eq? @_d "classmethod")) @span @flag.classmethod
(decorated_definition
  (decorator (identifier) @_d)
  definition: (function_definition name: (identifier) @name) @definition.function
  (#eq? @_d "abstractmethod")) @span @flag.abstract
(decorated_definition
  (decorator (attribute attribute: (identifier) @_d))
  definition: (function_definition name: (identifier) @name) @definition.function
  (#eq? @_d "abstractmethod")) @span @flag.abstract
(decorated_definition
  (decorator (identifier) @_d)
  definition: (function_definition name: (identifier) @name) @definition.function
  (#eq? @_d "overload")) @span @flag.declaration
(decorated_definition
  (decorator (attribute attribute: (identifier) @_d))
  definition: (function_definition name: (identifier) @name) @definition.function
  (#eq? @_d "overload")) @span @flag.declaration

; Assignments: the extractor turns those inside functions into locals.
(assignment left: (identifier) @name type: (_)? @type right: (_)? @value) @definition.variable
(assignment left: (pattern_list (identifier) @name)) @definition.variable
(assignment left: (tuple_pattern (identifier) @name)) @definition.variable
(named_expression name: (identifier) @name value: (_) @value) @definition.variable
(type_alias_statement left: (type (identifier) @name) right: (_) @value) @definition.type

; self.x = value
(assignment
  left: (attribute object: (identifier) @receiver attribute: (identifier) @name)
  type: (_)? @type
  right: (_)? @value) @definition.field
(assignment
  left: (pattern_list (attribute object: (identifier) @receiver attribute: (identifier) @name))) @definition.field

; what a function returns that does not declare it
(function_definition name: (identifier) @name body: (block (return_statement (_) @value))) @definition.function
