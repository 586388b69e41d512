"""The ML backend that Label Studio asks for predictions, and tells of annotations.

=============  ====================================================================
GET /health    ``{"status": "UP", "model_version": …}``; GET / is the same
POST /setup    asked before every prediction: ``{"model_version": …}``, the version
               whose predictions are wanted; refused for another labelling interface
POST /predict  ``{"results": […], "model_version": …}``, one result a task, in order
GET /versions  ``{"versions": […]}``, oldest first
POST /webhook  events; ``{"job": …}`` where one starts a training, else ``{}``
POST /train    as the event START_TRAINING
POST /job_status  ``{"job_status": "started" | "finished" | "failed"}``; 410 if unknown
=============  ====================================================================

Every answer is JSON, an error ``{"error": …}``. The token of :mod:`ie.serve.access` guards all.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ie.annotation.label_studio.convert import prediction_of, result_of
from ie.annotation.label_studio.interface import TEXT, lacking
from ie.document import Document
from ie.errors import IeError
from ie.serve.access import TokenGuard
from ie.serve.suggestions import Result, suggestions
from ie.serve.training import Trainings
from ie.serve.versions import Version, Versions

log = logging.getLogger(__name__)

CHANGES: Final = frozenset({"ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED"})
"""Events that count towards the next training."""


def application(versions: Versions, token: str, trainings: Trainings | None = None) -> Starlette:
    """The server as an ASGI application.

    Args:
        versions: what predicts.
        token: that every request must bring.
        trainings: what events start; without it they are heard and forgotten.
    """
    backend = _Backend(versions, trainings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        if trainings:
            await run_in_threadpool(trainings.close)

    return Starlette(
        routes=[
            Route("/", backend.health),
            Route("/health", backend.health),
            Route("/setup", backend.setup, methods=["POST"]),
            Route("/predict", backend.predict, methods=["POST"]),
            Route("/versions", backend.versions),
            Route("/webhook", backend.webhook, methods=["POST"]),
            Route("/train", backend.train, methods=["POST"]),
            Route("/job_status", backend.job_status, methods=["POST"]),
        ],
        middleware=[Middleware(TokenGuard, token=token)],
        exception_handlers={HTTPException: _refuse, Exception: _fail},
        lifespan=lifespan,
    )


class _Backend:
    def __init__(self, versions: Versions, trainings: Trainings | None) -> None:
        self._versions, self._trainings = versions, trainings

    async def health(self, _: Request) -> JSONResponse:
        return _Answer({"status": "UP", "model_version": self._versions.current.name})

    async def setup(self, request: Request) -> JSONResponse:
        schema = (await _body(request)).get("schema")
        if missing := lacking(schema if isinstance(schema, str) else ""):
            # Label Studio shows no more than the status, so the log must say it.
            log.error("setup: the project's labelling interface lacks %s", missing)
            fix = "use the labelling interface that ie label-studio config prints"
            raise HTTPException(422, f"the labelling interface lacks {missing}; {fix}")
        return _Answer({"model_version": self._versions.current.name})

    async def predict(self, request: Request) -> JSONResponse:
        body = await _body(request)
        tasks = body.get("tasks")
        if not isinstance(tasks, list):
            raise HTTPException(400, "no tasks; expected a list")
        drawn = _drawn(body)
        version = self._versions.current  # the same one for all, whatever is published meanwhile
        # One after the other, each in a thread: /health has one second, whatever is predicted.
        results = [await run_in_threadpool(_predicted, version, task, drawn) for task in tasks]
        return _Answer({"results": results, "model_version": version.name})

    async def versions(self, _: Request) -> JSONResponse:
        return _Answer({"versions": self._versions.names})

    async def webhook(self, request: Request) -> JSONResponse:
        body = await _body(request)
        action = body.get("action")
        if not isinstance(action, str):
            raise HTTPException(400, "no action; expected the name of an event")
        if action == "START_TRAINING":
            return await self._start(body)
        project, changed = _title(body), _changed(body)
        if not (self._trainings and action in CHANGES and project and changed):
            return _Answer({})
        number = await run_in_threadpool(self._trainings.note, project, changed)
        return _Answer({"job": number} if number else {}, 201 if number else 200)

    async def train(self, request: Request) -> JSONResponse:
        return await self._start(await _body(request))

    async def job_status(self, request: Request) -> JSONResponse:
        job = (await _body(request)).get("job")
        state = self._trainings.state(job) if self._trainings and isinstance(job, str) else None
        if state is None:
            raise HTTPException(410, f"no training {job}")
        return _Answer({"job": job, "job_status": state})

    async def _start(self, body: dict[str, Any]) -> JSONResponse:
        if not self._trainings:
            raise HTTPException(409, "this server does not train; start it with --train CONFIG")
        project = _title(body)
        if not project:
            raise HTTPException(400, "no title of a project")
        return _Answer({"job": await run_in_threadpool(self._trainings.start, project)}, 201)


class _Answer(JSONResponse):
    """JSON in ASCII, because a text may hold halves of surrogate pairs, which UTF-8 cannot."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


async def _refuse(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return _Answer({"error": error.detail}, error.status_code, headers=error.headers)


async def _fail(_: Request, error: Exception) -> JSONResponse:
    return _Answer({"error": f"{type(error).__name__}: {error}"}, 500)


# What Label Studio says


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        raise HTTPException(400, "no JSON") from None
    if not isinstance(body, dict):
        raise HTTPException(400, f"a JSON {type(body).__name__}; expected an object")
    return body


def _drawn(body: dict[str, Any]) -> Result | None:
    """The regions that an annotator is drawing; None where all of a text is to be predicted."""
    params = body.get("params")
    context = params.get("context") if isinstance(params, dict) else None
    result = context.get("result") if isinstance(context, dict) else None
    return _rows(result) if result else None


def _rows(result: Any) -> Result:
    return [row for row in result if isinstance(row, dict)] if isinstance(result, list) else []


def _title(body: dict[str, Any]) -> str:
    project = body.get("project")
    title = project.get("title") if isinstance(project, dict) else None
    return title if isinstance(title, str) else ""


def _changed(body: dict[str, Any]) -> list[int]:
    """Ids of the annotations of an event, but for tasks that were skipped."""
    annotations = body.get("annotation")
    if isinstance(annotations, dict):
        annotations = [annotations]
    return [
        number
        for annotation in _rows(annotations)
        if isinstance(number := annotation.get("id"), int) and not annotation.get("was_cancelled")
    ]


# What it is told


def _predicted(version: Version, task: Any, drawn: Result | None) -> dict[str, Any]:
    """The prediction of one task.

    Where there is none, by a flaw of the task or of ours, the answer has no ``result``:
    Label Studio then leaves out this task and keeps all others.
    """
    data = task.get("data") if isinstance(task, dict) else None
    text = data.get(TEXT) if isinstance(data, dict) else None
    where = f"task {task.get('id')}" if isinstance(task, dict) else "task"
    if not isinstance(text, str):
        log.warning("%s: no %s", where, TEXT)
        return {"model_version": version.name, "error": f"{where}: no {TEXT} in its data"}
    try:
        if drawn is None:
            annotations = version.annotate(Document(text, name=where))
            return prediction_of(annotations, version.name)
        return {"model_version": version.name, "result": _suggested(version, task, text, drawn)}
    except Exception as error:
        what = error if isinstance(error, IeError) else f"{type(error).__name__}: {error}"
        log.warning("%s: %s", where, what)
        return {"model_version": version.name, "error": f"{where}: {what}"}


def _suggested(version: Version, task: dict[str, Any], text: str, drawn: Result) -> Result:
    def read(text: str) -> Result:
        return result_of(version.annotate(Document(text, name="region")))

    known = [_rows(p.get("result")) for p in _rows(task.get("predictions"))]
    return suggestions(drawn, read(text), known, read)
