"""Document numbers: a grammar that is certain, so the model leaves them to it as the rules do.

A document number follows the format of 《党政机关公文格式》 (GB/T 9704-2012): issuer code,
year in 〔〕 and serial, 国办发〔2016〕19号; sites write every kind of bracket. Orders are
numbered 国务院令第492号 or 第492号令, announcements 国家税务总局公告2014年第67号.
"""

from __future__ import annotations

import re

from ie.document import Span
from ie.intervals import Intervals

_OPEN, _CLOSE = r"〔\[［（(【﹝「〖〈<﹙", r"〕\]］）)】﹞」〗〉>﹚"
_HAN = r"\u4e00-\u9fff〇々"

_YEAR = r"(?:(?:19|20|１９|２０)[0-9０-９]{2}|二[〇零○OＯ0][〇零○OＯ0一二三四五六七八九]{2})"
NUMBER_CORE = re.compile(
    rf"[{_OPEN}]\s?{_YEAR}\s?年?\s?[{_CLOSE}]"
    r"\s?第?\s?(?:[0-9０-９]{1,5}(?:-[0-9]{1,3})?|[一二三四五六七八九十百零〇]{1,5})\s?号"
)
"""〔2013〕154号 with any brackets and odd spaces; the issuer code stands to its left."""

ORDER = re.compile(
    rf"令\s?(?:{_YEAR}\s?年\s?)?[（(〔\[]?\s?第?\s?[0-9０-９]{{1,5}}\s?号(?:[）)〕\]](?![0-9]))?|第\s?[0-9０-９]{{1,5}}\s?号令"
    rf"|公告\s?(?:{_YEAR}\s?年\s?)?第\s?[0-9０-９]{{1,5}}\s?号"
)

_CODE_LIMIT = 16
_CODE = re.compile(rf"[{_HAN}A-Za-z（）()]{{1,{_CODE_LIMIT}}}\s?\Z")
# Words that stand before an issuer code in running text and never inside one.
_CODE_CUT = re.compile(
    r".*(?:根据|按照|依照|依据|遵照|参照|对照|以及|关于|印发|下发|转发|制发|批转|出台|发布|公布|文件|贯彻|落实|执行|符合|结合|"
    r"废止|取消|取代|替代|停止|修订|修改|简称|附件|通知|意见|办法|要求|按|以|由|为|见|即|如|的|了|将|在|对|从|是|有|等|"
    r"文号|编号|号|[（(）)](?!委|厅|市|县|办|党))",
    re.DOTALL,
)
# The name of a body that runs into the code: 县财政局云财发〔2014〕3号; 市政府办函 is a code.
_CODE_BODY = re.compile(r".*(?:人民政府|办公[室厅]|委员会|[局厅])(?=.{3,8}\Z)", re.DOTALL)
_FORMER = re.compile(r".*原(?![政党委办区县市州])(?=.{3,8}\Z)", re.DOTALL)
"""原云政办发〔2011〕4号, formerly valid; 原政发 and the like are codes of 固原 and 原州."""
_CODE_CONJUNCTION = re.compile(r".+[和与及]", re.DOTALL)
_ORDER_BODY = re.compile(rf"[{_HAN}]{{1,14}}\s?\Z")
_ORDER_CUT = re.compile(
    r".*(?:根据|按照|依照|依据|以及|贯彻|落实|执行|关于|发布|公布|遵照|参照|废止|见|依|按|据|的|年|号|和|与|即|以|为|由|了)",
    re.DOTALL,
)


def find_numbers(text: str) -> list[Span]:
    """DOC_NUMBER spans in text order, with the issuer code, without enclosing brackets."""
    spans = []
    last = 0
    for m in NUMBER_CORE.finditer(text):
        start = _code_start(text, max(last, m.start() - _CODE_LIMIT), m.start())
        if start is None:
            continue
        spans.append(Span(start, m.end(), "DOC_NUMBER"))
        last = m.end()
    spans += _orders(text, spans)
    return sorted(spans, key=lambda s: s.start)


def _code_start(text: str, floor: int, core: int) -> int | None:
    """Where the issuer code before the bracket at ``core`` begins; None where there is none."""
    code = _CODE.search(text[floor:core])
    if code is None:
        return None
    start = _behind_date(text, floor + code.start())
    cut = _CODE_CUT.match(text, start, core)
    if cut and cut.end() < core:
        start = cut.end()
    elif cut and text[core - 1] not in "发办函字令规":
        return None
    for before in (_CODE_BODY, _FORMER):
        if cut := before.match(text[start:core].rstrip()):
            start += cut.end()
    conjunction = _CODE_CONJUNCTION.match(text, start, core)
    # 和政发 is a real code (和政县); only a code that follows another name is cut.
    if conjunction and core - conjunction.end() >= 2 and conjunction.end() - start >= 3:
        start = conjunction.end()
    if text[start] in "和及与" and text[start - 1 : start] in ("》", "号", "）", ")"):
        start += 1
    while start < core and text[start] in "（()） ":
        start += 1
    return start if start < core and text[start:core].strip() not in _NO_CODE else None


def _behind_date(text: str, start: int) -> int:
    """Past the 日 of a date, but not that of 日照."""
    return start + bool(re.match(r"[0-9０-９]\s?日", text[max(0, start - 1) : start + 2]))


_NO_CODE = frozenset(("公开", "主动公开", "文件", "报告", "通知", "意见"))


def _orders(text: str, taken: list[Span]) -> list[Span]:
    spans: list[Span] = []
    busy = Intervals([(s.start, s.end) for s in taken])
    last_end = 0
    for m in ORDER.finditer(text):
        body = _ORDER_BODY.search(text[max(0, m.start() - 14) : m.start()])
        if body is None:
            continue
        start = m.start() - (body.end() - body.start())
        cut = _ORDER_CUT.match(text, start, m.start())
        start = _behind_date(text, cut.end() if cut else start)
        start += text[start : m.start()].startswith("原")
        end = m.end()
        # 《条例》(国务院令第492号): the closing bracket belongs to the brackets around.
        if text[end - 1] in "）)〕]" and not re.search(r"[（(〔\[]", text[m.start() : end]):
            end -= 1
        start = max(start, last_end)
        while text[start].isspace():
            start += 1
        if start < m.start() and not busy.touch(start, end):
            spans.append(Span(start, end, "DOC_NUMBER"))
            last_end = end
    return spans
