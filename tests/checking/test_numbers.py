"""Numbers: at every scale, whole, rounded, and written as text with units."""

import math

import numpy as np
import pytest

from qtrain.checking import Estimate, Number, Slip
from qtrain.checking.numbers import parse


def test_the_right_number_rounded_is_no_mistake_that_is_near_it():
    target = Number(0.0159031, rel=2e-3, replies={0.0160302: "The formula for small errors.", 0.0161: "Another."})
    assert "Keep more of them" in target.judge(0.016).message  # right in its digits, and near the first mistake
    assert target.judge(0.01603).message == "The formula for small errors."
    assert Number(0.0159031, rel=2e-3, replies={0.016: "A typed one."}).judge(0.016).message == "A typed one."
    assert target.judge("0.016").message == target.judge(0.016).message
    assert target.judge(0.0161).message == "Another."


@pytest.mark.parametrize(
    ("target", "answer"),
    [
        (Number(5e-9), 5.000000001e-9),
        (Number(6.62607015e-34, unit="J s"), 6.62607e-34),
        (Number(2**20), 2.0**20),
        (Number(2**60), 2**60),
        (Number(2**60), np.int64(2**60)),
        (Number(math.cos(math.pi / 2)), 0),
        (Number(0.2, within=0.1), 0.1 + 0.2),
        (Number(5, unit="µs"), "5 μs"),
        (Number(5, unit="μs"), "5 µs"),
        (Number(5, unit="µs"), "5e-6 s"),
        (Number(5, unit="µs"), "5000 ns"),
        (Number(50, unit="Ω"), "0.05 kΩ"),
        (Number(17, unit="bit"), "17 bits"),
        (Number(17, unit="bits"), "17 bit"),
        (Number(17, unit="bit"), "0.017 kbits"),
        (Number(10, unit="h"), "10 hours"),
        (Number(5, unit="ms"), "5000 microseconds"),
        (Number(-120), "-120°"),
        (Number(-120, unit="degrees"), "−120 deg"),
        (Number(-2 * math.pi / 3, unit="rad"), "-120°"),
        (Number(-120, unit="°"), "-2π/3 rad"),
        (Number(0.5), "50 %"),
        (Number(50, unit="%"), "50%"),
        (Number(1 + 1.7j), "1+1.7j"),
        (Number(1 + 1.7j), "1 + 1.7i"),
        (Number(-1j), "-i"),
        (Number(2**-0.5), "1/√2"),
        (Number(math.pi / 4), "π/4"),
        (Number(0.1235, digits=2), 0.12),
        (Number(3), np.array(3.0)),
    ],
)
def test_right_numbers(target, answer):
    assert target.judge(answer).passed


@pytest.mark.parametrize(
    ("target", "answer", "code", "words"),
    [
        (Number(5e-9), 4e-9, None, "not right"),
        (Number(5e-9), 5.00002e-9, None, "not within"),
        (Number(2**20), 2**20 - 1, None, "not right."),
        (Number(2.0**20), 2**20 - 1, None, "not right."),
        (Number(2**60), 2**60 - 1, None, "not right."),
        (Number(7), 7.2, None, "a whole number"),
        (Number(3, within=0.1), 4, None, "This number is not right."),
        (Number(1 / 3), 0.333, None, "Keep more of them"),
        (Number(2 / 3), 0.667, None, "Keep more of them"),
        (Number(1 / 3), 0.34, None, "not right"),
        (Number(0.75, within=0.1), 1.1, None, "not right (asked for within 0.1)"),
        (Number(0.75, rel=0.01), 1.1, None, "not right (asked for within 1 % of the right value)"),
        (Number(750.5, rel=0.01), 760.5, None, "Close, but not within 1 % of the right value"),
        (Number(7.5, rel=0.01, within=0.1), 9, None, "not right (asked for within 0.1)"),
        (Number(7.5), {1: 3, 3: 4}, "wrong-type", "You gave a dict,"),
        (Number(0.853, within=1e-3), 0.859, None, "if you rounded"),
        (Number(5, unit="µs"), 5000, None, "give the number in µs"),
        (Number(5, unit="µs"), "7 km", "wrong-type", "give it in µs"),
        (Number(0.4), 40, None, "percentage"),
        (Number(1 + 1.7j), 1 - 1.7j, "conjugate", "wrong sign"),
        (Number(0.3), -0.3, None, "the sign is not"),
        (Number(0.3, unit="rad"), -0.3, "angle-sign", "the sign is not"),
        (Number(math.pi / 3, unit="°"), math.pi / 3 * math.pi / 180, "degrees", "in radians"),
        (Number(0.36), 0.72, "factor", "factor of two"),
        (Number(4), 8, None, "This number is not right."),
        (Number(11), 130, None, "more than a factor of ten"),
        (Number(2), "9**9**9**9**9", "wrong-type", "asks for a number"),
        (Number(2), "__import__('os')", "wrong-type", "asks for a number"),
    ],
)
def test_wrong_numbers(target, answer, code, words):
    verdict = target.judge(answer)
    assert verdict.status == "wrong" and verdict.score == 0
    assert verdict.diagnosis == code and words in verdict.message


def test_no_word_about_angles_or_digits_where_there_are_none():
    for value, answer in ((8, 16), (0.5, 0.25), (12, 13), (0.7071, 1.4142), (3, 2)):
        message = Number(value, within=0.01).judge(answer).message
        assert "angle" not in message and "digits" not in message


@pytest.mark.parametrize(("right", "answer"), [(11, -1), (-1, 11), (-0.003, 0.5), (2.5j, 40)])
def test_no_factor_between_numbers_of_different_signs(right, answer):
    assert "factor" not in Number(right, within=1e-6).judge(answer).message


def test_a_unit_that_is_not_understood_is_quoted_as_written():
    assert '"qubits"' in Number(17, unit="bit").judge("17 qubits").message
    assert '"bits"' in Number(17).judge("17 bits").message


def test_text_is_only_arithmetic():
    assert (
        parse("2(1+i)") == (2 + 2j, "")
        and parse("3.5 GHz") == (3.5, "GHz")
        and parse("-120 degrees") == (-120, "degrees")
    )
    assert parse("near")[0] is None and parse("open('x')")[0] is None and parse("")[0] is None


def test_a_slip_goes_before_every_general_story():
    target = Number(0.3, slips=[Slip(-0.3, "This is the probability of 1.", "bit-flip")])
    verdict = target.judge(-0.3)
    assert (verdict.message, verdict.diagnosis, verdict.score) == ("This is the probability of 1.", "bit-flip", 0)
    assert target.judge(0.3).passed and "sign" not in target.judge(0.9).message


def test_a_slip_that_is_no_number_is_refused_like_any_text():
    from qtrain.authoring import slip
    from qtrain.authoring.replies import with_replies

    target = with_replies(Number(9), [slip("many", "writes a word", "wrong-type")])
    verdict = target.judge("many")
    assert (verdict.status, verdict.diagnosis) == ("wrong", "wrong-type") and "asks for a number" in verdict.message


@pytest.mark.parametrize("given", [{-11: 0.1, 3: 0.9}, {"0": 0.5 + 0.1j}, {"site": 0.2}])
def test_a_dict_is_told_that_one_number_is_asked_for(given):
    verdict = Number(0.25, within=1e-3).judge(given)
    assert (verdict.status, verdict.diagnosis) == ("wrong", "wrong-type")
    assert verdict.message == "You gave a dict, but this exercise asks for one number."


def test_a_number_outside_the_bounds_is_told_them():
    chance = Number(0.145, rel=0.003, bounds=(0, 1))
    told = "This number is not right: it has to be between 0 and 1."
    assert [chance.judge(answer).message for answer in (1.4, -0.2)] == [told, told]
    assert "sign" in chance.judge(-0.145).message and "percentage" in chance.judge(14.5).message  # the likelier story
    assert "has to be" not in chance.judge(0.9).message and chance.judge(0.145).passed
    assert "between 1 km and 5 km" in Number(2.5, within=0.1, unit="km", bounds=(1, 5)).judge(9).message
    assert Number(63.1, rel=0.01, bounds=(15, math.inf)).judge(12).message.endswith("it has to be at least 15.")
    assert Number(2.5, within=0.1, unit="s", bounds=(-math.inf, 4)).judge(7).message.endswith("be at most 4 s.")
    with pytest.raises(ValueError, match="bounds"):
        Number(1.2, bounds=(0, 1))


def test_an_estimate_outside_the_bounds_is_told_them():
    chance = Estimate(0.3, spread=0.46, within=0.02, bounds=(0, 1))
    assert chance.judge((1.4, 0.01, 4000)).message == "Your value 1.4 cannot be: what you measure is between 0 and 1."
    cost = Estimate(48.0, spread=32.0, bounds=(34, math.inf))
    assert cost.judge((20, 0.2, 25_000)).message == "Your value 20 cannot be: what you measure is at least 34."
    loss = Estimate(-48.0, spread=32.0, bounds=(-math.inf, -34))
    assert loss.judge((20, 0.2, 25_000)).message == "Your value 20 cannot be: what you measure is at most −34."
    assert chance.judge((-0.02, 0.008, 4000)).message.startswith("Your value −0.02 cannot be")
    assert "cannot be" not in chance.judge((0.9, 0.0073, 4000)).message
    assert Estimate(0.001, spread=0.03, bounds=(0, 1)).judge((-0.001, 0.001, 900)).passed  # chance, and honest
    with pytest.raises(ValueError, match="bounds"):
        Estimate(1.2, spread=0.5, bounds=(0, 1))
