"""Rotation angles that are halved, doubled, negated, or given in degrees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import pi

from qtrain.circuits.gates import make
from qtrain.circuits.model import Operation

from .case import Case, Repair
from .words import gate_at, gate_called

# code: (what the mistake did to the angles, what is said about them)
MISTAKES = {
    "half-angle": (0.5, "half as large as {they} should be"),
    "double-angle": (2.0, "twice as large as {they} should be"),
    "degrees": (180 / pi, "given in degrees, but angles are in radians here"),
    "angle-sign": (-1.0, "turned the wrong way round: the sign is wrong"),
}
# Gates without a written angle that are turns about an axis all the same; readers give a power of Z these names.
_TURNS = {
    "z": ("p", pi),
    "s": ("p", pi / 2),
    "sdg": ("p", -pi / 2),
    "t": ("p", pi / 4),
    "tdg": ("p", -pi / 4),
    "x": ("rx", pi),
    "y": ("ry", pi),
    "sx": ("rx", pi / 2),
    "sxdg": ("rx", -pi / 2),
}
_OF_TURNS = ["half-angle", "double-angle", "angle-sign"]
_FIRST_ONLY = {"r", "xx_plus_yy", "xx_minus_yy"}  # their second parameter is an axis, no angle to turn by


def all_angles(case: Case) -> Iterator[Repair]:
    """Every rotation angle of the circuit."""
    yield from _of_all(case, list(MISTAKES))


def one_rotation_sign(case: Case) -> Iterator[Repair]:
    """The sign of the circuit's only rotation: more direct than to speak of an adjoint."""
    if sum(bool(step.params) for step in case.steps) == 1:
        yield from _of_all(case, ["angle-sign"])


def _of_all(case, codes):
    turning = [index for index, step in enumerate(case.steps) if step.params]
    if not turning:
        return
    which = "the rotation angles are" if len(turning) > 1 else "the rotation angle is"
    yield from _repairs(case, turning, which, codes)
    # Some gates have further angles, and boxes have angles inside, that nobody thinks of as the angle to turn by.
    written = [index for index in turning if not case.steps[index].label]
    several = any(len(case.steps[index].params) > 1 for index in turning)
    for places in (turning, written) if 0 < len(written) < len(turning) else (turning,):
        for most in (1, 9) if several else (9,):
            if places is written or several:
                yield from _repairs(case, places, which, codes, most=most)


def some_angles(case: Case) -> Iterator[Repair]:
    """The angles of all gates of one kind, or of one gate."""
    kinds: dict[tuple, list[int]] = {}
    for index, step in enumerate(case.steps):
        if step.params:
            kinds.setdefault((step.name, len(step.controls)), []).append(index)
    if len(kinds) > 1:
        for places in kinds.values():
            kind = gate_called(case.steps[places[0]]).removesuffix(" gate")  # "phase gate" has the word already
            yield from _repairs(case, places, f"the angles of the {kind} gates are", list(MISTAKES))
    count = sum(map(len, kinds.values()))
    if count > 1:
        for index in (index for places in kinds.values() for index in places):
            which = f"the angle of {gate_at(case.steps[index], case.names)} (step {index + 1}) is"
            yield from _repairs(case, [index], which, list(MISTAKES), single=True)


def named_turns(case: Case) -> Iterator[Repair]:
    """The angles of turns that have a name (S, T, √X …): one of them, or all together with the written angles."""
    named = [index for index, step in enumerate(case.steps) if step.name in _TURNS]
    for index in named:
        # An X that should turn twice as far is no X at all: that is said in another way.
        codes = ["double-angle"] if abs(_TURNS[case.steps[index].name][1]) == pi else _OF_TURNS
        which = f"{gate_at(case.steps[index], case.names)} (step {index + 1}) is a turn whose angle is"
        yield from _repairs(case, [index], which, codes, single=True)
    for fixed in (_TURNS.keys() - {"x", "y", "z"}, _TURNS.keys()):
        places = [index for index, step in enumerate(case.steps) if step.params or step.name in fixed]
        if any(index in places for index in named):
            yield from _repairs(case, places, "the rotation angles are", _OF_TURNS)


def _repairs(
    case: Case, places: list[int], which: str, codes: list[str], *, single: bool = False, most: int | None = None
) -> Iterator[Repair]:
    for code in codes:
        factor, what = MISTAKES[code]
        # In the mirror the mistake is made in the right circuit; otherwise it is undone in the answer.
        factor = factor if case.mirrored else 1 / factor
        steps = list(case.steps)
        for place in places:
            steps[place] = scaled(steps[place], factor, most)
        if single and case.trace is not None:
            place = places[0]
            possible = case.fits(case.trace.applied([steps[place]], place), case.trace.backward[place + 1])
        else:
            possible = case.runs_right(steps)
        if not possible:
            continue
        said = what.format(they="they" if which.endswith("are") else "it")
        message = _message(case, which, said, places)
        details = {"steps": [place + 1 for place in places]}
        yield Repair(code, message, lambda steps=steps: case.with_steps(steps), details)


def _message(case, which, said, places):
    if case.mirrored:
        return f"Your answer is what comes out if rotation angles are {said.format(they='they')}."
    also = " Everything else is right." if len(places) == 1 else ""
    return f"{which[0].upper()}{which[1:]} {said}.{also}"


def scaled(step: Operation, factor: float, most: int | None = None) -> Operation:
    """The step with its (first `most`) angles multiplied; a named turn becomes the rotation that it is."""
    if not step.params:
        name, angle = _TURNS[step.name]
        return make(name, step.qubits, (angle * factor,), step.controls, step.control_values)
    first, last = 0, most or (1 if step.name in _FIRST_ONLY else len(step.params))
    if step.name == "u" and most is None and abs(step.params[0] - pi / 2) < 1e-12:
        first = 1  # Qiskit's u2: nobody wrote this angle
    params = [angle * factor if first <= index < last else angle for index, angle in enumerate(step.params)]
    return replace(step, params=tuple(params))
