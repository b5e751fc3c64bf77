"""Ways to say a thing that mean the same as a plainer one: rewritten before the grammar reads a question.

Each pattern replaces words that say nothing about which names are meant, so that no name is ever touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

_ORDINALS = r"second[- ]level|second[- ]order|indirect[- ]level"
_IDIOMS: tuple[tuple[str, str], ...] = (
    (r"\bas well as\b", "and"),
    (r"\band also\b", "and"),
    (r"\band (?:do|does|did) not\b", "but not"),
    (r"\band (?:don['’]t|doesn['’]t|never)\b", "but not"),
    (r"\bexcept (?:for )?(?:those|ones|the ones|functions|tests|code) (?:that|which|who)\b", "but do not"),
    (r",? but not (?:those|ones|the ones) (?:that|which|who)\b", " but do not"),
    (r",? but only (?:those|ones|the ones|if|when)?\s*", " "),
    (r",? only (?:those|the ones)\b", ""),
    (r",? counted by calling function\b", " counted"),
    (r",?\s*\bdirectly,? (?:or|and) (?:through others|indirectly|through other \w+|transitively)\b", " transitively"),
    (r",? ?\bdirect(?:ly)?,? (?:and|or) indirect(?:ly)?\b", " transitively"),
    (r",? ?(?:at any depth|however far (?:down|up|away)|at some point|sooner or later|in the end)\b", " transitively"),
    (r"\b(?:only )?(?:through|by way of|via) (?:other|another|further) (?:functions?|code|calls?)\b", "INDIRECTLY"),
    (r"\b(?:only )?indirectly(?: only)?$", "INDIRECTLY"),
    (r"\bwithout (?:a|any) direct call\b", "INDIRECTLY"),
    (r"\bwithout (?:a|any) detour\b", "directly"),
    (r"\bwith a direct call\b", "directly"),
    (r"\bonly INDIRECTLY\b", "INDIRECTLY"),
    (r",? and (?:by )?(?:what|whom|which|where|which \w+|who)\??$", ""),
    (r"\b(?:the )?calls (?:that |which )?(\S.*?) makes\b", r"what \1 calls"),
    (rf"\b(?:{_ORDINALS}) (callers|callees) of\b", r"\1 of \1 of"),
    (r"\b(?:functions|code|is|are)?\s*(?:are )?(?:exactly )?two calls (?:away|up) from\b", "callers of callers of"),
    (r"\b(?:is|are)?\s*(?:exactly )?two calls down from\b", "callees of callees of"),
    (r"\bwhich functions does (.+?) reach in (?:exactly )?two calls\b", r"callees of the callees of \1"),
    (r"\bwhat callees of\b", "callees of"),
    (r"\b(?:which|what) callers of callers of\b", "callers of callers of"),
    (r"\bfrom there\b", "transitively"),
    (r"\bsuch that its? (?:override|version|implementation)\b", "and"),
    (r"\bwith an? (?:override|version|implementation|one) (?:that|which)\b", "and"),
    (r"\bwhere (?:the|its|their) (?:override|version|implementation) of (\S+)", r"whose \1"),
    (r"\b(?:have|has|comes? with) (?:an|their|its)? ?own (?:(?:version|implementation|override) of )?", "override "),
    (r"\boverrides of (\S+) in (.+?) (?=(?:lead|that|which|call|reach|end))", r"\2 that override \1 and "),
    (r"\bthe overridden (\S+) (?=(?:get|call|reach|lead|end))", r"OVERRIDDEN \1 "),
    (r"(?<!['’]s )\b(?-i:instances?|objects?|a new) (?:of )?(?=[\w`'\"])", ""),
    (r"(?<!['’]s )(?<!\bmethod )(?<!\bfunction )\b(?-i:new) (?!(?:of|in|on|such|so|and|or|but)\b)(?=[\w`'\"])", ""),
    (r"(?<=[\w`'\"]) (?:objects|instances)\b", ""),
    (r"\bkinds of\b", "subclasses of"),
    (r"\bcan fail with\b", "raise"),
    (r"\bfails? with\b", "raise"),
    (r"\b(?:can |may )?runs? into\b", "raise"),
    (r"\bcomes? (?:straight )?out of\b", "are raised by"),
    (r"\bin the (?:class|type) hierarchy\b", ""),
    (r"\b(?:in|of) (?:a|the|any) (?:sub|base |super)class(?:es)?$", ""),
    (r"\bof a base class\b", ""),
    (r"\bdepends? on by calling it\b", "calls"),
    (r"^by which (methods|members|functions) is (.+?) made(?: up)?$", r"which \1 does \2 have"),
    (r"^of which (?:base |parent )?method is (.+?) an override$", r"what does \1 override"),
    (r"^what is the (?:parent|base|super)(?:['’]s| class['’]s)? version of (.+)$", r"what does \1 override"),
    (r"^through which of its calls can (.+?) (?=raise|run into)", r"which callees of \1 "),
    (r"^where does (.+?) get its value(?:s)?(?: from)?$", r"where is \1 assigned"),
    (r"^where is (.+?) used as a call$", r"where is \1 called"),
    (r"\bthe body of\b", ""),
    (r"\binherited (?=methods? (?:do|does|is|are)\b.*\b(?:overrid|replac|redefin|reimplement))", ""),
    (r"\bby (?:itself|themselves)\b", ""),
    (r"\btransitive (callers|callees) of (.+)$", r"\1 of \2 transitively"),
    (r"\btransitive (?=(?:subclasses|tests|heirs|descendants|bases|ancestors)\b)", ""),
    (r"\b(?:distinct|different|all) (?=(?:callers|callees|subclasses|users|tests|heirs|descendants)\b)", ""),
    (r"\bwhole family of classes below\b", "subclasses of"),
    (r"\bsomewhere among (?:its|their|the) (?:ancestors|bases|parents|base classes)\b", "ANCESTOR"),
    (r"\bstructs or classes\b|\bclasses or structs\b|\btypes or classes\b", "classes"),
    (r"\bsatisf(?:y|ies)\b", "implement"),
    (r"\bextends or implements\b", "extends"),
    (r"\boverriding versions of\b", "overrides of"),
    (r"\bassigns? to\b", "assign"),
    (r"\b(?:calls|callees) in (?=.*\braise\b)", "callees of "),
)  # fmt: skip


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern, re.I), text) for pattern, text in _IDIOMS)


_VALUE = r"\b(?:the )?(?P<word>value|values|state|contents?|result) of (?P<name>[`'\"]?[\w.:#/-]*\w)"


def plain_values(text: str, is_name: Callable[[str, str], bool]) -> str:
    """Leave out "the value of" before a name, but not where the name has a member that is called so."""
    if " of " not in text:
        return text
    return re.sub(_VALUE, lambda m: m[0] if is_name(m["name"].strip("`'\""), m["word"]) else m["name"], text)


def plain(text: str) -> str:
    """Return a question with its idioms said plainly."""
    for pattern, said in _compiled():
        text = pattern.sub(said, text)
    return " ".join(text.split())
