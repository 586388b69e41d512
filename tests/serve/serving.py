"""A backend in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from ie import report
from ie.document import Annotations, Document
from ie.extractors import Extractor, load
from ie.serve.label_studio import application
from ie.serve.training import Trainings
from ie.serve.versions import Versions

TOKEN = "s3cret:token"


def client(versions: Versions | None = None, trainings: Trainings | None = None) -> TestClient:
    """A client that brings the token; without versions the rules predict."""
    served = application(versions or Versions(load("rules")), TOKEN, trainings)
    token = {"Authorization": f"Token {TOKEN}"}
    return TestClient(served, headers=token, raise_server_exceptions=False)


def extractor(version: str, annotate: Callable[[Document], Annotations]) -> Extractor:
    """An extractor of any behaviour; its version is ``rules-VERSION``."""
    return Extractor(report.Extractor("rules", version), annotate)


def nothing(document: Document) -> Annotations:
    """Annotates nothing."""
    return Annotations(document, ())


def task(text: Any, number: int = 1) -> dict[str, Any]:
    """A task as Label Studio sends it."""
    return {"id": number, "data": {"text": text}, "annotations": [], "predictions": []}
