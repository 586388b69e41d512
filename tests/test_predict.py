from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from conftest import EXAMPLE

from ie import extractors
from ie.annotation.store import read_gold
from ie.document import Document
from ie.errors import AnnotationError, ReadError, UsageError, WriteError
from ie.extractors import Extractor
from ie.output import Output
from ie.predict import find_sources, predict, predict_all, report_of
from ie.report import Report

TEXT = "2016年青河县政府信息公开工作年度报告\n一、概述\n主动公开政府信息642条。\n"


def write(path: Path, text: str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_unknown_extractor():
    with pytest.raises(UsageError, match="extractor magic: unknown; expected one of rules"):
        extractors.load("magic")


def test_a_document_becomes_a_report():
    report = predict(Document(TEXT, name="a.txt"), extractors.load("rules"), with_annotations=True)
    assert report.source.name == "a.txt"
    assert report.extractor.name == "rules"
    assert [s.title for s in report.sections] == ["概述"]
    assert [f.value for f in report.facts] == [642]
    assert report.annotations is not None
    for span in report.annotations.spans:
        assert TEXT[span.start : span.end] == span.text


def test_folders_give_their_texts_once_and_sorted(tmp_path):
    b, a = write(tmp_path / "b.txt"), write(tmp_path / "a" / "c.TXT")
    write(tmp_path / "a" / "notes.md")
    write(tmp_path / "a" / ".hidden.txt")
    write(tmp_path / ".git" / "x.txt")
    (tmp_path / "link.txt").symlink_to(b)
    sources, errors = find_sources([tmp_path, b, tmp_path / "a" / ".." / "b.txt"])
    assert [(s.path, s.name) for s in sources] == [(a, "a/c.TXT"), (b, "b.txt")]
    assert errors == []


def test_a_folder_without_texts_is_an_error_beside_the_others(tmp_path):
    a = write(tmp_path / "a.txt")
    (tmp_path / "empty").mkdir()
    sources, errors = find_sources([tmp_path / "empty", a, tmp_path / "missing.txt"])
    assert [s.name for s in sources] == ["a.txt", "missing.txt"]
    assert [str(e) for e in errors] == [
        f"{tmp_path / 'empty'}: no *.txt file; expected a folder of text files"
    ]


def test_a_bad_file_costs_no_other(tmp_path):
    write(tmp_path / "1.txt")
    write(tmp_path / "2.txt", "")
    write(tmp_path / "3.txt")
    rules = extractors.load("rules")

    def annotate(document: Document):
        if document.name == "3.txt":
            raise ZeroDivisionError("of no\nuse")
        return rules.annotate(document)

    sources, _ = find_sources([tmp_path])
    first, second, third = predict_all(sources, Extractor(rules.info, annotate))
    assert isinstance(first, Report)
    assert isinstance(second, ReadError)
    assert str(third).endswith("3.txt: unexpected ZeroDivisionError: of no use; please report it")


def test_sides_of_a_comparison(tmp_path):
    file = write(tmp_path / "a.txt")
    by_rules = report_of(file, "rules")
    saved = write(tmp_path / "a.report.json", by_rules.to_json())
    assert report_of(file, str(saved)) == by_rules
    gold = EXAMPLE.with_name("yunxi-2015.gold.json")
    by_hand = report_of(EXAMPLE, str(gold))
    assert by_hand.extractor.name == "gold"
    numbers = [s for s in read_gold(gold, EXAMPLE).spans if s.label in ("COUNT", "RATE")]
    assert len(by_hand.facts) >= len(numbers) > 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"schema_version": "1.0"}', "Field required"),
        ('{"schema_version": ', "JSON"),
        ("{}", "no spans"),
        ("[]", "no spans"),
    ],
)
def test_a_side_that_is_no_report(tmp_path, text, message):
    file, side = write(tmp_path / "a.txt"), write(tmp_path / "b.json", text)
    with pytest.raises(AnnotationError, match=message) as caught:
        report_of(file, str(side))
    assert "\n" not in str(caught.value)


# Output


def test_output_replaces_its_target_at_the_end(tmp_path):
    target = write(tmp_path / "out.jsonl", "old")
    target.chmod(0o640)
    link = tmp_path / "link.jsonl"
    link.symlink_to(target)
    with Output(link) as out:
        out.write("甲\n")
        out.write("乙\n")
        assert target.read_text() == "old"
        assert out.partial.read_text(encoding="utf-8") == "甲\n乙\n"
    assert target.read_text(encoding="utf-8") == "甲\n乙\n"
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.jsonl", "out.jsonl"]


def write_and_raise(out: Output, error: type[BaseException]) -> None:
    out.write("甲\n")
    raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, SystemExit])
def test_what_was_finished_stays_when_the_work_breaks_off(tmp_path, error):
    target = write(tmp_path / "out.jsonl", "old")
    out = Output(target)
    with pytest.raises(error), out:
        write_and_raise(out, error)
    assert target.read_text() == "old"
    assert out.partial.read_text(encoding="utf-8") == "甲\n"


def test_nothing_stays_where_nothing_was_finished(tmp_path):
    with pytest.raises(KeyboardInterrupt), Output(tmp_path / "out.jsonl"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written(tmp_path):
    file = write(tmp_path / "file")
    for target, message in (
        (file / "out", "Not a directory"),
        (tmp_path / "missing" / "out", "No such file or directory"),
        (tmp_path, "a folder; expected the name of a file"),
    ):
        with pytest.raises(WriteError, match=message), Output(target):
            pass


def test_a_device_is_written_to_and_not_replaced():
    with Output(Path(os.devnull)) as out:
        out.write("x\n")
    assert not Path(os.devnull).is_file()
    with pytest.raises(WriteError, match="No space left"), Output(Path("/dev/full")) as out:
        out.write("x\n")


def test_reports_round_trip_through_json():
    report = report_of(EXAMPLE, "rules")
    assert Report.model_validate_json(report.to_json()) == report
    assert json.loads(report.to_json(indent=2))["source"]["name"] == EXAMPLE.name
