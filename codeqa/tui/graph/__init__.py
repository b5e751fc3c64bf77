"""The graph explorer: what leads to a symbol, the symbol, what it leads to. See docs/tui.md.

`around` reads, in the engine's thread; `layout` says what rows stand where; `screen` shows them.
"""
