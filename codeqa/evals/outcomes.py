"""What came of asking one question in one way, and the file of JSON lines that keeps it while a run goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import msgspec

from codeqa.domain import UsageError

FORMAT = 1  # of the file


@dataclass(frozen=True, slots=True)
class Spec:
    """What a run asks, in which ways: all that has to be the same for it to be gone on with."""

    model: str
    context: int = 8_192
    repo: str = ""  # folder whose graph the exam is made from
    questions: str = ""  # a file of questions
    exam: int = 0  # questions of the exam
    seed: int = 0
    extras: tuple[str, ...] = ()  # names of settings that are tried beside, see evaluation.EXTRAS
    compare: bool = True  # with the planner alone
    digest: str = ""  # of the questions as they were drawn and read


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question. Tokens are as the server counts them, else as codeqa does."""

    column: str  # "model", "planner", or the extra that was tried
    set: str  # "exam", or the name of the file of questions
    id: str
    question: str
    family: str
    verdict: str  # "right" | "partly" | "wrong" | "abstained"
    reason: str  # why it is not right
    status: str  # of the answer
    false_claims: tuple[str, ...] = ()
    verified: int = 0  # claims
    judged: int = 0  # claims that only a model judged to follow from what they cite
    added: int = 0  # of all these claims those that are the planner's, which the model did not make
    dropped: int = 0  # sentences that did not hold
    refuted: tuple[str, ...] = ()  # claims that do not hold when the answer is replayed
    citations: int = 0
    seconds: float = 0.0
    calls: int = 0  # requests to the model
    prompt_tokens: int = 0
    reply_tokens: int = 0
    rungs: tuple[str, ...] = ()  # on which actions were asked for
    prompts: tuple[str, ...] = ()  # ids
    fallback: str = ""  # why the planner answered instead of the model

    @property
    def key(self) -> tuple[str, str, str]:
        return self.column, self.set, self.id


class Record:
    """A file that a run is appended to, a line each: first what it asks, then what came of each question."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    @classmethod
    def create(cls, path: Path, spec: Spec) -> Self:
        """Begin a file. Raises UsageError if there is one already."""
        try:
            record = cls(path.open("xb"))
        except FileExistsError as error:
            raise UsageError(f"{path} is there already", hint=f"--resume {path} goes on with it") from error
        record._write({"codeqa_eval": FORMAT, **asdict(spec)})
        return record

    @classmethod
    def resume(cls, path: Path) -> Self:
        """Open a file to go on with; a line that was cut off is gone."""
        file = path.open("r+b")
        data = file.read()
        file.truncate(data.rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        return cls(file)

    def add(self, outcome: Outcome) -> None:
        """Append what came of a question; it is on its way to the disk when this returns."""
        self._write(asdict(outcome))

    def _write(self, values: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(values).encode() + b"\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def read(path: Path) -> tuple[Spec, list[Outcome]]:
    """Return what a file asks, and what is done of it. Raises UsageError if it is of no run."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]  # what stands behind the last end of a line was cut off
        head = json.loads(lines[0]) if lines else {}
        if not isinstance(head, dict) or head.pop("codeqa_eval", None) != FORMAT:
            raise ValueError("its first line does not say what a run asks")
        return msgspec.convert(head, Spec), [msgspec.convert(json.loads(line), Outcome) for line in lines[1:]]
    except (OSError, ValueError, RecursionError) as error:  # msgspec's are ValueErrors
        raise UsageError(f"{path} is no run to go on with: {error}", hint="give the file that --out wrote") from error
