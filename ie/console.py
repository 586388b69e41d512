"""What all commands share: how they read paths, print, show progress and complain."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from ie.errors import UsageError

if TYPE_CHECKING:
    from ie.workers import Outcome

T = TypeVar("T")


def read_path(given: str) -> Path:
    """A path as given, checked only when it is used: one bad file must not cost all others.

    Raises:
        UsageError: it is empty.
    """
    if not given:
        raise UsageError("''", "an empty name", "a file or folder")
    return Path(given)


ModelFolder = Annotated[
    Path | None,
    typer.Option("--model", metavar="DIR", help="Another model's folder.", show_default=False),
]


def show(text: str) -> None:
    """Print to standard output.

    Raises:
        WriteError: it is closed, or what it leads to is full.
    """
    from ie.output import StandardOutput

    with StandardOutput() as out:
        out.write(text.encode("utf-8", "backslashreplace"))


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def complain(what: object) -> None:
    """Print one line to standard error, wherever that leads."""
    line = f"ie: {what}"
    with suppress(UnicodeEncodeError):  # the name of a file may be in GBK
        line = line.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        from ie.output import abandon

        abandon(sys.stderr)


def with_progress(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Hand on the items, with a bar on standard error where that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(
        items,
        what,
        total=total,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


@contextmanager
def file_progress(total: int) -> Iterator[Callable[[Outcome], None]]:
    """Show files, characters per second and time left on standard error, if it is a terminal.

    Args:
        total: how many files there are.

    Yields:
        What is to be called with the outcome of each.
    """
    if total < 2 or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("files  {task.fields[speed]}"), Left())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, speed="")
        begun, characters = time.monotonic(), 0

        def tell(outcome: Outcome) -> None:
            nonlocal characters, begun
            if outcome.kept:  # it took no time; what is left does
                begun = time.monotonic()
                progress.update(task, total=progress.tasks[task].total, advance=1)
                return
            characters += outcome.characters
            speed = characters / max(time.monotonic() - begun, 1e-3)
            progress.update(task, advance=1, speed=f"{speed:,.0f} characters/s")

        yield tell
