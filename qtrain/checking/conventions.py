"""Slips that are no mistakes elsewhere: the value that another convention gives, and the convention's name.

Each function returns slips for a target (see `Slip`); the diagnosis is ``convention``, or ``factor`` where something
was forgotten. Values that agree with the right one are left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .slips import Slip


def fidelity(value: float, *, squared: bool = True) -> list[Slip]:
    """The fidelity ⟨ψ|ρ|ψ⟩ (squared, as in Qiskit and Cirq) given as its root, as in Nielsen and Chuang, or v. v."""
    if squared:
        reply = "This is the root fidelity √F, as in Nielsen and Chuang; the squared one is asked for."
        return _different(value, [(math.sqrt(value), reply)])
    reply = "This is the squared fidelity, as in Qiskit and Cirq; its root is asked for."
    return _different(value, [(value**2, reply)])


def negativity(value: float) -> list[Slip]:
    """The sum of |λ| over negative λ (Qiskit) given as twice that (‖ρ^T‖₁ − 1), or as log₂ of the trace norm."""
    return _different(
        value,
        [
            (2 * value, "This is ‖ρ^T‖₁ − 1, twice the negativity asked for: the sum of |λ| over the negative λ."),
            (math.log2(2 * value + 1), "This is the logarithmic negativity; the negativity itself is asked for."),
        ],
    )


def depolarizing(value: float, *, qubits: int = 1, meaning: str = "aer") -> list[Slip]:
    """A depolarising parameter: Aer's p mixes in pI/d, Cirq's p is the chance of any Pauli but the identity.

    Cirq's p is (1 − 4^{−n}) times Aer's.
    """
    share = 1 - 4.0**-qubits
    if meaning == "aer":
        reply = "This is Cirq's p, the chance of a Pauli error; the p of (1 − p)ρ + pI/d (Aer) is asked for."
        return _different(value, [(value * share, reply)])
    if meaning != "cirq":
        raise ValueError("meaning is 'aer' or 'cirq'")
    reply = "This is the p of (1 − p)ρ + pI/d (Aer); the chance of a Pauli error (Cirq) is asked for."
    return _different(value, [(value / share, reply)])


def process_fidelity(value: float, *, dimension: int = 2, average: bool = False) -> list[Slip]:
    """Process (entanglement) fidelity given as the average gate fidelity (d·F + 1)/(d + 1), or the other way round."""
    if average:
        other = ((dimension + 1) * value - 1) / dimension
        return _different(value, [(other, "This is the process fidelity; the average gate fidelity is asked for.")])
    other = (dimension * value + 1) / (dimension + 1)
    return _different(value, [(other, "This is the average gate fidelity; the process fidelity is asked for.")])


def entropy(value: float, *, base: float = 2) -> list[Slip]:
    """An entropy or information in bits (base 2, as in Qiskit and Cirq) given in nats (SciPy's default), or v. v."""
    if base == 2:
        reply = "This is in nats: your logarithm has base e. For bits it needs base 2."
        return _different(value, [(value * math.log(2), reply)])
    if base != math.e:
        raise ValueError("base is 2 or math.e")
    reply = "This is in bits: your logarithm has base 2. For nats it needs base e."
    return _different(value, [(value / math.log(2), reply)])


def overhead(value: float) -> list[Slip]:
    """The sampling overhead γ² given as γ."""
    return _different(value, [(math.sqrt(value), "This is γ; the number of shots grows with γ².")], code="factor")


def trace_distance(value: float) -> list[Slip]:
    """The trace distance ½‖ρ − σ‖₁ given without its ½."""
    return _different(value, [(2 * value, "The ½ of the trace distance is missing.")], code="factor")


def reduced(state, keep: Sequence[int]):
    """The target of a reduced state; the state of the qubits that should have been traced out is its slip.

    `partial_trace(ρ, [1])` of Qiskit removes qubit 1, that of Cirq keeps it.

    Examples
    --------
    >>> target = reduced([0.8, 0.6, 0, 0], keep=[0])
    >>> target.judge([[1, 0], [0, 0]]).passed, target.judge([[0.64, 0.48], [0.48, 0.36]]).diagnosis
    (True, 'convention')
    """
    from qtrain.circuits.channels import reduced as traced_out

    from .states import Density

    matrix = Density(state).matrix
    n = len(matrix).bit_length() - 1
    others = [qubit for qubit in range(n) if qubit not in set(keep)]
    kept = traced_out(matrix, keep)
    slips = []
    if len(others) == len(keep):
        swapped = traced_out(matrix, others)
        if np.abs(swapped - kept).max() > 1e-4:
            slips.append(
                Slip(
                    swapped,
                    f"This is the state of qubit{'s' * (len(others) > 1)} {', '.join(map(str, others))}. Qiskit's "
                    "partial_trace removes the qubits that it is given, Cirq's keeps them.",
                    "convention",
                )
            )
    return Density(kept, slips=slips)


def _different(value: float, others: list[tuple[float, str]], code: str = "convention") -> list[Slip]:
    return [
        Slip(other, reply, code)
        for other, reply in others
        if not math.isclose(other, value, rel_tol=1e-3, abs_tol=1e-6)
    ]
