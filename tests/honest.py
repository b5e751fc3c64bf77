"""A scripted model that leads a walk by simple rules, from nothing but the body of each request.

It knows no question and no repository. It takes the relation that the question's words speak of, the symbols whose
names the question has, expands them, and ends with what the facts say, in their words. In whatever form actions are
asked for, it answers in that form.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.chat_server import Said

Call = tuple[str, dict[str, Any]]

# words of a question → the edges that lead to its answer
RELATIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (r"\btests?\b.*\b(reach|cover|tell|exercise|check)|\btested\b", (("tests", "in"),)),
    (r"\b(break|breaks|affected|impact|touches)\b", (("impact", "in"),)),
    (
        r"\b(inherits?|subclass(es)?|derives?|extends?|implements?)\b.*\bfrom\b|\bsubclass|\bheirs\b",
        (("inherits", "in"),),
    ),
    (r"\bbases?\b|\bdoes \S+ (inherit|extend|derive)", (("inherits", "out"),)),
    (r"\boverrid", (("overrides", "in"),)),
    (r"\b(raises|throws|raised|thrown)\b", (("raises", "in"),)),
    (r"\breads?\b", (("reads", "in"),)),
    (r"\b(writes?|sets?|assigns?)\b", (("writes", "in"),)),
    (r"\bwhat does \S+ (call|use|invoke)|\bcalled by\b.*\bwhat\b|\bcallees\b", (("calls", "out"),)),
    (r"\b(calls?|callers|invokes?|creates?|instantiates?)\b", (("calls", "in"),)),
    (r"\b(uses?|used)\b", (("uses", "in"),)),
    (r"\bmembers?\b|\bmethods\b", (("members", "out"),)),
)
PATH = re.compile(r"\b(reach(es)?|get(s)? to|lead(s)? to|path|chain|way from)\b")
_HANDLE = re.compile(r"\b(S\d+):? (?:is )?`?([\w.#~$]+)`?")
_FACT = re.compile(r"^(F\d+): (.*?)(?: \((S\d+(?: [^()]*)?(?:, S\d+(?: [^()]*)?)*)\))?$", re.M)


@dataclass
class Seen:
    """What a request shows."""

    question: str
    handles: dict[str, str]  # handle → name
    facts: dict[str, str]  # handle → sentence
    made: list[Call]
    results: list[str]
    body: dict[str, Any] = field(repr=False)

    @property
    def tools(self) -> list[str]:
        if self.body.get("tools"):
            return [tool["function"]["name"] for tool in self.body["tools"]]
        schema = self.body.get("format") or {}
        if isinstance(schema, dict) and "action" in schema.get("properties", {}):
            return list(schema["properties"]["action"]["enum"])
        return ["search", "symbol", "expand", "path", "read", "finish"]


def seen(body: dict[str, Any]) -> Seen:
    """Read a request."""
    messages = body["messages"]
    text = "\n".join(str(m.get("content", "")) for m in messages if m["role"] != "system")
    match = re.search(r"^Question: (.*)$", text, re.M)
    handles: dict[str, str] = {}
    for handle, name in _HANDLE.findall(text):
        handles.setdefault(handle, name)
    facts = {handle: sentence for handle, sentence, _ in _FACT.findall(text)}
    made: list[Call] = []
    for message in messages:
        for call in message.get("tool_calls") or ():
            given = call["function"]["arguments"]  # text where the server speaks OpenAI's language
            made.append((call["function"]["name"], json.loads(given) if isinstance(given, str) else dict(given)))
        if message["role"] == "assistant" and not message.get("tool_calls"):
            made += _written(str(message.get("content", "")))
    results = [str(m["content"]) for m in messages if m["role"] == "tool"]
    results += [
        str(m["content"]) for m in messages if m["role"] == "user" and str(m["content"]).startswith("Result of")
    ]
    return Seen(match[1] if match else "", handles, facts, made, results, body)


def _written(text: str) -> list[Call]:
    """Read an action back from what was said before, in either of the lower forms."""
    try:
        value = json.loads(text)
        return [(value["action"], {k: v for k, v in value.items() if k not in ("action", "thought")})]
    except (ValueError, KeyError, TypeError):
        match = re.match(r"(\w+): ?(.*)", text)
        if not match:
            return []
        names = {"expand": ("handle", "edge", "direction"), "path": ("source", "target"), "search": ("query",)}
        keys = names.get(match[1], ("name" if match[1] == "symbol" else "what",))
        parts = match[2].split() if len(keys) > 1 else [match[2]]
        return [(match[1], dict(zip(keys, parts, strict=False)))]


def said(body: dict[str, Any], name: str, arguments: dict[str, Any]) -> Said:
    """Make a call in the form that the request asks for."""
    if body.get("tools"):
        return Said(calls=((name, arguments),))
    if isinstance(body.get("format"), dict):
        return Said(json.dumps({"thought": "next", "action": name, **arguments}))
    if name == "finish":
        lines = [*arguments["sentences"], *(f"missing: {part}" for part in arguments.get("missing", ()))]
        return Said("finish: " + "\n".join(lines))
    return Said(f"{name}: {' '.join(map(str, arguments.values()))}")


def honest(body: dict[str, Any]) -> Said:
    """Make the next call, or finish."""
    properties = (body.get("format") or {}).get("properties", {}) if isinstance(body.get("format"), dict) else {}
    if "verdict" in properties:
        return Said(json.dumps({"verdict": "unclear", "why": "by no rule that is known here"}))
    if "complete" in properties:
        return Said(json.dumps({"complete": True, "missing": []}))
    told = re.search(r"call of the tool `(\w+)`, with the (\w+) \"([^\"]+)\"", str(body["messages"][-1]["content"]))
    if told:
        return said(body, told[1], {told[2]: told[3]})
    shown = seen(body)
    wanted = [call for call in _plan(shown) if call not in shown.made and call[0] in shown.tools]
    if wanted:
        return said(body, *wanted[0])
    return said(body, "finish", _answer(shown))


def _plan(shown: Seen) -> list[Call]:
    """Return the calls that the question asks for, in their order, as far as handles for them are known."""
    named = _named(shown)
    if not named:
        return [("search", {"query": shown.question})] if not _searched(shown) else []
    unmet = [name for name, handle in named if not handle]
    calls: list[Call] = [("symbol", {"name": name}) for name in unmet]
    if any(call not in shown.made for call in calls):
        return calls
    met = [handle for _, handle in named if handle]
    question = shown.question.lower()
    if len(met) > 1 and PATH.search(question):
        return [*calls, ("path", {"source": met[0], "target": met[1]})]
    for pattern, edges in RELATIONS:
        if met and re.search(pattern, question):
            return [
                *calls,
                *(("expand", {"handle": met[0], "edge": edge, "direction": way}) for edge, way in edges),
            ]
    return [*calls, *(("symbol", {"name": handle}) for handle in met)]


def _searched(shown: Seen) -> bool:
    return any(name == "search" for name, _ in shown.made)


def _named(shown: Seen) -> list[tuple[str, str]]:
    """Return names that the question writes as code does, in its order, each with its handle if it has one."""
    words = re.findall(r"`?([A-Za-z_][\w.]*\w)`?", shown.question)
    coded = [w for w in words if re.search(r"[._]|[a-z][A-Z]|^[A-Z][a-z]+[A-Z]", w)]
    names = {name.lower(): handle for handle, name in reversed(shown.handles.items())}
    plain = [w for w in words if w.lower() in names and len(w) > 2 and w not in coded]
    found = sorted({*coded, *plain}, key=words.index)
    return [(word, _handle(word, shown)) for word in found]


def _handle(word: str, shown: Seen) -> str:
    for handle, name in shown.handles.items():
        if name.lower() == word.lower():
            return handle
    for handle, name in shown.handles.items():
        if name.lower().endswith("." + word.lower()):
            return handle
    return ""


def _answer(shown: Seen) -> dict[str, Any]:
    """Say what the last results say; what they could not tell is missing."""
    last = next((text for text in reversed(shown.results) if _FACT.search(text)), "")
    facts = {handle: text for handle, text, _ in _FACT.findall(last)} or shown.facts
    sentences = [f"{text} [{handle}]" for handle, text in facts.items()][:14]
    if not sentences:
        sentences = [f"`{name}` may be the place [{handle}]." for handle, name in list(shown.handles.items())[:5]]
    missing = re.findall(r"^(?:Error: )(.*)$", "\n".join(shown.results), re.M)
    return {"sentences": sentences, "missing": missing[:2]}
