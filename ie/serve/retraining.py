"""From the annotations of a Label Studio project to a model, by the commands of ``ie``.

Each step is a process of its own, so that the server needs neither torch nor transformers
and a training that fails takes nothing with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from ie.errors import IeError
from ie.neural.configuration import Configuration, read_configuration

LOG: Final = "training.log"
PULLED: Final = "annotations.jsonl"

_NICENESS: Final = 10
"""How far a training stands back behind the predictions, 0 (not at all) to 19."""


class TrainingError(IeError):
    """A step of a training that failed; its log says more."""


class Retraining:
    """``ie label-studio pull``, ``ie train`` and ``ie export-model``, one after the other.

    The pulled annotations are trained on together with the corpus of the configuration.
    Where and with which key Label Studio is asked, ``pull`` finds as it always does.

    Args:
        config: of the training.

    Raises:
        ReadError, ConfigError: the configuration cannot be read or is wrong.
    """

    def __init__(self, config: Path) -> None:
        self._config = config
        self._configuration: Configuration = read_configuration(config)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def __call__(self, project: str, folder: Path) -> Path:
        """See :class:`ie.serve.training.Recipe`."""
        pulled, model = folder / PULLED, folder / "model"
        self.pull(project, pulled)
        if not pulled.exists():
            raise self._failure(folder, f"no annotations of project {project}")
        corpus = [*self._configuration.data.corpus, str(pulled)]
        train = ("train", str(self._config), "-o", str(folder / "run"))
        printed = self._run(folder, *train, "--set", f"data.corpus={json.dumps(corpus)}")
        self._run(folder, "export-model", printed.splitlines()[-1], "-o", str(model))
        return model

    def pull(self, project: str, store: Path) -> None:
        """Fetch the annotations of a project; a store that is not there afterwards had none."""
        # Bad tasks are skipped with status 1; the others are good enough to train on.
        pull = ("label-studio", "pull", f"--project={project}", "-o", str(store))
        self._run(store.parent, *pull, allowed=(0, 1))

    def stop(self) -> None:
        """See :class:`ie.serve.training.Recipe`."""
        with self._lock:
            self._stopped = True
            if self._process:
                self._process.terminate()

    def _run(self, folder: Path, *arguments: str, allowed: tuple[int, ...] = (0,)) -> str:
        """Run one command to its end; what it complains of goes to the log of the training.

        Returns:
            What it printed.
        """
        command = [sys.executable, "-m", "ie", *arguments]
        with (folder / LOG).open("a", encoding="utf-8") as log:
            log.write(f"$ ie {' '.join(arguments)}\n")
            log.flush()
            with self._lock:
                if self._stopped:
                    raise self._failure(folder, "the server was stopped")
                self._process = process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    encoding="utf-8",
                )
            _make_nice(process.pid)
            printed, _ = process.communicate()
            log.write(printed)
        if process.returncode not in allowed:
            raise self._failure(folder, f"ie {arguments[0]} ended with status {process.returncode}")
        return printed

    def _failure(self, folder: Path, found: str) -> TrainingError:
        log = folder / LOG
        last = ""
        if log.exists():
            last = log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        return TrainingError(str(log), f"{found}: {last}" if last else found)


def _make_nice(process: int) -> None:
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):  # it may be over already
            os.setpriority(os.PRIO_PROCESS, process, _NICENESS)
