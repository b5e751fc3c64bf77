"""What a model judges of a sentence that no code can check."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from codeqa.agent.asking import Asker
from codeqa.agent.options import Options
from codeqa.domain import Event
from codeqa.notebook import Place
from codeqa.tools import Tools


class Judging:
    """Judges sentences by the lines they cite."""

    def __init__(self, tools: Tools, asker: Asker, options: Options) -> None:
        self.tools = tools
        self.asker = asker
        self.options = options

    def judge(self, text: str, places: Sequence[Place]) -> Generator[Event, None, tuple[str, str]]:
        """Return "supported", "not" or "unclear", and why."""
        yield from ()
        return "unclear", f"no code can check it, in {len(places)} places: {text[:40]}"
