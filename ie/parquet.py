"""Reports as Parquet: one row a report, its columns nested as the report is.

The Arrow schema is derived from :class:`~ie.report.Report`, so that the two cannot differ. A
table of numbers by code (``summary``) is a map; what has no fixed fields (``tables``, the
attributes of a span) is JSON in a string.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import pyarrow as pa

from ie.report import Report


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one type of the report is kept.

    Args:
        type: in Arrow.
        encode: from JSON to what Arrow takes.
        decode: from what Arrow gives to what the report takes.
        nullable: whether it may be missing.
    """

    type: Any
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    nullable: bool = False


def _same(value: Any) -> Any:
    return value


def _whole(value: float) -> int | float:
    """A number as the report has it: an int where it is one; doubles hold all that are read."""
    return int(value) if value.is_integer() else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_SIMPLE: Final = {
    str: _Kind(pa.string(), _same, _same),
    int: _Kind(pa.int64(), _same, _same),
    float: _Kind(pa.float64(), _same, _same),
    date: _Kind(pa.date32(), date.fromisoformat, _same),
}
_NUMBER: Final = _Kind(pa.float64(), float, _whole)
_JSON: Final = _Kind(pa.string(), _json, json.loads)
_NUMBERS: Final = _Kind(
    pa.map_(pa.string(), pa.field("value", pa.float64(), nullable=False)),
    lambda table: [(key, float(value)) for key, value in table.items()],
    lambda pairs: {key: _whole(value) for key, value in pairs},
)


def _kind(annotation: Any) -> _Kind:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(arguments[0])
    if origin in (Union, UnionType):
        others = [a for a in arguments if a is not NoneType]
        kind = _NUMBER if set(others) == {int, float} else _kind(others[0])
        return _optional(kind) if len(others) < len(arguments) else kind
    if origin is Literal:
        return _SIMPLE[type(arguments[0])]
    if origin is list:
        return _list(_kind(arguments[0]))
    if origin is dict:
        return _NUMBERS if set(get_args(arguments[1])) == {int, float} else _JSON
    if dataclasses.is_dataclass(annotation):
        return _struct(get_type_hints(annotation, include_extras=True))
    return _SIMPLE[annotation]


def _optional(kind: _Kind) -> _Kind:
    return _Kind(
        kind.type,
        lambda value: None if value is None else kind.encode(value),
        lambda value: None if value is None else kind.decode(value),
        nullable=True,
    )


def _list(kind: _Kind) -> _Kind:
    return _Kind(
        pa.list_(pa.field("element", kind.type, kind.nullable)),
        lambda values: [kind.encode(v) for v in values],
        lambda values: [kind.decode(v) for v in values],
    )


def _struct(hints: dict[str, Any]) -> _Kind:
    kinds = {n: _kind(hint) for n, hint in hints.items() if not n.startswith("__")}
    return _Kind(
        pa.struct([pa.field(n, k.type, k.nullable) for n, k in kinds.items()]),
        lambda value: {n: k.encode(value.get(n)) for n, k in kinds.items()},
        lambda value: {n: k.decode(value[n]) for n, k in kinds.items()},
    )


_REPORT: Final = _struct({n: f.annotation for n, f in Report.model_fields.items()})

SCHEMA: Final = pa.schema(_REPORT.type)
"""Of every file."""


def to_batch(data: bytes) -> Any:
    """One report, as JSON, as an Arrow record batch of one row."""
    return pa.RecordBatch.from_pylist([_REPORT.encode(json.loads(data))], schema=SCHEMA)


def to_reports(table: Any) -> list[Report]:
    """The reports of an Arrow table.

    Raises:
        pydantic.ValidationError: they are none.
    """
    return [Report.model_validate(_REPORT.decode(row)) for row in table.to_pylist()]
