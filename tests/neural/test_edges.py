"""Edges at brackets and what may lie in what, as the guide has it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.annotation.markup import parse_markup
from ie.neural.edges import balanced, settled, title_marks, with_approximator
from ie.neural.vocabulary import LABELS


@pytest.mark.parametrize(
    ("said", "ruled"),
    [
        ("开通[“村务通]”平台", "开通“[村务通]”平台"),
        ("开通“[村务通”平台]", "开通[“村务通”平台]"),
        ("开通[“村务通”平台]", "开通[“村务通”平台]"),
        ("利用[“在线访谈]”等", "利用“[在线访谈]”等"),
        ("利用“[在线访谈”]等", "利用“[在线访谈]”等"),
        ("利用[“在线访谈”]等", "利用“[在线访谈]”等"),
        ("送到[县档案局（馆]）", "送到[县档案局（馆）]"),
        ("设立([电子政务)档案室]", "设立[(电子政务)档案室]"),
        ("12[“12345]”热线", "12“[12345]”热线"),
        ("办好[《一线》栏]目", "办好[《一线》栏]目"),
        ("上网[，政府网站、]等", "上网，[政府网站]、等"),
        ("一半[“村务]通", "一半“[村务]通"),  # its other half is nowhere
    ],
)
def test_edges_cut_no_pair_of_brackets(said, ruled):
    text = said.replace("[", "").replace("]", "")
    start, end = said.index("["), said.index("]") - 1
    assert balanced(text, start, end) == (ruled.index("["), ruled.index("]") - 1)


@given(st.text("“”（）《》、公开ab ", max_size=30), st.data())
@settings(max_examples=200, deadline=None)
def test_balanced_edges_stay_so(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    ruled = balanced(text, start, end)
    assert ruled[0] >= 0
    assert ruled[1] <= len(text)
    if ruled[0] < ruled[1]:
        assert not text[ruled[0]].isspace()
        assert not text[ruled[1] - 1].isspace()


@pytest.mark.parametrize(
    ("said", "ruled"),
    [
        ("约[3条]", "[约3条]"),
        ("达近[80%]以上", "达[近80%以上]"),
        ("至少[3家]", "[至少3家]"),
        ("最近[3年]", "最近[3年]"),
        ("签约[3户]", "签约[3户]"),
        ("预约[3件]", "预约[3件]"),
        ("突破[3万条]", "[突破3万条]"),
        ("不低于[3%]", "[不低于3%]"),
        ("反超[3名]", "反超[3名]"),
        ("达到[3条]", "达到[3条]"),
    ],
)
def test_a_figure_has_its_approximator_in_it(said, ruled):
    text = said.replace("[", "").replace("]", "")
    start, end = said.index("["), said.index("]") - 1
    assert with_approximator(text, start, end) == (ruled.index("["), ruled.index("]") - 1)


def after(markup):
    """The marked-up text as it is settled: label and surface of what is left."""
    a = parse_markup(markup)
    places = [(s.start, s.end, LABELS.index(s.label)) for s in a.spans]
    found = settled(a.document.text, places)
    assert len(found) == len(places)
    return [(LABELS[p[2]], a.document.text[p[0] : p[1]]) for p in found if p]


def test_a_title_fills_its_marks():
    assert after("下发《关于[公开办法|T]的通知》") == [("DOC_TITLE", "关于公开办法的通知")]
    assert after("《[关于〈条例〉|T]的[通知|T]》") == [("DOC_TITLE", "关于〈条例〉的通知")]
    assert after("没有书名号的[办法|T]") == [("DOC_TITLE", "办法")]


def test_a_title_ends_before_a_number_in_its_marks():
    markup = "《[2014年要点|T]（[吴政办〔2014〕81号|N]）》"
    assert after(markup) == [("DOC_TITLE", "2014年要点"), ("DOC_NUMBER", "吴政办〔2014〕81号")]


def test_nothing_else_is_marked_in_a_title():
    markup = "《[[县政府|A]关于[2016年|D][公开栏|H]和[国发〔2008〕1号|N]的通知|T]》"
    assert after(markup) == [
        ("DOC_TITLE", "县政府关于2016年公开栏和国发〔2008〕1号的通知"),
        ("DOC_NUMBER", "国发〔2008〕1号"),
    ]


def test_no_agency_is_marked_in_a_channel_but_figures_are():
    assert after("[[县政府|A]网站|H]和[县卫生局|A]") == [
        ("CHANNEL", "县政府网站"),
        ("AGENCY", "县卫生局"),
    ]
    assert after("[云岭等[2县|C]政府网站|H]") == [
        ("CHANNEL", "云岭等2县政府网站"),
        ("COUNT", "2县"),
    ]


def test_a_span_of_punctuation_alone_is_none():
    assert after("公开[、|H]栏") == []


def test_marks_are_matched_within_a_line():
    assert title_marks("《条例》《一〈二〉》\n《没有完\n了》《《内》外》") == [
        (1, 3),
        (5, 9),
        (19, 23),
    ]


def test_a_generic_word_alone_is_no_channel():
    markup = "利用[网站|H]等[平台|H]，在[县政府网站|H]和[交易平台|H platform]"
    assert after(markup) == [("CHANNEL", "县政府网站"), ("CHANNEL", "交易平台")]
