"""The composition root: opens a repository, keeps its index fresh, and hands out what faces need.

The only module that reads settings and chooses embedder and model. Faces drain the events that `index`, `update` and
`ask` yield.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from codeqa import config, embed, files, languages, versions
from codeqa.config import Settings
from codeqa.domain import (
    Answered,
    Event,
    Hit,
    Indexed,
    IndexLocked,
    NoIndex,
    Notice,
    SchemaTooNew,
    Step,
    UsageError,
)
from codeqa.index.portions import PARTIAL
from codeqa.store import Store

if TYPE_CHECKING:
    from codeqa.agent import Agent
    from codeqa.conversation import Conversation
    from codeqa.domain import (
        ChatModel,
        Check,
        Embedder,
        Impact,
        LanguageReport,
        Listing,
        PathResult,
        Replay,
        Status,
        Symbol,
        SymbolCard,
    )
    from codeqa.embed import Late, Server
    from codeqa.index import Changes
    from codeqa.index.embedding import Job
    from codeqa.languages import Languages
    from codeqa.plan import Result
    from codeqa.planner import Planner
    from codeqa.search import Help, Searcher
    from codeqa.tools import Tools
    from codeqa.traces import History, Traces
    from codeqa.verify.recalling import Recalled

QUESTION_SECONDS = 10.0  # that a question waits for a model server before it goes without
PARSE_BYTES_PER_SECOND = 700_000  # on one slow core: what an update is expected to take, to keep within its budget
LOCK_WAIT_SECONDS = 0.5
PINNED = "embedder_pinned"  # key in `meta`: the embedder that was chosen for this repository, whatever settings say


class Project:
    """A repository with its index. Not safe to share between threads."""

    def __init__(
        self,
        root: Path,
        directory: Path,
        settings: Settings,
        *,
        resident: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.root = root
        self.directory = directory
        self.settings = settings
        self.stale: tuple[str, ...] = ()  # files that differ from the index, as far as the last `update` saw
        self.missing = 0  # of them, those that it does not have at all
        self._resident = resident
        self.environ = os.environ if environ is None else environ
        self._store: Store | None = None
        self._tools: Tools | None = None
        self._searching: Searcher | None = None
        self._late: Late | None = None

    @classmethod
    def open(
        cls,
        repo: Path | None = None,
        *,
        overrides: Mapping[str, object] | None = None,
        environ: Mapping[str, str] | None = None,
        resident: bool = False,
    ) -> Self:
        """Open the repository at `repo`, or the one around the working directory; nothing is read but settings.

        A process that stays says so with `resident`: it may load what takes seconds, and answers faster for it.

        Raises:
            UnreadableRoot: it is missing or not a directory.
            UsageError: a setting has a wrong value; the message names file and key.
        """
        environ = os.environ if environ is None else environ
        root = (repo or files.find_root(Path.cwd())).resolve()
        if not root.is_dir():
            files.scan(root, config.FileSettings())  # raises what is wrong
        settings = config.load(root, overrides or {}, environ)
        directory = config.cache_directory(root) if settings.cache else root / ".codeqa"
        return cls(root, directory, settings, resident=resident, environ=environ)

    def another(self) -> Self:
        """Return a project of the same repository and settings, for another thread; nothing is shared but files."""
        return type(self)(self.root, self.directory, self.settings, resident=self._resident, environ=self.environ)

    def close(self) -> None:
        """Let go of the index."""
        if self._store:
            self._store.close()
        self._store = self._tools = self._searching = self._late = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -------------------------------------------------------------------------------------------------------- indexing

    def index(self, *, force: bool = False, embedder: str | None = None, portions: bool = False) -> Iterator[Event]:
        """Bring the index to the tree, whatever it takes; ends with `Indexed`.

        With `portions` a large first index is made in several, each of which is there to be asked when its `Indexed`
        comes: for a face that goes on meanwhile with a project of its own (`another`).
        `embedder` chooses one for this repository, whatever settings say from now on; "default" takes that back.

        Raises:
            CodeqaError: that embedder cannot be had.
            UnreadableRoot, IndexLocked, NoIndex: it cannot be read, another process writes it, or it cannot be written.
        """
        from codeqa.index import detect

        yield from self._warnings()
        if embedder not in (None, "default", embed.NONE):
            embed.check(str(embedder), self._server(str(embedder)))
        changes = detect(self.root, self.settings.files, self._languages(), None if force else self._peek())
        yield from self._write(changes, force=force, pin=embedder, in_portions=portions)

    def update(self, *, portions: bool = False) -> Iterator[Event]:
        """Make the index if there is none or only a part; else bring it up to date, or say that this takes too long.

        `portions` is that of `index`.
        """
        from codeqa.index import detect

        yield from self._warnings()
        store = self._peek()
        changes = detect(self.root, self.settings.files, self._languages(), store)
        self._behind(None)
        if store is not None and not changes and not changes.moved:
            yield from self._tend(store)
            return
        partial = store is not None and bool(store.get_meta(PARTIAL))
        takes = changes.bytes / PARSE_BYTES_PER_SECOND
        if store is not None and not partial and takes > self.settings.index.update_seconds:
            self._behind(changes)
            yield Notice("warning", f"{_difference(changes)}; run: codeqa index")
            return
        try:
            yield from self._write(changes, force=False, in_portions=portions)
        except (IndexLocked, NoIndex) as error:
            if store is None or isinstance(error, SchemaTooNew):
                raise
            self._behind(changes)
            if partial:
                yield Notice("warning", f"the index is still being made: {_difference(changes)}")
            elif changes:
                yield Notice("warning", f"{error.message}: answering from the generation before")

    def _behind(self, changes: Changes | None) -> None:
        """Note what the index does not say of the tree as it is, None for nothing."""
        self.stale = (*sorted(changes.read), *changes.removed) if changes else ()
        self.missing = len(changes.read.keys() - changes.known.keys()) if changes else 0

    def _peek(self) -> Store | None:
        """Return the index if there is one that this codeqa made, to compare the tree with."""
        try:
            made_by = versions.of_index(self._languages())
            return self.store if self.store.get_meta("facts_version") == made_by else None
        except SchemaTooNew:
            raise
        except NoIndex:
            return None

    def _write(
        self, changes: Changes, *, force: bool, pin: str | None = None, in_portions: bool = False
    ) -> Iterator[Event]:
        from codeqa.index import Indexer, detect, portions

        with Store.open(self.directory, write=True, wait_s=LOCK_WAIT_SECONDS) as store:
            indexer = Indexer(self.root, store, self._languages(), self.settings.files, self.settings.index.workers)
            force = force or not store.generation or store.get_meta("facts_version") != indexer.version
            if changes.generation != (0 if force else store.generation):  # another process wrote in between
                changes = detect(self.root, self.settings.files, self._languages(), None if force else store)
            first = in_portions and not store.generation
            for event in portions.run(indexer, store, changes) if first else indexer.run(changes, force=force):
                if isinstance(event, Indexed) and not event.missing:
                    if store.get_meta(PARTIAL):
                        store.set_meta(PARTIAL, "")
                    if pin is not None:
                        with store.batch():
                            store.set_meta(PINNED, "" if pin == "default" else pin)
                    yield from self._keep(store, refit=force)
                yield event
        self._behind(None)
        if self._store:
            self._store.refresh()
        self._tools = self._searching = None

    def refresh(self) -> None:
        """Read the newest generation from now on: another project, or process, may have written one."""
        if self._store is None:
            return
        before = self._space(self._store)
        if self._store.refresh() or self._space(self._store) != before:
            self._tools = self._searching = None

    def _tend(self, store: Store) -> Iterator[Event]:
        """See that vectors are made, if any are to be, although no file has changed."""
        from codeqa.index import embedding

        setting = self._chosen(store)
        if not embedding.due(store, setting):
            return
        self.refresh()  # by now it may have been done, with no new generation
        if not embedding.due(store, setting):
            return
        if store.get_meta(embedding.WANTED) == setting:
            yield from self._about_server(lambda: embedding.start(store, self._job(setting)))
            return
        try:
            with Store.open(self.directory, write=True) as writer:
                yield from self._keep(writer, refit=False)
        except (IndexLocked, NoIndex):
            return  # another process writes: the next question looks again
        store.refresh()
        self._tools = self._searching = None

    def _keep(self, store: Store, *, refit: bool) -> Iterator[Event]:
        from codeqa.index import embedding

        setting = self._chosen(store)
        jobs: list[Job] = []
        yield from self._about_server(lambda: jobs.append(self._job(setting)))
        for job in jobs:
            yield from embedding.keep(store, job, setting, refit=refit)

    @staticmethod
    def _about_server(act: Callable[[], object]) -> Iterator[Event]:
        """Do what needs the address of a model server; one that may not be used costs the vectors only."""
        try:
            act()
        except UsageError as error:
            yield Notice("warning", f"no vectors are made: {error.message} ({error.hint})")

    @staticmethod
    def _space(store: Store) -> tuple[str, str]:
        name = store.get_meta("embedder") or ""
        return name, store.vectors(name).state

    def _chosen(self, store: Store) -> str:
        """Return the setting of the embedder that this index is to have."""
        pinned = store.get_meta(PINNED) or ""  # by another version, which may have had others
        return (pinned if embed.known(pinned) else "") or self.settings.index.embedder or embed.DEFAULT

    def _server(self, embedder: str, seconds: float = math.inf) -> Server:
        """Return where the model server is, if this embedder, a setting or an id, needs one."""
        if not embedder.startswith("ollama"):
            return embed.Server()
        return embed.Server(self.server_url, min(seconds, self.settings.model.timeout_seconds))

    def _job(self, setting: str) -> Job:
        from codeqa.index.embedding import Job

        server = self._server(setting)
        return Job(str(self.root), str(self.directory), *server, self.settings.files.max_file_bytes)

    def _warnings(self) -> Iterator[Event]:
        yield from (Notice("warning", text) for text in self.settings.warnings)

    # -------------------------------------------------------------------------------------------------------- reading

    @property
    def store(self) -> Store:
        """The index, open for reading one generation. Raises NoIndex if there is none."""
        if self._store is None:
            self._store = Store.open(self.directory)
        return self._store

    @property
    def tools(self) -> Tools:
        """What a walk may call, over the generation that is open."""
        if self._tools is None:
            from codeqa.graph import Graph
            from codeqa.tools import Tools

            self._tools = Tools(
                self.root,
                self.store,
                Graph(self.store),
                self._searcher(),
                self.settings.files,
                self._languages().is_test_symbol,
            )
        return self._tools

    def _languages(self) -> Languages:
        return languages.load()

    def _searcher(self) -> Searcher:
        if self._searching is None:
            from codeqa.search import Searcher
            from codeqa.store.lance import WORTH_IT

            lance_rows = WORTH_IT if self._resident else None
            self._searching = Searcher(self.store, self._embedder(), lance_rows=lance_rows)
        return self._searching

    def _embedder(self) -> Embedder | None:
        """Return the embedder whose vectors are searched, kept over generations: it remembers a dead server."""
        name = self.store.get_meta("embedder")
        if not name or name not in self.store.embedders() or self._chosen(self.store) == embed.NONE:
            return None
        if self._late is None or self._late.id != name:
            dimensions = self.store.vectors(name).dimensions
            self._late = embed.Late(
                name, dimensions, lambda: embed.load(self.directory, name, self._server(name, QUESTION_SECONDS))
            )
        return self._late

    def notices(self) -> list[Notice]:
        """Say what the last search had to do without."""
        from codeqa.index import embedding

        late = self._late
        if late is not None and late.trouble is not None:
            if isinstance(late.trouble, embed.Replaced):
                embedding.start(self.store, self._job(self._chosen(self.store)))
            hint = f" ({late.trouble.hint})" if late.trouble.hint else ""
            return [Notice("warning", f"searched by words alone: {late.trouble.message}{hint}")]
        if self._searching is None or self._searching.embedder is not None:
            return []
        setting = self._chosen(self.store)
        if setting == embed.NONE or embed.quick(setting):
            return []
        found = embedding.state(self.store, setting)
        why = found.trouble or f"{found.done:,} of {found.total:,} vectors of {setting} are made"
        return [Notice("warning" if found.trouble else "info", f"searched by words alone: {why}")]

    def search(self, query: str, limit: int | None = None, help: Help | None = None) -> list[Hit]:
        """Return the best places for a query, best first; hits that stand together are one place.

        `help` is what a model made of the query, see `codeqa.agent.widening`.
        """
        from codeqa.search import gather

        limit = limit or self.settings.search.limit
        return gather(self.store, self._searcher().search(query, 2 * limit, help), limit)

    def enrich(self, *, limit: int | None = None, everything: bool = False) -> Generator[Event, None, None]:
        """Ask the model of the settings for summaries of symbols, at most `limit` in this run; ends with `Enriched`.

        What is done when it is closed, or fails, is kept. Raises ModelUnavailable, UsageError if no model is set.
        """
        from codeqa.enriching import Enriching, enrich

        model, embedder, is_test = self.chat_model(), self._embedder(), self._languages().is_test_symbol
        work = Enriching(self.root, self.directory, self.settings, model, embedder, is_test)
        try:
            yield from enrich(work, limit=limit, everything=everything)
        finally:
            if self._store:
                self._store.refresh()
            self._tools = self._searching = None

    def vocabulary(self, query: str) -> list[str]:
        """Return names and terms that this repository has, and that are near to the words of a query."""
        return self._searcher().vocabulary(query)

    def pick(self, part: str, limit: int) -> list[Symbol]:
        """Return the symbols and files that a part of a name may stand for, likeliest first, see search/picking.py."""
        return self._searcher().picker.find(part, limit)

    def examples(self) -> list[str]:
        """Return questions to begin with, about what is used most here, see planner/examples.py."""
        from codeqa.planner.examples import LOOKED_AT, examples

        return examples(self.tools, self.pick("", 4 * LOOKED_AT))

    def mention(self, key: str) -> str:
        """Return how a question has to name the symbol of an id so that it alone is meant. Raises UnknownSymbol."""
        from codeqa.planner.mentioning import mention

        return mention(self.tools, self.tools.find(key))

    def plan(self, question: str) -> tuple[Sequence[str], Sequence[str]]:
        """Return the plans that a question compiles to, and notes: how its names were linked, what is not known."""
        links: list[str] = []
        for event in self._walk(question):
            if isinstance(event, Step) and event.action == "link":
                links.append(event.text)
            elif isinstance(event, Answered):
                plans = [line for line in event.answer.plan.split("\n") if line]
                return plans, [*links, *event.answer.unknowns]
        raise AssertionError("a walk ends with an answer")

    def query(self, plan: str) -> Result:
        """Run a plan that is written in the language of docs/plans.md.

        Raises:
            UsageError: the plan is wrong; the hint says what would do.
            UnknownSymbol: it names what does not exist.
        """
        from codeqa.plan import Runner, parse

        return Runner(self.tools).run(parse(plan))

    def places(self, symbols: Iterable[str]) -> dict[str, str]:
        """Return `path:line` of these symbols, by id; those that lie outside of the repository have none."""
        found = self.tools.graph.symbols(symbols)
        return {key: symbol.cite for key, symbol in found.items() if symbol.span.path}

    def ask(
        self,
        question: str,
        *,
        conversation: str | Conversation | None = None,
        may_ask: bool = False,
        meaning: Mapping[str, Sequence[str]] | None = None,
        cancelled: threading.Event | None = None,
        keep: bool = True,
    ) -> Iterator[Event]:
        """Answer a question; yields the steps of the walk and ends with `Answered`.

        A model leads the walk if settings name one; setting `cancelled`, from any thread, then ends it with
        ModelCancelled within 200 ms.

        With `may_ask` it ends with `Clarify` instead where a name of the question may mean several things whose answers
        differ. Ask again then, with the name and the ids of one option as `meaning`, or without either for an answer
        for each; nothing is asked twice, and `meaning` takes the place of `may_ask`.

        `conversation` is the one that it goes on with: its id, "newest", or one that is kept in memory, which gets a
        turn more; None begins one. Raises UsageError if there is none of that id, or if a name cannot mean what
        `meaning` says. Without `keep` nothing is kept of it, and no earlier answer is given.
        """
        from codeqa.conversation import Names
        from codeqa.dialogue import Dialogue

        names = Names(self.tools.candidates, self.tools.graph.symbols)
        dialogue = Dialogue(self.traces, names, conversation, keep=keep and self.settings.trace.keep)
        may_ask = may_ask and not meaning
        yield from dialogue.ask(
            question,
            lambda asked: self._walk(asked, meaning, may_ask=may_ask, cancelled=cancelled, keep=keep),
            generation=self.store.generation,
            stale=self.stale,
            meaning=meaning,
            may_ask=may_ask,
        )

    def _walk(
        self,
        question: str,
        meaning: Mapping[str, Sequence[str]] | None = None,
        *,
        may_ask: bool = False,
        cancelled: threading.Event | None = None,
        keep: bool = True,
    ) -> Iterator[Event]:
        from codeqa.planner import Planner
        from codeqa.verify import Verifier

        ask = self.settings.ask
        planner = Planner(self.tools, Verifier(self.tools), max_hops=ask.max_hops, evidence=ask.evidence)
        leader: Planner | Agent = planner
        if self.settings.model.name is not None:
            from codeqa.agent import Agent, Options
            from codeqa.models import rungs

            url = self.server_url
            yield from self._banner(url)
            options = Options.of(self.settings, rungs.known(url, self.settings.model.name))
            kept = self.traces if keep and self.settings.trace.keep and self.settings.model.reuse else None
            leader = Agent(planner, self.chat_model(), self.settings, options, traces=kept, cancelled=cancelled)
        for event in leader.ask(question, stale=self.stale, meaning=meaning, may_ask=may_ask):
            if isinstance(event, Answered):
                yield from self.notices()
                event = self._qualified(event)
            yield event

    def _qualified(self, event: Answered) -> Answered:
        """Say of an answer that it was made without files that the index does not have."""
        if not self.missing:
            return event
        files = f"{self.missing:,} files are" if self.missing > 1 else "1 file is"
        said = f"{files} not indexed yet; this answer knows nothing of what they say"
        return Answered(replace(event.answer, unknowns=(*event.answer.unknowns, said)))

    def chat_model(self) -> ChatModel:
        """Return the model that settings name; its server is not asked yet.

        Raises UsageError if none is named, or if it would run on another machine and that is not allowed.
        """
        from codeqa import models

        return models.chosen(self.settings.model, self.server_url, self.environ)

    def lead_by(self, name: str | None) -> None:
        """Let this model lead the walks from now on, or none: the planner. No file of settings is changed."""
        self.settings = replace(self.settings, model=replace(self.settings.model, name=name))

    @property
    def server_url(self) -> str:
        """Where the model server is. Raises UsageError for another machine, unless settings allow it."""
        from codeqa.hosts import address

        settings = self.settings.model
        return address(settings.host, self.environ, remote=settings.remote)

    def embedder_state(self) -> str:
        """Return which embedder is chosen, and that it can be had. Raises CodeqaError if it cannot."""
        try:
            setting = self._chosen(self.store)
        except NoIndex:
            setting = self.settings.index.embedder or embed.DEFAULT
        if setting == embed.NONE:
            return setting
        return f"{setting}: {embed.check(setting, self._server(setting, QUESTION_SECONDS))}"

    @staticmethod
    def _banner(url: str) -> Iterator[Event]:
        from codeqa.hosts import is_this_machine

        if not is_this_machine(urlsplit(url).hostname or ""):
            yield Notice("warning", f"SOURCE TEXT IS SENT TO ANOTHER MACHINE: {url}")

    @property
    def traces(self) -> Traces:
        """The conversations that are kept beside the index."""
        from codeqa.traces import Traces

        return Traces(self.directory, self.settings.trace, files.redact)

    @property
    def history(self) -> History:
        """What was asked here, and what was typed and not sent. May be used in another thread than the project."""
        from codeqa.traces import History

        return History(self.directory, files.redact, keep=self.settings.trace.keep)

    def verify(self, answer: Mapping[str, object]) -> Replay:
        """Say which claims of an answer, as `Answer.to_json` writes it, still hold here.

        Raises:
            UsageError: it is no answer.
        """
        from codeqa.verify.replay import replay

        return replay(answer, self.tools)

    def recall(self, answer: Mapping[str, object]) -> Recalled:
        """Return an answer that is kept as it was, and what of it holds now.

        Raises:
            UsageError: it is no answer.
        """
        from codeqa.verify.recalling import recalled

        return recalled(answer, lambda: self.tools)

    def card(self, name: str) -> SymbolCard:
        """Return a symbol with its surroundings. Raises UnknownSymbol or AmbiguousSymbol."""
        return self.tools.card(self.tools.find(name))

    def callers(self, name: str, limit: int = 50) -> Listing:
        """Return what calls a symbol; errors as `card`."""
        return self.tools.callers(self.tools.find(name), limit)

    def callees(self, name: str, limit: int = 50) -> Listing:
        """Return what a symbol calls; errors as `card`."""
        return self.tools.callees(self.tools.find(name), limit)

    def path(self, source: str, target: str) -> PathResult:
        """Return the cheapest chain of edges between two symbols; errors as `card`."""
        return self.tools.path(self.tools.find(source), self.tools.find(target))

    def impact(self, name: str, limit: int = 100) -> Impact:
        """Return what may break if a symbol changes; errors as `card`."""
        return self.tools.impact(self.tools.find(name), limit)

    # ---------------------------------------------------------------------------------------------------------- export

    def export_edges(self, *, everything: bool = False) -> Iterator[dict[str, object]]:
        """Yield one object for each resolved reference that stays in the repository, see `codeqa.exporting`."""
        from codeqa import exporting

        return exporting.edges(self.store, everything=everything)

    def export_definitions(self) -> Iterator[dict[str, object]]:
        """Yield one object for each definition, see `codeqa.exporting`."""
        from codeqa import exporting

        return exporting.definitions(self.store)

    # ---------------------------------------------------------------------------------------------------------- state

    def status(self) -> Status:
        """Return the state of the index beside the tree as it is now. Raises NoIndex."""
        from codeqa.domain import Status
        from codeqa.index import detect, embedding

        changes = detect(self.root, self.settings.files, self._languages(), self.store)
        counts = self.store.counts()
        skipped: dict[str, list[str]] = {}
        for record in self.store.files():
            if record.skip:
                skipped.setdefault(record.skip, []).append(record.path)
        return Status(
            root=str(self.root),
            directory=str(self.directory),
            generation=self.store.generation,
            files=counts["files"],
            languages=self.store.files_by_language(),
            symbols=counts["symbols"],
            edges=self.store.edges_by_strategy(),
            unresolved=counts["unresolved"],
            chunks=counts["chunks"],
            embedding=embedding.state(self.store, self._chosen(self.store)),
            vectors={name: len(self.store.vectors(name)) for name in self.store.embedders()},
            skipped={reason: tuple(paths) for reason, paths in sorted(skipped.items())},
            stale=(*sorted(changes.read), *changes.removed),
            missing=len(changes.read.keys() - changes.known.keys()),
            bytes=sum(path.stat().st_size for path in self.directory.iterdir() if path.is_file()),
            warnings=(*self.settings.warnings, *changes.warnings),
            summaries=self.store.summaries().counts(),
        )

    def languages(self) -> list[LanguageReport]:
        """Return every language of `grammars/` with what it supports here."""
        from codeqa import parse
        from codeqa.domain import LanguageReport

        return [
            LanguageReport(
                language.name,
                language.title,
                language.kind,
                language.extensions,
                language.installed,
                parse.missing(language) if language.grammar.module else "",
                parse.supports(language),
            )
            for language in self._languages()
        ]

    def doctor(self) -> list[Check]:
        """Check what codeqa needs on this machine and in this repository; a model that is named is asked."""
        from codeqa.project.checking import checks

        return checks(self)


def _difference(changes: Changes) -> str:
    """Say how the tree differs from the index: `3 files changed since the index was made`."""
    missing = len(changes.read.keys() - changes.known.keys())
    changed = len(changes.read) + len(changes.removed) - missing
    there = sum(not record.skip for record in changes.known.values())
    said = [f"{missing:,} of {missing + there:,} files are not in it yet"] if missing else []
    if changed or not said:
        said.append(f"{changed} files changed since the index was made")
    return ", ".join(said)
