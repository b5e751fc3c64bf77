; A function is known everywhere once it was defined, wherever that is.

(function_definition name: (word) @name body: (_) @body) @definition.function @flag.global

; Variables; the extractor turns those inside functions into locals.

(variable_assignment name: (variable_name) @name) @definition.variable
(declaration_command ["export" "readonly" "declare" "typeset"] (variable_assignment name: (variable_name) @name))
  @definition.variable
(declaration_command "export" @flag.exported (variable_assignment name: (variable_name) @name)) @definition.variable
