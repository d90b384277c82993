"""A target for algorithms: the probability that the measurement gives what is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from qtrain.circuits.model import Circuit
from qtrain.circuits.numerals import number_text, significant

from .diagnosis.iterations import by_cones, repeated
from .refusals import Refused, called
from .structure import key
from .target import Target
from .verdict import Evidence, Verdict, wrong


class Succeeds(Target):
    """A circuit whose measurement gives a wanted outcome with at least some probability; computed, not sampled.

    Parameters
    ----------
    wanted : str, iterable of str, or callable
        Bit strings, qubit (or classical bit) 0 first, where ``-`` stands for either bit; or a predicate on them.
    at_least : float
        1e-6 less is accepted, for rounding.
    qubits : sequence of int, optional
        The qubits that the outcome is read from, in this order, whatever the circuit measures. By default the
        classical bits of the circuit, or all its qubits if it measures nothing.
    num_qubits : int, optional
    rules : sequence of Rule
        What a right answer has to keep besides being right.

    Raises
    ------
    ValueError
        If the wanted bit strings differ in length.

    Examples
    --------
    >>> from qiskit import QuantumCircuit
    >>> grover = QuantumCircuit(2)
    >>> _ = grover.h([0, 1]), grover.cz(0, 1), grover.h([0, 1]), grover.z([0, 1]), grover.cz(0, 1), grover.h([0, 1])
    >>> Succeeds("11", 0.99).judge(grover).passed
    True
    """

    reading = "unitary"
    wants = "a circuit"

    def __init__(
        self,
        wanted: str | Iterable[str] | Callable[[str], bool],
        at_least: float,
        *,
        qubits=None,
        num_qubits: int | None = None,
        rules=(),
    ):
        super().__init__(rules=rules)
        if not callable(wanted):
            wanted = [wanted] if isinstance(wanted, str) else list(wanted)
            lengths = {len(word) for word in wanted}
            if len(lengths) != 1:
                raise ValueError("the wanted outcomes are bit strings of one length")
            self.length: int | None = lengths.pop()
        else:
            self.length = None if qubits is None else len(qubits)
        self.wanted = wanted if callable(wanted) else lambda bits: any(_fits(bits, word) for word in wanted)
        self.at_least, self.qubits, self.num_qubits = float(at_least), qubits, num_qubits

    def outcomes(self, answer) -> dict[str, float]:
        """The exact distribution of what is measured."""
        from qtrain.circuits import output_distribution

        if not isinstance(answer, Circuit):
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for a circuit.")
        if self.qubits is None:
            found = output_distribution(answer)
        else:
            if answer.num_qubits <= max(self.qubits):
                raise Refused(
                    "wrong-size",
                    f"Your circuit has {answer.num_qubits} qubits; at least {max(self.qubits) + 1} are needed.",
                )
            found = _on_qubits(answer, self.qubits)
        width = len(next(iter(found), ""))
        if self.length is not None and width != self.length:
            raise Refused("wrong-size", f"Your circuit measures {width} bits, but {self.length} are asked for.")
        return found

    def chance(self, answer) -> float:
        """The probability of a wanted outcome."""
        return _chance(self.outcomes(answer), self.wanted)

    def right(self, answer):
        return self.chance(answer) >= self.at_least - 1e-6

    def praise(self, answer):
        return f"Right: your circuit succeeds with probability {number_text(self.chance(answer), 4)}."

    def explain(self, answer) -> Verdict:
        found = self.outcomes(answer)
        chance = _chance(found, self.wanted)
        least = "at least " * (self.at_least < 1)
        seen = (
            f"Your circuit succeeds with probability {number_text(chance, 4)}; {least}"
            f"{significant(self.at_least, 4)} is asked for."
        )
        likely = max(found, key=found.__getitem__)
        evidence = Evidence("probabilities", "", None, {likely: round(found[likely], 6)})
        turned = {
            "qubit-order": (lambda bits: self.wanted(bits[::-1]), "Read in the reverse order its outcomes would do."),
            "bit-flip": (
                lambda bits: self.wanted(bits.translate(str.maketrans("01", "10"))),
                "With 0 and 1 exchanged in every outcome it would be enough.",
            ),
        }
        again = self._iterated(answer)
        if again:
            return wrong("iterations", f"{seen} {again}", score=0.5, evidence=evidence)
        for code, (wanted, sentence) in turned.items():
            if _chance(found, wanted) >= self.at_least - 1e-6:
                return wrong(code, f"{seen} {sentence}", score=0.5, evidence=evidence)
        if sum(found[likely] - other < 1e-6 for other in found.values()) == 1:  # of several none is the most likely
            seen += f" Its most likely outcome is {likely}."
        return wrong(None, seen, evidence=evidence)

    def _iterated(self, answer) -> str | None:
        """What helps if the repeated part of the circuit runs once more or less; None if neither does."""
        steps = tuple(step for step in answer.operations if step.name not in ("barrier", "measure"))
        if len(steps) > 400 or any(step.name == "if" for step in steps):
            return None
        last = tuple(step for step in answer.operations if step.name == "measure")
        for order in (steps, by_cones(steps)):
            keys = [key(step) for step in order]
            for start, length, times in repeated(keys):
                block = order[start : start + length]
                if length == 1 and not (block[0].label or block[0].name == "unitary"):
                    continue
                if _periodic(keys[start : start + length]):
                    continue  # two iterations taken for one
                more = (*order[:start], *block, *order[start:], *last)
                fewer = (*order[:start], *order[start + length :], *last)
                for made, word in ((fewer, "many"), (more, "few")):
                    if self.accepts(answer.replace_operations(made)):
                        return f"One iteration too {word}: the repeated part runs {times} times."
        return None


def _on_qubits(circuit, qubits) -> dict[str, float]:
    from dataclasses import replace

    import numpy as np

    from qtrain.circuits import density, run

    n = circuit.num_qubits
    steps = tuple(step for step in circuit.operations if step.name != "barrier")
    while steps and steps[-1].name == "measure":
        steps = steps[:-1]
    rest = replace(circuit, operations=steps)
    if all(step.name not in ("measure", "if", "reset", "kraus", "initialize") for step in steps):
        weights = np.abs(run(rest)) ** 2
    else:
        weights = density(rest).diagonal().real
    others = [qubit for qubit in range(n) if qubit not in set(qubits)]
    table = weights.reshape((2,) * n).transpose([*qubits, *others]).reshape(2 ** len(qubits), -1).sum(axis=1)
    return {format(i, f"0{len(qubits)}b"): float(p) for i, p in enumerate(table) if p > 1e-13}


def _chance(found, wanted) -> float:
    return float(sum(probability for bits, probability in found.items() if wanted(bits)))


def _fits(bits: str, word: str) -> bool:
    return len(bits) == len(word) and all(want in ("-", bit) for bit, want in zip(bits, word, strict=True))


def _periodic(keys: list) -> bool:
    n = len(keys)
    return any(n % period == 0 and keys == keys[:period] * (n // period) for period in range(1, n // 2 + 1))
