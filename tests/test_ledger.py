"""The context ledger: no prompt is longer than what is sent as `num_ctx`, and what is left out goes in order."""

from __future__ import annotations

import itertools
import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeqa.agent.ledger import Composed, Ledger
from codeqa.agent.tokens import Scale, estimate
from codeqa.agent.turns import Observation, Turn
from codeqa.domain import ChatMessage, ContextFull, ToolCall, ToolSpec

# ------------------------------------------------------------------------------------------------------------- counting

PYTHON = '''class Shelf:
    """Holds books by their number."""

    def put(self, book: Book, *, at: int | None = None) -> int:
        if at is None:
            at = max(self._books, default=0) + 1
        self._books[at] = book
        return at
'''
GO = """func (s *Shelf) Put(b Book) (int, error) {
\tif len(s.books) >= s.limit {
\t\treturn 0, fmt.Errorf("shelf %q is full: %d books", s.name, s.limit)
\t}
\ts.books = append(s.books, b)
\treturn len(s.books) - 1, nil
}
"""
MINIFIED = (
    "var t=n(7),r=e=>e&&e.id?t.get(e.id)||null:void 0;function o(e,t)"
    "{return!e||t>9?[]:e.map(((e,n)=>[n,r(e)])).filter((e=>e[1]))}"
)
JSON = '{"id": 40213, "at": [51.4769, -0.0005], "tags": ["north", "zero"], "sha": "9f86d081884c7d65", "ok": true}'
MARKDOWN = """| name | what it holds |
|---|---|
| `shelf` | books, **by number** |

- put a book: `shelf.put(book)`
- see [the manual](docs/shelf.md#put)
"""

# What the tokenizers make of each: Llama 3, Llama 2, Mistral, cl100k, o200k, Qwen 3, Gemma 3, DeepSeek 3.
COUNTED = [
    (PYTHON, (68, 79, 77, 68, 69, 68, 74, 70)),
    (GO, (73, 97, 98, 73, 73, 73, 93, 80)),
    (MINIFIED, (59, 76, 76, 59, 59, 59, 73, 63)),
    (JSON, (51, 66, 66, 51, 51, 65, 65, 52)),
    (MARKDOWN, (47, 59, 61, 47, 49, 47, 53, 48)),
    ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", (35, 58, 58, 35, 35, 58, 58, 35)),
    ("QmFzZTY0IG1ha2VzIHRva2VucyBvZiBhbG1vc3QgZXZlcnkgcGFpciBvZiBsZXR0ZXJz", (51, 58, 55, 51, 47, 51, 47, 47)),
    ("a b c d 1 2 3 4 x y z\n", (16, 16, 16, 16, 16, 16, 16, 16)),
]
BEYOND_ASCII = [
    ("# 如果书架已满，则返回错误；否则返回书的编号。\n", (17, 31, 25, 19, 16, 16, 18, 16)),
    ("// Возвращает номер книги или ошибку, если полка полна.\n", (15, 25, 25, 18, 16, 15, 17, 16)),
    ('print("📚✨ 完了 🎉")\n', (13, 19, 14, 14, 10, 11, 9, 11)),
]


@pytest.mark.parametrize(("text", "counts"), COUNTED)
def test_an_estimate_is_above_every_tokenizer_and_not_far(text: str, counts: Sequence[int]) -> None:
    assert max(counts) <= estimate(text) <= 1.35 * max(counts)


@pytest.mark.parametrize(("text", "counts"), BEYOND_ASCII)
def test_beyond_ascii_an_estimate_is_above_every_tokenizer(text: str, counts: Sequence[int]) -> None:
    assert max(counts) <= estimate(text) <= len(text.encode()) + 2


@given(st.text(max_size=300))
def test_an_estimate_is_at_most_a_token_a_byte_and_no_less_for_more_text(text: str) -> None:
    assert 0 <= estimate(text) <= len(text.encode(errors="surrogatepass")) + 2
    assert estimate(text) <= estimate(text + "\nmore = 1")


@given(st.text(st.characters(min_codepoint=0x80), max_size=300))
def test_beyond_ascii_a_byte_is_a_token(text: str) -> None:
    assert estimate(text) >= len(text.encode(errors="surrogatepass"))


def test_an_estimate_takes_time_in_proportion_to_the_text() -> None:
    text = PYTHON * 5000  # 1.4 MB

    started = time.perf_counter()
    assert estimate(text) == pytest.approx(5000 * estimate(PYTHON), rel=0.05)
    assert estimate("x" * 1_000_000) > 100_000

    assert time.perf_counter() - started < 2


def test_a_scale_is_raised_by_what_a_server_counts_and_never_lowered() -> None:
    scale = Scale()

    scale.learn(1000, None)
    scale.learn(1000, 20)  # the rest was in its cache
    scale.learn(1000, 1000)
    assert scale.apply(1000) == 1000

    scale.learn(1000, 1300)
    learned = scale.apply(1000)
    assert 1300 <= learned <= 1400

    scale.learn(learned, 1300)
    scale.learn(learned, 20)
    assert scale.apply(1000) == learned


def test_a_full_context_raises_a_scale_at_once() -> None:
    blind, told = Scale(), Scale(1.1)

    blind.exceeded(4096)
    told.exceeded(4096, 2048)

    assert blind.apply(1000) >= 1200
    assert told.apply(2048) > 4096


# ---------------------------------------------------------------------------------------------------------------- walks

SYSTEM = "You answer questions about a repository by calling tools. Name only what a tool showed.\n" * 6
HEAD = "Question: where is a book put on its shelf?\n\nThe index has 214 files.\n\nFacts to begin with:"
KNOWN = ("F0 `Shelf` is at shelf.py:1. (S0)", "F00 `Book` is at book.py:1. (S00)")
NAMES = ("search", "symbol", "expand", "path", "read", "finish")
TOOLS = tuple(
    ToolSpec(
        name,
        f"Use {name} to look at the code.",
        {"type": "object", "properties": {"of": {"type": "string", "description": "a handle"}}, "required": ["of"]},
    )
    for name in NAMES
)
WORDS = "value request handler index parse token stream buffer update session node edge path line client".split()
GARBAGE = [chr(i) for i in range(0x600, 0x700)] + [chr(i) for i in range(1, 32) if i not in (9, 10, 13)]


@dataclass(slots=True)
class Story:
    """A walk that somebody may have had: its turns, and what must be seen of them."""

    turns: list[Turn] = field(default_factory=list)
    facts: list[str] = field(default_factory=lambda: [*KNOWN])
    evidence: list[tuple[int, str]] = field(default_factory=list)  # turn, and the mark of its first line


def stories(chance: random.Random, most: int) -> Iterator[Story]:
    """Yield a walk as it grows turn by turn."""
    story = Story()
    yield story
    for number in range(chance.randint(1, most)):
        seen = tuple(_observation(chance, story, number) for _ in range(chance.choice((0, 1, 1, 1, 2, 3))))
        calls = tuple(one.call for one in seen) + ((ToolCall("read", {"of": "S9"}),) if chance.random() < 0.1 else ())
        said = chance.choice(("", "I look at this.", "ok " * chance.randint(1, 200)))
        story.turns.append(Turn("so " * 30_000 if chance.random() < 0.02 else said, calls, seen))
        yield story


def _observation(chance: random.Random, story: Story, number: int) -> Observation:
    facts = []
    for _ in range(chance.choice((0, 0, 1, 2, 5))):
        at = f"src/{chance.choice(WORDS)}.py:{chance.randint(1, 999)}"
        facts.append(f"F{len(story.facts)} `{chance.choice(WORDS)}` calls `{chance.choice(WORDS)}` at {at}. (S2)")
        story.facts.append(facts[-1])
    if chance.random() < 0.1 and number:  # found once more
        facts.append(chance.choice(story.facts))
    evidence = _evidence(chance)
    if evidence:
        mark = f"<<<E{len(story.evidence)} src/a.py"
        story.evidence.append((number, mark))
        evidence = f"{mark}\n{evidence}"
    of = "S" * 5000 if chance.random() < 0.03 else f"S{chance.randint(1, 99)}"
    call = ToolCall(chance.choice(NAMES), {"of": of, "n": [1, 2]}, id=chance.choice(("", "", "a", f"c{number}")))
    return Observation(call, f"{len(facts)} facts.", tuple(facts), evidence)


def _evidence(chance: random.Random) -> str:
    kind = chance.randrange(12)
    if kind < 3:
        return ""
    if kind < 9:
        return "\n".join(_line(chance, i) for i in range(chance.randint(1, 120)))
    if kind == 9:
        return "".join(chance.choices("书架已满则返回错误编号", k=chance.randint(1, 900)))
    if kind == 10:
        return "".join(chance.choices(GARBAGE, k=chance.randint(1, 4000)))
    return chance.choice(("x=1;", "ab 12 ", "日")) * (100_000 // chance.choice((4, 40, 400)))


def _line(chance: random.Random, number: int) -> str:
    words = " ".join(chance.choices(WORDS, k=chance.randint(1, 9)))
    return f"{number:4}|{' ' * chance.choice((0, 4, 8))}{words}({chance.randint(0, 9999)})"


STRICT = re.compile(r"[A-Za-z]{1,3}|[0-9!-/:-@\[-`{-~\n]| {2,16}|[^ -~]")


def strictly(prompt: Composed, tools: Sequence[ToolSpec]) -> int:
    """Return the tokens of a prompt in a tokenizer that knows few words, with a template that marks each message."""
    texts = [json.dumps([tool.name, tool.description, tool.parameters]) for tool in tools]
    for message in prompt.messages:
        texts += [message.content, *(json.dumps([call.name, call.arguments]) for call in message.calls)]
    tokens = (token for text in texts for token in STRICT.findall(text))
    return sum(1 if token.isascii() else len(token.encode()) for token in tokens) + 6 * len(texts)


def shown_text(prompt: Composed) -> str:
    return "\n".join(message.content for message in prompt.messages)


def missing_facts(prompt: Composed, story: Story) -> set[str]:
    lines = set(shown_text(prompt).splitlines())
    return {fact for fact in story.facts if fact not in lines}


def shown_evidence(prompt: Composed, story: Story) -> list[int]:
    text = shown_text(prompt)
    return [i for i, (_, mark) in enumerate(story.evidence) if mark in text]


def assert_paired(messages: Sequence[ChatMessage], *, native: bool) -> None:
    rest = list(messages[2:])
    assert [message.role for message in messages[:2]] == ["system", "user"]
    while rest:
        message = rest.pop(0)
        if message.role == "assistant" and message.calls:
            tools, rest = rest[: len(message.calls)], rest[len(message.calls) :]
            assert [(tool.role, tool.tool, tool.call_id) for tool in tools] == [
                ("tool", call.name, call.id) for call in message.calls
            ]
            assert native and len({call.id for call in message.calls}) == len(message.calls)
        else:
            assert message.role in ("assistant", "user")
    roles = [message.role for message in messages]
    assert ("user", "user") not in list(itertools.pairwise(roles))
    assert ("assistant", "assistant") not in list(itertools.pairwise(roles))


def composed(
    ledger: Ledger, story: Story, *, native: bool, last: str = "", tools: Sequence[ToolSpec] = TOOLS, head: str = HEAD
) -> Composed:
    return ledger.compose(SYSTEM, head, KNOWN, story.turns, tools, last, native=native)


CONTEXTS = pytest.mark.parametrize("num_ctx", [4096, 8192, 32768])
RUNGS = pytest.mark.parametrize("native", [True, False])
walks = given(seed=st.integers(0, 2**32))
few = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@CONTEXTS
@RUNGS
@few
@walks
def test_no_prompt_is_longer_than_its_context_and_the_head_is_whole(num_ctx: int, native: bool, seed: int) -> None:
    chance = random.Random(seed)
    ledger = Ledger(num_ctx, num_ctx // 4)

    for story in stories(chance, 60):
        last = chance.choice(("", "", "Now answer."))
        prompt = composed(ledger, story, native=native, last=last)

        assert prompt.tokens <= num_ctx - num_ctx // 4
        assert strictly(prompt, TOOLS) <= num_ctx
        assert prompt.messages[0] == ChatMessage("system", SYSTEM)
        assert prompt.messages[1].content.startswith(HEAD)
        assert prompt.messages[-1].content.endswith(last)
        assert_paired(prompt.messages, native=native)


@CONTEXTS
@RUNGS
@few
@walks
def test_evidence_goes_before_facts_and_the_oldest_first(num_ctx: int, native: bool, seed: int) -> None:
    chance = random.Random(seed)
    ledger = Ledger(num_ctx, num_ctx // 4)
    missing: set[str] = set()
    gone: set[int] = set()
    turns = 0

    for story in stories(chance, 60):
        prompt = composed(ledger, story, native=native)
        lost, shown = missing_facts(prompt, story), shown_evidence(prompt, story)

        if lost - missing:
            assert not shown
        assert prompt.facts_left_out == len(lost)
        if prompt.turns_left_out > turns:
            assert shown in ([], [len(story.evidence) - 1])
        kept = [i in shown for i in range(len(story.evidence) - 1)]
        assert kept == sorted(kept)  # none that is older than one that is left out, but the newest
        assert not gone & set(shown)  # and what is gone stays gone
        cut = shown_text(prompt).count("more lines are left out")
        assert prompt.evidence_left_out == len(story.evidence) - len(shown) + cut
        missing, turns = lost, prompt.turns_left_out
        gone = set(range(len(story.evidence))) - set(shown)


@CONTEXTS
@RUNGS
@few
@walks
def test_a_prompt_that_leaves_no_more_out_adds_to_the_one_before(num_ctx: int, native: bool, seed: int) -> None:
    ledger = Ledger(num_ctx, num_ctx // 4)
    before: tuple[ChatMessage, ...] = ()
    left_out: list[object] = []

    for story in stories(random.Random(seed), 60):
        prompt = composed(ledger, story, native=native)
        now = [prompt.evidence_left_out, prompt.turns_left_out, prompt.facts_left_out]
        now += re.findall(r"\d+ (?:more lines|lines|facts) are left out", shown_text(prompt))
        if now == left_out:
            assert prompt.messages[: len(before)] == before
        before, left_out = prompt.messages, now


@RUNGS
@few
@walks
def test_the_same_walk_gives_the_same_prompts(native: bool, seed: int) -> None:
    first, second = Ledger(8192, 1024), Ledger(8192, 1024)

    ones = [composed(first, story, native=native) for story in stories(random.Random(seed), 25)]
    others = [composed(second, story, native=native) for story in stories(random.Random(seed), 25)]

    assert ones == others


# ----------------------------------------------------------------------------------------------------------- by example


def reading(turns: int, lines: int) -> Story:
    """Return a walk of reads, each with as many lines and one fact."""
    story = Story()
    for number in range(turns):
        fact = f"F{number} `put` is at shelf.py:{number}. (S{number})"
        story.facts.append(fact)
        story.evidence.append((number, f"<<<E{number} shelf.py"))
        body = "\n".join(f"{i:4}|    books[{i}] = book(at={number})" for i in range(lines))
        call = ToolCall("read", {"of": f"S{number}"}, id=f"c{number}")
        seen = Observation(call, f"{lines} lines.", (fact,), f"<<<E{number} shelf.py\n{body}")
        story.turns.append(Turn("", (call,), (seen,)))
    return story


def grown(ledger: Ledger, story: Story, *, native: bool = True) -> list[Composed]:
    return [composed(ledger, Story(story.turns[:n]), native=native) for n in range(1, len(story.turns) + 1)]


def test_a_short_walk_is_sent_whole() -> None:
    story = reading(2, 5)
    prompt = composed(Ledger(8192, 1024), story, native=True, last="Now answer.")

    assert [message.role for message in prompt.messages] == [
        *("system", "user", "assistant", "tool", "assistant", "tool", "user")
    ]
    assert prompt.messages[1].content == "\n".join((HEAD, *KNOWN))
    assert prompt.messages[2].calls == (ToolCall("read", {"of": "S0"}, id="c0"),)
    assert prompt.messages[3] == ChatMessage("tool", story.turns[0].seen[0].text, (), "read", "c0")
    assert prompt.messages[-1] == ChatMessage("user", "Now answer.")
    assert (prompt.evidence_left_out, prompt.facts_left_out, prompt.turns_left_out) == (0, 0, 0)


def test_without_native_calls_results_are_a_message_of_the_user_that_the_last_one_joins() -> None:
    story = reading(1, 2)
    _, _, said, results = composed(Ledger(8192, 1024), story, native=False, last="Now answer.").messages

    assert (said.role, said.content, said.calls) == ("assistant", 'read(of="S0")', ())
    assert results.role == "user"
    assert results.content == f'Result of read(of="S0"):\n{story.turns[0].seen[0].text}\n\nNow answer.'


def test_a_turn_without_a_call_is_followed_by_the_user() -> None:
    prompt = composed(Ledger(8192, 1024), Story([Turn("It is in shelf.py.", (), ())]), native=True)

    assert [message.role for message in prompt.messages] == ["system", "user", "assistant", "user"]


def test_evidence_that_is_left_out_says_how_to_see_it_again() -> None:
    prompt = grown(Ledger(4096, 512), reading(8, 30))[-1]
    first = prompt.messages[3].content

    assert first.splitlines() == [
        "30 lines.",
        "F0 `put` is at shelf.py:0. (S0)",
        '[31 lines are left out to save room. To see them again: read(of="S0")]',
    ]
    assert prompt.turns_left_out == 0
    assert "<<<E7" in prompt.messages[-1].content


def test_newest_evidence_that_is_too_long_loses_lines_from_its_end() -> None:
    prompt = composed(Ledger(4096, 512), reading(1, 500), native=True)
    lines = prompt.messages[-1].content.splitlines()
    left_out = re.fullmatch(r"\[(\d+) more lines are left out to save room: .*\]", lines[-1])

    assert left_out
    assert lines[2:4] == ["<<<E0 shelf.py", "   0|    books[0] = book(at=0)"]
    assert 501 - int(left_out[1]) == len(lines) - 3 > 30
    assert prompt.evidence_left_out == 1
    assert prompt.tokens > 0.9 * (4096 - 512)


def test_facts_of_turns_that_are_left_out_stand_under_the_question() -> None:
    story = reading(60, 30)
    prompt = grown(Ledger(4096, 512), story)[-1]
    opening = prompt.messages[1].content
    dropped = prompt.turns_left_out

    assert dropped > 0
    assert opening.startswith(HEAD)
    assert [line for line in opening.splitlines() if re.match(r"F\d", line)] == story.facts[: len(KNOWN) + dropped]
    assert prompt.facts_left_out == 0
    assert prompt.messages[2].calls[0].id == f"c{dropped}"


@RUNGS
def test_the_oldest_facts_go_last_and_those_of_the_head_after_them(native: bool) -> None:
    ledger = Ledger(4096, 512)
    story = reading(200, 2)
    prompt = grown(ledger, story, native=native)[-1]
    opening = prompt.messages[1].content
    kept = [line for line in opening.splitlines() if re.match(r"F\d", line)]
    found = story.facts[len(KNOWN) :]

    assert 0 < prompt.facts_left_out < prompt.turns_left_out < 200
    assert kept == [*KNOWN, *found[prompt.facts_left_out : prompt.turns_left_out]]
    assert f"[{prompt.facts_left_out} facts are left out]" in opening

    tight = composed(ledger, story, native=native, last="word " * 900)
    assert HEAD in tight.messages[1].content
    assert tight.facts_left_out > prompt.facts_left_out
    assert tight.tokens <= 4096 - 512


def test_room_is_made_at_once_so_that_most_prompts_add_to_the_one_before() -> None:
    prompts = grown(Ledger(8192, 1024), reading(40, 20))
    kept = [
        later.messages[: len(earlier.messages)] == earlier.messages for earlier, later in itertools.pairwise(prompts)
    ]

    assert prompts[-1].evidence_left_out > 20
    assert sum(kept) > 0.7 * len(kept)


def test_what_a_server_counts_makes_the_next_prompt_shorter() -> None:
    scale = Scale()
    ledger = Ledger(4096, 512, scale)
    before = composed(ledger, reading(1, 500), native=True)
    scale.learn(before.tokens, int(before.tokens * 1.5))
    after = composed(ledger, reading(1, 500), native=True)

    assert after.tokens <= 4096 - 512
    assert len(after.messages[-1].content) < len(before.messages[-1].content) / 1.4


def test_a_long_reply_is_shown_from_its_beginning() -> None:
    call = ToolCall("read", {"of": "S1"})
    story = Story([Turn("I think. " * 9000, (call,), (Observation(call, "3 lines."),))])
    prompt = composed(Ledger(4096, 512), story, native=True)

    assert prompt.turns_left_out == 0
    assert prompt.messages[2].content.startswith("I think. I think. ")
    assert prompt.messages[3].content == "3 lines."


@RUNGS
def test_a_turn_that_is_too_long_by_itself_goes_and_its_facts_stay(native: bool) -> None:
    seen = tuple(
        Observation(ToolCall("search", {"of": "words " * 2000}), "found " * 2000, (f"F{i} `a` is at a.py:{i}.",))
        for i in range(20)
    )
    story = Story([Turn("so " * 40_000, (), seen)], [*KNOWN, *(fact for one in seen for fact in one.facts)])
    prompt = composed(Ledger(4096, 512), story, native=native)

    assert prompt.tokens <= 4096 - 512
    assert prompt.turns_left_out == 1
    assert not missing_facts(prompt, story)


@pytest.mark.parametrize("head", [HEAD + " word" * 4000, "好" * 3000])
def test_a_question_that_does_not_fit_is_an_error_that_says_what_would_do(head: str) -> None:
    with pytest.raises(ContextFull) as error:
        composed(Ledger(4096, 512), reading(3, 3), native=True, head=head)

    enough = int(re.search(r"at least ([\d,]+) tokens", error.value.hint)[1].replace(",", ""))  # type: ignore[index]
    assert composed(Ledger(enough, 512), reading(3, 3), native=True, head=head).tokens <= enough - 512


def test_tools_count() -> None:
    with_tools = composed(Ledger(8192, 512), reading(1, 3), native=True)
    without = composed(Ledger(8192, 512), reading(1, 3), native=True, tools=())

    assert with_tools.tokens - without.tokens >= sum(len(json.dumps(tool.parameters)) // 4 for tool in TOOLS)
