"""Earlier answers to the same question, given again where all that they rest on still holds.

The traces are the store: an answer goes when its trace does. What was asked is found by the question's vector; two
questions are the same if their words are, or, where they are near and speak of the same names, if the model says so. An
answer is given again only if every claim holds in graph and bytes, every cited line is what it was where it was, every
step of its walk is there, and what the walk began with and every call of a tool that was made for it are the same
again: a caller that was added since shows in these alone.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from typing import Any

from codeqa.agent.asking import Asker
from codeqa.agent.handles import Handles
from codeqa.agent.looking import Looking
from codeqa.agent.options import Options
from codeqa.agent.toolbox import HITS, Toolbox
from codeqa.domain import (
    Answer,
    BrokenReply,
    ChatMessage,
    ChatOptions,
    Claim,
    CodeqaError,
    EdgeKind,
    Event,
    Hit,
    Hop,
    ModelRefused,
    Step,
    ToolCall,
    ToolUse,
)
from codeqa.notebook import Notebook
from codeqa.planner import Planner
from codeqa.prompts import load
from codeqa.prompts.fencing import one_line
from codeqa.traces import Traces
from codeqa.verify import recorded
from codeqa.verify.recalling import stands
from codeqa.verify.replay import replay

NEAR = 0.9  # cosine of the vectors of questions that may be the same
LOOKED = 60  # conversations back
BEGIN = "begin"  # step of a walk: what it begins with
ASKED = 2  # near questions about which the model is asked
TAKEN = "the question was taken to be the same as an earlier one: "
LONGEST = 400  # characters of a question that is compared
_WORD = re.compile(r"\w+")
_NAME = re.compile(
    r"`[^`]+`|\"[^\"]+\"|\b\w*(?:[a-z][A-Z]|_|\d|\.\w|::)\w*|\b[A-Z]\w+|\b(?:not|no|never|without|only|except)\b"
)
_FILLING = frozenset("a an the please can could you tell me show explain i d like to know s is are do does".split())
KINDS = frozenset(str(kind) for kind in EdgeKind)
_SAME = {"type": "object", "properties": {"same": {"type": "boolean"}}, "required": ["same"]}


@dataclass(frozen=True, slots=True)
class _Kept:
    """A turn that a model answered."""

    name: str  # conversation and number
    question: str
    answer: Mapping[str, Any]
    uses: tuple[tuple[str, Mapping[str, str], str], ...]  # tool, arguments, digest
    begin: str  # what its walk began with


class Earlier:
    """Looks for an earlier answer by one model under one prompt."""

    def __init__(self, traces: Traces, planner: Planner, asker: Asker, options: Options) -> None:
        self.traces = traces
        self.planner = planner
        self.tools = planner.tools
        self.asker = asker
        self.options = options

    def find(self, question: str, begin: str) -> Generator[Event, None, Answer | None]:
        """Return an earlier answer that still holds; None if there is none. `begin` is what a walk would begin with."""
        asked = 0
        for cosine, kept in self._near(question):
            if not (same := _words(kept.question) == _words(question)):
                if asked == ASKED or _names(kept.question) != _names(question):
                    continue
                asked += 1
                same = yield from self._same(kept.question, question)
            if not same:
                continue
            now = begin if kept.question == question else (yield from self._begins(kept.question))
            alike = kept.begin == now
            trouble = (yield from self._trouble(kept)) if alike else "its walk would begin with something else"
            if trouble:
                yield Step("reuse", f"{kept.name} no longer holds: {trouble}")
                continue
            yield Step("reuse", f"{kept.name} asked the same ({cosine:.2f}), and all of it holds")
            return self._again(kept, question)
        return None

    def _begins(self, question: str) -> Generator[Event, None, str]:
        """Return what a walk of an earlier question would begin with now."""
        walked = yield from self.planner.walk(question)
        return begun(walked.book) if walked is not None else ""

    # ------------------------------------------------------------------------------------------------------- questions

    def _near(self, question: str) -> list[tuple[float, _Kept]]:
        """Return earlier questions whose vectors are near, nearest first, the newest first of equal ones."""
        found = [kept for kept in self._kept() if kept.question]
        embedder = self.tools.searcher.embedder
        if not found or embedder is None:
            return [(1.0, kept) for kept in found if _words(kept.question) == _words(question)]
        vectors = embedder.embed([question[:LONGEST], *(kept.question[:LONGEST] for kept in found)])
        cosines = (vectors[1:] @ vectors[0]).tolist()
        near = [
            (1.0 if _words(kept.question) == _words(question) else float(cosine), kept)
            for cosine, kept in zip(cosines, found, strict=True)
        ]
        return sorted((pair for pair in near if pair[0] >= NEAR), key=lambda pair: -pair[0])

    def _kept(self) -> Iterator[_Kept]:
        """Yield the turns that this model answered, led by the prompt of now, but those that were labelled bad."""
        prompt = load("walk", self.options.prompts).id
        for trace in islice(self.traces.newest(), LOOKED):
            for turn in reversed(trace.turns):
                label = trace.labels.get(turn["turn"])
                if (label is None or label.value != "bad") and (kept := _read(turn, self.asker.model.name, prompt)):
                    yield kept

    def _same(self, first: str, second: str) -> Generator[Event, None, bool]:
        prompt = load("same", self.options.prompts)
        text = prompt.filled(first=one_line(first, LONGEST), second=one_line(second, LONGEST))
        options = ChatOptions(num_ctx=self.options.context, num_predict=self.options.reply_tokens, format=_SAME)
        try:
            reply = yield from self.asker.ask("same", prompt.id, [ChatMessage("user", text)], options)
        except (BrokenReply, ModelRefused):
            return False
        return isinstance(reply.value, Mapping) and reply.value.get("same") is True

    # -------------------------------------------------------------------------------------------------------- evidence

    def _trouble(self, kept: _Kept) -> Generator[Event, None, str]:
        """Say why an answer may not be given again, "" if it may."""
        try:
            now = replay(kept.answer, self.tools)
            citations = recorded.read(kept.answer).citations.values()
        except CodeqaError as error:
            return error.message
        if broken := next((c for c in now.claims if c.state in ("broken", "moved")), None):
            return (*broken.reasons, *broken.moved)[0]
        for citation in citations:
            if not stands(citation, self.tools):
                return f"{citation.path}:{citation.start_line} has changed"
        for hop in recorded.hops(kept.answer):
            if not self._stands(hop):
                return f"no edge leads from {hop.src} to {hop.dst} any more"
        return (yield from self._shown(kept))

    def _stands(self, hop: Hop) -> bool:
        """Tell whether an edge is there, at the line that states it."""
        if hop.edge not in KINDS:
            return False
        kinds = {EdgeKind(hop.edge)}
        found = [*self.tools.store.edges_from([hop.src], kinds), *self.tools.graph.outgoing([hop.src], kinds)]
        return any(edge.dst == hop.dst and edge.site == hop.site for edge in found)

    def _shown(self, kept: _Kept) -> Generator[Event, None, str]:
        """Make every call of a tool again."""
        handles = Handles(self.tools)
        looking = Looking(self.tools, handles, self.options.max_hops, self.options.evidence_chars)
        toolbox = Toolbox(handles, looking, self._search)
        for name, arguments, digest in kept.uses:
            call = ToolCall(name, dict(arguments))
            now = ""
            using = toolbox.use(call)
            for event in using:
                now = event.digest if isinstance(event, ToolUse) else now
            if now != digest:
                return f"{name} of {', '.join(arguments.values())} shows something else"
        yield Step("reuse", f"{len(kept.uses)} calls of tools show the same as then")
        return ""

    def _search(self, query: str) -> Generator[Event, None, Sequence[Hit]]:
        """Search without the help of the model: what it would say now is no part of what held then."""
        yield from ()
        return self.tools.searcher.search(query, HITS)

    def _again(self, kept: _Kept, question: str) -> Answer:
        written = recorded.read(kept.answer)
        generation = self.tools.store.generation
        claims = tuple(
            Claim(c.text, c.citations, c.verdict, _check(kept.answer, n), c.checks or ())
            for n, c in enumerate(written.claims)
        )
        other = [] if _words(kept.question) == _words(question) else [f"{TAKEN}{kept.question}"]
        unknowns = [text for text in kept.answer.get("unknowns", ()) if isinstance(text, str)]
        return Answer(
            question=question,
            kind=str(kept.answer.get("kind", "")),
            status=str(kept.answer.get("status", "")),
            text=str(kept.answer.get("answer", "")),
            claims=claims,
            citations=tuple(replace(c, generation=generation) for c in written.citations.values()),
            walk=recorded.hops(kept.answer),
            unknowns=(*other, *(text for text in unknowns if not text.startswith(TAKEN))),
            generation=generation,
            model=self.asker.model.name,
            plan=str(kept.answer.get("plan", "")),
            results=tuple(str(key) for key in kept.answer.get("results", ())),
            reused=kept.name,
        )


def begun(book: Notebook) -> str:
    """Return how many facts a walk begins with, and a hash of them: as a step of it, which a trace keeps."""
    said = "\0".join(f"{fact.text}\0{fact.places}" for fact in book.facts)
    digest = sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{len(book.facts)} facts ({digest})"


def _begin(turn: Mapping[str, Any]) -> str:
    events = turn.get("events")
    for event in events if isinstance(events, list) else ():
        about = event.get("attributes") if isinstance(event, Mapping) else None
        if isinstance(about, Mapping) and about.get("action") == BEGIN:
            return str(about.get("text", ""))
    return ""


def _read(turn: Mapping[str, Any], model: str, prompt: str) -> _Kept | None:
    """Return a turn as far as it can be given again."""
    answer, asked, spans = turn.get("answer"), turn.get("codeqa"), turn.get("spans")
    if not isinstance(answer, Mapping) or not isinstance(asked, Mapping) or not isinstance(spans, list):
        return None
    whole = not turn.get("cut") and answer.get("model") == model and answer.get("status") in ("answered", "partial")
    about = [span.get("attributes", {}) for span in spans if isinstance(span, Mapping)]
    prompts = {str(a["codeqa.prompt"]) for a in about if a.get("codeqa.purpose") == "walk" and "codeqa.prompt" in a}
    question = answer.get("understood") or asked.get("question")
    if not whole or prompts != {prompt} or not isinstance(question, str) or asked.get("meaning"):
        return None
    uses = [
        (str(a["gen_ai.tool.name"]), dict(a["gen_ai.tool.call.arguments"]), str(a.get("codeqa.digest", "")))
        for a in about
        if a.get("gen_ai.operation.name") == "execute_tool" and a.get("codeqa.digest")
    ]
    return _Kept(str(answer.get("trace", "")), question, answer, tuple(uses), _begin(turn))


def _words(question: str) -> list[str]:
    return [word for word in _WORD.findall(question.lower()) if word not in _FILLING]


def _names(question: str) -> set[str]:
    """Return what a question names, and what it denies: what has to be the same in both."""
    first, _, rest = question.strip().partition(" ")
    return {name.strip('`"') for name in _NAME.findall(f"{first.lower()} {rest}")}


def _check(answer: Mapping[str, Any], number: int) -> str:
    return str(answer["claims"][number].get("check", ""))
