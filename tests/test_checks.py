"""Checks: what is doubted, and above all what is not."""

import re
from pathlib import Path

import pytest
from planted import planted

from ie.annotation.store import read_gold
from ie.assemble import assemble
from ie.report import Extractor

SHARED = Path(__file__).parents[2] / "shared"


def checks(markup, *relations):
    report = assemble(planted(markup, *relations), Extractor("gold", "1"))
    return [(c.code, c.severity) for c in report.checks], report.checks


def split(total, *parts, gap="、"):
    """``total``, 其中 its parts; each part a value, or (label, value)."""
    markup = f"共[{total}件|COUNT#t value={total} unit=件],其中"
    relations = []
    for i, part in enumerate(parts):
        label, value = part if isinstance(part, tuple) else ("类", part)
        markup += f"{gap}[{label}|INDICATOR#i{i}][{value}件|COUNT#p{i} value={value} unit=件]"
        relations += [f"p{i} part_of t", f"p{i} measures i{i}"]
    return checks(markup, *relations)[0]


SUM = [("sum_mismatch", "warning")]


@pytest.mark.parametrize(
    ("total", "parts", "expected"),
    [
        (100, (60, 30), []),  # 其中 need not name all
        (100, (60, 30, 10), []),
        (100, (60, 50), SUM),
        (100, (110,), SUM),
        (12, (10, 2, 9, 3, 11, 1), []),  # split three times
        (1191, (189, 208, 20, 564, 80, 319), []),  # carried over, then the outcomes
        (100, (60, 30, ("其他", 9)), SUM),  # the rest is named, and yet they do not add up
        (1000, (600, 300, 95), SUM),  # hardly anything lacks
        (100, (60, 30, 5), []),
        (100, (("办结", 98), ("按时回复", 97)), []),  # stages, not shares
        (100, (("维持", 60), ("纠错", 30), ("办结", 98)), []),
    ],
)
def test_parts_are_held_against_their_total(total, parts, expected):
    assert split(total, *parts) == expected


def test_parts_that_stand_apart_are_not_one_split():
    assert split(100, 60, 55, gap="。" * 80) == []


def test_rounded_and_approximate_figures_may_differ():
    rounded = (
        "[16.4万条|COUNT#t value=164000 unit=条],[2.5万条|COUNT#a value=25000 unit=条],"
        "[139400条|COUNT#b value=139400 unit=条]"
    )
    assert checks(rounded, "a part_of t", "b part_of t")[0] == []
    about = (
        "[近100件|COUNT#t value=100 unit=件 approx=about],[60件|COUNT#a value=60 unit=件],"
        "[45件|COUNT#b value=45 unit=件]"
    )
    assert checks(about, "a part_of t", "b part_of t")[0] == []


def test_only_parts_of_the_unit_of_the_total_are_added():
    markup = (
        "[10条|COUNT#t value=10 unit=条],[9个|COUNT#a value=9 unit=个],"
        "[8条|COUNT#b value=8 unit=条]"
    )
    assert checks(markup, "a part_of t", "b part_of t")[0] == []


def rate(received, completed, share, figure):
    return checks(
        f"受理[{received}项|COUNT#t value={received} unit=项],"
        f"[办结|INDICATOR#i][{completed}项|COUNT#p value={completed} unit=项],[办结率|INDICATOR#j]"
        f"[{figure}|RATE#r indicator=completion_rate value={share} unit=%]",
        "p part_of t",
        "p measures i",
        "r measures j",
    )[0]


def test_a_rate_follows_from_its_counts():
    assert rate(6711, 6704, 0.998, "99.8%") == []  # cut off, where 99.9% would be rounded
    assert rate(6711, 6704, 0.999, "99.9%") == []
    assert rate(6711, 6604, 0.998, "99.8%") == [("rate_mismatch", "warning")]
    assert rate(4, 3, 0.75, "75%") == []


def test_a_share_in_brackets_follows_and_a_growth_does_not_have_to():
    markup = (
        "[1191件|COUNT#t value=1191 unit=件],[208件|COUNT#p value=208 unit=件]"
        "([{0}|INDICATOR#i][{1}%|RATE#r value={2} unit=%])"
    )
    relations = ("p part_of t", "r measures i")
    assert checks(markup.format("占", 17.46, 0.1746), *relations)[0] == []
    assert checks(markup.format("占", 71.46, 0.7146), *relations)[0] == [
        ("rate_mismatch", "warning")
    ]
    assert checks(markup.format("增长", 71.46, 0.7146), *relations)[0] == []


def test_a_rate_is_held_against_its_own_counts_alone():
    def of(part, *rates, between="。"):
        markup = (
            "[12件|COUNT#t value=12 unit=件],其中"
            f"[{part}|INDICATOR#i][5件|COUNT#p value=5 unit=件]{between}"
        )
        relations = ["p part_of t", "p measures i"]
        for i, (label, indicator) in enumerate(rates):
            markup += f"[{label}|INDICATOR#l{i}][98%|RATE#r{i} indicator={indicator} value=0.98]"
            relations.append(f"r{i} measures l{i}")
        return checks(markup, *relations)[0]

    completion, satisfaction = ("办结率", "completion_rate"), ("满意率", "satisfaction_rate")
    assert of("公开规范性文件", completion) == []
    assert of("公开规范性文件", completion, between="，") == []
    assert of("办结", satisfaction, between="，") == []
    assert of("办结", ("按时办结率", "completion_rate"), between="，") == []
    assert of("办结", completion) == []  # another sentence
    assert of("办结", completion, between="，") == [("rate_mismatch", "warning")]
    assert of("满意", satisfaction, between="，") == [("rate_mismatch", "warning")]
    assert of("基本满意", satisfaction, between="，") == []


def test_more_than_all_are_doubted():
    assert checks("[办结率|INDICATOR][105%|RATE indicator=completion_rate value=1.05]")[0] == [
        ("rate_out_of_range", "warning")
    ]
    assert checks("[增长|INDICATOR][105%|RATE indicator=other value=1.05]")[0] == []


def received(text):
    return checks(
        re.sub(r"(\d+)件", r"[\1件|COUNT indicator=requests_received value=\1 unit=件]", text)
    )[0]


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("2020年，共收到申请10件。三、情况\n全年收到政府信息公开申请12件。", True),
        ("收到申请10件。本机关收到申请10件。", False),
        ("全县收到申请10件。收到申请2件。", False),
        ("收到申请10件，受理9件。", False),
        ("教育局：收到申请5件。卫生局：收到申请7件。", False),
        ("上半年收到申请5件。下半年收到申请7件。", False),
        ("去年收到申请5件。今年收到申请7件。", False),
        ("收到申请5件、7件。", False),
    ],
)
def test_two_totals_in_the_same_words_are_doubted(text, doubted):
    assert received(text) == [("inconsistent_total", "warning")] * doubted


def test_the_fields_of_one_section_may_each_have_their_total():
    text = (
        "公开政府信息[{}条|COUNT indicator=disclosed value={} unit=条]。\n{}"
        "公开政府信息[7条|COUNT indicator=disclosed value=7 unit=条]。"
    )
    assert checks("二、主动公开情况\n" + text.format(9, 9, "（二）教育\n"))[0] == []
    assert checks("一、概述\n" + text.format(9, 9, "二、主动公开情况\n"))[0] == [
        ("inconsistent_total", "warning")
    ]


def balance(**figures):
    return checks(
        "。".join(
            f"[{code}|INDICATOR][{n}件|COUNT indicator=requests_{code} value={n} unit=件]"
            for code, n in figures.items()
        )
    )[0]


def test_what_came_in_is_what_went_out():
    came = {"received": 34, "carried_over": 2}
    doubt = [("balance", "warning")]
    assert balance(**came, completed=35, carried_forward=1) == []
    assert balance(**came, completed=36, carried_forward=1) == doubt
    assert balance(**came, completed=30) == []
    outcomes = {"granted": 9, "partly_granted": 0, "denied": 2, "unable": 10, "other": 14}
    assert balance(**came, **outcomes, not_processed=0, carried_forward=1) == []
    assert balance(**came, **outcomes, not_processed=3, carried_forward=1) == doubt
    assert balance(**came, **outcomes, carried_forward=9) == []  # not all that there are


def test_a_split_that_says_it_is_whole_must_add_up():
    text = (
        "[100件|COUNT#t value=100 unit=件]，{}[甲|INDICATOR][60件|COUNT#a value=60 unit=件]、"
        "[乙|INDICATOR][30件|COUNT#b value=30 unit=件]"
    )
    parts = ("a part_of t", "b part_of t")
    assert checks(text.format("分为"), *parts)[0] == SUM
    assert checks(text.format("分别是"), *parts)[0] == SUM
    assert checks(text.format("其中"), *parts)[0] == []
    assert checks(text.format("其中甲、乙分别为"), *parts)[0] == []


def test_figures_out_of_scale_are_doubted():
    part = "[5条|COUNT#t value=5 unit=条],[5000条|COUNT#p value=5000 unit=条]"
    found, (doubt,) = checks(part, "p part_of t")
    assert found == [("out_of_scale", "error")]
    assert "1,000 times" in doubt.message
    assert doubt.facts == ["f1", "f2"]
    assert checks("[18754万余条|COUNT value=187540000 unit=条]")[0] == [("out_of_scale", "warning")]
    assert checks("[18754万元|COUNT value=187540000 unit=元]")[0] == []
    assert checks("[3170万条|COUNT value=31700000 unit=条]")[0] == []


def test_a_document_younger_than_the_report_is_doubted():
    text = (
        "2015年云溪县政府信息公开工作年度报告\n{}"
        "《[要点|DOC_TITLE#t]》([X政〔{}〕8号|DOC_NUMBER#n])"
    )
    has = "t has_number n"
    published = "发布时间:2016-03-01\n"
    assert checks(text.format(published, 2015), has)[0] == []
    assert checks(text.format(published, 2016), has)[0] == [("document_year", "info")]
    assert checks(text.format(published, 2017), has)[0] == [("document_year", "warning")]
    found, (doubt,) = checks(text.format("", 2017), has)
    assert found == [("document_year", "warning")]
    assert doubt.message == "X政〔2017〕8号 (d1) is of 2017, younger than the report of 2015"


# The odd things that the annotators found in six real reports, and nothing else.
DOUBTED = {
    "rudong-2013": ["29,073, more than", "25,207, more than"],
    "hongsibu-2014": [],
    "aba-2016": ["18754万余条"],
    "suqian-2024": [],
    "shanghai-office-2025": [],
    "shanghai-kewei-2024": ["2,160, more than"],
}


@pytest.mark.skipif(not (SHARED / "gold").is_dir(), reason="the gold reports are not here")
@pytest.mark.parametrize("name", DOUBTED)
def test_real_oddities_are_found_without_false_alarms(name):
    gold = read_gold(SHARED / "gold" / f"{name}.json", SHARED / "seeds")
    found = assemble(gold, Extractor("gold", "1")).checks
    assert len(found) == len(DOUBTED[name])
    for check, words in zip(found, DOUBTED[name], strict=True):
        assert words in check.message
