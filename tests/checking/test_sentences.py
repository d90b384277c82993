"""Numbers in a learner's sentences are written in one place: no inline format of a float in checking or authoring."""

import ast
from pathlib import Path

import numpy as np
import pytest

import qtrain
from qtrain.checking import Bits, Channel, Data, Each, Estimate, Key, Number, Permutation, State, Unitary, rules
from qtrain.checking.refusals import Refused
from qtrain.checking.runs import bits_of
from qtrain.checking.schema import Word
from qtrain.circuits import circuit
from qtrain.circuits.numerals import significant

ROOT = Path(qtrain.__file__).parent
# The text of the evidence, which the notebooks' stored outputs hold.
LEFT = {"verdict.py"}


def inline_formats(source: str):
    """The lines of f-strings that format a float themselves, but for errors that only authors see."""
    tree = ast.parse(source)
    authors = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) == "ValueError"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None and id(node) not in authors:
            parts = node.format_spec.values
            written = "".join(part.value if isinstance(part, ast.Constant) else "0" for part in parts)
            if written[-1:] in ("e", "f", "g", "%") and "." in written:
                yield node.lineno


@pytest.mark.parametrize("room", ["checking", "authoring"])
def test_no_sentence_formats_a_number_itself(room):
    files = [path for path in (ROOT / room).rglob("*.py") if path.name not in LEFT]
    assert len(files) > 5
    assert [f"{p.name}:{n}" for p in files for n in inline_formats(p.read_text("utf-8"))] == []


@pytest.mark.parametrize("text", ['f"{x:.3g}"', 'f"at {100 * p:.1f} %"', 'f"{x:.{d}f}"'])
def test_an_inline_format_is_found(text):
    assert list(inline_formats(text)) == [1]
    assert list(inline_formats(f"raise ValueError({text})")) == []


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [(-0.12345, 3, "−0.123"), (0.75, 4, "0.75"), (-0.0, 3, "0"), (1.5e-7, 3, "1.5·10⁻⁷"), (-2e9, 3, "−2·10⁹")],
)
def test_significant_digits(value, digits, written):
    assert significant(value, digits) == written


def test_a_missing_gate_that_acts_on_zeros_says_so():
    said = Unitary(circuit("h 0; ccx 0 !1 2", qubits=3)).judge(circuit("h 0", qubits=3)).message
    assert said.startswith("One gate is missing: a Toffoli on qubits 0, 1 and 2 (acts where qubit 1 is 0) at the end.")


def test_a_cnot_is_no_turn_whose_angle_has_a_sign():
    x = np.pi - 0.4
    answer = circuit("ry(x) 1; cx 0 1; ry(-x) 1; cx 0 1", x=x)
    assert "angle" not in Unitary(circuit("cry(a) 0 1", a=0.8)).judge(answer).message


def test_a_gate_against_an_arrow_is_told_from_one_without_a_connection():
    one_way = Unitary(circuit("cx 0 1", qubits=3), rules=[rules.Connectivity([(1, 0), (1, 2)], directed=True)])
    said = one_way.judge(circuit("cx 0 1", qubits=3)).message
    assert "has its control on the wrong side; the connections are 1→0, 1→2" in said
    apart = Unitary(circuit("cx 0 2"), rules=[rules.Connectivity([(0, 1), (1, 2)])])
    assert "joins qubits that are not connected; the connections are 0–1, 1–2" in apart.judge(circuit("cx 0 2")).message


def test_a_function_makes_no_mistake_that_only_some_of_its_outputs_show():
    words = Each(["IXY", "XXZ", "ZIY"], lambda word: Data(word, schema=Word("IXYZ", 3)))
    always = words.judge(lambda word: word[::-1]).message
    assert "in the reverse order" in always
    once = words.judge(lambda word: {"IXY": "YXI", "XXZ": "XXX", "ZIY": "ZIY"}[word]).message
    assert "reverse" not in once and "XXZ" in once


def test_small_words_fit_what_is_given():
    assert Number(1.0).judge(float("nan")).message == "The answer is nan, which is no finite number."
    assert Bits("0101").judge("0b1").message == "You gave 1 bit, but 4 are asked for."
    called = Each([1, 2], lambda n: n).judge(lambda n: [][n]).message
    assert ".." not in called


def test_who_measures_only_what_is_wanted_in_the_end_is_told_so():
    parity = Channel(circuit("cx 0 1; measure 1 -> 0; cx 0 1"), results=True, data=[0, 1])
    assert parity.judge(circuit("cx 0 2; cx 1 2; measure 2 -> 0", qubits=3)).passed
    assert "measures only qubits that are wanted" in parity.judge(circuit("measure 0; measure 1")).message


def test_a_key_with_one_wrong_bit_and_a_key_that_is_a_number():
    assert "1 of its 4 bits is wrong" in Key("0110").judge("0111").message
    assert "2 of its 4 bits are wrong" in Key("0110").judge("0000").message
    said = Key("1100").judge(1100).message
    assert said == "Your key is the number 1100: give it as a text or a list of 0s and 1s."


def test_the_right_gates_and_one_more_are_told_as_that():
    right = circuit("h 0; s 0; h 1; z 1")
    for more in ("cx 0 1", "z 1", "s 0"):
        said = State(right).judge(circuit(f"h 0; s 0; h 1; z 1; {more}")).message
        assert said.startswith("There is one gate too many: ") and "(step " in said, more


def test_a_gate_with_a_name_has_no_angle_that_could_be_wrong():
    right, wrong = circuit("h 0; t 0; cx 0 1; t 1; h 1"), circuit("h 0; cx 0 1; tdg 1; h 1; t 0")
    assert "The T† on qubit 1 (step 3) turns the wrong way round." in Unitary(right).judge(wrong).message


def test_a_vector_is_told_of_no_gate_that_it_has_not():
    vector = np.kron([0.6, 0.8], np.kron([1, 1], [0.8, 0.6j])) / np.sqrt(2)
    missing = vector.reshape(2, 2, 2).copy()
    missing[1, 1] *= -1  # a CZ
    assert not State(missing.reshape(-1)).judge(vector).message.startswith("One gate is missing")


def test_a_table_of_the_wrong_size_is_told_as_a_table():
    assert State(circuit("h 0; h 1")).judge([[0.5, 0.5], [0.5, 0.5]]).message.startswith("The answer is a 2×2 matrix, ")
    assert State(circuit("h 0; h 1")).judge([1, 0]).message.startswith("The answer has 2 amplitudes, the state of 1 qu")


def test_more_than_one_control_is_counted():
    three = Unitary(circuit("ccx 1 2 0"))
    assert "needs 2 more controls" in three.judge(circuit("x 0", qubits=3)).message
    assert "needs one more control" in three.judge(circuit("cx 1 0", qubits=3)).message
    assert "the wrong value of its controls" in three.judge(circuit("ccx !1 !2 0")).message
    assert "the wrong value of a control" in three.judge(circuit("ccx 1 !2 0")).message


@pytest.mark.parametrize("gate", ["cz", "swap", "cp(0.3)"])
def test_a_gate_without_a_direction_is_against_no_arrow(gate):
    one_way = [rules.Connectivity([(1, 0)], directed=True)]
    assert Unitary(circuit(f"{gate} 0 1"), rules=one_way).judge(circuit(f"{gate} 0 1")).passed
    assert not Unitary(circuit("cx 0 1"), rules=one_way).judge(circuit("cx 0 1")).passed


def test_no_angle_is_called_wrong_that_a_rule_asks_for():
    class Quarter(rules.Rule):
        def broken(self, circuit):
            turned = (step.params[0] for step in circuit.operations if step.name == "rx")
            return None if all(abs(angle) == np.pi / 2 for angle in turned) else "an rx has another angle"

    right, answer = circuit("rx(1.2) 0; p(pi/2) 0"), circuit("rx(pi/2) 0; p(1.2) 0")
    assert "are exchanged" in Unitary(right).judge(answer).message
    assert "are exchanged" not in Unitary(right, rules=[Quarter()]).judge(answer).message


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "should be made of 0s and 1s, but nothing came."),
        ({1}, "should be made of 0s and 1s, but an object of type set came."),
        ([None], "should hold only 0 and 1, but 'None' is in it."),
        ([[0, 1]], "should hold only 0 and 1, but a list is in it."),
    ],
)
def test_what_is_no_row_of_bits_is_named(given, said):
    with pytest.raises(Refused, match=said):
        bits_of(given, "Your correction")


def test_a_circuit_with_rounded_angles_is_told_that_it_is_nearly_right():
    for target, nearly, off in (
        (State(circuit("ry(1.0239) 0; cx 0 1")), "ry(1.02) 0; cx 0 1", "ry(1.1) 0; cx 0 1"),
        (Unitary(circuit("cry(1.2345) 0 1")), "cry(1.234) 0 1", "cry(1.2) 0 1"),
    ):
        verdict = target.judge(circuit(nearly))
        assert verdict.message.startswith("Nearly right: no amplitude is off by more than ") and verdict.score == 0.5
        assert "Nearly" not in target.judge(circuit(off)).message


def test_no_slip_is_told_of_an_estimate_with_a_bar_that_tells_nothing():
    slip = Estimate(-2.0, spread=1.0).like((2.0, 0.01, 10_000))
    assert slip.accepts((1.98, 0.01, 10_000)) and slip.accepts((2.03, 0.01, 10_000))
    assert not slip.accepts((1.0, 0.3, 10_000)) and not slip.accepts((-2.0, 0.01, 10_000))
    bar = Estimate(0.07, spread=0.1).like((0.07, 0.002, 10_000))  # twice the error bar
    assert bar.accepts((0.071, 0.002, 10_000)) and not bar.accepts((0.02, 0.2, 100))


def test_a_circuit_that_may_have_more_qubits_is_told_the_least():
    said = Permutation(lambda a, b: (a, b ^ a), {"a": [0], "b": [1]}).judge(circuit("x 0"))
    assert said.message == "Your circuit has 1 qubit, but at least 2 are asked for."
