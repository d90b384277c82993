"""A target for circuits that stand before a measurement: which states must give which outcome, with certainty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qtrain.circuits.model import Circuit

from .properties import Property

SURE = 1e-6  # how far from 1 a probability may be that should be 1


class Outcomes(Property):
    """A circuit that turns a question about states into a measurement in the computational basis.

    Phases of the outcomes do not matter, since the measurement follows at once.

    Parameters
    ----------
    cases : sequence of (str, vector, str)
        The name of an input state for messages, its amplitudes (big-endian, shape (2**n,)), and the bits that must be
        measured on qubits 0, 1, …; a bit that does not matter is written ``"-"``.

    Examples
    --------
    >>> import numpy as np
    >>> plus, minus = np.array([1, 1]) / 2**0.5, np.array([1, -1]) / 2**0.5
    >>> target = Outcomes([("|+⟩", plus, "0"), ("|−⟩", minus, "1")])
    >>> target.judge([[2**-0.5, 2**-0.5], [2**-0.5, -(2**-0.5)]]).diagnosis
    'wrong-type'
    """

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
        from qtrain.circuits import run

        outcomes = [abs(run(circuit, vector)) ** 2 for _, vector, _ in self.cases]
        sure = [_probability(found, bits) for found, (_, _, bits) in zip(outcomes, self.cases, strict=True)]
        if all(probability > 1 - SURE for probability in sure):
            return True
        if all(probability < SURE for probability in sure) and len({bits for *_, bits in self.cases}) == 2:
            return False, "It tells the states apart, but the outcomes are exchanged."
        worst = int(np.argmin(sure))
        name, _, bits = self.cases[worst]
        given = f"your circuit gives it with probability {round(sure[worst], 4):.4g}"
        return False, f"For {name} the outcome should always be {_wanted(bits)}; {given}."


def _wanted(bits: str) -> str:
    if "-" not in bits:
        return bits
    return " and ".join(f"{bit} on qubit {k}" for k, bit in enumerate(bits) if bit != "-")


def _probability(found: np.ndarray, bits: str) -> float:
    n = len(bits)
    fits = [all(b in ("-", c) for b, c in zip(bits, format(k, f"0{n}b"), strict=True)) for k in range(2**n)]
    return float(found[np.array(fits)].sum())
