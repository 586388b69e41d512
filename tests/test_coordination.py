"""What is said of one member of an enumeration is said of all."""

import pytest

from ie.annotation.markup import parse_markup
from ie.coordination import shared


def tails(markup, kind):
    """The surfaces to which each head is related afterwards."""
    a = parse_markup(markup)
    text = a.document.text
    found = {}
    for r in shared(text, a.spans, a.relations):
        if r.type == kind:
            found.setdefault(text[r.head.start : r.head.end], set()).add(
                text[r.tail.start : r.tail.end]
            )
    return found


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ("[甲网|H]、[乙报|H]和[丙栏|H#x]等公开[5条|C via:x]。", {"5条": {"甲网", "乙报", "丙栏"}}),
        ("“[甲网|H#x]”、“[乙报|H]”以及《[丙|H]》[5条|C via:x]", {"5条": {"甲网", "乙报", "丙"}}),
        ("[甲网|H#x]（www.a.cn）、[乙报|H]发[5条|C via:x]", {"5条": {"甲网", "乙报"}}),
        # Two figures of the same channels.
        (
            "[甲网|H]、[乙报|H#x]收[5件|C via:x]，办[4件|C via:x]",
            {"5件": {"甲网", "乙报"}, "4件": {"甲网", "乙报"}},
        ),
        # Each has its own.
        (
            "[甲网|H#x]、[乙报|H#y]分别[5条|C via:x]、[4条|C via:y]",
            {"5条": {"甲网"}, "4条": {"乙报"}},
        ),
        # No enumeration: a clause, a possession, another paragraph.
        ("在[甲网|H]公开，[乙报|H#x]发[5条|C via:x]", {"5条": {"乙报"}}),
        ("[甲网|H]的[乙栏|H#x]发[5条|C via:x]", {"5条": {"乙栏"}}),
        ("[甲网|H]、\n[乙报|H#x]发[5条|C via:x]", {"5条": {"乙报"}}),
        # A figure of a later sentence takes up one of the list.
        ("建成[甲网|H]和[乙线|H#x]。全年来电[5件|C via:x]", {"5件": {"乙线"}}),
        # Letters come through a mailbox.
        ("开通[甲博|H weibo]和[乙箱|H#x mailbox]，收信[5件|C letters via:x]", {"5件": {"乙箱"}}),
    ],
)
def test_channels(markup, found):
    assert tails(markup, "via") == found


def test_bodies():
    found = tails("[甲局|A]、[乙局|A#x]印发[《丙》|T from:x]", "issued_by")
    assert found == {"《丙》": {"甲局", "乙局"}}
    assert tails("[甲局|A#x]和[乙局|A]受理[5件|C by:x]", "by") == {"5件": {"甲局", "乙局"}}


def test_what_a_figure_measures_is_one_phrase():
    assert tails("[受理|I]、[答复|I#x][5件|C m:x]", "measures") == {"5件": {"答复"}}


def test_what_was_known_stays_first_and_what_is_added_has_no_score():
    a = parse_markup("[甲网|H]、[乙报|H#x]发[5条|C via:x]")
    known, added = shared(a.document.text, a.spans, a.relations)
    assert (known, added.tail, added.score) == (a.relations[0], a.of("CHANNEL")[0], None)
