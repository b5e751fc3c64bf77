; Headings hold what follows them; what has an id is a place of its own.

((element (start_tag (tag_name) @_tag) @level.1 . [
  (text) @name
  (element (start_tag) . (text) @name)]) @definition.section (#match? @_tag "^[hH]1$"))
((element (start_tag (tag_name) @_tag) @level.2 . [
  (text) @name
  (element (start_tag) . (text) @name)]) @definition.section (#match? @_tag "^[hH]2$"))
((element (start_tag (tag_name) @_tag) @level.3 . [
  (text) @name
  (element (start_tag) . (text) @name)]) @definition.section (#match? @_tag "^[hH]3$"))
((element (start_tag (tag_name) @_tag) @level.4 . [
  (text) @name
  (element (start_tag) . (text) @name)]) @definition.section (#match? @_tag "^[hH]4$"))
((element (start_tag (tag_name) @_tag) @level.5 . [
  (text) @name
  (element (start_tag) . (text) @name)]) @definition.section (#match? @_tag "^[hH]5$"))
((element (start_tag (tag_name) @_tag) @level.6 . [
  (text) @name
  (element (start_tag) . (text) @name)]) @definition.section (#match? @_tag "^[hH]6$"))

((element (start_tag (tag_name) @_tag) . (text) @name) @definition.section (#match? @_tag "^[tT][iI][tT][lL][eE]$"))

((start_tag (attribute (attribute_name) @_id [
  (attribute_value) @name
  (quoted_attribute_value (attribute_value) @name)])) @definition.key (#eq? @_id "id"))
((self_closing_tag (attribute (attribute_name) @_id [
  (attribute_value) @name
  (quoted_attribute_value (attribute_value) @name)])) @definition.key (#eq? @_id "id"))
