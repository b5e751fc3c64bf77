"""From a follow-up to a question that stands for itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from codeqa.conversation import references
from codeqa.conversation.ellipsis import Ellipsis, read
from codeqa.conversation.meaning import Meaning, Unclear, choice
from codeqa.conversation.naming import spans
from codeqa.conversation.references import Reference
from codeqa.conversation.turns import Conversation, Mention, Names, Turn, Understood
from codeqa.conversation.wording import FACETS, PREPOSITIONS, VERBS, WH, code, listed, tokens

_LEAD = re.compile(
    r"^(?:(?:and|but|ok|okay|so|now|then|also|well|great|good|thanks|thank\s+you|right|fine|hm+)\b[\s,.!]*)+", re.I
)


def refers(question: str) -> bool:
    """Whether a question means something that was said before it."""
    text = " ".join(question.split())
    return bool(references.find(text)) or read(text, lambda _: ()) is not None


def understand(
    question: str, conversation: Conversation, names: Names, said: Mapping[str, Sequence[str]] | None = None
) -> Understood:
    """Return the question with each reference to earlier turns replaced by ids, or why one cannot be.

    `names` says what there is now, `said` what some words were said to mean, by ids, after `choices` were offered for
    them. A question without a reference comes back as it is. Raises UsageError if words cannot mean what was said.
    """
    text = " ".join(question.split())
    short = read(text, names.candidates)
    found = references.find(text)
    if short is None and not found:
        return Understood(question)
    meaning = Meaning(conversation, names, said)
    try:
        if conversation.last is None:
            what = found[0].text if found else text
            raise Unclear(f"{code(what)} refers to an earlier question, and nothing was asked before")
        understood = _completed(short, meaning) if short else _replaced(text, found, meaning)
    except Unclear as unclear:
        return Understood(question, trouble=str(unclear), choices=unclear.choices, unclear=unclear.words)
    return replace(understood, settled=tuple(meaning.settled))


# ----------------------------------------------------------------------------------------------------------- references


def _replaced(text: str, found: Sequence[Reference], meaning: Meaning) -> Understood:
    """Put what each reference means in its place."""
    pieces: list[str] = []
    pairs: list[tuple[str, str]] = []
    done = 0
    for each in found:
        end, words = _written(text, each, meaning)
        pieces += [text[done : each.start], words]
        pairs.append((text[each.start : end], words))
        done = end
    lead = _LEAD.match(text)
    whole = "".join([*pieces, text[done:]])
    if lead and lead.end() <= found[0].start:
        whole = whole[lead.end() :]
    return Understood(whole, tuple(pairs), notes=tuple(meaning.notes))


def _written(text: str, reference: Reference, meaning: Meaning) -> tuple[int, str]:
    """Return where a reference ends, and the words that take its place."""
    mentions = meaning.of(reference)
    end = reference.end
    if reference.sort in ("its", "their"):
        following = next(iter(tokens(text[end:])), None)
        if following and following.sort in ("word", "name") and len(mentions) == 1:
            if member := meaning.member(mentions[0], following.bare):
                return end + following.end, code(member.id)
            owned = text[end + following.end : end + following.end + 1] in ("'", "’")
            if following.lower in _OF.union(FACETS) and not owned:
                return end + following.end, f"the {following.text} of {code(mentions[0].id)}"
        if len(mentions) == 1 and following and following.sort == "word":
            return end, f"{code(mentions[0].id)}'s"
        if following and following.sort == "word":
            return end + following.end, f"the {following.text} of {_all(mentions, each=True)}"
    if reference.sort == "ones":
        return end, f"of {_all(mentions)}"
    if text[end : end + 2] in ("'s", "’s"):  # it's
        return end + 2, f"{_all(mentions)} is"
    return end, _all(mentions, each=_each(text, reference))


_OF = frozenset(
    "constructor methods members fields attributes properties parent parents base bases superclass arguments "
    "parameters signature docstring documentation file module class".split()
)


def _all(mentions: Sequence[Mention], *, each: bool = False) -> str:
    """Name symbols; with `each`, so that what is asked of them is asked of each, and not of all at once."""
    named = [code(mention.id) for mention in mentions]
    return " or ".join(named) if each else listed(named)


_TOGETHER = frozenset("compare compares between among of explain describe show list find".split())


def _each(text: str, reference: Reference) -> bool:
    """Whether "them" stands where a question seeks what has to do with any: "who calls them"."""
    lead = _LEAD.match(text)
    words = tokens(text[lead.end() if lead else 0 : reference.start])
    if not words or words[0].lower not in (*WH, "in", "from") or reference.sort == "both":
        return False
    return words[-1].lower in (VERBS | PREPOSITIONS) - _TOGETHER


# ------------------------------------------------------------------------------------------------------------- ellipsis


def _completed(short: Ellipsis, meaning: Meaning) -> Understood:
    """Fill in what a question leaves out."""
    if short.form == "facet":
        template = FACETS[short.facet]
        if short.subject:
            subject = _subject(short.subject, meaning)
        else:
            subject = _all(
                each=True, mentions=meaning.plural(text=short.text) if short.many else [meaning.single(text=short.text)]
            )
        return _said(short, template.format(subject), meaning, subject)
    if short.form == "about":
        return _about(short, meaning)
    if short.form == "within":
        subject = _subject(short.subject, meaning)
        return _said(short, f"{meaning.last.asked.rstrip('?!. ')} in {subject}?", meaning, subject)
    if short.form == "more":
        subject = code(meaning.single(text=short.text).id)
        return _said(short, f"what does {subject} do?", meaning, subject)
    if short.form == "why":
        return _why(short, meaning)
    if short.form == "reverse":
        return _reversed(short, meaning)
    raise AssertionError(short.form)


def _said(short: Ellipsis, question: str, meaning: Meaning, subject: str) -> Understood:
    return Understood(question, ((short.text, subject),), notes=tuple(meaning.notes))


def _subject(words: str, meaning: Meaning) -> str:
    """Return the words for a thing, with references in them replaced; a bare name in back-ticks."""
    found = references.find(words)
    if found:
        return _replaced(words, found, meaning).question
    named = tokens(words)
    return code(named[0].bare) if len(named) == 1 and (named[0].sort == "name" or meaning.known(words)) else words


def _about(short: Ellipsis, meaning: Meaning) -> Understood:
    """Ask the last question again, about something else."""
    turn = meaning.last
    subject = _subject(short.subject, meaning)
    places = _places(turn)
    if short.side and len(places) == 1 and not re.search(rf"\b{short.side}\s+$", turn.asked[: places[0][0]], re.I):
        raise Unclear(f"{short.text!r}: the last question, {turn.asked!r}, has no two ends")
    if short.side and len(places) > 1:
        start, end = places[0] if short.side == "from" else places[-1]
    elif len(places) == 1:
        start, end = places[0]
    elif not places:
        raise Unclear(f"nothing in the last question, {turn.asked!r}, is named so that {subject} could take its place")
    else:
        both = listed([f"“{_put(turn.asked, place, subject)}”" for place in places[:3]], "or")
        raise Unclear(f"{short.text!r} may mean {both}")
    return _said(short, _put(turn.asked, (start, end), subject), meaning, subject)


def _put(question: str, place: tuple[int, int], subject: str) -> str:
    return question[: place[0]] + subject + question[place[1] :]


def _places(turn: Turn) -> list[tuple[int, int]]:
    """Return where the last question names what it is about."""
    found = [(start, end) for start, end, _ in spans(turn.asked, turn.focus)]
    named = [(token.start, token.end) for token in tokens(turn.asked) if token.sort == "name"]
    return sorted(dict.fromkeys(found or named))


def _why(short: Ellipsis, meaning: Meaning) -> Understood:
    """Ask for the chain behind the last answer: between its two ends, or from its one result to its subject."""
    turn = meaning.last
    if short.subject:
        source = meaning.of(references.find(short.subject)[0])[0]
        return _chain(short, source, meaning.single_focus(), meaning)
    if turn.status == "abstained" and len(turn.focus) != 2:
        return _said(short, turn.asked, meaning, code(turn.asked))
    if len(turn.focus) == 2:
        return _chain(short, meaning.now(turn.focus[0]), meaning.now(turn.focus[1]), meaning)
    others = [each for each in turn.results if each not in turn.focus]
    if len(turn.focus) == 1 and len(others) == 1:
        return _chain(short, meaning.now(others[0]), meaning.now(turn.focus[0]), meaning)
    if not others:
        raise Unclear(f"{short.text!r}: the last answer names nothing whose reason could be looked for")
    raise Unclear(
        f"{short.text!r} can be asked of one result, and the last answer has {len(others)}: "
        f"ask why the first one, or name {choice(others)}"
    )


def _chain(short: Ellipsis, source: Mention, target: Mention, meaning: Meaning) -> Understood:
    return _said(short, f"how does {code(source.id)} reach {code(target.id)}?", meaning, _all([source, target]))


def _reversed(short: Ellipsis, meaning: Meaning) -> Understood:
    places = _places(meaning.last)
    if len(places) != 2:
        raise Unclear(f"{short.text!r}: the last question has no two ends that could change places")
    asked = meaning.last.asked
    (a, b), (c, d) = places
    turned = asked[:a] + asked[c:d] + asked[b:c] + asked[a:b] + asked[d:]
    return _said(short, turned, meaning, f"{asked[c:d]}, {asked[a:b]}")
