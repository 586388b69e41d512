"""The model that a server predicts with, and how a new one takes its place."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from ie import extractors
from ie.document import Annotations, Document
from ie.errors import IeError, ModelError
from ie.extractors import Extractor

_TRIAL: Final = Document("2015年，县政府网站主动公开信息5条。", name="trial")
"""What a new model must be able to read before it takes over."""


class Version:
    """One extractor under the name that Label Studio shows.

    Args:
        extractor: annotates, from several threads at once.
    """

    def __init__(self, extractor: Extractor) -> None:
        self.name = name_of(extractor)
        # Annotators draw one span after the other in the same document.
        self.annotate = lru_cache(maxsize=64)(self._annotate)
        self._extractor = extractor

    def _annotate(self, document: Document) -> Annotations:
        if not document.text.strip():
            return Annotations(document, ())
        return self._extractor.annotate(document)


def name_of(extractor: Extractor) -> str:
    """The version of an extractor: of a model its name and the beginning of its hash."""
    info = extractor.info
    if info.model_sha256:
        return f"{info.model}-{info.model_sha256[:8]}"
    return f"{info.name}-{info.version}"


class Versions:
    """All versions that a server has had, of which the last one predicts.

    A request takes :attr:`current` once and keeps it to its end, so that what it answers
    comes from one model, even where another one takes over meanwhile.

    Args:
        first: predicts until another version is published.
    """

    def __init__(self, first: Extractor) -> None:
        self.current = Version(first)
        self.names = [self.current.name]

    def publish(self, folder: Path) -> str:
        """Let the model of a folder predict from now on.

        Returns:
            The name of its version.

        Raises:
            ModelError: it cannot be opened or does not run; the one before it stays.
        """
        extractor = extractors.load("model", folder)
        try:
            extractor.annotate(_TRIAL)
        except Exception as error:
            what = error if isinstance(error, IeError) else f"{type(error).__name__}: {error}"
            raise ModelError(str(folder), str(what), "a model that runs") from error
        return self.take_over(extractor)

    def take_over(self, extractor: Extractor) -> str:
        """Let an extractor predict from now on, and name its version."""
        version = Version(extractor)
        self.names = [*(n for n in self.names if n != version.name), version.name]
        self.current = version
        return version.name
