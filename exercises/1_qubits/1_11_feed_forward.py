"""What right means in lesson 1.11, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import pairwise
from math import ceil, cos, log, pi, sin, sqrt

import numpy as np

from qtrain.authoring import angles, build, choice, circuit, distinct, measure, number, one_of, right, slip, whole
from qtrain.checking import Channel, Density, Distribution, State
from qtrain.checking.rules import Connectivity, FeedForward, GateSet, Qubits, TwoQubitGates


def uneven(theta):
    """Not an angle at which the two results are equally likely, so that exchanging them shows."""
    return abs(theta - pi / 2) > 0.1


@number("1.11.a", rung="warm-up", kind="predict", outcome=1, bounds=(0, 1), within=1e-3, percent=whole(6, 94))
def a_branch(percent):
    first = percent / 100
    yield first / 2
    yield slip(first, "forgets the branch").says(
        "This is the probability that the first result is 1. What does H do to the qubit then?"
    )
    yield slip(0.5, "applies the H always").says(
        "Only in the runs with the first result 1 the H is applied. In the others the qubit stays in |0⟩."
    )
    yield slip(1 - first / 2, "gives the other outcome", "bit-flip").says(
        "This is the probability that the second result is 0."
    )
    yield slip((1 - first) / 2, "branches on the outcome 0").says(
        "This would be right if the H were applied after the result 0. It is applied after the result 1."
    )


@build(
    "1.11.b",
    rung="warm-up",
    outcome=2,
    takes="circuit",
    rules=[GateSet({"x", "ry", "measure", "if"})],
    theta=angles(0.1, 0.9),
    where=uneven,
)
def reset_to_a_state(theta):
    ket = np.array([[cos(theta / 2)], [sin(theta / 2)]])
    yield Channel([ket @ np.array([[1, 0]]), ket @ np.array([[0, 1]])])
    yield slip(circuit("measure 0; if 0 { x 0 }"), "stops at |0⟩").says(
        "Your circuit brings every state to |0⟩. One gate more takes it to the state that is asked for."
    )
    yield slip(circuit("measure 0; ry(θ) 0", θ=theta), "measures, and forgets to flip").says(
        "After the results 0 and 1 your qubit ends in different states. What must happen after the result 1?"
    )
    yield slip(circuit("measure 0; if !0 { x 0 }; ry(θ) 0", θ=theta), "branches on the wrong outcome").says(
        "Every state ends in the rotated |1⟩, not in the rotated |0⟩: which value should your condition have?"
    )
    yield slip(circuit("measure 0; x 0; ry(θ) 0", θ=theta), "flips without a condition").says(
        "Your circuit flips after both results, so they still end in different states. When is the X needed?"
    )
    yield slip(circuit("ry(θ) 0", bits=1, θ=theta), "rotates and does not reset").says(
        "Your circuit brings |0⟩ to the right state, but different states at the start stay different. What makes a "
        "circuit forget its start?"
    )
    yield slip(circuit("measure 0; if 0 { x 0; ry(θ) 0 }", θ=theta), "rotates in one branch only").says(
        "After the result 1 your circuit ends in the right state; after the result 0 it leaves the qubit in |0⟩."
    )
    yield slip(circuit("measure 0; if 0 { x 0 }; rx(θ) 0", θ=theta), "turns about another axis").says(
        "Your circuit brings every state to the same one, but that has a complex amplitude. About which axis must the "
        "rotation turn?"
    )
    yield slip(circuit("measure 0; if 0 { x 0 }; ry(θ) 0; measure 0", θ=theta), "measures at the end").says(
        "Your circuit gives the right probabilities. But it leaves a mixture of |0⟩ and |1⟩, no superposition: is "
        "there a measurement too many?"
    )
    yield slip(circuit("ry(θ) 0; measure 0; if 0 { x 0 }", θ=theta), "rotates before the reset")
    yield slip(circuit("reset 0; ry(θ) 0", bits=1, θ=theta), "uses the ready-made reset", "rule")


def with_chances(chances):
    """Basis states of two qubits with these probabilities, and no coherence between them."""
    return np.diag([chances.get(format(k, "02b"), 0.0) for k in range(4)])


@build(
    "1.11.c",
    kind="debug",
    outcome=2,
    takes="circuit",
    theta=angles(0.1, 0.9),
    results=("equal", "opposite"),
    where=uneven,
)
def copy_a_result(theta, results):
    equal = results == "equal"
    act, other = ("if 0 { x 1 }", "if !0 { x 1 }")[:: 1 if equal else -1]
    zero, one = cos(theta / 2) ** 2, sin(theta / 2) ** 2
    yield Density(with_chances({"00" if equal else "01": zero, "11" if equal else "10": one}))
    yield slip(circuit("measure 0; ry(θ) 0", act, θ=theta), "measures before the coin is tossed").says(
        "At the end your qubit 0 is still in a superposition, so the result of a measurement was not kept. Do you "
        "measure the coin before or after the toss?"
    )
    if not equal:
        yield slip(circuit("measure 0; ry(θ) 0; if 0 { x 1 }", θ=theta), "hands in the draft").says(
            "At the end your qubit 0 is still in a superposition, so the result of a measurement was not kept. Do you "
            "measure the coin before or after the toss?"
        )
    yield slip(circuit("ry(θ) 0; measure 0", θ=theta, qubits=2), "does not use the result").says(
        "Your qubit 1 is |0⟩ after both results of qubit 0. What must depend on the result?"
    )
    yield slip(circuit("h 0; measure 0", act), "tosses an even coin").says(
        "Your coin gives 0 and 1 equally often. The one asked for is uneven."
    )
    yield slip(
        circuit("ry(θ) 0; measure 0", act.replace("x 1", "x 0"), θ=theta, qubits=2), "flips the measured qubit"
    ).says("Your qubit 1 stays |0⟩. On which qubit must the X act after the measurement?")
    yield slip(circuit("ry(θ) 0; measure 0", other, θ=theta), "branches on the wrong outcome", "bit-flip")
    yield slip(circuit("ry(θ) 0; cx 0 1", not equal and "x 1", θ=theta), "entangles in place of copying a result").says(
        "The two qubits are entangled at the end. The copy of a result is a mixture: where is the measurement?"
    )


@choice("1.11.d", rung="warm-up", outcome=3)
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


@build(
    "1.11.h",
    rung="think",
    kind="design",
    outcome=(1, 3),
    points=2,
    takes="circuit",
    rules=[Qubits(2)],
    angles=distinct(3, angles(0.15, 0.45)),
)
def three_results_from_two_qubits(angles):
    names = dict(zip("abc", angles, strict=True))
    first, rest = "ry(a) 0; cx 0 1; measure 0 -> 0", "ry(b) 1; cx 1 0; measure 1 -> 1; ry(c) 0; measure 0 -> 2"
    long = "ry(a) 0; cx 0 1; ry(b) 1; cx 1 2; ry(c) 2; measure 0 -> 0; measure 1 -> 1; measure 2 -> 2"
    yield Distribution(circuit(long, qubits=3, bits=3, **names))
    yield slip(circuit(first, rest, qubits=2, bits=3, **names), "uses the qubit again without a reset").says(
        "Your qubit still holds its result when it is used again. A fresh qubit is in |0⟩."
    )
    yield slip(circuit(long, qubits=3, bits=3, **names), "keeps three qubits", "rule")
    yield slip(
        circuit(first, "reset 0; ry(b) 1; cx 1 0; measure 0 -> 1; ry(c) 0; measure 1 -> 2", qubits=2, bits=3, **names),
        "exchanges the qubits at the last two measurements",
    ).says("Your bits 1 and 2 are always equal. In the long circuit qubit 2 is rotated by γ before it is measured.")
    yield slip(
        circuit("ry(a) 0; measure 0 -> 0; reset 0; ry(b) 0; measure 0 -> 1; ry(c) 0; measure 0 -> 2", bits=3, **names),
        "forgets the first CNOT",
    ).says("Your bit 1 does not depend on bit 0. In the long circuit a CNOT joins their qubits.")


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
    yield slip(ceil(exact) + 1, "gives one round too many").says(
        "So many rounds keep the risk small enough, but one round less does so, too. The smallest number is asked for."
    )
    yield slip(ceil(log(risk) / log(success)), "exchanges success and failure").says(
        "You took the probability of success for that of failure."
    )
    yield slip(round(1 / success, 6), "takes the average for a guarantee").says(
        "This is the average number of rounds. The question asks for a small risk, which needs more."
    )
    if ceil(1 / success) != 1 / success:
        yield slip(ceil(1 / success), "rounds the average up").says(
            "This is the average number of rounds, rounded up. The question asks for a small risk, which needs more."
        )


@measure("1.11.g", rung="think", outcome=4, points=2, within=0.04, alpha=angles(0.28, 0.72, 0.005))
def mean_number_of_tries(alpha):
    success, runs = 1 - sin(alpha) ** 2 / 2, 4000
    spread = sqrt(1 - success) / success  # of one run: the geometric distribution
    error = spread / sqrt(runs)
    yield right(1 / success, spread=spread)
    yield slip((1 / success - 1, error, runs), "counts the failures only").says(
        "Your value is the mean number of failures. The try that succeeds counts, too."
    )
    yield slip((1 / success, sqrt(success * (1 - success) / runs), runs), "takes the error of a fraction").says(
        "Your error bar is that of a fraction of runs. A run gives a whole number of tries, which scatters more."
    )
    yield slip((success, sqrt(success * (1 - success) / runs), runs), "gives the success probability").says(
        "Your value is the probability that one try succeeds. The mean number of tries is asked for."
    )
    yield slip((1 / success, sqrt(success * (1 - success) / runs) / success**2, runs), "counts single tries").says(
        "Your error bar is that of so many single tries. Runs of the whole loop are asked for: each goes on until it "
        "succeeds."
    )


ONE_QUBIT = ("h", "s", "sdg", "t", "tdg", "x", "y", "z", "sx", "sxdg", "rx", "ry", "rz", "p", "u", "r")
# With a CNOT or CZ on each of the four edges a helper cannot take part and come out alone; with a SWAP it can.
STEPS = (*ONE_QUBIT, "cx", "cz", "measure", "reset", "if")


def sites(line):
    return {"joined": list(pairwise(line))}


def place_of(string, line):
    """The basis state with these bits on the first, third and fifth qubit of the line."""
    return sum(int(bit) << (4 - qubit) for bit, qubit in zip(string, line[::2], strict=True))


@build(
    "1.11.f",
    kind="stretch",
    outcome=(2, 3),
    points=3,
    takes="circuit",
    rules=lambda joined: [FeedForward(), GateSet(STEPS), TwoQubitGates(4), Connectivity(joined)],
    line=distinct(5, range(5)),
    x=tuple("001 010 011 100 101 110".split()),
    sign=("plus", "minus"),
    derive=sites,
)
def entangle_by_measuring(line, x, sign):
    names = dict(zip("aubvc", line, strict=True))
    a, b, c = line[::2]

    def written(*steps, corrected=True, cleaned=True, signed=True):
        parity = "h a; h b; h c; cx a u; cx b u; cx b v; cx c v; measure u -> 0; measure v -> 1"
        flips = [f"x {qubit}" for qubit, bit in zip((a, b, c), x, strict=True) if bit == "1"]
        return circuit(
            parity,
            corrected and "if 0 { x a }; if 1 { x c }",
            cleaned and "reset u; reset v",
            signed and sign == "minus" and "z b",
            *flips,
            *steps,
            qubits=5,
            bits=2,
            **names,
        )

    vector = np.zeros(32)
    for string, weight in ((x, 1), (x.translate(str.maketrans("01", "10")), 1 if sign == "plus" else -1)):
        vector[place_of(string, line)] = weight / sqrt(2)
    yield State(vector)
    yield slip(written(corrected=False), "measures the parities and does not act on them").says(
        "The helpers end in |0⟩. But the data end in other strings after other results: what must you do "
        "with the results?"
    )
    yield slip(written(cleaned=False), "leaves the helpers as they are").says(
        "The data are right in every branch. But a helper that gave the result 1 is still |1⟩ at the end."
    )
    yield slip(abs(vector) * (np.arange(32) == place_of(x, line)) * sqrt(2), "makes one string only").says(
        "Your data always end in the string x alone. A superposition of two strings is asked for."
    )
    yield slip(written("z b"), "the other sign").says(
        "The two strings are right in every branch, and the sign between them is not. Which gate changes a sign?"
    )
    yield slip(
        circuit(
            "h b; cx b u; cx u a; cx b u; cx b v; cx v c; cx b v",
            sign == "minus" and "z b",
            *(f"x {qubit}" for qubit, bit in zip((a, b, c), x, strict=True) if bit == "1"),
            qubits=5,
            bits=2,
            **names,
        ),
        "entangles with gates, through the helpers",
        "rule",
    )
