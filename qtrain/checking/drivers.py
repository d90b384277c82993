"""The ways in which a learner's functions are run; what they mean for a target is said in `calling`.

In the kernel all of this is within the learner's reach: it decides nothing, and imports neither targets nor the course.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

_SCALARS = (type(None), bool, int, float, str)


class Unusable(Exception):
    """What a learner's function returned can't be used for what comes next; told as it stands."""


def copied(value):
    """A copy of plain values, without the price of `copy.deepcopy` for each of the thousands of bits in a data set."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is list or kind is tuple:
        return kind(map(copied, value))
    return copy.deepcopy(value)


def called_with(function: Callable, given):
    """Call with a tuple as arguments, a dict as named arguments, anything else as the only argument."""
    if isinstance(given, tuple):
        return function(*given)
    if isinstance(given, dict):
        return function(**given)
    return function(given)


def batch(answer, given: list) -> list:
    """Call one function with each of many cases; what comes out is kept at once, as a later call may change it."""
    return [copied(called_with(answer, one)) for one in given]


def member(answer, given: tuple):
    """Ask one of several: ``(name, place, question)``; a function is called, a table is looked up."""
    name, place, question = given
    chosen = pick(answer, name, place)
    if callable(chosen):
        return called_with(chosen, question)
    key = question[0] if isinstance(question, tuple) and len(question) == 1 else question
    return chosen[key]


def script(answer, given: Mapping) -> dict:
    """Run several functions one after the other: the board of all that was written, at the end.

    ``given["board"]`` is what is there at the start, ``given["steps"]`` a list of ``(function, takes, gives, seed)``:
    each function gets copies of the entries that it may see and nothing else. A step called ``"@measure"`` is the
    referee's: it measures circuits (see `measured`).
    """
    board = copy.deepcopy(dict(given["board"]))
    for place, (name, takes, gives, seed) in enumerate(given["steps"]):
        seen = [copy.deepcopy(board[entry]) for entry in takes]
        if name == "@measure":
            makers = [next((step[0] for step in given["steps"] if entry in step[2]), "") for entry in takes]
            made = (measured(seen[0], seen[1], seed, makers),)
        else:
            order = list(dict.fromkeys(step[0] for step in given["steps"] if step[0] != "@measure"))
            made = pick(answer, name, order.index(name))(*seen)
            if made is None or made is ...:
                raise Unusable(f"{name} gives nothing back: does every way through it end with `return`?")
            made = made if len(gives) > 1 else (made,)
        if not isinstance(made, list | tuple) or len(made) != len(gives):
            raise Unusable(f"{name} (step {place + 1}) should return {len(gives)} values: {', '.join(gives)}.")
        try:
            board.update(zip(gives, copy.deepcopy(list(made)), strict=True))
        except TypeError as problem:  # an open file, too
            raise Unusable(
                f"{name} returns something that can't be kept, as a generator can't: return a list."
            ) from problem
    return board


def pick(answer, name: str, place: int):
    """The function or table of that name: from a dict by its name, from a list or tuple by its place."""
    if isinstance(answer, Mapping):
        return answer[name]
    if isinstance(answer, list | tuple):
        return answer[place]
    return getattr(answer, name)


def measured(prepared, received, seed: int, makers=("", "")) -> list[str]:
    """One shot of each pair of circuits: what was sent, then what the receiver does before measuring all qubits.

    A single circuit for all rounds may stand in place of a list. The shots are drawn with `seed`, one number for each
    round, so that whoever judges can draw them again. `makers` are the functions that returned the circuits.
    """
    import random

    draws = random.Random(seed)
    shots = []
    for place, (before, after) in enumerate(_paired(prepared, received, makers)):
        first = _circuit(before, None, makers[0], place)
        then = None if after is None else _circuit(after, first.num_qubits, makers[1], place, makers[0])
        shots.append(_shot(first, then, draws.random()))
    return shots


def _paired(prepared, received, makers=("", "")) -> list:
    lists = [isinstance(one, list | tuple) for one in (prepared, received)]
    rounds = max((len(one) for one, many in zip((prepared, received), lists, strict=True) if many), default=1)
    both = [list(one) if many else [one] * rounds for one, many in zip((prepared, received), lists, strict=True)]
    if len(both[0]) != len(both[1]):
        by = [f" by {maker}" if maker else "" for maker in makers]
        raise Unusable(
            f"{len(both[0])} circuits are sent{by[0]}, but {len(both[1])} are prepared{by[1]} to measure them."
        )
    return list(zip(*both, strict=True))


def _circuit(one, num_qubits: int | None, maker: str, place: int, sender: str = ""):
    """A circuit that a learner's function returned, in neutral form; of as many qubits as the `sender`'s, if any."""
    from qtrain.circuits import Circuit, Unreadable, read

    where = f"what {maker} returns" if maker else "what is sent or received"
    try:
        circuit = read(one, num_qubits=num_qubits)
    except Unreadable as problem:
        if problem.code == "wrong-size" and sender and maker:
            size = f"{num_qubits} qubit{'s' * (num_qubits != 1)}"
            raise Unusable(
                f"what {sender} returns has {size} in number {place}, counted from 0, and {where} for it has not: "
                "they have to agree."
            ) from problem
        raise Unusable(f"{where} can't be measured; number {place}, counted from 0: {problem.message}") from problem
    if not isinstance(circuit, Circuit):
        raise Unusable(f"{where} should be circuits, but number {place}, counted from 0, is {type(one).__name__}.")
    if not circuit.num_qubits:
        raise Unusable(
            f"{where} has no qubit in number {place}, counted from 0: put Cirq's `I` on it, which does nothing."
        )
    return circuit


def _shot(before, after, chance: float) -> str:
    total = 0.0
    outcomes = outcome_probabilities(before, after)
    for bits, probability in outcomes.items():
        total += probability
        if chance < total:
            return bits
    return bits


def outcome_probabilities(before, after) -> dict[str, float]:
    """The distribution of measuring every qubit (qubit 0 first) after one circuit and then another, from |0…0⟩."""
    from dataclasses import replace

    from qtrain.circuits import density, read

    first = read(before)
    circuits = [first] if after is None else [first, read(after, num_qubits=first.num_qubits)]
    steps = [step for one in circuits for step in one.operations if step.name != "measure"]
    whole = replace(circuits[0], operations=tuple(steps), num_clbits=max(one.num_clbits for one in circuits))
    weights = density(whole).diagonal().real
    n = whole.num_qubits
    return {format(i, f"0{n}b"): float(weight) for i, weight in enumerate(weights) if weight > 1e-12}


DRIVERS: dict[str, Callable] = {"call": called_with, "batch": batch, "member": member, "script": script}
"""From the name of a driver to a function of the learner's answer and of what is given."""
