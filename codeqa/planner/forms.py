"""What a question asks for: a form with slots, read from its wording.

English; anything else falls through to search.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from codeqa.plan import Call
from codeqa.planner.grammar import Compiled

SCATTERED = ("users", "raisers", "readers", "writers", "instantiations", "importers", "typed", "documents")
KINDS = {
    "relation": "multi fact",
    "path": "multi fact",
    "impact": "simple analysis",
    "tests": "multi fact",
    "hierarchy": "multi fact",
    "compare": "comparison",
    "scattered": "scattered facts",
    "callers": "multi fact",
    "callees": "multi fact",
    "uses": "scattered facts",
    "where": "single fact",
    "what": "single fact",
    "search": "research",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A question, read.

    `slots` hold the words for each thing it is about; `wants` names the extra parts that it asks for.
    """

    question: str
    form: str
    slots: dict[str, str] = field(default_factory=dict)
    wants: frozenset[str] = frozenset()
    compiled: tuple[Compiled, ...] = ()  # of a relation: its plans

    @property
    def kind(self) -> str:
        return _kind_of_plans(self.compiled) if self.compiled else KINDS[self.form]


def _kind_of_plans(compiled: Sequence[Compiled]) -> str:
    """A number is a single fact, the users of a thing are scattered, what several steps narrow is several facts."""
    first = compiled[0]
    if len(compiled) == 1 and first.number:
        return "single fact"
    plan = first.plan
    one_step = isinstance(plan, Call) and isinstance(plan.source, Call) and plan.source.name == "find"
    return "scattered facts" if one_step and isinstance(plan, Call) and plan.name in SCATTERED else "multi fact"


_WHO = r"(?:who|what|which|where|how many|list|show|find|name|give)"
_CHANGE = (
    r"(?:change|chang(?:e|ed|ing)|renam(?:e|ed|ing)|remov(?:e|ed|ing)|delet(?:e|ed|ing)|modif(?:y|ied|ying)|"
    r"touch(?:ed|ing)?|alter(?:ed|ing)?|break(?:ing)?|edit(?:ed|ing)?)"
)
_ARRIVE = r"(?:ends?\s+up\s+(?:in|at|as|on|with)|reach(?:es)?|gets?\s+(?:in|on)?to|arrives?\s+(?:at|in))"
_REACH = (
    r"(?:reach(?:es)?|gets?\s+(?:in|on)?to|ends?\s+up\s+(?:in|at|as|on|with)|leads?\s+to|arrives?\s+(?:at|in)|"
    r"becomes?|flows?\s+(?:in)?to|makes?\s+(?:it|its\s+way)\s+(?:in)?to|finds?\s+its\s+way\s+(?:in)?to|"
    r"turns?\s+into|goes\s+(?:in)?to|go\s+(?:in)?to|travels?\s+to|triggers?|invokes?|calls?)"
)

# The first pattern that matches decides; slots are named groups.
_FORMS: tuple[tuple[str, str], ...] = (
    ("compare", r"\bhow\s+(?:do|does|is|are)\s+(?P<a>.+?)\s+(?:differ(?:s|ent)?|vary)\s+from\s+(?P<b>.+)"),
    ("compare", r"\bhow\s+(?:do|does|are)\s+(?P<a>.+?)\s+and\s+(?P<b>.+?)\s+differ(?:ent)?\b"),
    ("compare", r"\b(?:differences?|distinction)\s+between\s+(?P<a>.+?)\s+and\s+(?P<b>.+)"),
    ("compare", r"\bcompare\s+(?P<a>.+?)\s+(?:and|with|to|against|versus|vs\.?)\s+(?P<b>.+)"),
    ("compare", r"^(?P<a>[^?]+?)\s+(?:vs\.?|versus)\s+(?P<b>.+)"),
    (
        "tests",
        r"^(?:which|what|list|show|find|are\s+there(?:\s+any)?)\b.{0,20}?\btests?\b.*?"
        r"\b(?:cover|exercise|test|check|verify|hit|reach|touch|use|call|for|of|about)(?:s|ing)?\b\s+(?P<a>.+)",
    ),
    ("tests", r"\btests?\s+(?:for|of|that\s+(?:cover|exercise|test|check|use|call))\s+(?P<a>.+)"),
    ("tests", r"^(?:how|where|by\s+what)\s+(?:is|are)\s+(?P<a>.+?)\s+(?:tested|covered)\b"),
    ("impact", rf"\b(?:if|when|were|should)\b.*?\b{_CHANGE}\b\s+(?P<a>.+)"),
    ("impact", rf"\bwant\s+to\s+{_CHANGE}\s+(?P<a>.+)"),
    ("impact", rf"\bif\s+(?P<a>.+?)\s+(?:is|are|was|were|gets?|has|had)\s+(?:been\s+)?{_CHANGE}\b"),
    ("impact", r"\b(?:if|when)\s+(?P<a>.+?)\s+(?:changes|changed|disappears?|went\s+away|goes\s+away|breaks)\b"),
    ("impact", rf"\b(?:impact|effects?|consequences?|blast\s+radius)\s+of\s+(?:{_CHANGE}\s+)?(?P<a>.+)"),
    ("impact", r"\b(?:depends?|rely|relies)\s+(?:up)?on\s+(?P<a>.+)"),
    ("hierarchy", r"\b(?:inherits?|derived?|derives|descends?)\s+from\s+(?P<a>.+)"),
    (
        "hierarchy",
        r"\b(?:subclass(?:es)?|subtypes?|implementations?|implementers?|implementors?|children|"
        r"descendants|overrides)\s+of\s+(?P<a>.+)",
    ),
    ("hierarchy", r"\b(?:overrid(?:e|es|ing|den)|redefines?|reimplements?)\s+(?P<a>.+)"),
    ("hierarchy", r"\b(?:which|what|who|list)\b.*?\b(?:implements?|extends?|subclass(?:es)?)\s+(?P<a>.+)"),
    ("callers", r"\b(?:callers?|call\s+sites?)\s+of\s+(?P<a>.+)"),
    ("callees", r"\bcallees?\s+of\s+(?P<a>.+)"),
    (
        "scattered",
        r"\ball\s+(?:of\s+)?(?:the\s+)?(?:different\s+)?"
        r"(?:ways?|places?|spots|points|locations|sites|lines|functions|code)\b\s*(?P<a>.+)",
    ),
    ("scattered", r"\b(?:every\s+place|everywhere|each\s+place)\b\s*(?P<a>.+)"),
    ("scattered", r"\bby\s+(?:which|what)\s+(?:routes?|ways?|means|paths?)\s+(?P<a>.+)"),
    (
        "scattered",
        r"\b(?:what|which)\s+(?:are\s+the\s+)?(?:different\s+)?(?:ways|places|options|mechanisms)\b\s*(?P<a>.+)",
    ),
    (
        "path",
        r"\b(?:trace|path|paths|route|flow|how|way|chain|follow|steps?|walk|lead|leads)\b.*?"
        r"\bfrom\s+(?P<a>.+?)\s+(?:in|on|up\s+)?to\s+(?P<b>.+)",
    ),
    *(
        (
            "path",
            r"\b(?:how(?!\s+many)|trace|explain|show|describe|follow|why|when)\b(?:\s+(?:how|when|why))?\s+"
            rf"(?:(?:do|does|can|could|is|are|will|would)\s+)?(?P<a>.+?)\s+{reach}\s+(?P<b>.+)",
        )
        for reach in (_ARRIVE, _REACH)  # "a method call ends up in": the noun is no verb
    ),
    (
        "path",
        r"^(?:does|do|can|could)\s+(?P<a>.+?)\s+(?:ever\s+)?"
        r"(?:reach|get\s+to|lead\s+to|call|invoke|end\s+up\s+in)\s+(?P<b>.+)",
    ),
    (
        "path",
        r"^(?:does|do|can|could|will|would|(?:i\s+(?:wonder|want\s+to\s+know)\s+)?(?:whether|if))\s+"
        r"(?:a\s+call\s+(?:of|to)\s+|calling\s+)?(?P<a>.+?)\s+(?:ever\s+|possibly\s+)*"
        r"(?:end\s+up\s+(?:calling|in|at)|ends\s+up\s+(?:calling|in|at)|gets?\s+to|run|lead\s+to|reach)\s+(?P<b>.+)",
    ),
    ("path", r"^(?:is|can)\s+(?P<b>.+?)\s+(?:be\s+)?(?:reachable|reached|called)\s+(?:from|by)\s+(?P<a>.+)"),
    ("path", r"^i\s+wonder\s+whether\s+(?P<a>.+?)\s+(?:ever\s+)?(?:gets?\s+to|reaches|calls)\s+(?P<b>.+)"),
    (
        "where",
        r"^(?:.*\b)?(?:in\s+(?:what|which)\s+file|definition\s+of|location\s+of|declaration\s+of)\s+(?:is\s+)?"
        r"(?P<a>.+?)(?:\s+(?:is\s+)?(?:implemented|defined|declared|located))?[\s?.!]*$",
    ),
    ("impact", r"\baffected\s+(?:by|when)\s+(?:a\s+)?(?:change\s+(?:of|to|in)|changing)\s+(?P<a>.+)"),
    (
        "path",
        r"\b(?:chain|path|way|route|steps|connection|link)\b.*?\bbetween\s+(?P<a>.+?)\s+and\s+(?P<b>.+)",
    ),
    (
        "path",
        r"\b(?:by\s+what|through\s+(?:which|what)|why|via\s+(?:which|what))\b.*?\b(?:does|do)\s+(?:calling\s+|a\s+call\s+of\s+)?"
        r"(?P<a>.+?)\s+(?:leads?\s+to|ends?\s+up\s+in|ends?\s+in|gets?\s+to|reach)\s+(?P<b>.+)",
    ),
    ("impact", r"\beverything\s+that\s+(?:reaches|uses|touches|depends\s+on)\s+(?P<a>.+)"),
    ("path", r"^how\s+(?:is|are)\s+(?P<b>.+?)\s+(?:reached|called|invoked|triggered)\s+(?:from|by)\s+(?P<a>.+)"),
    (
        "callees",
        r"^(?:what|which\s+\w+|who)\s+(?:do|does|did|is|are)\s+(?P<a>.+?)\s+"
        r"(?:call|invoke|use|depend\s+on|delegate\s+to|rely\s+on|called)"
        r"(?:\s+(?:in\s+turn|internally|directly))?[\s?.!]*$",
    ),
    ("callers", rf"\b{_WHO}\b.*?\b(?:calls?|invokes?|instantiates?|constructs?|triggers?|runs?)\s+(?:to\s+)?(?P<a>.+)"),
    ("callers", r"^(?:who|what)\s+creates?\s+(?P<a>.+)"),
    (
        "callers",
        r"\bwhere\s+(?:is|are|do\s+we|does\s+\w+)\s+"
        r"(?P<a>.+?)\s+(?:get\s+)?(?:called|invoked|instantiated|constructed|triggered)\b",
    ),
    (
        "uses",
        r"\bwhere\b(?:\s+in\s+[\w\s]+?)?\s+(?:is|are|do\s+we|does\s+\w+)\s+"
        r"(?P<a>.+?)\s+(?:being\s+)?"
        r"(?:used|referenced|read|accessed|consumed|imported|use|raised|thrown|needed|applied)\b",
    ),
    ("uses", r"\b(?:usages?|uses|references)\s+(?:of|to)\s+(?P<a>.+)"),
    ("uses", rf"\b{_WHO}\b.*?\b(?:uses?|reads?|references?|imports?|raises?|throws?|accesses|consumes?)\s+(?P<a>.+)"),
    (
        "where",
        r"\bwhere\b(?:\s+in\s+[\w\s]+?)?\s+(?:is|are|does|do|can\s+i\s+find|should\s+i\s+look\s+for|did)\s+"
        r"(?:the\s+code\s+(?:that|for|which)\s+)?(?P<a>.+)",
    ),
    (
        "where",
        r"\b(?:in\s+)?(?:which|what)\s+(?:file|module|class|function|method|place)\s+"
        r"(?:is|are|does|do|has|have|holds?|contains?|defines?|implements?|declares?|"
        r"handles?|sets?|starts?|creates?)\s*(?P<a>.+)",
    ),
    ("where", r"\b(?:find|locate|show\s+me)\s+(?P<a>.+)"),
    (
        "what",
        r"\bwhat\s+(?:does|do|did|will)\s+(?P<a>.+?)\s+"
        r"(?:do|check|return|mean|contain|represent|compute|handle|produce|validate|verify|parse|"
        r"raise|fall\s+back\s+on)\b(?P<rest>.*)",
    ),
    ("what", r"\bwhat\s+(?:is|are|'s)\s+(?:the\s+)?(?:purpose|role|job|point|responsibility|meaning)\s+of\s+(?P<a>.+)"),
    ("what", r"\bwhat\s+(?:happens|occurs)\s+(?:when|if|in|with|to|after|before|inside)\s+(?P<a>.+)"),
    ("what", r"\b(?:what\s+(?:is|are|'s)|explain|describe|summari[sz]e|tell\s+me\s+about|document)\s+(?P<a>.+)"),
    ("what", r"\bhow\s+(?:does|do|is|are|can|did)\s+(?P<a>.+)"),
    ("what", r"\bwhy\s+(?:does|do|is|are|did)\s+(?P<a>.+)"),
)


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns, compiled when a question first needs them: a fifth of the time of a quick answer."""
    return tuple((form, re.compile(pattern, re.I | re.S)) for form, pattern in _FORMS)


_EDGES = re.compile(
    r"^(?:the|a|an|our|its|this|that|any|some|to|of|code\s+for|function|method|class|macro|struct|interface|trait|"
    r"enum)\s+|[\s?.!,;:]+$",
    re.I,
)
_WANTS = (
    ("tests", r"\btests?\b"),
    ("set", r"\b(?:set|assigned|configured|initiali[sz]ed|written|defaults?|setting|sets|assigns?|writes?|changed)\b"),
    ("used", r"\b(?:used|takes?\s+effect|read|applied|consumed|enforced|uses?|reads?)\b"),
    ("defined", r"\b(?:defined|declared|implemented|located|live|lives|come\s+from)\b"),
    ("all", r"\ball\b|\bevery\b|\beach\b|\blist\b"),
    ("overrides", r"\b(?:overrid|redefin|reimplement|replace)"),
)


def wanted(text: str) -> frozenset[str]:
    """Return the extra parts that a question asks for."""
    return frozenset(name for name, pattern in _WANTS if re.search(pattern, text, re.I))


def readings(question: str) -> list[Request]:
    """Return every form that a question's wording fits, likeliest first; "search" always fits."""
    text = " ".join(question.split())
    wants = wanted(text)
    found: list[Request] = []
    for form, pattern in _compiled():
        if match := pattern.search(text):
            slots = {name: trimmed for name, value in match.groupdict().items() if value and (trimmed := trim(value))}
            if "a" in slots and (form != "compare" or len(slots) > 1):
                found.append(Request(text, form, slots, wants))
    return [*found, Request(text, "search", {"a": text}, wants)]


_NEXT_CLAUSE = re.compile(
    r",?\s+(?:and|but)\s+(?:also\s+)?(?:where|what|which|who|how|when|why)\b.*$|,\s*i\.e\.\s.*$", re.I | re.S
)


def trim(phrase: str) -> str:
    """Strip articles, punctuation and the next question from the words for a thing."""
    before = ""
    phrase = _NEXT_CLAUSE.sub("", phrase.strip())
    while phrase != before:
        before, phrase = phrase, _EDGES.sub("", phrase).strip()
    return phrase
