; --------------------------------------------------------------------------------------------------------------- calls

(call_expression function: (identifier) @reference.call)
(call_expression function: (member_expression
  object: (_) @receiver
  property: [(property_identifier) (private_property_identifier)] @reference.call))
(call_expression function: (super) @reference.call)
(call_expression function: (parenthesized_expression (identifier) @reference.call))

(new_expression constructor: (identifier) @reference.instantiate)
(new_expression constructor: (member_expression
  object: (_) @receiver
  property: (property_identifier) @reference.instantiate))

(throw_statement (new_expression constructor: (identifier) @reference.raise))
(throw_statement (new_expression constructor: (member_expression
  object: (_) @receiver
  property: (property_identifier) @reference.raise)))

; ---------------------------------------------------------------------------------------------------------- decorators

(decorator (identifier) @reference.decorator)
(decorator (member_expression object: (_) @receiver property: (property_identifier) @reference.decorator))
(decorator (call_expression function: (identifier) @reference.decorator))
(decorator (call_expression function: (member_expression
  object: (_) @receiver
  property: (property_identifier) @reference.decorator)))

; ----------------------------------------------------------------------------------------------------- writes and reads

(assignment_expression left: (identifier) @reference.write)
(assignment_expression left: (member_expression
  object: (_) @receiver
  property: [(property_identifier) (private_property_identifier)] @reference.write))
(augmented_assignment_expression left: (identifier) @reference.write)
(augmented_assignment_expression left: (member_expression
  object: (_) @receiver
  property: [(property_identifier) (private_property_identifier)] @reference.write))
(update_expression argument: (identifier) @reference.write)
(update_expression argument: (member_expression
  object: (_) @receiver
  property: [(property_identifier) (private_property_identifier)] @reference.write))

(member_expression
  object: (_) @receiver
  property: [(property_identifier) (private_property_identifier)] @reference.read)
(shorthand_property_identifier) @reference.read
(identifier) @reference.read

; ------------------------------------------------------------------------------------------- handed on as a value

((call_expression
  function: [(identifier) @_f (member_expression property: (property_identifier) @_f)]
  arguments: (arguments [
    (identifier) @reference.pass
    (member_expression property: [(property_identifier) (private_property_identifier)] @reference.pass)
  ]))
  (#not-match? @_f "^(expect|to[A-Z]\\w*|assert\\w*|log)$"))
(new_expression arguments: (arguments [
  (identifier) @reference.pass
  (member_expression property: [(property_identifier) (private_property_identifier)] @reference.pass)
]))
([
  (arguments (object [
    (shorthand_property_identifier) @reference.pass
    (pair value: [(identifier) @reference.pass (member_expression property: (property_identifier) @reference.pass)])]))
  (variable_declarator value: (object [
    (shorthand_property_identifier) @reference.pass
    (pair value: [(identifier) @reference.pass (member_expression property: (property_identifier) @reference.pass)])]))
  (pair value: (object [
    (shorthand_property_identifier) @reference.pass
    (pair value: [(identifier) @reference.pass (member_expression property: (property_identifier) @reference.pass)])]))
  (return_statement (object [
    (shorthand_property_identifier) @reference.pass
    (pair value: [(identifier) @reference.pass (member_expression property: (property_identifier) @reference.pass)])]))
])
(array [(identifier) @reference.pass (member_expression property: (property_identifier) @reference.pass)])
((assignment_expression
  left: [(member_expression object: (_) @_o) (subscript_expression object: (_) @_o)]
  right: [(identifier) @reference.pass (member_expression property: (property_identifier) @reference.pass)])
  (#not-match? @_o "^(module|exports|module.exports)$"))
