"""The shorthand for circuits: what it means, and what is said of what it cannot mean."""

from math import pi

import numpy as np
import pytest

from qtrain.circuits import circuit, count, output_distribution, unitary

X = np.array([[0, 1], [1, 0]])


def qiskit_circuit():
    from qiskit import QuantumCircuit
    from qiskit.circuit.library import XGate

    made = QuantumCircuit(3)
    made.h(0)
    made.cx(0, 1)
    made.ry(0.35, 2)
    made.append(XGate().control(2, ctrl_state="01"), [1, 0, 2])  # qubit 1 is 1 and qubit 0 is 0
    made.cp(pi / 3, 2, 0)
    made.swap(1, 2)
    made.u(0.1, 0.2, 0.3, 1)
    made.cswap(0, 1, 2)
    return made


def test_it_means_what_qiskit_means():
    from qiskit.quantum_info import Operator

    written = circuit(
        "h 0; cx 0 1; ry(θ/2) 2; ccx !0 1 2; cp(pi/3) 2 0\nswap 1 2; u(.1, a, 2*a-(0.1)) t; cswap 0 1 2",
        θ=0.7, a=0.2, t=1,
    )  # fmt: skip
    little = Operator(qiskit_circuit()).data
    big = little.reshape((2,) * 6).transpose(2, 1, 0, 5, 4, 3).reshape(8, 8)
    assert np.allclose(unitary(written), big, atol=1e-9)


def test_parts_names_and_sizes():
    assert circuit().num_qubits == 1
    assert circuit("x 0", qubits=4).num_qubits == 4
    assert count(circuit("h 0 1 2", None, "", False, circuit("x 1"), "c3x 0 1 2 3")) == {"h": 3, "x": 1, "c3x": 1}
    assert np.allclose(unitary(circuit("cU !1 0", U=X)), unitary(circuit("x 1; cx 1 0; x 1")))
    assert circuit("rz(-pi) 0").operations[0].params == (-pi,)


def test_measuring_resetting_and_branching():
    made = circuit("x 0; measure 0 -> 1; if 1 { x 1; reset 0 } else { z 1 }; measure 1 -> 0")
    assert made.num_clbits == 2 and output_distribution(made) == pytest.approx({"11": 1.0})
    assert output_distribution(circuit("x 1; measure 0 1; if !0 1 { x 2 }; measure 2"))["011"] == pytest.approx(1)
    both = circuit("x 0; measure 0 1; if 0 1 == 2 { x 2 }; measure 2")
    assert output_distribution(both) == pytest.approx({"101": 1.0})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("foo 0", "there is no gate 'foo'"),
        ("cx 0", "'cx 0' names 1 qubits; cx takes 2"),
        ("cx 1 1", "names a qubit twice"),
        ("h 0 0", "names a qubit twice"),
        ("swap 0 1 2", "names 3 qubits; swap takes 2"),
        ("rx 0", "gives 0 angles; rx takes 1"),
        ("h(1) 0", "gives 1 angles; h takes 0"),
        ("rx(a) 0", "no value is given for 'a'"),
        ("rx(1/0) 0", "is no angle"),
        ("rx(__import__('os')) 0", "is no angle"),
        ("rx(1e999) 0", "the angle '1e999' is inf"),
        ("h a", "'a' is no number of a qubit"),
        ("h -1", "no number of a qubit"),
        ("h !0", "only a control can have a !"),
        ("cx 0 !1", "only a control can have a !"),
        ("if 0 { x 1", "is never closed"),
        ("x 0 { y 1 }", "is followed by braces"),
        ("measure 0 1 -> 0", "as many bits as qubits"),
        ("reset", "names no qubit"),
        ("x(0", "is no step of a circuit"),
    ],
)
def test_what_cannot_be_meant_is_told(text, words):
    with pytest.raises(ValueError) as caught:
        circuit(text)
    assert words in str(caught.value)


def test_more_than_there_is_is_told():
    with pytest.raises(ValueError, match="qubit 3 is used, but the circuit has 3 qubits"):
        circuit("x 3", qubits=3)
    with pytest.raises(ValueError, match="classical bit 1 is used, but the circuit has 1"):
        circuit("measure 0 -> 1", bits=1)
    with pytest.raises(ValueError, match="text or a circuit, not 3"):
        circuit(3)
