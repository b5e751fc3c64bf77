((script_element (start_tag (attribute
  (attribute_name) @_src
  [(attribute_value) (quoted_attribute_value (attribute_value))] @import.module))) @import
  (#eq? @_src "src"))
((start_tag
  (tag_name) @_link
  (attribute
    (attribute_name) @_href
    [(attribute_value) (quoted_attribute_value (attribute_value))] @import.module)) @import
  (#eq? @_link "link") (#eq? @_href "href"))
((self_closing_tag
  (tag_name) @_link
  (attribute
    (attribute_name) @_href
    [(attribute_value) (quoted_attribute_value (attribute_value))] @import.module)) @import
  (#eq? @_link "link") (#eq? @_href "href"))
