"""The coefficients, against worked examples, their definitions and another library."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.annotation.reliability import Disagreement, cohen_kappa, unitised

ANSWERS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=30)
LENGTH = 30


@st.composite
def units(draw):
    """Intervals of [0, LENGTH) in order, some side by side, none over another."""
    ends = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=8)))
    kept = draw(st.lists(st.booleans(), min_size=len(ends), max_size=len(ends)))
    return [unit for unit, keep in zip(pairwise(ends), kept, strict=False) if keep]


def test_kappa_by_hand():
    # Both say yes to 20 and no to 15 of 50: p_o 0.7; p_e 0.5 × 0.6 + 0.5 × 0.4.
    answers = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    assert cohen_kappa(answers) == pytest.approx(0.4)
    assert cohen_kappa({("a", "b"): 1, ("b", "a"): 1}) == -1
    assert cohen_kappa({("a", "a"): 1, ("b", "b"): 9}) == 1
    assert cohen_kappa({("a", "a"): 9, ("a", "b"): 1}) == 0


def test_kappa_is_undefined_without_choice():
    assert cohen_kappa({}) is None
    assert cohen_kappa({("a", "a"): 7}) is None


@given(ANSWERS)
def test_kappa_is_that_of_scikit_learn(answers):
    metrics = pytest.importorskip("sklearn.metrics")
    kappa = cohen_kappa(Counter(answers))
    if kappa is not None:
        first, second = zip(*answers, strict=True)
        assert kappa == pytest.approx(metrics.cohen_kappa_score(first, second), abs=1e-9)


def test_alpha_of_the_example_in_the_book():
    # Krippendorff 2004, p. 254: two kinds of units on [150, 450), here moved to 0.
    c = unitised([(75, 145), (220, 250)], [(70, 150), (205, 225), (250, 270)], 300)
    k = unitised([(30, 90), (150, 200)], [(30, 90), (150, 200)], 300)
    assert c.observed == pytest.approx(0.0144, abs=5e-5)
    assert c.expected == pytest.approx(0.0532, abs=5e-5)
    assert c.alpha == pytest.approx(0.7286, abs=5e-4)
    assert k.observed == 0
    assert k.expected == pytest.approx(0.0490, abs=5e-5)
    assert k.alpha == 1
    assert (c + k).alpha == pytest.approx(0.8591, abs=5e-4)


def test_alpha_sees_where_units_end_and_is_undefined_without_any():
    # Squared ends: (0-0)² + (2-4)² for the first, (2-0)² + (4-4)² for the second.
    assert unitised([(0, 2), (2, 4)], [(0, 4)], 10).observed == pytest.approx(8 / 100)
    assert unitised([(0, 3)], [], 10).observed == pytest.approx(9 / 100)
    assert unitised([(0, 3)], [(3, 6)], 10).observed == pytest.approx(18 / 100)
    assert unitised([(0, 3)], [], 10).alpha < 0
    assert unitised([], [], 10).alpha is None


@given(units(), units())
def test_alpha_is_what_its_definition_says(a, b):
    found = unitised(a, b, LENGTH)
    assert found.observed == pytest.approx(by_definition(a, b).observed)
    assert found.expected == pytest.approx(by_definition(a, b).expected)
    assert unitised(b, a, LENGTH).alpha == pytest.approx(found.alpha)
    if a:
        assert unitised(a, a, LENGTH).alpha == 1


def segments(units):
    """Units and gaps, (start, length, is a unit), of one annotator."""
    found, position = [], 0
    for start, end in units:
        if start > position:
            found.append((position, start - position, False))
        found.append((start, end - start, True))
        position = end
    return [*found, (position, LENGTH - position, False)] if position < LENGTH else found


def by_definition(a, b):
    """Krippendorff's formulas as printed, segment against segment."""
    observed = 0
    for start_g, g, is_unit_g in segments(a):
        for start_h, h, is_unit_h in segments(b):
            shift = start_g - start_h
            if is_unit_g and is_unit_h and -g < shift < h:
                observed += shift**2 + (shift + g - h) ** 2
            elif is_unit_g and not is_unit_h and h - g >= shift >= 0:
                observed += g**2
            elif not is_unit_g and is_unit_h and g - h >= -shift >= 0:
                observed += h**2
    lengths = [end - start for start, end in (*a, *b)]
    gaps = [length for _, length, is_unit in (*segments(a), *segments(b)) if not is_unit]
    expected = 0.0
    for g in lengths:
        expected += (len(lengths) - 1) / 3 * (2 * g**3 - 3 * g**2 + g)
        expected += g**2 * sum(h - g + 1 for h in gaps if h >= g)
    pairs = 2 * LENGTH * (2 * LENGTH - 1) - sum(g * (g - 1) for g in lengths)
    return Disagreement(observed / LENGTH**2, 2 / LENGTH * expected / pairs)
