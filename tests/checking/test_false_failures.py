"""The stated false-failure rates hold, and the stated mistakes are seen: at a level that can be counted."""

import math

import numpy as np
import pytest
import stim
from scipy.stats import binomtest

from qtrain.checking import Decoder, Estimator, Mitigator, Must, Protocol, Step
from qtrain.checking.code_distance import lightest_logical
from qtrain.checking.games import Game
from qtrain.checking.stabilizer_group import read_paulis
from qtrain.checking.stim_programs import circuit_distance, detection_rates, with_noise

from .planted.communication import BELL, QUESTIONS, chsh_wins
from .planted.correction import FIVE, STEANE_H, hooked, rotated, surface

LEVEL, TIMES = 0.05, 400


def not_more_often(failures: int, level: float) -> bool:
    """Whether so many failures of `TIMES` can come from a rate of at most `level`, but for 1e-9."""
    return binomtest(failures, TIMES, level, alternative="greater").pvalue > 1e-9


def normal(random):
    rng = np.random.default_rng(random.getrandbits(32))
    truth = random.uniform(-1, 1)
    return (float(truth + 0.1 * rng.normal()),), truth, 0.1


def test_an_honest_estimator_is_refused_no_more_often_than_stated():
    # Without slack the test is at its level: were it looser or tighter than stated, this would show.
    made = [Estimator(normal, runs=60, slack=0, bias=0, alpha=LEVEL, seed=seed) for seed in range(TIMES)]
    failures = sum(not target.judge(lambda x: (x, 0.1)).passed for target in made)
    assert not_more_often(failures, LEVEL) and failures > 0


@pytest.mark.parametrize("factor", [0.5, 2**-0.5, 2**0.5, 2])
def test_error_bars_off_by_a_factor_are_refused(factor):
    for seed in range(30):
        verdict = Estimator(normal, seed=seed).judge(lambda x: (x, 0.1 * factor))
        assert not verdict.passed and verdict.diagnosis == "factor"


def test_an_honest_mitigator_is_refused_no_more_often_than_stated():
    def draw(random):
        truth = random.uniform(0.5, 1)
        return (truth * 0.8 + 0.7 * truth * 0.2 + random.gauss(0, 0.01),), truth, truth * 0.8

    made = [Mitigator(draw, removes=0.7, runs=60, alpha=LEVEL, seed=seed) for seed in range(TIMES)]
    failures = sum(not target.judge(lambda x: x).passed for target in made)
    assert not_more_often(failures, LEVEL) and failures > 0


def test_a_mitigator_that_pays_with_too_much_scatter_earns_nothing():
    def draw(random):
        truth = random.uniform(0.5, 1)
        return (truth + random.gauss(0, 0.1),), truth, truth * 0.8

    verdict = Mitigator(draw, removes=0.9, variance=0.05**2).judge(lambda seen: seen)
    assert verdict.status == "wrong" and not verdict.score and "scatter" in verdict.message


def test_a_mitigator_that_loses_the_sign_is_not_told_to_turn_round():
    def draw(random):
        truth = random.choice((-1, 1)) * random.uniform(0.5, 1)
        return (truth * 0.8 + random.gauss(0, 0.01),), truth, truth * 0.8

    for variance in (None, 0.05**2):
        target = Mitigator(draw, removes=0.9, variance=variance)
        verdict = target.judge(lambda seen: abs(seen) / 0.8)
        assert verdict.status == "wrong" and verdict.diagnosis != "inverse"
        assert target.judge(lambda seen: 2 * seen - seen / 0.8).diagnosis == "inverse"


def test_error_bars_that_are_off_earn_nothing_where_the_author_says_so():
    for factor in (0.1, 0.5, 2):
        assert Estimator(normal).judge(lambda x, factor=factor: (x, 0.1 * factor)).score > 0
        assert not Estimator(normal, partial=False).judge(lambda x, factor=factor: (x, 0.1 * factor)).score
    assert Estimator(normal, partial=False).judge(lambda x: (x, 0.1)).score == 1


def test_error_bars_that_are_mostly_wide_are_not_called_too_small_without_more():
    verdict = Estimator(normal).judge(lambda x: (x, 0.3 if x > -0.6 else 0.005))
    assert "too small for some of the data sets" in verdict.message


def test_the_best_decoder_is_refused_no_more_often_than_stated():
    checks, rate = [[1, 1, 0], [0, 1, 1]], 3 * 0.2**2 - 2 * 0.2**3
    table = {(0, 0): (0, 0, 0), (1, 0): (1, 0, 0), (1, 1): (0, 1, 0), (0, 1): (0, 0, 1)}
    made = [Decoder(checks, [[1, 0, 0]], 0.2, rate, shots=300, alpha=LEVEL, seed=seed) for seed in range(TIMES)]
    failures = sum(not target.judge(lambda s: table[tuple(s)]).passed for target in made)
    assert not_more_often(failures, LEVEL) and failures > 0


def test_a_rate_in_a_protocol_is_refused_no_more_often_than_stated():
    def draw(random):
        return {"alice.seed": random.getrandbits(32)}

    steps = [Step("alice", "toss", ("alice.seed",), ("coins",))]
    must = [Must("Not half.", lambda board: (sum(board["coins"]), 40), low=0.5, high=0.5)]

    def toss(seed):
        return np.random.default_rng(seed).integers(2, size=40).tolist()

    made = [Protocol(steps, draw, must, alpha=LEVEL, seed=seed) for seed in range(TIMES)]
    failures = sum(not target.judge((toss,)).passed for target in made)
    assert not_more_often(failures, LEVEL) and failures > 0
    assert not Protocol(steps, draw, must).judge((lambda seed: [1] * 25 + [0] * 15,)).passed


def test_a_protocol_whose_steps_leak_is_refused_when_it_is_made():
    def draw(random):
        return {"alice.bit": 1}

    with pytest.raises(ValueError, match="belongs to alice"):
        Protocol([Step("alice", "a", (), ("x",)), Step("bob", "b", ("alice.bit",), ("y",))], draw, [])


def test_a_forged_record_is_refused():
    steps = [Step("alice", "a", ("alice.bit",), ("x",))]
    target = Protocol(steps, lambda random: {"alice.bit": random.randrange(2)}, [Must("", lambda board: True)], runs=2)
    honest = [{**given["board"], "x": 0} for given in target.inputs()]
    assert target.judge_outputs(honest).passed
    forged = [honest[0], {**honest[1], "alice.bit": 1 - honest[1]["alice.bit"]}]
    assert target.judge_outputs(forged).diagnosis == "unreadable"
    for other in ({}, None, [1], {"alice.bit": 0}):
        assert target.judge_outputs([honest[0], other]).diagnosis == "unreadable"


def test_the_values_of_games_are_those_of_the_literature():
    assert Game(chsh_wins, QUESTIONS, 1.0).classical_value() == pytest.approx(0.75)
    asked = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]
    ghz = Game(lambda q, s: s[0] ^ s[1] ^ s[2] == int(any(q)), asked, 1.0, players=("a", "b", "c"))
    assert ghz.classical_value() == pytest.approx(0.75)

    # The magic square: three bits each, rows even, columns odd, equal where they cross.
    def square(asked, said):
        row, column = said
        return sum(row) % 2 == 0 and sum(column) % 2 == 1 and row[asked[1]] == column[asked[0]]

    every = [(r, c) for r in range(3) for c in range(3)]
    both = Game(square, every, 1.0, bits=2, turn=lambda place, q, bits: (*bits, (sum(bits) + place) % 2))
    assert both.classical_value() == pytest.approx(8 / 9)
    chsh = Game(chsh_wins, QUESTIONS, 0.85, moves="angles", state=BELL)
    angles = ([0, math.pi / 2], [math.pi / 4, -math.pi / 4])
    assert chsh.judge(angles).message.endswith("0.8536.")


@pytest.mark.parametrize(
    ("code", "distance"),
    [(FIVE, 3), ({"X": STEANE_H, "Z": STEANE_H}, 3), (rotated(3), 3), (rotated(5), 5), (rotated(7), 7),
     (["XXXX", "ZZZZ"], 2), (["ZZI", "IZZ"], 1)],
)  # fmt: skip
def test_distances_are_found(code, distance):
    generators = read_paulis(code)
    assert lightest_logical(generators, distance) is None
    found = lightest_logical(generators, distance + 1)
    assert int(np.sum(found.x | found.z)) == distance


def test_circuit_distances_are_those_of_good_and_exchanged_schedules():
    assert [circuit_distance(with_noise(surface(d), 1e-3)) for d in (3, 5)] == [3, 5]
    assert [circuit_distance(with_noise(stim.Circuit(hooked(d)), 1e-3)) for d in (3, 5)] == [2, 3]


def test_lines_that_stim_joins_into_one_are_noisy_each():
    # Without TICKs, layers of CX are one instruction: the noise belongs between them all the same.
    def noisy(program):
        return str(with_noise(stim.Circuit(program), 0.1)).replace("\n", "; ")

    assert noisy("CX 0 1 2 3\nCX 0 3") == "CX 0 1 2 3; DEPOLARIZE2(0.1) 0 1 2 3; CX 0 3; DEPOLARIZE2(0.1) 0 3"
    assert noisy("M 0 1\nM 0") == "X_ERROR(0.1) 0 1; M 0 1; X_ERROR(0.1) 0; M 0"
    for d in (3, 5):
        for made, found in ((str(surface(d)), d), (hooked(d), (d + 1) // 2)):
            assert circuit_distance(with_noise(stim.Circuit(made.replace("TICK\n", "")), 1e-3)) == found


def test_the_rates_of_detectors_are_those_that_are_sampled():
    noisy = with_noise(surface(3), 0.01)
    rates = detection_rates(noisy.detector_error_model(approximate_disjoint_errors=True))
    shots = 40_000
    sampled = noisy.compile_detector_sampler(seed=5).sample(shots).mean(axis=0)
    sigma = np.sqrt(rates * (1 - rates) / shots)
    assert np.all(np.abs(sampled - rates) < 6 * sigma + 1e-3 * rates)


def test_a_decoder_gets_nothing_but_syndromes():
    target = Decoder([[1, 1, 0], [0, 1, 1]], [[1, 0, 0]], 0.1, 0.028, shots=100)
    ((driver, given),) = target.calls()
    assert driver == "batch" and len(given) == 100 and all(len(one[0]) == 2 for one in given)
    assert (
        target.drawn("a").calls() != target.drawn("b").calls()
        and target.drawn("a").calls() == target.drawn("a").calls()
    )
