"""The pictures of the documents are what the screen shows; `python -m benchmarks.screenshots` draws them anew."""

from __future__ import annotations

import html
import re
from pathlib import Path

from benchmarks.screenshots import PICTURES, draw
from tests.conftest import ROOT

MOST_BYTES = {"tour": 300_000}  # of others: 120,000
OTHERWISE = re.compile(  # what is another each time: how long something took, and when it was
    r"[\d.,]+ (?:ms|s)\b|[━╸╺╴╶-]{1,12}|\d{4}-\d\d-\d\d|\b\d\d:\d\d\b|\d{8}-\d{6}-[0-9a-f]+|\s+"
)


def said(picture: str) -> list[str]:
    """What a picture says, line by line, but for what is another each time."""
    drawn = re.findall(r'<g id="l\d+">(.*?)</g>', picture)
    lines = (" ".join(re.findall(r"<text[^>]*>(.*?)</text>", line)) for line in drawn)
    return [OTHERWISE.sub("", html.unescape(line)) for line in lines]


def test_the_pictures_are_those_of_now() -> None:
    drawn = draw()

    assert {path.stem for path in PICTURES.glob("*.svg")} == set(drawn)
    for name, picture in drawn.items():
        kept = PICTURES.joinpath(f"{name}.svg").read_text(encoding="utf-8")
        if name == "tour":  # how many lines it has depends on how long each step of the walk took
            assert set(said(kept)) == set(said(picture)), "draw them anew: python -m benchmarks.screenshots"
        else:
            assert said(kept) == said(picture), "draw them anew: python -m benchmarks.screenshots"


def test_the_pictures_are_small_and_need_nothing_from_elsewhere() -> None:
    for path in PICTURES.glob("*.svg"):
        drawn = path.read_text(encoding="utf-8")
        assert len(drawn) < MOST_BYTES.get(path.stem, 120_000)
        assert re.findall(r"https?://[^\"]+", drawn) == ["http://www.w3.org/2000/svg"]
        assert "<script" not in drawn and "/home/" not in drawn and "/tmp/" not in drawn


def test_each_picture_is_shown_and_each_that_is_shown_is_there() -> None:
    shown = set()
    for document in (ROOT / "README.md", ROOT / "docs/tui.md"):
        links = re.findall(r"!\[[^\]]+\]\(([^)]+\.svg)\)", document.read_text(encoding="utf-8"))
        shown |= {Path(document.parent, link).resolve() for link in links}
    assert shown == {path.resolve() for path in PICTURES.glob("*.svg")}
