"""Declared ranges: what they give, how many there are, and the conditions that they keep."""

import random
from math import pi

import pytest

from qtrain.authoring import Space, angles, bits, decimals, distinct, one_of, several, whole
from qtrain.authoring.ranges import EXACT, as_range

RANGES = {
    "one_of": (one_of(3, 1, 2), [3, 1, 2]),
    "a list": (as_range(["a", "b"]), ["a", "b"]),
    "letters": (one_of("xyz"), ["x", "y", "z"]),
    "whole": (whole(2, 8, 3), [2, 5, 8]),
    "decimals": (decimals(0.05, 0.2, 0.05), [0.05, 0.1, 0.15, 0.2]),
    "quarters": (decimals(0.25, 1, 0.25), [0.25, 0.5, 0.75, 1.0]),
    "thousandths": (decimals(0.004, 0.006, 0.001), [0.004, 0.005, 0.006]),
    "angles": (angles(0.25, 0.75, 0.25), [round(k * pi / 4, 4) for k in (1, 2, 3)]),
    "bits": (bits(2), ["00", "01", "10", "11"]),
    "several": (several(2, (0, 1)), [[0, 0], [0, 1], [1, 0], [1, 1]]),
    "distinct": (distinct(2, range(3)), [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]]),
}


@pytest.mark.parametrize("name", RANGES)
def test_a_range_counts_lists_and_draws_the_same_values(name):
    found, values = RANGES[name]
    assert list(found.values()) == values and found.size == len(values)
    rng = random.Random(1)
    drawn = [found.draw(rng) for _ in range(40 * len(values))]
    assert all(value in values for value in drawn)
    assert all(value in drawn for value in values)  # missed with probability at most 6 · (5/6)^240 < 1e-17


def test_large_ranges_are_drawn_from_without_being_listed():
    rng = random.Random(2)
    drawn = distinct(3, whole(1, 10**12)).draw(rng)
    assert len(set(drawn)) == 3 and all(1 <= value <= 10**12 for value in drawn)
    assert all(len(set(distinct(150, whole(1, EXACT + 1)).draw(rng))) == 150 for _ in range(3))  # by chance 1 in 5
    assert several(40, bits(64)).size == 2**2560


def test_a_range_given_as_one_list_is_its_values():
    assert (
        list(one_of([1, 2]).values()) == list(one_of((1, 2)).values()) == list(one_of(range(1, 3)).values()) == [1, 2]
    )
    assert list(one_of("ab", "cd").values()) == ["ab", "cd"] and list(one_of(7).values()) == [7]
    assert list(one_of([1], [2]).values()) == [[1], [2]]


@pytest.mark.parametrize(("step", "digits"), [(0.1, 1), (0.5, 1), (0.01, 2), (0.001, 3), (1, 0), (10, 0), (1e-6, 6)])
def test_decimals_have_the_digits_of_their_step(step, digits):
    values = list(decimals(step, 30 * step, step).values())
    assert len(values) == 30 and values[-1] == pytest.approx(30 * step, rel=1e-12)
    assert all(value == round(value, digits) for value in values)
    assert list(decimals(0, 0.3 * step, 0.1 * step).values())[-1] == pytest.approx(0.3 * step, rel=1e-12)


def test_a_space_is_counted_with_its_condition():
    space = Space({"a": range(5), "b": range(5)}, where=lambda a, b: a < b, derive=lambda a, b: {"sum": a + b})
    assert space.size() == 10 and space.product == 25
    assert space.draw(random.Random(3))["sum"] > 0
    assert {(one["a"], one["b"], one["sum"]) for one in space.variants()} == {
        (a, b, a + b) for a in range(5) for b in range(5) if a < b
    }
    assert space.size(lambda found: found["sum"] == 4) == 2


def test_a_large_space_is_estimated():
    space = Space({"a": whole(1, 10**6), "b": whole(1, 10**6)}, where=lambda a, b: a < b)
    assert abs(space.size() / (10**12 / 2) - 1) < 0.25  # 0.25 is five standard errors of 400 draws


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: one_of(), "at least one value"),
        (lambda: whole(3, 2), "at least one value"),
        (lambda: distinct(4, range(3)), "4 different values cannot come from a range of 3"),
        (lambda: Space({"a": 3}), "3 is no range"),
        (lambda: Space({"a": (1, 2)}, where=lambda a: a > 2).draw(random.Random(0)), "widen the ranges of a"),
    ],
)
def test_ranges_that_cannot_be_are_told(make, words):
    with pytest.raises(ValueError, match=words):
        make()
