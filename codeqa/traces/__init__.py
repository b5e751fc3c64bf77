"""What was asked and answered, kept beside the index: one file of JSON lines for each conversation.

The first line says which conversation it is and where it was begun; each further one is a turn, written in one piece
behind what is there, so that a crash costs the turn that it was at. Names are those of OpenTelemetry (a turn is a span
of `invoke_agent`, what a model and its tools did are spans below it) where it has them. A file that another user
wrote, that others may write, that is a link or was begun elsewhere (a repository may bring a folder of traces) is not
read, and nothing in one can do more than be shown. Secrets are blanked before anything is written. Labels lie beside a
conversation in a file of their own, and are deleted with it.
"""

from codeqa.traces.folder import FOLDER, MAX_READ, VERSION
from codeqa.traces.history import History
from codeqa.traces.keeping import NEWEST, Summary, Trace, Traces
from codeqa.traces.labels import LABELS, NONE, Label
from codeqa.traces.lines import MAX_RECORD
from codeqa.traces.redaction import SHORTEST, redacted

__all__ = [
    "FOLDER",
    "LABELS",
    "MAX_READ",
    "MAX_RECORD",
    "NEWEST",
    "NONE",
    "SHORTEST",
    "VERSION",
    "History",
    "Label",
    "Summary",
    "Trace",
    "Traces",
    "redacted",
]
