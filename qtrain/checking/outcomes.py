"""A target for circuits that stand before a measurement: which states must give which outcome, with certainty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qtrain.circuits.model import Circuit
from qtrain.circuits.numerals import number_beside
from qtrain.circuits.transform import split_final_measurements, written_bits

from .properties import Property
from .refusals import Refused
from .verdict import wrong

ALMOST = 0.999
SURE = 1e-6  # how far from 1 a probability may be that should be 1


class Outcomes(Property):
    """A circuit that turns a question about states into a measurement in the computational basis.

    Phases of the outcomes do not matter, since the measurement follows at once. Where the answer measures, its results
    are what counts: the bits that it writes, in their order (Cirq's keys in the order in which the program measures),
    stand for the outcomes of qubits 0, 1, …; if it writes fewer, for those that matter.

    Parameters
    ----------
    cases : sequence of (str, vector, str)
        The name of an input state for messages, its amplitudes (big-endian, shape (2**n,)), and the bits that must be
        measured on qubits 0, 1, …; a bit that does not matter is written ``"-"``.
    rules : sequence of Rule
        What a right answer has to keep besides being right.

    Examples
    --------
    >>> import numpy as np
    >>> plus, minus = np.array([1, 1]) / 2**0.5, np.array([1, -1]) / 2**0.5
    >>> target = Outcomes([("|+⟩", plus, "0"), ("|−⟩", minus, "1")])
    >>> target.judge([[2**-0.5, 2**-0.5], [2**-0.5, -(2**-0.5)]]).diagnosis
    'wrong-type'
    """

    num_qubits: int

    def __init__(self, cases: Sequence[tuple[str, Sequence[complex], str]], *, rules=()):
        self.cases = [
            (name, np.asarray(vector, complex) / np.linalg.norm(vector), bits) for name, vector, bits in cases
        ]
        n = len(self.cases[0][2])
        wants = f"a circuit on {n} qubit{'s' * (n > 1)}, without the measurement"
        super().__init__(
            "gives the right outcome for every state", self._each, takes=Circuit, num_qubits=n, wants=wants, rules=rules
        )

    def _each(self, circuit):
        sure = self._sure(circuit)
        if all(probability > 1 - SURE for probability in sure):
            return True
        if all(probability < SURE for probability in sure) and len({bits for *_, bits in self.cases}) == 2:
            return False, "It tells the states apart, but the outcomes are exchanged."
        worst = int(np.argmin(sure))
        name, _, bits = self.cases[worst]
        given = f"your circuit gives it with probability {number_beside(sure[worst], 1, 4)}"
        close = " That is close: are the numbers in your circuit rounded?" * (sure[worst] > ALMOST)
        return False, f"For {name} the outcome should always be {_wanted(bits)}; {given}.{close}"

    def explain(self, answer):
        before, measured = split_final_measurements(answer)
        if measured and not written_bits(before) and min(self._sure(before)) > 1 - SURE:
            inverted = [step.qubits[0] for step in measured if step.inverted]
            if inverted:
                return wrong(
                    "bit-flip", f"The measurement of qubit {inverted[0]} exchanges 0 and 1. Everything before is right."
                )
            return wrong(
                "qubit-permutation",
                "Everything before the measurements is right, but the results stand in the wrong places: "
                "measure qubit 0 into the first bit, qubit 1 into the next, and so on.",
            )
        return super().explain(answer)

    def _sure(self, circuit) -> list[float]:
        """The probability of the asked outcome, for each case."""
        places = self._places(circuit)
        return [_probability(circuit, vector, bits, places) for _, vector, bits in self.cases]

    def _places(self, circuit) -> dict[int, int] | None:
        """The bit that holds each outcome that matters; None for a circuit that writes no bits."""
        written = written_bits(circuit)
        if not written:
            return None
        matter = [k for k in range(self.num_qubits) if any(bits[k] != "-" for *_, bits in self.cases)]
        if len(written) == self.num_qubits:
            return {k: written[k] for k in matter}
        if len(written) == len(matter):
            return dict(zip(matter, written, strict=True))
        asked = f"{len(matter)} {'is' if len(matter) == 1 else 'are'} asked for"
        results = f"{len(written)} result{'s' * (len(written) > 1)}"
        raise Refused(
            "wrong-size", f"Your circuit gives {results}, but {asked}: measure each qubit once, into a bit of its own."
        )


def _wanted(bits: str) -> str:
    if "-" not in bits:
        return bits
    return " and ".join(f"{bit} on qubit {k}" for k, bit in enumerate(bits) if bit != "-")


def _probability(circuit: Circuit, vector: np.ndarray, bits: str, places: dict[int, int] | None) -> float:
    from qtrain.circuits.runs import by_bits, followed

    runs = followed(circuit, vector[:, None])
    if places is None:
        found = (np.abs(runs.columns) ** 2).sum(axis=(1, 2))
        fits = [
            all(b in ("-", c) for b, c in zip(bits, format(k, f"0{len(bits)}b"), strict=True))
            for k in range(len(found))
        ]
        return float(found[np.array(fits)].sum())
    fitting = [
        part
        for held, part in by_bits(runs).items()
        if all(bits[k] in ("-", str(held[bit])) for k, bit in places.items())
    ]
    return float(sum(np.linalg.norm(part) ** 2 for part in fitting))
