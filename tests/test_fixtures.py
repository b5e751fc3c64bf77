"""The fixture is the test: what the comments of `fixtures/` claim must resolve, resolves there, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import claims
import pytest
from claims import Claim

from codeqa import languages
from codeqa.parse.support import supports

LANGUAGES = claims.fixture_names()
ENOUGH = {"code": 40, "document": 8}
FEWER = {
    **dict.fromkeys(("bash", "csharp", "elixir", "kotlin", "lua", "php", "ruby", "scala", "swift"), 25),
    "tsx": 12,  # it shares its queries with another language
}


def cases() -> list[object]:
    """Return one case for each claim; a fixture that cannot be read is a case that fails."""
    found: list[object] = []
    for name in LANGUAGES:
        try:
            found += [pytest.param(claim, id=str(claim)) for claim in claims.claims(name)]
        except claims.BadClaim as error:
            found.append(pytest.param(error, id=f"{name} malformed"))
    return found


@pytest.mark.parametrize("claim", cases())
def test_references_resolve_where_the_comments_say(claim: Claim | claims.BadClaim) -> None:
    if isinstance(claim, claims.BadClaim):
        raise claim

    assert claims.target_exists(claim), f"{claim}: the fixture has no {claim.target}"
    fault = claims.fault(claim)

    assert not fault, f"{claim.word!r} {claim.role}: {claim.target}\n  {fault}"


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_fixture_makes_enough_claims(name: str) -> None:
    made = claims.claims(name)

    assert len(made) >= FEWER.get(name, ENOUGH[languages.load()[name].kind])
    assert languages.load()[name].kind == "document" or any(not claim.positive for claim in made)


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_a_language_supports_is_what_its_fixture_proves(name: str) -> None:
    told, proven = supports(languages.load()[name]), claims.proven(name)

    assert {fact for fact in told if told[fact]} == {fact for fact in proven if proven[fact]}, "see claims.proven"


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_fixture_parses_without_errors(name: str) -> None:
    broken = {path: facts.errors for path, facts in claims.build(name).facts.items() if facts.errors}

    assert broken == {}


def test_every_language_with_a_grammar_has_claims() -> None:
    with_grammar = {language.name for language in languages.load() if language.grammar.module}

    assert with_grammar == {name for name in LANGUAGES if claims.claims(name)}


# ---------------------------------------------------------------------------- a harness that cannot fail proves nothing


@pytest.mark.parametrize("role", sorted({claim.role for claim in claims.claims("python")}))
def test_a_claim_that_is_wrong_is_found_out(role: str) -> None:
    right = next(c for c in claims.claims("python") if c.role == role and c.positive and "external" not in c.target)
    wrong = ["none", "lending/rates.py::_round", "external json.dumps", "method Item.lend"]
    if role == "doc":
        wrong = ["Nothing of the kind"]

    assert claims.fault(right) == ""
    assert [target for target in wrong if not claims.fault(replace(right, target=target))] == []


def test_one_target_is_not_several_and_several_are_not_one() -> None:
    several = next(c for c in claims.claims("python") if c.target.startswith("ambiguous lending"))
    first = several.target.removeprefix("ambiguous ").split(",")[0]

    assert claims.fault(several) == ""
    assert claims.fault(replace(several, target=first))
    assert claims.fault(replace(several, target=f"ambiguous {first}"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("call(x)\n#  ^ call: none", "points at no identifier"),
        ("call(x)\n#   ^ call: none", "points at no identifier"),
        ("call(x)\n#                ^ call: none", "points at no identifier"),
        ("call(x)\n#    ^ calls: none", "no such claim"),
        ("call(x)\n#    ^ call none", "not a claim"),
        ("# <- call: none", "not a claim"),
    ],
)
def test_a_claim_that_says_nothing_is_an_error(text: str, says: str) -> None:
    with pytest.raises(claims.BadClaim, match=says):
        list(claims.from_comments("python", "a.py", text, languages.load()["python"]))


def test_claims_of_a_line_may_follow_one_another() -> None:
    text = "a.b(c)\n# ^ call: m.py::b\n# <- read: none\n#   ^ read: external x y\n"
    read = list(claims.from_comments("python", "a.py", text, languages.load()["python"]))

    assert [(c.word, c.offset, c.role, c.target, c.line) for c in read] == [
        ("b", 2, "call", "m.py::b", 2),
        ("a", 0, "read", "none", 3),
        ("c", 4, "read", "external x y", 4),
    ]
