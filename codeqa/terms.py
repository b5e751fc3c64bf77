"""Code-aware terms: what text is matched by, in the full-text index, in fitted embeddings and in questions.

An identifier yields itself in lower case and the words it is made of (`HTTPServer_v2` -> httpserver_v2, http, server),
English words are stemmed lightly so that "retries" meets "retry", and runs of Chinese, Japanese and Korean become
bigrams. A term never holds white space, quotes or any other punctuation than `_` and `$`, so a list of terms joined by
spaces is a document.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

MAX_TERM = 64
"""Characters kept of a term: longer ones are keys and digests, of which the beginning tells them apart."""

_CACHE_LIMIT = 250_000
_CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
)
_WORD = re.compile(r"[\w$]+")
_ASCII_GAPS = "".join(char if char.isalnum() or char in "_$" else " " for char in map(chr, range(128)))
"""What separates words in ASCII, as a table for `str.translate`: it finds them four times as fast as `_WORD`."""
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")

_ENGLISH = """
    a about after all also am an and any anything are as at be because been before being between both but by can
    cannot could did do does doesn doing don done each either every for from get gets give had has have having he
    her here him his how however i if in into is isn it its itself just let like ll me might more most much must my
    no nor not of off on once one only or other our out over own please same shall she should show so some something
    such tell than that the their them then there these they thing things this those through to too under until up
    us ve very via was we well were what when where whether which while who whom whose why will with within without
    would yes yet you your
"""
STOP_WORDS = frozenset(_ENGLISH.split())
"""English words that a question is built with, and that say nothing about what is asked for."""

_FORMS = """
    alias=alias canvas=canvas bias=bias atlas=atlas pandas=pandas lens=lens used=use using=use does=do indices=index
    vertices=vertex matrices=matrix children=child analyses=analysis embed=embed embeds=embed embedding=embed
    embeddings=embed embedded=embed queue=queue queues=queue queued=queue queueing=queue queuing=queue wrote=write
    written=write sent=send built=build ran=run kept=keep made=make found=find held=hold
"""
_IRREGULAR = dict(pair.split("=") for pair in _FORMS.split())


def split(text: str) -> list[str]:
    """Return the terms of `text` in order, repetitions included."""
    return spaced(text).split()


def spaced(text: str) -> str:
    """Return the terms of `text` as one string, separated by white space: the fast form, for documents."""
    return " ".join(map(_CACHE.__getitem__, _words(text)))


def query_terms(question: str) -> list[str]:
    """Return the distinct terms of a question in order, without the words that only make it a question."""
    words = [word for word in _words(question) if word.lower() not in STOP_WORDS]
    return list(dict.fromkeys(" ".join(map(_CACHE.__getitem__, words)).split()))


def _words(text: str) -> list[str]:
    if text.isascii():
        return text.translate(_ASCII_GAPS).split()
    return _WORD.findall(unicodedata.normalize("NFKC", text))


def stem(word: str) -> str:
    """Strip English inflections from a lower-case word, so that its forms meet; after Porter (1980), but lighter.

    The result need not be a word: "cache", "caches", "cached" and "caching" all give "cach".
    """
    if len(word) < 4 or len(word) > 20 or not word.isascii() or not word.isalpha():
        return word
    if irregular := _IRREGULAR.get(word):
        return irregular
    return _final(_participle(_singular(word)))


class _Cache(dict[str, str]):
    """Terms by word as it was written. Emptied when it grows too large, for a kernel has millions of words."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        terms = self[word] = " ".join(dict.fromkeys(_word_terms(word)))
        return terms


class _Stems(dict[str, str]):
    """Terms by part of a word: many words are made of few parts."""

    def __missing__(self, part: str) -> str:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        term = self[part] = stem(part.lower())[:MAX_TERM]
        return term


_CACHE = _Cache()
_STEMS = _Stems()


def _word_terms(word: str) -> list[str]:
    if not word.isascii():
        return _wide_terms(word)
    parts = [_STEMS[part] for part in _PARTS.findall(word) if len(part) > 1]
    raw = word.lower()[:MAX_TERM]
    return [raw, *parts] if parts or _worth(raw) else []


def _worth(raw: str) -> bool:
    """Whether a word without any part of two characters is a term all the same: "v2" is, "x" and "__" are not."""
    return sum(map(str.isalnum, raw)) > 1


@cache
def _wide_parts() -> re.Pattern[str]:
    """Compiled where it is needed: it takes two milliseconds, and most questions are ASCII."""
    return re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<digits>\d+)|(?P<word>[^\W\d_{_CJK}]+)")


def _wide_terms(word: str) -> list[str]:
    terms: list[str] = []
    wide = False
    for match in _wide_parts().finditer(word):
        part = match.group()
        if match.lastgroup == "cjk":
            wide = True
            terms += [part[i : i + 2] for i in range(len(part) - 1)] or [part]
        elif match.lastgroup == "digits":
            terms += [part] if len(part) > 1 else []
        else:
            terms += [stem(piece.lower()) for piece in _humps(part) if len(piece) > 1 or not piece.isascii()]
    if not wide and any(map(str.isalnum, word)):
        terms.insert(0, word.lower())
    return [term[:MAX_TERM] for term in terms]


def _humps(part: str) -> list[str]:
    """Split at the capitals of any script: "ПолучитьДанные" has two humps."""
    starts = [
        i
        for i in range(1, len(part))
        if part[i].isupper() and (part[i - 1].islower() or (i + 1 < len(part) and part[i + 1].islower()))
    ]
    return [part[a:b] for a, b in zip([0, *starts], [*starts, len(part)], strict=True)]


# ------------------------------------------------------------------------------------------------------------- stemming

_VOWEL = re.compile(r"[aeiou]|(?<!^)y")
_SHORT = re.compile(r"(?:[^aeiou]+|^)[aeiouy][^aeiouwxy]$")
"""One syllable that ends consonant, vowel, consonant: what takes a silent e ("nam", "writ")."""


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _participle(word: str) -> str:
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("eed"):
        return word
    for suffix in ("ing", "ed"):
        base = word.removesuffix(suffix)
        if base != word and len(base) > 2 and _VOWEL.search(base):
            return _mended(base)
    return word


def _mended(base: str) -> str:
    """Undo what spelling did to a verb before -ed and -ing: "mapp" -> map, "nam" -> name, "validat" -> validate."""
    if base[-1] == base[-2] and base[-1] not in "aeioulsz":
        return base[:-1] if len(base) > 3 else base
    return base + "e" if _SHORT.match(base) or base.endswith("at") else base


def _final(word: str) -> str:
    if word.endswith(("ization", "isation")):
        return word[:-5]
    for suffix, rest in (("ation", 5), ("ate", 5), ("ion", 5)):
        if word.endswith(suffix) and len(word) - len(suffix) >= rest and (suffix != "ion" or word[-4] in "st"):
            return word[: -len(suffix)]
    if word.endswith("ie") and len(word) > 4:
        return word[:-2] + "y"
    if word.endswith("e") and len(word) > 3 and not _SHORT.match(word[:-1]):
        return word[:-1]
    return word[:-1] if word.endswith("ll") and len(word) > 5 else word
