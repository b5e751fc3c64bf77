"""Text of a repository made fit to stand in a prompt: read as data, and found again in what a model says of it.

Chat templates have special tokens, and servers take them for what they are wherever they stand: a file that holds
`<|im_start|>` could end the user's turn and begin one of the system's. The opening sign of such a token is replaced by
one that looks alike. What reorders a line, hides in it or ends it early is shown by its number, as `⟨200b⟩`, so that a
line of a file is one line of the prompt; and each of them begins with the number of the line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 400  # characters of a line of a file

_SHOWN = {"<": "‹", "[": "⟦"}
_SIGNS = {shown: sign for sign, shown in _SHOWN.items()}
_BARS = "|｜∣│￨"
_ANGLED = "|".join(  # in plain angle brackets: many a type argument and tag of HTML looks like these, so they are named
    r"""
    s unk bos eos pad mask cls sep sop eop bot eot img image video audio fim fim_\w+ think(?:ing)? thought reasoning
    tools? tool_\w+ available_tools functions? function_\w+ arg_key arg_value
    (?:start|end|begin)_?of_?\w+ \w*(?:start|end)_of_(?:turn|text) image_soft_token
    (?:unused|reserved|extra_id|special|dummy|added_token|control)_?\w* 0x[0-9A-Fa-f]{2} (?:seed|minimax|longcat):\w+
    BOS EOS PAD UNK CLS SEP MASK [A-Z_]+_TOKEN
    """.split()
)
_BRACKETED = "|".join(
    r"""
    INST SYS\w* MODEL_SETTINGS TOOLS? TOOL_[A-Z_]+ [A-Z]+_TOOLS? IMG\w* AUDIO BEGIN_\w+ END_\w+ PREFIX SUFFIX MIDDLE
    ARGS CALL_ID THINK OUT REF PAD UNK CLS SEP MASK BOS EOS [a-z]MASK control_\w+
    """.split()
)
_SPECIAL = re.compile(
    rf"""
      <(?=/?[{_BARS}])                      # <|im_start|>, <｜User｜>, and what begins like them
    | <(?=[^<>\s]{{1,60}}[{_BARS}]>)          # what ends like them
    | <(?=<\s{{0,4}}/?\s{{0,4}}SYS\s{{0,4}}>)     # <<SYS>>
    | <(?=/?(?:{_ANGLED})[\s>/=])           # <s>, </think>, <tool_call>
    | \[(?=/?(?:{_BRACKETED})\])            # [INST], [/INST], [TOOL_CALLS]
    """,
    re.X,
)
_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but \t and \n, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # what is not seen, or says where a word may break
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, ends of lines and paragraphs, embeddings, isolates
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"  # fillers, variation selectors, byte order mark, annotations
    "\ufe64\uff1c\uff3b"  # wide forms of < and [, which some tokenizers make narrow
    "\ud800-\udfff"
    "\U000e0000-\U000e0fff"  # tags, which spell text that nobody sees
    "‹⟦⟨"  # what stands for something else here
    "]"
)
_NUMBERED = re.compile("⟨([0-9a-f]{1,6})⟩")
_SPACE = re.compile(r"\s+")


def neutral(text: str) -> str:
    """Return text in which no token commands a chat template and no character hides, as many lines long.

    Lines end at line feeds alone; `restored` undoes it.
    """
    return _SPECIAL.sub(lambda match: _SHOWN[match[0]], _UNSAFE.sub(lambda match: f"⟨{ord(match[0]):x}⟩", text))


def restored(text: str) -> str:
    """Return what a text was before `neutral`: so a quote out of it is found in its file."""
    plain = "".join(_SIGNS.get(sign, sign) for sign in text)
    return _NUMBERED.sub(lambda match: _character(match[1]) or match[0], plain)


def fenced(path: str, first_line: int, lines: Sequence[str], longest: int = LONGEST) -> str:
    """Return lines of a file below a line that names them, each behind its number and a bar.

    `lines` are without their ends. Of one that is longer than `longest` characters the rest is counted.
    """
    last = first_line + len(lines) - 1
    width = len(str(last))
    head = f"lines {first_line}-{last} of {one_line(path, longest)}"
    return "\n".join(
        [head, *(f"{number:>{width}}| {_cut(line, longest)}" for number, line in enumerate(lines, first_line))]
    )


def one_line(text: str, most: int) -> str:
    """Return text to stand within a sentence: of one line, and cut behind `most` characters of it."""
    flat = _SPACE.sub(" ", text).strip()
    return neutral(flat) if len(flat) <= most else neutral(flat[:most]).rstrip() + "…"


def _cut(line: str, longest: int) -> str:
    kept = neutral(line[:longest]).replace("\n", "⟨a⟩")
    return f"{kept} ⟨{len(line) - longest} characters more⟩" if len(line) > longest else kept


def _character(number: str) -> str:
    code = int(number, 16)
    return chr(code) if code <= 0x10FFFF else ""
