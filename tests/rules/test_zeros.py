"""Zeros said in words: the negated phrase, its code, and what is no zero."""

import pytest
from found import marked


def zeros(text: str) -> list[tuple[str, str | None]]:
    a = marked(text)
    found = [s for s in a.of("INDICATOR") if s.is_zero]
    assert all(s.attrs.value == 0 for s in found)
    return [(a.text(s), s.attrs.indicator) for s in found]


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ("没有受理依申请公开", "requests_received"),
        ("没有收到政府信息公开申请", "requests_received"),
        ("未收取任何费用", "fees_collected"),
        ("均未收费", "fees_collected"),
        ("均未收取检索费", "fees_collected"),
        ("没有产生费用减免", "fees_waived"),
        ("没有发生行政复议", "reviews"),
        ("未被提起行政诉讼", "lawsuits"),
        ("未接到投诉举报", "complaints"),
        ("零投诉", "complaints"),
        ("没有发生泄密", "secrecy_incidents"),
        ("无不予公开", "requests_denied"),
    ],
)
def test_a_negated_phrase_is_a_zero(clause, code):
    assert zeros(f"全年{clause}。") == [(clause, code)]
    assert zeros(f"全年{clause}情况发生，经费5万元。") == [(clause, code)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "没有发生行政复议、行政诉讼。",
            [("没有发生行政复议", "reviews"), ("行政诉讼", "lawsuits")],
        ),
        (
            "未发生因政府信息公开引发的行政复议和行政诉讼案件。",
            [("未发生因政府信息公开引发的行政复议", "reviews"), ("行政诉讼案件", "lawsuits")],
        ),
        (
            "全年未收到申请，也未收取费用。",
            [("未收到申请", "requests_received"), ("未收取费用", "fees_collected")],
        ),
    ],
)
def test_coordinated_zeros(text, found):
    assert zeros(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "确保不发生泄密事件。",
        "防止出现未收费的情形。",
        "如果未收费，应当说明。",
        "没有按时公开的申请。",
        "未按时答复申请。",
        "未公开申请3件。",
        "无锡市收到申请。",
        "未成年人申请公开。",
        "没有召开会议。",
        "一、没有收费的情况\n正文。",
    ],
)
def test_what_is_no_zero(text):
    assert zeros(text) == []
