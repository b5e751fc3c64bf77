"""What a model makes of a question before it is searched for: a passage as it might be found, further terms.

Hypothetical passages are embedded beside the question (HyDE: Gao, Ma, Lin and Callan, 2022), first made from the
question alone, then once more from the definitions that a search with the first one finds. What fails costs the help,
never the search: an empty result, and a Notice that says so. Only being cancelled ends everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path

from codeqa import languages as grammars
from codeqa import prompts, terms
from codeqa.agent.asking import Asker
from codeqa.agent.tokens import estimate
from codeqa.config import SearchSettings
from codeqa.domain import (
    ChatMessage,
    ChatOptions,
    CodeqaError,
    Event,
    ModelCancelled,
    Notice,
    Reply,
)
from codeqa.prompts import Prompt
from codeqa.prompts.fencing import one_line
from codeqa.search import Help, Searcher

CONTEXT = 8_192  # tokens
PASSAGE_TOKENS = 400  # of a reply
TERMS_TOKENS = 200
TERMS = {
    "type": "object",
    "properties": {"terms": {"type": "array", "items": {"type": "string"}}},
    "required": ["terms"],
}
QUESTION = 2_000  # characters of a question that a model is shown
PASSAGE = 2_000  # characters of a passage that are kept
MOST_TERMS = 10
LONGEST_TERM = 60  # characters
FOUND = 10  # definitions of the first search that a model is shown
SIGNATURE = 160  # characters of one of them
VOCABULARY = 40  # words and names that it may choose from
_LANGUAGES = 3  # that are named
_FENCE = re.compile(r"```[^\n`]*\n(.*?)(?:\n```|\Z)", re.S)

Signatures = Callable[[str], Sequence[str]]
"""Takes a passage, and gives the definitions that a search with it finds, a line for each."""


def helped(
    asker: Asker,
    question: str,
    searcher: Searcher,
    settings: SearchSettings,
    *,
    num_ctx: int = CONTEXT,
    folder: Path | None = None,
) -> Generator[Event, None, Help | None]:
    """Return the help that the settings ask for, None if they ask for none or the model had nothing to say.

    `num_ctx` is what the model has elsewhere: with another it might have to be loaded anew. Prompts are looked for in
    `folder` first. Raises ModelCancelled.
    """
    passage, further = "", tuple[str, ...]()
    if settings.hyde:
        counts = searcher.store.files_by_language()

        def look(passage: str) -> Sequence[str]:
            return signatures(searcher, question, passage)

        passage = yield from hypothesis(asker, question, _titles(counts), look, num_ctx=num_ctx, folder=folder)
    if settings.expand:
        near = vocabulary(searcher, question)
        further = yield from expansion(asker, question, near, num_ctx=num_ctx, folder=folder)
    return Help((passage,) if passage else (), further) if passage or further else None


def hypothesis(
    asker: Asker,
    question: str,
    languages: Sequence[str],
    look: Signatures | None = None,
    *,
    num_ctx: int = CONTEXT,
    folder: Path | None = None,
) -> Generator[Event, None, str]:
    """Return code as it might answer the question, "" if the model fails.

    `languages` are the names of those of the repository. With `look` it is written twice, the second time in view of
    what a search with the first finds; if that fails or finds nothing, the first is what is returned.
    """
    slots = {"question": _question(question), "languages": ", ".join(languages) or "source"}
    options = ChatOptions(num_ctx, num_predict=PASSAGE_TOKENS)
    first = _passage((yield from _asked(asker, prompts.load("hyde", folder), slots, options)))
    found = look(first) if look is not None and first else ()
    if not found:
        return first
    slots["signatures"] = "\n".join(one_line(line, SIGNATURE) for line in found[:FOUND])
    return _passage((yield from _asked(asker, prompts.load("hyde2", folder), slots, options))) or first


def expansion(
    asker: Asker,
    question: str,
    vocabulary: Iterable[str],
    *,
    num_ctx: int = CONTEXT,
    folder: Path | None = None,
) -> Generator[Event, None, tuple[str, ...]]:
    """Return words and names that the code may have and the question has not; none if the model fails.

    `vocabulary` is what the repository has that is near to the question. What of the result exists is for the search to
    find out.
    """
    near = ", ".join(one_line(word, LONGEST_TERM) for word in vocabulary) or "none"
    slots = {"question": _question(question), "vocabulary": near}
    options = ChatOptions(num_ctx, num_predict=TERMS_TOKENS, format=TERMS)
    reply = yield from _asked(asker, prompts.load("expand", folder), slots, options)
    if reply is None or reply.value is None:
        return ()
    given = (" ".join(str(term).split()) for term in reply.value["terms"])
    return tuple(dict.fromkeys(term for term in given if term and len(term) <= LONGEST_TERM))[:MOST_TERMS]


def signatures(searcher: Searcher, question: str, passage: str) -> list[str]:
    """Return the signatures of what a search with a passage finds, best first, a line for each."""
    hits = searcher.search(question, FOUND, Help((passage,)))
    symbols = searcher.store.symbols(hit.symbol_id for hit in hits)
    found = (symbols.get(hit.symbol_id) for hit in hits)
    lines = (
        f"{symbol.qualname}: {' '.join(symbol.signature.split())}" if symbol.signature else symbol.qualname
        for symbol in found
        if symbol is not None and symbol.qualname
    )
    return list(dict.fromkeys(lines))


def vocabulary(searcher: Searcher, question: str) -> list[str]:
    """Return words and names that this repository has and that may be near to a question."""
    names = [hit.symbol.rpartition(".")[2] for hit in searcher.search(question, FOUND) if hit.symbol]
    near = [word for row in searcher.near_terms(_words(question)) for word, _ in row]
    there = searcher.store.document_frequency(near)
    found = [*names, *searcher.vocabulary(question, VOCABULARY // 2), *(word for word in near if there[word])]
    return list(dict.fromkeys(found))[:VOCABULARY]


def _asked(
    asker: Asker,
    prompt: Prompt,
    slots: dict[str, str],
    options: ChatOptions,
) -> Generator[Event, None, Reply | None]:
    """Ask a model one thing. Return its reply, None if there is none of use; only being cancelled is an error."""
    text = prompt.filled(**slots)
    trouble = ""
    try:
        message = ChatMessage("user", text)
        reply = yield from asker.ask(prompt.name, prompt.id, [message], options, estimated=estimate(text))
        if not reply.problem:
            return reply
        trouble = f"{asker.model.name}'s reply cannot be used: {reply.problem}"
    except ModelCancelled:
        raise
    except CodeqaError as error:
        trouble = error.message
    yield Notice("warning", f"searched without the help of a model ({prompt.name}): {trouble}")
    return None


def _passage(reply: Reply | None) -> str:
    """Return the code of a reply, out of its fence if it has one."""
    if reply is None:
        return ""
    fenced = _FENCE.search(reply.text)
    return (fenced.group(1) if fenced else reply.text).strip()[:PASSAGE]


def _question(question: str) -> str:
    return one_line(question, QUESTION)


def _words(question: str) -> list[str]:
    return terms.query_terms(question)[:8]


def _titles(counts: dict[str, int]) -> list[str]:
    """Return the names of the code languages that most files are of."""
    code = {language.name: language.title for language in grammars.load() if language.kind == "code"}
    return [code[name] for name in counts if name in code][:_LANGUAGES]
