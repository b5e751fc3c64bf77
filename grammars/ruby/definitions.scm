; Classes and modules; each may be opened in several places.

(class name: (constant) @name body: (_)? @body) @definition.class
(class name: (scope_resolution scope: (_) @owner name: (constant) @name) body: (_)? @body) @definition.class
(module name: (constant) @name body: (_)? @body) @definition.trait
(module name: (scope_resolution scope: (_) @owner name: (constant) @name) body: (_)? @body) @definition.trait

; Methods; those of the class itself are static.

(method name: (_) @name body: (_)? @body) @definition.function
(singleton_method object: (_) name: (_) @name body: (_)? @body) @definition.method @flag.static
(singleton_class value: (self) body: (body_statement (method name: (_) @name) @definition.method)) @flag.static
(singleton_class value: (self) body: (body_statement (call arguments: (argument_list
  (method name: (_) @name) @definition.method)))) @flag.static

(method name: (_) @name body: (body_statement [
  (call) @value
  (identifier) @value
  (instance_variable) @value
  (self) @value
  (assignment right: (_) @value)
  (operator_assignment right: (_) @value)] .)) @definition.method
(singleton_method name: (_) @name body: (body_statement [
  (call) @value
  (identifier) @value
  (instance_variable) @value
  (self) @value
  (assignment right: (_) @value)
  (operator_assignment right: (_) @value)] .)) @definition.method

(alias name: (_) @name) @definition.method
((call method: (identifier) @_m arguments: (argument_list . (simple_symbol) @name)) @definition.method
  (#any-of? @_m "alias_method" "define_method"))

((call
  method: (identifier) @_attr
  arguments: (argument_list (simple_symbol) @name @definition.property)) @flag.property
  (#any-of? @_attr "attr_reader" "attr_accessor" "attr_writer" "attr"))

; Constants and what instances hold

(assignment left: (constant) @name right: (_) @value) @definition.constant
(assignment left: (instance_variable) @name @receiver right: (_) @value) @definition.field
(operator_assignment left: (instance_variable) @name @receiver right: (_) @value) @definition.field
(left_assignment_list (instance_variable) @name @receiver @definition.field)
