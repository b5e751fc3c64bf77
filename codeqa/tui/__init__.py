"""The face on a terminal: ask, watch the walk grow, read the evidence beside the answer. See docs/tui.md.

The only owner of textual, which is slow to import: whoever opens it imports `codeqa.tui.app` then. Nothing of a
repository is shown but through `codeqa.tui.painting`, and `codeqa.tui.engine` alone touches the project.
"""
