"""Bare numbers: what an independent encoder writes, the parser reads back."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.numbers import ARABIC, CHINESE, parse, parse_arabic, parse_chinese

FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
DIGITS = "零一二三四五六七八九"


def group_in_chinese(n: int) -> str:
    """1 to 9999 in words: 3205 → 三千二百零五."""
    words = ""
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = n // power % 10
        if digit:
            words += DIGITS[digit] + name
        elif words and not words.endswith("零") and n % power:
            words += "零"
    return words


def in_chinese(n: int) -> str:
    """A natural number below 10**12 in words, written from the left by groups of four."""
    words = ""
    for power, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        group = n // power % 10_000
        if group:
            words += "零" if words and group < 1000 else ""
            words += group_in_chinese(group) + name
    return words or "零"


NUMBERS = st.one_of(st.integers(0, 10_000), st.integers(0, 10**12 - 1))


def test_the_encoder_writes_what_a_reader_expects():
    said = {n: in_chinese(n) for n in (0, 10, 3205, 10_001, 1_020_300, 300_050_000)}
    assert said == {
        0: "零",
        10: "一十",
        3205: "三千二百零五",
        10_001: "一万零一",
        1_020_300: "一百零二万零三百",
        300_050_000: "三亿零五万",
    }


@given(NUMBERS)
def test_arabic_digits_of_both_widths_with_and_without_separators(n):
    for surface in (str(n), f"{n:,}"):
        for written in (surface, surface.translate(FULL_WIDTH)):
            assert re.fullmatch(ARABIC, written)
            assert parse_arabic(written) == parse(written) == n


@given(st.integers(0, 10**7), st.integers(1, 9999))
def test_decimals_of_both_widths(whole, part):
    surface = f"{whole}.{part:04}"
    assert parse(surface) == parse(surface.translate(FULL_WIDTH)) == float(surface)


@given(NUMBERS)
def test_chinese_numerals(n):
    words = in_chinese(n)
    assert re.fullmatch(CHINESE, words)
    assert parse_chinese(words) == parse(words) == n


@given(NUMBERS)
def test_spellings_of_the_same_numeral(n):
    words = in_chinese(n)
    assert parse_chinese(words.replace("零", "〇")) == n
    assert parse_chinese(re.sub("二(?=[百千万亿])", "两", words)) == n
    assert parse_chinese(re.sub("^一十", "十", words)) == n


@given(st.integers(0, 10**6), st.sampled_from([("百", 100), ("千", 1000), ("万", 10**4)]))
def test_a_power_after_a_decimal_is_exact(hundredths, power):
    name, factor = power
    surface = f"{Decimal(hundredths) / 100}"
    assert parse(surface, name) == float(Decimal(surface) * factor)


@given(st.integers(0, 10**4), st.sampled_from([("亿", 10**8), ("百万", 10**6), ("万亿", 10**12)]))
def test_powers_of_whole_numbers(n, power):
    assert parse(str(n), power[0]) == n * power[1]


@given(st.text("零一二三四五六七八九", min_size=1, max_size=8))
def test_digits_read_one_by_one(words):
    assert parse_chinese(words) == int("".join(str(DIGITS.index(c)) for c in words))


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("二〇一五", 2015),
        ("两百", 200),
        ("两千两百", 2200),
        ("百", 100),
        ("一百二", 120),
        ("三千五", 3500),
        ("两万三", 23_000),
        ("一千零五", 1005),
        ("一百零五万", 1_050_000),
        ("三千万", 30_000_000),
    ],
)
def test_chinese_as_it_is_spoken(words, value):
    assert parse_chinese(words) == value


@pytest.mark.parametrize("surface", ["12,34", "1,2345", "1,234,56", "12，34"])
def test_incomplete_separators_are_no_number(surface):
    assert not re.fullmatch(ARABIC, surface)


@pytest.mark.parametrize("surface", ["件", "三件", "十A", "5十", "兆"])
def test_what_is_no_numeral_is_refused(surface):
    with pytest.raises(ValueError, match=r"not an? (?:Chinese|Arabic) num"):
        parse(surface)
