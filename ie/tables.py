"""A report as tables for people; the JSON says the same in full."""

from __future__ import annotations

from io import StringIO
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ie.labels import INDICATORS
from ie.report import Fact, Report

_WIDTH: Final = 120
"""Columns of tables that go to a file or another program."""


def to_text(*parts: RenderableType, terminal: bool) -> str:
    """What rich prints of tables: as wide as the terminal and in its colours, if it is one."""
    width = None if terminal else _WIDTH
    console = Console(file=StringIO(), force_terminal=terminal, width=width)
    with console.capture() as capture:
        for part in parts:
            console.print(part)
    return capture.get()


def report_table(report: Report) -> Group:
    """Header, summary, facts, cited documents and checks, those that are there."""
    parts: list[RenderableType] = [_header(report)]
    if report.summary:
        parts.append(_summary(report))
    if report.facts:
        parts.append(_facts(report))
    if report.documents:
        parts.append(_documents(report))
    if report.checks:
        parts.append(_checks(report))
    return Group(*parts)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in ("value", "at") else "left")
    return table


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _add(table: Table, *cells: object) -> None:
    # Text, because square brackets in a report are no rich mark-up.
    table.add_row(*(Text("" if cell is None else str(cell)) for cell in cells))


def _header(report: Report) -> Table:
    header, source = report.header, report.source
    table = _table(header.title or source.name)
    table.show_header = False
    period = f"{header.period.start} – {header.period.end}" if header.period else None
    rows = (
        ("publisher", header.publisher),
        ("region", header.region),
        ("year", header.year),
        ("period", period),
        ("published on", header.published_on),
        ("source", f"{source.name}, {source.chars} characters, {source.encoding}"),
        ("extractor", f"{report.extractor.name} {report.extractor.version}"),
    )
    for name, value in rows:
        if value is not None:
            _add(table, name, value)
    return table


def _summary(report: Report) -> Table:
    table = _table("Summary", "indicator", "指标", "value")
    for code, value in report.summary.items():
        _add(table, code, INDICATORS[code].name, _number(value))
    return table


def _facts(report: Report) -> Table:
    channels = {c.id: c.name for c in report.channels}
    columns = ("indicator", "label", "value", "unit", "channel", "section", "evidence", "at")
    table = _table(_counted(len(report.facts), "fact"), *columns)
    for fact in report.facts:
        _add(
            table,
            fact.indicator,
            fact.label,
            _value(fact),
            fact.unit,
            channels.get(fact.channel or ""),
            fact.section,
            fact.evidence.text,
            fact.evidence.start,
        )
    return table


_APPROX = {"more": ">", "less": "<", "about": "~"}


def _value(fact: Fact) -> str:
    number = f"{fact.value * 100:.6g}%" if fact.kind == "rate" else _number(fact.value)
    return _APPROX.get(fact.approx or "", "") + number


def _number(value: int | float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.15g}"


def _documents(report: Report) -> Table:
    table = _table(
        _counted(len(report.documents), "document"), "title", "number", "issuer", "mentions"
    )
    for document in report.documents:
        number = document.number.normalized if document.number else None
        _add(table, document.title, number, document.issuer, len(document.mentions))
    return table


def _checks(report: Report) -> Table:
    table = _table(_counted(len(report.checks), "check"), "severity", "check", "message", "facts")
    for check in report.checks:
        _add(table, check.severity, check.code, check.message, " ".join(check.facts))
    return table
