"""Generalised measurements: effects that are positive and add up to the identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.model import Circuit
from qtrain.circuits.numerals import number_text, significant

from .refusals import Refused, called
from .sameness import alike
from .target import Alike, Target
from .verdict import Verdict, wrong

_MOST = 64  # outcomes
_FREE = 7  # outcomes up to which every order is tried for a message
_NEAR = 0.01  # a sum that is as near as this to the identity has no wrong factor, but wrong digits


class Povm(Target):
    """A measurement on n qubits, given by its effects E₀, E₁, … or by a circuit with ancillas (Naimark).

    An answer is a list of effects (matrices, or vectors v for v v†), a dict from outcome to effect, or a circuit: its
    data qubits come first, its other qubits start in |0⟩, and the outcome is what the classical bits hold at the end
    (bit 0 first), or all its qubits if it measures nothing.

    Parameters
    ----------
    effects : sequence of matrix or vector, or mapping from outcome to effect, optional
        What is expected, of shape (2**n, 2**n), big-endian. For circuits the outcomes are bit strings: number k
        stands for the k-th of them.
    ensemble : sequence of (probability, state), optional
        Instead of effects: states of which outcome k should say "it was number k".
    at_least : float
        With an ensemble: the probability of being right that is asked for.
    errors : float, optional
        With an ensemble: the largest probability of naming a wrong state; one more outcome than states then means
        "don't know".
    ordered : bool
        Whether outcome k has to be the k-th effect; otherwise the names of the outcomes are free, and outcomes that
        never come do not count.
    tolerance : float
    margin : float
        With an ensemble: by how much the probabilities may miss what is asked for.

    References
    ----------
    C. W. Helstrom, J. Stat. Phys. 1, 231 (1969), doi:10.1007/BF01007479, for the best `at_least` with two states.

    Examples
    --------
    >>> import numpy as np
    >>> trine = [np.array([np.cos(a), np.sin(a)]) * np.sqrt(2 / 3) for a in (0, np.pi / 3, 2 * np.pi / 3)]
    >>> Povm(trine).judge([np.outer(v, v) for v in trine]).passed
    True
    >>> Povm(trine).judge([1.5 * np.outer(v, v) for v in trine]).diagnosis
    'factor'
    """

    wants = "a list of effects, or a circuit that measures"

    def __init__(
        self,
        effects: Sequence | Mapping | np.ndarray | None = None,
        *,
        ensemble: Sequence | None = None,
        at_least: float = 0.0,
        errors: float | None = None,
        ordered: bool = True,
        tolerance: float = 1e-5,
        margin: float = 1e-6,
        **options,
    ):
        super().__init__(**options)
        if (effects is None) == (ensemble is None):
            raise ValueError("give either the effects or the ensemble of states")
        self.tolerance, self.ordered, self.at_least, self.errors = tolerance, ordered, at_least, errors
        self.margin = margin
        # One of the two is empty.
        self.ensemble = [(float(p), _effects([state], None)[0]) for p, state in ensemble or ()]
        self.effects = np.empty((0, 0, 0)) if effects is None else _effects(effects, None)
        if effects is None:
            if abs(sum(p for p, _ in self.ensemble) - 1) > 1e-9:
                raise ValueError("the probabilities of the ensemble add up to 1")
        elif not np.allclose(self.effects.sum(axis=0), np.eye(self.effects.shape[1]), atol=1e-9):
            raise ValueError("the expected effects do not add up to the identity")
        self.size = len(self.ensemble[0][1]) if self.ensemble else self.effects.shape[1]
        self.data = self.size.bit_length() - 1

    def like(self, answer):
        effects = self.effects_of(answer)
        if _fault(effects, 1e-9) is None:
            return Povm(effects, ordered=self.ordered)
        return _SameEffects(self, effects)

    # --- reading ---

    def read(self, answer, *, order="native"):
        if answer is None or answer is ... or isinstance(answer, values.Nothing):
            return values.Nothing()
        if isinstance(answer, list | tuple | Mapping | np.ndarray):
            return _effects(answer, self.size) if len(answer) else values.Nothing()
        from qtrain.circuits import read

        neutral = read(answer)
        if not isinstance(neutral, Circuit):
            raise Refused("wrong-type", f"You gave {called(neutral)}, but this exercise asks for {self.wants}.")
        return neutral

    def effects_of(self, answer) -> np.ndarray:
        """The effects of a neutral answer, of shape (outcomes, d, d)."""
        if isinstance(answer, np.ndarray):
            return answer
        if not isinstance(answer, Circuit):
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for {self.wants}.")
        n = answer.num_qubits
        if not self.data <= n <= 10:
            raise Refused(
                "wrong-size", f"Your circuit has {n} qubits; it needs {self.data} for the state, and up to 10."
            )
        from qtrain.circuits import branches

        columns = np.zeros((2**n, self.size), dtype=complex)
        columns[np.arange(self.size) << (n - self.data), np.arange(self.size)] = 1
        found = branches(answer, columns)
        if not any(step.name == "measure" for step in answer.operations):
            (operators,) = found.values()
            made = np.einsum("kra,krb->rab", operators.conj(), operators)
        else:
            width = answer.num_clbits
            made = np.zeros((2**width, self.size, self.size), dtype=complex)
            for bits, operators in found.items():
                place = int("".join(map(str, bits)) or "0", 2)
                made[place] += np.einsum("kra,krb->ab", operators.conj(), operators)
        count = self._count
        spare = made[count:]
        if len(made) < count:
            made = np.concatenate([made, np.zeros((count - len(made), self.size, self.size))])
        return made if np.abs(spare).max(initial=0) > self.tolerance else made[:count]

    # --- judging ---

    def right(self, answer):
        effects = self.effects_of(answer)
        if _fault(effects, self.tolerance):
            return False
        return self._enough(effects) if self.ensemble else self._fits(effects)

    def _fits(self, effects) -> bool:
        if self.ordered:
            return len(effects) == len(self.effects) and bool(np.abs(effects - self.effects).max() <= self.tolerance)
        left, effects = ([e for e in some if np.abs(e).max() > self.tolerance] for some in (self.effects, effects))
        if len(effects) != len(left):
            return False
        for effect in effects:
            place = next((i for i, one in enumerate(left) if np.abs(one - effect).max() <= self.tolerance), None)
            if place is None:
                return False
            left.pop(place)
        return True

    def chances(self, effects) -> tuple[float, float]:
        """The probability to name the state that is there, and that of naming another."""
        hit = sum(p * np.trace(effects[k] @ rho).real for k, (p, rho) in enumerate(self.ensemble) if k < len(effects))
        named = sum(
            p * np.trace(effects[k] @ rho).real
            for p, rho in self.ensemble
            for k in range(min(len(effects), len(self.ensemble)))
        )
        return float(hit), float(named - hit)

    def _enough(self, effects) -> bool:
        hit, wrong_name = self.chances(effects)
        spare = np.abs(effects[self._count :]).max(initial=0)
        good = hit >= self.at_least - self.margin and spare <= self.tolerance
        return good and (self.errors is None or wrong_name <= self.errors + self.margin)

    def praise(self, answer):
        if not self.ensemble:
            return "Right."
        hit, _ = self.chances(self.effects_of(answer))
        return f"Right: the state is named with probability {number_text(hit, 4)}."

    def explain(self, answer) -> Verdict:
        effects = self.effects_of(answer)
        squared = np.einsum("kba,kbc->kac", effects.conj(), effects)
        fault = _fault(effects, self.tolerance)
        if fault and self._good(squared):
            return wrong(
                "convention",
                "These are measurement operators M. The effects E = M†M are asked for: they add up to the identity.",
                score=0.5,
            )
        total = np.trace(effects.sum(axis=0)).real / self.size
        if fault and total > 1e-9 and abs(total - 1) > _NEAR and self._good(effects / total):
            return wrong(
                "factor",
                f"Your effects are right up to a factor: they add up to {significant(total, 4)} times the identity.",
                score=0.5,
            )
        if fault:
            return wrong(None, fault)
        for code, sentence, changed in (
            ("conjugate", "The effects are right with i and −i exchanged.", effects.conj()),
            ("bit-flip", "The two outcomes are exchanged.", effects[::-1] if len(effects) == 2 else effects),
            ("qubit-order", "The effects are right with the qubits in the reverse order.", self._reversed(effects)),
        ):
            if self._good(changed):
                return wrong(code, sentence, score=0.5)
        count = self._count
        if count <= _FREE and len(effects) == count:
            for order in permutations(range(count)):
                if self._good(effects[list(order)]):
                    return wrong(None, "The effects are the right ones, but they belong to other outcomes.", score=0.5)
        if isinstance(answer, Circuit) and len(effects) > count and self.ordered:
            return wrong(None, self._spare(effects))
        return wrong(None, self._sentence(effects))

    def _spare(self, effects) -> str:
        """Which outcome of a circuit comes although none is asked for there."""
        width = (len(effects) - 1).bit_length()
        extra = next(k for k in range(self._count, len(effects)) if np.abs(effects[k]).max() > self.tolerance)
        return (
            f"The outcome {extra:0{width}b} of your circuit comes for some states. The outcomes asked for are "
            f"{0:0{width}b} to {self._count - 1:0{width}b}, in this order."
        )

    @property
    def _count(self) -> int:
        """How many outcomes are asked for; with `errors` the last one means "don't know"."""
        return len(self.effects) or len(self.ensemble) + (self.errors is not None)

    def _good(self, effects) -> bool:
        if _fault(effects, self.tolerance):
            return False
        return self._enough(effects) if self.ensemble else self._fits(effects)

    def _reversed(self, effects):
        order = [0, *reversed(range(1, self.data + 1)), *reversed(range(self.data + 1, 2 * self.data + 1))]
        return effects.reshape((-1,) + (2,) * (2 * self.data)).transpose(order).reshape(effects.shape)

    def _sentence(self, effects) -> str:
        if self.ensemble:
            hit, wrong_name = self.chances(effects)
            if np.abs(effects[self._count :]).max(initial=0) > self.tolerance:
                return f"Your measurement has {len(effects)} outcomes, but {self._count} are asked for."
            if self.errors is not None and wrong_name > self.errors + self.margin:
                chance = significant(wrong_name, 4)
                return f"Your measurement names a wrong state with probability {chance}: it should not."
            # So many digits that the two numbers differ.
            digits = next((d for d in range(4, 13) if round(hit, d) < round(self.at_least, d)), 12)
            return (
                f"Your measurement names the right state with probability {number_text(hit, digits)}; at least "
                f"{number_text(self.at_least, digits)} is asked for."
            )
        came, wanted = len(effects), len(self.effects)
        if not self.ordered:
            came, wanted = (
                int(np.sum(np.abs(some).max(axis=(1, 2)) > self.tolerance)) for some in (effects, self.effects)
            )
        if came != wanted:
            return f"Your measurement has {came} outcomes, but {wanted} are asked for."
        if not self.ordered:
            other = next(
                k for k, e in enumerate(effects) if min(np.abs(self.effects - e).max(axis=(1, 2))) > self.tolerance
            )
            return f"It is a measurement, but not the one asked for: effect {other} is none of its effects."
        worst = int(np.argmax(np.abs(effects - self.effects).max(axis=(1, 2))))
        return f"It is a measurement, but not the one asked for: the effect of outcome {worst} is another."


class _SameEffects(Alike):
    """Answers with the same effects as one that is no measurement, whatever form they have."""

    def __init__(self, povm: Povm, effects: np.ndarray):
        super().__init__(lambda other: alike(povm.effects_of(other), effects))
        self._povm = povm

    def read(self, answer, *, order="native"):
        return self._povm.read(answer, order=order)


def _fault(effects: np.ndarray, tolerance: float) -> str | None:
    """Why these are no effects of a measurement; None if they are."""
    for k, effect in enumerate(effects):
        if np.abs(effect - effect.conj().T).max() > tolerance:
            return f"Effect {k} is not Hermitian: it should equal its conjugate transpose."
        least = float(np.linalg.eigvalsh(effect)[0])
        if least < -tolerance:
            return (
                f"Effect {k} has the negative eigenvalue {significant(least, 4)}, so a probability could be negative."
            )
    total = effects.sum(axis=0)
    missed = np.abs(total - np.eye(len(total))).max()
    if missed > tolerance * max(1, len(effects)):  # each effect may be off by `tolerance`
        by = f"; yours miss it by {significant(missed, 2)}" if missed < _NEAR else ""
        return f"This is no measurement: the effects should add up to the identity{by}."
    return None


def _effects(told, size: int | None) -> np.ndarray:
    """A stack of matrices from matrices or vectors in any bare form, or objects with a matrix; else `Refused`."""
    rows = list(told.values()) if isinstance(told, Mapping) else list(told)
    if not rows or len(rows) > _MOST:
        raise Refused("wrong-size", f"A measurement has 1 to {_MOST} outcomes; {len(rows)} effects came.")
    stack = []
    for k, row in enumerate(rows):
        try:
            array = np.array(getattr(row, "matrix", getattr(row, "data", row)), dtype=complex)
        except (TypeError, ValueError) as problem:
            raise Refused("wrong-type", f"Effect {k} is no matrix of numbers.") from problem
        array = getattr(row, "vector", array) if array.ndim == 0 else array
        if array.ndim == 2 and 1 in array.shape and array.size > 1:
            array = array.reshape(-1)
        if array.ndim == 1:
            array = np.outer(array, array.conj())
        if array.ndim != 2 or array.shape[0] != array.shape[1] or (size is not None and len(array) != size):
            shape = f"{size}×{size}" if size else "square"
            raise Refused("wrong-size", f"Effect {k} has the shape {array.shape}, but a {shape} matrix is needed.")
        if not np.all(np.isfinite(array)):
            raise Refused("unreadable", f"Effect {k} contains entries that are no finite numbers.")
        stack.append(array)
    if len({array.shape for array in stack}) > 1:
        raise Refused("wrong-size", "The effects have different shapes.")
    return np.array(stack)
