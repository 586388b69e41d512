"""Figures: a surface built out of a known number is read back as that number."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_numbers import FULL_WIDTH, in_chinese

from ie.figures import APPROX_AFTER, APPROX_BEFORE, INFIX, Figure, read_figure
from ie.numbers import parse_fraction

UNITS = st.sampled_from(["条", "件", "人次", "元", "场次", "个", None])
APPROXIMATORS = st.one_of(
    st.just(("", "", None)),
    st.sampled_from([(word, "", kind) for kind, words in APPROX_BEFORE.items() for word in words]),
    st.sampled_from([("", word, kind) for word, kind in APPROX_AFTER.items()]),
)


@given(st.integers(0, 10**12 - 1), UNITS, APPROXIMATORS)
@settings(max_examples=100)
def test_whole_numbers_in_every_writing(n, unit, approximator):
    before, after, approx = approximator
    for written in (str(n), f"{n:,}", str(n).translate(FULL_WIDTH), in_chinese(n)):
        surface = f"{before}{written}{unit or ''}{after}"
        assert read_figure(surface, "COUNT") == Figure(n, unit, approx)


@given(
    st.integers(1, 10**6),
    st.sampled_from([("万", 10**4), ("亿", 10**8), ("百万", 10**6), ("千", 10**3), ("", 1)]),
    st.sampled_from([*INFIX.items(), ("", None)]),
    UNITS,
)
@settings(max_examples=100)
def test_decimals_with_a_power_and_a_word_for_more(hundredths, power, infix, unit):
    (name, factor), (word, approx) = power, infix
    number = Decimal(hundredths) / 100
    expected = Figure(float(number * factor), unit, approx)
    assert read_figure(f"{number}{word}{name}{unit or ''}", "COUNT") == expected
    if word in ("余", "多"):
        assert read_figure(f"{number}{name}{word}{unit or ''}", "COUNT") == expected


@given(st.integers(0, 20_000))
@settings(max_examples=50)
def test_percentages_are_shares_of_one(hundredths):
    number = Decimal(hundredths) / 100
    share = float(number / 100)
    wide = str(number).translate(FULL_WIDTH)
    assert read_figure(f"{number}%", "RATE") == Figure(share, "%", None)
    assert read_figure(f"{wide}％以上", "RATE") == Figure(share, "%", "more")
    assert read_figure(f"百分之{number}", "RATE") == Figure(share, None, None)
    assert read_figure(f"百分之{wide}", "RATE") == Figure(share, None, None)


@given(st.integers(1, 9999), st.sampled_from([("百", 100), ("千", 1000), ("万", 10_000)]))
@settings(max_examples=50)
def test_fractions_in_words(parts, base):
    words = in_chinese(parts)
    share = pytest.approx(parts / base[1], abs=1e-9)
    if "千" not in words and parts < 1000:  # 百分之 takes what is said of hundreds
        assert read_figure(f"近{base[0]}分之{words}", "RATE") == Figure(share, None, "about")
    assert parse_fraction(base[0], words) == share
    assert parse_fraction(base[0], str(parts)) == share


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from("—–-~～－至到"))
@settings(max_examples=50)
def test_a_range_has_the_value_of_its_lower_end(lower, upper, dash):
    assert read_figure(f"{lower}{dash}{upper}件", "COUNT") == Figure(lower, "件", "about")
    share = float(Decimal(lower) / 100)
    for sign in ("", "%", "％"):
        surface = f"{lower}{sign}{dash}{upper}{sign or '%'}"
        assert read_figure(surface, "RATE") == Figure(share, "%", "about")


@pytest.mark.parametrize(
    ("surface", "figure"),
    [
        ("超过16.4万条", (164_000, "条", "more")),
        ("1, 438件", (1438, "件", None)),
        ("1， 438 件", (1438, "件", None)),
        ("26. 5 万次", (265_000, "次", None)),
        ("约 5 条", (5, "条", "about")),
        ("5个工作日", (5, "工作日", None)),
        ("5个", (5, "个", None)),
        ("十几次", (10, "次", "more")),
        ("三万余人次", (30_000, "人次", "more")),
        ("不少于5次以上", (5, "次", "more")),
        ("5次以下", (5, "次", "less")),
        ("3\n件", (3, "件", None)),
        ("二〇一五条", (2015, "条", None)),
        ("５", (5, None, None)),
    ],
)
def test_counts(surface, figure):
    assert read_figure(surface, "COUNT") == Figure(*figure)


@pytest.mark.parametrize(
    ("surface", "figure"),
    [
        ("96.85%", (0.9685, "%", None)),
        ("3‰", (0.003, "‰", None)),
        ("5个百分点", (0.05, "个百分点", None)),
        ("近2倍", (2, "倍", "about")),
        ("三成", (0.3, "成", None)),
        ("三成五", (0.35, "成", None)),
        ("九成以上", (0.9, "成", "more")),
        ("3成", (0.3, "成", None)),
        ("三分之二", (2 / 3, None, None)),
        ("十分之一", (0.1, None, None)),
        ("百分之百", (1, None, None)),
        ("百分之九十八点五", (0.985, None, None)),
        ("超过百分之四十", (0.4, None, "more")),
        ("百分之四十左右", (0.4, None, "about")),
        ("百分之100", (1, None, None)),
        ("百分之九十多", (0.9, None, "more")),
        ("百分之八十余", (0.8, None, "more")),
    ],
)
def test_rates(surface, figure):
    value, unit, approx = figure
    assert read_figure(surface, "RATE") == Figure(pytest.approx(value, abs=1e-9), unit, approx)


def test_a_count_is_no_share():
    assert read_figure("98%", "COUNT").value == 98


@pytest.mark.parametrize("surface", ["百分之八十到九十", "百分之约四十", "二百分之"])
def test_a_fraction_that_is_half_understood_is_refused_and_not_read_as_its_base(surface):
    for label in ("COUNT", "RATE"):
        with pytest.raises(ValueError, match="no number in"):
            read_figure(surface, label)


@pytest.mark.parametrize("label", ["COUNT", "RATE"])
@pytest.mark.parametrize(
    "surface", ["", "条", "若干条", "数十件", "近半数", "第5条", "百分之", "分之一"]
)
def test_what_holds_no_number_is_refused(surface, label):
    with pytest.raises(ValueError, match=r"no number in|not a Chinese numeral"):
        read_figure(surface, label)


def test_a_number_too_great_to_be_kept_is_refused():
    with pytest.raises(ValueError, match="no number that can be kept"):
        read_figure("9" * 400 + "条", "COUNT")


@pytest.mark.parametrize(
    ("surface", "label", "figure"),
    [
        ("4万8千余个", "COUNT", Figure(48_000, "个", "more")),
        ("1亿2千万元", "COUNT", Figure(120_000_000, "元", None)),
        ("3万4万件", "COUNT", Figure(30_000, "4万件", None)),  # no number: nothing is added up
        ("七成半", "RATE", Figure(0.75, "成", None)),
        ("近一半", "RATE", Figure(0.5, None, "about")),
        ("一半以上", "RATE", Figure(0.5, None, "more")),
    ],
)
def test_mixed_powers_and_halves(surface, label, figure):
    assert read_figure(surface, label) == figure
