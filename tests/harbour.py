"""A repository and questions about it, for walks that the honest model leads.

The questions were written before any was asked. Those of KNOWN use the kinds and words that tests/honest.py has rules
for; those of NEW do not: it has to get along with what the walk shows. Of ABSENT nothing exists.
"""

HARBOUR = {
    "harbour/__init__.py": "from .office import Office\n",
    "harbour/errors.py": '''class HarbourError(Exception):
    """Something went wrong in the harbour."""


class FullBerth(HarbourError):
    pass


class StormWarning(HarbourError):
    pass
''',
    "harbour/log.py": '''def log_event(text):
    """Write down what happened."""
    write_line(text.strip())


def write_line(text):
    return text + "\\n"


def audited(function):
    """Have each call of a function written down."""

    def wrapper(*args):
        log_event(function.__name__)
        return function(*args)

    return wrapper
''',
    "harbour/vessel.py": '''from .log import log_event


class Vessel:
    """Anything that floats and has a name."""

    def __init__(self, name, length):
        self.name = name
        self.length = length

    def moor(self, berth):
        berth.take(self)

    def describe(self):
        """Return the name with the length in metres."""
        return f"{self.name}, {self.length} m"


class Ferry(Vessel):
    def moor(self, berth: "Berth"):
        super().moor(berth)
        log_event("gangway down")


class Tug(Vessel):
    def tow(self, other: Vessel):
        log_event(other.describe())
''',
    "harbour/berth.py": """from .errors import FullBerth
from .log import log_event
from .vessel import Vessel

MAX_LENGTH = 200


class Berth:
    def __init__(self):
        self.occupant = None

    def take(self, vessel: Vessel):
        if vessel.length > MAX_LENGTH:
            raise FullBerth
        self.occupant = vessel
        log_event(vessel.describe())

    def release(self):
        self.occupant = None
        log_event("free")


def fits(vessel: Vessel) -> bool:
    return vessel.length <= MAX_LENGTH
""",
    "harbour/pilot.py": '''from .berth import Berth
from .errors import StormWarning
from .vessel import Vessel

WIND_LIMIT = 20


def guide(vessel: Vessel, berth: Berth):
    check_weather()
    vessel.moor(berth)


def check_weather():
    """Refuse to go out when it blows."""
    if wind_speed() > WIND_LIMIT:
        raise StormWarning


def wind_speed():
    return 3
''',
    "harbour/office.py": """from .berth import Berth, fits
from .log import audited
from .pilot import check_weather, guide


class Office:
    def __init__(self):
        self.berths = [Berth()]

    def arrivals(self, vessels):
        for vessel in vessels:
            guide(vessel, self.berth_for(vessel))

    def berth_for(self, vessel) -> Berth:
        if fits(vessel):
            return self.berths[0]
        return Berth()


@audited
def open_harbour():
    check_weather()
    return Office()


@audited
def close_harbour():
    return None
""",
    "tests/test_harbour.py": """from harbour.berth import Berth
from harbour.office import Office
from harbour.vessel import Ferry, Tug


def test_arrivals():
    Office().arrivals([Ferry("Elsa", 80)])


def test_release():
    berth = Berth()
    berth.take(Tug("Max", 20))
    berth.release()
""",
    "README.md": "# Harbour\n\nVessels are guided in by `guide`; `Office.arrivals` takes them in their order.\n",
}

KNOWN = (
    "Who calls log_event?",
    "What does guide call?",
    "Which classes inherit from Vessel?",
    "What overrides Vessel.moor?",
    "Who raises FullBerth?",
    "Which functions read MAX_LENGTH?",
    "What sets Berth.occupant?",
    "How does Office.arrivals reach write_line?",
    "Which tests reach Berth.take?",
    "What breaks if I change check_weather?",
)

NEW = (
    "Where is StormWarning defined?",
    "How many callers does log_event have?",
    "How do Berth.take and Berth.release differ?",
    "What does Vessel.describe return?",
    "Which functions call both check_weather and guide or Office?",
    "Which files import log_event?",
    "What is decorated with audited?",
    "List the descendants of HarbourError.",
    "Is there a connection between Office.arrivals and wind_speed?",
    "Does Ferry.moor end up calling write_line?",
)

ABSENT = (
    "Who calls Harbour.sink?",
    "What does unload_cargo call?",
    "Which tests reach Anchor.drop?",
    "Where is LighthouseError defined?",
)
