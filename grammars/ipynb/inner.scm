; The cells of a notebook; what running them gave is left out.

((object
  (pair key: (string (string_content) @_type) value: (string (string_content) @_code))
  (pair key: (string (string_content) @_source) value: [(array) (string)] @inner.code))
  (#eq? @_type "cell_type") (#eq? @_code "code") (#eq? @_source "source"))
((object
  (pair key: (string (string_content) @_source) value: [(array) (string)] @inner.code)
  (pair key: (string (string_content) @_type) value: (string (string_content) @_code)))
  (#eq? @_type "cell_type") (#eq? @_code "code") (#eq? @_source "source"))

((object
  (pair key: (string (string_content) @_type) value: (string (string_content) @_markdown))
  (pair key: (string (string_content) @_source) value: [(array) (string)] @inner.text))
  (#eq? @_type "cell_type") (#eq? @_markdown "markdown") (#eq? @_source "source"))
((object
  (pair key: (string (string_content) @_source) value: [(array) (string)] @inner.text)
  (pair key: (string (string_content) @_type) value: (string (string_content) @_markdown)))
  (#eq? @_type "cell_type") (#eq? @_markdown "markdown") (#eq? @_source "source"))
