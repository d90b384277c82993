"""Rotation angles that are halved, doubled, negated, exchanged, or given in degrees or in half turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from math import pi

from qtrain.circuits.gates import make
from qtrain.circuits.model import Circuit, Operation

from .case import Case, Repair
from .words import gate_called


@dataclass(frozen=True)
class Slip:
    """What a mistake did to angles, and what is said about them."""

    code: str
    factor: float
    said: str


_TURNS_IN_RADIANS = "given in radians, but an exponent counts half turns: Z**1 turns by π, so divide by π"
_RADIANS_IN_TURNS = "given in half turns, but angles are in radians here: multiply by π"
UNITS = (Slip("gate-units", pi, _TURNS_IN_RADIANS), Slip("gate-units", 1 / pi, _RADIANS_IN_TURNS))
SIGN = Slip("angle-sign", -1.0, "turned the wrong way round: the sign is wrong")
SLIPS = (
    Slip("half-angle", 0.5, "half as large as {they} should be"),
    Slip("double-angle", 2.0, "twice as large as {they} should be"),
    Slip("degrees", 180 / pi, "given in degrees, but angles are in radians here"),
    SIGN,
)
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
_OF_TURNS = (SLIPS[0], SLIPS[1], SIGN)
_NAMED = {
    "half-angle": "turns by half as much as it should",
    "double-angle": "turns by twice as much as it should",
    "angle-sign": "turns the wrong way round",
}
_MOST_EXCHANGED = 16  # gates with angles of which any two are exchanged
_FIRST_ONLY = {"r", "xx_plus_yy", "xx_minus_yy"}  # their second parameter is an axis, no angle to turn by


def turns(step: Operation) -> bool:
    """Whether a gate turns by an angle, written or named."""
    return bool(step.params) or step.name in _TURNS


def units(case: Case) -> Iterator[Repair]:
    """Every angle in the other unit, or those of one kind of gate, or of one gate: a framework's own slip."""
    turning = [index for index, step in enumerate(case.steps) if step.params]
    # Only Cirq has exponents; of circuits that say nothing of their framework both may be true.
    exponents = isinstance(case.learner, Circuit) and case.learner.framework in ("", "cirq")
    slips = UNITS if exponents else UNITS[1:]
    if turning:
        yield from _repairs(case, turning, _the_angles(turning), slips)
    for places in _kinds(case):
        yield from _repairs(case, places, _of_kind(case, places), slips)
    for index in turning if len(turning) > 1 else ():
        yield from _repairs(case, [index], _of_gate(case, index), slips, single=True)
    for index, step in enumerate(case.steps if exponents and not case.mirrored else ()):
        if step.name in _TURNS and step.name not in ("x", "y", "z"):
            # Z**0.5 where 0.5 radians are meant: a power with a name of its own.
            which = f"the exponent of {case.step_at(index)} is"
            yield from _repairs(case, [index], which, UNITS[:1], single=True)


def all_angles(case: Case) -> Iterator[Repair]:
    """Every rotation angle of the circuit."""
    yield from _of_all(case, SLIPS)


def one_rotation_sign(case: Case) -> Iterator[Repair]:
    """The sign of the circuit's only rotation: more direct than to speak of an adjoint."""
    if sum(bool(step.params) for step in case.steps) == 1:
        yield from _of_all(case, (SIGN,))


def _of_all(case, slips):
    turning = [index for index, step in enumerate(case.steps) if step.params]
    if not turning:
        return
    which = _the_angles(turning)
    yield from _repairs(case, turning, which, slips)
    # Some gates have further angles, and boxes have angles inside, that nobody thinks of as the angle to turn by.
    written = [index for index in turning if not case.steps[index].label]
    several = any(len(case.steps[index].params) > 1 for index in turning)
    for places in (turning, written) if 0 < len(written) < len(turning) else (turning,):
        for most in (1, 9) if several else (9,):
            if places is written or several:
                yield from _repairs(case, places, which, slips, most=most)


def some_angles(case: Case) -> Iterator[Repair]:
    """The angles of all gates of one kind, or of one gate."""
    for places in _kinds(case):
        yield from _repairs(case, places, _of_kind(case, places), SLIPS)
    turning = [index for index, step in enumerate(case.steps) if step.params]
    for index in turning if len(turning) > 1 else ():
        yield from _repairs(case, [index], _of_gate(case, index), SLIPS, single=True)


def exchanged(case: Case) -> Iterator[Repair]:
    """The angles of two gates in each other's place."""
    turning = [index for index, step in enumerate(case.steps) if len(step.params) == 1 and not step.label]
    for first, second in combinations(turning[:_MOST_EXCHANGED], 2):
        one, other = case.steps[first], case.steps[second]
        if abs(one.params[0] - other.params[0]) < 1e-9:
            continue
        steps = list(case.steps)
        steps[first], steps[second] = replace(one, params=other.params), replace(other, params=one.params)
        if case.trace is not None:  # what stands before and after the two is known already
            between = case.trace.applied(steps[first : second + 1], first)
            possible = case.fits(between, case.trace.backward[second + 1])
        else:
            possible = case.runs_right(steps)
        if possible:
            places = [first, second]
            message = "Two angles are exchanged: each belongs where the other is."
            if not case.mirrored:
                which = " and ".join(case.step_at(i) for i in places)
                message = f"The angles of {which} are exchanged: each belongs to the other."
            yield Repair(
                None,
                message,
                partial(case.with_steps, steps),
                {"exchanged": [place + 1 for place in places]},
            )


def named_turns(case: Case) -> Iterator[Repair]:
    """The angles of turns that have a name (S, T, √X …): one of them, or all together with the written angles."""
    named = [index for index, step in enumerate(case.steps) if step.name in _TURNS]
    for index in named:
        # An X that should turn twice as far is no X at all: that is said in another way.
        half_turn = abs(_TURNS[case.steps[index].name][1]) == pi
        slips = tuple(replace(slip, said=_NAMED[slip.code]) for slip in (SLIPS[1:2] if half_turn else _OF_TURNS))
        yield from _repairs(case, [index], case.step_at(index), slips, single=True)
    for fixed in (_TURNS.keys() - {"x", "y", "z"}, _TURNS.keys()):
        places = [
            index
            for index, step in enumerate(case.steps)
            if step.params or (step.name in fixed and not (step.controls and step.name in ("x", "y", "z")))
        ]
        if any(index in places for index in named):
            yield from _repairs(case, places, "the rotation angles are", _OF_TURNS)


def _kinds(case: Case) -> list[list[int]]:
    """The places of the gates with angles, kind by kind: kinds with several gates, where there are several kinds."""
    kinds: dict[tuple, list[int]] = {}
    for index, step in enumerate(case.steps):
        if step.params:
            kinds.setdefault((step.name, len(step.controls)), []).append(index)
    return [places for places in kinds.values() if len(places) > 1] if len(kinds) > 1 else []


def _the_angles(turning: list[int]) -> str:
    return "the rotation angles are" if len(turning) > 1 else "the rotation angle is"


def _of_kind(case: Case, places: list[int]) -> str:
    kind = gate_called(case.steps[places[0]]).removesuffix(" gate")  # "phase gate" has the word already
    return f"the angles of the {kind} gates are"


def _of_gate(case: Case, index: int) -> str:
    return f"the angle of {case.step_at(index)} is"


def _repairs(
    case: Case,
    places: list[int],
    which: str,
    slips: Iterable[Slip],
    *,
    single: bool = False,
    most: int | None = None,
) -> Iterator[Repair]:
    for slip in slips:
        # In the mirror the mistake is made in the right circuit; otherwise it is undone in the answer.
        factor = slip.factor if case.mirrored else 1 / slip.factor
        # Written down only where it may be right: a circuit may have thousands of gates.
        steps = partial(_with_scaled, case.steps, places, factor, most)
        if single and case.trace is not None:
            place = places[0]
            turned = scaled(case.steps[place], factor, most)
            possible = case.fits(case.trace.applied([turned], place), case.trace.backward[place + 1])
        else:
            possible = case.runs_right(steps)
        if not possible:
            continue
        said = slip.said.format(they="they" if which.endswith("are") else "it")
        message = _message(case, which, said, places, slip)
        details = {"steps": [place + 1 for place in places]}
        yield Repair(slip.code, message, partial(_repaired, case, steps), details)


def _repaired(case: Case, steps: Callable[[], list[Operation]]) -> Circuit:
    return case.with_steps(steps())


def _with_scaled(steps: Sequence[Operation], places: list[int], factor: float, most: int | None) -> list[Operation]:
    changed = list(steps)
    for place in places:
        changed[place] = scaled(changed[place], factor, most)
    return changed


def _message(case, which, said, places, slip):
    if case.mirrored:
        return f"Your answer is what comes out if rotation angles are {slip.said.format(they='they')}."
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
