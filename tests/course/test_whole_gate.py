"""The CNOT on patches is judged as a gate: right for one basis alone, or on inputs that are gone, is not enough."""

import pytest

from qtrain.course import load
from qtrain.course.rehearsal import solutions_of, stages

LESSON = load().lesson("6.11")
WHOLE_GATE = LESSON.exercise("6.11.g")


@pytest.fixture(scope="module")
def program():
    return str(solutions_of(WHOLE_GATE, stages(LESSON)["6.11.g"], "")[0])


def test_a_gate_on_earlier_inputs_does_not_count(program):
    steps = [line for line in program.splitlines() if not line.startswith(("DETECTOR", "OBSERVABLE"))]
    verdict = WHOLE_GATE.judge("\n".join([*steps, program]))
    assert not verdict.passed
    assert verdict.message.startswith("Your program resets data")


@pytest.mark.parametrize(("basis", "other", "name"), [("X", "Z", "target"), ("Z", "X", "control")])
def test_an_ancilla_in_the_wrong_basis_shows_in_the_basis_without_outputs(basis, other, name):
    places = {"control": (3, 3, 0, 0), "ancilla": (3, 3, 3, 0), "target": (3, 3, 3, 3)}
    parameters = {"basis": basis, **places}
    (slip,) = (one for one in WHOLE_GATE.slips(parameters) if one.reason == "takes the ancilla in the wrong basis")
    verdict = WHOLE_GATE.target(parameters).judge(slip.answer)
    assert verdict.score == 0.5
    assert f"the logical {other} of the {name} does not come through" in verdict.message
