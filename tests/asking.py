"""Asking a small repository, made of strings, in process."""

from __future__ import annotations

from pathlib import Path

from codeqa.domain import Answer, Answered
from codeqa.project import Project

SHOP = {
    "shop/__init__.py": "from .checkout import Checkout\n",
    "shop/checkout.py": '''"""Taking orders."""

from .errors import PaymentError
from .payment import CardGateway, Gateway
from .retry import retry

DEFAULT_ATTEMPTS = 3


class Checkout:
    """Turns a basket into an order."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.attempts = DEFAULT_ATTEMPTS

    def place(self, basket: dict) -> str:
        """Charge the basket and return the order's number."""
        if not basket:
            raise PaymentError("an empty basket")
        return retry(lambda: self.charge(basket), self.attempts)

    def charge(self, basket: dict) -> str:
        return self.gateway.authorise(sum(basket.values()))


def make_checkout() -> Checkout:
    return Checkout(CardGateway())
''',
    "shop/payment.py": '''class Gateway:
    def authorise(self, amount: int) -> str:
        raise NotImplementedError


class CardGateway(Gateway):
    def authorise(self, amount: int) -> str:
        return send({"amount": amount})


class VoucherGateway(Gateway):
    def refund(self) -> None:
        """Vouchers are never paid back."""


def send(message: dict) -> str:
    return str(message)
''',
    "shop/retry.py": '''def retry(action, attempts):
    """Run an action again until it works, at most so many times."""
    for attempt in range(attempts):
        try:
            return action()
        except OSError:
            backoff(attempt)
    raise TimeoutError


def backoff(attempt):
    return 2**attempt
''',
    "shop/errors.py": "class PaymentError(Exception):\n    pass\n",
    "tests/test_checkout.py": """from shop import Checkout
from shop.payment import CardGateway


def test_place_charges_the_card():
    assert Checkout(CardGateway()).place({"tea": 3})
""",
    "README.md": "# Shop\n\nOrders are placed with `Checkout.place`.\n",
}

KITCHEN = {
    "kitchen/__init__.py": "",
    "kitchen/errors.py": """class KitchenError(Exception):
    pass


class BurnError(KitchenError):
    pass


class SpillError(KitchenError):
    pass
""",
    "kitchen/stove.py": """from .errors import BurnError, SpillError


class Appliance:
    def __init__(self, power):
        self.power = power
        self.heat = 0

    def start(self):
        self.heat = 1

    def stop(self):
        self.heat = 0


class Stove(Appliance):
    def start(self):
        super().start()
        ignite(self.power)

    def boil(self):
        watch(self.heat)


class GasStove(Stove):
    def start(self):
        super().start()
        vent()


class Oven(Appliance):
    def start(self):
        preheat(self.power)

    def stop(self):
        super().stop()


def ignite(power):
    if power > 9:
        raise BurnError
    spark()


def preheat(power):
    warm(power)
    spark()


def warm(power):
    if power > 5:
        raise SpillError
    vent()


def spark():
    vent()


def vent():
    pass


def watch(heat):
    return heat


def polish():
    pass
""",
    "kitchen/menu.py": """from .stove import GasStove, Oven, preheat, spark


class Menu:
    def __init__(self, dishes):
        self.dishes = dishes

    def cook(self):
        oven = Oven(3)
        oven.start()
        for dish in self.dishes:
            serve(dish)

    def clear(self):
        self.dishes = []


class Tray:
    def clear(self):
        spark()

    def value(self):
        spark()


def serve(dish):
    preheat(dish)
    spark()


def dinner():
    stove = GasStove(4)
    stove.boil()
    Menu([]).cook()


def rehearse(times):
    if times:
        rehearse(times - 1)
""",
    "tests/test_kitchen.py": """from kitchen.menu import dinner
from kitchen.stove import warm


def test_dinner():
    dinner()


def test_warm():
    warm(1)
""",
}


def ask(root: Path, question: str) -> Answer:
    """Return the answer of a fresh project."""
    with Project.open(root, environ={}) as project:
        for _ in project.update():
            pass
        *_, last = project.ask(question)
    assert isinstance(last, Answered)
    return last.answer


def cited(answer: Answer) -> set[str]:
    """Return what an answer cites, as path::symbol."""
    return {f"{c.path}::{c.symbol}" for c in answer.citations}
