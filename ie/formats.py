"""The forms in which reports are printed and written."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ie.report import Report


class Format(str, Enum):
    """How reports are printed."""

    json = "json"
    jsonl = "jsonl"
    table = "table"


_LINE_ENDS: Final = {end.encode(): f"\\u{ord(end):04x}".encode() for end in "\x85\u2028\u2029"}
"""What JSON leaves in a line, though many a reader ends the line there → its escape."""


def formatted(report: Report, form: Format, *, terminal: bool = False) -> bytes:
    """The bytes of one report, in UTF-8 and with a line end.

    Args:
        report: which is printed.
        form: indented JSON, a line of JSON, or tables.
        terminal: tables as wide as the terminal and in its colours.
    """
    if form is Format.table:
        from ie import tables

        shown = tables.to_text(tables.report_table(report), terminal=terminal)
        return shown.encode("utf-8", "backslashreplace")
    data = report.to_json(indent=2 if form is Format.json else None)
    if form is Format.jsonl:
        for end, escape in _LINE_ENDS.items():
            data = data.replace(end, escape)
    return data + b"\n"
