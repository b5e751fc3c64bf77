"""A model measured: each question asked of it, of it with one setting more, and of the planner alone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from codeqa import config, languages, models
from codeqa.agent import UNLED
from codeqa.domain import Answer, Answered, CodeqaError, Event, ModelCall, ModelUnavailable, Notice, Step, UsageError
from codeqa.evals import written
from codeqa.evals.exam import Exam
from codeqa.evals.grading import Grader
from codeqa.evals.items import Item
from codeqa.evals.outcomes import Outcome, Spec
from codeqa.evals.summing import MODEL, PLANNER
from codeqa.evals.world import World
from codeqa.project import Project
from codeqa.project.checking import probed

EXTRAS = {"check": "model.check", "hyde": "search.hyde", "expand": "search.expand"}  # settings that are tried beside
EXAM = "exam"
_SAID_APART = ("model.name", "model.context", "model.host", "model.remote", "model.required", "model.reuse")
_OWN = re.compile(r"sentences: (\d+) checked, (\d+) judged")  # as an Agent says what holds of what a model wrote


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a run, with what it is graded by."""

    set: str
    id: str
    question: str
    family: str
    root: Path
    key: Item | written.Question


@dataclass(frozen=True, slots=True)
class Measured:
    """The model that is measured."""

    about: str  # as its server describes it, "" if it does not
    rung: str  # of the ladder, on which it was found to act
    settings: tuple[str, ...]  # that are others than by default


@dataclass(slots=True)
class _Heard:
    """What a walk said of itself on its way."""

    calls: int = 0
    prompt_tokens: int = 0
    reply_tokens: int = 0
    rungs: dict[str, None] = field(default_factory=dict)
    prompts: dict[str, None] = field(default_factory=dict)
    own: int | None = None  # claims that are the model's

    def step(self, step: Step) -> None:
        if step.action == "verify" and (match := _OWN.match(step.text)):
            self.own = int(match[1]) + int(match[2])

    def call(self, call: ModelCall) -> None:
        self.calls += 1
        counted = call.reply.prompt_tokens if call.reply is not None else None
        self.prompt_tokens += call.estimated_tokens if counted is None else counted
        self.reply_tokens += (call.reply.completion_tokens or 0) if call.reply is not None else 0
        self.prompts[call.prompt] = None
        if call.rung:
            self.rungs[call.rung] = None


class Evaluation:
    """One run. Ask `probe` first, then `prepare`, then `run`.

    `overrides` and `environ` are those of Project.open; what a run sets itself goes before them. An earlier answer is
    never given again, and nothing is kept of the questions.
    """

    def __init__(
        self, spec: Spec, overrides: Mapping[str, object], environ: Mapping[str, str], *, update: bool = True
    ) -> None:
        """Raise UsageError for an extra that there is not, and for a file of questions that is wrong."""
        settings = config.keys()
        unknown = [name for name in spec.extras if EXTRAS[name] not in settings]
        if unknown:
            raise UsageError(f"this codeqa has no setting {EXTRAS[unknown[0]]}", hint="leave that --with out")
        self.spec = spec
        self.items: list[Asked] = []
        self._overrides = {
            **overrides,
            **{EXTRAS[name]: False for name in spec.extras},
            "model.name": spec.model,
            "model.context": spec.context,
            "model.required": False,
            "model.reuse": False,
            "trace.keep": False,
        }
        self._environ = environ
        self._update = update
        self._root = Path(spec.repo)
        self._written = self._questions()

    @property
    def columns(self) -> list[str]:
        """The ways in which each question is asked, in this order."""
        return [MODEL, *self.spec.extras, *([PLANNER] if self.spec.compare else [])]

    # --------------------------------------------------------------------------------------------------------- before

    def probe(self) -> Measured:
        """Ask the model for a call. Raises ModelUnavailable if it is not there or acts in no form."""
        with self._open(self._root, MODEL) as project:
            found = probed(project)
            if not found.rung:
                why = "; ".join(found.problems)
                raise ModelUnavailable(f"{self.spec.model} acts in no form that codeqa understands: {why}")
            return Measured(self._about(project), found.rung, tuple(_changed(project.settings)))

    def _about(self, project: Project) -> str:
        try:
            server = models.look(project.server_url, self._environ)
        except CodeqaError:
            return ""  # it answered a moment ago: a server that cannot say what it has is no reason to stop
        name = self.spec.model
        known = next((m for m in server.models if m.name in (name, f"{name}:latest")), None)
        about = [known.family, known.parameters, known.quantization] if known else []
        return " ".join([*filter(None, about), *([f"server {server.version}"] if server.version else [])])

    def prepare(self) -> Iterator[Event]:
        """Bring the index of each repository up to date, and draw the questions.

        Raises UsageError if a run that is gone on with had other ones.
        """
        roots = [*([self._root] if self.spec.exam else []), *(asked.root for asked in self._written)]
        exam: list[Asked] = []
        for root in dict.fromkeys(roots):
            with self._open(root, PLANNER) as project:
                if self._update:
                    yield from project.update()
                if self.spec.exam and root == self._root:
                    exam = [_examined(item, root) for item in self._exam(project)]
                    if len(exam) < self.spec.exam:
                        yield Notice("warning", f"the graph has {len(exam):,} questions in it, not {self.spec.exam:,}")
                yield from _unknown(project, [asked.key for asked in self._written if asked.root == root])
        self.items = [*exam, *self._written]
        digest = sha256("\n".join(map(_said, self.items)).encode()).hexdigest()[:16]
        if self.spec.digest not in ("", digest):
            raise UsageError(
                "the questions are no longer those of that run: the repository or the file has changed since",
                hint="begin a new one",
            )
        self.spec = replace(self.spec, digest=digest)

    def _exam(self, project: Project) -> list[Item]:
        return Exam(project, questions=self.spec.exam, seed=self.spec.seed).items

    def _questions(self) -> list[Asked]:
        if not self.spec.questions:
            return []
        path = Path(self.spec.questions)
        found: list[Asked] = []
        for question in written.load(path):
            root = (path.parent / question.repo).resolve() if question.repo else self._root
            if not root.is_dir():
                raise UsageError(f"question {question.id}: there is no folder {root}", hint="repo is beside the file")
            found.append(Asked(path.stem, question.id, question.question, question.kind, root, question))
        return sorted(found, key=lambda asked: [a.root for a in found].index(asked.root))  # a repository at a time

    # ------------------------------------------------------------------------------------------------------------ run

    def left(self, done: Sequence[Outcome]) -> int:
        """Return how many answers are still to come."""
        known = {outcome.key for outcome in done}
        return sum((name, a.set, a.id) not in known for a in self.items for name in self.columns)

    def run(self, done: Sequence[Outcome] = ()) -> Iterator[Event | Outcome]:
        """Ask each question that is not done, in each way before the next one; yield notices, and what came of it."""
        known = {outcome.key for outcome in done}
        for root in dict.fromkeys(asked.root for asked in self.items):
            with ExitStack() as stack:
                projects = {name: stack.enter_context(self._open(root, name)) for name in self.columns}
                first = next(iter(projects.values()))
                world = World(first.store, first.tools.graph, languages.load().is_test_symbol)
                grader = Grader(root, world, first.settings.files)
                for asked in [asked for asked in self.items if asked.root == root]:
                    for name, project in projects.items():
                        if (name, asked.set, asked.id) not in known:
                            yield from self._ask(name, project, asked, grader)

    def _ask(self, name: str, project: Project, asked: Asked, grader: Grader) -> Iterator[Event | Outcome]:
        heard = _Heard()
        answer: Answer | None = None
        began = time.perf_counter()
        for event in project.ask(asked.question):
            if isinstance(event, ModelCall):
                heard.call(event)
            elif isinstance(event, Step):
                heard.step(event)
            elif isinstance(event, Notice) and event.level == "warning":
                yield event
            elif isinstance(event, Answered):
                answer = event.answer
        seconds = time.perf_counter() - began
        if answer is None:
            raise AssertionError("a walk ends with an answer")
        verdict, reason, false = _graded(asked, answer, grader)
        replayed = project.verify(answer.to_json())
        yield Outcome(
            name,
            asked.set,
            asked.id,
            asked.question,
            asked.family,
            verdict,
            reason,
            answer.status,
            tuple(false),
            verified=sum(claim.verdict == "verified" for claim in answer.claims),
            judged=sum(claim.verdict != "verified" for claim in answer.claims),
            added=max(0, len(answer.claims) - heard.own) if answer.model and heard.own is not None else 0,
            dropped=len(answer.dropped),
            refuted=tuple(f"{c.text}: {'; '.join(c.reasons)}" for c in replayed.claims if c.state == "broken"),
            citations=len(answer.citations),
            seconds=round(seconds, 4),
            calls=heard.calls,
            prompt_tokens=heard.prompt_tokens,
            reply_tokens=heard.reply_tokens,
            rungs=tuple(heard.rungs),
            prompts=tuple(heard.prompts),
            fallback="" if name == PLANNER or answer.model else _why(answer),
        )

    def _open(self, root: Path, column: str) -> Project:
        extra = {EXTRAS[column]: True} if column in EXTRAS else {}
        project = Project.open(root, overrides={**self._overrides, **extra}, environ=self._environ)
        if column == PLANNER:
            project.settings = replace(project.settings, model=replace(project.settings.model, name=None))
        return project


def _changed(settings: config.Settings) -> Iterator[str]:
    """Yield the settings of models and search that are others than by default; of one that is a text only its name."""
    for name, key in config.keys().items():
        group, _, field_ = name.partition(".")
        if group in ("model", "search") and name not in _SAID_APART:
            value = getattr(getattr(settings, group), field_)
            if value != key.default:
                yield name if isinstance(value, str) else f"{name} {str(value).lower()}"


def _examined(item: Item, root: Path) -> Asked:
    return Asked(EXAM, str(item.number), item.question, item.family, root, item)


def _said(asked: Asked) -> str:
    """Return a question with its key, the same in every process."""
    key = repr(asked.key) if isinstance(asked.key, written.Question) else sorted(asked.key.draft.key.must)
    return f"{asked.set} {asked.id} {asked.question} {key}"


def _unknown(project: Project, keys: Sequence[Item | written.Question]) -> Iterator[Event]:
    """Say of which files questions speak that no index has: an answer can never cite them."""
    paths = {f"{record.path}/" for record in project.store.files()}
    for key in keys:
        if isinstance(key, written.Question):
            for symbol in (*key.must, *key.any, *key.path_steps):
                path = f"{symbol.partition('::')[0].rstrip('/')}/"
                if not any(known.startswith(path) for known in paths):
                    yield Notice("warning", f"question {key.id}: there is no {path[:-1]} in the index")


def _graded(asked: Asked, answer: Answer, grader: Grader) -> tuple[str, str, list[str]]:
    """Return verdict, reason and false claims."""
    if isinstance(asked.key, Item):
        grade = grader.grade(asked.key, answer)
        return grade.verdict, grade.reason, list(grade.false_claims)
    false = [*grader.false_hops(answer.walk), *grader.false_citations(answer), *written.trapped(asked.key, answer)]
    return *written.grade(asked.key, answer), false


def _why(answer: Answer) -> str:
    """Return why the planner answered instead of the model."""
    notes = [note.partition(f" {UNLED}: ")[2] for note in answer.unknowns]
    return next((note for note in notes if note), "it does not say why")
