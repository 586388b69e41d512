from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "yunxi-2015.txt"


def start(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """Start ``ie`` as a user's shell would, with Ctrl-C in force."""
    usual = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    }
    command = [sys.executable, "-m", "ie", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, encoding="utf-8", **usual | options)


@pytest.fixture
def ie() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run ``ie`` with arguments to its end; ``input`` goes to its standard input."""

    def run(
        *arguments: object, input: str | None = None, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
        process = start(*arguments, stdin=stdin, **options)
        out, err = process.communicate(input, timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    return run
