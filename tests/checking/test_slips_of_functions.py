"""What an exercise says of a typical wrong answer goes before what a target of modules 2 to 6 would say."""

import numpy as np
import pytest

from qtrain.authoring import circuit
from qtrain.checking import (
    Correction,
    Data,
    Decoder,
    Each,
    Estimator,
    Game,
    Key,
    Mitigator,
    Number,
    Povm,
    Property,
    Representation,
    Slip,
    StabilizerGroup,
)
from qtrain.checking.schema import Bit, List
from qtrain.circuits import Circuit, Function, State, output_distribution, unitary

from .planted.communication import QUESTIONS, chsh_wins
from .planted.correction import CHECKS, EXACT, OBSERVED, PRIOR, first
from .planted.information import KRAUS
from .planted.mitigation import draw_device, draw_shots


def no_error(hits, shots):
    return hits / shots, 1.0


SLIPPED = [
    (lambda **o: Game(chsh_wins, QUESTIONS, 0.75, **o), (lambda x: x, lambda y: y), ([0, 1], [0, 1])),
    (lambda **o: Estimator(draw_shots, **o), no_error, lambda hits, shots: np.array([hits / shots, 1])),
    (lambda **o: Mitigator(draw_device, removes=0.7, **o), lambda noisy: noisy[3], lambda noisy: np.float64(noisy[3])),
    (lambda **o: Decoder(CHECKS, OBSERVED, PRIOR, EXACT, **o), first, lambda s: np.array(first(s))),
    (lambda **o: Key("0110", **o), "0111", [0, 1, 1, 1]),
    (lambda **o: StabilizerGroup(["XX", "ZZ"], **o), ["XX", "-ZZ"], ["YY", "-ZZ"]),
    (lambda **o: Correction(["ZZI", "IZZ"], "XII", **o), "IXX", "ZYX"),
    (lambda **o: Povm([np.diag([1, 0]), np.diag([0, 1])], **o), [np.eye(2) / 2] * 2, [(np.eye(2) / 2).tolist()] * 2),
    (lambda **o: Povm([np.diag([1, 0]), np.diag([0, 1])], **o), [np.eye(2) / 3] * 2, [(np.eye(2) / 3).tolist()] * 2),
    (lambda **o: Representation(KRAUS, "choi", **o), np.eye(4) / 2, (np.eye(4) / 2).tolist()),
]


@pytest.mark.parametrize(("make", "slip", "answer"), SLIPPED)
def test_a_slip_gets_its_reply_in_any_form(make, slip, answer):
    target = make(slips=[Slip(slip, "That is the one we know.", "convention")])
    verdict = target.judge(answer)
    assert verdict.message == "That is the one we know." and verdict.diagnosis == "convention" and not verdict.score
    assert make().judge(answer).message != verdict.message


def test_the_slip_of_a_decoder_is_a_decision_and_not_a_correction():
    def flips(qubit):
        return lambda syndrome: [syndrome[0] * (place == qubit) for place in range(4)]

    known = [Slip(flips(2), "That is the one we know.")]
    target = Decoder([[1, 1, 1, 1]], [[1, 1, 0, 0]], [0.2, 0.2, 0.01, 0.01], 0.02, shots=700, slips=known)
    assert target.judge(flips(0)).passed and target.judge(flips(1)).passed
    assert target.judge(flips(3)).message == "That is the one we know."  # qubits 2 and 3 differ by no decision
    assert target.judge(lambda syndrome: [0, 0, 0, 0]).message != "That is the one we know."


def test_a_function_that_gives_no_measurement_knows_its_slip():
    def half(a):
        return [np.diag([a, 0.5]), np.zeros((2, 2))]

    def judged(a):
        return Povm([np.diag([a, 1]), np.diag([1 - a, 0])])

    target = Each([0.2, 0.7], judged, slips=[Slip(half, "That is the one we know.")])
    assert target.judge(lambda a: [[[a, 0], [0, 0.5]], [[0, 0], [0, 0]]]).message == "That is the one we know."
    assert target.judge(lambda a: [np.diag([a, 0.4]), np.zeros((2, 2))]).message != "That is the one we know."


def doubles(f):
    for value in (2, 5):
        if f.call(value) != 2 * value:
            return False, f"f({value}) is not twice {value}."
    return True


def test_a_property_of_a_function_knows_its_slips_and_the_untouched_draft():
    target = Property(
        "doubles", doubles, takes=Function, slips=[Slip(lambda n: n * n + (n == 2), "You square.", "factor")]
    )
    assert target.judge(lambda n: n + n).passed
    assert target.judge(lambda n: None).status == "not yet" and target.judge(lambda n: ...).status == "not yet"
    slipped = target.judge(lambda n: 5.0 if n == 2 else n**2)
    assert slipped.message == "You square." and slipped.diagnosis == "factor" and not slipped.score
    assert target.judge(lambda n: n).message == "f(2) is not twice 2."
    assert target.judge(lambda n: None if n == 5 else 4).status == "wrong"


def test_untouched_players_have_not_played_yet():
    game = Game(chsh_wins, QUESTIONS, 0.75)
    assert game.judge((lambda x: None, lambda y: None)).status == "not yet"
    assert game.judge((lambda x: 0, lambda y: None)).status == "wrong"


def test_a_party_that_gives_nothing_back_is_told_so():
    from .planted.communication import bb84

    verdict = bb84().judge({name: (lambda *seen: None) for name in bb84().members})
    assert verdict.status == "wrong" and "prepare gives nothing back" in verdict.message


def test_a_function_that_is_right_in_one_place_is_not_told_a_slip_that_is_wrong_there():
    slip = Slip(lambda x: x, "You gave the number back.")
    target = Each([3.0, 0.5, -2.0], lambda x: Number(2 * x), slips=[slip])
    assert target.judge(lambda x: x).message == slip.reply
    verdict = target.judge(lambda x: 2 * x if x > 0 else x)
    assert verdict.message != slip.reply and verdict.score > 0.5


def test_a_slip_of_a_vector_with_another_phase_is_another_mistake_where_the_phase_is_exact():
    wanted, mistaken = np.array([2, 1j]), np.array([1j, 2])

    def told(answer):
        return np.allclose(answer.vector, wanted), "This is not it."

    for phase, said in (("exact", "This is not it."), ("global", "Exchanged.")):
        target = Property("is it", told, takes=State, reading="state", phase=phase)
        target.slips = (Slip(mistaken, reply="Exchanged."),)
        assert target.judge(mistaken).message == "Exchanged."
        assert target.judge(1j * mistaken).message == said


def test_an_empty_sequence_that_a_function_gives_back_is_an_answer():
    def ones(bits):
        return [bit for bit in bits if bit]

    target = Each([[0, 0], [1, 0, 1]], lambda bits: Data(ones(bits), schema=List(Bit())))
    assert target.judge(lambda bits: tuple(ones(bits))).passed
    verdict = target.judge(lambda bits: [])
    assert verdict.status == "wrong" and verdict.score == 0 and "what comes back is empty" in verdict.message
    assert target.judge(lambda bits: None).status == "not yet"


def test_a_function_that_gives_nothing_back_for_some_inputs_is_told_so():
    target = Each([4, -1, 9], lambda x: Number(max(x, 0)))
    verdict = target.judge(lambda x: x if x > 0 else None)
    assert verdict.status == "wrong" and "-1" in verdict.message and "nothing comes back" in verdict.message
    assert verdict.score == pytest.approx(2 / 3, abs=1e-3)


def test_a_slip_of_a_property_is_what_counts_of_it_however_it_is_made():
    def seen(circuit):
        return [output_distribution(circuit).get(bits, 0.0) for bits in ("0", "1")]

    def told(circuit):
        return np.allclose(seen(circuit), [0.5, 0.5]), "This is not it."

    slip = Slip(circuit("x 0; measure 0 -> 0", qubits=1, bits=1), "You flip the qubit.")
    for counts, said in ((seen, slip.reply), (None, "This is not it.")):
        target = Property("is it", told, takes=Circuit, num_qubits=1, counts=counts, slips=[slip])
        assert target.judge(circuit("reset 0; x 0; measure 0 -> 0", qubits=1, bits=1)).message == said
        assert target.judge(circuit("reset 0; h 0; measure 0 -> 0", qubits=1, bits=1)).passed
        assert target.judge(circuit("reset 0; measure 0 -> 0", qubits=1, bits=1)).message == "This is not it."


def test_a_slip_whose_outputs_have_another_size_is_known():
    """The state of the other qubits is smaller or larger than what is asked for, and still that slip."""
    from qtrain.checking import Density
    from qtrain.circuits.channels import reduced

    def state(n):
        root = np.random.default_rng(n).normal(size=(2**n, 2))
        return root @ root.T / np.trace(root @ root.T)

    def others(rho, keep):
        return reduced(np.array(rho), [k for k in range(len(rho).bit_length() - 1) if k not in keep])

    target = Each([(state(2), [0]), (state(3), [1, 2]), (state(3), [0])], lambda rho, keep: Density(reduced(rho, keep)))
    target.slips = (Slip(others, "You removed the list's qubits.", "convention"),)
    assert target.judge(others).diagnosis == "convention"
    assert target.judge(lambda rho, keep: others(rho, keep).tolist()).diagnosis == "convention"
    assert target.judge(lambda rho, keep: np.eye(2) / 2).diagnosis != "convention"


@pytest.mark.parametrize("stub", [lambda hits, shots: None, lambda hits, shots: (None, None)])
def test_a_stub_that_is_called_for_a_batch_of_data_is_not_yet_an_answer(stub):
    assert Estimator(draw_shots).judge(stub).status == "not yet"
    assert Estimator(draw_shots).judge(lambda hits, shots: (hits / shots, None)).status == "wrong"


def test_an_estimator_that_does_not_look_at_the_data_earns_nothing():
    for pair in ((0.5, 0.2), (0, 1)):
        verdict = Estimator(draw_shots).judge(lambda hits, shots, pair=pair: pair)
        assert verdict.status == "wrong" and verdict.score == 0 and "every data set" in verdict.message


def test_a_slip_keeps_to_the_form_that_is_asked_for():
    """A matrix in place of a circuit is told so, even if its entries are those of a wrong circuit."""
    from qiskit.quantum_info import Operator

    def judged(axis):
        def turns(answer):
            return np.allclose(unitary(answer)[0, 0], 0)

        return Property("turns the qubit over", turns, takes=Circuit, num_qubits=1)

    target = Each(["a", "b"], judged, slips=[Slip(lambda axis: circuit("h 0"), "That is H.")])
    assert target.judge(lambda axis: circuit("h 0")).message == "That is H."
    verdict = target.judge(lambda axis: Operator.from_label("H").data)
    assert verdict.diagnosis == "wrong-type" and "a 2×2 matrix" in verdict.message


def test_a_pair_of_arrays_is_no_ragged_matrix():
    from qtrain.checking import Density

    verdict = Each([(0.2,)], lambda p: Density(np.diag([p, 1 - p]))).judge(
        lambda p: np.linalg.eigh(np.diag([p, 1 - p]))
    )
    assert "2 arrays of the shapes (2,) and (2, 2)" in verdict.message
    assert "3 arrays of the shape (2, 2)" in Density(np.eye(4) / 4).judge([np.eye(2)] * 3).message


def test_a_slip_is_asked_once_for_all_answers_and_anew_for_other_cases():
    asked = []

    def hasty(hits, shots):
        asked.append((hits, shots))
        return hits / shots, 1.0

    target = Estimator(draw_shots, slips=(Slip(hasty, "The error is a guess."),))
    answer = lambda hits, shots: (hits / shots, 1.0)  # noqa: E731 - another function that gives the same
    assert [target.judge(answer).message for _ in range(2)] == ["The error is a guess."] * 2
    once = len(asked)
    assert target.drawn("other").judge(answer).message == "The error is a guess."
    assert once == len(asked) // 2 and asked[:once] != asked[once:]
