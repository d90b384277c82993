"""Pauli strings with signs, in every form that learners write them in, and the groups that they generate.

A Pauli string on n qubits is i^p X^x Z^z with bits x and z (Y = iXZ), so that a product adds bits modulo 2 and phases
modulo 4: p = p₁ + p₂ + 2 z₁·x₂ (D. Gottesman, arXiv:quant-ph/9705052; S. Aaronson, D. Gottesman,
arXiv:quant-ph/0406196).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.numerals import significant

from .refusals import Refused, quoted

MAX_QUBITS = 1000
MAX_STRINGS = 2000
_WORD = re.compile(r"([+-]?)([IXYZ_]+)")
_SPARSE = re.compile(r"([+-]?)((?:[XYZ]\d+)(?:[*]?[XYZ]\d+)*)")


@dataclass(frozen=True, eq=False)
class Paulis:
    """Pauli strings: `x` and `z` of shape (m, n), bool, qubit 0 first; `phase` of shape (m,), powers of i in XᵃZᵇ."""

    x: np.ndarray
    z: np.ndarray
    phase: np.ndarray

    def __len__(self) -> int:
        return len(self.x)

    @property
    def num_qubits(self) -> int:
        """n."""
        return self.x.shape[1]

    @property
    def bits(self) -> np.ndarray:
        """The symplectic rows (x|z), of shape (m, 2n)."""
        return np.concatenate([self.x, self.z], axis=1)

    def __getitem__(self, which) -> Paulis:
        which = [which] if isinstance(which, int | np.integer) else which
        return Paulis(self.x[which], self.z[which], self.phase[which])

    def words(self) -> list[str]:
        """As text, with a sign only where it is minus."""
        made = []
        for x, z, phase in zip(self.x, self.z, self.phase, strict=True):
            sign = "-" if (phase - np.sum(x & z)) % 4 == 2 else ""
            made.append(sign + "".join("IZXY"[2 * a + b] for a, b in zip(x, z, strict=True)))
        return made

    def changed(self, x, z) -> Paulis:
        """The same signs on other letters."""
        negative = (self.phase - np.sum(self.x & self.z, axis=1)) % 4
        return Paulis(x, z, (negative + np.sum(x & z, axis=1)) % 4)


def read_paulis(answer, num_qubits: int | None = None) -> Paulis:
    """Pauli strings from what a learner gives.

    Parameters
    ----------
    answer
        Text (``"XZZXI"``, ``"-ZZ"``, ``"X_Z"``, ``"X0*Z2"``; several apart by commas, spaces or lines), a list of such,
        one word as a list of its letters, `stim.PauliString`, Qiskit's `Pauli`, `PauliList`, `SparsePauliOp` (each
        term is one string), Cirq's `PauliString` or `DensePauliString`, a dict from qubit to letter, or a bit matrix
        (x|z) of shape (m, 2n). Bare text and bits are big-endian; {"X": HX, "Z": HZ}: the rows of two matrices.
    num_qubits : int, optional
        Needed where the form does not tell it.

    Raises
    ------
    Refused
        If it cannot be read.
    """
    if isinstance(answer, Paulis):
        return answer
    rows = list(_rows(answer, num_qubits))
    if not rows:
        raise Refused("wrong-size", "There is no Pauli string in your answer.")
    if len(rows) > MAX_STRINGS:
        raise Refused("wrong-size", f"You gave {len(rows):,} Pauli strings; that is too many.")
    sizes = {len(x) for x, _, _ in rows}
    if len(sizes) != 1:
        raise Refused("wrong-size", f"Your Pauli strings have different lengths: {', '.join(map(str, sorted(sizes)))}.")
    if sizes.pop() > MAX_QUBITS:
        raise Refused("wrong-size", f"Pauli strings are read on at most {MAX_QUBITS} qubits.")
    x, z = (np.array([row[part] for row in rows], dtype=bool) for part in (0, 1))
    negative = np.array([row[2] for row in rows])
    return Paulis(x, z, (2 * negative + np.sum(x & z, axis=1)) % 4)


def _rows(answer, n):
    if isinstance(answer, values.Text):
        answer = answer.value
    if isinstance(answer, np.ndarray) and answer.dtype.kind in "UO":  # an array of words
        answer = answer.tolist()
    if isinstance(answer, list | tuple) and _is_spelled(answer, n):
        answer = "".join(answer)
    if isinstance(answer, str):
        for word in re.split(r"[\s,;]+", answer.strip().replace("−", "-").replace("⊗", "")):
            if word:
                yield _word(word, n)
    elif isinstance(answer, values.Observable):
        for word, weight in answer.terms.items():
            if abs(abs(weight) - 1) > 1e-9 or abs(complex(weight).imag) > 1e-9:
                real = abs(complex(weight).imag) <= 1e-9
                factor = f"the factor {significant(complex(weight).real, 4)}" if real else "a complex factor"
                raise Refused("wrong-type", f"The Pauli string {word} has {factor}; only + or − may be.")
            yield _word(("-" if complex(weight).real < 0 else "") + word, n)
    elif isinstance(answer, Mapping) and set(answer) <= {"X", "Z", "HX", "HZ", "x", "z"} and answer:
        for letter, matrix in answer.items():
            bits = _bits(matrix)
            zero = np.zeros_like(bits)
            for row, empty in zip(bits, zero, strict=True):
                yield (row, empty, 0) if letter[-1] in "Xx" else (empty, row, 0)
    elif isinstance(answer, Mapping):
        yield _sparse(dict(answer), n)
    elif isinstance(answer, np.ndarray) or _is_bits(answer):
        bits = _bits(answer)
        if bits.shape[1] % 2 or (n is not None and bits.shape[1] != 2 * n):
            wanted = f"{2 * n} columns" if n else "an even number of columns"
            raise Refused("wrong-size", f"Your bit matrix has {bits.shape[1]} columns; (x|z) needs {wanted}.")
        half = bits.shape[1] // 2
        for row in bits:
            yield row[:half], row[half:], 0
    elif isinstance(answer, list | tuple):
        for one in answer:
            yield from _rows(one, n)
    elif (text := as_text(answer)) is not None:
        yield from _rows(text, n)
    else:
        from qtrain.circuits import Unreadable, read

        try:
            neutral = read(answer, num_qubits=n)
        except Unreadable as problem:
            raise Refused(problem.code, problem.message) from problem
        if not isinstance(neutral, values.Observable | values.Text):
            raise Refused("wrong-type", f'Pauli strings are asked for, like "XZZXI"; {quoted(str(answer))} is none.')
        yield from _rows(neutral, n)


def as_text(answer):
    """Stim's objects and Qiskit's `PauliList` as text or lists of text (big-endian); None for anything else."""
    root = type(answer).__module__.partition(".")[0]
    if root == "stim" and type(answer).__name__ in ("PauliString", "Circuit", "DetectorErrorModel"):
        return str(answer)
    if root == "qiskit" and type(answer).__name__ == "PauliList":
        return [_little(label) for label in answer.to_labels()]
    return None


def _little(label: str) -> str:
    sign = label[: len(label) - len(label.lstrip("+-i"))]
    return sign + label[len(sign) :][::-1]


def _word(word: str, n: int | None):
    found = _WORD.fullmatch(word.upper())
    if found:
        sign, letters = found.groups()
        x = np.array([letter in "XY" for letter in letters])
        z = np.array([letter in "YZ" for letter in letters])
        if n is not None and len(letters) != n:
            counted = "1 letter" if len(letters) == 1 else f"{len(letters)} letters"
            raise Refused("wrong-size", f"{quoted(word)} has {counted}, but there are {n} qubits.")
        return x, z, int(sign == "-")
    found = _SPARSE.fullmatch(word.upper())
    if found and n is not None:
        sign, body = found.groups()
        x, z, _ = _sparse({int(place): letter for letter, place in re.findall(r"([XYZ])(\d+)", body)}, n)
        return x, z, int(sign == "-")
    raise Refused(
        "wrong-type", f"{quoted(word)} is no Pauli string: the letters are I, X, Y and Z, with + or - before."
    )


def _sparse(letters: dict, n: int | None):
    if n is None or not all(type(q) is int and 0 <= q < n and p in ("I", "X", "Y", "Z") for q, p in letters.items()):
        raise Refused("wrong-type", "A dict should go from qubit numbers to the letters X, Y and Z.")
    x, z = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for qubit, letter in letters.items():
        x[qubit], z[qubit] = letter in "XY", letter in "YZ"
    return x, z, 0


def _is_spelled(answer, n: int | None) -> bool:
    """Whether it is one word on n > 1 qubits, letter by letter."""
    return n is not None and len(answer) == n > 1 and all(type(one) is str and len(one) == 1 for one in answer)


def _is_bits(answer) -> bool:
    return (
        isinstance(answer, list | tuple)
        and bool(answer)
        and all(isinstance(row, list | tuple | np.ndarray) and len(row) for row in answer)
        and all(isinstance(bit, int | np.integer | np.bool_) for row in answer for bit in row)
    )


def _bits(answer) -> np.ndarray:
    answer = answer.toarray() if hasattr(answer, "toarray") else answer
    try:
        bits = np.array(answer)
    except ValueError as problem:
        raise Refused("wrong-size", "The rows of your bit matrix have different lengths.") from problem
    if bits.ndim == 1:
        bits = bits[None]
    if bits.ndim != 2 or not bits.size or bits.size > 2**22:
        raise Refused("wrong-size", f"A bit matrix has rows and columns; yours has the shape {bits.shape}.")
    if bits.dtype.kind not in "biuf" or not np.isin(bits, (0, 1)).all():
        raise Refused("wrong-type", "A bit matrix holds only 0 and 1.")
    return bits.astype(bool)


def anticommuting(one: Paulis, other: Paulis) -> np.ndarray:
    """Whether string i of `one` anticommutes with string j of `other`, of shape (m, k)."""
    counts = one.x.astype(int) @ other.z.T.astype(int) + one.z.astype(int) @ other.x.T.astype(int)
    return counts % 2 == 1


class Group:
    """The group generated by commuting Pauli strings, in echelon form.

    Attributes
    ----------
    rank : int
        The number of independent generators.
    dependent : list of int
        The generators that are products of earlier ones.
    contradiction : int or None
        A generator whose product with earlier ones is −1 (or ±i), so that no state is stabilised.
    """

    def __init__(self, generators: Paulis):
        self.num_qubits = generators.num_qubits
        self._pivots: list[tuple[int, np.ndarray, int]] = []
        self.dependent: list[int] = []
        self.contradiction: int | None = None
        for index, (bits, phase) in enumerate(zip(generators.bits, generators.phase, strict=True)):
            bits, phase = self._reduced(bits, int(phase))
            if bits.any():
                self._pivots.append((int(bits.argmax()), bits, phase))
            else:
                self.dependent.append(index)
                if phase % 4 and self.contradiction is None:
                    self.contradiction = index

    @property
    def rank(self) -> int:
        return len(self._pivots)

    def _reduced(self, bits: np.ndarray, phase: int) -> tuple[np.ndarray, int]:
        n = self.num_qubits
        for column, row, other in self._pivots:
            if bits[column]:
                phase = (phase + other + 2 * int(np.sum(bits[n:] & row[:n]))) % 4
                bits = bits ^ row
        return bits, phase

    def sign(self, pauli: Paulis) -> int | None:
        """1 if the (single) string is in the group, −1 if only with the other sign, None if neither."""
        bits, phase = self._reduced(pauli.bits[0], int(pauli.phase[0]))
        if bits.any():
            return None
        return 1 if phase % 4 == 0 else -1


def null_space(matrix: np.ndarray) -> np.ndarray:
    """A basis of {v : matrix · v = 0 mod 2}, one vector per row."""
    rows = np.array(matrix, dtype=bool)
    m, n = rows.shape
    pivots, top = [], 0
    for column in range(n):
        found = np.flatnonzero(rows[top:, column])
        if not len(found):
            continue
        rows[[top, top + found[0]]] = rows[[top + found[0], top]]
        others = np.flatnonzero(rows[:, column])
        rows[others[others != top]] ^= rows[top]
        pivots.append(column)
        top += 1
        if top == m:
            break
    free = [column for column in range(n) if column not in set(pivots)]
    basis = np.zeros((len(free), n), dtype=bool)
    for index, column in enumerate(free):
        basis[index, column] = True
        basis[index, pivots] = rows[: len(pivots), column]
    return basis


def normalizer(generators: Paulis) -> Paulis:
    """Generators of all strings that commute with the given ones (signs +)."""
    n = generators.num_qubits
    basis = null_space(np.concatenate([generators.z, generators.x], axis=1))
    x, z = basis[:, :n], basis[:, n:]
    return Paulis(x, z, np.sum(x & z, axis=1) % 4)


def first_anticommuting(paulis: Paulis) -> tuple[int, int] | None:
    """The first two strings that anticommute."""
    found = np.argwhere(np.triu(anticommuting(paulis, paulis)))
    return None if not len(found) else (int(found[0][0]), int(found[0][1]))
