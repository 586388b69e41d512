"""Processes from outside: those that hold subjects, those that run once, and their memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class SubjectError(Exception):
    """A subject that cannot be started or has ended early; its last words."""


class Crew:
    """Processes that each hold the same subject.

    Args:
        name: of the subject.
        options: its arguments.
        count: of the processes.

    Raises:
        SubjectError: it cannot be loaded.
    """

    def __init__(self, name: str, options: dict[str, Any], count: int) -> None:
        command = [sys.executable, str(HERE / "subjects.py"), name, json.dumps(options)]
        pipe = subprocess.PIPE
        # Not a pipe, which might fill up.
        self._words = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self.processes = [
            subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self._words, text=True)
            for _ in range(count)
        ]
        try:
            for process in self.processes:
                self._answer(process)
        except SubjectError:
            self.close()
            raise

    def take(self, how: dict[str, Any], first: int, count: int, length: int) -> None:
        """Share out texts among the members that a manner asks for."""
        n = how["members"]
        self._ask([{"take": [first + i, first + count, n, length]} for i in range(n)])

    def read(self, how: dict[str, Any]) -> float:
        """Seconds until the last member has read all of its texts."""
        started = time.perf_counter()
        self._ask([{"do": "read", "how": how}] * how["members"])
        return time.perf_counter() - started

    def each(self, how: dict[str, Any]) -> list[float]:
        """Seconds of each text, read one after the other by one member."""
        (answer,) = self._ask([{"do": "each", "how": how}])
        seconds: list[float] = answer["seconds"]
        return seconds

    def pids(self, how: dict[str, Any]) -> list[int]:
        """The members that a manner asks for."""
        return [p.pid for p in self.processes[: how["members"]]]

    def _ask(self, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        used = self.processes[: len(requests)]
        for process, request in zip(used, requests, strict=True):
            assert process.stdin
            try:
                process.stdin.write(json.dumps(request) + "\n")
                process.stdin.flush()
            except BrokenPipeError:
                pass  # reading the answer says why
        return [self._answer(process) for process in used]

    def _answer(self, process: subprocess.Popen[str]) -> dict[str, Any]:
        assert process.stdout
        line = process.stdout.readline()
        if not line:
            self._words.seek(0)
            words = self._words.read().strip().splitlines()
            raise SubjectError(words[-1] if words else f"ended with {process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the processes."""
        for process in self.processes:
            process.kill()
            process.communicate()
        self._words.close()


@dataclass(frozen=True)
class Once:
    """A command that ran to its end: wall seconds, and its peak memory in bytes."""

    seconds: float
    peak: int


def run_once(command: Sequence[str], environment: dict[str, str] | None = None) -> Once:
    """Run a command; its peak is ``ru_maxrss``, or that of its processes together if higher.

    On Linux ``ru_maxrss`` is at least what the process that starts the command holds.

    Raises:
        SubjectError: it ends with an error.
    """
    started = time.perf_counter()
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=pipe,
        encoding="utf-8",
        env={**os.environ, **(environment or {})},
        cwd=HERE.parent,
    )
    assert process.stderr
    with Watch([process.pid]) as watch:
        words = process.stderr.read().strip().splitlines()
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SubjectError(words[-1] if words else f"ended with {process.returncode}")
    scale = 1 if sys.platform == "darwin" else 1024  # Linux counts in kibibytes
    return Once(seconds, max(usage.ru_maxrss * scale, watch.peak))


class Watch:
    """The highest sum of what processes and their descendants hold, shared pages counted once.

    Linux alone says so (proportional set size); elsewhere ``peak`` stays 0.

    Args:
        pids: the processes.
    """

    EVERY = 0.2
    """Seconds."""

    def __init__(self, pids: Sequence[int]) -> None:
        self.pids, self.peak = pids, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._over.wait(self.EVERY):
            self._look()

    def _look(self) -> None:
        self.peak = max(self.peak, sum(map(_held, _with_descendants(self.pids))))


def _with_descendants(pids: Sequence[int]) -> list[int]:
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # pid (name, which may hold anything) state parent …
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended
        children.setdefault(parent, []).append(int(status.parent.name))
    found = list(pids)
    for pid in found:  # which grows on the way
        found += children.get(pid, [])
    return found


def _held(pid: int) -> int:
    """Bytes."""
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(r.split()[1]) * 1024 for r in rows if r.startswith("Pss:")), 0)
