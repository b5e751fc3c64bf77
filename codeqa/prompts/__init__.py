"""What models are told: files with a version, named in each trace.

A prompt is a Markdown file that begins with the line `version: N`. `{name}` in it is filled in; nothing else of a
brace has a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from codeqa.domain import UsageError

FOLDER = Path(__file__).parent / "texts"
LONGEST = 100_000  # characters of a prompt
_HEAD = re.compile(r"version:[ \t]*(\d{1,6})[ \t]*\n+")
_SLOT = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text for a model, with the names of what is filled in."""

    name: str
    version: int
    text: str

    @property
    def id(self) -> str:
        """Name, version and hash: a text that was changed without its version shows."""
        return f"{self.name}@{self.version}:{sha256(self.text.encode()).hexdigest()[:8]}"

    def filled(self, **values: str) -> str:
        """Return the text with every `{name}` replaced, once: what is filled in is not read again.

        Raises KeyError for a name that is not given; a value that the text does not ask for is left out.
        """
        return _SLOT.sub(lambda match: values[match.group(1)], self.text)


def load(name: str, folder: Path | None = None) -> Prompt:
    """Return the prompt of that name, from `folder` if it has one, else the one that ships.

    Raises UsageError if the file of `folder` is no prompt.
    """
    own = folder / f"{name}.md" if folder else None
    path = own if own and own.is_file() else FOLDER / f"{name}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="a prompt is a text file in UTF-8") from error
    match = _HEAD.match(text)
    if not match or len(text) > LONGEST:
        raise UsageError(f"{path} is no prompt", hint="its first line is: version: N")
    prompt = Prompt(name, int(match.group(1)), text[match.end() :].strip())
    shipped = prompt if path.parent == FOLDER else load(name)
    if unknown := _slots(prompt) - _slots(shipped):
        raise UsageError(
            f"{path} asks for {', '.join(sorted(unknown))}, which nobody fills in",
            hint=f"there are: {', '.join(sorted(_slots(shipped))) or 'none'}",
        )
    return prompt


def names() -> Mapping[str, str]:
    """Return the id of every prompt that ships, by its name."""
    return {path.stem: load(path.stem).id for path in sorted(FOLDER.glob("*.md"))}


def _slots(prompt: Prompt) -> set[str]:
    return set(_SLOT.findall(prompt.text))
