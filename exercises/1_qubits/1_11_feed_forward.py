"""What right means in lesson 1.11, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import ceil, log, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, number, one_of, right, slip, whole
from qtrain.checking import Channel, Density, State
from qtrain.checking.rules import Connectivity, FeedForward, GateSet


@number("1.11.a", rung="warm-up", kind="predict", outcome=1, within=1e-3, percent=whole(6, 94))
def a_branch(percent):
    first = percent / 100
    yield first / 2
    yield slip(first, "forgets the branch").says(
        "This is the probability of the first outcome 1. What does H do to the qubit then?"
    )
    yield slip(0.5, "applies the H always").says(
        "Only in the runs with outcome 1 the H is applied. In the others the qubit stays in |0⟩."
    )
    yield slip(1 - first / 2, "gives the other outcome", "bit-flip").says("This is the probability of 0.")
    yield slip((1 - first) / 2, "branches on the outcome 0").says(
        "You applied the H in the runs with outcome 0. It belongs to those with outcome 1."
    )


@build("1.11.b", rung="warm-up", outcome=2, takes="circuit", rules=[GateSet({"x", "measure", "if"})], to=(0, 1))
def reset_by_hand(to):
    zero, one = np.array([[1, 0], [0, 0]]), np.array([[0, 1], [0, 0]])
    yield Channel([zero, one] if to == 0 else [zero[::-1], one[::-1]])
    yield slip(circuit("measure 0"), "measures, and forgets to act")
    yield slip(circuit(f"measure 0; if {'' if to else '!'}0 {{ x 0 }}"), "branches on the wrong outcome", "bit-flip")
    yield slip(circuit("reset 0", to and "x 0", bits=1), "uses the ready-made reset", "rule")


def at_random(kets):
    """Basis states with equal probabilities and no coherence between them."""
    return np.diag([float(format(k, "02b") in kets) for k in range(4)]) / len(kets)


@build("1.11.c", rung="warm-up", kind="debug", outcome=2, takes="circuit", results=("equal", "opposite"))
def copy_a_result(results):
    equal = results == "equal"
    act, other = ("if 0 { x 1 }", "if !0 { x 1 }")[:: 1 if equal else -1]
    yield Density(at_random(("00", "11") if equal else ("01", "10")))
    yield slip(circuit("measure 0; h 0", act), "measures before the coin is tossed", "gate-order")
    yield slip(circuit("h 0; measure 0", other), "branches on the wrong outcome", "bit-flip")
    yield slip(circuit("h 0; cx 0 1", not equal and "x 1"), "entangles in place of copying a result")


@choice("1.11.d", outcome=3)
def deferred_measurement():
    yield right("They have the same probabilities, for every state at the start.").says(
        "Right: a controlled gate and then a measurement of its control do the same as measuring first."
    )
    yield slip(
        "They differ, because the early measurement disturbs qubit 1.", "thinks that an early measurement disturbs"
    ).says("The target does not notice when the control is measured: its statistics are the same either way.")
    yield slip(
        "B is impossible: without knowing the result there is no control.", "thinks that control needs knowledge"
    ).says("A CNOT needs no measurement. The question is whether both ways give the same results.")
    yield slip("They differ: only A can make correlated results.", "takes quantum control for something else").says(
        "Then the principle of this section would be wrong. Compare the two distributions above."
    )


@number(
    "1.11.e",
    outcome=4,
    success=one_of([k / 100 for k in range(15, 86, 5)]),
    risk=(1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8),
    where=lambda success, risk: success != 0.5 and abs((log(risk) / log(1 - success)) % 1 - 0.5) < 0.45,
)
def rounds_allowed(success, risk):
    exact = log(risk) / log(1 - success)
    yield ceil(exact)
    yield slip(ceil(exact) - 1, "rounds down").says(
        "One round less leaves a risk that is a little too large: round up."
    )
    yield slip(ceil(log(risk) / log(success)), "exchanges success and failure").says(
        "You took the probability of success for that of failure."
    )
    yield slip(round(1 / success, 6), "takes the average for a guarantee").says(
        "This is the average number of rounds. The question asks for a small risk, which needs more."
    )


@build(
    "1.11.f",
    kind="stretch",
    outcome=(2, 4),
    points=2,
    takes="circuit",
    rules=[FeedForward(), Connectivity([(0, 2), (1, 2)])],
    bell=("Φ+", "Ψ+"),
)
def entangle_by_measuring(bell):
    even = bell == "Φ+"
    parity = "h 0 1; cx 0 2; cx 1 2; measure 2 -> 0"
    yield State(np.kron([1, 0, 0, 1] if even else [0, 1, 1, 0], [1, 0]) / sqrt(2))
    yield slip(circuit(parity), "measures the parity and does not act on it")
    yield slip(circuit(parity, f"if {'' if even else '!'}0 {{ x 1 }}"), "leaves the ancilla as it is")
    yield slip(circuit("h 0; cx 0 1", not even and "x 1", qubits=3), "entangles with a gate between the two", "rule")
