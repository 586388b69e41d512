"""The audit finds what is suspicious, each kind by itself, and nothing in sound annotations."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.annotation.audit import ERRORS, KINDS, SOUGHT, audit, tables
from ie.annotation.markup import parse_markup
from ie.annotation.store import write_gold, write_store
from ie.document import Annotations, Document
from ie.tables import to_text

SOUND = (
    "[县政府（办公室）|A]公开[信息|I][约５条|C m<]，[及时率|I][98%|R m<]，"
    "[未收到申请|I requests_received none]。\r\n《[办法（试行）|T no>]》[云政发〔2015〕3号|N]，"
    "[图片|I#p][9张|C#all m:p]，其中[4张|C of:all m:p]。"
)


def kinds(markup):
    return [(f.kind, f.text) for f in audit([parse_markup(markup)])]


def test_sound_annotations_have_no_findings():
    assert kinds(SOUND) == []
    assert audit([]) == []


@pytest.mark.parametrize(
    "surface",
    [
        *("，甲局", "甲局。", "甲局、", "甲局:", " 甲局", "甲局\n", "\u3000甲局", "（甲），"),
        *("甲局）", "）甲局", "甲局（", "（甲）局（", "（甲局", "《甲局", "甲局》", "》甲（局）"),
        *("“甲局", "甲局”"),
    ],
)
def test_a_frayed_edge(surface):
    assert kinds(f"某[{surface}|A]某") == [("edge", surface)]


@pytest.mark.parametrize(
    "surface",
    [
        "甲局",
        "（甲）局",
        "甲（局）",
        "(甲）",
        "《甲》",
        "“甲”局",
        "甲，局",
        "甲-局",
        "甲（局",
        "（）",
    ],
)
def test_a_whole_edge(surface):
    assert kinds(f"[{surface}|A]") == []


@pytest.mark.parametrize(
    ("markup", "note"),
    [
        ("[信息|I][5条|C value=6 m<]", "6, but the words say 5"),
        ("[信息|I][3万条|C value=3 m<]", "3, but the words say 30000"),
        ("[率|I][98%|R value=98 m<]", "98, but the words say 0.98"),
        ("[信息|I][5条|C value=0 m<]", "0, but the words say 5"),
    ],
)
def test_a_value_that_the_words_contradict(markup, note):
    (finding,) = audit([parse_markup(markup)])
    assert (finding.kind, finding.note) == ("value", note)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
@settings(max_examples=50, deadline=None)
def test_a_value_is_found_exactly_where_it_differs(written, value):
    found = kinds(f"[信息|I][{written}条|C value={value} m<]")
    assert found == ([] if written == value else [("value", f"{written}条")])


def test_a_value_whose_words_cannot_be_read_is_left_alone():
    assert kinds("[信息|I][若干条|C value=3 m<]") == []


def test_a_stated_zero_whose_value_is_none():
    assert kinds("[未收到|I reviews none]") == []
    for value, note in (("value=3", "3, but the words say 0"), ("", "none, but the words say 0")):
        (finding,) = audit([parse_markup(f"[未收到|I reviews stated=none {value}]")])
        assert (finding.kind, finding.note) == ("value", note)


def test_what_the_guide_wants_of_every_figure_zero_and_channel():
    document = Document("网站5条，未收到98%")
    bare = Annotations(
        document,
        (
            document.span(0, 2, "CHANNEL"),
            document.span(2, 4, "COUNT", value=5.0),
            document.span(5, 8, "INDICATOR", value=0.0, stated="none"),
            document.span(8, 11, "RATE", value=0.98),
        ),
    )
    found = [(f.text, f.note) for f in audit([bare]) if f.kind == "attribute"]
    codeless = [(text, "no indicator code") for text in ("5条", "未收到", "98%")]
    assert found == [("网站", "no type"), *codeless]


def test_a_figure_without_indicator_and_an_indicator_without_figure():
    assert kinds("公开[5条|C]") == [("no indicator", "5条")]
    assert kinds("公开[信息|I]，占[98%|R]") == [("unmeasured", "信息"), ("no indicator", "98%")]
    assert kinds("[网站|H][信息|I][5条|C m< via<]") == []
    assert kinds("[网站|H][5条|C via<]") == [("no indicator", "5条")]


def test_a_part_that_is_greater_than_its_total():
    markup = "[图片|I#p][9张|C#all m:p]，其中[{}张|C of:all m:p]"
    assert kinds(markup.format(9)) == []
    (finding,) = audit([parse_markup(markup.format(10))])
    assert (finding.kind, finding.text, finding.note) == ("part", "10张", "of 9张")


def repeated(surface, label, times, other):
    return "、".join([f"[{surface}|{label}]"] * times + [f"[{surface}|{other}]"])


def test_a_surface_that_has_another_label_as_often_or_more_often():
    (finding,) = audit([parse_markup(repeated("县政府网站", "H", 2, "A"))])
    assert (finding.kind, finding.label) == ("label", "AGENCY")
    assert finding.note == "CHANNEL 2 times, AGENCY 1"
    assert kinds(repeated("县政府网站", "H", 1, "A")) == [("label", "县政府网站")] * 2
    # the words of a channel that is itself counted
    assert kinds(repeated("县政府网站", "H", 10, "I")) == [("unmeasured", "县政府网站")]
    assert kinds(repeated("县政府网站", "I", 2, "H")) == [("unmeasured", "县政府网站")] * 2


def test_labels_are_compared_across_documents():
    documents = [parse_markup("[县政府网站|H]", name=f"{i}.txt") for i in range(2)]
    odd = parse_markup("[县政府网站|A]", name="odd.txt")
    assert [(f.document, f.kind) for f in audit([*documents, odd])] == [("odd.txt", "label")]
    assert audit([odd]) == []


def test_a_finding_says_where_it_is_and_what_stands_around():
    text = "第一行有许多的字在此\n[公开，|A]以后也有许多的字在此处"
    (finding,) = audit([parse_markup(text, name="a.txt")])
    assert (finding.document, finding.start, finding.label) == ("a.txt", 11, "AGENCY")
    assert finding.text == "公开，"
    assert finding.context == "第一行有许多的字在此⏎公开，以后也有许多的字在此处"[:26]


def test_findings_stand_by_document_and_place():
    documents = [parse_markup("[、甲|A]，[5条|C]，[乙、|A]", name=n) for n in ("b.txt", "a.txt")]
    assert [(f.document, f.start) for f in audit(documents)] == [
        (name, start) for name in ("b.txt", "a.txt") for start in (0, 3, 6)
    ]


def test_tables_count_every_kind_and_list_errors_or_everything():
    findings = audit([parse_markup("[、甲|A]公开[5条|C]，[信息|I][6条|C value=7 m<]")])
    assert {f.kind for f in findings} == {"edge", "no indicator", "value"}
    assert set(KINDS) > ERRORS
    summary, listed = tables(findings, every=False)
    asked = [f"{kind}?" for kind in KINDS if kind not in ERRORS]
    assert list(summary.columns[0].cells) == ["edge", "value", "attribute", *asked]
    assert list(summary.columns[2].cells) == ["1", "1", "0", "1", "0", "0", "0", "0"]
    assert list(map(str, listed.columns[2].cells)) == ["edge", "value"]
    _, listed = tables(findings, every=True)
    assert list(map(str, listed.columns[2].cells)) == ["edge", "no indicator", "value"]
    assert len(tables([], every=True)) == 1


# What an extractor finds and the annotator did not


def missed(annotated, extracted):
    found = audit([parse_markup(annotated)], lambda document: parse_markup(extracted))
    return [(f.start, f.label, f.text, f.note) for f in found if f.kind == "missed"]


def test_what_only_the_extractor_finds_is_asked_about():
    full = "[甲局|A]经[网站|H]印发《[办法|T]》（[甲发1号|N]），[2013年|D][及时率|I][98%|R]、[5条|C]"
    bare = "甲局经网站印发《办法》（甲发1号），2013年及时率98%、5条"
    assert missed(full, bare) == missed(full, full) == missed(bare, bare) == []
    asked = [label for _, label, _, _ in missed(bare, full)]
    assert asked == ["AGENCY", "CHANNEL", "DOC_TITLE", "DOC_NUMBER", "DATE", "RATE", "COUNT"]
    assert set(asked) == SOUGHT
    assert "missed" not in ERRORS


@pytest.mark.parametrize(
    ("annotated", "found"),
    [
        ("[县政府|A]网站", []),
        ("县[政府|A]网站", []),
        ("[县政府网站|A]", []),
        ("县政府[网站|A]", [(0, "AGENCY", "县政府", "")]),
        ("[县政府网站|H]", [(0, "AGENCY", "县政府", "marked: CHANNEL 县政府网站")]),
        ("[[县|A]政府网站|H]", []),
    ],
)
def test_a_span_of_the_label_that_overlaps_is_enough(annotated, found):
    assert missed(annotated, "[县政府|A]网站") == found


def test_questions_stand_among_the_other_findings_by_place():
    marked, extracted = "甲局[、乙局|A]，丙局[、丁局|A]", "[甲局|A]、乙局，[丙局|A]、丁局"
    found = audit([parse_markup(marked)], lambda document: parse_markup(extracted))
    assert [f.kind for f in found] == ["missed", "edge", "missed", "edge"]


def test_brackets_of_a_report_are_shown_as_they_are():
    shown = to_text(*tables(audit([parse_markup("[、\\[/b\\]局|A]")]), every=True), terminal=False)
    assert "、[/b]局" in shown


# The command


@pytest.fixture
def store(tmp_path):
    """A store with its text: a figure that is marked, beside one that is not."""

    def written(markup="公开[信息|I][5条|C disclosed m<]，公开图片37张。"):
        path = tmp_path / "a.jsonl"
        write_store(path, [(parse_markup(markup, name="a.txt"), {})], text=True)
        return path

    return written


def test_the_command_asks_the_rules_unless_told_not_to(ie, store):
    done = ie("audit", store(), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (finding,) = json.loads(done.stdout)
    assert (finding["kind"], finding["text"], finding["error"]) == ("missed", "37张", False)
    assert json.loads(ie("audit", store(), "--extractor", "none", "--json").stdout) == []
    assert ie("audit", store(), "--extractor", "nobody").returncode == 2
    assert "37张" not in ie("audit", store()).stdout
    assert "37张" in ie("audit", store(), "--all").stdout


def test_the_exit_status_of_the_command_is_1_where_there_are_errors(ie, store):
    wrong = store("公开[信息|I][5条|C disclosed value=6 m<]。")
    for form in ((), ("--json",)):
        done = ie("audit", wrong, *form)
        assert (done.returncode, done.stderr) == (1, "")
        assert "6, but the words say 5" in done.stdout


def test_the_command_takes_a_folder_of_gold_files(ie, tmp_path):
    annotations = parse_markup("[、甲局|A]", name="a.txt")
    (tmp_path / "a.txt").write_bytes(annotations.document.text.encode())
    (tmp_path / "gold").mkdir()
    write_gold(annotations, tmp_path / "gold" / "a.json")
    done = ie("audit", tmp_path / "gold", "--texts", tmp_path, "-e", "none", "--json")
    assert [f["kind"] for f in json.loads(done.stdout)] == ["edge"]
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("spans", "relations", "said"),
    [
        ([("A", 0, 2), ("A", 1, 3)], [], "spans of one label that do not overlap"),
        ([("A", 0, 2), ("H", 2, 4)], [("via", 0, 1)], "AGENCY → CHANNEL; expected COUNT → CHANNEL"),
    ],
)
def test_overlaps_and_illegal_ends_are_refused_when_read(ie, tmp_path, spans, relations, said):
    names = {"A": "AGENCY", "H": "CHANNEL"}
    row = {
        "doc": "a",
        "text": "甲局网站",
        "spans": [
            {"id": f"{i}", "label": names[label], "start": start, "end": end}
            for i, (label, start, end) in enumerate(spans)
        ],
        "relations": [{"type": t, "head": f"{h}", "tail": f"{e}"} for t, h, e in relations],
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    done = ie("audit", tmp_path / "a.jsonl")
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
