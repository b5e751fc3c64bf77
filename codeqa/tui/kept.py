"""What the full screen keeps from one run to the next: the theme that was chosen in the palette."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

LARGEST = 10_000  # bytes


def place(environ: Mapping[str, str]) -> Path:
    """Return the file, in the user's own state folder and never in the repository."""
    import platformdirs

    named = environ.get("XDG_STATE_HOME", "")
    folder = Path(named) / "codeqa" if os.path.isabs(named) else Path(platformdirs.user_state_dir("codeqa"))
    return folder / "tui.json"


def theme(file: Path, configured: str | None, known: Mapping[str, object]) -> str | None:
    """Return the theme that holds: what was chosen last, in the palette or, since then, in the settings."""
    said = _read(file)
    chosen = said.get("theme")
    return chosen if chosen in known and said.get("configured") == (configured or "") else configured


def keep_theme(file: Path, name: str, configured: str | None) -> None:
    """Keep a choice, with what the settings said when it was made. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_name(f"{file.name}.{os.getpid()}")
    whole.write_text(json.dumps({"theme": name, "configured": configured or ""}), encoding="utf-8")
    os.replace(whole, file)


def _read(file: Path) -> dict[str, str]:
    try:
        with file.open("rb") as stream:
            said = json.loads(stream.read(LARGEST))
    except (OSError, ValueError, RecursionError):  # nothing is lost with it
        return {}
    return {key: value for key, value in said.items() if isinstance(value, str)} if isinstance(said, dict) else {}
