"""Two reports of one text, side by side."""

import json

import pytest
from hypothesis import given, settings
from planted import planted
from rich.console import Console
from test_document import annotated

from ie.assemble import assemble
from ie.compare import GROUPS, Difference, compare, tables
from ie.document import Annotations
from ie.errors import UsageError
from ie.report import Check, Extractor, Mention

GOLD = (
    "[县政府|AGENCY#a]按《[要点|DOC_TITLE#t]》([X政〔2015〕8号|DOC_NUMBER#n])通过"
    "[政府网站|CHANNEL#w type=website]公开[信息|INDICATOR#i]"
    "[50条|COUNT#c indicator=disclosed value=50 unit=条]。",
    "c measures i",
    "c via w",
    "t has_number n",
)


def report(*markup, name="rules"):
    return assemble(planted(*markup), Extractor(name, "1"))


def differences(*markup):
    return compare(report(*GOLD, name="gold"), report(*markup)).differences


@settings(deadline=None)
@given(annotated())
def test_a_report_does_not_differ_from_itself(a):
    same = compare(assemble(a, Extractor("gold", "1")), assemble(a, Extractor("rules", "1")))
    assert same.differences == ()
    assert set(same.different.values()) == {0}


@settings(deadline=None)
@given(annotated(), annotated())
def test_the_differences_are_the_same_from_either_side(a, b):
    spans = tuple(s for s in b.spans if s.end <= len(a.document.text))
    x = assemble(a, Extractor("gold", "1"))
    y = assemble(Annotations(a.document, spans), Extractor("rules", "1"))
    there, back = compare(x, y), compare(y, x)
    assert there.different == back.different
    assert there.equal == back.equal


def test_every_differing_field_is_a_row():
    found = differences(
        "县政府按《[要点|DOC_TITLE]》(X政〔2015〕8号)通过政府[网站|CHANNEL#w type=website]公开"
        "[信息50条|COUNT#c indicator=disclosed value=500 unit=条]。",
        "c via w",
    )
    context = "信息 50条"
    start = 30
    assert found == (
        Difference("summary", "disclosed", "50", "500"),
        Difference("facts", "evidence", "50条 [30, 33)", "信息50条 [28, 33)", context, start),
        Difference("facts", "label", "信息", None, context, start),
        Difference("facts", "value", "50", "500", context, start),
        Difference("facts", "channel", "政府网站", "网站", context, start),
        Difference("documents", "number", "X政〔2015〕8号", None, "要点 X政〔2015〕8号", 5),
        Difference("agencies", "县政府", "1 mention: 0–3", None),
        Difference("channels", "政府网站 (website)", "1 mention: 22–26", None),
        Difference("channels", "网站 (website)", None, "1 mention: 24–26"),
    )


def test_what_one_side_lacks_is_missing():
    nothing = planted(GOLD[0]).document.text
    found = differences(nothing)
    assert [(d.group, d.field, d.a, d.b) for d in found] == [
        ("summary", "disclosed", "50", None),
        ("facts", "missing", "disclosed 50", None),
        ("documents", "missing", "要点 X政〔2015〕8号", None),
        ("agencies", "县政府", "1 mention: 0–3", None),
        ("channels", "政府网站 (website)", "1 mention: 22–26", None),
    ]


def test_the_same_words_elsewhere_differ():
    text = "一、概述\n公开5条,网站5条。\n"
    other = text.replace("5条", "[5条|COUNT value=5]", 1)
    a, b = report(other), report(text.replace("网站5条", "网站[5条|COUNT value=5]"))
    assert [(d.a, d.b) for d in compare(a, b).differences] == [("other 5", None), (None, "other 5")]
    for fact in b.facts:  # a report may have been edited by hand
        fact.evidence.start = a.facts[0].evidence.start + 1
        fact.evidence.end = a.facts[0].evidence.end + 1
    (moved,) = compare(a, b).differences
    assert (moved.field, moved.a, moved.b) == ("evidence", "5条 [7, 9)", "5条 [8, 10)")


def test_sections_checks_and_mentions_are_compared():
    text = "一、概述\n《[要点|DOC_TITLE]》公开[5条|COUNT value=5 indicator=disclosed]。\n"
    a, b = report(text), report(text)
    b.sections[0].kind = "fees"
    b.documents[0].mentions.append(Mention(5, 7))
    b.checks = [Check("out_of_scale", "warning", "5条", ["f1"])]
    assert [(d.group, d.field, d.a, d.b) for d in compare(a, b).differences] == [
        ("sections", "一 概述 [0, 15)", "overview, level 1", "fees, level 1"),
        ("documents", "mentions", "1 mention: 6–8", "2 mentions: 6–8, 5–7"),
        ("checks", "out_of_scale: 5条 (5条 at 11)", None, "warning"),
    ]


@pytest.mark.parametrize(
    ("names", "headings"),
    [
        (None, ("rules (A)", "rules (B)")),
        (("rules", "out/a.json"), ("rules", "a.json")),
        (("old/a.json", "new/a.json"), ("old/a.json", "new/a.json")),
    ],
)
def test_the_two_sides_have_two_names(names, headings):
    comparison = compare(report("五"), report("五"), names)
    assert (comparison.a, comparison.b) == headings


def test_two_texts_cannot_be_compared():
    with pytest.raises(UsageError, match="two reports of one text"):
        compare(report("一"), report("二"))


def test_tables_and_json_say_it_all():
    comparison = compare(report(*GOLD, name="gold"), report(planted(GOLD[0]).document.text))
    console = Console(width=200)
    with console.capture() as captured:
        for table in tables(comparison):
            console.print(table)
    assert "政府网站 (website)" in captured.get()
    assert set(json.loads(json.dumps(comparison.to_dict()))["groups"]) == set(GROUPS)
