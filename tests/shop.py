"""A small repository with every sort of edge that the graph explorer shows."""

from __future__ import annotations

SHOP = {
    "shop/app.py": '''from shop.store import Store, open_store


def main() -> object:
    """Open the shop, then serve.

    What comes after the first paragraph is not shown.
    """
    checked = check("shop.db")
    store = open_store(checked)
    return serve(store)


def check(path: str) -> str:
    return path.strip()


def serve(store: Store) -> object:
    on_exit(close)
    return store.read("orders")


def on_exit(act: object) -> None:
    thing.register(act)


def close() -> None:
    pass
''',
    "shop/store.py": '''import sqlite3


class Base:
    def read(self, name: str) -> object:
        raise NotImplementedError


class Store(Base):
    """Keeps orders."""

    def read(self, name: str) -> object:
        return sqlite3.connect(name)


class Cached(Store):
    def read(self, name: str) -> object:
        return super().read(name)


def open_store(path: str) -> Store:
    return Store() if path else Cached()


def lonely() -> None:
    pass
''',
    "tests/test_app.py": """from shop.app import main


def test_main() -> None:
    assert main()


def test_more(thing) -> None:
    thing.main()
""",
}
