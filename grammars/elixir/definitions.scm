; Modules and protocols are namespaces: their functions have no object

((call
  target: (identifier) @_define
  (arguments . (alias) @name)
  (do_block) @body) @definition.namespace
  (#any-of? @_define "defmodule" "defprotocol"))

; `defimpl Size, for: Crate`: the module Size.Crate

((call
  target: (identifier) @_define
  (arguments . (alias) @owner (keywords (pair key: (keyword) @_for value: (alias) @name)))
  (do_block) @body) @definition.namespace
  (#eq? @_define "defimpl")
  (#match? @_for "^for:"))

; Functions: with parameters, with a guard, without either

((call
  target: (identifier) @_define
  (arguments . [
    (call target: (identifier) @name (arguments)? @arguments)
    (binary_operator left: (call target: (identifier) @name (arguments)? @arguments) operator: "when")
    (identifier) @name
    (binary_operator left: (identifier) @name operator: "when")])
  (do_block)? @body) @definition.function
  (#any-of? @_define "def" "defdelegate"))

((call
  target: (identifier) @_define
  (arguments . [
    (call target: (identifier) @name (arguments)? @arguments)
    (binary_operator left: (call target: (identifier) @name (arguments)? @arguments) operator: "when")
    (identifier) @name
    (binary_operator left: (identifier) @name operator: "when")])
  (do_block)? @body) @definition.function @flag.private
  (#eq? @_define "defp"))

((call
  target: (identifier) @_define
  (arguments . [
    (call target: (identifier) @name (arguments)? @arguments)
    (binary_operator left: (call target: (identifier) @name (arguments)? @arguments) operator: "when")
    (identifier) @name
    (binary_operator left: (identifier) @name operator: "when")])
  (do_block)? @body) @definition.macro
  (#any-of? @_define "defmacro" "defguard"))

((call
  target: (identifier) @_define
  (arguments . [
    (call target: (identifier) @name (arguments)? @arguments)
    (binary_operator left: (call target: (identifier) @name (arguments)? @arguments) operator: "when")
    (identifier) @name
    (binary_operator left: (identifier) @name operator: "when")])
  (do_block)? @body) @definition.macro @flag.private
  (#any-of? @_define "defmacrop" "defguardp"))

; `@doc` stands before other attributes (`@spec`, `@impl`) and the definition

((unary_operator
   operator: "@"
   operand: (call target: (identifier) @_doc (arguments [(string (quoted_content) @doc) (sigil (quoted_content) @doc)])))
 .
 [(unary_operator) (comment)]*
 .
 (call
   target: (identifier) @_define
   (arguments . [
     (call target: (identifier) @name)
     (binary_operator left: (call target: (identifier) @name) operator: "when")
     (identifier) @name])) @definition.function
 (#eq? @_doc "doc")
 (#match? @_define "^def"))

((call
  target: (identifier) @_define
  (arguments . (alias) @name)
  (do_block
    .
    (unary_operator
      operator: "@"
      operand: (call
        target: (identifier) @_doc
        (arguments [(string (quoted_content) @doc) (sigil (quoted_content) @doc)]))))) @definition.namespace
  (#any-of? @_define "defmodule" "defprotocol")
  (#eq? @_doc "moduledoc"))

; `@timeout 500`, `@type t :: term`

((unary_operator operator: "@" operand: (call target: (identifier) @name (arguments))) @definition.constant @flag.private
  (#not-match? @name "^(after_compile|after_verify|before_compile|behaviour|callback|compile|deprecated|derive|describetag|dialyzer|doc|enforce_keys|external_resource|fallback_to_any|impl|macrocallback|moduledoc|moduletag|on_definition|on_load|opaque|optional_callbacks|since|spec|tag|type|typedoc|typep|vsn)$"))

((unary_operator
  operator: "@"
  operand: (call
    target: (identifier) @_type
    (arguments . (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "::"))))
  @definition.type
  (#any-of? @_type "type" "opaque" "typep"))
