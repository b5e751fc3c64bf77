"""Runs many command lines one after the other in one process, for tests that cannot pay for as many starts.

    python many.py RUNS.json [FOLDER]

A run is {"args": [...], "env": {...}, "stdin": "..."}. With a folder, what each writes goes to `N.out` and `N.err`
there; without one it goes where this process writes, each run behind a line `@@ N @@`.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path


def main() -> None:
    from codeqa.cli import main as command

    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    for number, run in enumerate(json.loads(Path(sys.argv[1]).read_text())):
        if folder is None:
            sys.stdout.write(f"\n@@ {number} @@\n")
            sys.stdout.flush()
        else:
            for descriptor, end in ((1, "out"), (2, "err")):
                to = os.open(folder / f"{number}.{end}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                os.dup2(to, descriptor)
                os.close(to)
        arguments = [each.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape") for each in run["args"]]
        os.environ.update(run.get("env", {}))
        sys.argv = ["codeqa", *arguments]
        try:
            command(arguments)
        except SystemExit as end_of_it:
            code = end_of_it.code
        except BaseException:  # noqa: BLE001  # the test sees its code
            traceback.print_exc()
            code = 99
        sys.stdout.flush()
        sys.stderr.flush()
        for name in run.get("env", {}):
            del os.environ[name]
        if folder is not None:
            (folder / f"{number}.code").write_text(str(code))
        else:
            sys.stdout.write(f"\n@@ ended {code} @@\n")
            sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main()
