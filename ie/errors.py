"""Every error that a user can meet: where it is, what was found, what was expected, what to do."""

from __future__ import annotations


class IeError(Exception):
    """The root of all errors that the package raises on purpose.

    Its text is one line, ``WHERE: found FOUND; expected EXPECTED; FIX``, so that the
    command line can print it as it is, without a traceback.

    Args:
        where: the file, document, option or field that is wrong.
        found: what stands there.
        expected: what should stand there, if that can be said.
        fix: what the user can do about it, if that can be said.
    """

    def __init__(self, where: str, found: str, expected: str = "", fix: str = "") -> None:
        self.where, self.found, self.expected, self.fix = where, found, expected, fix
        parts = [found]
        if expected:
            parts.append(f"expected {expected}")
        if fix:
            parts.append(fix)
        super().__init__(" ".join(f"{where}: {'; '.join(parts)}".split()))

    def __reduce__(self) -> tuple[type[IeError], tuple[str, str, str, str]]:
        # An exception is made anew from its arguments where it crosses over to another process.
        return type(self), (self.where, self.found, self.expected, self.fix)


class ReadError(IeError):
    """A file that cannot be turned into a document."""


class WriteError(IeError):
    """An output that cannot be written; whatever stood there before is untouched."""


class WorkerError(IeError):
    """A process that died over a file."""


class DocumentError(IeError):
    """A document, span or interval that breaks the rules of :mod:`ie.document`."""


class AnnotationError(IeError):
    """Stored annotations that do not fit their document or the label set."""


class UsageError(IeError):
    """A command line that asks for something that does not exist."""


class ConfigError(IeError):
    """A configuration that is wrong; it names all that is, each with its path."""


class ModelError(IeError):
    """A checkpoint or model folder that is missing, damaged or made for another vocabulary."""


class ServerError(IeError):
    """A Label Studio that does not answer, refuses, or does not hold what is asked for."""
