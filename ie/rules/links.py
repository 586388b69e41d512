"""via and by: through which channel a count came, and whose figure it is."""

from __future__ import annotations

import re

from ie.coordination import KINDS_OF
from ie.document import Relation, Span
from ie.labels import INDICATORS
from ie.rules.parts import COMPLETED
from ie.rules.phrases import Marks, Phrase
from ie.rules.quantities import unit_of

_REQUESTS_VIA = (
    "requests_received", "requests_online", "requests_letter", "requests_fax",
    "requests_in_person", "requests_answered",
)  # fmt: skip
# Figures that never come through a channel: what became of requests, cases, staff, money.
_NO_VIA = frozenset(
    code
    for code in INDICATORS
    if code.startswith(("reviews", "lawsuits", "fees", "train", "meeting", "staff", "budget"))
    or (code.startswith("requests") and code not in _REQUESTS_VIA)
    or code in ("offices", "websites", "accounts", "normative_docs_repealed", "secrecy_incidents")
    or code in ("press_conferences", "interviews", "completion_rate", "satisfaction_rate")
)
_MEANS = re.compile(
    r"(?:通过|利用|依托|运用|借助|经由|经|在|从|以|由|结合|向|于|开设|开通|创办|设立|推进|建立|完善|发挥)[^，,。；;]{0,16}\Z"
)
_COORDINATE = re.compile(r"[”\"》]?\s*(?:[、和及与以]|以及)?\s*[“\"《]?")
_REACH = 160


def find_via(
    text: str,
    phrases: list[Phrase],
    codes: dict[Span, str],
    parts: dict[Span, Span],
    channels: Marks,
) -> list[Relation]:
    """via: the channel that is the subject or the means of a count's clause or sentence."""
    found: list[Relation] = []
    carried: tuple[tuple[int, int], list[Span]] = ((-1, -1), [])
    for phrase in phrases:
        number, code = phrase.number, codes.get(phrase.number, "other")
        if number.label != "COUNT" or code in _NO_VIA or _counts_no_item(phrase, code):
            continue
        own = phrase.start < number.start and not phrase.borrowed
        limit = phrase.start if own else number.start
        floor = max(phrase.sentence[0], number.start - _REACH)
        before = [c for c in channels.between(floor, number.start) if c.start < limit]
        completed = bool(COMPLETED.search(text, phrase.start, phrase.end))
        inherits = (number not in parts or completed) and not _is_periodical(phrase, channels)
        targets = _targets(text, phrase, code, limit, before, carried if inherits else None)
        kinds = KINDS_OF.get(code, ())
        if not targets and not before and number not in parts:
            reach = channels.between(max(0, number.start - _KIND_REACH), limit)
            targets = [c for c in reach if c.attrs.type in kinds][-1:]
        if targets:
            # A list of media may hold one that the figure belongs to: letters to a mailbox.
            targets = [c for c in targets if c.attrs.type in kinds] or targets
            carried = (phrase.sentence, targets)
            found += [Relation("via", number, c) for c in targets]
    return found


_KIND_REACH = 200  # code points back to a channel of the kind that a figure belongs to


def _is_periodical(phrase: Phrase, channels: Marks) -> bool:
    """Whether what is counted are issues of a periodical, which come through nothing else."""
    channel = channels.last_ending(phrase.start, phrase.end) if phrase.end else None
    return (
        channel is not None
        and (channel.start, channel.end) == (phrase.start, phrase.end)
        and channel.attrs.type in ("bulletin", "gazette", "newspaper")
    )


_ITEMS = frozenset(("件", "例", "条", "宗", "起", "份", "篇", "项"))
_PEOPLE = frozenset(("分", "位", "名", "台", "种"))


def _counts_no_item(phrase: Phrase, code: str) -> bool:
    """Whether a number measures or modifies instead of counting what came through a channel."""
    unit = unit_of(phrase.number)
    if unit.kind in ("time", "space", "money") or unit.surface in _PEOPLE:
        return True
    return code == "other" and phrase.follows and unit.surface not in _ITEMS


_EVENTS = ("press_conference", "interview")  # a means only where the sentence says so


def _targets(
    text: str,
    phrase: Phrase,
    code: str,
    limit: int,
    before: list[Span],
    carried: tuple[tuple[int, int], list[Span]] | None,
) -> list[Span]:
    """The channels of a count: of its own clause, else those that its sentence speaks of.

    ``carried`` are the sentence and channels of the count before; None where a count takes
    nothing over, as a part does not.
    """
    floor = max(phrase.sentence[0], phrase.number.start - _REACH)
    clause = max(text.rfind(m, floor, limit) for m in "，,；;：:。（(")
    own = [c for c in before if c.end > clause]
    if own:
        return _coordinated(text, own[-1], before)
    if carried is None or not before:
        return carried[1] if carried and carried[0] == phrase.sentence else []
    if carried[0] == phrase.sentence and before[-1] in carried[1]:
        return carried[1]
    channel = before[-1]
    lead = text[max(phrase.sentence[0], channel.start - 18) : channel.start].rstrip('“"《')
    if channel.attrs.type in _EVENTS and not _MEANS.search(lead):
        return []
    opens = not lead.strip() or lead[-1] in "，,；;。：:\n、与和"
    if opens or (code != "other" and _MEANS.search(lead)):
        return _coordinated(text, channel, before)
    return []


def _coordinated(text: str, last: Span, before: list[Span]) -> list[Span]:
    targets = [last]
    for channel in reversed(before[: before.index(last)]):
        if not _COORDINATE.fullmatch(text[channel.end : targets[-1].start]):
            break
        targets.append(channel)
    return targets[::-1]


_BROAD = re.compile(r"(?:政府|政府办|办公室|办公厅|[省市县区州]委|国务院|党中央)\Z")
_HEADER = 160  # the title and source of a report, where the reporter is named


def _narrower(text: str, agency: Span) -> bool:
    """Whether a body is another than the reporter: a department that a county names."""
    surface = text[agency.start : agency.end]
    return not _BROAD.search(surface) and surface not in text[:_HEADER]


_ACTS = re.compile(
    r"(?:累计|共|共计|收到|已|分别|发布|公开|开展|下设|设有|对外|组织|编发|：|:|\s)*"
)


def find_by(
    text: str, phrases: list[Phrase], parts: dict[Span, Span], agencies: Marks
) -> list[Relation]:
    """by: the body that opens the clause of a part, narrower than the reporter of the total."""
    found = []
    for phrase in phrases:
        number = phrase.number
        own = not phrase.borrowed and phrase.start < min(number.start, phrase.end)
        begin = phrase.start if own else number.start
        agency = agencies.last_ending(max(phrase.sentence[0], begin - 14), begin)
        if agency and number not in parts and not _narrower(text, agency):
            continue
        if agency and _ACTS.fullmatch(text, agency.end, begin):
            found.append(Relation("by", number, agency))
    return found
