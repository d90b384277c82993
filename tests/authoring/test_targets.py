"""Every target of modules 2 to 6 in the words of authoring: the guide's examples, and slips in other forms."""

import re
from pathlib import Path

import cirq
import numpy as np
import pytest
import stim
from qiskit import QuantumCircuit

import qtrain.authoring
import qtrain.checking
from qtrain.authoring import Exercise, build, circuit, function, right, slip
from qtrain.checking import Game, Permutation, Property, State, Succeeds, Unitary

GUIDE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = GUIDE.partition("### One example for each target of modules 2 to 6")[2]
WORDS = {name: getattr(room, name) for room in (qtrain.authoring, qtrain.checking) for name in room.__all__}
MATHS = {name: getattr(np, name) for name in ("array", "cos", "diag", "eye", "outer", "pi", "sin", "sqrt")}


def examples():
    code = re.search(r"```python\n(.*?)```", SECTION, re.S)[1]
    made = {**WORDS, **MATHS, "stim": stim}
    exec(compile(code, "CONTRIBUTING.md", "exec"), made)
    return {one.id: one for one in made.values() if isinstance(one, Exercise)}, code


EXAMPLES, CODE = examples()
TARGETS = (
    "Game Protocol Key NoGateAcross Permutation Queries Succeeds Povm Representation EstimatedState EstimatedChannel "
    "Estimator Mitigator QuasiProbabilities StabilizerGroup Logicals Code Correction StimProgram Decoder"
).split()


@pytest.mark.parametrize("target", TARGETS)
def test_the_guide_shows_every_target(target):
    assert f"{target}(" in CODE


@pytest.mark.parametrize("id", EXAMPLES)
def test_the_guides_slips_get_their_replies(id):
    for learner in ("", "asma", "lin"):
        parameters = EXAMPLES[id].parameters(learner)
        assert EXAMPLES[id].slips(parameters) and list(EXAMPLES[id].try_slips(parameters)) == []


STEPS = {"encrypt": lambda word, key: [a ^ b for a, b in zip(word, key, strict=True)]}
REPETITION = stim.Circuit.generated("repetition_code:memory", distance=3, rounds=3)
FORMS = [  # an exercise, another form of its slip, what is said; and what is no slip, and gets something else
    ("9.2.a", {"alice": lambda x: [0, np.pi / 2][x], "bob": [0, np.pi / 2]}, "Bob's angles lie between"),
    ("9.3.a", circuit("cx 0 2; cx 1 3; x 3"), None),
    ("9.3.a", cirq.Circuit(cirq.CX(*cirq.LineQubit.range(4)[::2]), cirq.CX(*cirq.LineQubit.range(4)[1::2])), "carry"),
    ("9.3.b", circuit("h 0 1; cz 1 0; h 1 0; measure 0 1"), "Reflect about the mean"),
    ("9.3.b", circuit("h 0 1; cz 0 1; cz 0 1"), None),
    ("9.4.c", np.diag([1.08, -0.08]), "No state has a negative eigenvalue"),
    ("9.4.c", np.diag([0.5, 0.5]), None),
    ("9.6.a", ["XX", "XI"], "|++⟩"),
    ("9.6.a", ["XI", "ZI"], None),
    ("9.6.b", {"X": "XII", "Z": "ZII"}, "One flip leaves"),
    ("9.6.b", {"X": "YII", "Z": "ZII"}, None),
    ("9.6.c", "ZZIII, ZIZII, IIZZI, IIIZZ", "phase flips"),
    ("9.6.e", stim.Circuit.generated("repetition_code:memory", distance=3, rounds=2), "One round is missing"),
    ("9.6.e", stim.Circuit.generated("repetition_code:memory", distance=3, rounds=1), None),
]


@pytest.mark.parametrize(("id", "answer", "says"), FORMS)
def test_another_form_of_a_slip_gets_its_reply_and_another_mistake_does_not(id, answer, says):
    exercise = EXAMPLES[id]
    verdict = exercise.judge(answer)
    replies = [one.reply for one in exercise.slips(exercise.parameters()) if one.reply]
    assert verdict.status == "wrong"
    if says is None:
        assert verdict.message not in replies
    else:
        assert verdict.message in replies and says in verdict.message


@pytest.mark.parametrize("id", ["9.2.b", "9.2.c", "9.5.d", "9.6.b", "9.6.e"])
def test_a_right_answer_stays_right(id):
    answers = {
        "9.2.b": {**STEPS, "decrypt": STEPS["encrypt"]},
        "9.2.c": (EXAMPLES["9.2.c"].parameters().get("sent"),) * 2,
        "9.5.d": None,
        "9.6.b": ("XXX", "ZII"),
        "9.6.e": REPETITION,
    }
    answer = answers[id]
    if id == "9.5.d":
        p = EXAMPLES[id].parameters().p
        answer = {"I": (1 - p) / (1 - 2 * p), "X": -p / (1 - 2 * p)}
    assert EXAMPLES[id].judge(answer).passed


def test_a_slip_given_as_qiskits_circuit_is_told_of_cirqs():
    basis = QuantumCircuit(1)
    basis.h(0)

    @function("9.2.z")
    def ghz():
        asked = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]
        state, names = circuit("h 0; cx 0 1; cx 1 2"), ("alice", "bob", "charlie")
        yield Game(lambda q, s: sum(s) % 2 == int(any(q)), asked, 1.0, moves="circuits", state=state, players=names)
        yield slip(([basis, basis],) * 3, "never measures Y").says("Y is never measured.")

    q = cirq.LineQubit(0)
    assert ghz.judge(([cirq.Circuit(cirq.H(q))] * 2,) * 3).message == "Y is never measured."


def test_a_slip_of_another_form_is_still_found():
    target = Unitary(circuit("cx 0 1"))
    target.slips = (qtrain.checking.Slip([1, 0, 0, 1], "Amplitudes are no gate."),)
    assert target.judge([1, 0, 0, 1]).message == "Amplitudes are no gate."


def test_a_slip_of_a_large_adder_is_told_bit_by_bit():
    n = 20
    copied = circuit("; ".join(f"cx {k} {n + k}" for k in range(n)))
    target = Permutation(lambda a, b: (a, (a + b) % 2**n), {"a": n, "b": n}, significant="last")
    target.slips = (qtrain.checking.Slip(copied, "The carry is missing."),)
    other = circuit("; ".join(f"cx {k} {n + k}" for k in reversed(range(n))))
    assert target.judge(other).message == "The carry is missing."
    assert target.judge(circuit("cx 0 1", qubits=2 * n)).message != "The carry is missing."


def test_options_beside_a_target_are_refused():
    @build("9.1.z")
    def state():
        yield right(State([1, 0]), phase="exact")

    with pytest.raises(ValueError, match=r"exercise 9\.1\.z: .*phase.*State"):
        state.target(state.parameters())


def test_a_property_tells_its_slip():
    target = Property("is entangled", lambda answer: answer.num_qubits == 2)
    target.slips = (qtrain.checking.Slip(circuit("h 0; cx 0 1; h 2"), "The third qubit is too many."),)
    assert target.judge(circuit("h 2; h 0; cx 0 1")).message == "The third qubit is too many."
    assert Succeeds("1", 1.0).like(circuit("x 0")).accepts(circuit("x 0"))
