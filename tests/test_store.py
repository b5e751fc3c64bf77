"""The index: generations, trust, damage, exactness of what is replaced, and what is asked of it."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from codeqa.domain import (
    ChunkFact,
    CodeqaError,
    Definition,
    Edge,
    EdgeKind,
    IndexLocked,
    Interface,
    NoIndex,
    Reference,
    SchemaTooNew,
    Strategy,
    Unresolved,
)
from codeqa.store import (
    STRATEGIES,
    FileRecord,
    Store,
    SymbolRow,
    Vectors,
    destroy,
    halves,
    lance,
    match_all,
    match_any,
    trusted,
)
from codeqa.terms import spaced

CALLS, READS, CONTAINS = EdgeKind.CALLS, EdgeKind.READS, EdgeKind.CONTAINS


@dataclass(frozen=True)
class File:
    """A file in a small language: a line is `Owner.name: callee callee`; chunks are its lines."""

    path: str
    text: str

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def lines(self) -> list[tuple[str, list[str]]]:
        return [(line.rpartition(":")[0], line.rpartition(":")[2].split()) for line in self.text.splitlines()]

    @cached_property
    def interface(self) -> Interface:
        names = {name: n for n, (name, _) in enumerate(self.lines)}
        definitions = [
            Definition(
                name.rpartition(".")[2].partition("#")[0],
                "method" if "." in name else "class",
                name,
                names.get(name.rpartition(".")[0], -1),
                *(n * 10, n * 10 + 9, n * 10, n + 1, n + 1, n + 1),
                *(f"{name}()", f"does {name}", "", "", ""),
            )
            for n, name in enumerate(names)
        ]
        return Interface("small", "", definitions, [], [], [], [])

    @cached_property
    def references(self) -> list[Reference]:
        return [
            Reference(callee, "call", "", n * 10 + at, n + 1, 0, n)
            for n, (_, callees) in enumerate(self.lines)
            for at, callee in enumerate(callees)
        ]

    @cached_property
    def chunks(self) -> list[ChunkFact]:
        return [
            ChunkFact(
                *(n, n * 10, n * 10 + 9, n + 1, n + 1, hashlib.sha256(f"{name} {callees}".encode()).hexdigest()),
                *(spaced(name), spaced(f"{name}()"), spaced(f"does {name}"), spaced(" ".join(callees))),
            )
            for n, (name, callees) in enumerate(self.lines)
        ]

    def key(self, name: str) -> str:
        return f"{self.path}::{name}"

    def symbols(self) -> list[SymbolRow]:
        rows = [SymbolRow("", self.path, "module", "", 0, len(self.text), 1, max(1, len(self.lines)), 1)]
        for d in self.interface.definitions:
            owner = self.interface.definitions[d.parent].qualname if d.parent >= 0 else ""
            place = (d.start, d.end, d.start_line, d.end_line, d.name_line)
            parent = self.key(owner) if owner else self.path
            rows.append(SymbolRow(d.qualname, d.name, d.kind, parent, *place, d.signature, d.doc, d.flags))
        return rows

    def edges(self, defined: dict[str, str]) -> tuple[list[Edge], list[Unresolved]]:
        """Resolve callees by name: `ext.x` is external, what no file defines is unresolved."""
        edges, unresolved = [], []
        for ref in self.references:
            src = self.key(self.lines[ref.definition][0])
            dst = f"external::{ref.name}" if ref.name.startswith("ext.") else defined.get(ref.name)
            if dst:
                edges.append(Edge(src, dst, CALLS, Strategy.EXACT, self.path, ref.line, ref.start, ref.name))
            else:
                unresolved.append(Unresolved(ref.name, src, self.path, ref.line, "self"))
        return edges, unresolved


def defined_in(files: Iterable[File]) -> dict[str, str]:
    return {
        name: file.key(name) for file in sorted(files, key=lambda f: f.path, reverse=True) for name, _ in file.lines
    }


def write(
    store: Store,
    changed: Iterable[File],
    *,
    whole: Iterable[File] | None = None,
    removed: Iterable[str] = (),
    anew: bool = False,
) -> None:
    """Make one generation: what changed is replaced, and the edges of all of `whole` are resolved again."""
    changed = list(changed)
    whole = changed if whole is None else list(whole)
    with store.batch():
        for file in changed:
            store.put_facts(file.sha256, "small", "1", file.interface, file.references, file.chunks, 0)
    defined = defined_in(whole)
    with store.transaction():
        if anew:
            store.clear()
        for path in removed:
            store.remove_file(path)
        ids = {file.path: store.set_file(record(file)) for file in whole}
        for file in changed:
            store.replace_symbols(ids[file.path], file.symbols())
        for file in whole:
            edges, unresolved = file.edges(defined)
            assert store.replace_edges(ids[file.path], edges, unresolved, file.text.encode()) == 0
        for file in changed:
            store.replace_chunks(ids[file.path], [file.key(name) for name, _ in file.lines])


def record(file: File) -> FileRecord:
    return FileRecord(file.path, file.sha256, len(file.text), 1, 2, "small", "", "", len(file.lines), 0)


SHOP = File("shop.sm", "Cart:\nCart.add: price ext.log\nCart.total: Cart.add price missing\nprice: ext.round")
MAIN = File("main.sm", "main: Cart Cart.total\nhelper: main nowhere")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".codeqa"


@pytest.fixture
def shop(folder: Path) -> Store:
    """A reader of the index of SHOP and MAIN."""
    with Store.open(folder, write=True) as store:
        write(store, [SHOP, MAIN])
    return Store.open(folder)


def ends(edges: Iterable[Edge]) -> list[tuple[str, str]]:
    return [(edge.src, edge.dst) for edge in edges]


# ------------------------------------------------------------------------------------------------------------- reading


def test_symbols_come_back_as_they_were_written(shop: Store) -> None:
    add = shop.symbol("shop.sm::Cart.add")
    assert add is not None
    assert (add.name, add.kind, add.parent, add.span.cite, add.signature, add.doc, add.language) == (
        "add", "method", "shop.sm::Cart", "shop.sm:2", "Cart.add()", "does Cart.add", "small",
    )  # fmt: skip
    assert [s.qualname for s in shop.symbols_in("shop.sm")] == ["", "Cart", "Cart.add", "Cart.total", "price"]
    external = shop.symbol("external::ext.log")
    assert external is not None and external.external and external.name == "log" and external.span.path == ""
    assert shop.symbol("shop.sm::Cart.gone") is None and shop.symbol("gone.sm") is None


def test_names_are_found_exactly_loosely_and_by_their_end(shop: Store) -> None:
    assert [s.id for s in shop.symbols_named("add")] == ["shop.sm::Cart.add"]
    assert [s.id for s in shop.symbols_named("log")] == ["external::ext.log"]
    assert shop.symbols_named("ADD") == [] and [s.id for s in shop.symbols_like("ADD")] == ["shop.sm::Cart.add"]
    assert [s.id for s in shop.symbols_qualified("Cart.add")] == ["shop.sm::Cart.add"]
    assert [s.id for s in shop.symbols_qualified("add")] == ["shop.sm::Cart.add"]
    assert shop.symbols_qualified("art.add") == []
    assert dict(shop.names())["add"] == 1 and "log" not in dict(shop.names())


def test_twins_are_found_with_and_without_their_number(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        write(store, [File("a.sm", "Box:\nBox.get: \nBox.get#2: \nBox#2: \nBox#2.put: ")])
        assert [s.qualname for s in store.symbols_qualified("Box.get")] == ["Box.get", "Box.get#2"]
        assert [s.qualname for s in store.symbols_qualified("Box.get#2")] == ["Box.get#2"]
        assert [s.qualname for s in store.symbols_qualified("Box.put")] == ["Box#2.put"]


def test_a_key_may_hold_the_separator_on_either_side(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        write(store, [File("a::b.sm", "main: "), File("c.sm", "std::vector: ")])
        assert store.symbol("a::b.sm") is not None and store.symbol("a::b.sm::main") is not None
        assert store.symbol("c.sm::std::vector") is not None


def test_edges_lead_both_ways_and_name_their_site(shop: Store) -> None:
    (edge,) = [e for e in shop.edges_from(["main.sm::main"], [CALLS]) if e.dst.endswith("total")]
    assert edge == Edge("main.sm::main", "shop.sm::Cart.total", CALLS, Strategy.EXACT, "main.sm", 1, 1, "Cart.total")
    assert ends(shop.edges_to(["shop.sm::price"], [CALLS])) == [
        ("shop.sm::Cart.add", "shop.sm::price"),
        ("shop.sm::Cart.total", "shop.sm::price"),
    ]
    assert shop.edges_to(["shop.sm::price"], [READS]) == []
    assert ends(shop.edges_to(["external::ext.log"])) == [("shop.sm::Cart.add", "external::ext.log")]
    assert shop.degrees(["shop.sm::price", "main.sm::main"], [CALLS]) == {
        "shop.sm::price": (2, 1),
        "main.sm::main": (1, 2),
    }
    assert len(shop.edge_rows()) == shop.counts()["edges"] == 8


def test_containment_is_derived_from_parents(shop: Store) -> None:
    assert ends(shop.edges_from(["shop.sm"], [CONTAINS])) == [
        ("shop.sm", "shop.sm::Cart"),
        ("shop.sm", "shop.sm::price"),
    ]
    assert ends(shop.edges_to(["shop.sm::Cart.add"], [CONTAINS])) == [("shop.sm::Cart", "shop.sm::Cart.add")]
    assert CONTAINS not in {edge.kind for edge in shop.edges_from(["shop.sm"])}


def test_unresolved_sites_are_kept(shop: Store) -> None:
    assert shop.unresolved_named("missing") == [Unresolved("missing", "shop.sm::Cart.total", "shop.sm", 3, "self")]
    assert [u.name for u in shop.unresolved_from(["main.sm::helper"])] == ["nowhere"]


def test_thousands_of_keys_are_one_question(folder: Path) -> None:
    many = File("many.sm", "\n".join(f"f{n}: f{n + 1} ext.log" for n in range(3000)) + "\nf3000: ")
    with Store.open(folder, write=True) as store:
        write(store, [many])
        keys = [many.key(f"f{n}") for n in range(3001)]
        assert len(store.edges_from(keys)) == 6000 and len(store.symbols(keys)) == 3001
        assert list(store.symbols(reversed(keys))) == keys[::-1]
        assert len(store.edges_to(["external::ext.log"])) == 3000


def test_full_text_ranks_by_field_and_is_quoted(shop: Store) -> None:
    hits = shop.fulltext(match_any(["price"]), (10.0, 1.0, 1.0, 1.0))
    chunks = shop.chunks(chunk for chunk, _ in hits)
    assert chunks[0].symbol == "shop.sm::price" and len(chunks) == 3
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)
    assert len(shop.fulltext(match_all(["cart", "price"]))) == 2
    assert shop.fulltext(match_any([])) == [] and shop.fulltext(match_any(['"NEAR( OR *'])) == []
    assert shop.document_frequency(["price", "cart", "absent"]) == {"price": 3, "cart": 4, "absent": 0}


def test_any_script_is_full_text(folder: Path) -> None:
    chunk = ChunkFact(-1, 0, 9, 1, 1, "ab" * 32, spaced("получитьДанные"), "", spaced("设置用户名 naïve"), "")
    with Store.open(folder, write=True) as store, store.transaction():
        store.put_facts("cd" * 32, "small", "1", MAIN.interface, [], [chunk], 0)
        file_id = store.set_file(FileRecord("a.sm", "cd" * 32, 1, 1, 1, "small"))
        store.replace_chunks(file_id, [])
    with Store.open(folder) as store:
        for term in ("получить", "данные", "用户", "naïve"):
            assert store.fulltext(match_any([term])), term
        assert [c.symbol for c in store.chunks_in("a.sm")] == ["a.sm"]


def test_facts_survive_the_round_trip(shop: Store) -> None:
    assert shop.get_interface(SHOP.sha256, "small") == SHOP.interface
    assert shop.get_references(SHOP.sha256, "small") == SHOP.references
    assert shop.get_chunks(SHOP.sha256, "small") == SHOP.chunks
    assert shop.has_facts("1") == {(SHOP.sha256, "small"), (MAIN.sha256, "small")} and shop.has_facts("2") == set()
    assert shop.get_interface(SHOP.sha256, "other") is None and shop.get_chunks("00" * 32, "small") == []


def test_stats_tell_what_a_scan_is_compared_with(folder: Path, shop: Store) -> None:
    assert shop.file_stats()["shop.sm"] == (len(SHOP.text), 1, 2, SHOP.sha256, "")
    with Store.open(folder, write=True) as store:
        with store.batch():
            store.touch([("shop.sm", 77, 88)])
        assert store.generation == shop.generation
    shop.refresh()
    assert shop.file("shop.sm") == record(SHOP)._replace(mtime_ns=77, inode=88)


def test_texts_are_distinct_and_in_order(folder: Path) -> None:
    twin = File("b.sm", MAIN.text)
    with Store.open(folder, write=True) as store:
        write(store, [MAIN, twin])
        texts = dict(store.texts())
        assert list(texts) == sorted(set(texts), key=[c.sha256 for c in MAIN.chunks].index) and len(texts) == 2
        assert texts[MAIN.chunks[0].sha256].split()[0] == "main"
        assert list(store.texts({MAIN.chunks[1].sha256, "00" * 32})) == [list(texts.items())[1]]
        assert list(store.texts(set())) == []


# ------------------------------------------------------------------------------------------------------------- writing


def test_ids_stay_for_symbols_that_stay(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        write(store, [SHOP, MAIN])
        before = store.symbol_ids(["shop.sm::Cart.total", "shop.sm::price"])
        edited = File("shop.sm", "new:\nCart:\nCart.total: price\nprice: ")
        with store.transaction():
            file_id = store.set_file(record(edited))
            store.replace_symbols(file_id, edited.symbols())
        assert store.symbol_ids(before) == before
        assert ends(store.edges_to(["shop.sm::Cart.total"])) == [("main.sm::main", "shop.sm::Cart.total")]


def test_a_symbol_that_goes_takes_its_edges_along(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        write(store, [SHOP, MAIN])
        with store.transaction():
            store.replace_symbols(store.set_file(record(SHOP)), SHOP.symbols()[:1])
        assert ends(store.edges_from(["main.sm::main"])) == []
        assert store.symbol("external::ext.log") is None
        check(store)


def test_an_unknown_end_is_dropped_and_counted(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        write(store, [SHOP])
        with store.transaction():
            edge = Edge("shop.sm::price", "gone.sm::f", CALLS, Strategy.EXACT, "shop.sm", 1, 1, "f")
            assert store.replace_edges(store.set_file(record(SHOP)), [edge], []) == 1
        check(store)


def test_a_parent_may_be_in_another_file(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        with store.transaction():
            method = SymbolRow("Cart.buy", "buy", "method", "z.sm::Cart", 0, 1, 1, 1, 1)
            store.replace_symbols(store.set_file(FileRecord("a.sm", "", 0, 0, 0, "small")), [method])
            owner = SymbolRow("Cart", "Cart", "class", "z.sm", 0, 1, 1, 1, 1)
            store.replace_symbols(store.set_file(FileRecord("z.sm", "", 0, 0, 0, "small")), [owner])
        assert ends(store.edges_from(["z.sm::Cart"], [CONTAINS])) == [("z.sm::Cart", "a.sm::Cart.buy")]
        with store.transaction():
            store.remove_file("z.sm")
        assert store.symbols_named("buy")[0].parent == ""
        check(store)


def test_clearing_keeps_facts_and_gives_the_same_index_again(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        write(store, [SHOP, MAIN])
        before = list(store.dump())
        with store.transaction():
            store.clear()
            assert store.counts()["symbols"] == 0 and len(store.has_facts("1")) == 2
        write(store, [MAIN, SHOP])
        assert list(store.dump()) == before


def test_facts_of_another_version_do_not_disturb_what_is_deleted(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        write(store, [SHOP])
        with store.batch():
            store.put_facts(SHOP.sha256, "small", "2", SHOP.interface, [], SHOP.chunks[:1], 0)
        with store.transaction():
            store.remove_file("shop.sm")
        assert store.vocabulary() == [] and store.counts()["chunks"] == 0


def test_spare_facts_are_few(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        with store.batch():
            for n in range(300):
                store.put_facts(f"{n:064x}", "small", "1", MAIN.interface, [], [], 0)
        write(store, [MAIN])
        assert len(store.has_facts("1")) == 201


# --------------------------------------------------------------------------------------------- equal, whatever happened

NAMES = ["Box", "Box.get", "Box.put", "run", "Run", "café", "用户"]
TEXT = st.dictionaries(
    st.sampled_from(NAMES), st.lists(st.sampled_from([*NAMES, "ext.log", "ext.io.read", "nowhere"]), max_size=3)
)
STATE = st.dictionaries(st.sampled_from(["a.sm", "b.sm", "lib/c.sm"]), TEXT, max_size=3)


def files_of(state: dict[str, dict[str, list[str]]]) -> dict[str, File]:
    return {
        path: File(path, "\n".join(f"{name}: {' '.join(callees)}" for name, callees in text.items()))
        for path, text in state.items()
    }


def check(store: Store) -> None:
    """No row points at a row that is not there."""
    for column in ("src", "dst"):
        assert not store._rows(f"SELECT * FROM edges WHERE {column} NOT IN (SELECT id FROM symbols)")
    tally = store._rows("SELECT strategy, count(*) FROM edges GROUP BY strategy")
    assert store.edges_by_strategy() == {STRATEGIES[code].value: count for code, count in tally}
    assert not store._rows("SELECT * FROM edges WHERE id >> 24 NOT IN (SELECT id FROM files)")
    assert not store._rows("SELECT * FROM unresolved WHERE src NOT IN (SELECT id FROM symbols)")
    assert not store._rows("SELECT * FROM symbols WHERE parent NOT IN (SELECT id FROM symbols)")
    assert not store._rows("SELECT * FROM symbols WHERE file_id != 0 AND file_id NOT IN (SELECT id FROM files)")
    assert not store._rows("SELECT * FROM symbols WHERE file_id = 0 AND id NOT IN (SELECT dst FROM edges)")
    assert not store._rows("SELECT * FROM chunks WHERE symbol_id != 0 AND symbol_id NOT IN (SELECT id FROM symbols)")
    assert store._rows("PRAGMA integrity_check") == [("ok",)]
    store._execute("INSERT INTO chunk_fts(chunk_fts) VALUES ('integrity-check')")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=st.lists(STATE, min_size=1, max_size=5))
def test_any_history_dumps_as_a_clean_build(
    history: list[dict[str, dict[str, list[str]]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.mktemp("history")
    before: dict[str, File] = {}
    with Store.open(base / "grown", write=True) as grown:
        for state in history:
            files = files_of(state)
            changed = [file for path, file in files.items() if before.get(path) != file]
            write(grown, changed, whole=files.values(), removed=before.keys() - files.keys())
            check(grown)
            before = files
        with Store.open(base / "clean", write=True) as clean:
            write(clean, sorted(before.values(), key=lambda file: file.path, reverse=True))
            assert list(grown.dump()) == list(clean.dump())
    shutil.rmtree(base)


def test_deletes_leave_no_trace_in_the_ranking(folder: Path, tmp_path: Path) -> None:
    with Store.open(folder, write=True) as grown, Store.open(tmp_path / "clean", write=True) as clean:
        write(grown, [SHOP, MAIN, File("noise.sm", "price: price price price\nadd: add cart")])
        write(grown, [], whole=[SHOP, MAIN], removed=["noise.sm"])
        write(clean, [SHOP, MAIN])
        weights = (5.0, 2.0, 1.5, 1.0)
        for term in ("price", "cart", "add"):
            scores = [sorted(score for _, score in store.fulltext(term, weights)) for store in (grown, clean)]
            assert scores[0] == scores[1], term


# --------------------------------------------------------------------------------------------------------- generations


def test_a_reader_keeps_its_generation_until_it_refreshes(folder: Path, shop: Store) -> None:
    with Store.open(folder, write=True) as store:
        write(store, [], whole=[SHOP], removed=["main.sm"])
        assert store.generation == shop.generation + 1
        assert shop.file("main.sm") is not None and len(shop.edges_from(["main.sm::main"])) == 2
        assert shop.refresh() and not shop.refresh()
        assert shop.file("main.sm") is None and shop.edges_from(["main.sm::main"]) == []


def test_readers_in_other_threads_see_whole_generations(folder: Path, shop: Store) -> None:
    done = threading.Event()

    def read() -> int:
        moved = 0
        with Store.open(folder) as store:
            while not done.is_set() or store.refresh():
                moved += store.refresh()
                lengths = {len(store.symbols_in(path)) for path in ("a.sm", "b.sm") if store.file(path)}
                assert len(lengths) <= 1
        return moved

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        try:
            with Store.open(folder, write=True) as store:
                for n in range(1, 30):
                    text = "\n".join(f"f{i}: f{i // 2}" for i in range(n))
                    write(store, [File("a.sm", text), File("b.sm", text)])
        finally:
            done.set()
        assert all(reader.result() for reader in readers)


def test_a_transaction_that_fails_changes_nothing(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        write(store, [SHOP, MAIN])
        before, generation = list(store.dump()), store.generation
        with pytest.raises(KeyboardInterrupt), store.transaction():
            store.remove_file("shop.sm")
            store.clear()
            raise KeyboardInterrupt
        assert (list(store.dump()), store.generation) == (before, generation)
        write(store, [MAIN], whole=[SHOP, MAIN])
        assert list(store.dump()) == before


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_store import *
store = Store.open(Path({folder!r}), write=True)
with store.batch():
    store.put_facts("ee" * 32, "small", "1", MAIN.interface, [], MAIN.chunks, 0)
with store.transaction():
    store.remove_file("shop.sm")
    for n in range(2000):
        store.set_file(record(File(f"{{n}}.sm", "x: ")))
    store._execute("PRAGMA cache_size=10")
    store._execute("INSERT INTO meta SELECT hex(randomblob(500)), '' FROM unresolved, unresolved, edges, edges, edges")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_leaves_the_last_generation_and_its_facts(folder: Path, shop: Store) -> None:
    before = list(shop.dump())
    script = KILLED.format(tests=str(Path(__file__).parent), folder=str(folder))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    with Store.open(folder) as store:
        assert store.generation == shop.generation and list(store.dump()) == before
    with Store.open(folder, write=True) as store:
        assert ("ee" * 32, "small") in store.has_facts("1")
        check(store)


def test_an_unfinished_first_index_is_none_but_resumes(folder: Path) -> None:
    with Store.open(folder, write=True) as store, store.batch():
        store.put_facts(MAIN.sha256, "small", "1", MAIN.interface, [], MAIN.chunks, 0)
    with pytest.raises(NoIndex, match="never finished"):
        Store.open(folder)
    with Store.open(folder, write=True) as store:
        assert store.has_facts("1")


def test_one_writer_at_a_time_and_it_is_named(folder: Path) -> None:
    with Store.open(folder, write=True):
        with pytest.raises(IndexLocked, match=f"process {os.getpid()} "):
            Store.open(folder, write=True)
        with pytest.raises(IndexLocked):
            Store.open(folder, write=True, wait_s=0.1)
    Store.open(folder, write=True).close()


# ----------------------------------------------------------------------------------------------------- trust and damage


def test_there_is_none(folder: Path) -> None:
    with pytest.raises(NoIndex) as caught:
        Store.open(folder)
    assert "codeqa index" in caught.value.hint and not folder.exists()


def test_a_copied_index_is_not_trusted(folder: Path, shop: Store, tmp_path: Path) -> None:
    shop.close()
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    assert trusted(folder) and not trusted(copy)
    with pytest.raises(NoIndex):
        Store.open(copy)
    with Store.open(copy, write=True) as store:
        assert store.generation == 0 and store.files() == []


def test_a_database_put_in_its_place_is_not_trusted(folder: Path, shop: Store) -> None:
    shop.close()
    data = (folder / "index.db").read_bytes()
    (folder / "fresh").write_bytes(data)
    (folder / "fresh").replace(folder / "index.db")
    assert not trusted(folder)


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    folder.mkdir()
    (folder / "index.db").symlink_to(precious)
    (folder / "vectors.lance").symlink_to(tmp_path)
    Store.open(folder, write=True).close()
    assert precious.read_text() == "mine" and not (folder / "index.db").is_symlink()
    (folder / "lock").unlink()
    (folder / "lock").symlink_to(precious)
    with pytest.raises(NoIndex):
        Store.open(folder, write=True)
    assert precious.read_text() == "mine"
    (tmp_path / "linked").symlink_to(folder)
    with pytest.raises(NoIndex):
        Store.open(tmp_path / "linked", write=True)


def test_an_older_schema_is_rebuilt_and_a_newer_refused(folder: Path, shop: Store) -> None:
    shop.close()
    set_version(folder, 0)
    with pytest.raises(NoIndex, match="older"):
        Store.open(folder)
    with Store.open(folder, write=True) as store:
        assert store.generation == 0
        write(store, [MAIN])
    set_version(folder, 99)
    for writing in (False, True):
        with pytest.raises(SchemaTooNew):
            Store.open(folder, write=writing)


def set_version(folder: Path, version: int) -> None:
    connection = sqlite3.connect(folder / "index.db")
    connection.execute(f"PRAGMA user_version={version}")
    connection.close()


@pytest.mark.parametrize("damage", ["head", "middle", "short", "empty"])
def test_damage_is_said_in_words(folder: Path, damage: str) -> None:
    with Store.open(folder, write=True) as store:
        write(store, [SHOP, MAIN, File("big.sm", "\n".join(f"f{n}: f{n // 2} word{n}" for n in range(3000)))])
    path = folder / "index.db"
    data = path.read_bytes()
    cut = {
        "head": b"\xff" * 200 + data[200:],
        "middle": data[:8192] + b"\xff" * (len(data) - 8192),
        "short": data[: len(data) // 2],
        "empty": b"",
    }[damage]
    path.write_bytes(cut)
    for writing in (False, True):
        try:
            with Store.open(folder, write=writing) as store:
                list(store.dump())
                store.fulltext("price")
        except CodeqaError as error:
            assert str(folder) in f"{error.message}{error.hint}"
        else:
            assert damage == "empty" and writing
    destroy(folder)
    with Store.open(folder, write=True) as store:
        write(store, [SHOP])


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / ".codeqa", tmp_path / "file"):
        with pytest.raises(NoIndex) as caught:
            Store.open(folder, write=True)
        assert "--cache" in caught.value.hint


def test_the_index_ignores_itself_and_destroys_only_itself(folder: Path, shop: Store) -> None:
    shop.close()
    assert (folder / ".gitignore").read_text() == "*\n"
    (folder / "traces").mkdir()
    (folder / "vectors.lance").mkdir()
    destroy(folder)
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", "lock", "traces"]


def test_a_rebuilt_index_is_found_by_an_open_reader(folder: Path, shop: Store) -> None:
    with Store.open(folder, write=True):
        pass
    destroy(folder)
    with Store.open(folder, write=True) as store:
        write(store, [MAIN])
    assert shop.file("shop.sm") is not None
    assert shop.refresh() and shop.file("shop.sm") is None and shop.file("main.sm") is not None


# ------------------------------------------------------------------------------------------------------------- vectors


def unit(count: int, dimensions: int = 16, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def many(folder: Path) -> Store:
    """A writer whose index has 400 chunks without vectors."""
    store = Store.open(folder, write=True)
    write(store, [File(f"{n}.sm", "\n".join(f"f{n}_{m}: g{n}" for m in range(20))) for n in range(20)])
    return store


def test_vectors_are_searched_by_cosine(many: Store) -> None:
    vectors = many.vectors("test/16 d")
    shas = sorted(vectors.missing())
    assert len(shas) == 400 and len(vectors) == 0 and vectors.nearest(unit(1)[0], 5) == []
    matrix = unit(400)
    with many.batch():
        vectors.append(shas[:250], matrix[:250])
        vectors.append(shas[200:], matrix[200:])
    assert vectors.missing() == set() and vectors.matrix().shape == (400, 16) and vectors.shas() == shas
    found = many.vectors("test/16 d").nearest(3 * matrix[7], 10)
    best = many.chunks([found[0][0]])[0]
    assert best.sha256 == shas[7] and found[0][1] == pytest.approx(1.0, abs=1e-3) and len(found) == 10
    assert found[1][1] == pytest.approx(float(np.sort(matrix @ matrix[7])[-2]), abs=1e-3)
    rows, chunks = vectors.chunk_rows()
    assert len(rows) == 400 and set(chunks) == {chunk.id for chunk in many.all_chunks()}
    assert many.embedders() == ["test/16 d"] and vectors.path.parent == many.directory


def test_chunks_of_one_text_share_a_row(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        write(store, [MAIN, File("copy.sm", MAIN.text)])
        vectors = store.vectors("e")
        with store.batch():
            vectors.append(sorted(vectors.missing()), unit(2))
        assert len(vectors) == 2 and len(vectors.nearest(unit(2)[0], 9)) == 4


def test_a_torn_append_is_not_seen_and_is_written_over(many: Store) -> None:
    vectors = many.vectors("e")
    shas = sorted(vectors.missing())
    with many.batch():
        vectors.append(shas[:100], unit(100))
    with pytest.raises(KeyboardInterrupt), many.batch():
        many.vectors("e").append(shas[100:200], unit(100, seed=1))
        raise KeyboardInterrupt
    vectors = many.vectors("e")
    assert len(vectors) == 100 and len(vectors.matrix()) == 100 and len(vectors.missing()) == 300
    with many.batch():
        vectors.append(shas[100:], unit(300, seed=2))
    assert np.allclose(vectors.matrix()[100], unit(300, seed=2)[0], atol=1e-3)


def test_a_matrix_that_lost_its_end_is_filled_again(many: Store) -> None:
    vectors = many.vectors("e")
    shas = sorted(vectors.missing())
    with many.batch():
        vectors.append(shas, unit(400))
    os.truncate(vectors.path, 16 * 2 * 100 + 5)
    vectors = many.vectors("e")
    assert len(vectors.matrix()) == 100 and len(vectors.nearest(unit(1)[0], 500)) == 100
    assert len(vectors.missing()) == 300
    with many.batch():
        vectors.append(shas, unit(400))
    assert np.allclose(vectors.matrix(), unit(400), atol=1e-3) and vectors.shas() == shas


STEPS = st.lists(
    st.tuples(
        st.sampled_from("write write anew remove fill fill some cut compact torn".split()), st.sampled_from([0, 2, 5])
    ),
    min_size=4,
    max_size=16,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=[("write", 0), ("fill", 0), ("remove", 0), ("write", 2)])  # ids are used again
@example(steps=[("write", 5), ("fill", 0), ("anew", 2)])
@example(steps=[("write", 5), ("fill", 0), ("cut", 2)])
@example(
    steps=[("write", 5), ("fill", 0), ("cut", 2), ("write", 2), ("some", 2)]
)  # rows that are lost, and counted again
def test_nothing_is_ever_taken_for_embedded_that_is_not(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever is written, deleted, interrupted or lost: `missing` finds what a look at everything finds."""
    with Store.open(tmp_path_factory.mktemp("index"), write=True) as store:
        for number, (step, which) in enumerate(steps):
            vectors = store.vectors("e")
            lines = "\n".join(f"f{which}_{number if number % 2 else 0}_{n}: " for n in range(which + 1))
            if step in ("write", "anew"):
                write(store, [File(f"{which}.sm", lines)], anew=step == "anew")
            elif step == "remove" and any(record.path == f"{which}.sm" for record in store.files()):
                write(store, [], removed=[f"{which}.sm"])
            elif step in ("fill", "some"):
                shas = [sha for _, sha in vectors.lacking()][: None if step == "fill" else which]
                with store.batch():
                    vectors.append(shas, unit(len(shas)) if shas else np.zeros((0, 16), np.float32))
                    vectors.settle()
            elif step == "torn" and (shas := sorted(vectors.missing())):
                with pytest.raises(KeyboardInterrupt), store.batch():
                    vectors.append(shas, unit(len(shas)))
                    vectors.settle()
                    raise KeyboardInterrupt
            elif step == "cut" and vectors.path.exists():
                os.truncate(vectors.path, min(16 * 2 * which, vectors.path.stat().st_size))
            elif step == "compact":
                with store.batch():
                    vectors.compact()
            vectors = store.vectors("e")
            there = set(vectors.shas())
            assert vectors.missing() == {chunk.sha256 for chunk in store.all_chunks()} - there


def test_what_was_settled_is_not_looked_at_again(many: Store) -> None:
    vectors = many.vectors("e")
    assert [number for number, _ in vectors.lacking(after=390)] == list(range(391, 401))
    shas = [sha for _, sha in vectors.lacking()]
    with many.batch():
        vectors.append(shas[:100], unit(100))
        assert not vectors.settle() and vectors._complete() == 100
        vectors.append(shas[100:], unit(300))
        assert vectors.settle() and vectors._complete() == 400
    write(many, [File("new.sm", "fresh: ")])
    assert [number for number, _ in vectors.lacking()] == [401]


def test_an_embedder_is_forgotten_with_its_files(many: Store) -> None:
    for name in ("old", "new"):
        with many.batch():
            many.vectors(name).append(sorted(many.vectors(name).missing()), unit(400))
    (many.directory / "lsa-stray").write_text("")
    with many.batch():
        many.vectors("old").forget()
    many.tidy("new")
    assert many.embedders() == ["new"] and len(many.vectors("old")) == 0 and len(many.vectors("new").shas()) == 400
    assert [path.name for path in many.directory.glob("[vl]*-*")] == [many.vectors("new").path.name]


def test_dead_rows_are_dropped_when_they_are_most(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        big = File("big.sm", "\n".join(f"f{n}: " for n in range(2500)))
        write(store, [big, MAIN])
        vectors = store.vectors("e")
        shas = sorted(vectors.missing())
        with store.batch():
            vectors.append(shas, unit(len(shas)))
            assert not vectors.compact()
        kept = {chunk.sha256 for chunk in MAIN.chunks}
        write(store, [], whole=[MAIN], removed=["big.sm"])
        with store.batch():
            assert vectors.compact()
        assert len(vectors) == 2 and set(vectors.shas()) == kept
        place = shas.index(vectors.shas()[0])
        assert vectors.nearest(unit(len(shas))[place], 1)[0][1] == pytest.approx(1.0, abs=1e-3)
        assert len(list(folder.glob("vectors-*"))) == 1


# ------------------------------------------------------------------------------------------------------------- LanceDB


def test_lance_is_filled_searched_resumed_and_notices_what_it_lost(many: Store) -> None:
    shas = sorted(many.vectors("e").missing())
    matrix = unit(400)
    matrix[5] = 0
    with many.batch():
        many.vectors("e").append(shas[:300], matrix[:300])
    folder = many.directory
    with pytest.raises(IndexLocked):  # the writer of these tests still holds the lock
        Store.open(folder, write=True)
    many.close()
    with Store.open(folder) as store:
        assert not lance.ready(store, "e")
        with pytest.raises(CodeqaError, match="no vectors"):
            lance.Lance(store, "e")

    assert lance.fill(folder, "e") == 299
    with Store.open(folder, write=True) as store, store.batch():
        store.vectors("e").append(shas, matrix)
    with Store.open(folder) as store:
        assert not lance.ready(store, "e")
    assert lance.fill(folder, "e") == 399

    with Store.open(folder) as store:
        assert lance.ready(store, "e")
        table = lance.Lance(store, "e")
        for query in unit(5, seed=3):
            exact = store.vectors("e").nearest(query, 5)
            found = table.nearest(query, 5)
            assert [chunk for chunk, _ in found] == [chunk for chunk, _ in exact]
            assert np.allclose([s for _, s in found], [s for _, s in exact], atol=2e-3)
        assert table.nearest(np.zeros(16, np.float32), 5) == []
        table._table.delete(f"sha256 = '{shas[0]}'")
        with pytest.raises(CodeqaError):
            lance.Lance(store, "e")
    assert lance.fill(folder, "e") == 399

    for manifest in (folder / "vectors.lance").rglob("*.manifest"):
        manifest.write_bytes(b"damaged")
    assert lance.main([str(folder), "e"]) == 0
    with Store.open(folder) as store:
        assert len(lance.Lance(store, "e").nearest(unit(1)[0], 3)) == 3


def test_lance_is_filled_in_silence_by_a_process_of_its_own(many: Store) -> None:
    vectors = many.vectors("e")
    with many.batch():
        vectors.append(sorted(vectors.missing()), unit(400))
    many.close()
    command = [sys.executable, "-m", "codeqa.store.lance", str(many.directory), "e"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with Store.open(many.directory) as store:
        assert lance.ready(store, "e")
    assert subprocess.run([*command[:-2], str(many.directory / "gone"), "e"], check=False).returncode == 4


def test_the_store_is_quick_to_import() -> None:
    script = (
        "import sys, codeqa.store; print([m for m in ('numpy', 'lancedb', 'pyarrow', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ------------------------------------------------------------------------------------------------------ half precision


def test_float16_is_widened_exactly() -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]
    matrix = np.resize(finite, (997, 64))  # more rows than one block
    assert np.array_equal(halves.widened(matrix).view(np.uint32), matrix.astype(np.float32).view(np.uint32))


@pytest.mark.parametrize("rows", [0, 1, 511, 512, 1300])
def test_products_are_those_of_float32(rows: int) -> None:
    random = np.random.default_rng(rows)
    matrix = random.normal(size=(rows, 32)).astype(np.float16)
    vector = random.normal(size=32).astype(np.float32)
    exact = matrix.astype(np.float64) @ vector
    assert np.allclose(halves.products(matrix, vector), exact, atol=1e-4)
    assert np.allclose(halves.products(matrix.astype(np.float32), vector), exact, atol=1e-4)


def filled(store: Store) -> Vectors:
    shas = sorted(store.vectors("e").missing())
    with store.batch():
        store.vectors("e").append(shas, unit(len(shas)))
    return store.vectors("e")


def test_every_question_finds_the_same_whether_the_matrix_is_kept_or_not(many: Store) -> None:
    vectors = filled(many)
    for query in unit(4, seed=5):
        first = many.vectors("e").nearest(query, 20)
        assert [chunk for chunk, _ in vectors.nearest(query, 20)] == [chunk for chunk, _ in first]
        assert vectors.nearest(query, 20)[0][1] == pytest.approx(first[0][1], abs=1e-6)
    assert many.matrices


def test_the_cosine_of_a_file_is_that_of_the_mean_of_its_vectors(many: Store) -> None:
    vectors, query = filled(many), unit(1, seed=9)[0]
    path = many.all_chunks()[0].span.path
    rows, chunks = vectors.chunk_rows()
    inside = {chunk.id for chunk in many.chunks_in(path)}
    total = vectors.matrix()[[row for row, chunk in zip(rows, chunks, strict=True) if chunk in inside]]
    mean = total.astype(np.float32).sum(axis=0)
    exact = float(mean @ query / np.linalg.norm(mean))
    for asked in (vectors, many.vectors("e")):  # with nothing known, with the file known, with the query known
        for _ in range(2):
            found = asked.of_files(query, [path, "not there"])
            assert found == {path: pytest.approx(exact, abs=1e-5), "not there": 0.0}
        asked.nearest(query, 3)
        assert asked.of_files(query, [path])[path] == pytest.approx(exact, abs=1e-5)
    assert vectors.of_files(query, ["not there"]) == {}


def test_uses_are_counted_up_to_a_limit(shop: Store) -> None:
    keys = ["shop.sm::price", "main.sm::main"]
    assert shop.uses(keys, [CALLS], 150) == {key: used for key, (used, _) in shop.degrees(keys, [CALLS]).items()}
    assert max(shop.uses(keys, [CALLS], 1).values()) == 1
