"""Verified claims → prose with citation marks, and the status that they earn."""

from __future__ import annotations

from codeqa.domain import Claim
from codeqa.notebook import Notebook
from codeqa.verify import Verified

MARKS = 6  # citation marks that one sentence carries


def compose(book: Notebook, verified: Verified, *, weak: bool) -> tuple[str, str]:
    """Return status and text. `weak`: the subject was only found by search.

    answered: every part of the question is covered by an edge, path, count or definition check. partial: something was
    found and checked, but not all, or the subject is a guess. abstained: nothing.
    """
    if not verified.claims or not book.parts:
        return "abstained", _abstention(book)
    covered = all(part in verified.parts for part in book.parts)
    status = "answered" if covered and not weak and not verified.dropped else "partial"
    items = {fact.text for fact in book.facts if fact.item}
    further = {(fact.text, fact.check) for fact in book.facts if fact.goes_on}
    paragraphs: list[str] = []
    sentences: list[str] = []
    for claim in verified.claims:
        sentence = marked(claim)
        if (claim.text, claim.check) in further and not sentences and paragraphs:
            paragraphs[-1] += f" {_without_subject(sentence, paragraphs[-1])}"
        elif claim.text in items:
            if sentences:
                paragraphs.append(" ".join(sentences))
                sentences = []
            bullet = f"- {sentence}"
            if paragraphs and paragraphs[-1].startswith("- "):
                paragraphs[-1] += f"\n{bullet}"
            else:
                paragraphs.append(bullet)
        else:
            sentences.append(sentence)
    if sentences:
        paragraphs.append(" ".join(sentences))
    if book.preface:
        paragraphs.insert(0, book.preface)
    return status, "\n\n".join(paragraphs)


def _without_subject(sentence: str, paragraph: str) -> str:
    """Let a sentence about what a bullet begins with say "It"."""
    subject = paragraph.rpartition("\n- ")[2].removeprefix("- ").partition(",")[0]
    return f"It{sentence[len(subject) :]}" if subject and sentence.startswith(f"{subject} ") else sentence


def marked(claim: Claim) -> str:
    """Put citation marks at the end, before the last full stop or colon."""
    marks = "".join(f"[{n}]" for n in claim.citations[:MARKS])
    if not marks:
        return claim.text
    for end in (".", ":"):
        if claim.text.endswith(end):
            return f"{claim.text[:-1]} {marks}{end}"
    return f"{claim.text} {marks}"


def _abstention(book: Notebook) -> str:
    said = "; ".join(book.unknowns[:2]) if book.unknowns else "nothing in the index fits the question"
    return f"I don't know: {said}."
