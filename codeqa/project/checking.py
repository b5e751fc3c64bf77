"""What `codeqa doctor` checks on this machine and in one repository."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from codeqa import files
from codeqa.domain import Check, CodeqaError, NoIndex
from codeqa.models.report import checks as model_server
from codeqa.store import version_of_sqlite

if TYPE_CHECKING:
    from codeqa.agent.probing import Probed
    from codeqa.project import Project

RUNGS = {
    "native": "calls tools natively",
    "format": "acts by JSON of a schema",
    "text": "acts by lines of text",
    "": "acts in no form that codeqa understands: the planner will answer",
}


def checks(project: Project) -> list[Check]:
    """Return a check for each thing that codeqa needs or may use."""
    sqlite, searches = version_of_sqlite()
    root, settings = project.root, project.settings
    return [
        Check("Python", sys.version_info >= (3, 11), sys.version.split()[0]),
        Check("SQLite", searches, f"{sqlite}, full-text search {'present' if searches else 'missing'}"),
        _attempt("root", lambda: f"{root}: {len(files.scan(root, settings.files).files)} files"),
        _attempt("index", lambda: _index(project)),
        *(
            Check(f"grammar {report.title}", not report.problem, report.grammar or "plain text", report.problem)
            for report in project.languages()
            if report.grammar or report.problem
        ),
        _attempt("embedder", project.embedder_state),
        _model(project),
        *model_server(settings.model, project.environ),
    ]


def _index(project: Project) -> str:
    counts = project.store.counts()
    size = f"{counts['files']} files, {counts['symbols']} symbols"
    return f"generation {project.store.generation}: {size} in {project.directory}"


def _model(project: Project) -> Check:
    """Ask the model that is named for a call, and remember in what form it makes one."""
    name = project.settings.model.name
    if name is None:
        return Check("model", None, "none set: the planner answers", "--model NAME, or model.name in your own settings")
    try:
        found = probed(project)
    except CodeqaError as error:
        return Check("model", False, error.message, error.hint)
    why = "; ".join(found.problems)
    return Check("model", bool(found.rung), f"{name} {RUNGS[found.rung]}" + (f" ({why})" if why else ""))


def probed(project: Project) -> Probed:
    """Ask the model that settings name for a call on each rung, and remember on which it stands.

    Raises ModelUnavailable where it cannot be asked, UsageError where it may not be.
    """
    from codeqa.agent.asking import Asker
    from codeqa.agent.options import Options
    from codeqa.agent.probing import probe
    from codeqa.models import rungs

    model = project.chat_model()
    asking = probe(Asker(model), Options.of(project.settings, rungs.DEFAULT))
    while True:
        try:
            next(asking)
        except StopIteration as end:
            found: Probed = end.value
            break
    if found.rung:
        rungs.remember(project.server_url, model.name, found.rung)
    return found


def _attempt(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except NoIndex as error:
        return Check(name, None if name == "index" else False, error.message, error.hint)
    except CodeqaError as error:
        return Check(name, False, error.message, error.hint)
