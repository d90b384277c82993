"""A file is read within bounds or refused in one sentence; values go out and in again exactly, and nothing else."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qtrain.grading import cell_order
from qtrain.grading.errors import Unusable
from qtrain.grading.packing import Unpackable, pack, unpack
from qtrain.grading.submission import Cell, read


@given(st.binary(max_size=300))
@settings(max_examples=100)
def test_any_bytes_are_a_notebook_or_refused(data):
    try:
        read(data)
    except Unusable as problem:
        assert str(problem)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "cells",
                    "source",
                    "metadata",
                    "qtrain",
                    "release",
                    "id",
                    "cell_type",
                    "worksheets",
                    "kernelspec",
                    "nbformat",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["cells", "metadata", "nbformat", "worksheets"]), JSON))
@settings(max_examples=150)
def test_any_json_is_a_notebook_or_refused(data):
    try:
        notebook = read(json.dumps(data).encode())
    except Unusable as problem:
        assert str(problem)
    else:
        assert all(isinstance(c.source, str) and isinstance(c.id, str) for c in notebook.cells)
        cell_order.steps(notebook.cells, {"x": ["1.P.1", "answer"]}, ["1.P.1"])


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.complex_numbers(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.integers() | st.text(max_size=3) | st.tuples(st.booleans()), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES)
@settings(max_examples=200)
def test_plain_values_travel_exactly(value):
    back = unpack(json.loads(json.dumps(pack(value))))
    assert back == value and repr(back) == repr(value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.array([1j, 2]),
        np.array([], float),
        np.array(3.5),
        np.array([[True]]),
        np.float32(0.1),
        np.int8(3),
        np.bool_(False),
        np.array([np.nan]),
    ],
)
def test_arrays_travel_exactly(array):
    back = unpack(json.loads(json.dumps(pack(array))))
    assert type(back) in (np.ndarray, np.float64, np.int64, np.bool_)
    np.testing.assert_array_equal(back, array)


def test_circuits_and_functions():
    import cirq
    from qiskit import QuantumCircuit

    from qtrain.circuits import Circuit, Function

    circuit = QuantumCircuit(2)
    circuit.h(0)
    one, two, three = unpack(pack([circuit, cirq.Circuit(cirq.X(cirq.q(0))), max]))
    assert isinstance(one, Circuit) and isinstance(two, Circuit) and isinstance(three, Function)
    assert math.isnan(unpack(pack(float("nan"))))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"is": "int", "value": 3},
        {"is": "int", "value": "0x" + "f" * 10**6},
        {"is": "list", "value": "abc"},
        {"is": "array", "shape": [10**9], "dtype": "<f8", "value": ""},
        {"is": "array", "shape": [1], "dtype": "|O8", "value": "AAAAAAAAAAA="},
        {"is": "neutral", "value": {"type": "function"}},
        {"is": "neutral", "value": None},
        {"is": "__import__"},
        3,
        2.5,
        {"is": "dict", "value": [[{"is": "list", "value": []}, 1]]},
        {"is": "complex", "value": [1]},
        [],
        "x" * 2_000_000,
        {"is": "float", "value": "__import__('os')"},
        {"is": "scalar", "value": {}},
        {"is": {"is": "x"}},
    ],
)
def test_what_pack_never_makes_is_refused(data):
    with pytest.raises(Unpackable):
        unpack(data)


def test_deep_data_are_refused():
    data = None
    for _ in range(5000):
        data = {"is": "list", "value": [data]}
    with pytest.raises(Unpackable):
        unpack(data)
    endless = []
    endless.append(endless)
    with pytest.raises(Unpackable):
        pack(endless)


RELEASED = {"a1": ["x.1", "answer"], "c1": ["x.1", "check"], "a2": ["x.2", "answer"], "c2": ["x.2", "check"]}


def order(*cells):
    made = [Cell("text" if source is None else "code", source or "", name) for name, source in cells]
    steps, _ = cell_order.steps(made, RELEASED, ["x.1", "x.2"])
    return [f"take {step.exercise}" if step.takes else step.source for step in steps]


def test_where_answers_are_taken():
    a1, c1, a2, c2, own = ("a1", "one"), ("c1", "check"), ("a2", "two"), ("c2", "check"), ("new", "own")
    assert order(a1, c1, a2, c2) == ["one", "take x.1", "two", "take x.2"]
    assert order(a1, own, c1, a2, c2) == ["one", "own", "take x.1", "two", "take x.2"]
    assert order(a1, own, a2, own) == ["one", "own", "take x.1", "two", "own", "take x.2"]
    assert order(c2, c1, a1, a2) == ["one", "take x.1", "two", "take x.2"]
    assert order(a2, c2, a1, c1) == ["two", "take x.2", "one", "take x.1"]
    assert order(c1, own) == ["take x.1", "own", "take x.2"]
    assert order() == ["take x.1", "take x.2"]
    assert order(a1, c1, a1, c1) == ["one", "one", "take x.1", "take x.2"]
    assert order(("a1", None), c1, a2, c2) == ["take x.1", "two", "take x.2"]
