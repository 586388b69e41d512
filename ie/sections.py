"""Headings, sections and the title line: the outline of a report, as views of its text.

A report numbers its headings 一、 then (一) then 1. then (1); some have 第一部分 above. They
stand at the start of a line, or, where a site lost the line breaks, in the middle of one.
All intervals are half-open, ``[start, end)``, in code points of the text. Everything here
takes time linear in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Kind = Literal[
    "overview",
    "proactive",
    "requests",
    "fees",
    "reviews",
    "problems",
    "consultations",
    "other",
]


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a report, with its subsections.

    Args:
        number: the numeral of its heading alone, such as 一 or 1, in half-width digits.
        title: the words of its heading.
        kind: overview, proactive, requests, fees, reviews, problems, consultations or other;
            a subsection whose title tells nothing of its own has the kind of its parent.
        level: 1 to 4, by the styles of numbering that the report uses.
        start: of the heading's mark.
        end: the start of the next heading of the same or a higher level, or of nothing.
    """

    number: str
    title: str
    kind: Kind
    level: int
    start: int
    end: int


def find_sections(text: str) -> tuple[Section, ...]:
    """The sections of a report in text order; how they nest follows from their levels.

    Text before the first heading is in no section, and a table of contents is none.
    """
    headings = _without_contents(text, _without_stray_ordinals(list(_headings(text))))
    ranks = sorted({h.rank for h in headings})
    levels = {rank: min(i, 4) for i, rank in enumerate(ranks, 1)}
    ends = _ends([(h.start, levels[h.rank]) for h in headings], len(text))
    sections: list[Section] = []
    kinds: list[Kind] = ["other"] * 5  # level → kind of what is open there; 0 is the report
    for heading, end in zip(headings, ends, strict=True):
        level = levels[heading.rank]
        kind = _kind_under(kinds[level - 1], heading.title)
        kinds[level:] = [kind] * (5 - level)
        sections.append(Section(heading.number, heading.title, kind, level, heading.start, end))
    return tuple(sections)


def _ends(starts: list[tuple[int, int]], length: int) -> list[int]:
    # From the back: next_start[level] is where the nearest heading that closes it begins.
    next_start = dict.fromkeys(range(1, 5), length)
    ends = []
    for start, level in reversed(starts):
        ends.append(next_start[level])
        for deeper in range(level, 5):
            next_start[deeper] = start
    return ends[::-1]


# What kind of section a title names

_Words = tuple[tuple[Kind, str], ...]

_KINDS: Final[_Words] = (
    ("problems", r"(?<!热点)(?<!难点)问题|不足|困难|改进|下一步|打算|今后|努力方向|展望|设想"),
    ("reviews", r"复议|诉讼|应诉|涉诉|申诉"),
    ("fees", r"收费|减免|费用"),
    ("consultations", r"咨询|信访"),
    ("requests", r"申请|不予公开"),
    ("reviews", r"举报|投诉"),
    (
        "proactive",
        r"主动公开|重点领域|渠道|平台|载体|公开(?:目录|形式|方式|内容|数量|总量)|解读|"
        r"信息发布|新媒体|政府网站",
    ),
)
"""Kind and the words that name it wherever they stand, in the order in which they are tried:
因申请公开提起行政诉讼 is about the lawsuit."""

_TOP_KINDS: Final[_Words] = (
    ("overview", r"概述|概况|综述|总体|基本情况|工作情况"),
    ("proactive", r"公开.{0,8}情况|公开.{0,4}信息"),
)
"""Words that tell a kind only where no other heading stands above."""


def _compiled(kinds: _Words) -> tuple[tuple[re.Pattern[str], Kind], ...]:
    return tuple((re.compile(words), kind) for kind, words in kinds)


_OWN_PATTERNS: Final = _compiled(_KINDS)
_ALL_PATTERNS: Final = _compiled(_KINDS + _TOP_KINDS)

_LONGEST_NAME: Final = 16
"""Characters that the title of a subsection has at most where it names a subject: longer ones
are sentences, which mention many."""


_OF_YEAR: Final = re.compile(r"^(?:(?:19|20|１９|２０)[\d０-９]{2}年度?|[本上]一?年度)")


def kind_of(title: str) -> Kind:
    """The kind of section that a title names by its keywords; ``other`` where none does."""
    return next((kind for words, kind in _ALL_PATTERNS if words.search(title)), "other")


def _kind_under(parent: Kind, title: str) -> Kind:
    # 加大主动公开力度 under 改进措施 is a plan, not what was made public.
    if parent == "other":
        return kind_of(title)
    title = _OF_YEAR.sub("", title)
    if parent == "problems" or len(title) > _LONGEST_NAME:
        return parent
    return next((kind for words, kind in _OWN_PATTERNS if words.search(title)), parent)


# Marks

_NUMERALS: Final = "一二三四五六七八九十"
_BREAKS: Final = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_SPACE: Final = r"[ \t\xa0\u2000-\u200b\u202f\u3000\ufeff]"

_MARK: Final = re.compile(
    # The first character alone makes the scan fast; what may follow depends on it.
    rf"[第{_NUMERALS}0-9０-９(（﹙〔【\[［㈠-㈩⑴-⑽⒈-⒑](?:"
    rf"(?<=[0-9０-９])(?:(?P<arabic>[0-9０-９]?){_SPACE}{{0,2}}[.．、﹑､﹒](?![0-9０-９])"
    rf"|(?P<half>[0-9０-９]?)[)）])"
    rf"|(?<=[{_NUMERALS}])(?P<chinese>[{_NUMERALS}]{{0,2}}){_SPACE}{{0,2}}[、.．﹑､﹒,，]"
    rf"|(?<=第)(?:(?P<part>[{_NUMERALS}0-9]{{1,3}}){_SPACE}?(?:部分|[章篇编])"
    rf"|(?P<ordinal>[{_NUMERALS}]{{1,3}})(?:[、.．:：]|{_SPACE}))"
    rf"|(?<=[(（﹙〔【\[［]){_SPACE}?(?:(?P<bracketed>[{_NUMERALS}]{{1,3}})"
    rf"|(?P<digits>[0-9０-９]{{1,2}})){_SPACE}?[)）﹚〕】\]］][、.．]?"
    r"|(?<=[㈠-㈩])(?P<ring>)|(?<=[⑴-⑽])(?P<ring1>)|(?<=[⒈-⒑])(?P<dot1>))"
)
_RANKS: Final = {
    "part": 0,
    "ordinal": 1,
    "chinese": 1,
    "bracketed": 2,
    "ring": 2,
    "arabic": 3,
    "dot1": 3,
    "digits": 4,
    "half": 4,
    "ring1": 4,
}
"""Style of the mark → its rank in the outline, 0 the highest."""

_NOT_HEADING: Final = re.compile(
    rf"[项款目条]|规定|[是要、]|[至到\-—~～]{_SPACE}?[（(]?[{_NUMERALS}\d]"
    rf"|[{_NUMERALS}]{{1,3}}[、.．]|第[{_NUMERALS}]{{1,3}}(?:部分|[章篇编、])"
)
"""What follows the mark where it refers to a law, counts on, or begins a range."""

_NEXT_IN_LIST: Final = "、和与及级类产季月线手等项条款期批次届层"
"""After 一、二: 一、二级 counts two things, 一、二手房 is a heading nobody writes."""

_HAN: Final = re.compile("[\u4e00-\u9fff]")

_FORM_ROW: Final = re.compile(
    r"(?:予以公开|部分公开|不予公开|无法提供|不予处理|其[他它]处理|重复申请|总计)(?:[（(\d\s]|$)"
    r"|本年新收政府信息公开申请|上年结转政府信息公开申请|本年度办理结果|结转下年度继续办理"
    r"|属于国家秘密|其他法律行政法规禁止|危及“?三安全一稳定|保护第三方合法权益|属于三类内部事务"
    r"|属于四类过程性|属于行政执法案卷|属于行政查询事项|本机关不掌握|没有现成信息|补正后申请内容"
    r"|信访举报投诉类申请|要求提供公开出版物|无正当理由大量反复申请|要求行政机关确认"
    r"|申请人(?:无正当理由)?逾期"
)
"""How the numbered rows of the standard table of requests begin (国办公开办函〔2019〕60号): cells
of a table, not headings, where a page gives one cell or one row a line."""

_LAST_GROUND: Final = re.compile(r"其[他它]\d*")
"""The last row of its kind in that table, with a mark as of a third level."""

_FIGURES: Final = re.compile(r"(?:\s\d[\d.,]*){2,}$")
"""How the row of a table ends."""

_STANDARD: Final = re.compile(
    rf"{_SPACE}*(?:总体情况|概述|主动公开政府信息的?情况|收到和处理政府信息公开申请的?情况"
    r"|因?政府信息公开(?:工作|申请)?(?:被?申请|引起的?)?行政复议[、和及]?(?:被?提起)?行政诉讼的?情况"
    r"|(?:政府信息公开工作)?存在的?(?:主要)?问题(?:以?及|[和与])改进|其[他它]需要?报告的?事项)"
)
"""Headings that the forms of 2008 and 2019 prescribe: they are known in the middle of a line,
after the last cell of a table, and where a heading before them is lost."""


class _Heading(NamedTuple):
    rank: int
    style: str
    number: str
    title: str
    start: int
    title_end: int

    @property
    def key(self) -> tuple[int, str, str]:
        """What an entry of a table of contents shares with its heading."""
        return self.rank, self.number, self.title


def _headings(text: str) -> Iterator[_Heading]:
    last = [0] * 5  # rank → number of the last heading of that rank under the open ones
    seen: set[tuple[int, str]] = set()  # (number, title) of those of ranks 0 and 1
    title_end = 0
    for match in _MARK.finditer(text):
        style = match.lastgroup or ""
        start, rank = match.start(), _RANKS[style]
        if start < title_end:
            continue
        before = start - 1
        while before >= title_end and text[before] in _SPACES:
            before -= 1
        at_line_start = before < 0 or text[before] in _BREAKS
        follows_title = before < title_end
        # The cheap questions first: nearly all numbers in a text are no marks.
        is_standard = rank <= 1 and _STANDARD.match(text, match.end()) is not None
        in_line = is_standard or _may_start_in_line(text, before, start, rank)
        if not (at_line_start or follows_title or in_line):
            continue
        if _NOT_HEADING.match(text, match.end()):
            continue
        number = _numeral(match.group())
        value = _value(number)
        title, end = _title(text, match.end(), rank)
        if not _is_title(match.group(), style, value, title):
            continue
        if not (at_line_start or is_standard):
            repeats = value == 1 and (value, title) in seen  # after a table of contents
            clear = follows_title or before < start - 1 or text[before] in _ENDS
            names_kind = kind_of(title) != "other"
            # The heading above is lost, and a subsection after (五) is (一) again.
            begins_anew = value == 1 and rank == 2 and text[before] in _ENDS and names_kind
            follows_on = value == last[rank] + 1 or repeats or begins_anew
            if style in ("half", "ordinal") or not follows_on or not (clear or names_kind):
                continue
        last[rank] = value
        last[rank + 1 :] = [0] * (4 - rank)
        if rank <= 1:
            seen.add((value, title))
        title_end = end
        yield _Heading(rank, style, number, title, start, end)


_SPACES: Final = frozenset(" \t\xa0\u202f\u3000\ufeff") | {chr(c) for c in range(0x2000, 0x200C)}
_SENTENCE_ENDS: Final = frozenset("。！？!?")
_CLOSERS: Final = frozenset("”’）)】》")
_ENDS: Final = _SENTENCE_ENDS | _CLOSERS


def _may_start_in_line(text: str, before: int, start: int, rank: int) -> bool:
    char = text[before]
    if rank <= 1:  # after anything but another number: run-on pages glue it to any word
        return not (char.isdigit() or char in "一二三四五六七八九十第、.．")
    if char in _CLOSERS:
        return before > 0 and text[before - 1] in _SENTENCE_ENDS
    return char in _SENTENCE_ENDS or before < start - 1


_AROUND: Final = "第部分章篇编()（）﹙﹚〔〕【】[]［］、.．﹑､﹒,，:： \t\xa0\u3000\u200b\ufeff"


def _numeral(mark: str) -> str:
    number = mark.strip(_AROUND)
    if number.isascii() or number[0] in _NUMERALS:
        return number
    # １ is 1, ㈠ is (一), ⒈ is 1.: the compatibility forms of Unicode
    return unicodedata.normalize("NFKC", number).strip(_AROUND)


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    if len(number) == 1:
        return _NUMERALS.find(number) + 1
    tens, ten, ones = number.partition("十")
    if not ten:
        return 0  # 一二 is no number, and continues none
    return (_NUMERALS.find(tens) + 1 if tens else 1) * 10 + (
        _NUMERALS.find(ones) + 1 if ones else 0
    )


def _is_title(mark: str, style: str, value: int, title: str) -> bool:
    if not _HAN.search(title):
        return False
    if style == "chinese" and mark[-1] in ",，" and kind_of(title) == "other":
        return False  # 一，概述 is a heading, 一，二 and 十，其中 are not
    if _FORM_ROW.match(title) or _FIGURES.search(title):
        return False
    if style == "arabic" and _LAST_GROUND.fullmatch(title):
        return False
    counts_on = value < 10 and title[0] == _NUMERALS[value : value + 1]
    return not (counts_on and title[1:2] in _NEXT_IN_LIST)


# Titles of headings

_LONGEST: Final = 80
"""Characters within which a heading's title must end."""

_SHORT: Final = 40
"""Characters that a title has at most where nothing but a comma or a space ends it."""

_STOP: Final = re.compile(
    rf"[。：:；;！!？?…{_BREAKS}]|\.\.|··|[㈠⑴⒈]|[(（]{_SPACE}?[一1１]{_SPACE}?[)）]"
    r"|(?<![\d.])[1１][.．、](?!\d)"
)
"""What no title goes beyond; the first mark of the next level is among it."""

_BODY: Final = (
    r"20\d\d年|截[至止]|今年|本年度|年内|按照|根据|为了|我[市县区局州省委办镇乡]|"
    r"全[市县区州省局镇乡年]|一是|没有|未"
)
"""How the text after a heading begins."""

_LAST_WORD: Final = (
    rf"(?:概述|概况|综述|情况|措施|打算|事项|设想|附表|问题|方面)"
    rf"(?!{_SPACE}?[及和与、]|[或的之,，以并等统汇报分说表])"
)
_TOP_END: Final = re.compile(rf"{_LAST_WORD}|(?:工作|建设|保障|机制)(?={_SPACE}?(?:{_BODY}))")
_SUB_END: Final = re.compile(
    rf"(?:概述|概况|情况|措施|问题|方面|工作|建设|保障|机制|制度|领导|数量|渠道|培训)"
    rf"(?={_SPACE}?(?:{_BODY}))"
)
_RUN_ON_END: Final = re.compile(rf"(?<=..)(?:[\s，,]|(?={_BODY}))|{_LAST_WORD}")
_TRAILING: Final = re.compile(r"[\s\u200b\ufeff、，,.．·\-—]+\d{0,3}$")


def _title(text: str, start: int, rank: int) -> tuple[str, int]:
    """The title that begins after a mark, and where it ends.

    It ends with its line or sentence; where the line breaks are lost, at the word with
    which titles end, or before one with which a text begins.
    """
    while start < len(text) and text[start] in _SPACES:
        start += 1
    window = text[start : start + _LONGEST]
    stop = _STOP.search(window)
    end = stop.start() if stop else len(window)
    is_whole_line = end <= _SHORT and (
        start + end == len(text) or (stop is not None and stop.group() in _BREAKS)
    )
    if not is_whole_line:
        last_word = (_TOP_END if rank <= 1 else _SUB_END).search(window, 0, end)
        if last_word is None and end > _SHORT:
            last_word = _RUN_ON_END.search(window, 0, _SHORT)
            end = _SHORT
        if last_word is not None:
            end = last_word.end()
    title = _TRAILING.sub("", window[:end])
    return title, start + len(title)


# What looks like headings and is none


def _without_stray_ordinals(headings: list[_Heading]) -> list[_Heading]:
    # 第一、第二 head the sections of some reports; where 一、 does, they are points of a list.
    if any(h.style == "chinese" for h in headings):
        return [h for h in headings if h.style != "ordinal"]
    return headings


_EMPTY: Final = re.compile(r"[\s\u200b\ufeff\d.．·…。、，,；;：:\-—]*")


def _without_contents(text: str, headings: list[_Heading]) -> list[_Heading]:
    # A table of contents is a run of headings with nothing between them (the preface may
    # follow the last), after which the first of them stands again.
    kept: list[_Heading] = []
    run: list[_Heading] = []
    for heading in headings:
        again = len(run) > 1 and run[0].key == heading.key
        if again:
            run = []
        elif run and not _is_empty(text, run[-1].title_end, heading.start):
            kept += run
            run = []
        run.append(heading)
    return kept + run


def _is_empty(text: str, start: int, end: int) -> bool:
    return end - start < _LONGEST and _EMPTY.fullmatch(text, start, end) is not None


# The title line

_TOP: Final = 4000
"""Characters from the top within which the title stands, below whatever the page prints."""

_NOT_IN_TITLE: Final = r"。，,；;：:！!？?《》〈〉<>＜＞›»|｜/\\\r\n"
_IN_TITLE: Final = rf"[^{_NOT_IN_TITLE}\s【】\[\]]"
_TITLE_TAIL: Final = re.compile(
    rf"公开{_IN_TITLE}{{0,30}}?(?:年度报告|年度工作报告|年报|报告|总结)"
)
_BEFORE_TAIL: Final = re.compile(rf"{_IN_TITLE}+\Z")
_TITLE_LINE: Final = re.compile(
    rf"[^{_NOT_IN_TITLE}]{{0,60}}公开[^{_NOT_IN_TITLE}]{{0,30}}(?:报告|年报|总结)"
    r"(?:[(（][^()（）]{1,20}[)）])?"
)
_TITLE_OF_TWO_LINES: Final = re.compile(
    rf"^{_SPACE}*([^{_NOT_IN_TITLE}]{{0,60}}公开(?:工作)?{_SPACE}*[\r\n]{{1,4}}{_SPACE}*"
    rf"(?:工作)?(?:年度报告|年度工作报告|年报)){_SPACE}*\r?$",
    re.MULTILINE,
)
_YEAR: Final = re.compile(
    r"(?:19|20|１９|２０)[\d０-９]{2}|二[〇○零ＯO０0][一二三四五六七八九〇○零]"
)
_CLOSING_QUOTES: Final = tuple("》〉”」』")
_LETTER: Final = re.compile("的(?:函|通知|请示|公告|意见|决定|说明)")
"""What follows a title that only names what the page sends or announces."""

_CHROME: Final = re.compile(
    r"(?:(?:您?(?:现在|当前)的?)?(?:所在)?位置|首页|正文|标题|名称|内容|打印|关闭|返回|大中小|通知公告"
    r"|政务公开|(?:法定)?主动公开内容|(?:政府)?信息公开(?:年报|年度报告|指南|目录|专栏|制度)?|工作年报"
    r"|年度报告|年报|关于(?:报送|上报|印发|公布|发布)|[省市县区州]政府(?=[\u4e00-\u9fff]{2,8}[省市县区州]))+"
)
"""Words of navigation, and 区政府 where the full name of the government follows."""

_NAMES_BODY: Final = re.compile(
    "[省市县区州旗镇乡村局委办厅部院室处署会校]|政府|中心|系统|关于|公司"
)

_IN_PROSE: Final = ("本", "该", "现将", "现公布", "根据", "按照", "编制", "公布", "附")


def find_title(text: str) -> tuple[int, int] | None:
    """The interval of the report's title near the top of the text, or None.

    A line of its own is preferred to words within a line, and a title with a year to one
    without, such as the name of a column in the page's navigation.
    """
    candidates = list(_title_candidates(text[:_TOP]))
    if not candidates:
        return None
    _, start, end = max(candidates, key=lambda c: (c[0], -c[1]))
    return start, end


def _title_candidates(top: str) -> Iterator[tuple[int, int, int]]:
    """Rating, start and end of whatever looks like a title."""
    for match in _TITLE_OF_TWO_LINES.finditer(top):
        yield 2 + 2 * bool(_YEAR.search(match[1])), match.start(1), match.end(1)
    for line in re.finditer(rf"[^{_BREAKS}]+", top):
        yield from _titles_of_line(line.group(), line.start())


def _titles_of_line(line: str, offset: int) -> Iterator[tuple[int, int, int]]:
    stripped = line.strip()
    whole = _TITLE_LINE.fullmatch(stripped) is not None
    if whole and not stripped.startswith(_IN_PROSE):
        start = offset + line.index(stripped)
        yield 2 + 2 * bool(_YEAR.search(stripped)), start, start + len(stripped)
        return
    last_end = 0
    for match in _TITLE_TAIL.finditer(line):
        begin = _BEFORE_TAIL.search(line, max(last_end, match.start() - 60), match.start())
        start, last_end = begin.start() if begin else match.start(), match.end()
        found = line[start:last_end]
        quoted = line[match.end() : match.end() + 1] in _CLOSING_QUOTES
        if quoted or found.startswith(_IN_PROSE):
            continue
        start += _chrome_before(found)
        rating = 1 + 2 * bool(_YEAR.search(found))
        if _LETTER.match(line, match.end()):
            rating = 0
        yield rating, offset + start, offset + match.end()


def _chrome_before(found: str) -> int:
    """How much of a title is what the page prints before it, with no break between."""
    chrome = _CHROME.match(found)
    cut = chrome.end() if chrome else 0
    year = _YEAR.search(found, cut)
    if year and not _NAMES_BODY.search(found, cut, year.start()):
        cut = year.start()
    return cut if _TITLE_TAIL.search(found, cut) else 0
