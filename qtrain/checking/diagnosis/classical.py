"""Mistakes with the classical results of a circuit: written into other bits, or 0 and 1 exchanged in one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import combinations, permutations

from qtrain.circuits.gates import make
from qtrain.circuits.model import Circuit, Operation
from qtrain.circuits.transform import with_bits

from . import changed
from .case import Case, Repair
from .words import listed

_ALL_ORDERS = 4  # bits up to which every order is tried; beyond, exchanges of two and the reverse


def written_step(case: Case) -> Iterator[Repair]:
    """A gate more or less in a program with results: the likelier reason of results that look exchanged."""
    if _written(case):
        yield from changed.written_gate(case)


def other_bits(case: Case) -> Iterator[Repair]:
    """The results stand in each other's bits."""
    bits = _written(case)
    if len(bits) < 2:
        return
    for places in _orders(bits):
        out = [bit for bit in bits if places[bit] != bit]
        reverse = len(bits) > 2 and [places[bit] for bit in bits] == bits[::-1]
        if reverse:
            message = "Your results are right, but their bits are in the reverse order."
        elif len(out) == 2:
            message = f"The results in {_called(case, out)} are exchanged: each is written where the other belongs."
        else:
            message = f"The results in {_called(case, out)} are written into each other's bits."
        yield Repair(
            "qubit-order" if reverse else "qubit-permutation",
            f"{message} Everything else is right.",
            partial(with_bits, case.answer, places),
            {"bits": out, "places": [places[bit] for bit in out]},
        )


def inverted_results(case: Case) -> Iterator[Repair]:
    """0 and 1 exchanged in some results, while the qubits are right."""
    bits = _written(case)
    for some in [(bit,) for bit in bits] + [tuple(bits)] * (len(bits) > 1):
        yield Repair(
            "bit-flip",
            f"0 and 1 are exchanged in the result in {_called(case, some)}; everything else is right.",
            partial(_inverted, case.answer, some),
            {"bits": list(some), "inverted": True},
        )


def _written(case: Case) -> list[int]:
    if not case.circuit or not getattr(case.target, "results", False):
        return []
    return sorted({bit for step in case.answer.operations for bit in _bits_of(step)})


def _bits_of(step: Operation) -> list[int]:
    return [*step.clbits, *(bit for inner in (*step.body, *step.orelse) for bit in _bits_of(inner))]


def _orders(bits: Sequence[int]) -> Iterator[dict[int, int]]:
    """New places of the bits: few out of place first."""
    if len(bits) <= _ALL_ORDERS:
        orders = [dict(zip(bits, order, strict=True)) for order in permutations(bits)]
        yield from sorted(orders[1:], key=lambda places: sum(bit != place for bit, place in places.items()))
        return
    yield dict(zip(bits, reversed(bits), strict=True))
    for one, other in combinations(bits, 2):
        yield {**{bit: bit for bit in bits}, one: other, other: one}


def _inverted(circuit: Circuit, bits: Sequence[int]) -> Circuit:
    steps: list[Operation] = []
    for step in circuit.operations:
        flips = [make("x", (step.qubits[0],))] if step.name == "measure" and step.clbits[0] in bits else []
        steps += [*flips, step, *flips]
    return circuit.replace_operations(steps)


def _called(case: Case, bits: Sequence[int]) -> str:
    names = case.answer.clbit_names
    called = [names[bit] if bit < len(names) and names[bit] else str(bit) for bit in bits]
    return f"bit{'s' * (len(bits) > 1)} {listed(called)}"
