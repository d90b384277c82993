"""The neutral forms of answers that are not circuits. All arrays and strings are big-endian (see `circuit`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class State:
    """A pure state: `vector` has shape (2**num_qubits,), complex128."""

    vector: np.ndarray
    num_qubits: int


@dataclass(frozen=True, eq=False)
class Density:
    """A mixed state: `matrix` has shape (2**n, 2**n), complex128."""

    matrix: np.ndarray
    num_qubits: int


@dataclass(frozen=True, eq=False)
class Matrix:
    """An operator as a bare matrix of shape (2**out, 2**in), not necessarily unitary."""

    matrix: np.ndarray
    num_qubits: int


@dataclass(frozen=True)
class Observable:
    """A sum of Pauli strings: ``{"XZI": 0.5}``; the first letter acts on qubit 0."""

    terms: dict[str, complex]
    num_qubits: int


@dataclass(frozen=True)
class Counts:
    """Shots: ``{"01": 512}``; the first character is qubit (or classical bit) 0."""

    counts: dict[str, int]
    num_bits: int


@dataclass(frozen=True)
class Distribution:
    """Probabilities: ``{"01": 0.5}``; the first character is qubit (or classical bit) 0."""

    probabilities: dict[str, float]
    num_bits: int


@dataclass(frozen=True)
class Number:
    """A real or complex number."""

    value: complex


@dataclass(frozen=True)
class Text:
    """A string that is no program: a bit string, a choice, a word."""

    value: str


@dataclass(frozen=True, eq=False)
class Function:
    """A function of the learner's, to be called with the exercise's inputs."""

    call: Callable


@dataclass(frozen=True)
class Nothing:
    """The untouched stub: None, ``...``, an empty list or string."""
