"""The schema: what it takes, what it refuses, and that JSON loses nothing."""

import json

import pytest
from hypothesis import given, settings
from planted import planted
from pydantic import ValidationError
from test_document import annotated

from ie.assemble import assemble
from ie.report import Extractor, Report

A = planted(
    "[县政府|AGENCY#a]通过[网站|CHANNEL#w type=website]公开[信息|INDICATOR#i]"
    "[16.4万条|COUNT#c indicator=disclosed value=164000 unit=条 approx=about]",
    "c measures i",
    "c via w",
    "c by a",
)


def data(**changes):
    return json.loads(assemble(A, Extractor("rules", "0.1.0")).to_json()) | changes


def test_json_has_the_fields_of_the_schema():
    assert list(data()) == [
        "schema_version",
        "source",
        "extractor",
        "header",
        "sections",
        "facts",
        "documents",
        "agencies",
        "channels",
        "summary",
        "tables",
        "checks",
    ]
    (fact,) = data()["facts"]
    assert fact == {
        "id": "f1",
        "indicator": "disclosed",
        "label": "信息",
        "value": 164000,
        "unit": "条",
        "approx": "about",
        "kind": "count",
        "stated": "number",
        "channel": "c1",
        "agency": "a1",
        "part_of": None,
        "section": None,
        "evidence": {"start": 11, "end": 17, "text": "16.4万条"},
        "confidence": None,
    }


@settings(deadline=None)
@given(annotated())
def test_a_report_survives_json(a):
    for with_annotations in (True, False):
        report = assemble(a, Extractor("model", "1", "base"), with_annotations=with_annotations)
        text = report.to_json()
        assert Report.model_validate_json(text) == report
        assert ("annotations" in json.loads(text)) == with_annotations


@settings(deadline=None)
@given(annotated())
def test_evidence_is_what_stands_at_its_offsets(a):
    for fact in assemble(a, Extractor("rules", "1")).facts:
        evidence = fact.evidence
        assert a.document.text[evidence.start : evidence.end] == evidence.text


@settings(deadline=None)
@given(annotated())
def test_the_layer_beneath_is_the_annotations(a):
    layer = assemble(a, Extractor("rules", "1"), with_annotations=True).annotations
    stored = a.to_dict()
    keys = ("id", "label", "start", "end", "text")
    assert [[getattr(s, k) for k in keys] for s in layer.spans] == [
        [row[k] for k in keys] for row in stored["spans"]
    ]
    assert [(r.type, r.head, r.tail) for r in layer.relations] == [
        (row["type"], row["head"], row["tail"]) for row in stored["relations"]
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"extra": 1},
        {"schema_version": "2.0"},
        {"extractor": {"name": "guess", "version": "1"}},
        {"facts": [{"id": "f1"}]},
        {"checks": [{"code": "odd", "severity": "info", "message": "", "facts": []}]},
        {"header": {"year": "last"}},
    ],
    ids=lambda c: next(iter(c)),
)
def test_what_is_not_of_the_schema_is_refused(changes):
    with pytest.raises(ValidationError):
        Report.model_validate(data(**changes))


def test_unknown_fields_are_refused_at_every_depth():
    odd = data()
    odd["facts"][0]["evidence"]["page"] = 3
    with pytest.raises(ValidationError, match="page"):
        Report.model_validate(odd)


def test_the_json_schema_describes_what_names_alone_do_not_say():
    schema = Report.model_json_schema()
    fact = schema["$defs"]["Fact"]
    assert fact["additionalProperties"] is False
    assert "base units" in fact["properties"]["value"]["description"]
    assert schema["additionalProperties"] is False
