"""The distance of a stabilizer code, and the lightest logical operator that shows it."""

from __future__ import annotations

from itertools import combinations, product
from math import comb

import numpy as np

from .refusals import Undecided
from .stabilizer_group import Paulis, anticommuting, normalizer

_MOST = 3_000_000  # errors that are tried of one weight


def lightest_logical(generators: Paulis, below: int) -> Paulis | None:
    """A logical operator of a weight less than `below`, the lightest one; None if there is none.

    A graph-like CSS code (every qubit in at most two checks of a kind, as in surface and repetition codes) is
    searched by shortest paths; any other code by trying all errors of weight 1, 2, ….

    Raises
    ------
    Undecided
        If that would take too long.
    """
    if not (generators.x.any(axis=1) & generators.z.any(axis=1)).any():
        found = [one for kind in "XZ" if (one := _css(generators, kind, below)) is not None]
        return min(found, key=lambda one: int(np.sum(one.x | one.z)), default=None)
    return _general(generators, below)


def _css(generators: Paulis, kind: str, below: int) -> Paulis | None:
    """The lightest logical operator made of X's only, or of Z's."""
    n = generators.num_qubits
    detecting = generators.z if kind == "X" else generators.x
    checks = detecting[detecting.any(axis=1)]
    commuting = normalizer(generators)
    # An X string is a stabilizer if and only if it commutes with every Z string of the normalizer as well.
    logical = commuting.z if kind == "X" else commuting.x
    extended = np.concatenate([checks, logical[logical.any(axis=1)]]).T
    if len(checks) and (checks.sum(axis=0) <= 2).all() and n > 15:
        support = _shortest(checks, logical, below)
    else:
        support = _tried(extended[:, : len(checks)], extended[:, len(checks) :], below)
    if support is None:
        return None
    row = np.zeros((1, n), dtype=bool)
    row[0, support] = True
    zero = np.zeros_like(row)
    return Paulis(row, zero, np.zeros(1, int)) if kind == "X" else Paulis(zero, row, np.zeros(1, int))


def _shortest(checks, logical, below: int) -> list[int] | None:
    import stim

    best = None
    for operator in logical[logical.any(axis=1)]:
        model = stim.DetectorErrorModel()
        for qubit in range(checks.shape[1]):
            targets = [stim.target_relative_detector_id(int(i)) for i in np.flatnonzero(checks[:, qubit])]
            if operator[qubit]:
                targets.append(stim.target_logical_observable_id(0))
            if targets:
                model.append("error", 0.1, targets)
        try:
            path = model.shortest_graphlike_error()
        except ValueError:  # this operator is no logical one: nothing flips it unseen
            continue
        if best is None or len(path) < best[0]:
            best = len(path), _support(path, checks, operator)
    return None if best is None or best[0] >= below else best[1]


def _support(path, checks, operator) -> list[int]:
    columns: dict[frozenset[str], int] = {}
    for qubit in range(checks.shape[1]):
        key = frozenset(f"D{i}" for i in np.flatnonzero(checks[:, qubit])) | ({"L0"} if operator[qubit] else set())
        columns.setdefault(key, qubit)
    return sorted(columns[frozenset(str(one) for one in step.targets_copy())] for step in path)


def _tried(syndromes: np.ndarray, logical: np.ndarray, below: int) -> list[int] | None:
    """The support of the lightest error without syndrome and with a logical part; one column per qubit."""
    n = len(syndromes)
    packed, also = np.packbits(syndromes, axis=1), np.packbits(logical, axis=1)
    for weight in range(1, below):
        _admit(comb(n, weight))
        places = np.array(list(combinations(range(n), weight)))
        quiet = ~np.bitwise_xor.reduce(packed[places], axis=1).any(axis=1)
        for support in places[quiet]:
            if np.bitwise_xor.reduce(also[support], axis=0).any():
                return [int(qubit) for qubit in support]
    return None


def _general(generators: Paulis, below: int) -> Paulis | None:
    n = generators.num_qubits
    every = np.eye(n, dtype=bool)
    zero = np.zeros((n, n), dtype=bool)
    letters = [Paulis(x, z, np.zeros(n, int)) for x, z in ((every, zero), (every, every), (zero, every))]
    commuting = normalizer(generators)
    packed = np.array([np.packbits(anticommuting(letter, generators), axis=1) for letter in letters])
    also = np.array([np.packbits(anticommuting(letter, commuting), axis=1) for letter in letters])
    for weight in range(1, below):
        _admit(comb(n, weight) * 3**weight)
        places = np.array(list(combinations(range(n), weight)))
        for kinds in product(range(3), repeat=weight):
            quiet = ~np.bitwise_xor.reduce(packed[list(kinds), places], axis=1).any(axis=1)
            for support in places[quiet]:
                if np.bitwise_xor.reduce(also[list(kinds), support], axis=0).any():
                    x, z = np.zeros((1, n), dtype=bool), np.zeros((1, n), dtype=bool)
                    for kind, qubit in zip(kinds, support, strict=True):
                        x[0, qubit], z[0, qubit] = kind < 2, kind > 0
                    return Paulis(x, z, np.sum(x & z, axis=1) % 4)
    return None


def _admit(count: int) -> None:
    if count > _MOST:
        raise Undecided(
            "This code is too large for its distance to be found by trying all errors. It is neither passed nor failed."
        )
