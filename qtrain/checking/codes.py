"""Targets for error correction: stabilizer groups, logical operators, codes, corrections."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from qtrain.circuits import model as values

from .code_distance import lightest_logical
from .refusals import Refused
from .stabilizer_group import Group, Paulis, anticommuting, first_anticommuting, normalizer, read_paulis
from .target import Alike, Target
from .verdict import Verdict, wrong


class _PauliTarget(Target):
    """A target whose answers are Pauli strings on a known number of qubits."""

    wants = "Pauli strings"
    _n: int

    def read(self, answer, *, order="native"):
        if answer is None or answer is ... or isinstance(answer, Paulis):
            return values.Nothing() if not isinstance(answer, Paulis) else answer
        if isinstance(answer, str | list | tuple | Mapping) and len(answer) == 0:
            return values.Nothing()
        return read_paulis(answer, self._n)


class StabilizerGroup(_PauliTarget):
    """The group that Pauli strings generate: other generators of the same group are right, signs count.

    Parameters
    ----------
    generators
        Pauli strings in any form that `read_paulis` takes, big-endian.
    signs : bool
        Whether signs matter.
    independent : bool
        Whether the generators must be independent; otherwise more of them than needed are right, too.

    References
    ----------
    D. Gottesman, "Stabilizer codes and quantum error correction", arXiv:quant-ph/9705052.

    Examples
    --------
    >>> StabilizerGroup(["XX", "ZZ"]).judge(["XX", "-YY"]).passed
    True
    >>> StabilizerGroup(["XX", "ZZ"]).judge(["XX", "YY"]).diagnosis
    'relative-phase'
    """

    def __init__(self, generators, *, signs: bool = True, independent: bool = False, **options):
        super().__init__(**options)
        self.generators = read_paulis(generators)
        self._n = self.generators.num_qubits
        if first_anticommuting(self.generators) is not None:
            raise ValueError("the expected generators do not commute")
        self.group = Group(self.generators)
        if self.group.contradiction is not None:
            raise ValueError("the expected generators contain −1")
        self.signs, self.independent = signs, independent

    def like(self, answer):
        return _group_of(answer, self.signs)

    def right(self, answer):
        if first_anticommuting(answer) is not None:
            return False
        group = Group(answer)
        if group.rank != self.group.rank or (self.independent and group.dependent):
            return False
        if group.contradiction is not None and self.signs:
            return False
        return all(self._contains(answer[i]) for i in range(len(answer)))

    def _contains(self, pauli: Paulis) -> bool:
        sign = self.group.sign(pauli)
        return sign == 1 or (sign == -1 and not self.signs)

    def explain(self, answer) -> Verdict:
        words = answer.words()
        told = _not_commuting(answer)
        if told is None:
            told = self._wrong_signs(answer)
        if told is not None and told.diagnosis:
            return told
        for code, sentence, changed in _turned(answer):
            if self.accepts(changed):
                return wrong(code, sentence, score=0.5)
        if told is not None:
            return told
        outside = [i for i in range(len(answer)) if self.group.sign(answer[i]) is None]
        group = Group(answer)
        share = 0.5 * group.rank / max(1, self.group.rank) if not outside else 0.0
        if outside:
            against = anticommuting(answer[outside[0]], self.generators)[0]
            why = "it anticommutes with a part of it" if against.any() else "although it commutes with all of it"
            return wrong(None, f"{words[outside[0]]} does not belong to the group: {why}.", score=share)
        if group.dependent:
            return wrong(
                None,
                f"Your generators are not independent: {words[group.dependent[0]]} is a product of the ones before it. "
                f"{group.rank} of {self.group.rank} independent ones are there.",
                score=share if group.rank < self.group.rank else 0.5,
            )
        return wrong(
            None,
            "All your strings belong to the group, but they generate only a part of it: of independent ones "
            f"{group.rank} came, and {self.group.rank} are needed.",
            score=share,
        )

    def _wrong_signs(self, answer) -> Verdict | None:
        group = Group(answer)
        signs = [self.group.sign(answer[i]) for i in range(len(answer))]
        if not self.signs or None in signs or -1 not in signs:
            return None
        word = answer.words()[signs.index(-1)]
        if group.rank != self.group.rank:
            return wrong(None, f"{word} has the wrong sign: the group holds it with the other one.")
        return wrong("relative-phase", f"The letters are right, but {word} has the wrong sign.", score=0.5)


def _group_of(answer: Paulis, signs: bool) -> Target:
    """The other generators of the same group; of strings that generate none, the same strings in any order."""
    if first_anticommuting(answer) is None and Group(answer).contradiction is None:
        return StabilizerGroup(answer, signs=signs)
    return Alike(lambda other: sorted(other.words()) == sorted(answer.words()))


class Logicals(_PauliTarget):
    """Logical operators X̄₁, Z̄₁, X̄₂, Z̄₂ … of a code.

    They commute with all stabilizers and are none; X̄ᵢ anticommutes with Z̄ᵢ and commutes with the others. Any
    such choice is right: one may be multiplied with stabilizers, have a sign, or be another basis.

    An answer is {"X": …, "Z": …}, a pair (all X̄, all Z̄), or for one logical qubit two strings.

    Parameters
    ----------
    stabilizers
        Generators, as for `StabilizerGroup`.
    expected : pair, optional
        (all X̄, all Z̄), where one choice up to stabilizers and signs is asked for.

    References
    ----------
    D. Gottesman, "Stabilizer codes and quantum error correction", arXiv:quant-ph/9705052.

    Examples
    --------
    >>> Logicals(["ZZI", "IZZ"]).judge(("XXX", "ZII")).passed
    True
    """

    wants = "logical operators"

    def __init__(self, stabilizers, *, expected=None, **options):
        super().__init__(**options)
        self.stabilizers = read_paulis(stabilizers)
        self._n = self.stabilizers.num_qubits
        self.group = Group(self.stabilizers)
        self.k = self._n - self.group.rank
        self.expected = None if expected is None else self._pair(expected)

    def read(self, answer, *, order="native"):
        if answer is None or answer is ... or (isinstance(answer, list | tuple | Mapping | str) and not len(answer)):
            return values.Nothing()
        return self._pair(answer)

    def _pair(self, answer) -> Paulis:
        if isinstance(answer, np.ndarray) and answer.dtype.kind in "UO":
            answer = answer.tolist()
        if isinstance(answer, Mapping):
            lowered = {str(name).upper()[:1]: one for name, one in answer.items()}
            if set(lowered) != {"X", "Z"}:
                raise Refused("wrong-type", 'Give the logical operators as {"X": …, "Z": …}.')
            parts = [lowered["X"], lowered["Z"]]
        elif isinstance(answer, list | tuple) and len(answer) == 2:
            parts = list(answer)
        else:
            form = "X̄, then Z̄" if self.k == 1 else "all X̄, then all Z̄"
            raise Refused("wrong-type", f"Give the logical operators as a pair: {form}.")
        both = [read_paulis(part, self._n) for part in parts]
        if any(len(part) != self.k for part in both):
            raise Refused(
                "wrong-size",
                f"You gave {len(both[0])} logical X and {len(both[1])} logical Z; this code has {self.k} logical "
                f"qubit{'s' * (self.k != 1)}, so {self.k} of each {'is' if self.k == 1 else 'are'} asked for.",
            )
        x, z, phase = (np.concatenate([getattr(p, name) for p in both]) for name in ("x", "z", "phase"))
        return Paulis(x, z, phase)

    def right(self, answer):
        return self._fault(answer) is None

    def _fault(self, answer) -> Verdict | None:
        words, k = answer.words(), self.k
        against = anticommuting(answer, self.stabilizers)
        if against.any():
            i, j = np.argwhere(against)[0]
            stabilizer = self.stabilizers.words()[j]
            return wrong(None, f"{words[i]} anticommutes with the stabilizer {stabilizer}: it leaves the code space.")
        for i, word in enumerate(words):
            if self.group.sign(answer[i]) is not None:
                return wrong(None, f"{word} is a stabilizer: it does nothing to the encoded state.")
        table = anticommuting(answer[list(range(k))], answer[list(range(k, 2 * k))])
        if not np.array_equal(table, np.eye(k, dtype=bool)):
            i, j = np.argwhere(table != np.eye(k, dtype=bool))[0]
            x, z = words[i], words[k + j]
            if i == j:
                return wrong(None, f"X̄ = {x} and Z̄ = {z} of one logical qubit have to anticommute; yours commute.")
            return wrong(
                None, f"{x} and {z} belong to different logical qubits and have to commute; yours anticommute."
            )
        for part in (range(k), range(k, 2 * k)):
            clash = first_anticommuting(answer[list(part)])
            if clash is not None:
                i, j = (words[part[place]] for place in clash)
                return wrong(None, f"{i} and {j} belong to different logical qubits and have to commute.")
        if self.expected is not None:
            for i in range(2 * k):
                if self._class_of(answer[i]) != self._class_of(self.expected[i]):
                    return wrong(None, f"{words[i]} is a logical operator, but another one than asked for.")
        return None

    def _class_of(self, pauli: Paulis) -> tuple:
        return tuple(anticommuting(pauli, normalizer(self.stabilizers))[0])

    def explain(self, answer) -> Verdict | None:
        k = self.k
        for code, sentence, changed in _turned(answer):
            if code != "wrong-basis" and self.accepts(changed):
                return wrong(code, sentence, score=0.5)
        exchanged = answer[[*range(k, 2 * k), *range(k)]]
        if self.accepts(exchanged):
            return wrong("wrong-basis", "X̄ and Z̄ are exchanged.", score=0.5)
        return self._fault(answer)


class Code(_PauliTarget):
    """A stabilizer code [[n, k, d]], given by generators: any with these numbers is right.

    Parameters
    ----------
    n, k : int
    d : int, optional
        The distance, found by search; a code with a larger one is right, too.
    css : bool
        Whether every generator has to consist of X's only or of Z's only.

    References
    ----------
    D. Gottesman, "Stabilizer codes and quantum error correction", arXiv:quant-ph/9705052.

    Examples
    --------
    >>> Code(5, 1, 3).judge(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"]).passed
    True
    """

    wants = "generators of a code"

    def __init__(self, n: int, k: int, d: int | None = None, *, css: bool = False, **options):
        super().__init__(**options)
        self._n, self.k, self.d, self.css = n, k, d, css

    def like(self, answer):
        return _group_of(answer, True)

    def right(self, answer):
        return self._fault(answer) is None

    def _fault(self, answer) -> Verdict | None:
        words = answer.words()
        told = _not_commuting(answer)
        if told is not None:
            return told
        group = Group(answer)
        if group.contradiction is not None:
            return wrong(
                "relative-phase",
                f"{words[group.contradiction]} has the opposite sign of a product of the others: "
                "no state has all these eigenvalues.",
            )
        if self.css and (mixed := answer.x.any(axis=1) & answer.z.any(axis=1)).any():
            return wrong("rule", f"{words[int(mixed.argmax())]} mixes X and Z; a CSS code keeps them apart.")
        k = self._n - group.rank
        if k != self.k:
            which = f" {words[group.dependent[0]]} is a product of the ones before it." if group.dependent else ""
            return wrong(
                None,
                f"Your code has {group.rank} independent generators on {self._n} qubits, so k = {k}; {self.k} is asked "
                f"for.{which}",
                score=0.25 if abs(k - self.k) == 1 else 0.0,
            )
        if self.d is not None and self.k:
            found = lightest_logical(answer, self.d)
            if found is not None:
                weight = int(np.sum(found.x | found.z))
                return wrong(
                    None,
                    f"The distance of your code is {weight}; at least {self.d} is asked for. "
                    f"{found.words()[0]} commutes with all generators and is no product of them.",
                    score=0.5 if weight > 1 else 0.0,  # without any protection nothing is done
                )
        return None

    def explain(self, answer) -> Verdict | None:
        return self._fault(answer)


class Correction(_PauliTarget):
    """A correction of an error, up to stabilizers: any with the right logical class is right.

    Parameters
    ----------
    stabilizers
        Generators, as for `StabilizerGroup`.
    error
        The error that happened, one Pauli string; its syndrome is what the learner is told.

    References
    ----------
    E. Knill and R. Laflamme, Phys. Rev. A 55, 900 (1997), arXiv:quant-ph/9604034.

    Examples
    --------
    >>> Correction(["ZZI", "IZZ"], "XII").judge("XII").passed
    True
    """

    wants = "a Pauli string"

    def __init__(self, stabilizers, error, **options):
        super().__init__(**options)
        self.stabilizers = read_paulis(stabilizers)
        self._n = self.stabilizers.num_qubits
        self.error = read_paulis(error, self._n)
        self.group = Group(self.stabilizers)

    def read(self, answer, *, order="native"):
        if isinstance(answer, Mapping) and len(answer) == 0:
            return read_paulis("I" * self._n)  # as a dict from qubit to letter: nothing has to be corrected
        return super().read(answer, order=order)

    def like(self, answer):
        return Correction(self.stabilizers, answer)

    def right(self, answer):
        if len(answer) != 1:
            raise Refused("wrong-size", f"One Pauli string is asked for; {len(answer)} came.")
        return not self._left(answer).any() and self.group.sign(self._rest(answer)) is not None

    def _left(self, answer) -> np.ndarray:
        return anticommuting(self._rest(answer), self.stabilizers)[0]

    def _rest(self, answer) -> Paulis:
        return Paulis(answer.x ^ self.error.x, answer.z ^ self.error.z, np.zeros(1, int))

    def explain(self, answer) -> Verdict:
        left = self._left(answer)
        if not left.any():
            return wrong(
                None,
                "Your correction clears the syndrome, but together with the error it acts as a logical operator: the "
                "encoded state is changed.",
                score=0.25,
            )
        for code, sentence, changed in _turned(answer):
            if self.accepts(changed):
                return wrong(code, sentence, score=0.25)
        word = self.stabilizers.words()[int(left.argmax())]
        return wrong(None, f"After your correction the check {word} still gives −1.")


def _not_commuting(answer) -> Verdict | None:
    clash = first_anticommuting(answer)
    if clash is None:
        return None
    words = answer.words()
    both = (answer.x[clash[0]] & answer.z[clash[1]]) ^ (answer.z[clash[0]] & answer.x[clash[1]])
    places = np.flatnonzero(both)
    qubits = f"qubit{'s' * (len(places) > 1)} {', '.join(map(str, places))}"
    return wrong(
        None,
        f"{words[clash[0]]} and {words[clash[1]]} anticommute: their letters differ, and none is I, "
        f"on an odd number of qubits ({qubits}).",
    )


def _turned(answer):
    """The same strings as slips write them: read from the other end, or with X and Z exchanged."""
    yield (
        "qubit-order",
        "It is right with every string read from the other end: the first letter acts on qubit 0.",
        answer.changed(answer.x[:, ::-1], answer.z[:, ::-1]),
    )
    yield "wrong-basis", "It is right with X and Z exchanged everywhere.", answer.changed(answer.z, answer.x)
