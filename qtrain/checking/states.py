"""Targets that are states: pure and mixed."""

from __future__ import annotations

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.model import Circuit
from qtrain.circuits.numerals import number_text

from . import distance as far
from .effortless import effortless
from .evidence import amplitudes, common_phase, frequencies
from .expected import read_expected
from .linear import MAX_STIMULI_QUBITS, WORK, WRITTEN
from .refusals import Refused, Undecided, called, first_hole, wrong_size
from .rounding import nearly, rounded, very_close
from .structure import same_list
from .target import Target
from .verdict import Evidence, Verdict, wrong


class State(Target):
    """A pure state: as a vector (big-endian), or as a circuit that prepares it from |0…0⟩.

    A circuit with measurements, resets or classical control in the middle is right if every run of it ends in the
    state. Final measurements do not matter. A density matrix is right if it is that of the state.

    Parameters
    ----------
    expected : vector or circuit
        Must be normalised.
    digits : int, optional
        The task allows to round the amplitudes to so many digits after the point.
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
        If the vector is not normalised, or a circuit that measures does not prepare one pure state.

    Examples
    --------
    >>> State([0.5**0.5, 0, 0, 0.5**0.5]).judge([0.5**0.5, 0, 0, -(0.5**0.5)]).passed
    False
    """

    reading = "state"
    wants = "a state"
    num_qubits: int

    def __init__(
        self, expected, *, num_qubits=None, order="native", phase="global", tolerance=None, digits=None, **options
    ):
        super().__init__(**options)
        self.digits = digits
        if phase not in ("global", "exact"):
            raise ValueError('phase is "global" or "exact"')
        self.phase = phase
        self.tolerance = far.TOLERANCE if tolerance is None else float(tolerance)
        neutral = read_expected(expected, "state", num_qubits, order)
        self._vector: np.ndarray | None = None
        if isinstance(neutral, Circuit):
            self.reference = neutral
            if first_hole(neutral):
                states = branch_states(neutral)
                if not all(far.same_state(state, states[0]) for state in states):
                    raise ValueError("the expected circuit does not prepare one pure state")
                self.reference, self._vector = None, states[0]
        elif isinstance(neutral, values.State):
            size = np.linalg.norm(neutral.vector)
            if not abs(size - 1) <= 1e-6:
                raise ValueError(f"the expected state is not normalised: its length is {size:.6g}")
            self._vector = neutral.vector / size
        else:
            raise ValueError(f"a state is expected as a vector or a circuit, not as {called(neutral)}")
        self.num_qubits = neutral.num_qubits

    def like(self, answer):
        return State(answer, phase=self.phase, tolerance=self.tolerance)

    def as_state(self):
        return self.vector

    @property
    def vector(self) -> np.ndarray | None:
        """The expected amplitudes (None beyond the sizes that can be simulated)."""
        if self._vector is None and self.reference is not None and _costs(self.reference) <= WORK:
            from qtrain.circuits import run

            self._vector = run(self.reference)
        return self._vector

    def right(self, answer):
        if isinstance(answer, values.Matrix) and 1 in answer.matrix.shape:
            # A column or row vector is how textbooks write states.
            answer = values.State(answer.matrix.reshape(-1), answer.matrix.size.bit_length() - 1)
        if not isinstance(answer, Circuit | values.State | values.Density):
            n = self.num_qubits
            hint = f"give a vector of {2**n} amplitudes, or a circuit that prepares the state from |0…0⟩"
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for a state: {hint}.")
        if answer.num_qubits != self.num_qubits:
            raise wrong_size(answer.num_qubits, self.num_qubits)
        if isinstance(answer, values.State):
            allowed = self.digits is not None and (self._rounded(answer) or 0) >= self.digits
            return allowed or self._same(answer.vector)
        if isinstance(answer, values.Density):
            vector = self._known()
            return far.distance(answer.matrix, np.outer(vector, vector.conj()), "exact") <= 2 * self.tolerance
        if self.reference is not None and answer.num_qubits > WRITTEN:
            if same_list(answer, self.reference, self.phase):
                return True
        if _costs(answer) > WORK or self.vector is None:
            from .equivalence import same_state_circuit

            if self.reference is None:
                raise Undecided(f"A state of {answer.num_qubits} qubits is too large to be computed here.")
            return same_state_circuit(answer, self.reference, self.phase)
        if first_hole(answer) is None:
            from qtrain.circuits import run

            return self._same(run(answer))
        return all(self._same(state) for state in branch_states(answer))

    def _known(self) -> np.ndarray:
        """The expected amplitudes; `Undecided` where they are too many."""
        if self.vector is None:
            raise Undecided(f"A state of {self.num_qubits} qubits is too large to be computed here.")
        return self.vector

    def _same(self, vector) -> bool:
        return far.same_state(vector, self._known(), self.phase, self.tolerance)

    def _answered(self, answer) -> np.ndarray | None:
        if isinstance(answer, values.State):
            return answer.vector
        if isinstance(answer, Circuit) and answer.num_qubits <= MAX_STIMULI_QUBITS:
            states = branch_states(answer)
            return next((state for state in states if not self._same(state)), states[0])
        return None

    def idle(self, answer):
        n = self.num_qubits
        return effortless(n, None if self.vector is None else np.abs(self.vector)) if n <= MAX_STIMULI_QUBITS else ()

    def score(self, answer):
        """A half for a circuit that gives every outcome its probability. How near two states are is no measure: a wrong
        angle may come as near as one likes by chance. Amplitudes that are written down are right or not.
        """
        if self.vector is None or not isinstance(answer, Circuit):
            return 0.0
        vector = self._answered(answer)
        if vector is None:
            return 0.0
        return 0.5 * bool(np.allclose(abs(vector), abs(self.vector), atol=max(self.tolerance, 1e-3)))

    def evidence(self, answer) -> Evidence | None:
        vector = None if self.vector is None else self._answered(answer)
        if vector is None or self.vector is None:
            return None
        # What is expected is turned, never the answer: that stands as the learner's program prints it.
        factor = common_phase(self.vector, vector) if self.phase == "global" else 1
        return amplitudes(factor * self.vector, vector, turned=factor != 1, part=True)

    def explain(self, answer):
        digits = self._rounded(answer)
        if digits is not None:
            return wrong(None, very_close(digits, "amplitudes"), evidence=self.evidence(answer))
        return self._nearly(answer) if isinstance(answer, Circuit) else None

    def _nearly(self, circuit) -> Verdict | None:
        """What is said of a circuit whose angles seem to be rounded."""
        vector = None if self.vector is None else self._answered(circuit)
        if vector is None or self.vector is None:
            return None
        factor = common_phase(self.vector, vector) if self.phase == "global" else 1
        return nearly(float(np.max(np.abs(factor * self.vector - vector))), "amplitude")

    def _rounded(self, answer) -> int | None:
        """The digits to which a vector is the right one rounded; None if it is not."""
        if not isinstance(answer, values.State) or self.vector is None:
            return None
        return rounded(answer.vector, self.vector, self.phase)

    def fallback(self, answer):
        if isinstance(answer, values.Density):
            purity = float(np.real(np.trace(answer.matrix @ answer.matrix)))
            if purity < 1 - 1e-6:
                return f"This state is mixed (purity {number_text(purity, 3)}), but a pure state is asked for."
        if isinstance(answer, Circuit) and first_hole(answer) and len(branch_states(answer)) > 1:
            return "The circuit measures or resets on its way, and not every outcome ends in the state asked for."
        return super().fallback(answer)


def _costs(circuit: Circuit) -> int:
    """Amplitudes that running it changes, twice: as much again is run to compare it with."""
    n = circuit.num_qubits
    return WORK + 1 if n > MAX_STIMULI_QUBITS else 2 * len(circuit.operations) << n


_LARGE = 9
"""From so many qubits on, density matrices of circuits are never written out to be compared."""


class Density(Target):
    """A mixed state; an answer may be a density matrix, a pure state, or a circuit (then its exact mixed output).

    Parameters
    ----------
    expected : matrix of shape (2**n, 2**n), vector of shape (2**n,), or circuit
        Big-endian, of trace 1.
    num_qubits : int, optional
        How many qubits are meant, for a Cirq object that leaves some of them idle.
    order : {"native", "big", "little"}
        The qubit order of a bare array or of bare strings in `expected`; "native" is big-endian. Frameworks' own
        objects are read in their own order.
    tolerance : float, optional
        The largest distance that counts as nothing: 1e-5 by default, see `qtrain.checking.distance`.
    digits : int, optional
        The task allows to round the entries to so many digits after the point.

    Raises
    ------
    ValueError
        If the trace is not 1.
    """

    reading = "density"
    wants = "a density matrix"
    num_qubits: int

    def __init__(self, expected, *, num_qubits=None, order="native", tolerance=None, digits=None, **options):
        super().__init__(**options)
        self.digits = digits
        matrix = density_of(read_expected(expected, "density", num_qubits, order))
        if matrix is None or not abs(np.trace(matrix) - 1) <= 1e-6:
            raise ValueError("the expected density matrix needs trace 1")
        self.matrix = matrix
        self.num_qubits = matrix.shape[0].bit_length() - 1
        self.tolerance = far.TOLERANCE if tolerance is None else float(tolerance)
        self._square = float(np.linalg.norm(self.matrix)) ** 2

    def like(self, answer):
        return Density(answer, tolerance=self.tolerance)

    def idle(self, answer):
        return effortless(self.num_qubits, np.real(np.diag(self.matrix)))

    def right(self, answer):
        n = getattr(answer, "num_qubits", None)
        if n is not None and n != self.num_qubits:
            raise wrong_size(n, self.num_qubits)
        if isinstance(answer, Circuit) and answer.num_qubits >= _LARGE:
            from qtrain.circuits import density_factor

            # ‖V V† − ρ‖² without the large products: with few columns in V this is a hundred times faster.
            factor = density_factor(answer)
            overlap = float(np.vdot(factor, self.matrix @ factor).real)
            square = float(np.linalg.norm(factor.conj().T @ factor)) ** 2 + self._square - 2 * overlap
            return max(square, 0.0) ** 0.5 <= far.operator_tolerance(self.tolerance, len(self.matrix))
        matrix = self._admitted(answer)
        if self.digits is not None and (self._rounded(answer) or 0) >= self.digits:
            return True
        return far.distance(matrix, self.matrix, "exact") <= far.operator_tolerance(self.tolerance, len(matrix))

    def _admitted(self, answer) -> np.ndarray:
        matrix = density_of(answer)
        if matrix is None or matrix.shape != self.matrix.shape:
            size = 2**self.num_qubits
            raise Refused("wrong-type", f"You gave {called(answer)}, but a {size}×{size} density matrix is asked for.")
        return matrix

    def _rounded(self, answer) -> int | None:
        written = isinstance(answer, values.Density | values.Matrix)
        return rounded(answer.matrix, self.matrix) if written else None

    def explain(self, answer):
        digits = self._rounded(answer)
        return None if digits is None else wrong(None, very_close(digits, "entries"), evidence=self.evidence(answer))

    def score(self, answer):
        """One minus the trace distance, of a circuit; beyond 8 qubits that takes too long. A matrix that is written
        down is right or not, as any number is.
        """
        if self.num_qubits >= _LARGE or not isinstance(answer, Circuit):
            return 0.0
        gap = self._admitted(answer) - self.matrix
        return 1 - 0.5 * float(np.sum(np.linalg.svd(gap, compute_uv=False))) if np.all(np.isfinite(gap)) else 0.0

    def evidence(self, answer):
        """The probabilities of a circuit; those of a matrix are the answer itself, and would give it away."""
        if not isinstance(answer, Circuit):
            return None
        labels = [format(i, f"0{self.num_qubits}b") for i in range(len(self.matrix))]
        got, expected = (np.real(np.diag(matrix)) for matrix in (self._admitted(answer), self.matrix))
        if np.allclose(got, expected, atol=1e-6):
            return None
        return frequencies(dict(zip(labels, expected, strict=True)), dict(zip(labels, got, strict=True)))

    def fallback(self, answer):
        matrix = self._admitted(answer)
        if isinstance(answer, values.Density | values.Matrix) and (wrong_in_itself := no_density(matrix)):
            return wrong_in_itself
        gap = abs(matrix - self.matrix)
        row, column = np.unravel_index(int(np.argmax(gap)), gap.shape)
        kind = "a population, on the diagonal" if row == column else "a coherence, off the diagonal"
        return f"The density matrix differs most in row {row}, column {column} (counted from 0): {kind}."


def no_density(matrix: np.ndarray) -> str:
    """Why the matrix is the density matrix of no state; empty if it is one (entries within a thousandth)."""
    if np.abs(matrix - matrix.conj().T).max() > 1e-3:
        return "Your matrix is not equal to its own conjugate transpose, as every density matrix is."
    if abs(np.trace(matrix).real - 1) > 1e-3:
        return f"Your matrix has the trace {number_text(np.trace(matrix).real, 4)}. A density matrix has the trace 1."
    if (least := float(np.linalg.eigvalsh(matrix)[0])) < -1e-3:
        return f"Your matrix has the negative eigenvalue {number_text(least, 3)}. A density matrix has none."
    return ""


def density_of(answer) -> np.ndarray | None:
    """The density matrix that a neutral answer means; None if it means none."""
    from qtrain.circuits import density

    if isinstance(answer, values.Density):
        return answer.matrix
    if isinstance(answer, values.Matrix) and answer.matrix.shape[0] == answer.matrix.shape[1]:
        return answer.matrix
    if isinstance(answer, values.State):
        return np.outer(answer.vector, answer.vector.conj())
    if isinstance(answer, Circuit):
        if answer.num_qubits > far.MAX_DENSE - 1:
            raise Undecided(f"The density matrix of {answer.num_qubits} qubits is too large to be compared here.")
        # Measurements at the end count here: they take coherence away.
        return density(answer)
    return None


def branch_states(circuit: Circuit, *, normalised: bool = True) -> list[np.ndarray]:
    """The states in which runs of the circuit can end, one for each course of its measurements, resets and noise."""
    from qtrain.circuits import branches, run

    start, rest = _loaded(circuit)
    if first_hole(rest) is None:
        return [run(rest, start)]
    states = [column for part in branches(rest, start).values() for column in part[:, :, 0]]
    weights = [float(np.linalg.norm(state)) for state in states]
    kept = [(state, weight) for state, weight in zip(states, weights, strict=True) if weight > 1e-7]
    return [state / weight if normalised else state for state, weight in kept]


def _loaded(circuit: Circuit) -> tuple[np.ndarray | None, Circuit]:
    """The start state that steps loading a state into untouched qubits make, and the circuit without them."""
    if not any(step.name == "initialize" for step in circuit.operations):
        return None, circuit
    n = circuit.num_qubits
    if n > MAX_STIMULI_QUBITS:
        raise Undecided(f"A state of {n} qubits is too large to be computed here.")
    state = np.zeros((2,) * n, dtype=complex)
    state[(0,) * n] = 1
    touched: set[int] = set()
    rest = []
    for step in circuit.operations:
        if step.name == "initialize" and touched.isdisjoint(step.qubits):
            axes = range(len(step.qubits))
            before = np.moveaxis(state, step.qubits, axes)[(0,) * len(step.qubits)]
            after = np.multiply.outer(step.array.reshape((2,) * len(step.qubits)), before)
            state = np.moveaxis(after, axes, step.qubits)
        else:
            rest.append(step)
        if step.name != "barrier":
            touched |= {*step.all_qubits, *(q for inner in (*step.body, *step.orelse) for q in inner.all_qubits)}
    return np.ascontiguousarray(state).reshape(-1), circuit.replace_operations(rest)
