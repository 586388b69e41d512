"""The commands ``ie label-studio …``: as those of :mod:`ie.cli`, they only parse and print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ie.console import ModelFolder, complain, is_terminal, read_path, show, with_progress

if TYPE_CHECKING:
    from rich.table import Table

    from ie.annotation.label_studio.order import Ranked
    from ie.annotation.label_studio.queue import Queue
    from ie.document import Document
    from ie.errors import IeError
    from ie.predict import Source

label_studio_app = typer.Typer(
    help="Work with Label Studio: configure it, push documents to it, pull annotations from it.",
    rich_markup_mode=None,
)

ProjectTitle = Annotated[
    str, typer.Option("--project", "-p", metavar="NAME", help="Title of the project.")
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url", help="Of Label Studio; else LABEL_STUDIO_URL, else the file of settings."
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="Of a user; better in LABEL_STUDIO_API_KEY or ~/.config/ie/label-studio.yaml, "
        "where others do not see it.",
    ),
]


@label_studio_app.callback(invoke_without_command=True)
def _label_studio(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        show(f"{context.get_help()}\n")
        raise typer.Exit(2)


@label_studio_app.command()
def config(
    instructions: Annotated[
        bool,
        typer.Option("--instructions", help="Print the instructions for annotators instead."),
    ] = False,
) -> None:
    """Print the labelling interface as XML, for a project made by hand."""
    from ie.annotation.label_studio import interface

    show(interface.instructions() if instructions else interface.labelling_interface())


@label_studio_app.command()
def push(
    paths: Annotated[
        list[Path],
        typer.Argument(
            parser=read_path, metavar="PATH", help="Text files, folders of *.txt, or - (stdin)."
        ),
    ],
    project: ProjectTitle,
    extractor: Annotated[
        str,
        typer.Option("--extractor", "-e", help="What pre-annotates: model, rules, or none."),
    ] = "model",
    model: ModelFolder = None,
    batch: Annotated[int, typer.Option("--batch", min=1, help="Documents a request.")] = 10,
    url: Url = None,
    key: Key = None,
) -> None:
    """Send documents to a project, which is created if need be, with pre-annotations.

    A document that is there already is not sent again: after a failure, or with more files in
    the folder, give the same command once more.
    """
    from ie import extractors
    from ie.annotation.label_studio import sync
    from ie.annotation.label_studio.client import connect, find_settings
    from ie.errors import IeError
    from ie.predict import find_sources
    from ie.serve.versions import Version

    sources, failures = find_sources(paths)
    server = connect(find_settings(url, key))
    predictor = None if extractor == "none" else Version(extractors.load(extractor, model))
    opened = sync.open_project(server, project)
    outcomes = sync.push(server, opened, _documents(sources), predictor, batch)
    new = there = 0
    try:
        for outcome in with_progress(outcomes, len(sources), "documents"):
            if isinstance(outcome, IeError):
                failures.append(outcome)
            elif outcome.new:
                new += 1
            else:
                there += 1
    finally:
        for failure in failures:
            complain(failure)
        show(f"{new} documents sent, {there} there already: project {project}\n")
    if predictor and new and opened.model_version not in (None, predictor.name):
        show(
            f"The project shows pre-annotations of {opened.model_version}, those sent are of "
            f"{predictor.name}: choose in its settings, or ie label-studio next --set.\n"
        )
    if failures:
        raise typer.Exit(1)


def _documents(sources: Sequence[Source]) -> Iterator[Document | IeError]:
    from ie.errors import IeError

    for source in sources:
        try:
            yield source.read()
        except IeError as error:
            yield error


@label_studio_app.command()
def pull(
    output: Annotated[
        Path,
        typer.Option("--output", "-o", parser=read_path, metavar="STORE", help="*.jsonl to write."),
    ],
    project: Annotated[
        str | None, typer.Option("--project", "-p", metavar="NAME", help="Title of the project.")
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--from", parser=read_path, metavar="FILE", help="A JSON export instead of a server."
        ),
    ] = None,
    annotator: Annotated[
        str | None,
        typer.Option(
            "--annotator",
            metavar="WHO",
            help="Only this one's annotations: an e-mail address or the id of a user.",
        ),
    ] = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Write the finished annotations of a project as a store.

    Of several annotations of a task the ground truth counts, else the newest. Skipped tasks
    and drafts are not taken. A task that cannot be read costs no other: it is listed on
    standard error, and the exit status is 1. STORE is replaced once all is there.
    """
    from ie.annotation.label_studio import sync
    from ie.annotation.label_studio.client import connect, find_settings
    from ie.annotation.store import write_store
    from ie.errors import AnnotationError, UsageError

    if export is not None and project is None:
        pulled = sync.read_export(export, annotator)
    elif project is not None and export is None:
        server = connect(find_settings(url, key))
        pulled = sync.pull(server, server.project(project), annotator)
    else:
        found = "both" if project else "neither"
        raise UsageError("--project and --from", found, "one of the two")
    for line in [*pulled.drafts, *pulled.failures]:
        complain(line)
    if not pulled.rows and not pulled.failures:
        whose = f"annotation by {annotator}" if annotator else "annotation"
        raise AnnotationError(str(export or f"project {project}"), f"no finished {whose}")
    write_store(output, pulled.rows, text=True)
    left = f"{pulled.unlabelled} not annotated, {pulled.cancelled} skipped"
    show(f"{len(pulled.rows)} annotated documents in {output}; {left}\n")
    if pulled.failures:
        complain(f"{len(pulled.failures)} tasks could not be read")
        raise typer.Exit(1)


@label_studio_app.command(name="next")
def next_tasks(
    project: ProjectTitle,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many to list.")] = 10,
    model: ModelFolder = None,
    set_order: Annotated[
        bool,
        typer.Option(
            "--set",
            help="Let the project hand its tasks out in this order, with the model's predictions.",
        ),
    ] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """List the tasks worth annotating next.

    First those of which the model is least sure and that are least like what is annotated or
    listed before them.
    """
    from ie import extractors, tables
    from ie.annotation.label_studio import order, queue
    from ie.annotation.label_studio.client import connect, find_settings
    from ie.serve.versions import Version

    server = connect(find_settings(url, key))
    opened = server.project(project)
    version = Version(extractors.load("model", model))
    waiting = queue.read_queue(server, opened)
    documents = with_progress(waiting.documents, len(waiting.documents), "documents")
    ranked = order.order(documents, version.annotate, waiting.annotated)
    if set_order and ranked:
        sending = with_progress(ranked, len(ranked), "predictions")
        queue.hand_out(server, opened, waiting, sending, version.name)
    shown = _order_table(waiting, ranked[:limit], len(ranked))
    show(tables.to_text(shown, terminal=is_terminal()))
    for failure in waiting.failures:
        complain(failure)
    if waiting.failures:
        raise typer.Exit(1)


@label_studio_app.command()
def backend(
    address: Annotated[
        str,
        typer.Argument(metavar="URL", help="Of ie serve, as the server sees it."),
    ],
    project: ProjectTitle,
    token: Annotated[
        str, typer.Option("--token", envvar="IE_SERVE_TOKEN", help="The one of ie serve.")
    ],
    url: Url = None,
    key: Key = None,
) -> None:
    """Let a project ask ie serve for predictions, and tell it of annotations."""
    from ie.annotation.label_studio.client import connect, find_settings

    server = connect(find_settings(url, key))
    server.add_backend(server.project(project), address, token)
    show(f"project {project} asks {address}\n")


def _order_table(waiting: Queue, ranked: Sequence[Ranked], all_of_them: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    title = f"Next: {len(ranked)} of {all_of_them} tasks"
    table = Table(title=title, title_justify="left")
    table.add_column("task", justify="right")
    table.add_column("document", overflow="fold")
    for column in ("uncertainty", "distance", "priority"):
        table.add_column(column, justify="right")
    for r in ranked:
        figures = (f"{x:.3f}" for x in (r.uncertainty, r.distance, r.priority))
        name = Text(waiting.documents[r.place].name)
        table.add_row(str(waiting.tasks[r.place].id), name, *figures)
    return table
