"""The command ``ie``: each command parses, calls one function and prints.

What is heavy is imported inside the commands, so that ``ie --help`` is instant.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

try:
    import typer
except KeyboardInterrupt:  # it takes a tenth of a second
    sys.exit(130)

import ie
from ie.cli_label_studio import label_studio_app
from ie.errors import IeError, UsageError
from ie.formats import Format

if TYPE_CHECKING:
    from ie.document import Annotations
    from ie.output import Output, StandardOutput
    from ie.workers import Outcome, Readable

app = typer.Typer(
    name="ie",
    help="Chinese government disclosure reports (政府信息公开工作年度报告) as checked, cited data.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(label_studio_app, name="label-studio")


def _path(given: str) -> Path:
    # Typer's own paths are checked before anything is done: one bad file would cost all others.
    if not given:
        raise UsageError("''", "an empty name", "a file or folder")
    path = Path(given)
    if str(path) == "-" and given != "-":  # as ./- is a file of that name
        path = path.absolute()
    return path


ExtractorName = Annotated[
    str, typer.Option("--extractor", "-e", help="What reads the text: model or rules.")
]
ModelFolder = Annotated[
    Path | None,
    typer.Option("--model", metavar="DIR", help="Another model's folder.", show_default=False),
]
TextsFolder = Annotated[
    Path | None,
    typer.Option(
        "--texts",
        parser=_path,
        metavar="DIR",
        help="Folder of the texts, DOC.txt each, that are not with the annotations.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def main() -> NoReturn:
    """Run the command; every failure is one line on standard error.

    Exit status: 0 done, 1 something failed, 2 a command line that asks for what does not
    exist, 130 Ctrl-C. With ``IE_TRACEBACK=1`` an error of the package shows its traceback.
    """
    if sys.stderr is None:  # closed, as by 2>&-
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - to the end
    for stream in filter(None, (sys.stdout, sys.stderr)):
        # Reports are UTF-8 wherever they go, also where the locale is another.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = app(standalone_mode=False) or 0
    except IeError as error:
        _complain(error)
        status = 2 if isinstance(error, UsageError) else 1
    except (KeyboardInterrupt, typer.Abort):
        status = 130
    except Exception as error:
        status = _explain(error)
    sys.exit(status)


def _explain(error: Exception) -> int:
    """Complain of what is no error of the package, and say with which status to end."""
    if explain := getattr(error, "format_message", None):  # Typer refuses the command line
        _complain(f"{' '.join(explain().split()).rstrip('.')}; see ie --help")
        return 2
    if isinstance(error, OSError) and error.filename is None:  # Typer printing its help
        from ie.output import abandon

        abandon(sys.stdout)
        _complain(f"standard output: {error.strerror}")
    elif os.environ.get("IE_TRACEBACK"):
        raise error
    else:
        _complain(f"unexpected {type(error).__name__}: {error}; please report it")
    return 1


def _complain(what: object) -> None:
    line = f"ie: {what}"
    with suppress(UnicodeEncodeError):  # the name of a file may be in GBK
        line = line.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        from ie.output import abandon

        abandon(sys.stderr)


def _version(wanted: bool) -> None:
    if wanted:
        _print(f"ie {ie.__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _ie(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        _print(f"{context.get_help()}\n")
        raise typer.Exit(2)


def _location(given: str) -> str:
    _path(given)
    return given


class Engine(str, Enum):
    """What spreads many files over cores and machines."""

    local = "local"
    ray = "ray"


@app.command()
def predict(
    paths: Annotated[
        list[str],
        typer.Argument(
            parser=_location,
            metavar="PATH",
            help="Text files, folders of *.txt (not through links to folders), or - (stdin); "
            "with pyarrow URIs such as s3://….",
        ),
    ],
    extractor: ExtractorName = "model",
    model: ModelFolder = None,
    annotations: Annotated[
        bool, typer.Option("--annotations", help="Keep the spans and relations in the report.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            parser=_location,
            metavar="OUT",
            help="Write here instead of standard output. A file is replaced at the end, and until "
            "then OUT.partial holds the finished reports; a folder, or a name that ends with /, "
            "gets Parquet files. After a break the same command goes on where it stopped.",
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
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            metavar="N",
            help="Files that are read at once. [the cores there are]",
            show_default=False,
        ),
    ] = None,
    shard: Annotated[
        int | None,
        typer.Option(
            "--shard",
            min=1,
            metavar="N",
            help="Input files of one Parquet file. [1000]",
            show_default=False,
        ),
    ] = None,
    engine: Annotated[
        Engine, typer.Option("--engine", help="ray spreads Parquet files over a cluster.")
    ] = Engine.local,
    address: Annotated[
        str | None,
        typer.Option(
            "--address", help="Of the Ray cluster; without it one is started.", show_default=False
        ),
    ] = None,
) -> None:
    """Turn reports into data.

    One file gives one JSON report; several files or a folder give JSON lines, one a file,
    in the order of their names. A file that cannot be read costs no other: it is listed on
    standard error at the end, and the exit status is 1.
    """
    from ie.console import file_progress
    from ie.workers import Job, cores

    sources, failures = _sources(paths)
    files = len(sources) + len(failures)
    shards = output is not None and _is_for_shards(output)
    if shards and form not in (None, Format.jsonl):
        raise UsageError("--format", "not for a folder, which gets Parquet files", fix="drop it")
    for option, given in (("--engine ray", engine is Engine.ray), ("--shard", shard)):
        if given and not shards:
            raise UsageError(option, "no folder to write to", fix="add -o OUT/")
    single = len(paths) == 1 and _is_file(paths[0])
    form = form or (Format.json if single and not shards else Format.jsonl)
    if form is Format.json and len(sources) > 1:
        raise UsageError("--format json", "more than one file", fix="use --format jsonl")
    if engine is Engine.ray and "-" in paths:
        found = "standard input, which other machines cannot read"
        raise UsageError("--engine ray", found, fix="write it to a file first")
    if output and os.path.realpath(output) in {os.path.realpath(s.where) for s in sources}:
        raise UsageError(output, "an input as output", "another file")
    out = None if shards else _output(output, form)
    job = Job(extractor, model, annotations, form, output is None and _is_terminal())
    begun = False
    try:
        with file_progress(len(sources)) as show:

            def tell(outcome: Outcome) -> None:
                nonlocal begun
                begun = True
                if outcome.error:
                    failures.append(outcome.error)
                show(outcome)

            if out is not None:
                from ie.batch import write_reports

                write_reports(sources, job, out, workers or cores(), tell)
            elif engine is Engine.ray:
                with _needed("ray"):
                    from ie.distributed import write_shards_on_ray as on_ray
                    from ie.shards import SHARD, Plan

                on_ray(Plan(sources, job, shard or SHARD), str(output), address, workers, tell)
            else:
                with _needed("parquet"):
                    from ie.shards import SHARD, Plan, write_shards

                plan = Plan(sources, job, shard or SHARD)
                write_shards(plan, str(output), workers or cores(), tell)
    except KeyboardInterrupt:
        if begun or (out is not None and out.kept):
            _complain(f"interrupted; {_left_by(out, len(sources))}")
        raise typer.Exit(130) from None
    finally:
        for failure in failures:
            _complain(failure)
        if failures and files > 1:
            _complain(f"{len(failures)} failed, of {files} files")
    if failures:
        raise typer.Exit(1)


def _sources(paths: list[str]) -> tuple[Sequence[Readable], list[IeError]]:
    """The files that are meant, in the order given, and what stands in the way of others."""
    from ie.predict import find_sources

    if not any("://" in path for path in paths):
        return find_sources(map(_path, paths))
    with _needed("parquet"):
        from ie.storage import find_remote_sources

    sources: list[Readable] = []
    failures: list[IeError] = []
    for path in paths:
        found, errors = find_remote_sources(path) if "://" in path else find_sources([_path(path)])
        sources += found
        failures += errors
    return sources, failures


def _is_file(path: str) -> bool:
    if "://" in path:
        from ie.storage import names_a_file

        return names_a_file(path)
    from ie.predict import is_folder

    return not is_folder(Path(path))


def _is_for_shards(output: str) -> bool:
    from ie.predict import is_folder

    return output.endswith(("/", os.sep)) or "://" in output or is_folder(Path(output))


def _output(target: str | None, form: Format) -> Output | StandardOutput:
    from ie.output import Output, ResumableOutput, StandardOutput

    if target is None:
        return StandardOutput()
    return ResumableOutput(Path(target)) if form is Format.jsonl else Output(Path(target))


def _left_by(out: Output | StandardOutput | None, total: int) -> str:
    if out is None:
        return "the same command goes on"
    resumed = "; the same command goes on" if out.resumable else ""
    kept = f", in {out.kept}{resumed}" if out.kept else ""
    return f"{out.pieces} of {total} reports finished{kept}"


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


@app.command()
def schema() -> None:
    """Print the JSON Schema of a report."""
    from ie.report import Report

    dialect = "https://json-schema.org/draft/2020-12/schema"
    _print_json({"$schema": dialect, **Report.model_json_schema()})


@app.command()
def evaluate(
    gold: Annotated[
        Path,
        typer.Option(
            parser=_path,
            metavar="GOLD",
            help="Folder of gold annotations, DOC.json each, or a store (*.jsonl).",
        ),
    ],
    texts: Annotated[
        Path | None,
        typer.Option(
            parser=_path,
            metavar="DIR",
            help="Folder of their texts, DOC.txt each; the same folder without it.",
        ),
    ] = None,
    extractor: Annotated[
        list[str] | None,
        typer.Option(
            "--extractor", "-e", help="model or rules; twice for both side by side. [model, rules]"
        ),
    ] = None,
    model: ModelFolder = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="List every error by kind, with its context.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score extractors against gold annotations.

    Strict scores of spans, values, attributes, relations and facts, with bootstrap
    intervals over the documents; of several extractors, side by side.
    """
    from ie import evaluate, extractors, tables

    documents = _annotations(gold, texts)
    evaluations = {}
    for name in dict.fromkeys(extractor or extractors.NAMES):
        annotate = extractors.load(name, model).annotate
        evaluations[name] = evaluate.evaluate([(g, annotate(g.document)) for g in documents])
    if as_json:
        results = {name: e.to_dict() for name, e in evaluations.items()}
        _print_json(results if len(results) > 1 else next(iter(results.values())))
        return
    shown = [evaluate.side_by_side(evaluations)] if len(evaluations) > 1 else []
    for name, evaluation in evaluations.items():
        if len(evaluations) == 1:
            shown += evaluate.tables(evaluation)
        if errors:
            shown.append(evaluate.mistake_table(evaluation, name))
    _print(tables.to_text(*shown, terminal=_is_terminal()))


def _annotations(path: Path, texts: Path | None) -> list[Annotations]:
    """Those of a store (``*.jsonl``), else of a folder of gold files, which may hold the texts."""
    from ie.annotation.store import read_gold_folder, read_store

    if path.suffix == ".jsonl":
        return list(read_store(path, texts))
    return read_gold_folder(path, texts or path)


@app.command()
def audit(
    path: Annotated[
        Path,
        typer.Argument(
            parser=_path, metavar="PATH", help="A store (*.jsonl), or a folder of gold annotations."
        ),
    ],
    texts: TextsFolder = None,
    extractor: Annotated[
        str,
        typer.Option(
            "--extractor",
            "-e",
            help="Asks about what it finds and the annotator did not: rules, model or none.",
        ),
    ] = "rules",
    model: ModelFolder = None,
    every: Annotated[
        bool, typer.Option("--all", help="List the questions too, not only the errors.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong or odd in annotations; the exit status is 1 where there are errors.

    Spans of one label that overlap and relations with illegal ends are refused already when
    they are read, with status 1 too.
    """
    from ie import extractors, tables
    from ie.annotation import audit

    annotate = None if extractor == "none" else extractors.load(extractor, model).annotate
    findings = audit.audit(_annotations(path, texts), annotate)
    if as_json:
        _print_json([f.to_dict() for f in findings])
    else:
        _print(tables.to_text(*audit.tables(findings, every=every), terminal=_is_terminal()))
    if any(f.kind in audit.ERRORS for f in findings):
        raise typer.Exit(1)


@app.command()
def agreement(
    a: Annotated[
        Path,
        typer.Argument(
            parser=_path,
            metavar="A",
            help="One annotator: a store (*.jsonl), or a folder of gold annotations.",
        ),
    ],
    b: Annotated[Path, typer.Argument(parser=_path, metavar="B", help="The other one.")],
    texts: TextsFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show how far two annotators of the same texts agree, and every place where they differ.

    F1 of spans, relations and facts; Cohen's kappa and Krippendorff's alpha of spans;
    accuracy and kappa of attributes. Texts are matched by their content, not their names.
    """
    from ie import tables
    from ie.annotation import agreement

    found = agreement.agreement(_annotations(a, texts), _annotations(b, texts))
    if as_json:
        _print_json(found.to_dict())
        return
    _print(tables.to_text(*agreement.tables(found), terminal=_is_terminal()))


@app.command()
def train(
    config: Annotated[
        Path,
        typer.Argument(
            parser=_path, metavar="CONFIG", help="YAML file; a bare name is sought in configs/."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", parser=_path, metavar="DIR", help="Folder of the run."),
    ] = None,
    override: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Stronger than the file; may be repeated."),
    ] = None,
) -> None:
    """Train a model; the same command goes on where a run was cut off."""
    run_training(config, output, override or [])


@app.command()
def export_model(
    checkpoint: Annotated[
        Path, typer.Argument(parser=_path, metavar="CHECKPOINT", help="A best/ folder of a run.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", parser=_path, metavar="DIR", help="Model folder.")
    ],
) -> None:
    """Write a checkpoint as 8-bit ONNX; refused where that costs more than 0.005 span F1."""
    with _needed("train"):
        from ie.neural.batches import read_corpus
        from ie.neural.checkpoint import load
        from ie.neural.export import export

    scores = export(checkpoint, output, read_corpus(load(checkpoint)[2]).dev)
    _print_json(scores)


def find_config(path: Path) -> Path:
    """The file that a configuration's name means: itself, or one in ``configs/``."""
    named = Path("configs") / path
    return named if not path.exists() and named.exists() else path


def run_training(config: Path, output: Path | None, overrides: list[str]) -> None:
    """Train, and say where the best checkpoint is."""
    with _needed("train"):
        from ie.neural.configuration import read_configuration
        from ie.neural.train import train

    configuration = read_configuration(find_config(config), overrides)
    best = train(configuration, output or Path(configuration.output) / configuration.name)
    _print(f"{best}\n")


@contextmanager
def _needed(extra: str) -> Iterator[None]:
    """Say which extra of the package brings what is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == "ie":
            raise
        fix = f"pip install 'ie[{extra}]'"
        raise UsageError(f"package {error.name}", "not installed", fix=fix) from None


@app.command()
def serve(
    label_studio: Annotated[
        bool, typer.Option("--label-studio", help="Serve as a machine learning backend of it.")
    ] = False,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 9090,
    token: Annotated[
        str,
        typer.Option(
            "--token",
            envvar="IE_SERVE_TOKEN",
            show_envvar=True,
            help="The password that requests must bring, under any user name; without it one is "
            "made and printed.",
        ),
    ] = "",
    extractor: ExtractorName = "model",
    model: ModelFolder = None,
    train: Annotated[
        Path | None,
        typer.Option(
            "--train",
            parser=_path,
            metavar="CONFIG",
            help="Train with this configuration when Label Studio asks for it, or when enough "
            "annotations have changed; the new model then predicts.",
        ),
    ] = None,
    after: Annotated[
        int, typer.Option("--after", min=1, metavar="N", help="So many annotations are enough.")
    ] = 20,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            parser=_path,
            metavar="DIR",
            help="Folder of the trainings; its last model goes on predicting after a restart.",
        ),
    ] = Path("runs/label-studio"),
) -> None:
    """Give Label Studio predictions, and learn from what is annotated there.

    Add it to a project under Settings, Model, with Basic Authentication. With --train it pulls
    the annotations as ie label-studio pull does, with the same settings.
    """
    if not label_studio:
        raise UsageError("ie serve", "nothing to serve", "--label-studio")
    from ie import extractors

    with _needed("serve"):
        from ie.serve.access import token_or_new
        from ie.serve.label_studio import application
        from ie.serve.server import run
        from ie.serve.training import Trainings
        from ie.serve.versions import Versions

    versions = Versions(extractors.load(extractor, model))
    trainings = None
    if train:
        with _needed("train"):
            from ie.serve.retraining import Retraining

        trainings = Trainings(Retraining(find_config(train)), versions, output, after)
        trainings.resume()
    password = token_or_new(token)
    if not token:
        _complain(f"the token is {password}")
    run(application(versions, password, trainings), host, port)


@app.command()
def compare(
    file: Annotated[
        Path, typer.Argument(parser=_path, metavar="FILE", help="The text of both, or - (stdin).")
    ],
    a: Annotated[
        str,
        typer.Option(
            "--with",
            metavar="A",
            help="An extractor, or a JSON file: a report or gold annotations.",
        ),
    ] = "model",
    b: Annotated[str, typer.Option("--and", metavar="B", help="The other one.")] = "rules",
    gold: Annotated[
        str | None,
        typer.Option("--gold", metavar="GOLD", help="Gold annotations, to compare each with too."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show where two reports of one text differ, side by side: the model's and the rules'."""
    from ie import compare, tables
    from ie.predict import report_of, source_of

    document = source_of(file).read()
    names = dict.fromkeys((a, b) if gold is None else (a, b, gold))
    reports = {name: report_of(document, name) for name in names}
    comparisons = [compare.compare(reports[x], reports[y], (x, y)) for x, y in _pairs((a, b, gold))]
    if as_json:
        results = [c.to_dict() for c in comparisons]
        _print_json(results if gold else results[0])
        return
    shown = [table for c in comparisons for table in compare.tables(c)]
    _print(tables.to_text(*shown, terminal=_is_terminal()))


def _pairs(names: tuple[str, str, str | None]) -> list[tuple[str, str]]:
    """The first with the second, then each with the third where there is one."""
    a, b, gold = names
    return [(a, b)] if gold is None else [(a, b), (a, gold), (b, gold)]


def _print_json(data: object) -> None:
    _print(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def _print(text: str) -> None:
    from ie.output import StandardOutput

    with StandardOutput() as out:
        out.write(_encoded(text))
