"""The fixture is the test: what the comments of `fixtures/` claim must resolve, resolves there, and nowhere else."""

from __future__ import annotations

import claims
import pytest
from claims import Claim

from codeqa import languages
from codeqa.parse.support import supports

LANGUAGES = claims.fixture_names()
ENOUGH = {"code": 40, "document": 8}
FEWER = {"tsx": 12}  # it shares its queries with another language


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
