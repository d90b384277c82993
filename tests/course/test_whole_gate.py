"""The CNOT on patches is judged as a gate: right for one basis alone, or on inputs that are gone, is not enough."""

import pytest

from qtrain.course import load
from qtrain.course.rehearsal import stages


@pytest.fixture(scope="module")
def whole_gate():
    return load().exercise("6.11.g")


@pytest.fixture(scope="module")
def program(whole_gate):
    return str(stages(whole_gate.lesson)["6.11.g"].solutions(whole_gate)[0])


def test_a_gate_on_earlier_inputs_does_not_count(program, whole_gate):
    steps = [line for line in program.splitlines() if not line.startswith(("DETECTOR", "OBSERVABLE"))]
    verdict = whole_gate.judge("\n".join([*steps, program]))
    assert not verdict.passed
    assert verdict.message.startswith("Your program resets data")


@pytest.mark.parametrize(("basis", "other", "name"), [("X", "Z", "target"), ("Z", "X", "control")])
def test_an_ancilla_in_the_wrong_basis_shows_in_the_basis_without_outputs(whole_gate, basis, other, name):
    places = {"control": (3, 3, 0, 0), "ancilla": (3, 3, 3, 0), "target": (3, 3, 3, 3)}
    parameters = {"basis": basis, **places}
    (slip,) = (one for one in whole_gate.slips(parameters) if one.reason == "takes the ancilla in the wrong basis")
    verdict = whole_gate.target(parameters).judge(slip.answer)
    assert verdict.score == 0.5
    assert f"the logical {other} of the {name} does not come through" in verdict.message
