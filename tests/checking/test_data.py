"""Plain data as answers: read by a schema, compared entry by entry, the same in the notebook and in the grader."""

import json
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from qtrain.checking import Data, Each
from qtrain.checking.schema import Bit, Dict, Edges, Key, List, OneOf, Real, Row, Table, Whole, Word
from qtrain.grading.packing import pack, unpack

TARGETS = {
    "list": Data([3, 1, 2], schema=List(Whole(0, 9))),
    "words": Data(["a", "b"], schema=List(Word())),
    "stabilizers": Data(["XZZXI", "IXZZX"], schema=List(Word("IXYZ", 5), ordered=False, distinct=True)),
    "pair": Data((3, 5), schema=Row(Whole(), Whole())),
    "arrow": Data([0.6, 0.0, 0.8], schema=Row(Real(), Real(), Real(), names="xyz"), within=1e-3),
    "table": Data([[0, 1], [2, 3]], schema=Table(2, 2, Whole())),
    "bits": Data([[1, 0, 1], [0, 1, 1]], schema=Table(2, 3, Bit())),
    "reals": Data([0.5, 0.25], schema=List(Real(0, 1), 2), within=1e-3),
    "rates": Data({"x": 0.5, "z": 0.1}, schema=Dict(["x", "z"], Real(0, 1)), within=1e-3),
    "graph": Data([(0, 1), (1, 2)], schema=Edges(4)),
    "arrows": Data([("a", "b"), ("b", "a")], schema=Edges("abc", directed=True)),
    "counts": Data({"00": 5, "11": 3}, schema=Dict(Key(2), Whole(0))),
    "key": Data("0110100", schema=Key(7)),
    "word": Data("XIZ", schema=Word("IXYZ", 3)),
    "pauli": Data("X", schema=Word("IXYZ", 1)),
    "letter": Data("matching", schema=OneOf("matching", "union-find")),
    "nested": Data([("X", [1, 2])], schema=List(Row(Word("XYZ", 1), List(Whole())))),
}
RIGHT = {
    "list": [(3, 1, 2), np.array([3, 1, 2]), [3.0, 1, 2]],
    "words": [["a ", "b"], np.array(["a", "b"])],
    "stabilizers": [("IXZZX", "XZZXI"), {"IXZZX", "XZZXI"}, frozenset({"IXZZX", "XZZXI"})],
    "pair": [[3, 5], np.array([3, 5])],
    "arrow": [
        {"X": 0.6, "Y": 0, "Z": 0.8},
        {"z": 0.8, "y": 0.0, "x": 0.6},
        (0.6, 0j, 0.8 + 0j),
        np.array([0.6, 0, 0.8]),
    ],
    "table": [np.arange(4).reshape(2, 2), ((0, 1), (2, 3))],
    "bits": [[["1", "0", "1"], [0, True, 1]], np.array([[True, False, True], [False, True, True]])],
    "reals": [
        [0.5004, 0.2499],
        np.array([0.5, 0.25]),
        ["0.5", [0.25]],
        [Fraction(1, 2), Decimal("0.25")],
        ["1/2", "2.5e-1"],
    ],
    "rates": [{"z": 0.1, "x": 0.5}],
    "graph": [[[2, 1], (1, 0)], {(1, 0), (2, 1)}, np.array([[0, 1], [1, 2]])],
    "arrows": [[("b", "a"), ["a", "b"]]],
    "counts": [{"11": 3, "00": 5}, Counter({"00": 5, "11": 3})],
    "key": [[0, 1, 1, 0, 1, 0, 0], "011 0100", np.array([0, 1, 1, 0, 1, 0, 0])],
    "pauli": ["X", ["X"]],
    "word": ["XIZ ", ["X", "I", "Z"], ("X", "I", "Z"), np.array(["X", "I", "Z"])],
    "letter": ["matching"],
    "nested": [[["X", (1, 2)]]],
}
WRONG = [
    ("list", [3, 1], None, "the number of entries of answer"),
    ("list", [3, 1, 1], None, "look at `answer[2]`"),
    ("list", [2, 1, 3], None, "in the reverse order"),
    ("list", [3, 1, 10], "wrong-type", "`answer[2]` is 10, but a whole number from 0 to 9 is asked for there."),
    ("list", [3, 1, True], "wrong-type", "`answer[2]` is True"),
    ("list", [3, 1, 1.5], "wrong-type", "is 1.5, but a whole number"),
    ("list", {3, 1, 2}, "wrong-type", "but a list is asked for"),
    ("list", 3, "wrong-type", "`answer` is 3"),
    ("list", {"a": 1}, "wrong-type", "a list is asked for"),
    ("words", "ab", "wrong-type", "but a list is asked for"),
    ("stabilizers", ["XZZXI", "XZZXI"], "wrong-size", "more than once"),
    ("stabilizers", ["XZZXI", "IXZZ"], "wrong-size", "5 characters out of I, X, Y, Z"),
    ("stabilizers", ["XZZXI", "IXZZx"], "wrong-type", "out of I, X, Y, Z"),
    ("pauli", "YX", "wrong-size", "a text of 1 character out of I, X, Y, Z"),
    ("word", ["X", "I"], "wrong-size", "`answer` is 'XI', but a text of 3 characters out of I, X, Y, Z is asked for"),
    ("word", ["XI", "Z"], "wrong-type", "`answer` is ['XI', 'Z'], but a text of 3 characters"),
    ("pair", (3, 5, 7), "wrong-size", "a list or tuple of 2 values"),
    ("arrow", [0.6, 0.8], "wrong-size", "a list or tuple of 3 values, x, y, z,"),
    ("arrow", {"X": 0.6, "Y": 0.0}, "wrong-size", "no entry for 'z'"),
    ("arrow", {"X": 0.6, "Y": 0.0, "W": 0.8}, "wrong-size", "the key 'W'; the keys are x, y, z"),
    ("arrow", [0.6, 0.0, -0.8], None, "look at `answer[2]`"),
    ("arrow", [0.6, 0.0, 0.8 + 0.1j], "wrong-type", "but a number"),
    ("table", [[0, 2], [1, 3]], None, "Rows and columns are exchanged."),
    ("table", [[0, 1], [2]], "wrong-size", "`answer[1]` has 1 entry, but a list of 2 entries"),
    ("table", [[0, 1], [2, 4]], None, "look at `answer[1][1]`"),
    ("bits", [[1, 0, 1], [0, 1, 2]], "wrong-type", "`answer[1][2]` is 2, but a bit"),
    ("reals", [0.5, 1.25], "wrong-type", "a number between 0 and 1"),
    ("reals", [0.5, float("nan")], "wrong-type", "nan"),
    ("reals", [0.5, "0.25 m"], "wrong-type", "but a number"),
    ("reals", [0.5, 0.26], None, "look at `answer[1]`"),
    ("rates", {"x": 0.5}, "wrong-size", "no entry for 'z'"),
    ("rates", {"x": 0.5, "z": 0.1, "y": 0}, "wrong-size", "the key 'y'"),
    ("rates", {"x": 0.5, "z": 0.2}, None, "look at `answer['z']`"),
    ("graph", [(0, 1), (1, 3)], None, "look at the edge 1–3"),
    ("graph", [(0, 1)], None, "the edges that are missing"),
    ("graph", [(0, 1), (1, 0)], "wrong-size", "more than once"),
    ("graph", [(0, 1), (1, 4)], "wrong-size", "names 4, which is no node"),
    ("graph", [(0, 1), (1, 1, 2)], "wrong-type", "a pair of two different nodes"),
    ("arrows", [("a", "b")], None, "edges that are missing"),
    ("counts", {"00": 5, "1": 3}, "wrong-size", "a string of 2 bits"),
    ("counts", {"00": 5, "11": -3}, "wrong-type", "a whole number from 0 up"),
    ("key", "1001011", "bit-flip", "0 and 1 are exchanged"),
    ("key", "0010110", "qubit-order", "reverse order"),
    ("key", "01101", "wrong-size", "a string of 7 bits"),
    ("key", "0110102", "wrong-type", "a string of 7 bits"),
    ("letter", "BP", "wrong-type", "one of 'matching', 'union-find'"),
    ("nested", [("X", 1)], "wrong-type", "`answer[0][1]` is 1"),
]


def travelled(value):
    """The value as the grader's judge gets it."""
    return unpack(json.loads(json.dumps(pack(value))))


@pytest.mark.parametrize("name", TARGETS)
def test_the_same_data_in_any_form_is_right(name):
    assert RIGHT[name]
    for answer in RIGHT[name]:
        assert TARGETS[name].judge(answer).passed, answer
        assert TARGETS[name].judge(travelled(answer)).passed, answer


@pytest.mark.parametrize(("name", "answer", "code", "words"), WRONG)
def test_what_is_wrong_is_said_with_its_place(name, answer, code, words):
    for given in (answer, travelled(answer)):
        verdict = TARGETS[name].judge(given)
        assert not verdict.passed and verdict.diagnosis == code and words in verdict.message


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("stub", [None, ..., [], {}, "", ()])
def test_the_untouched_stub_is_not_yet(name, stub):
    assert TARGETS[name].judge(stub).status == "not yet"


def test_an_empty_answer_can_be_right():
    target = Data([], schema=List(Whole()))
    assert target.judge([]).passed and target.judge(None).status == "not yet" and not target.judge([1]).passed


@pytest.mark.parametrize("name", TARGETS)
def test_other_objects_are_refused_in_a_sentence(name):
    from qiskit import QuantumCircuit

    for answer in (QuantumCircuit(1), object(), (k for k in range(3)), lambda: 1, np.zeros((2, 2, 2)), 1j):
        verdict = TARGETS[name].judge(answer)
        assert verdict.diagnosis in ("wrong-type", "wrong-size") and "`answer" in verdict.message


def test_what_is_too_large_is_refused():
    assert Data([1], schema=List(Bit())).judge([1] * 100_001).diagnosis == "wrong-size"
    assert Data("a", schema=Word()).judge("a" * 1_000_001).diagnosis == "wrong-size"
    assert Data([(0, 1)], schema=Edges(2)).judge([(0, 1)] * 100_001).diagnosis == "wrong-size"


def test_a_property_of_data():
    """An even number of edges at every node: any such list is right."""

    def even(edges):
        for node in range(4):
            if sum(node in edge for edge in edges) % 2:
                return False, f"Node {node} has an odd number of edges."
        return True

    target = Data(schema=Edges(4), holds=even)
    assert target.judge([(0, 1), (1, 2), (2, 0)]).passed
    assert target.judge([(0, 1)]).message == "Node 0 has an odd number of edges."


def test_an_author_who_breaks_the_schema_is_told():
    with pytest.raises(ValueError, match=r"`expected\[1\]` is 7, but a bit"):
        Data([0, 7], schema=List(Bit()))
    with pytest.raises(ValueError, match="either what is expected or what has to hold"):
        Data(schema=List(Bit()))


@pytest.mark.parametrize("value", [{1, 2}, frozenset({"a"}), b"\x00\xff", [set(), b""], {"k": {(1, 2)}}])
def test_sets_and_bytes_travel_unchanged(value):
    assert travelled(value) == value


def test_rows_of_a_table_have_one_length():
    target = Data([[0, 1], [2, 3]], schema=Table(None, None, Whole()))
    assert target.judge([[0, 1], [2, 3]]).passed
    verdict = target.judge([[0, 1], [2]])
    assert verdict.diagnosis == "wrong-size" and "different lengths" in verdict.message


@pytest.mark.parametrize("ordered", [True, False])
def test_a_range_is_a_list_of_its_numbers(ordered):
    target = Data([0, 4, 8], schema=List(Whole(0, 11), ordered=ordered))
    assert target.judge(range(0, 12, 4)).passed
    assert target.judge(range(0, 12, 3)).status == "wrong"
    assert target.judge(range(10**12)).diagnosis == "wrong-size"


@pytest.mark.parametrize("collected", [set, frozenset, tuple, lambda words: dict.fromkeys(words).keys()])
def test_a_function_may_give_a_set_back_where_order_is_free(collected):
    words = List(Word("01", 2), ordered=False)
    once = Each([["00", "11", "00"], ["01"]], lambda given: Data(set(given), schema=words))
    twice = Each([["00", "11", "00"], ["01"]], lambda given: Data(given, schema=words))
    assert once.judge(lambda given: collected(dict.fromkeys(given))).passed
    assert not twice.judge(lambda given: collected(dict.fromkeys(given))).passed
    assert Each([2, 3], lambda n: Data(list(range(n)), schema=List(Whole()))).judge(lambda n: range(n)).passed


def test_a_set_where_the_order_matters_is_called_one():
    verdict = Each([3], lambda n: Data(list(range(n)), schema=List(Whole()))).judge(lambda n: set(range(n)))
    assert verdict.diagnosis == "wrong-type" and "{0, 1, 2}, but a list is asked for" in verdict.message
