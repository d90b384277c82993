"""Answers that are no state, no gate, no distribution at all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qtrain.circuits.model import Distribution, Matrix, State
from qtrain.circuits.numerals import significant
from qtrain.circuits.simulate import multiply

from .case import Case, Explanation

_NOTHING = 1e-5  # what rounding may do to a length

_NO_NUMBER = "holds a value that is no number (a division by zero, or an overflow?)"


def not_normalised(case: Case) -> Iterator[Explanation]:
    """A vector whose length, or a distribution whose sum, is not 1. A fact: whatever else is wrong, it is no state."""
    answer = case.answer
    if isinstance(answer, State) and not np.isfinite(answer.vector).all():
        yield Explanation("not-normalised", f"Your vector {_NO_NUMBER}, so it is no state.")
    elif isinstance(answer, State):
        length = float(np.linalg.norm(answer.vector))
        if abs(length - 1) > max(_NOTHING, case.target.tolerance):
            yield Explanation(
                "not-normalised",
                f"Your vector has length {significant(length, 4)}; the length of a state is 1. "
                "The squared magnitudes of the amplitudes are probabilities: they must add up to 1.",
                None,
                {"length": round(length, 9)},
            )
    elif isinstance(answer, Distribution):
        total = float(sum(answer.probabilities.values()))
        if abs(total - 1) > max(_NOTHING, case.target.tolerance):
            yield Explanation(
                "not-normalised",
                f"Your probabilities add up to {significant(total, 4)}, but they must add up to 1.",
                None,
                {"sum": round(total, 9)},
            )


def not_unitary(case: Case) -> Iterator[Explanation]:
    """A matrix that is no gate: its columns are not orthonormal. A fact, too."""
    if case.target.as_map() is None or not isinstance(case.answer, Matrix):
        return
    if not np.isfinite(case.answer.matrix).all():
        yield Explanation("not-unitary", f"Your matrix {_NO_NUMBER}, so it is no quantum gate.")
        return
    gram = multiply(case.answer.matrix.conj().T, case.answer.matrix)
    gap = gram - np.eye(len(gram))
    if not np.linalg.norm(gap) > max(_NOTHING, case.target.tolerance) * len(gram) ** 0.5 * 2:
        return
    lengths = np.sqrt(np.real(np.diag(gram)))
    worst = int(np.argmax(abs(lengths - 1)))
    if abs(lengths[worst] - 1) > _NOTHING:
        why = f"column {worst} (counted from 0) has length {significant(lengths[worst], 4)} instead of 1"
    else:
        row, column = (int(i) for i in np.unravel_index(np.argmax(abs(gap)), gap.shape))
        why = f"columns {min(row, column)} and {max(row, column)} (counted from 0) are not perpendicular"
    yield Explanation(
        "not-unitary",
        f"Your matrix is not unitary, so it is no quantum gate: {why}.",
        None,
        {"gap": round(float(np.linalg.norm(gap)), 9)},
    )
