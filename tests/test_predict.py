from __future__ import annotations

import json
import os
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from conftest import EXAMPLE

from ie import extractors
from ie.annotation.store import read_gold
from ie.document import Document
from ie.errors import AnnotationError, ReadError, UsageError, WriteError
from ie.extractors import Extractor
from ie.output import Output
from ie.predict import find_sources, predict, predict_all, report_of, source_of
from ie.reading import read_document
from ie.report import Report

TEXT = "2016年青河县政府信息公开工作年度报告\n一、概述\n主动公开政府信息642条。\n"


def write(path: Path, text: str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_unknown_extractor():
    with pytest.raises(UsageError, match="extractor magic: unknown; expected one of model, rules"):
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


def test_a_pipe_in_a_folder_is_skipped(tmp_path):
    write(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "b.txt")
    (tmp_path / "c.txt").symlink_to("nowhere")
    sources, errors = find_sources([tmp_path])
    assert [s.name for s in sources] == ["a.txt", "c.txt"]
    assert [str(e) for e in errors] == [
        f"{tmp_path / 'b.txt'}: a pipe or device; expected a text file"
    ]


def test_standard_input_is_read_once(monkeypatch):
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(TEXT.encode("gb18030"))))
    source = source_of(Path("-"))
    assert source.read().text == source.read().text == TEXT


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
    document = read_document(file)
    by_rules = report_of(document, "rules")
    saved = write(tmp_path / "a.report.json", "\ufeff" + by_rules.to_json().decode())
    assert report_of(document, str(saved)) == by_rules
    gold = EXAMPLE.with_name("yunxi-2015.gold.json")
    by_hand = report_of(read_document(EXAMPLE), str(gold))
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
    side = write(tmp_path / "b.json", text)
    with pytest.raises(AnnotationError, match=message) as caught:
        report_of(Document(TEXT), str(side))
    assert "\n" not in str(caught.value)


def test_a_side_of_another_text(tmp_path):
    other = predict(Document(TEXT + "二", name="b.txt"), extractors.load("rules"))
    side = write(tmp_path / "b.json", other.to_json().decode())
    with pytest.raises(AnnotationError, match=r"b.json: a report of b.txt.*expected.* a.txt"):
        report_of(Document(TEXT, name="a.txt"), str(side))


def test_a_side_whose_evidence_stands_elsewhere(tmp_path):
    for start, end, message in ((0, 4, "'2016'"), (-9, 4, "''"), (10**6, 10**6 + 4, "''")):
        report = predict(Document(TEXT, name="a.txt"), extractors.load("rules"))
        report.facts[0].evidence.start, report.facts[0].evidence.end = start, end
        side = write(tmp_path / "b.json", report.to_json().decode())
        with pytest.raises(AnnotationError, match=f"b.json: fact f1 642条 at .*{message}"):
            report_of(Document(TEXT, name="a.txt"), str(side))


def test_a_side_that_is_nothing():
    with pytest.raises(UsageError, match="extractor magic: unknown"):
        report_of(Document(TEXT), "magic")
    for which in ("nowhere.json", "nowhere/rules"):
        with pytest.raises(ReadError, match=f"{which}: no such file"):
            report_of(Document(TEXT), which)


# Output

FIRST, SECOND = "甲\n".encode(), "乙\n".encode()


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_output_replaces_its_target_at_the_end(tmp_path):
    target = write(tmp_path / "out.jsonl", "old")
    target.chmod(0o640)
    link = tmp_path / "link.jsonl"
    link.symlink_to(target)
    with Output(link) as out:
        assert names(tmp_path) == ["link.jsonl", "out.jsonl"]
        out.write(FIRST)
        out.write(SECOND[:1], SECOND[1:])
        assert target.read_text() == "old"
        (partial,) = tmp_path.glob("*.partial")
        assert partial.read_bytes() == FIRST + SECOND
    assert target.read_bytes() == FIRST + SECOND
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["link.jsonl", "out.jsonl"]


def write_and_raise(out: Output, error: type[BaseException]) -> None:
    out.write(FIRST)
    raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, SystemExit])
def test_what_was_finished_stays_when_the_work_breaks_off(tmp_path, error):
    target = write(tmp_path / "out.jsonl", "old")
    out = Output(target)
    with pytest.raises(error), out:
        write_and_raise(out, error)
    assert target.read_text() == "old"
    assert out.kept == tmp_path / "out.jsonl.partial"
    assert out.kept.read_bytes() == FIRST


def test_what_another_run_has_left_stays(tmp_path):
    partial = write(tmp_path / "out.jsonl.partial", "of an earlier run")
    out = Output(tmp_path / "out.jsonl")
    with pytest.raises(KeyboardInterrupt), out:
        write_and_raise(out, KeyboardInterrupt)
    assert out.kept not in (None, partial)
    assert out.kept.read_bytes() == FIRST
    with pytest.raises(KeyboardInterrupt), Output(tmp_path / "out.jsonl"):
        raise KeyboardInterrupt
    with Output(tmp_path / "out.jsonl") as out:
        out.write(SECOND)
    assert partial.read_text() == "of an earlier run"
    assert len(names(tmp_path)) == 3


def test_nothing_stays_where_nothing_was_finished(tmp_path):
    with pytest.raises(KeyboardInterrupt), Output(tmp_path / "out.jsonl"):
        raise KeyboardInterrupt
    with Output(tmp_path / "out.jsonl"):
        pass
    assert names(tmp_path) == []


def test_where_nothing_can_be_written(tmp_path):
    file = write(tmp_path / "file")
    for target, message in (
        (file / "out", "there is no folder .*file"),
        (tmp_path / "missing" / "out", "there is no folder .*missing"),
        (tmp_path, "a folder; expected the name of a file"),
        (Path("/"), "a folder; expected the name of a file"),
    ):
        with pytest.raises(WriteError, match=message), Output(target):
            pass


def test_a_device_is_written_to_and_not_replaced():
    with Output(Path(os.devnull)) as out:
        out.write(FIRST)
    assert not Path(os.devnull).is_file()
    with pytest.raises(WriteError, match="No space left"), Output(Path("/dev/full")) as out:
        out.write(FIRST)


def test_reports_round_trip_through_json():
    report = report_of(read_document(EXAMPLE), "rules")
    assert Report.model_validate_json(report.to_json()) == report
    assert json.loads(report.to_json(indent=2))["source"]["name"] == EXAMPLE.name
