"""Parts of a total that was stated long before are found by their sum."""

import pytest

from ie.annotation.markup import parse_markup
from ie.totals import added_up, split_totals

TOTAL = "共公开[642条|C#t {code}]。\n二、情况\n"
PARTS = "网站[540条|C {code}]，电视[49条|C {code}]，屏幕[53条|C {code}]。"


def found(markup, parts=None):
    a = parse_markup(markup)
    counts = a.of("COUNT")
    codes = {c: c.attrs.indicator or "other" for c in counts}
    known = {counts[i]: counts[j] for i, j in (parts or {}).items()}
    totals = split_totals(a.document.text, counts, codes, known)
    return {counts.index(p): counts.index(t) for p, t in totals.items()}


def test_values_that_add_up_to_an_earlier_one_are_its_parts():
    markup = (TOTAL + PARTS).format(code="disclosed")
    assert found(markup) == {1: 0, 2: 0, 3: 0}
    assert found(markup.replace("49", "48")) == {}


def test_requests_of_several_kinds_are_one_topic():
    total = "收到[5件|C requests_received]。"
    markup = total + "当面[2件|C requests_in_person]，网上[3件|C requests_online]。"
    assert found(markup) == {1: 0, 2: 0}


@pytest.mark.parametrize(
    "markup",
    [
        TOTAL.format(code="disclosed") + PARTS.format(code="visits"),  # of another thing
        (TOTAL + PARTS).format(code="other"),  # of anything
        PARTS.format(code="disclosed") + TOTAL.format(code="disclosed"),  # stated afterwards
        (TOTAL + "网站[642条|C {code}]。").format(code="disclosed"),  # the same again
        (TOTAL + "网站[600条|C {code}]，电视[42件|C {code}]。").format(code="disclosed"),
        (TOTAL + "网站[600条|C {code}]。电视[42条|C {code}]。").format(code="disclosed"),
    ],
)
def test_other_values_are_no_parts(markup):
    assert found(markup) == {}


def test_a_part_of_something_is_not_a_part_again():
    markup = (TOTAL + PARTS).format(code="disclosed")
    assert found(markup, parts={3: 1}) == {}


# Arithmetic near a total


def added(markup, parts=None):
    a = parse_markup(markup)
    counts = a.of("COUNT")
    known = {counts[i]: counts[j] for i, j in (parts or {}).items()}
    totals = added_up(a.document.text, counts, known)
    return {counts.index(p): counts.index(t) for p, t in totals.items()}


def test_parts_go_to_the_total_that_they_add_up_to():
    markup = "受理[1295件|C]，办结[1191件|C]。其中公开[208件|C]，不予公开[983件|C]。"
    assert added(markup, {2: 0, 3: 0}) == {2: 1, 3: 1}
    assert added(markup, {2: 1, 3: 1}) == {2: 1, 3: 1}
    assert added(markup.replace("983", "982"), {2: 0, 3: 0}) == {2: 0, 3: 0}


def test_values_of_a_sentence_that_add_up_are_parts_though_no_word_says_so():
    assert added("文件[94件|C]，废止[41件|C]、失效[8件|C]、修改[5件|C]、保留[40件|C]。") == {
        1: 0,
        2: 0,
        3: 0,
        4: 0,
    }
    assert added("收到[9件|C]，当面[4件|C]，网上[5件|C]，信函[3件|C]。") == {1: 0, 2: 0}


@pytest.mark.parametrize(
    "markup",
    [
        "收到[2件|C]，当面[1件|C]，网上[1件|C]。",  # by chance
        "收到[9件|C]，当面[4件|C]，网上[5条|C]。",  # of another unit
        "收到[9件|C]，当面[4件|C]。网上[5件|C]。",  # in another sentence
        "收到[9件|C]，办结[9件|C]。",  # one only
    ],
)
def test_values_that_do_not_clearly_add_up_are_no_parts(markup):
    assert added(markup) == {}


SPLIT = "公开[278条|C]，网站[98条|C]：动态[50条|C]、公告[30条|C]、其他[18{unit}|C]。"


@pytest.mark.parametrize("unit", ["条", "篇"])
def test_a_total_that_its_parts_do_not_add_up_to_gives_up_those_of_another(unit):
    parts = {1: 0, 2: 1, 3: 0, 4: 0}
    assert added(SPLIT.format(unit=unit), parts) == {1: 0, 2: 1, 3: 1, 4: 1}


def test_a_total_gives_up_no_part_by_chance_or_to_its_like():
    few = "收到[90件|C]，来电[7件|C]，办结[9件|C]，当面[4件|C]，网上[3件|C]，信函[2件|C]。"
    parts = {1: 0, 3: 0, 4: 0, 5: 0}
    assert added(few, parts) == parts
    again = "公开[98条|C]，电子化[98条|C]，动态[50条|C]、公告[30条|C]、其他[18条|C]。"
    parts = {1: 0, 2: 0, 3: 0, 4: 0}
    assert added(again, parts) == parts
    assert added(SPLIT.format(unit="次"), {2: 0, 3: 0, 4: 0}) == {2: 0, 3: 0, 4: 0}


def test_a_part_of_another_total_stays_its_own():
    markup = "收到[90件|C]，办结[9件|C]，当面[4件|C]，网上[5件|C]。"
    assert added(markup, {2: 0}) == {2: 0}


RUN = "办结[1009件|C]，转下年[26件|C]。公开[700件|C]，部分[200件|C]，不公开[100件|C]，其他[9件|C]。"


def test_three_or_more_that_add_up_are_parts_of_a_total_a_little_before():
    parts = {2: 0, 3: 0, 4: 0, 5: 0}
    assert added(RUN) == parts
    assert added(RUN, {3: 0}) == parts
    assert added("办结[90件|C]。其中补正[3件|C]，公开[70件|C]，其他[17件|C]。") == {
        1: 0,
        2: 0,
        3: 0,
    }


@pytest.mark.parametrize(
    ("markup", "parts"),
    [
        (RUN, {4: 1}),  # a part of something else
        (RUN.replace("9件|C]。", "8件|C]。"), {}),  # another sum
        (RUN.replace("200件", "200条"), {}),  # another unit
        ("办结[40件|C]。公开[22件|C]，部分[13件|C]，其他[5件|C]。", {}),  # by chance
        ("办结[90件|C]。公开[70件|C]，其他[20件|C]。", {}),  # two only
    ],
)
def test_others_a_little_behind_a_total_are_none(markup, parts):
    assert added(markup, parts) == parts
