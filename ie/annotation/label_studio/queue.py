"""The tasks that wait for an annotator, put in the order of :mod:`.order`, and handed out so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ie.annotation.label_studio.client import Project, Server, Task
from ie.annotation.label_studio.convert import document_of, prediction_of
from ie.annotation.label_studio.order import Ranked
from ie.document import Document
from ie.errors import IeError


@dataclass(slots=True)
class Queue:
    """The tasks of a project.

    Args:
        tasks: that nobody has annotated.
        documents: theirs, in the same order.
        annotated: the documents of the others.
        failures: an error for each task whose document cannot be used.
    """

    tasks: list[Task] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    annotated: list[Document] = field(default_factory=list)
    failures: list[IeError] = field(default_factory=list)


def read_queue(server: Server, project: Project) -> Queue:
    """What waits in a project.

    Raises:
        ServerError: see :class:`Server`.
    """
    queue = Queue()
    for task in server.tasks(project, predictions=True):
        try:
            document = document_of({"data": task.data}, f"task {task.id}")
        except IeError as error:
            queue.failures.append(error)
            continue
        if task.labelled:
            queue.annotated.append(document)
        else:
            queue.tasks.append(task)
            queue.documents.append(document)
    return queue


def hand_out(
    server: Server, project: Project, queue: Queue, ranked: Iterable[Ranked], model_version: str
) -> None:
    """Let Label Studio show the tasks in their order.

    Each task gets the prediction that it was ranked by, and as its score 1 - priority: sorted
    by prediction score, upwards, the Data Manager shows the order, and the labelling stream
    hands it out. The project changes to this model version once all tasks have theirs.

    Raises:
        ServerError: see :class:`Server`; asked again, no prediction comes twice.
    """
    for r in ranked:
        prediction = prediction_of(r.annotations, model_version) | {"score": 1 - r.priority}
        server.predict(queue.tasks[r.place], prediction)
    server.serve_by_score(project, model_version)
