from __future__ import annotations

import json
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import planted

from ie.annotation.label_studio.convert import (
    annotations_of,
    choose,
    document_of,
    prediction_of,
    result_of,
    task_of,
)
from ie.annotation.label_studio.interface import LABELS_WITH, labelling_interface
from ie.document import Annotations, Attributes, Document, Relation, Span
from ie.errors import AnnotationError
from ie.labels import APPROXIMATIONS, CHANNEL_TYPES, INDICATORS, RELATIONS, SPAN_LABELS

# Astral characters, all line ends, full-width digits, spaces of several kinds, a combining
# accent, a flag of two code points, and a backslash before an n.
PIECES = [
    *"政务公开条５２3",
    "𠮷",
    "😀",
    "🇨🇳",
    "e\u0301",
    "\r\n",
    "\r",
    "\n",
    "  ",
    "\u3000",
    "\\n",
]

texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map("".join)
values = st.floats(min_value=0, max_value=1e12) | st.integers(min_value=0, max_value=10**9)
codes = st.none() | st.sampled_from(list(INDICATORS))
figures = st.builds(
    Attributes,
    indicator=codes,
    value=values,
    unit=st.none() | st.sampled_from(["条", "人次", "%"]),
    approx=st.none() | st.sampled_from(list(APPROXIMATIONS)),
)
zeros = st.just(Attributes()) | st.builds(
    Attributes, indicator=codes, value=st.just(0.0), stated=st.just("none")
)
channels = st.builds(Attributes, type=st.none() | st.sampled_from(list(CHANNEL_TYPES)))
OF_LABEL = {"COUNT": figures, "RATE": figures, "INDICATOR": zeros, "CHANNEL": channels}


@st.composite
def annotated(draw) -> Annotations:
    """Any annotations that the guide allows."""
    document = Document(draw(texts), name="文.txt")
    spans = []
    for label in draw(st.sets(st.sampled_from(list(SPAN_LABELS)))):
        ends = st.integers(min_value=0, max_value=len(document.text))
        cuts = sorted(draw(st.sets(ends, max_size=6)))
        for start, end in list(pairwise(cuts))[::2]:
            attributes = draw(OF_LABEL.get(label, st.just(Attributes())))
            spans.append(Span(start, end, label, attributes))
    legal = [
        Relation(kind.name, head, tail)
        for kind in RELATIONS.values()
        for head in spans
        for tail in spans
        if head.label in kind.heads and tail.label in kind.tails
    ]
    relations = draw(st.lists(st.sampled_from(legal), unique=True, max_size=5)) if legal else []
    return Annotations(document, tuple(spans), tuple(relations))


def regions_of(result):
    return [row for row in result if row.get("from_name") == "label"]


def problems_of(document, result):
    with pytest.raises(AnnotationError) as caught:
        annotations_of(document, result, "task 7")
    assert caught.value.where == "task 7"
    assert "\n" not in str(caught.value)
    return str(caught.value)


def letters(text):
    return "".join(text.replace("\\n", "").split())


# Tasks


@given(texts)
def test_a_document_comes_back_from_its_task(text):
    document = Document(text, name="文.txt")
    task = json.loads(json.dumps(task_of(document)))
    assert document_of(task, "task 1") == document


def test_an_edited_text_is_refused():
    task = task_of(Document("公开信息5条"))
    task["data"]["text"] = "公开信息6条"
    with pytest.raises(AnnotationError, match=r"task 1: a text with sha256 .* it was edited"):
        document_of(task, "task 1")


@pytest.mark.parametrize("task", [{}, {"data": None}, {"data": {"text": 5}}])
def test_a_task_of_others_is_refused(task):
    with pytest.raises(AnnotationError, match="task 1: no text in its data"):
        document_of(task, "task 1")


# There and back


@given(annotated())
def test_annotations_come_back(annotations):
    result = json.loads(json.dumps(result_of(annotations)))
    assert annotations_of(annotations.document, result, "task 1") == annotations


@given(annotated())
def test_they_come_back_from_what_a_browser_makes_of_the_text(annotations):
    result = result_of(annotations)
    for row in result:
        if isinstance(row.get("value", {}).get("text"), str):
            shown = row["value"]["text"].replace("\r", "\\n").replace("\n", "\\n")
            row["value"]["text"] = " ".join(shown.split())
    assert annotations_of(annotations.document, result, "task 1") == annotations


@given(annotated())
def test_label_studio_accepts_predictions(annotations):
    sdk = pytest.importorskip("label_studio_sdk.label_interface")
    interface = sdk.LabelInterface(labelling_interface())
    prediction = prediction_of(annotations, "rules 1")
    assert interface.validate_prediction(prediction, return_errors=True) == []


@given(annotated())
def test_rows_of_a_region_share_its_id_and_relations_have_none(annotations):
    result = result_of(annotations)
    ids = [row["id"] for row in regions_of(result)]
    assert len(set(ids)) == len(annotations.spans)
    for row in result:
        if row["type"] == "relation":
            assert "id" not in row
            assert "value" not in row
            assert {row["from_id"], row["to_id"]} <= set(ids)
        else:
            assert row["id"] in ids
            assert row["to_name"] == "text"


def test_rows_are_as_the_interface_saves_them():
    annotations = planted(
        "公开[信息|INDICATOR#i][５条|COUNT#c indicator=disclosed value=5 unit=条]", "c measures i"
    )
    place = {"start": 4, "end": 6, "text": "５条"}
    count = {"id": "s2", "to_name": "text"}
    assert result_of(annotations)[1:] == [
        {**count, "from_name": "label", "type": "labels", "value": {**place, "labels": ["COUNT"]}},
        {
            **count,
            "from_name": "indicator",
            "type": "taxonomy",
            "value": {**place, "taxonomy": [["主动公开", "disclosed"]]},
        },
        {**count, "from_name": "value", "type": "textarea", "value": {**place, "text": ["5"]}},
        {**count, "from_name": "unit", "type": "textarea", "value": {**place, "text": ["条"]}},
        {
            "type": "relation",
            "from_id": "s2",
            "to_id": "s1",
            "direction": "right",
            "labels": ["measures"],
        },
    ]


def test_a_prediction_has_the_mean_score_where_there_are_scores():
    document = Document("公开信息5条")
    spans = (Span(2, 4, "INDICATOR", score=0.5), Span(4, 6, "COUNT", Attributes(value=5), 1.0))
    prediction = prediction_of(Annotations(document, spans), "base")
    assert prediction["score"] == 0.75
    assert [row["score"] for row in regions_of(prediction["result"])] == [0.5, 1.0]
    unsure = prediction_of(planted("[5条|COUNT value=5]"), "rules")
    assert unsure["model_version"] == "rules"
    assert "score" not in unsure
    assert "score" not in unsure["result"][0]


def test_an_empty_document_has_a_prediction_all_the_same():
    nothing = Annotations(Document("无"), ())
    assert prediction_of(nothing, "rules") == {"model_version": "rules", "result": []}


# Offsets


def utf16(text, offset):
    return len(text[:offset].encode("utf-16-le")) // 2


def folded(text, offset):
    return len(text[:offset].replace("\r\n", "\n"))


def folded_utf16(text, offset):
    return utf16(text[:offset].replace("\r\n", "\n"), offset)


def recounted(annotations, count):
    result = result_of(annotations)
    for row in regions_of(result):
        for key in ("start", "end"):
            row["value"][key] = count(annotations.document.text, row["value"][key])
    return result


MIXED = "𠮷县😀共\r\n公开[政府  信息|INDICATOR][２９条|COUNT value=29]，\r收[３３件|COUNT value=33]"


@pytest.mark.parametrize("count", [utf16, folded, folded_utf16])
def test_offsets_that_were_counted_otherwise_are_repaired(count):
    annotations = planted(MIXED)
    result = recounted(annotations, count)
    assert result != result_of(annotations)
    assert annotations_of(annotations.document, result, "task 1") == annotations


@given(annotated(), st.sampled_from([utf16, folded, folded_utf16]))
def test_a_repair_finds_the_same_words_or_is_refused(annotations, count):
    never_shifted(annotations, recounted(annotations, count))


@given(annotated(), st.integers(min_value=-3, max_value=3))
def test_a_shift_of_any_kind_never_passes(annotations, by):
    never_shifted(annotations, recounted(annotations, lambda _, offset: offset + by))


def never_shifted(annotations, result):
    try:
        read = annotations_of(annotations.document, result, "task 1")
    except AnnotationError:
        return
    assert len(read.spans) == len(annotations.spans)
    for label in SPAN_LABELS:
        before = [letters(annotations.text(s)) for s in annotations.of(label)]
        assert [letters(read.text(s)) for s in read.of(label)] == before


def test_one_region_that_does_not_fit_is_refused_with_its_words():
    annotations = planted(MIXED)
    result = result_of(annotations)
    result[0]["value"]["start"] += 1
    said = problems_of(annotations.document, result)
    assert "INDICATOR '政府 信息' [9, 14) is not what stands there" in said
    assert "公开政府 信息２９条" in said
    assert "COUNT" not in said


def test_one_region_shifted_otherwise_than_the_rest_is_refused():
    annotations = planted(MIXED)
    result = recounted(annotations, utf16)
    result[-2]["value"] |= {"start": 23, "end": 26}
    assert "COUNT '３３件' [23, 26) is not what" in problems_of(annotations.document, result)


def test_what_fits_at_several_places_is_refused():
    document = Document("\r\n𠮷\r\n甲𠮷一丙甲甲丙丙乙甲")
    said = []
    for start in range(len(document.text)):
        region = planted("[甲|AGENCY]")
        (row,) = result_of(region)
        row["value"] |= {"start": start, "end": start + 1}
        try:
            annotations_of(document, [row], "task 1")
        except AnnotationError as error:
            said.append(str(error))
    assert any("fits at several places" in line for line in said)


# Attributes


def test_a_figure_without_value_is_read_from_its_words():
    annotations = planted("公开[约1.5万条|COUNT value=1]")
    result = [row for row in result_of(annotations) if row["from_name"] != "value"]
    (span,) = annotations_of(annotations.document, result, "task 1").spans
    assert span.attrs == Attributes(value=15000, unit="条", approx="about")


def test_a_unit_that_is_given_is_stronger_than_that_of_the_words():
    annotations = planted("公开[5条|COUNT value=1 unit=件]")
    result = [row for row in result_of(annotations) if row["from_name"] != "value"]
    (span,) = annotations_of(annotations.document, result, "task 1").spans
    assert span.attrs == Attributes(value=5, unit="件")


def test_a_figure_that_cannot_be_read_is_refused():
    annotations = planted("公开[信息|COUNT value=1]")
    result = [row for row in result_of(annotations) if row["from_name"] != "value"]
    assert "COUNT '信息' [2, 4): no value" in problems_of(annotations.document, result)


@pytest.mark.parametrize(
    ("written", "value"), [("0.9085", 0.9085), (" 164000 ", 164000), ("1.5e+16", 1.5e16)]
)
def test_a_value_is_the_number_that_was_written(written, value):
    result = result_of(planted("[5条|COUNT value=5]"))
    result[1]["value"]["text"] = [written]
    (span,) = annotations_of(Document("5条"), result, "task 7").spans
    assert span.attrs.value == value


@pytest.mark.parametrize("written", ["nan", "1e999", "五", "1_000", "1,204", "96.85%", "."])
def test_what_is_no_number_is_refused(written):
    result = result_of(planted("[5条|COUNT value=5]"))
    result[1]["value"]["text"] = [written]
    assert f"value '{written}', expected a number such as" in problems_of(Document("5条"), result)


def test_a_stated_zero_has_the_value_zero():
    annotations = planted("[未收费|INDICATOR indicator=fees_collected stated=none value=0]")
    result = result_of(annotations)
    assert "value" not in {row["from_name"] for row in result}
    assert annotations_of(annotations.document, result, "task 1") == annotations


def test_controls_made_empty_again_say_nothing():
    annotations = planted("[网站|CHANNEL type=website][5条|COUNT indicator=other value=5 unit=条]")
    result = result_of(annotations)
    for row in result:
        for key in ("choices", "taxonomy"):
            row["value"] |= {key: []} if key in row["value"] else {}
        if row["type"] == "textarea":
            row["value"]["text"] = [" "]
    read = annotations_of(annotations.document, result, "task 1")
    # Without a value that somebody gave, the figure is read anew.
    assert [s.attrs for s in read.spans] == [Attributes(), Attributes(value=5, unit="条")]


def test_the_leaf_of_a_taxonomy_counts_whatever_its_group():
    annotations = planted("[5条|COUNT indicator=disclosed value=5]")
    result = result_of(annotations)
    result[1]["value"]["taxonomy"] = [["从前的组", "disclosed"]]
    assert annotations_of(annotations.document, result, "task 1") == annotations


# Relations


COUNTED = planted("[信息|INDICATOR#i][5条|COUNT#c value=5]", "c measures i")


@pytest.mark.parametrize(("direction", "ends"), [("right", ("s2", "s1")), ("left", ("s1", "s2"))])
def test_an_arrow_leads_from_head_to_tail(direction, ends):
    result = result_of(COUNTED)
    result[-1] |= {"direction": direction, "from_id": ends[0], "to_id": ends[1]}
    assert annotations_of(COUNTED.document, result, "task 1") == COUNTED


def test_two_arrows_that_say_the_same_are_one_relation():
    result = result_of(COUNTED)
    result.append(result[-1] | {"direction": "left", "from_id": "s1", "to_id": "s2"})
    assert annotations_of(COUNTED.document, result, "task 1") == COUNTED


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"direction": "bi"}, "measures '5条' → '信息': direction 'bi', expected one way"),
        ({"direction": "left"}, "INDICATOR → COUNT, expected COUNT/RATE → INDICATOR"),
        ({"labels": None}, "without a name '5条' → '信息': COUNT → INDICATOR, expected measures"),
        ({"labels": []}, "without a name '5条' → '信息': COUNT → INDICATOR, expected measures"),
        (
            {"labels": ["counts"]},
            "relation counts '5条' → '信息': 'counts', expected one of",
        ),
        ({"labels": ["by"]}, "COUNT → INDICATOR, expected COUNT/RATE → AGENCY"),
        ({"to_id": "gone"}, "relation measures '5条' → gone: no region gone"),
        ({"to_id": "s2"}, "COUNT → COUNT, expected COUNT/RATE → INDICATOR"),
    ],
)
def test_relations_that_cannot_be_are_refused(change, said):
    result = result_of(COUNTED)
    result[-1] |= change
    assert said in problems_of(COUNTED.document, result)


# All that is wrong, in one line


def test_every_problem_of_a_task_is_in_one_error():
    annotations = planted(
        "[县政府|AGENCY#a]公开[信息|INDICATOR#i][5条|COUNT#c value=5]，"
        "[网站|CHANNEL#h type=website]"
        "[2013年|DATE]，[《条例》|DOC_TITLE]，[3件|COUNT value=3]，[微博|CHANNEL]，[公报|CHANNEL]",
        "c measures i",
        "c by a",
        "c via h",
    )
    result = result_of(annotations)
    rows = {row["value"]["text"]: row for row in regions_of(result)}
    rows["县政府"]["value"]["start"] = 1
    rows["2013年"]["value"]["labels"] = ["YEAR"]
    del rows["《条例》"]["value"]["text"]
    rows["微博"]["value"] |= {"end": rows["公报"]["value"]["end"], "text": "微博，公报"}
    for row in result:
        if row["type"] == "choices":
            row["value"]["choices"] = ["blog"]
        if row.get("from_name") == "value" and row["value"]["text"] == ["3"]:
            row["value"]["text"] = ["3_000"]
        if row.get("labels") == ["measures"]:
            row["labels"] = ["via"]
    result += [
        {
            "id": "s7",
            "from_name": "type",
            "type": "choices",
            "value": {"choices": ["website"]},
        },
        {"id": "s7", "from_name": "unit", "type": "number", "value": {"number": 3}},
        {"id": "s9", "from_name": "rating", "value": {"rating": 5}},
        {"id": "lost", "from_name": "unit", "type": "textarea", "value": {"text": ["条"]}},
        {"type": "relation", "from_id": "s3", "to_id": "gone", "labels": ["by"]},
        "not a row",
    ]
    said = problems_of(annotations.document, result)
    assert said.startswith("task 7: 13 problems: ")
    for problem in (
        "AGENCY '县政府' [1, 3) is not what stands there: …县政府公开",
        "unknown label 'YEAR' of '2013年'",
        "DOC_TITLE [18, 22) with no text",
        "CHANNEL [29, 31) lies over [26, 31) in …",
        "CHANNEL '网站' [10, 12): type 'blog', expected one of website",
        "COUNT '3件' [23, 25): value '3_000', expected a number",
        "relation via '5条' → '信息': COUNT → INDICATOR, expected COUNT → CHANNEL",
        "COUNT '3件' [23, 25): type 'website', expected none at COUNT",
        "region s7: unit of type number, expected textarea",
        "rating is no control of the interface",
        "region lost: unit, but no label",
        "relation by '5条' → gone: no region gone",
        f"row {len(result)}: 'not a row' is no object",
    ):
        assert problem in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"start": "0"}, "at '0' to 3"),
        ({"end": 0}, "expected 0 <= start < end"),
        ({"end": None}, "at 0 to None"),
        ({"labels": []}, "labels [] of '县政府', expected one"),
        ({"labels": ["AGENCY", "DATE"]}, "expected one"),
        ({"labels": [["AGENCY"]]}, "unknown label ['AGENCY']"),
        ({"end": 99}, "[0, 99) is not what stands there"),
    ],
)
def test_regions_that_cannot_be_are_refused(change, said):
    annotations = planted("[县政府|AGENCY]公开")
    (row,) = result_of(annotations)
    row["value"] |= change
    assert said in problems_of(annotations.document, [row])


def test_overlaps_of_one_label_are_all_named():
    annotations = planted("[县政府|AGENCY]和[县委|AGENCY]")
    result = result_of(annotations)
    again = [row | {"id": f"again {row['id']}"} for row in result]
    said = problems_of(annotations.document, result + again)
    assert "2 problems: AGENCY [0, 3) lies over [0, 3) in …县政府和县委…" in said
    assert "AGENCY [4, 6) lies over [4, 6)" in said


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["s1", "信息", ""]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
KEYS = ["id", "from_name", "type", "value", "from_id", "to_id", "labels", "direction"]
CONTROLS = ["label", "relation", "labels", *LABELS_WITH]
rows = st.dictionaries(st.sampled_from(KEYS), json_values | st.sampled_from(CONTROLS))


@given(st.lists(rows | json_values, max_size=4), st.data())
def test_no_result_breaks_it(junk, data):
    result = result_of(COUNTED)
    for row in result:
        key = data.draw(st.sampled_from(KEYS + list(row.get("value", {}))))
        (row["value"] if key in row.get("value", {}) else row)[key] = data.draw(json_values)
    with suppress(AnnotationError):
        annotations_of(COUNTED.document, result + junk, "task 1")


# Which annotation counts


def annotation(number, updated="2026-01-05T10:00:00.000000Z", **fields):
    return {"id": number, "completed_by": 1, "updated_at": updated, "result": [], **fields}


def test_the_ground_truth_counts_first():
    truth = annotation(1, "2020-01-01T00:00:00Z", ground_truth=True)
    assert choose([truth, annotation(2)]) is truth


def test_else_the_newest():
    older, newer = (
        annotation(9, "2026-01-05T10:00:00Z"),
        annotation(3, "2026-01-05T10:00:00.500000Z"),
    )
    assert choose([newer, older]) is newer
    same = annotation(10, "2026-01-05T12:00:00+02:00")
    assert choose([same, older]) is same


def test_skipped_tasks_do_not_count():
    assert choose([annotation(1, was_cancelled=True, ground_truth=True)]) is None
    assert choose([]) is None


@pytest.mark.parametrize("who", ["2", "li@example.org"])
def test_an_annotator_is_chosen_by_number_or_address(who):
    wanted = annotation(1, completed_by={"id": 2, "email": "li@example.org"})
    others = [annotation(2, ground_truth=True), annotation(3)]
    assert choose([*others, wanted], who) is wanted
    assert choose(others, who) is None
    assert choose([annotation(4, completed_by=2)], "2")["id"] == 4
