"""Answers that are too large, or no numbers at all: diagnosis stays quiet and never raises."""

import numpy as np
import pytest

from qtrain.checking import Distribution, Number, State, Unitary
from qtrain.checking.diagnosis import diagnose
from qtrain.checking.diagnosis.case import Case
from qtrain.checking.diagnosis.words import article, gate_called, listed
from qtrain.circuits import Circuit, read
from qtrain.circuits import model as values
from qtrain.circuits.gates import make


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_no_numbers(bad):
    matrix = values.Matrix(np.full((4, 4), bad, dtype=complex), 2)
    assert diagnose(matrix, Unitary(np.eye(4))).code == "not-unitary"
    assert diagnose(values.State(np.full(4, bad, dtype=complex), 2), State([1, 0, 0, 0])).code == "not-normalised"
    assert diagnose(values.Number(bad), Number(3.0)) is None


def test_what_is_no_candidate_at_all():
    for answer in (values.Nothing(), values.Text("a"), values.Function(print), values.Matrix(np.eye(2), 1), Circuit(1)):
        assert diagnose(answer, Unitary(np.eye(4))) is None
    assert diagnose(values.Text("a"), Distribution({"0": 1.0})) is None


def test_a_large_circuit_is_not_worth_many_trials(planting, monkeypatch):
    rng = np.random.default_rng(3)
    right, wrong = (read(planting.qiskit_circuit(15, planting.random_circuit(rng, 15, 40))) for _ in range(2))
    target = State(right)
    asked = []
    monkeypatch.setattr(target, "accepts", lambda answer: asked.append(answer))
    assert diagnose(wrong, target) is None
    assert len(asked) <= 10


@pytest.mark.parametrize("gates", [400, 8_000, 30_000])
def test_what_is_written_down_for_a_large_circuit_does_not_grow_with_the_square_of_its_gates(monkeypatch, gates):
    written, with_steps = [], Case.with_steps

    def counted(case, steps):
        written.append(len(steps))
        return with_steps(case, steps)

    monkeypatch.setattr(Case, "with_steps", counted)
    rng = np.random.default_rng(5)
    turns = zip(rng.integers(3, size=gates).tolist(), rng.random(gates).tolist(), strict=True)
    wrong = Circuit(3, tuple(make("rx", (qubit,), (angle,)) for qubit, angle in turns))
    assert diagnose(wrong, State(np.eye(8)[5])) is None
    assert sum(written) <= 1_000_000


def test_a_block_that_is_repeated_is_found_in_any_order_of_commuting_steps():
    from qtrain.checking.diagnosis.iterations import by_cones, repeated

    once = [make("h", (0,)), make("h", (1,)), make("z", (1,), (), (0,)), make("x", (0,)), make("x", (1,))]
    steps = once * 3
    # The last X of one iteration and the first H of the next change places with gates of the other qubit.
    mixed = [*steps[:4], steps[5], steps[4], *steps[6:9], steps[10], steps[9], *steps[11:]]
    for order in (steps, mixed):
        keys = [(step.name, step.all_qubits) for step in by_cones(order)]
        assert any((length, times) == (5, 3) or length * times >= 10 for _, length, times in repeated(keys))


def test_words():
    assert [article(name) for name in ("H", "CNOT", "RX", "SWAP", "T", "controlled-Z", "iSWAP")] == [
        "an H", "a CNOT", "an RX", "a SWAP", "a T", "a controlled-Z", "an iSWAP",
    ]  # fmt: skip
    assert (listed([0]), listed([0, 1]), listed([0, 1, 2]), listed([])) == ("0", "0 and 1", "0, 1 and 2", "")
    assert gate_called(make("x", (2,), (), (0, 1))) == "Toffoli"
    assert gate_called(make("rz", (2,), (0.1,), (0,))) == "controlled-RZ"
