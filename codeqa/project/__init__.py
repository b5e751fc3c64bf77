"""The composition root: opens a repository, keeps its index fresh, and hands out what faces need.

The only package that reads settings and chooses embedder and model. Faces drain the events that `index`, `update` and
`ask` yield. `opened.py` has what all share, `indexing.py` writes the index, `asking.py` answers.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self

from codeqa import config, files
from codeqa.domain import Event, Hit
from codeqa.project.asking import Asking
from codeqa.project.indexing import Indexing

if TYPE_CHECKING:
    from codeqa.domain import Check, Impact, LanguageReport, Listing, PathResult, Status, Symbol, SymbolCard
    from codeqa.plan import Result
    from codeqa.search import Help


class Project(Indexing, Asking):
    """A repository with its index. Not safe to share between threads."""

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

        A process that stays says so with `resident`: it may load what takes seconds, and answers faster for it; long
        runs of the index are left to a process of their own, so that it can do other things meanwhile.

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

    # --------------------------------------------------------------------------------------------------------- reading

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

    # ----------------------------------------------------------------------------------------------------------- state

    def status(self, *, compare: bool = True) -> Status:
        """Return the state of the index beside the tree as it is now. Raises NoIndex.

        Unless it is to `compare`, nothing is said of the tree: nothing counts as stale or missing.
        """
        from codeqa.domain import Status
        from codeqa.index import Changes, detect, embedding

        here = self.root, self.settings.files, self._languages(), self.store
        changes = detect(*here) if compare else Changes()
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
