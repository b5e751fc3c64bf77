"""The command line: renders events, maps errors to exit codes. See docs/cli.md and docs/json.md.

`codeqa --help` must cost little, so a command's module is imported when the command is called, and the modules that
`codeqa.cli.app` needs import nothing but click and light parts of the standard library.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's threads spin for longer than any of our products takes

from codeqa.cli.app import main  # after what numpy reads when it is imported

__all__ = ["main"]
