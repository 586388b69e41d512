"""From annotations to the report: facts, documents, agencies, channels, header, summary."""

import datetime
import re
from pathlib import Path

import pytest
from planted import planted

from ie.annotation.store import read_gold
from ie.assemble import assemble, number_of
from ie.document import Annotations, Document
from ie.report import Extractor

SHARED = Path(__file__).parents[2] / "shared"


def report(markup, *relations):
    return assemble(planted(markup, *relations), Extractor("gold", "1"))


# Facts


def test_a_fact_points_to_its_channel_agency_total_and_section():
    r = report(
        "一、概述\n略。\n二、主动公开政府信息情况\n"
        "[县政府|AGENCY#a]公开[信息|INDICATOR#i]、[文件|INDICATOR#j]"
        "[50条|COUNT#t indicator=disclosed value=50 unit=条],其中[网站|CHANNEL#w type=website]"
        "[30条|COUNT#p indicator=disclosed value=30 unit=条]",
        "t measures i",
        "t measures j",
        "t by a",
        "p part_of t",
        "p via w",
    )
    total, part = r.facts
    assert (total.label, total.agency, total.part_of, total.section) == (
        "信息、文件",
        "a1",
        None,
        "proactive",
    )
    assert (part.label, part.channel, part.part_of) == (None, "c1", total.id)


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("[5条|COUNT value=5 unit=条]", "count"),
        ("[5万元|COUNT value=50000 unit=元]", "money"),
        ("[5%|RATE value=0.05 unit=%]", "rate"),
        ("[未收费|INDICATOR indicator=fees_collected value=0 stated=none]", "money"),
        ("[没有发生行政复议|INDICATOR indicator=reviews value=0 stated=none]", "count"),
    ],
)
def test_the_kind_of_a_fact_follows_from_label_and_unit(markup, kind):
    (fact,) = report(markup).facts
    assert fact.kind == kind


def test_a_zero_in_words_is_a_fact_and_any_other_indicator_is_not():
    r = report(
        "[没有受理依申请公开|INDICATOR indicator=requests_received value=0 stated=none],"
        "[公开信息|INDICATOR]"
    )
    (fact,) = r.facts
    assert (fact.value, fact.stated, fact.label) == (0, "none", "没有受理依申请公开")
    assert r.summary == {"requests_received": 0}


def test_whole_values_are_integers_in_the_report():
    r = report("[16.4万条|COUNT value=164000.0],[96.85%|RATE value=0.9685]")
    assert [repr(f.value) for f in r.facts] == ["164000", "0.9685"]


def test_what_no_number_of_json_can_hold_is_no_fact():
    r = report(f"[9条|COUNT value={10**400}],[8条|COUNT value={'9' * 400}.0],[7条|COUNT value=7]")
    assert [f.value for f in r.facts] == [7]


# Documents, agencies, channels


@pytest.mark.parametrize(
    ("raw", "normalized", "issuer", "year", "serial"),
    [
        ("东政办发〔2013〕154号", "东政办发〔2013〕154号", "东政办发", 2013, 154),
        ("阿府办函(2016)39号", "阿府办函〔2016〕39号", "阿府办函", 2016, 39),
        ("国办发［２０１６］ 19 号", "国办发〔2016〕19号", "国办发", 2016, 19),
        ("宁政【2013】175号", "宁政〔2013〕175号", "宁政", 2013, 175),
        ("X政﹝2014﹞第8号", "X政〔2014〕第8号", "X政", 2014, 8),
        ("皖政办(秘)〔2015〕3号", "皖政办(秘)〔2015〕3号", "皖政办(秘)", 2015, 3),
        ("国务院令第492号", "国务院令第492号", "国务院令", None, 492),
        ("第四号公告", "第四号公告", None, None, None),
    ],
)
def test_document_numbers_have_one_normal_form(raw, normalized, issuer, year, serial):
    number = number_of(raw)
    assert number.raw == raw
    assert (number.normalized, number.issuer_code) == (normalized, issuer)
    assert (number.year, number.serial) == (year, serial)


def test_a_document_is_one_entry_by_number_or_title():
    r = report(
        "[市政府|AGENCY#a]印发《[工作要点|DOC_TITLE#t]》([国办发〔2016〕19号|DOC_NUMBER#n]),"
        "按[国办发(2016)19号|DOC_NUMBER]和《[工作要点|DOC_TITLE]》及《[条例|DOC_TITLE]》",
        "t has_number n",
        "t issued_by a",
    )
    points, law = r.documents
    assert (points.id, points.title, points.number.serial) == ("d1", "工作要点", 19)
    assert (points.issuer, len(points.mentions)) == ("市政府", 3)
    assert (law.title, law.number) == ("条例", None)


def test_a_title_of_two_numbers_is_two_documents():
    r = report(
        "《[要点|DOC_TITLE#t]》([国发〔2015〕1号|DOC_NUMBER#n])、《[要点|DOC_TITLE#u]》"
        "([国发〔2016〕2号|DOC_NUMBER#m]),再按《[要点|DOC_TITLE]》",
        "t has_number n",
        "u has_number m",
    )
    assert [d.number.year if d.number else None for d in r.documents] == [2015, 2016, None]


def test_agencies_and_channels_are_listed_once_with_all_mentions():
    r = report(
        "[市政府|AGENCY]、[市委|AGENCY]、[市政府|AGENCY],[网站|CHANNEL type=website]"
        "和[网站|CHANNEL type=platform]"
    )
    assert [(a.id, a.name, len(a.mentions)) for a in r.agencies] == [
        ("a1", "市政府", 2),
        ("a2", "市委", 1),
    ]
    assert [(c.name, c.type) for c in r.channels] == [("网站", "website"), ("网站", "platform")]


# The header


def test_the_header_is_read_from_title_source_line_and_introduction():
    header = report(
        "2016年云溪县政府信息公开工作年度报告\n"
        "来源:[云溪县人民政府办公室|AGENCY] 发布时间:2017-03-03 字体:大\n"
        "本报告中所列数据统计期限从2016年1月1日起至12月30日止。\n一、概述\n"
    ).header
    assert (header.title, header.publisher) == (
        "2016年云溪县政府信息公开工作年度报告",
        "云溪县人民政府办公室",
    )
    assert (header.region, header.year) == ("云溪县", 2016)
    assert header.period.end == datetime.date(2016, 12, 30)
    assert header.published_on == datetime.date(2017, 3, 3)


def test_the_compiler_is_the_publisher_and_gets_the_full_name_that_the_text_has():
    header = report(
        "２０１６年云溪州政府信息公开工作年度报告\n本报告由[州政府办公室|AGENCY]根据各县情况编制。\n"
        "《云溪州人民政府办公室关于公开的通知》"
    ).header
    assert (header.publisher, header.region) == ("云溪州人民政府办公室", "云溪州")
    assert (header.year, header.period.start) == (2016, datetime.date(2016, 1, 1))


def test_a_signature_says_who_and_when():
    header = report(
        "云溪市教育局二〇一五年政府信息公开年度报告\n各位读者。\n"
        "[云溪市教育局|AGENCY]\n二〇一六年三月二十一日\n"
    ).header
    assert (header.publisher, header.year) == ("云溪市教育局", 2015)
    assert header.published_on == datetime.date(2016, 3, 21)


@pytest.mark.parametrize(
    ("title", "region"),
    [
        ("2014年吴忠市红寺堡区人民政府政府信息公开年度报告", "红寺堡区"),
        ("景德镇市2015年政府信息公开工作年度报告", "景德镇市"),
        ("宁夏回族自治区2015年政府信息公开工作年度报告", "宁夏回族自治区"),
        ("如东县住房和城乡建设局2015年政府信息公开工作年度报告", "如东县"),
        ("上海市城市管理局2015年政府信息公开工作年度报告", "上海市"),
        ("国家税务总局云溪县税务局2019年政府信息公开工作年度报告", "云溪县"),
        ("我县2015年政府信息公开工作年度报告", None),
        ("科学技术部2015年政府信息公开工作年度报告", None),
    ],
)
def test_the_region_is_the_narrowest_place_of_the_name(title, region):
    assert report(title + "\n").header.region == region


def test_a_text_that_says_nothing_of_itself_has_an_empty_header():
    header = report("一段话。").header
    assert {header.title, header.publisher, header.region, header.year, header.period} == {None}


# The summary

LIST = (
    "[收到|INDICATOR#i][{}件|COUNT#a indicator=requests_received value={} unit=件]{}"
    "[受理|INDICATOR#j][{}件|COUNT#b indicator=requests_received value={} unit=件]"
)


def test_a_total_goes_before_its_parts_and_all_channels_before_one():
    r = report(
        "[网站|CHANNEL#w type=website][90条|COUNT#v indicator=disclosed value=90 unit=条]。"
        "全年[50条|COUNT#t indicator=disclosed value=50 unit=条],"
        "其中[60条|COUNT#p indicator=disclosed value=60 unit=条]",
        "v via w",
        "p part_of t",
    )
    assert r.summary == {"disclosed": 50}


def test_a_total_that_is_all_of_the_website_is_a_total_still():
    r = report(
        "[网站|CHANNEL#w type=website][90条|COUNT#t indicator=disclosed value=90 unit=条],"
        "其中[60条|COUNT#p indicator=disclosed value=60 unit=条]。"
        "接待中心放[5份|COUNT indicator=disclosed value=5 unit=份]。",
        "t via w",
        "p part_of t",
    )
    assert r.summary == {"disclosed": 90}


def test_a_part_of_a_total_of_another_code_is_a_total_of_its_own():
    r = report(
        "[9件|COUNT#t indicator=requests_received value=9 unit=件],"
        "[8件|COUNT#p indicator=requests_granted value=8 unit=件]",
        "p part_of t",
    )
    assert r.summary == {"requests_received": 9, "requests_granted": 8}


def test_the_figure_of_its_own_section_goes_first():
    r = report(
        "一、概述\n[市司法局|AGENCY]办理行政复议[80件|COUNT indicator=reviews value=80 unit=件]。\n"
        "二、行政复议和诉讼情况\n[没有行政复议|INDICATOR indicator=reviews value=0 stated=none]。\n"
    )
    assert r.summary == {"reviews": 0}


def test_a_list_that_the_report_leaves_unadded_has_no_total():
    assert report(LIST.format(5, 5, "、", 4, 4)).summary == {}
    assert report(LIST.format(5, 5, "，", 5, 5)).summary == {"requests_received": 5}
    assert report(LIST.format(5, 5, "。", 4, 4)).summary == {"requests_received": 5}


def test_parts_of_one_code_of_another_total_are_not_added_up():
    r = report(
        "清理[94件|COUNT#t indicator=other value=94 unit=件],"
        "废止[41件|COUNT#a indicator=normative_docs_repealed value=41 unit=件],"
        "失效[8件|COUNT#b indicator=normative_docs_repealed value=8 unit=件]",
        "a part_of t",
        "b part_of t",
    )
    assert r.summary == {}


def counts(text, indicator="disclosed"):
    """A report of 2020 in which every number with 条 is a count of the indicator."""
    tag = rf"[\1条|COUNT indicator={indicator} value=\1 unit=条]"
    return report("2020年青河县政府信息公开年度报告\n" + re.sub(r"(\d+)条", tag, text)).summary


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("2020年，主动公开信息300条，比2019年的500条减少200条。", 300),
        ("全年公开信息300条。2020年计划公开信息1000条。", 300),
        ("公开300条。明年，我县力争公开1000条。", 300),
        ("公开300条。预计2021年公开900条；下一步，公开800条。", 300),
        ("截至2020年底，累计公开信息90000条，本年度公开1200条。", 1200),
        ("自条例施行以来共公开90000条。全年公开1200条。", 1200),
        ("2020年公开信息1200条，累计公开90000条。", 1200),
        ("2020年，各级网站累计公开900条。教育类20条。", 900),
        ("截至2020年12月31日，全年累计公开900条。某类20条。", 900),
        ("上年度公开50条，本年度公开20条。", 20),
        ("2019年全年公开50条。2020年全年公开20条。", 20),
        ("公开20条，同比增加80条。", 20),
        ("较上年增加100条，达到400条。", 400),
        ("与上年的500条相比，今年公开400条。", 400),
        ("新增400条。", 400),
        ("按照《2019年公开工作要点》，公开30条。", 30),
        ("规划计划类公开30条。", 30),
        ("已将公开的30条信息编目。", 30),
        ("将办理结果公开30条，将公开目录更新30条。", 30),
        ("今年均按时公开30条。", 30),
        ("一、概述\n略。\n六、问题和打算\n公开900条。\n七、附表\n公开30条。", 30),
    ],
)
def test_plans_and_figures_of_other_years_are_no_total(text, total):
    assert counts(text) == {"disclosed": total}


@pytest.mark.parametrize(
    "text",
    [
        "计划公开1000条。",
        "去年公开50条。",
        "比上年减少50条。",
        "明年，将公开50条。",
        "日均公开5条。",
    ],
)
def test_a_code_with_nothing_but_those_is_left_out(text):
    assert counts(text) == {}


def test_what_there_is_on_a_day_is_counted_to_date():
    assert counts("截至年底，累计有10条，新设2条。", "websites") == {"websites": 10}
    assert counts("上年结转2条。", "requests_carried_over") == {"requests_carried_over": 2}
    assert counts("网站日点击率达1500条。", "visits") == {}


def test_what_was_disclosed_goes_before_the_pages_of_a_website():
    r = report(
        "三、主动公开情况\n通过[网站|CHANNEL#w type=website][发布政府信息|INDICATOR#i]"
        "[393件|COUNT#t indicator=disclosed value=393 unit=件]。\n六、公开平台建设\n"
        "[网站|CHANNEL#v type=website][发布信息|INDICATOR#j]"
        "[2139条|COUNT#u indicator=disclosed value=2139 unit=条],"
        "其中[动态|INDICATOR][1744条|COUNT#p indicator=disclosed value=1744 unit=条]",
        "t measures i",
        "t via w",
        "u measures j",
        "u via v",
        "p part_of u",
    )
    assert r.summary == {"disclosed": 393}


def test_rates_of_several_things_have_no_total():
    one = "[98%|RATE indicator=completion_rate value=0.98 unit=%]"
    other = "[99%|RATE indicator=completion_rate value=0.99 unit=%]"
    assert report(one).summary == {"completion_rate": 0.98}
    assert report(one + "," + other).summary == {}


# Real reports

EXPECTED = {
    "rudong-2013": {
        "disclosed": 29219,
        "requests_received": 27,
        "reviews": 17,
        "lawsuits": 13,
        "fees_collected": 0,
        "letters": 2056,
    },
    "aba-2016": {"disclosed": 164000, "requests_received": 12, "fees_collected": 0},
    "hongsibu-2014": {"disclosed": 642, "requests_received": 0, "cases_handled": 6711},
    "suqian-2024": {"disclosed": 140000, "requests_received": 3646, "reviews": 134},
    "shanghai-office-2025": {"requests_received": 1295, "requests_completed": 1191},
    "shanghai-kewei-2024": {"disclosed": 393, "requests_received": 34, "reviews": 1},
}
NOT_PRINTED = {
    "rudong-2013": {"visits", "consultations"},
    "hongsibu-2014": {"normative_docs_repealed"},
    "shanghai-office-2025": {"disclosed", "press_conferences"},
    "shanghai-kewei-2024": {"proposals"},
}
"""Codes of which a report prints figures, but no total of the year."""

HEADERS = {
    "rudong-2013": ("如东县人民政府办公室", "如东县", 2013, "2014-03-25"),
    "aba-2016": ("阿坝州人民政府办公室", "阿坝州", 2016, "2017-03-03"),
    "hongsibu-2014": ("红寺堡区人民政府办公室", "红寺堡区", 2014, "2017-10-23"),
    "suqian-2024": (None, None, 2024, None),
    "shanghai-office-2025": ("上海市人民政府办公厅", "上海市", 2025, None),
    "shanghai-kewei-2024": ("上海市科委", "上海市", 2024, None),
}


@pytest.mark.skipif(not (SHARED / "gold").is_dir(), reason="the gold reports are not here")
@pytest.mark.parametrize("name", EXPECTED)
def test_gold_gives_the_row_that_a_spreadsheet_wants(name):
    gold = read_gold(SHARED / "gold" / f"{name}.json", SHARED / "seeds")
    r = assemble(gold, Extractor("gold", "1"))
    assert EXPECTED[name].items() <= r.summary.items()
    assert not NOT_PRINTED.get(name, set()) & set(r.summary)
    assert set(r.summary.values()) <= {f.value for f in r.facts}
    header = r.header
    published = header.published_on.isoformat() if header.published_on else None
    assert (header.publisher, header.region, header.year, published) == HEADERS[name]


def test_no_annotations_are_a_report_too():
    r = assemble(Annotations(Document("一"), ()), Extractor("rules", "1"))
    assert (r.facts, r.documents, r.summary, r.checks) == ([], [], {}, [])
