"""Trainings that annotators set off: one at a time, each in a folder of its own."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from pathlib import Path
from typing import Final, Literal, Protocol

from ie.errors import IeError, WriteError
from ie.output import Output
from ie.reading import as_read_error
from ie.serve.versions import Versions

log = logging.getLogger(__name__)

State = Literal["started", "finished", "failed"]

CURRENT: Final = "current"
"""The file that says which model of a folder predicts."""


class Recipe(Protocol):
    """How a model is made from the annotations of a Label Studio project."""

    def __call__(self, project: str, folder: Path) -> Path:
        """Train, and return the folder of the exported model.

        Args:
            project: the title of the project.
            folder: an empty folder for all that is written on the way.

        Raises:
            IeError: it failed; whatever it wrote stays, to be looked at.
        """

    def stop(self) -> None:
        """Break off what is under way, which then fails."""


class Trainings:
    """Starts trainings and lets their models predict.

    ``folder/NUMBER`` holds all that a training wrote, and ``folder/current`` says where the
    last model is that passed: it predicts again when the server is started anew.

    Args:
        recipe: makes a model.
        versions: where the models are published.
        folder: is made where it is missing.
        after: so many annotations of a project, new or changed since its last training,
            start the next one.
    """

    def __init__(self, recipe: Recipe, versions: Versions, folder: Path, after: int) -> None:
        self._recipe, self._versions, self._after = recipe, versions, after
        self._folder = folder
        self._lock = threading.Lock()
        self._changed: defaultdict[str, set[int]] = defaultdict(set)
        self._states: dict[str, State] = {}
        self._running: str | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def resume(self) -> None:
        """Let the last model that passed predict again, if there was one.

        Raises:
            ReadError, ModelError: it cannot be read or does not run any more.
        """
        path = self._folder / CURRENT
        with as_read_error(str(path)):
            name = path.read_text(encoding="utf-8").strip() if path.exists() else None
        if name:
            self._versions.publish(self._folder / name)

    def note(self, project: str, annotations: list[int]) -> str | None:
        """Take note of annotations that were made or changed; start when there are enough.

        Returns:
            The number of the training that this started.
        """
        with self._lock:
            self._changed[project].update(annotations)
            return self._start_if_due(project)

    def start(self, project: str) -> str:
        """Start a training now, unless one runs already.

        Returns:
            The number of the training that runs.
        """
        with self._lock:
            return self._running or self._start(project)

    def state(self, number: str) -> State | None:
        """How a training of this server stands; None where there was none."""
        return self._states.get(number)

    def close(self) -> None:
        """Break off the training that runs, and start none any more."""
        self._closed = True
        self._recipe.stop()
        if thread := self._thread:
            thread.join(timeout=30)

    def _start_if_due(self, project: str) -> str | None:
        if self._running or self._closed or len(self._changed[project]) < self._after:
            return None
        return self._start(project)

    def _start(self, project: str) -> str:
        number = self._make_folder()
        self._changed[project].clear()
        self._states[number] = "started"
        self._running = number
        self._thread = threading.Thread(target=self._run, args=(number, project), daemon=True)
        self._thread.start()
        return number

    def _run(self, number: str, project: str) -> None:
        log.info("training %s: started for project %s", number, project)
        try:
            version = self._publish(self._recipe(project, self._folder / number))
        except Exception as error:
            self._states[number] = "failed"
            what = error if isinstance(error, IeError) else f"{type(error).__name__}: {error}"
            log.error("training %s: failed: %s", number, what)
        else:
            self._states[number] = "finished"
            log.info("training %s: finished; %s predicts now", number, version)
        with self._lock:
            self._running = None
            for waiting in list(self._changed):
                if self._start_if_due(waiting):
                    break

    def _publish(self, model: Path) -> str:
        version = self._versions.publish(model)
        with Output(self._folder / CURRENT) as output:
            output.write(f"{model.relative_to(self._folder)}\n".encode())
        return version

    def _make_folder(self) -> str:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            taken = [int(p.name) for p in self._folder.iterdir() if p.name.isdecimal()]
            number = f"{max(taken, default=0) + 1:04}"
            (self._folder / number).mkdir()
        except OSError as error:
            raise WriteError(str(self._folder), error.strerror or str(error)) from error
        return number
