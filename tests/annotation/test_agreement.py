"""Two annotators of one text, planted: what is shared, what chance would give, what differs."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.annotation.agreement import agreement, tables
from ie.annotation.markup import parse_markup
from ie.annotation.store import write_gold, write_store
from ie.document import Annotations, Document
from ie.errors import AnnotationError
from ie.labels import SPAN_LABELS
from ie.tables import to_text

A = "[县政府|A]经[政府网站|H#w website]公开[信息|I][5条|C disclosed m< via:w]、[图片|I][3张|C m<]。"
B = "县[政府|A]经[政府网站|H#w platform]公开[信息|I][5条|C letters m<]、[图片|I]3张。"


def compared(a, b):
    return agreement([parse_markup(a, name="a.txt")], [parse_markup(b, name="b.txt")])


def differences(a, b):
    return [(d.kind, d.label, d.start, d.a, d.b) for d in compared(a, b).differences]


def test_what_is_shared_is_counted_by_label():
    found = compared(A, B)
    shared = {name: (s.shared.both, s.shared.a, s.shared.b) for name, s in found.spans.items()}
    assert shared == {
        **dict.fromkeys(SPAN_LABELS, (0, 0, 0)),
        "COUNT": (1, 2, 1),
        "AGENCY": (0, 1, 1),
        "CHANNEL": (1, 1, 1),
        "INDICATOR": (2, 2, 2),
        "all": (4, 6, 5),
    }
    assert found.spans["COUNT"].shared.f1 == pytest.approx(2 / 3)
    assert found.spans["all"].shared.f1 == pytest.approx(8 / 11)
    assert found.spans["RATE"].shared.f1 is None


def test_relations_and_facts():
    found = compared(A, B)
    relations = {n: (s.both, s.a, s.b) for n, s in found.relations.items() if s.a or s.b}
    assert relations == {"measures": (1, 2, 1), "via": (0, 1, 0), "all": (1, 3, 1)}
    facts = {name: (s.both, s.a, s.b) for name, s in found.facts.items()}
    assert facts == {"all": (0, 2, 1), "coded": (0, 1, 1)}


def test_attributes_of_the_spans_that_both_marked():
    found = compared(A, B).attributes
    counted = {name: (t.spans, t.equal, t.accuracy) for name, t in found.items()}
    assert counted == {
        "value": (1, 1, 1.0),
        "indicator": (1, 0, 0.0),
        "unit": (1, 1, 1.0),
        "approx": (1, 1, 1.0),
        "type": (1, 0, 0.0),
        "stated": (2, 2, 1.0),
    }
    assert compared("信息5条", "信息5条").attributes["value"].accuracy is None


def test_kappa_of_an_attribute_by_hand():
    # Types of four channels: p_o 3/4; p_e 1/2 × 3/4 + 1/2 × 1/4.
    text = "[甲|H {}]，[乙|H {}]，[丙|H {}]，[丁|H {}]"
    a = text.format("website", "website", "tv", "tv")
    b = text.format("website", "website", "website", "tv")
    assert compared(a, b).attributes["type"].kappa == pytest.approx(0.5)


def test_coefficients_of_spans_by_hand():
    # Of ten characters A marks 0–3 and B 2–3: p_o 0.8; p_e 0.4 × 0.2 + 0.6 × 0.8 = 0.56.
    found = compared("[一二三四|A]五六七八九十", "一二[三四|A]五六七八九十").spans
    assert found["AGENCY"].kappa == pytest.approx((0.8 - 0.56) / (1 - 0.56))
    assert found["all"].kappa == pytest.approx(found["AGENCY"].kappa)
    # Observed (2² + 0²) / 10². Expected: units of 4 and 2 against each other (84 + 6) / 3
    # and in gaps of 6, 2 and 6: 16 × (3 + 3) and 4 × (5 + 1 + 5); less pairs within a unit.
    expected = 2 / 10 * ((84 + 6) / 3 + 96 + 44) / (20 * 19 - 12 - 2)
    assert found["AGENCY"].alpha == pytest.approx(1 - 0.04 / expected)
    assert found["all"].alpha == pytest.approx(found["AGENCY"].alpha)
    assert (found["COUNT"].kappa, found["COUNT"].alpha) == (None, None)


def test_another_label_at_one_place_is_no_agreement():
    found = compared("[政府网站|A]一二三四", "[政府网站|H]一二三四").spans
    # Four characters of eight are in nothing by both: p_o 0.5, p_e 0.5 × 0.5.
    assert found["all"].kappa == pytest.approx(1 / 3)
    assert found["all"].alpha < 0
    assert found["AGENCY"].kappa == found["CHANNEL"].kappa == 0


def test_every_difference_has_its_place_and_both_sides():
    assert differences(A, B) == [
        ("boundary", "AGENCY", 0, "AGENCY 县政府", "AGENCY 政府"),
        ("attribute", "CHANNEL", 4, "type website", "type platform"),
        ("attribute", "COUNT", 12, "indicator disclosed", "indicator letters"),
        ("relation only A", "via", 12, "5条 → 政府网站", ""),
        ("only A", "COUNT", 17, "COUNT 3张", ""),
        ("relation only A", "measures", 17, "3张 → 图片", ""),
    ]
    assert differences("甲[局|A]", "[甲|H]局") == [
        ("only B", "CHANNEL", 0, "", "CHANNEL 甲"),
        ("only A", "AGENCY", 1, "AGENCY 局", ""),
    ]
    assert differences("[甲局|A]", "[甲局|H]") == [
        ("label", "AGENCY", 0, "AGENCY 甲局", "CHANNEL 甲局")
    ]
    (difference,) = compared("某[甲局|A]某", "某甲局某").differences
    assert (difference.document, difference.context) == ("a.txt", "某[甲局]某")


def test_a_fact_that_differs_is_told_where_no_attribute_of_equal_spans_tells_it():
    kinds = [d[0] for d in differences("[约5条|C letters]", "约[5条|C complaints]")]
    assert kinds == ["boundary", "fact code"]
    equal = [d[0] for d in differences("[5条|C letters]", "[5条|C complaints]")]
    zeros = [d[0] for d in differences("[无|I reviews none]", "[无|I lawsuits none]")]
    assert equal == zeros == ["attribute"]


def test_texts_are_matched_by_what_they_say():
    a, b, c = (parse_markup(f"[{text}|A]", name=f"{text}.txt") for text in ("甲局", "乙局", "丙局"))
    same = parse_markup("[乙局|A]", name="another.txt")
    found = agreement([a, b], [same, c])
    assert (found.documents, found.only_a, found.only_b) == (
        ("乙局.txt",),
        ("甲局.txt",),
        ("丙局.txt",),
    )
    assert found.spans["all"].shared.f1 == 1
    with pytest.raises(AnnotationError, match="no text in common"):
        agreement([a], [c])
    with pytest.raises(AnnotationError, match=r"another.txt: the text of 乙局.txt once more, in B"):
        agreement([b], [b, same])


TEXT = "一😀二\r\n三𠮷四  五六七八"
PLACES = st.sets(st.integers(0, len(TEXT)), max_size=6).map(sorted)
LABELS = ("AGENCY", "CHANNEL", "COUNT")


@st.composite
def annotated(draw):
    document = Document(TEXT)
    spans = []
    for label in LABELS:
        ends = draw(PLACES)
        attributes = {"value": 1.0} if label == "COUNT" else {}
        spans += [
            document.span(start, end, label, **attributes)
            for start, end in zip(ends[::2], ends[1::2], strict=False)
        ]
    return Annotations(document, tuple(spans))


@given(annotated(), annotated())
@settings(deadline=None)
def test_agreement_is_the_same_both_ways_and_whole_with_oneself(a, b):
    there, back = agreement([a], [b]), agreement([b], [a])
    for group in ("spans", "facts"):
        for name, one in there.to_dict()[group].items():
            other = back.to_dict()[group][name]
            for key in one.keys() - {"a", "b"}:
                assert other[key] == pytest.approx(one[key])
            assert (other["a"], other["b"]) == (one["b"], one["a"])
    assert len(there.differences) == len(back.differences)
    oneself = agreement([a], [a])
    assert oneself.differences == ()
    for name, found in oneself.spans.items():
        assert {found.shared.f1, found.alpha} <= {1.0, None}, name
        assert found.kappa in (None, pytest.approx(1.0))


@given(st.lists(st.tuples(annotated(), annotated()), min_size=1, max_size=3))
@settings(deadline=None)
def test_kappa_over_characters_is_that_of_scikit_learn(pairs):
    metrics = pytest.importorskip("sklearn.metrics")
    a, b = [], []
    for i, pair in enumerate(pairs):
        document = Document(f"{TEXT}{i}")
        for side, marked in zip((a, b), pair, strict=True):
            side.append(Annotations(document, marked.spans))
    found = agreement(a, b).spans

    def sets(documents, only):
        """The labels on every character, of all texts end to end."""
        return [
            "+".join(sorted(s.label for s in d.spans if s.start <= i < s.end and s.label in only))
            for d in documents
            for i in range(len(d.document.text))
        ]

    for name, only in (*((label, (label,)) for label in LABELS), ("all", LABELS)):
        if found[name].kappa is not None:
            expected = metrics.cohen_kappa_score(sets(a, only), sets(b, only))
            assert found[name].kappa == pytest.approx(expected, abs=1e-9)


def test_tables_name_every_measure_and_list_the_differences():
    found = agreement(
        [parse_markup("[a\\[b\\]|A]"), parse_markup("[甲|A]", name="alone.txt")],
        [parse_markup("a\\[b\\]")],
    )
    shown = to_text(*tables(found), terminal=False)
    for expected in (
        *SPAN_LABELS,
        "relations.via",
        "facts.coded",
        "1 only in A: alone.txt",
        "a[b]",
    ):
        assert expected in shown


@pytest.fixture
def folder(tmp_path):
    """One text, annotated twice: as a store with its text, and as a folder of gold files."""
    a, b = parse_markup(A, name="a.txt"), parse_markup(B, name="a.txt")
    write_store(tmp_path / "a.jsonl", [(a, {})], text=True)
    write_store(tmp_path / "standoff.jsonl", [(a, {})], text=False)
    for name in ("b", "texts"):
        (tmp_path / name).mkdir()
    write_gold(b, tmp_path / "b" / "a.json")
    (tmp_path / "texts" / "a.txt").write_bytes(b.document.text.encode())
    return tmp_path


def test_the_command_takes_stores_and_folders(ie, folder):
    texts = ("--texts", folder / "texts")
    done = ie("agreement", folder / "a.jsonl", folder / "b", *texts, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["spans"]["all"]["f1"] == pytest.approx(8 / 11)
    assert found["facts"]["all"] == {"both": 0, "a": 2, "b": 1, "f1": 0.0}
    assert found["differences"][0]["b"] == "AGENCY 政府"
    standoff = ie("agreement", folder / "standoff.jsonl", folder / "b", *texts, "--json")
    assert json.loads(standoff.stdout) == found
    shown = ie("agreement", folder / "a.jsonl", folder / "b", *texts)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "0.727" in shown.stdout


def test_the_command_says_in_one_line_what_is_missing(ie, folder):
    for arguments, said in (
        ((folder / "standoff.jsonl", folder / "a.jsonl"), "no text"),
        ((folder / "a.jsonl", folder / "nothing.jsonl"), "no such file"),
        ((folder / "a.jsonl", folder / "nothing"), "no such folder"),
    ):
        done = ie("agreement", *arguments)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
