"""What a turn is about: the symbols that its question names, and those that its answer gave."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from codeqa.conversation.turns import MAX_RESULTS, Mention, Names, Turn, Understood
from codeqa.conversation.wording import CLOSED, Token, tokens
from codeqa.domain import Answer

LONGEST_RUN = 4  # words that spell one name: "visibility timeout" for visibility_timeout


def told(asked: Understood, question: str, answer: Answer, names: Names) -> Turn:
    """Return the turn that an answer makes: what its question names, and what it gave."""
    ids = list(dict.fromkeys([*answer.results, *_ends(answer), *_cited(answer)]))
    there = names.symbols(ids[: 2 * MAX_RESULTS])
    known = [Mention.of(there[each]) for each in ids if each in there]
    focus = [] if asked.trouble else _focus(asked.question, answer.plan, known, names)
    about = {mention.id for mention in focus}
    far: Iterable[str] = answer.results
    if not far and focus:
        far = dict.fromkeys(end for end in _ends(answer) if end not in about)
    elif not far and answer.status != "abstained":
        far = _cited(answer)[:1]  # what a search found for words that name nothing
    by_id = {mention.id: mention for mention in known}
    return Turn(
        question=question,
        understood=asked.question if asked.changed else "",
        status=answer.status,
        kind=answer.kind,
        plan=answer.plan,
        focus=tuple(focus),
        results=tuple(by_id[each] for each in far if each in by_id)[:MAX_RESULTS],
        generation=answer.generation,
        trouble=asked.trouble,
    )


_FOUND = re.compile(r'\bfind\("((?:[^"\\]|\\.)+)"\)')  # what a plan begins with


def _focus(question: str, plan: str, known: Sequence[Mention], names: Names) -> list[Mention]:
    """Return what a question was taken to name: by its plan, if that says so, else by its words."""
    planned = names.symbols(dict.fromkeys(re.sub(r"\\(.)", r"\1", each) for each in _FOUND.findall(plan)))
    if not planned:
        return named(question, known, names)
    mentions = [Mention.of(symbol) for symbol in planned.values()]
    written = [mention for _, _, mention in spans(question, mentions)]
    return list(dict.fromkeys([*written, *mentions]))


def _ends(answer: Answer) -> list[str]:
    return [end for hop in answer.walk for end in (hop.src, hop.dst)]


def _cited(answer: Answer) -> list[str]:
    return [f"{each.path}::{each.symbol}" if each.symbol else each.path for each in answer.citations]


def named(question: str, known: Sequence[Mention], names: Names) -> list[Mention]:
    """Return what a question names, in its order.

    `known` are the symbols that its answer speaks of: a name means those of them that it fits; one that fits none means
    what exists under it, if that is one thing.
    """
    places = spans(question, known)
    for token in tokens(question):
        if token.sort == "name" and all(token.end <= start or end <= token.start for start, end, _ in places):
            meant = names.candidates(token.bare)
            if len(meant) == 1:
                places.append((token.start, token.end, Mention.of(meant[0])))
    return list(dict.fromkeys(mention for _, _, mention in sorted(places, key=lambda place: place[0])))


def spans(question: str, mentions: Sequence[Mention]) -> list[tuple[int, int, Mention]]:
    """Return start, end and symbol of each place of a question that names one of `mentions`; namesakes share a place.

    A word of English is a name only where nothing else is: in "who calls call", the second.
    """
    words = tokens(question)
    return _spans(words, mentions, CLOSED) or _spans(words[1:], mentions, frozenset())


def _spans(
    words: Sequence[Token], mentions: Sequence[Mention], english: frozenset[str]
) -> list[tuple[int, int, Mention]]:
    found: list[tuple[int, int, Mention]] = []
    taken: set[int] = set()
    for size in range(LONGEST_RUN, 0, -1):
        for first in range(len(words) - size + 1):
            run = words[first : first + size]
            at = range(first, first + size)
            if taken.isdisjoint(at) and not english.intersection((run[0].lower, run[-1].lower)):
                meant = _fitting(run[0], mentions) if size == 1 else _spelled(run, mentions)
                if meant:
                    taken.update(at)
                    found += [(run[0].start, run[-1].end, mention) for mention in meant]
    return sorted(found, key=lambda place: place[0])


def _spelled(run: Sequence[Token], mentions: Sequence[Mention]) -> list[Mention]:
    """Return what words in a row spell."""
    if any(token.sort != "word" for token in run):
        return []
    joined = "".join(token.lower for token in run)
    return [each for each in mentions if each.name.replace("_", "").lower() == joined]


def _fitting(token: Token, mentions: Sequence[Mention]) -> list[Mention]:
    """Return what one name, or word, means: an id, a qualified name or the end of one, a path or the end of one."""
    if token.sort not in ("name", "word"):
        return []
    if exact := [each for each in mentions if token.bare in (each.id, each.label)]:
        return exact
    dotted = _dotted(token.bare)
    found = [each for each in mentions if f".{_dotted(each.label)}".endswith(f".{dotted}")]
    found = found or [each for each in mentions if each.is_file and each.path.endswith(f"/{token.bare}")]
    return found or [each for each in mentions if not each.is_file and each.name.lower() == token.lower]


def _dotted(name: str) -> str:
    return re.sub(r"::|->|#", ".", name)
