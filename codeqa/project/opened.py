"""One repository as it is open: its settings, its index, and what is made from them when it is first needed."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from codeqa import embed, languages
from codeqa.config import Settings
from codeqa.domain import NoIndex, Notice
from codeqa.store import Store

if TYPE_CHECKING:
    from codeqa.domain import ChatModel, Embedder
    from codeqa.embed import Late, Server
    from codeqa.index.embedding import Job
    from codeqa.languages import Languages
    from codeqa.search import Searcher
    from codeqa.tools import Tools

QUESTION_SECONDS = 10.0  # that a question waits for a model server before it goes without
PINNED = "embedder_pinned"  # key in `meta`: the embedder that was chosen for this repository, whatever settings say


class Opened:
    """What indexing, asking and reading share. Not safe to share between threads."""

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

    # ----------------------------------------------------------------------------------------------------------- index

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

    def refresh(self) -> None:
        """Read the newest generation from now on: another project, or process, may have written one."""
        if self._store is None:
            return
        before = self._space(self._store)
        if self._store.refresh() or self._space(self._store) != before:
            self._tools = self._searching = None

    def _languages(self) -> Languages:
        return languages.load()

    def _searcher(self) -> Searcher:
        if self._searching is None:
            from codeqa.search import Searcher
            from codeqa.store.lance import WORTH_IT

            lance_rows = WORTH_IT if self._resident else None
            self._searching = Searcher(self.store, self._embedder(), lance_rows=lance_rows)
        return self._searching

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

    # ----------------------------------------------------------------------------------------------------------- model

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

    # -------------------------------------------------------------------------------------------------------- embedder

    def embedder_state(self) -> str:
        """Return which embedder is chosen, and that it can be had. Raises CodeqaError if it cannot."""
        try:
            setting = self._chosen(self.store)
        except NoIndex:
            setting = self.settings.index.embedder or embed.DEFAULT
        if setting == embed.NONE:
            return setting
        return f"{setting}: {embed.check(setting, self._server(setting, QUESTION_SECONDS))}"

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
