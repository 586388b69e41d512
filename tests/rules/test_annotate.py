"""All rules together: any text keeps its offsets, planted sentences come out, nothing hangs."""

import subprocess
import sys

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from planted import planted

from ie.document import Document
from ie.labels import RELATIONS
from ie.rules import annotate

PIECES = (
    *"０９５〇々一三十百千万亿零点两约近%％‰年月日号第至-—～，,。．.；;：:、",
    *"\n\t 　（）()《》〈〉[]〔〕“”\"'>@",
    *("\r\n", "\x85", "\u2028", "\xa0", "\ufeff", "e\u0301", "𠮷", "😀"),
    *("2015", "5件", "１２条", "1,234", "2900多条", "百分之四十", "1.5倍", "3-5件", "16.4万"),
    *("15个工作日", "两百多", "5万元", "以上", "公开", "政府信息", "收到", "申请", "办结"),
    *("满意率", "培训", "行政复议", "诉讼", "收费", "会议", "县", "省、", "市政府", "县委"),
    *("教育局", "各", "我县", "领导小组", "青山镇", "办公室", "局长", "网站", "微信", "12345"),
    *("热线", "信箱", "系统", "专栏", "《日报》", "简报", "栏目", "电视", "其中", "含", "通过"),
    *("没有", "未", "无", "均", "分别为", "印发", "的", "和", "等", "了", "为", "今年", "一是"),
    *("云政发〔2015〕18号", "2015年3月", "一、概述\n", "（二）", "首页 > ", "次数："),
)
TEXTS = st.lists(
    st.one_of(st.sampled_from(PIECES), st.characters(exclude_categories=["Cs"])), max_size=30
).map("".join)


@given(TEXTS)
def test_any_text_keeps_its_offsets(text):
    document = Document(text)
    a = annotate(document)
    assert a.document is document
    assert document.text == text
    last_end: dict[str, int] = {}
    for span in a.spans:
        assert 0 <= span.start < span.end <= len(text)
        assert a.text(span) == text[span.start : span.end]
        assert span.start >= last_end.get(span.label, 0)
        last_end[span.label] = span.end
        if span.label in ("COUNT", "RATE"):
            assert span.attrs.indicator is not None
            assert span.attrs.value is not None
        assert (span.label == "CHANNEL") == (span.attrs.type is not None)
    for relation in a.relations:
        kind = RELATIONS[relation.type]
        assert relation.head.label in kind.heads
        assert relation.tail.label in kind.tails
        assert {relation.head, relation.tail} <= set(a.spans)
        assert relation.head != relation.tail
    assert len(set(a.relations)) == len(a.relations)
    assert all(
        len([r for r in a.relations if r.head == s and r.type == "part_of"]) < 2 for s in a.spans
    )


@given(TEXTS)
def test_the_same_text_has_the_same_annotations(text):
    assert annotate(Document(text)) == annotate(Document(text))


@pytest.mark.parametrize(
    "text", ["", " ", "\r\n", "。", "\ufeff", "\ud800", "\0", "5", "《", "》", "第"]
)
def test_a_text_of_nothing_has_no_annotations(text):
    assert annotate(Document(text)).spans == ()


@pytest.mark.parametrize(
    ("markup", "relations"),
    [
        (
            "[2015年|DATE]，全县[主动公开政府信息|INDICATOR#i]"
            "[3205条|COUNT#c indicator=disclosed value=3205 unit=条]，"
            "[同比增长|INDICATOR#j][12.5%|RATE#r indicator=other value=0.125 unit=%]。",
            ["c measures i", "r measures j"],
        ),
        (
            "[县政府办公室|AGENCY#a]印发了《[公开工作要点|DOC_TITLE#t]》"
            "（[云政办发〔2015〕18号|DOC_NUMBER#n]）。",
            ["t has_number n", "t issued_by a"],
        ),
        (
            "全年[收到申请|INDICATOR#i][52件"
            "|COUNT#c indicator=requests_received value=52 unit=件]，其中"
            "[网络申请|INDICATOR#j][30件|COUNT#d indicator=requests_online value=30 unit=件]，"
            "[信函申请|INDICATOR#k][20余件"
            "|COUNT#e indicator=requests_letter value=20 unit=件 approx=more]。",
            ["c measures i", "d measures j", "e measures k", "d part_of c", "e part_of c"],
        ),
        (
            "通过[“云溪在线”政府门户网站|CHANNEL#w type=website]、"
            "[政务微信|CHANNEL#m type=wechat][发布信息|INDICATOR#i]"
            "[约1.2万条|COUNT#c indicator=disclosed value=12000 unit=条 approx=about]。",
            ["c measures i", "c via w", "c via m"],
        ),
        (
            "[县委|AGENCY]、[县政府|AGENCY]未[2015年|DATE]停办。"
            "[没有收到申请|INDICATOR indicator=requests_received value=0 stated=none]，"
            "[未收取费用|INDICATOR indicator=fees_collected value=0 stated=none]。",
            [],
        ),
        (
            "全县[27个|COUNT#c indicator=other value=27 unit=个][单位|INDICATOR#i]。",
            ["c measures i"],
        ),
        (
            "[按时办结率|INDICATOR#i]为[96.85%"
            "|RATE#r indicator=completion_rate value=0.9685 unit=%]，"
            "[群众满意率|INDICATOR#j]达[98%以上"
            "|RATE#s indicator=satisfaction_rate value=0.98 unit=% approx=more]。",
            ["r measures i", "s measures j"],
        ),
        (
            "[12345热线|CHANNEL#h type=hotline][接听来电|INDICATOR#i]"
            "[560个|COUNT#c indicator=hotline_calls value=560 unit=个]。",
            ["c measures i", "c via h"],
        ),
        (
            "😀𠮷\r\n[公开信息|INDICATOR#i][１２条|COUNT#c indicator=disclosed value=12 unit=条]"
            "。\r\n[举办培训|INDICATOR#j][两期|COUNT#d indicator=trainings value=2 unit=期]，々。",
            ["c measures i", "d measures j"],
        ),
        (
            "编发《[[公开简报|CHANNEL type=bulletin]|INDICATOR#i]》"
            "[12期|COUNT#c indicator=disclosed value=12 unit=期]。",
            ["c measures i"],
        ),
        (
            "根据[国务院令第711号|DOC_NUMBER]、[云政发\\[2014\\]3号|DOC_NUMBER]精神，"
            "[国家、省、市政府|AGENCY]部署。",
            [],
        ),
        (
            "[投入经费|INDICATOR#i][5万元|COUNT#c indicator=budget value=50000 unit=元]，"
            "[减免费用|INDICATOR#j]共[三千二百元"
            "|COUNT#d indicator=fees_waived value=3200 unit=元]。",
            ["c measures i", "d measures j"],
        ),
        (
            "首页 > 县教育局 > 年报\n发布日期：[2016-02-01|DATE] 来源：[云溪县政府办|AGENCY]\n"
            "坚持五公开，第一时间公开三公经费，电话0518-6688123。",
            [],
        ),
    ],
)
def test_planted_sentences_come_out_as_they_were_planted(markup, relations):
    gold = planted(markup, *relations)
    found = annotate(gold.document)
    assert found.to_dict()["spans"] == gold.to_dict()["spans"]
    assert set(found.relations) == set(gold.relations)


READ = """
import sys
from ie.document import Document
from ie.rules import annotate
unit = sys.argv[1]
print(len(annotate(Document(unit * (100_000 // len(unit)))).of(sys.argv[2])))
"""


@pytest.mark.parametrize(
    ("unit", "label", "spans"),
    [
        ("1", "COUNT", 0),
        ("９", "COUNT", 0),
        ("一", "COUNT", 0),
        ("《", "DOC_TITLE", 0),
        ("第", "COUNT", 0),
        ("（", "INDICATOR", 0),
        ("〔2013〕", "DOC_NUMBER", 0),
        ("市政府", "AGENCY", 33_333),
        ("其中5件", "COUNT", 25_000),
        ("公开信息5条（", "COUNT", 14_285),
    ],
)
def test_a_text_of_one_thing_over_and_over_comes_to_an_end(unit, label, spans):
    """In a process of its own, which a minute ends: a regular expression cannot be interrupted."""
    command = [sys.executable, "-c", READ, unit, label]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert int(done.stdout) == spans
