"""The audit finds what is suspicious, each kind by itself, and nothing in sound annotations."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.annotation.audit import ERRORS, KINDS, audit, tables
from ie.annotation.markup import parse_markup

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


def test_a_surface_that_nearly_always_has_another_label():
    (finding,) = audit([parse_markup(repeated("县政府网站", "H", 10, "A"))])
    assert (finding.kind, finding.label, finding.note) == ("label", "AGENCY", "CHANNEL 10 times")
    assert kinds(repeated("县政府网站", "H", 9, "A")) == []
    assert kinds(repeated("县政府网站", "H", 18, "A") + "[县政府网站|A]") == []
    # the words of a channel that is itself counted
    assert kinds(repeated("县政府网站", "H", 10, "I")) == [("unmeasured", "县政府网站")]


def test_labels_are_compared_across_documents():
    documents = [parse_markup("[县政府网站|H]", name=f"{i}.txt") for i in range(10)]
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
    assert list(summary.columns[0].cells) == list(KINDS)
    assert list(summary.columns[2].cells) == ["1", "1", "1", "0", "0", "0"]
    assert list(listed.columns[2].cells) == ["edge", "value"]
    _, listed = tables(findings, every=True)
    assert list(listed.columns[2].cells) == ["edge", "no indicator", "value"]
    assert len(tables([], every=True)) == 1
