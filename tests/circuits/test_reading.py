"""Bare values, and answers that are broken or mean harm."""

from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse
import sympy
from qiskit import QuantumCircuit
from qiskit.circuit.library import UnitaryGate

from qtrain.circuits import (
    Counts,
    Density,
    Distribution,
    Function,
    Matrix,
    Nothing,
    Number,
    Observable,
    State,
    Text,
    Unreadable,
    read,
)


@pytest.mark.parametrize("stub", [None, ..., "", "  ", [], (), {}, np.array([])])
def test_the_untouched_stub_is_nothing(stub):
    assert read(stub) == Nothing()


@pytest.mark.parametrize("value", [3, 0.5, 2j, True, np.float32(0.5), np.int64(3), np.array(0.5), Fraction(1, 2)])
def test_numbers(value):
    assert read(value) == Number(complex(value))


def test_exact_numbers_of_sympy():
    assert read(sympy.sqrt(2) / 2).value == pytest.approx(0.5**0.5)
    state = read([1 / sympy.sqrt(2), sympy.I / sympy.sqrt(2)])
    assert np.allclose(state.vector, np.array([1, 1j]) / np.sqrt(2))
    assert read(sympy.Matrix([[0, 1], [1, 0]])).matrix[0, 1] == 1
    with pytest.raises(Unreadable, match="symbol a"):
        read(sympy.Symbol("a"))


def test_texts_and_functions():
    assert read("01") == Text("01") and read("b") == Text("b")
    for function in (len, lambda x: x, np.sin, str.upper):
        assert isinstance(read(function), Function)


@pytest.mark.parametrize("form", [list, tuple, np.array, lambda v: np.array(v)[:, None], lambda v: np.array([v])])
def test_states(form):
    state = read(form([0, 1, 0, 0]))
    assert isinstance(state, State) and state.num_qubits == 2 and np.array_equal(state.vector, [0, 1, 0, 0])
    assert np.array_equal(read(form([0, 1, 0, 0]), order="little").vector, [0, 0, 1, 0])


def test_matrices():
    assert isinstance(read([[0, 1], [1, 0]]), Matrix)
    assert isinstance(read(np.eye(2), kind="density"), Density)
    isometry = read(np.eye(4)[:, :2])
    assert isometry.matrix.shape == (4, 2) and isometry.num_qubits == 2
    assert np.array_equal(read(scipy.sparse.eye(4)).matrix, np.eye(4))
    swapped = read(np.diag([1, 2, 3, 4]), order="little").matrix
    assert np.array_equal(swapped, np.diag([1, 3, 2, 4]))


def test_the_answer_is_copied():
    array = np.array([1, 0], dtype=complex)
    state = read(array)
    array[0] = 5
    assert state.vector[0] == 1


def test_counts_and_distributions():
    assert read({"01": 3, "10": 4}) == Counts({"01": 3, "10": 4}, 2)
    assert read({"01": 3}, order="little") == Counts({"10": 3}, 2)
    assert read({"0 1": 3}) == Counts({"01": 3}, 2)
    assert read({"01": 0.25, "11": 0.75}) == Distribution({"01": 0.25, "11": 0.75}, 2)
    assert read({2: 5}, num_qubits=3) == Counts({"010": 5}, 3)
    assert read({(0, 1): 5}) == Counts({"01": 5}, 2)
    assert read(["01", "01", "11"]) == Counts({"01": 2, "11": 1}, 2)
    assert read([0.5, 0, 0, 0.5], kind="distribution").probabilities["11"] == 0.5
    assert read({"XZ": 0.5}) == Observable({"XZ": 0.5}, 2)


class Liar:
    """Claims to be everything and equal to everything."""

    __class__ = np.ndarray
    shape, dtype, size, ndim = (2,), np.dtype(complex), 2, 1

    def __eq__(self, other):
        return True

    __hash__ = None

    def __len__(self):
        return -1

    def __array__(self, dtype=None, copy=None):
        raise SystemError("caught")


class LyingArray(np.ndarray):
    def __array__(self, dtype=None, copy=None):
        return np.array([1, 0, 0, 0])

    def __len__(self):
        return 4

    shape = (4,)


class LyingList(list):
    def __iter__(self):
        return iter([1, 0])

    def __len__(self):
        return 2


class Pretender:
    __module__ = "qiskit.circuit.quantumcircuit"
    name = "circuit"


class Convertible:
    def __complex__(self):
        raise KeyboardInterrupt

    __float__ = __complex__


def generator():
    while True:
        yield 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Liar(), "wrong-type"), (Pretender(), "wrong-type"), (generator(), "wrong-type"), (object(), "wrong-type"),
        ([1, np.nan], "unreadable"), ([[1, 0], [0, np.inf]], "unreadable"), (float("nan"), "unreadable"),
        (complex(0, float("inf")), "unreadable"), (10**400, "unreadable"),
        (np.array([1, Convertible()], dtype=object), "wrong-type"), ([Convertible(), 0], "wrong-type"),
        (np.array(["a", "b"]), "wrong-type"), (np.array(["2020-01-01"], dtype="M8[D]"), "wrong-type"),
        ([1, 0, 0], "wrong-size"), (np.eye(3), "wrong-size"), ([[1, 0], [1]], "wrong-size"),
        (np.zeros((2, 2, 2)), "wrong-size"), ([[[1]]], "wrong-type"), ([1, "0"], "wrong-type"), ({1, 2}, "wrong-type"),
        (scipy.sparse.eye(10**6), "unreadable"), (scipy.sparse.coo_matrix((10**6, 10**6)), "unreadable"),
        ({"01": 1, "1": 2}, "wrong-size"), ({"0a": 1}, "wrong-type"), ({"0": -1}, "unreadable"),
        ({"0": float("nan")}, "unreadable"), ({"0": Convertible()}, "wrong-type"), ({None: 1}, "wrong-type"),
        (np.broadcast_to(np.complex128(1), (2**20, 2**20)), "unreadable"), (b"01", "wrong-type"),
    ],
)  # fmt: skip
def test_hostile_and_broken_answers(answer, code):
    with pytest.raises(Unreadable) as caught:
        read(answer)
    assert caught.value.code == code
    assert caught.value.message[0].isupper() and caught.value.message.endswith((".", ")"))


def test_lying_containers_are_read_as_what_they_are():
    lying = np.array([0, 1], dtype=complex).view(LyingArray)
    assert np.array_equal(read(lying).vector, [0, 1])
    assert np.array_equal(read(LyingList([0, 0, 0, 1])).vector, [0, 0, 0, 1])


def test_sizes_are_checked():
    for answer in ([1, 0], np.eye(2), QuantumCircuit(1), {"0": 1}):
        with pytest.raises(Unreadable) as caught:
            read(answer, num_qubits=2)
        assert caught.value.code == "wrong-size" and "1 " in caught.value.message


def test_huge_circuits_are_refused():
    part = QuantumCircuit(1)
    for _ in range(1001):
        part.x(0)
    long = QuantumCircuit(1)
    with long.for_loop(range(200)):
        long.compose(part, inplace=True)
    for circuit in (part.repeat(200), long, QuantumCircuit(1001)):
        with pytest.raises(Unreadable) as caught:
            read(circuit)
        assert caught.value.code == "wrong-size"


def test_gates_that_are_not_unitary():
    circuit = QuantumCircuit(1)
    circuit.append(UnitaryGate([[1, 1], [0, 1]], check_input=False), [0])
    with pytest.raises(Unreadable, match="not unitary"):
        read(circuit)


def test_neutral_forms_pass_through():
    for answer in (Text("a"), Number(3), read([1, 0]), read(QuantumCircuit(1))):
        assert read(answer) is answer
