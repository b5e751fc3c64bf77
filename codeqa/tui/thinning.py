"""Which of what the engine tells is worth drawing: a model says a hundred tokens a second, and more files are read.

Nobody sees more than some changes of a line in a second, and each one that is drawn takes time from the keys.
"""

from __future__ import annotations

from collections.abc import Callable

from codeqa.domain import Heard, Progress
from codeqa.tui.engine import Happened, Told

EVERY_SECONDS = 0.1  # that progress is shown


class Thinner:
    """Decides event by event, in the order in which they are told. To be asked by one thread for each job."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._heard: dict[int, str] = {}  # what the model of a job was told to be doing
        self._progress: dict[int, tuple[str, float]] = {}  # the stage of a job, and when it was told

    def keeps(self, told: Told) -> bool:
        """Tell whether this changes what can be seen.

        Of what a model says only whether it thinks or writes is shown; of progress the beginning and the end of each
        stage, and between them so much as an eye can follow.
        """
        if not isinstance(told, Happened):
            self._heard.pop(told.job, None)
            self._progress.pop(told.job, None)
            return True
        event = told.event
        if isinstance(event, Heard):
            before = self._heard.get(told.job)
            self._heard[told.job] = event.kind
            return before != event.kind
        self._heard.pop(told.job, None)
        if isinstance(event, Progress):
            stage, when = self._progress.get(told.job, ("", 0.0))
            now = self._clock()
            if event.stage == stage and event.done != event.total and now - when < EVERY_SECONDS:
                return False
            self._progress[told.job] = event.stage, now
        return True
