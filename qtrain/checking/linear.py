"""Targets that are linear maps: unitaries, isometries, actions with ancillas.

All of them are one thing: input columns go in, the answer's images are compared with the expected ones. Up to
6 input qubits nothing is accepted before every basis state has been tried, which is exact. Above that random stimuli
accept (see `distance` for the bound, below 1e-12), and the full matrix decides where they are too close to call. What
is wrong is refused by stimuli at every size but the smallest: that is certain, and fast where the diagnosis tries many.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.model import Circuit
from qtrain.circuits.simulate import multiply

from . import distance as far
from .effortless import effortless
from .evidence import amplitudes, common_phase
from .expected import read_expected, require_isometry
from .paulis import observable_matrix
from .refusals import Refused, Undecided, called, first_hole, wrong_size
from .rounding import nearly, rounded, very_close
from .structure import same_list
from .target import Target
from .verdict import Evidence, Verdict, wrong

AT_ONCE = 32  # columns up to which trying them all costs no more than stimuli do
EXACT = 64  # columns up to which nothing is accepted before all have been tried
MAX_STIMULI_QUBITS = 22
WORK = 2**31  # gates × amplitudes × columns that a verdict may cost: some seconds
_ALL_INPUTS = 8  # qubits up to which a verdict looks at every basis state
WRITTEN = 6  # qubits from which it is worth a look whether two circuits are written alike


class LinearTarget(Target):
    """Base: a map from `num_inputs` qubits to `num_qubits` qubits.

    `num_qubits` is None where the answer may have any number. `inputs` are the places of the input qubits among the
    answer's; all others start in |0⟩. With `digits`, a matrix may be rounded to so many digits after the point.
    """

    wants = "a circuit or a unitary matrix"

    def __init__(self, num_qubits, inputs: Sequence[int], *, phase="global", tolerance=None, digits=None, **options):
        super().__init__(**options)
        self.digits = digits
        if phase not in ("global", "exact"):
            raise ValueError('phase is "global" or "exact"')
        self.num_qubits = num_qubits
        self.inputs = tuple(inputs)
        self.phase = phase
        self.tolerance = far.TOLERANCE if tolerance is None else float(tolerance)
        self._stimuli: np.ndarray | None = None
        self._expected: dict = {}
        self._shown: tuple = ()

    @property
    def num_inputs(self) -> int:
        """Qubits that carry the input."""
        return len(self.inputs)

    def expected_images(self, columns: np.ndarray, num_qubits: int) -> np.ndarray:
        """What should become of the input columns (2**num_inputs, k) on an answer with so many qubits."""
        raise TypeError(f"{type(self).__name__} does not say what it expects")

    def images(self, answer, columns: np.ndarray) -> np.ndarray:
        """What the answer makes of the input columns."""
        if isinstance(answer, values.Matrix):
            rows, width = answer.matrix.shape
            if rows != width or self._whole(answer.num_qubits):
                return applied(answer.matrix, columns)
            return multiply(answer.matrix, self.embedded(columns, answer.num_qubits))
        from qtrain.circuits import run

        return run(answer, self.embedded(columns, answer.num_qubits))

    def embedded(self, columns: np.ndarray, num_qubits: int) -> np.ndarray:
        """The input columns on all qubits, the others in |0⟩."""
        if self._whole(num_qubits):
            return columns
        result = np.zeros((2**num_qubits, columns.shape[1]), dtype=complex)
        result[embedding(self.inputs, num_qubits)] = columns
        return result

    def _whole(self, num_qubits: int) -> bool:
        """Whether the input enters on all qubits, in their order."""
        return self.inputs == tuple(range(num_qubits))

    def as_map(self):
        return self

    def like(self, answer):
        return _SameImages(self, self.admit(answer))

    def idle(self, answer):
        n = answer.num_qubits
        return effortless(n) if n <= far.MAX_DENSE and self.num_inputs <= n else ()

    # --- judging -------------------------------------------------------------------------------------------------

    def admit(self, answer):
        """The answer as a map (a circuit without holes, or a matrix of the right shape), else `Refused`."""
        if isinstance(answer, values.Observable):
            answer = values.Matrix(observable_matrix(answer), answer.num_qubits)
        if isinstance(answer, values.Matrix):
            self._admit_shape(answer.matrix.shape)
            return answer
        if not isinstance(answer, Circuit):
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for {self.wants}.")
        self._admit_qubits(answer)
        hole = first_hole(answer)
        if hole:
            raise Refused("wrong-type", hole)
        return answer

    def _admit_qubits(self, answer: Circuit) -> None:
        if self.num_qubits is not None and answer.num_qubits != self.num_qubits:
            raise wrong_size(answer.num_qubits, self.num_qubits)

    def _admit_shape(self, shape) -> None:
        if self.num_qubits is None:
            return
        rows, columns = 2**self.num_qubits, 2**self.num_inputs
        if shape not in ((rows, rows), (rows, columns)):
            raise Refused("wrong-size", "Your matrix is {}×{}, but {}×{} is asked for.".format(*shape, rows, columns))

    def right(self, answer):
        answer = self.admit(answer)
        if answer.num_qubits > WRITTEN and self.reference is not None and isinstance(answer, Circuit):
            if same_list(answer, self.reference, self.phase):
                return True
        if self.digits is not None and (self._rounded(answer) or 0) >= self.digits:
            return True
        if 2**self.num_inputs <= AT_ONCE and answer.num_qubits <= far.MAX_DENSE:
            return self._right_densely(answer)
        if answer.num_qubits > MAX_STIMULI_QUBITS:
            return self._right_beyond(answer)
        return self._right_by_stimuli(answer)

    def _right_densely(self, answer) -> bool:
        everything = identity(2**self.num_inputs)
        expected = self._cached(answer.num_qubits, everything)
        return far.same_operator(self.images(answer, everything), expected, self.phase, self.tolerance)

    def _right_by_stimuli(self, answer) -> bool:
        n = answer.num_qubits
        if n > far.MAX_DENSE and isinstance(answer, Circuit):
            if len(answer.operations) * 2**n * 3 > WORK:
                return self._right_beyond(answer)
            return self._right_column_by_column(answer)
        if self._stimuli is None:
            self._stimuli = far.stimuli(2**self.num_inputs)
        got = self.images(answer, self._stimuli)
        expected = self._cached(n, self._stimuli)
        told = far.judged_by_stimuli(got, expected, self.phase, self.tolerance)
        if told is None or (told and 2**self.num_inputs <= EXACT):
            return self._right_densely(answer)
        return told

    def _right_column_by_column(self, answer) -> bool:
        """One stimulus after the other, to hold few large vectors at once and to stop at the first difference.

        Three that see no difference suffice (`hiding_probability` of 7e-4 with count 3: below 1e-9); where they see
        one near the tolerance, eight estimate it.
        """
        factor = None
        squares: list[float] = []
        limit = far.operator_tolerance(self.tolerance, 2**self.num_inputs)
        while len(squares) < 3 or (max(squares) > min(far.SURE, limit) ** 2 and len(squares) < 8):
            stimulus = far.stimuli(2**self.num_inputs, 1)
            got, expected = self.images(answer, stimulus), self.expected_images(stimulus, answer.num_qubits)
            if factor is None:
                factor = far.aligned(got, expected) if self.phase == "global" else 1.0
                continue
            # In place, because every vector here may take 64 MB.
            expected *= -factor
            expected += got
            squares.append(float(np.linalg.norm(expected)) ** 2)
            if not squares[-1] <= (10 * limit) ** 2:
                return False
        return sum(squares) / len(squares) <= limit**2

    def _right_beyond(self, answer) -> bool:
        from .equivalence import same_circuit

        if not isinstance(answer, Circuit) or self.reference is None or self.num_inputs != answer.num_qubits:
            raise Undecided(f"A map on {answer.num_qubits} qubits is too large to be decided here.")
        return same_circuit(answer, self.reference, self.phase)

    def _cached(self, num_qubits: int, columns: np.ndarray) -> np.ndarray:
        key = (num_qubits, columns.shape[1])
        if key not in self._expected:
            if len(self._expected) > 4:
                self._expected.clear()
            self._expected[key] = self.expected_images(columns, num_qubits)
        return self._expected[key]

    # --- teaching ------------------------------------------------------------------------------------------------

    def _shown_columns(self) -> np.ndarray:
        """Basis inputs to look at: all where that is cheap, else 0…0, 1…1, those with a single 1, and some others."""
        m = self.num_inputs
        if m <= _ALL_INPUTS:
            return np.arange(2**m)
        others = np.random.default_rng(0).integers(2**m, size=32)
        return np.unique([0, 2**m - 1, *(1 << bit for bit in range(m)), *others])

    def _images_shown(self, answer):
        # The score and the evidence look at the same images, one after the other.
        if not self._shown or self._shown[0] is not answer:
            self._shown = answer, *self._compute_shown(answer)
        return self._shown[1]

    def _compute_shown(self, answer):
        answer = self.admit(answer)
        chosen = self._shown_columns()
        if len(chosen) == 2**self.num_inputs:
            columns = identity(len(chosen))
        else:
            columns = np.zeros((2**self.num_inputs, len(chosen)), dtype=complex)
            columns[chosen, np.arange(len(chosen))] = 1
        expected = self._cached(answer.num_qubits, columns)
        got = self.images(answer, columns)
        if self.phase == "global":
            # What is expected is turned, never the answer: that stands as the learner's program prints it.
            factor = common_phase(expected, got)
            return (chosen, factor * expected, got), factor != 1
        return (chosen, expected, got), False

    def score(self, answer):
        """The share of the inputs looked at that come out right, up to one phase where that is free."""
        if answer.num_qubits > far.MAX_DENSE:
            return 0.0
        _, expected, got = self._images_shown(answer)
        return float(np.mean(np.linalg.norm(expected - got, axis=0) <= 1e-3))

    def evidence(self, answer) -> Evidence | None:
        if answer.num_qubits > far.MAX_DENSE:
            return None
        chosen, expected, got = self._images_shown(answer)
        gaps = np.linalg.norm(got - expected, axis=0)
        if np.max(gaps) < 1e-6:
            return None  # the inputs looked at do not show it
        worst = int(np.argmax(gaps > 0.999 * np.max(gaps)))
        turned = self._shown[2]
        return amplitudes(expected[:, worst], got[:, worst], given=self._named(int(chosen[worst])), turned=turned)

    def explain(self, answer) -> Verdict | None:
        digits = self._rounded(answer)
        if digits is not None:
            return wrong(None, very_close(digits, "entries"), evidence=self.evidence(answer))
        if not isinstance(answer, Circuit) or answer.num_qubits > far.MAX_DENSE or self.num_inputs > _ALL_INPUTS:
            return None
        _, expected, got = self._images_shown(answer)
        return nearly(float(np.max(np.abs(expected - got))), "amplitude")

    def _rounded(self, answer) -> int | None:
        """The digits to which a matrix is the right one rounded; None if it is not."""
        if not isinstance(answer, values.Matrix) or answer.num_qubits > far.MAX_DENSE:
            return None
        expected = self._cached(answer.num_qubits, identity(2**self.num_inputs))
        return rounded(answer.matrix, expected, self.phase)

    def _named(self, index: int) -> str:
        return f"|{index:0{self.num_inputs}b}⟩"


class _SameImages(LinearTarget):
    """The map from a target's inputs that an answer realises."""

    def __init__(self, target: LinearTarget, answer):
        super().__init__(answer.num_qubits, target.inputs, phase=target.phase, tolerance=target.tolerance)
        self.answer = answer

    def expected_images(self, columns, num_qubits):
        return self.images(self.answer, columns)


class Unitary(LinearTarget):
    """A unitary on n qubits: a circuit of any framework, a gate, an operator or a matrix (big-endian).

    Parameters
    ----------
    expected : circuit, gate, operator, or matrix of shape (2**n, 2**n)
        A circuit of gates alone, without measurements.
    num_qubits : int, optional
        How many qubits are meant, for a Cirq object that leaves some of them idle.
    order : {"native", "big", "little"}
        The qubit order of a bare array or of bare strings in `expected`; "native" is big-endian. Frameworks' own
        objects are read in their own order.
    phase : {"global", "exact"}
        Whether a global phase is ignored or counts.
    tolerance : float, optional
        The largest distance that counts as nothing: 1e-5 by default, see `qtrain.checking.distance`.

    Raises
    ------
    ValueError
        If the matrix is not unitary, or the circuit measures, resets or branches.

    Examples
    --------
    >>> Unitary([[0, 1], [1, 0]]).judge([[0, 1j], [1j, 0]]).passed
    True
    """

    reading = "unitary"
    num_qubits: int

    def __init__(self, expected, *, num_qubits=None, order="native", phase="global", tolerance=None, **options):
        neutral = read_expected(expected, "unitary", num_qubits, order)
        if isinstance(neutral, values.Observable):
            neutral = values.Matrix(observable_matrix(neutral), neutral.num_qubits)
        if isinstance(neutral, Circuit):
            if hole := first_hole(neutral):
                raise ValueError(f"the expected circuit is no unitary: {hole}")
            self.reference, self._matrix = neutral, None
        elif isinstance(neutral, values.Matrix):
            self._matrix = require_isometry(neutral.matrix)
        else:
            raise ValueError(f"a unitary is expected as a circuit or a matrix, not as {called(neutral)}")
        n = neutral.num_qubits
        super().__init__(n, range(n), phase=phase, tolerance=tolerance, **options)

    def like(self, answer):
        return Unitary(answer, phase=self.phase, tolerance=self.tolerance)

    @property
    def matrix(self) -> np.ndarray | None:
        """The expected matrix (None beyond the dense sizes)."""
        if self._matrix is None and self.num_qubits <= far.MAX_DENSE:
            from qtrain.circuits import unitary

            self._matrix = unitary(self.reference)
        return self._matrix

    def expected_images(self, columns, num_qubits):
        if self._matrix is not None:
            return applied(self._matrix, columns)
        from qtrain.circuits import run

        return run(self.reference, columns)


class Isometry(LinearTarget):
    """A map from fewer qubits to more: the input enters on the qubits `inputs`, all others start in |0⟩.

    Parameters
    ----------
    expected : circuit, or array of shape (2**n, 2**m)
        Column j is the state that the basis input j becomes.
    inputs : sequence of int
        Where the input enters, most significant first; by default the first m qubits.
    num_qubits : int, optional
        How many qubits are meant, for a Cirq object that leaves some of them idle.
    order : {"native", "big", "little"}
        The qubit order of a bare array or of bare strings in `expected`; "native" is big-endian. Frameworks' own
        objects are read in their own order.
    phase : {"global", "exact"}
        Whether a global phase is ignored or counts.
    tolerance : float, optional
        The largest distance that counts as nothing: 1e-5 by default, see `qtrain.checking.distance`.

    Raises
    ------
    ValueError
        If the columns are not orthonormal, or do not match the `inputs`; a circuit needs to know its inputs.

    Examples
    --------
    >>> repetition = Isometry([[1, 0], [0, 0], [0, 0], [0, 1]], inputs=[0])     # a|0⟩ + b|1⟩ becomes a|00⟩ + b|11⟩
    """

    reading = "unitary"
    wants = "a circuit"
    num_qubits: int

    def __init__(
        self, expected, inputs=None, *, num_qubits=None, order="native", phase="global", tolerance=None, **options
    ):
        neutral = read_expected(expected, "unitary", num_qubits, order)
        if isinstance(neutral, Circuit):
            if inputs is None:
                raise ValueError("an isometry given as a circuit needs to know its inputs")
            self.reference, self._columns = neutral, None
            n = neutral.num_qubits
        else:
            self._columns = require_isometry(neutral.matrix)
            n = self._columns.shape[0].bit_length() - 1
            if inputs is None:
                inputs = range(self._columns.shape[1].bit_length() - 1)
            elif 2 ** len(tuple(inputs)) != self._columns.shape[1]:
                raise ValueError("an isometry has one column for each basis state of its inputs")
        super().__init__(n, inputs, phase=phase, tolerance=tolerance, **options)

    @property
    def isometry(self) -> np.ndarray:
        """The expected columns."""
        return self.expected_images(identity(2**self.num_inputs), self.num_qubits)

    def expected_images(self, columns, num_qubits):
        if self._columns is not None:
            return applied(self._columns, columns)
        return self.images(self.reference, columns)


def embedding(places: Sequence[int], num_qubits: int) -> np.ndarray:
    """Row i of the result is the basis state of `num_qubits` qubits with the bits of i at `places` and 0 elsewhere."""
    small = np.arange(2 ** len(places))
    result = np.zeros_like(small)
    for position, place in enumerate(places):
        bit = (small >> (len(places) - 1 - position)) & 1
        result |= bit << (num_qubits - 1 - place)
    return result


def applied(matrix: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The matrix times the columns; the shared identity needs no product."""
    return matrix if columns is identity(len(columns)) else multiply(matrix, columns)


@lru_cache(maxsize=16)
def identity(size: int) -> np.ndarray:
    """All basis states as columns: one shared array, so that it is recognised."""
    columns = np.eye(size, dtype=complex)
    columns.setflags(write=False)
    return columns
