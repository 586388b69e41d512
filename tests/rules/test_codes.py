"""The table of codes, whole, and the codes of phrases that reports are full of."""

import pytest

from ie.labels import INDICATORS
from ie.rules.codes import code_of
from ie.rules.lexicon import read_table

ROWS = read_table("indicator_codes.tsv")


def test_every_code_of_the_table_exists():
    assert {row[0] for row in ROWS} <= set(INDICATORS)
    assert {code for *_, whole in ROWS for code in whole.split("|") if code} <= set(INDICATORS)


def test_every_code_can_be_given():
    assert set(INDICATORS) - {row[0] for row in ROWS} == set()


def test_no_row_is_made_unreachable_by_an_earlier_one():
    """An earlier row hides one whose words it has all, under conditions no narrower."""
    hidden = []
    for i, (_, phrase, *conditions) in enumerate(ROWS):
        for _, earlier, *earlier_conditions in ROWS[:i]:
            wider = all(a in ("", b) for a, b in zip(earlier_conditions, conditions, strict=True))
            words = set(phrase.split("|")) <= set(earlier.split("|"))
            if wider and (words or not earlier):
                hidden.append(ROWS[i])
    assert hidden == []


@pytest.mark.parametrize(
    ("phrase", "unit", "code"),
    [
        ("主动公开政府信息", "条", "disclosed"),
        ("公开规范性文件", "件", "normative_docs_disclosed"),
        ("制定规范性文件", "件", "normative_docs_made"),
        ("政策解读", "篇", "interpretations"),
        ("回应公众关切", "次", "responses"),
        ("召开新闻发布会", "次", "press_conferences"),
        ("在线访谈", "期", "interviews"),
        ("民意征集", "次", "surveys"),
        ("办理人大代表建议", "件", "proposals"),
        ("接受咨询", "人次", "consultations"),
        ("群众来信", "件", "letters"),
        ("热线受理", "件", "hotline_calls"),
        ("收到申请", "件", "requests_received"),
        ("行政复议案件", "起", "reviews"),
        ("行政诉讼案件", "起", "lawsuits"),
        ("复议维持", "件", "reviews_upheld"),
        ("诉讼纠错", "件", "lawsuits_corrected"),
        ("举报投诉", "件", "complaints"),
        ("收取费用", "元", "fees_collected"),
        ("减免费用", "元", "fees_waived"),
        ("投入专项经费", "元", "budget"),
        ("专门机构", "个", "offices"),
        ("信息公开查阅点", "个", "reading_points"),
        ("工作人员", "名", "staff"),
        ("召开会议", "次", "meetings"),
        ("举办培训班", "期", "trainings"),
        ("网站访问量", "人次", "visits"),
        ("粉丝", "人", "followers"),
        ("网站", "个", "websites"),
        ("网站栏目", "个", "other"),
        ("微信公众号", "个", "accounts"),
        ("行政许可办件", "件", "cases_handled"),
        ("权力清单", "项", "matters"),
        ("按时办结率", "%", "completion_rate"),
        ("群众满意率", "%", "satisfaction_rate"),
        ("泄密事件", "起", "secrecy_incidents"),
        ("增长", "%", "other"),
        ("办理时限", "工作日", "other"),
        ("植树", "棵", "other"),
        ("", "", "other"),
    ],
)
def test_the_code_of_a_phrase(phrase, unit, code):
    assert code_of(phrase, phrase, unit, "other") == code


@pytest.mark.parametrize(
    ("phrase", "units"),
    [
        ("培训", {"期": "trainings", "人次": "trainees"}),
        ("咨询", {"人次": "consultations", "个": "other"}),
        ("解读", {"篇": "interpretations", "天": "other"}),
        ("办结率", {"%": "completion_rate", "件": "other"}),
    ],
)
def test_the_unit_decides(phrase, units):
    assert {unit: code_of(phrase, "培训", unit, "other") for unit in units} == units


@pytest.mark.parametrize(
    ("phrase", "context", "section", "code"),
    [
        ("收到", "", "requests", "requests_received"),
        ("收到", "", "overview", "other"),
        ("办结", "", "requests", "requests_completed"),
        ("答复", "", "requests", "requests_answered"),
        ("网络", "收到申请", "requests", "requests_online"),
        ("信函", "收到申请", "requests", "requests_letter"),
        ("当面", "收到申请", "requests", "requests_in_person"),
        ("维持", "行政复议", "reviews", "reviews_upheld"),
        ("维持", "行政诉讼", "reviews", "lawsuits_upheld"),
        ("纠错", "行政诉讼", "reviews", "lawsuits_corrected"),
        ("文件", "主动公开", "proactive", "disclosed"),
        ("文件", "主动公开", "problems", "other"),
    ],
)
def test_the_context_and_the_section_decide(phrase, context, section, code):
    assert code_of(phrase, context, "件", section) == code


@pytest.mark.parametrize(
    ("phrase", "whole", "code"),
    [
        ("网上", "requests_received", "requests_online"),
        ("传真", "requests_received", "requests_fax"),
        ("维持", "reviews", "reviews_upheld"),
        ("维持", "lawsuits", "lawsuits_upheld"),
        ("审理", "reviews", "reviews_pending"),
        ("撤回", "requests_completed", "requests_other"),
        ("书面", "requests_received", "requests_letter"),
        ("维持", "", "other"),
    ],
)
def test_the_total_decides(phrase, whole, code):
    assert code_of(phrase, "", "件", "other", whole) == code
