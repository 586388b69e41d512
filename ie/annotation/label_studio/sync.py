"""Documents go to Label Studio as tasks, annotations come back; both ways may be walked again.

A document is known by its sha256, which its task carries: what is on the server already is
not sent again, so that a push that was cut off is resumed by the same command.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from ie.annotation.label_studio.client import BrokenOffError, Project, Server
from ie.annotation.label_studio.convert import (
    annotations_of,
    choose,
    document_of,
    prediction_of,
    task_of,
)
from ie.annotation.label_studio.interface import instructions, labelling_interface, lacking
from ie.document import Annotations, Document
from ie.errors import AnnotationError, IeError, ServerError
from ie.reading import read_bytes

BATCH: Final = 10
"""Documents a request: some megabytes with their pre-annotations."""

ATTEMPTS: Final = 3
"""How often a batch is sent before the push gives up."""


class Predictor(Protocol):
    """What pre-annotates: an extractor under the name of its version."""

    @property
    def name(self) -> str:
        """The model version that Label Studio shows."""

    @property
    def annotate(self) -> Callable[[Document], Annotations]:
        """What does it."""


# Push


@dataclass(frozen=True, slots=True)
class Sent:
    """A document that is on the server.

    Args:
        name: of the document.
        task: its id; None where the server did not say.
        new: whether this push brought it there.
    """

    name: str
    task: int | None
    new: bool


def open_project(server: Server, title: str) -> Project:
    """The project of a title, created where there is none.

    Raises:
        ServerError: its labelling interface lacks something of ours, or see :class:`Server`.
    """
    project = server.find(title)
    if project is None:
        return server.create(title, labelling_interface(), instructions())
    if missing := lacking(project.label_config):
        raise ServerError(
            f"project {title}",
            f"a labelling interface without {missing}",
            fix="paste what ie label-studio config prints under Settings, Labeling Interface",
        )
    return project


def push(
    server: Server,
    project: Project,
    documents: Iterable[Document | IeError],
    predictor: Predictor | None,
    batch: int = BATCH,
) -> Iterator[Sent | IeError]:
    """Send documents, each once, with pre-annotations where there is a predictor.

    Args:
        server: where they go.
        project: of the server.
        documents: to send; an error among them is handed on in its place.
        predictor: annotates them; without it the tasks come bare.
        batch: how many go in one request; the server takes all of them or none.

    Yields:
        Each document once it is on the server, or the error that stood in its way.

    Raises:
        ServerError: the server is down, the project deleted, or the like; what was yielded
            before is on the server, and the same push goes on from there.
    """
    present = _present(server, project)
    waiting: dict[str, tuple[Document, dict[str, Any]]] = {}
    for document in documents:
        if isinstance(document, IeError):
            yield document
        elif document.sha256 in present or document.sha256 in waiting:
            yield Sent(document.name, present.get(document.sha256), new=False)
        else:
            try:
                waiting[document.sha256] = document, _task(document, predictor)
            except IeError as error:
                yield error
        if len(waiting) >= batch:
            yield from _send(server, project, waiting, present)
    yield from _send(server, project, waiting, present)


def _present(server: Server, project: Project) -> dict[str, int | None]:
    hashes: dict[str, int | None] = {}
    for task in server.tasks(project):
        if isinstance(sha256 := task.data.get("sha256"), str):
            hashes.setdefault(sha256, task.id)
    return hashes


def _task(document: Document, predictor: Predictor | None) -> dict[str, Any]:
    task = task_of(document)
    if predictor is not None:
        try:
            annotations = predictor.annotate(document)
        except IeError:
            raise
        except Exception as error:
            # A flaw of ours that one odd document brings to light must not cost the others.
            found = f"unexpected {type(error).__name__}: {error}"
            raise IeError(document.name, found, fix="please report it") from error
        task["predictions"] = [prediction_of(annotations, predictor.name)]
    return task


def _send(
    server: Server,
    project: Project,
    waiting: dict[str, tuple[Document, dict[str, Any]]],
    present: dict[str, int | None],
) -> Iterator[Sent]:
    """Send what waits. After an answer that broke off, look what arrived before the next try."""
    rest = dict(waiting)
    for attempt in range(1, ATTEMPTS + 1):
        if not rest:
            break
        try:
            ids = server.send(project, [task for _, task in rest.values()])
        except BrokenOffError:
            if attempt == ATTEMPTS:
                raise
            time.sleep(attempt)
            present |= _present(server, project)
            rest = {k: v for k, v in rest.items() if k not in present}
        else:
            present |= dict(zip(rest, ids, strict=True))
            break
    for sha256, (document, _) in waiting.items():
        yield Sent(document.name, present[sha256], new=True)
    waiting.clear()


# Pull


@dataclass(slots=True)
class Pulled:
    """What came back.

    Args:
        rows: annotations with their provenance, one a finished task, in the order of tasks.
        failures: an error for each task that cannot be used.
        drafts: a line for each task with work that was never submitted.
        cancelled: tasks that were skipped by their annotators.
        unlabelled: tasks that nobody finished.
    """

    rows: list[tuple[Annotations, dict[str, Any]]] = field(default_factory=list)
    failures: list[IeError] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    cancelled: int = 0
    unlabelled: int = 0


def pull(server: Server, project: Project, annotator: str | None = None) -> Pulled:
    """The finished annotations of a project, see :func:`convert_export`.

    Raises:
        ServerError: see :class:`Server`; nothing came back then.
    """
    exported = server.export(project)
    return convert_export(exported, f"project {project.title}", annotator, server.users())


def read_export(path: Path, annotator: str | None = None) -> Pulled:
    """The finished annotations of a file, exported by Label Studio as JSON.

    Raises:
        ReadError: the file cannot be read.
        AnnotationError: it is no such export, or was cut short; see also
            :func:`convert_export`.
    """
    fix = "export again, as JSON (not JSON-MIN)"
    try:
        exported = json.loads(read_bytes(path).decode("utf-8"))
    except json.JSONDecodeError as error:
        cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        said = "cut short" if cut else error.msg
        where = f"{path} line {error.lineno}"
        raise AnnotationError(where, said, "one whole JSON export", fix) from None
    except (ValueError, RecursionError) as error:
        raise AnnotationError(str(path), str(error), "JSON in UTF-8", fix) from None
    if not isinstance(exported, list) or not all(_is_task(t) for t in exported):
        raise AnnotationError(str(path), "other JSON", "tasks with id, data and annotations", fix)
    return convert_export(exported, str(path), annotator)


def _is_task(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and isinstance(row.get("id"), int)
        and isinstance(row.get("data"), dict)
        and isinstance(row.get("annotations"), list)
    )


def convert_export(
    exported: Iterable[Any],
    source: str,
    annotator: str | None = None,
    users: Mapping[int, str] | None = None,
) -> Pulled:
    """Turn exported tasks into annotations, so that a bad one costs no other.

    Of several annotations of a task one is chosen, see :func:`ie.annotation.label_studio.
    convert.choose`; a task whose text is no longer the one that was uploaded is refused.

    Args:
        exported: the tasks of a raw JSON export.
        source: the project or file, for errors and for the provenance.
        annotator: whose annotations to take: an e-mail address or the id of a user.
        users: user id → e-mail address.
    """
    pulled = Pulled()
    seen: dict[str, int] = {}
    for task in exported:
        if not _is_task(task):
            pulled.failures.append(
                AnnotationError(source, "a task without id, data or annotations")
            )
            continue
        where = f"{source} task {task.get('id')}"
        annotations = [_signed(a, users or {}) for a in task["annotations"] if isinstance(a, dict)]
        try:
            chosen = choose(annotations, annotator)
            pulled.drafts += _drafts(where, task, chosen)
            if chosen is None:
                cancelled = any(a.get("was_cancelled") for a in annotations)
                pulled.cancelled += cancelled
                pulled.unlabelled += not cancelled
                continue
            document = document_of(task, where)
            if (first := seen.setdefault(document.sha256, task["id"])) != task["id"]:
                found = f"the text of task {first} once more"
                raise AnnotationError(where, found, fix="delete one of the two")
            found_spans = annotations_of(document, chosen.get("result") or [], where)
        except IeError as error:
            pulled.failures.append(error)
            continue
        pulled.rows.append((found_spans, _provenance(source, task, chosen)))
    return pulled


def _signed(annotation: dict[str, Any], users: Mapping[int, str]) -> dict[str, Any]:
    """The annotation with the address of its annotator, for whom the export has a number."""
    by = annotation.get("completed_by")
    if isinstance(by, int) and by in users:
        return annotation | {"completed_by": {"id": by, "email": users[by]}}
    return annotation


def _drafts(where: str, task: dict[str, Any], chosen: dict[str, Any] | None) -> Iterator[str]:
    """Work on a task that was saved but never submitted."""
    for draft in task.get("drafts") or ():
        if not isinstance(draft, dict):  # an export may list their ids only
            yield f"{where}: a draft, never submitted"
        elif draft.get("annotation") is None:
            yield f"{where}: a draft by {draft.get('user')}, never submitted"
        elif chosen is not None and draft["annotation"] == chosen.get("id"):
            yield f"{where}: changes by {draft.get('user')} that were never submitted"


def _provenance(source: str, task: dict[str, Any], chosen: dict[str, Any]) -> dict[str, Any]:
    by = chosen.get("completed_by")
    return {
        "source": "label-studio",
        "from": source,
        "task": task["id"],
        "annotation": chosen.get("id"),
        "annotator": by.get("email") or by.get("id") if isinstance(by, dict) else by,
        "updated": chosen.get("updated_at"),
    }
