from __future__ import annotations

import dataclasses

import pyarrow as pa
import pytest
from conftest import EXAMPLE

from ie import extractors
from ie.document import Document
from ie.parquet import SCHEMA, to_batch, to_reports
from ie.predict import predict
from ie.reading import read_document
from ie.report import Fact, Report


@pytest.mark.parametrize("annotated", [False, True])
def test_a_report_comes_back_as_it_was(annotated):
    rules = extractors.load("rules")
    texts = (read_document(EXAMPLE), Document("公开信息96.85%，收费16.4万元。"))
    reports = [predict(d, rules, with_annotations=annotated) for d in texts]
    table = pa.Table.from_batches([to_batch(r.to_json()) for r in reports])
    back = to_reports(table)
    assert back == reports
    # 642 is not 642.0: equal for Python, not for who reads the JSON
    assert [r.to_json() for r in back] == [r.to_json() for r in reports]


def test_the_schema_has_every_field_of_a_report():
    assert SCHEMA.names == list(Report.model_fields)
    facts = SCHEMA.field("facts").type.value_type
    assert [f.name for f in facts] == [f.name for f in dataclasses.fields(Fact)]
    assert facts.field("value").type == pa.float64()
    assert not facts.field("value").nullable
    assert facts.field("channel").nullable
    assert SCHEMA.field("header").type.field("published_on").type == pa.date32()


def test_tables_of_any_shape_are_kept():
    report = predict(Document("公开5条。"), extractors.load("rules"))
    report.tables = {"一": [{"a": None, "b": [1, 2.5, "三"]}]}
    report.summary = {"disclosed": 5, "completion_rate": 0.5}
    (back,) = to_reports(pa.Table.from_batches([to_batch(report.to_json())]))
    assert back == report
