"""The command ``ie``: each command parses, calls one function and prints.

What is heavy is imported inside the commands, so that ``ie --help`` is instant.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

import ie
from ie.errors import IeError, UsageError

if TYPE_CHECKING:
    from ie.report import Report

T = TypeVar("T")

app = typer.Typer(
    name="ie",
    help="Chinese government disclosure reports (政府信息公开工作年度报告) as checked, cited data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Format(str, Enum):
    """How reports are printed."""

    json = "json"
    jsonl = "jsonl"
    table = "table"


ExtractorName = Annotated[
    str, typer.Option("--extractor", "-e", help="What reads the text: rules.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def main() -> NoReturn:
    """Run the command; every failure is one line on standard error.

    Exit status: 0 done, 1 something failed, 2 a command line that asks for what does not
    exist, 130 Ctrl-C. With ``IE_TRACEBACK=1`` an error of the package shows its traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        # Reports are UTF-8 wherever they go, also where the locale is another.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except IeError as error:
        _complain(error)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        _complain("interrupted")
        sys.exit(130)
    except Exception as error:
        if os.environ.get("IE_TRACEBACK"):
            raise
        _complain(f"unexpected {type(error).__name__}: {error}; please report it")
        sys.exit(1)
    sys.exit(0)


def _complain(what: object) -> None:
    print(f"ie: {what}", file=sys.stderr)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"ie {ie.__version__}")
        raise typer.Exit


@app.callback()
def _ie(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    pass


@app.command()
def predict(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Text files, folders of *.txt, or - (stdin)."),
    ],
    extractor: ExtractorName = "rules",
    annotations: Annotated[
        bool, typer.Option("--annotations", help="Keep the spans and relations in the report.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="Write here instead of standard output. Finished reports stand in OUT.partial, "
            "which becomes OUT at the end and stays as it is after Ctrl-C.",
        ),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="json for one file, jsonl for more, table for people.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Turn reports into data.

    One file gives one JSON report; several files or a folder give JSON lines, one a file,
    in the order of their names. A file that cannot be read costs no other: it is listed on
    standard error at the end, and the exit status is 1.
    """
    from ie import extractors
    from ie.output import Output, StandardOutput
    from ie.predict import find_sources, predict_all

    sources, bad_folders = find_sources(paths)
    single = len(paths) == 1 and not paths[0].is_dir()
    form = form or (Format.json if single else Format.jsonl)
    if form is Format.json and not single:
        raise UsageError("--format json", "more than one file", fix="use --format jsonl")
    if output and os.path.realpath(output) in {os.path.realpath(s.path) for s in sources}:
        raise UsageError(str(output), "an input as output", "another file")
    reports = predict_all(sources, extractors.load(extractor), with_annotations=annotations)
    failures: list[IeError] = [*bad_folders]
    with Output(output) if output else StandardOutput() as out:
        try:
            for outcome in reports if single else _with_progress(reports, len(sources)):
                if isinstance(outcome, IeError):
                    failures.append(outcome)
                else:
                    out.write(_formatted(outcome, form, to_file=output is not None))
        except KeyboardInterrupt:
            kept = f" in {out.partial}" if isinstance(out, Output) and out.pieces else ""
            _complain(f"interrupted: {out.pieces} of {len(sources)} reports are finished{kept}")
            raise typer.Exit(130) from None
        if not out.pieces:
            _fail(failures, len(sources))  # while the output can still stay as it was
    if failures:
        _fail(failures, len(sources))


def _fail(failures: list[IeError], files: int) -> NoReturn:
    for failure in failures:
        _complain(failure)
    if files > 1:
        _complain(f"{len(failures)} failed, of {files} files")
    raise typer.Exit(1)


def _formatted(report: Report, form: Format, *, to_file: bool) -> str:
    if form is Format.table:
        from ie import tables

        return tables.to_text(tables.report_table(report), terminal=_is_terminal(to_file))
    return report.to_json(indent=2 if form is Format.json else None) + "\n"


def _is_terminal(to_file: bool = False) -> bool:
    return not to_file and sys.stdout.isatty()


def _with_progress(outcomes: Iterator[T], total: int) -> Iterator[T]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(
        outcomes,
        "reports",
        total=total,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


@app.command()
def schema() -> None:
    """Print the JSON Schema of a report."""
    from ie.report import Report

    _print_json(Report.model_json_schema())


@app.command()
def evaluate(
    gold: Annotated[Path, typer.Option(help="Folder of gold annotations, DOC.json each.")],
    texts: Annotated[Path, typer.Option(help="Folder of their texts, DOC.txt each.")],
    extractor: ExtractorName = "rules",
    errors: Annotated[
        bool, typer.Option("--errors", help="List every error by kind, with its context.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score an extractor against gold annotations.

    Strict scores of spans, values, attributes, relations and facts, with bootstrap
    intervals over the documents.
    """
    from ie import evaluate, extractors, tables
    from ie.annotation.store import read_gold_folder

    annotate = extractors.load(extractor).annotate
    evaluation = evaluate.evaluate(
        [(g, annotate(g.document)) for g in read_gold_folder(gold, texts)]
    )
    if as_json:
        _print_json(evaluation.to_dict())
        return
    shown = evaluate.tables(evaluation)
    if errors:
        shown.append(evaluate.mistake_table(evaluation))
    _print(tables.to_text(*shown, terminal=_is_terminal()))


@app.command()
def compare(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The text of both.")],
    a: Annotated[
        str,
        typer.Option(
            "--with",
            metavar="A",
            help="An extractor, or a JSON file: a report or gold annotations.",
        ),
    ],
    b: Annotated[str, typer.Option("--and", metavar="B", help="The other one.")],
    as_json: AsJson = False,
) -> None:
    """Show where two reports of one text differ, side by side."""
    from ie import compare, tables
    from ie.predict import report_of

    comparison = compare.compare(report_of(file, a), report_of(file, b))
    if as_json:
        _print_json(comparison.to_dict())
    else:
        _print(tables.to_text(*compare.tables(comparison), terminal=_is_terminal()))


def _print_json(data: object) -> None:
    _print(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def _print(text: str) -> None:
    from ie.output import StandardOutput

    with StandardOutput() as out:
        out.write(text)
