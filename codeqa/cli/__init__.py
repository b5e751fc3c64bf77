"""The command line: renders events, maps errors to exit codes. See docs/cli.md and docs/json.md.

`codeqa --help` must cost little, so a command's module is imported when the command is called, and the modules that
`codeqa.cli.app` needs import nothing but click and light parts of the standard library.
"""

from codeqa.cli.app import main

__all__ = ["main"]
