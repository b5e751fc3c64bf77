[(anonymous_function) (stab_clause)] @scope
