"""The target that is a channel: what happens to every state, pure or mixed, with measurement and noise on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.channels import (
    choi_of,
    in_their_span,
    joint,
    joint_distance,
    result_probabilities,
    side_by_side,
)
from qtrain.circuits.errors import TooLarge
from qtrain.circuits.model import Circuit, Operation
from qtrain.circuits.transform import split_final_measurements, with_bits, written_bits

from . import distance as far
from .answer_forms import asked_for, forms
from .effortless import effortless
from .expected import read_expected
from .linear import Unitary, embedding
from .refusals import Refused, Undecided, called, first_hole, wrong_size
from .target import Alike, Target

_WHOLE = 3
"""Qubits up to which all inputs are tried at once, entangled with a reference: the result is the Choi matrix."""
_CHOI = 5
"""Qubits up to which a Choi matrix, 4ⁿ × 4ⁿ, is computed."""
_STIMULI = 4
"""Above that: so many random inputs, one after the other."""
_MAX_KRAUS = 2**5


class Channel(Target):
    """A quantum channel, with the classical results of its measurements where these are asked for.

    Up to 3 qubits the two are compared on all inputs (by their Choi matrices, one block for each result), above that on
    four random inputs, drawn anew in every process: what is wrong differs on almost every input. The first difference
    refuses; a circuit with one rotation off by 0.01 rad passes with a probability below 1e-12 (see `distance`).

    Parameters
    ----------
    expected : circuit, list of Kraus operators, or unitary matrix
        Big-endian; Kraus operators of shape (2**n, 2**n). A circuit may measure, reset, branch and contain noise.
    data : sequence of int, optional
        The qubits on which an answer given as a circuit realises the channel; its other qubits start in |0⟩ and are
        thrown away at the end. By default all qubits are data.
    results : bool
        Whether the classical bits count. Then the states of qubits that the expected circuit measures last do not:
        they are known from the results. Results that the expected circuit has not are left out where the qubit is
        measured last.
    num_qubits : int, optional
        How many qubits are meant, for a Cirq object that leaves some of them idle.
    order : {"native", "big", "little"}
        The qubit order of a bare array or of bare strings in `expected`; "native" is big-endian. Frameworks' own
        objects are read in their own order.
    tolerance : float, optional
        The largest distance that counts as nothing: 1e-5 by default, see `qtrain.checking.distance`.

    Raises
    ------
    ValueError
        If the Kraus operators are incomplete.

    References
    ----------
    M.-D. Choi, Linear Algebra and its Applications 10, 285 (1975), doi:10.1016/0024-3795(75)90075-0.

    Examples
    --------
    >>> import numpy as np
    >>> flip = [np.sqrt(0.9) * np.eye(2), np.sqrt(0.1) * np.array([[0, 1], [1, 0]])]
    >>> Channel(flip).judge([flip[1], -flip[0]]).passed
    True
    """

    reading = "unitary"
    wants = "a circuit, or a list of Kraus operators"

    def __init__(
        self,
        expected,
        *,
        data: Sequence[int] | None = None,
        results: bool = False,
        num_qubits=None,
        order="native",
        tolerance=None,
        **options,
    ):
        super().__init__(**options)
        operators = kraus_list(expected)
        neutral = operators if operators is not None else read_expected(expected, "unitary", num_qubits, order)
        if operators is not None:
            self._require_complete(operators.operations[0].array)
        self.expected = self._circuit(neutral)
        self.reference = neutral if operators is None and isinstance(neutral, Circuit) else None
        self.width = self.expected.num_qubits
        self.num_qubits = self.width if data is None else None
        self.data = None if data is None else tuple(data)
        self.results = bool(results) and bool(written_bits(self.expected))
        finals = {step.qubits[0] for step in split_final_measurements(self.expected)[1]} if self.results else ()
        self.kept = tuple(qubit for qubit in range(self.width) if qubit not in finals)
        self.tolerance = far.TOLERANCE if tolerance is None else float(tolerance)
        self._wanted: dict = {}

    @staticmethod
    def _require_complete(kraus: np.ndarray) -> None:
        if not np.linalg.norm(np.einsum("kij,kil->jl", kraus.conj(), kraus) - np.eye(kraus.shape[2])) <= 1e-6:
            raise ValueError("the expected Kraus operators are incomplete: the sum of K†K is not the identity")

    @cached_property
    def inputs(self) -> list[np.ndarray]:
        """The inputs on which the two are compared, each of shape (2**width, k): states, or all of them at once."""
        size = 2**self.width
        if self.width <= _WHOLE:
            return [np.eye(size, dtype=complex)]
        if self.width > far.MAX_DENSE:
            raise TooLarge(f"With its measurements a circuit of {self.width} qubits is too large to be followed here.")
        # With this length the outputs of two unitaries are about as far apart as the unitaries are, see `distance`.
        return list((far.stimuli(size, _STIMULI) / size**0.25).T[:, :, None])

    @cached_property
    def choi(self) -> np.ndarray:
        """The Choi matrix of what is expected, see `qtrain.circuits.choi`; its results are forgotten."""
        return choi_of(self._operators(self.expected, range(self.width)))

    def _kraus(self, answer) -> np.ndarray:
        """The Kraus operators of a neutral answer on the data qubits, of shape (m, 2**width, 2**width)."""
        if isinstance(answer, values.Matrix):
            return answer.matrix[None]
        circuit, *_ = self._admitted(answer)
        return self._operators(circuit, range(self.width) if self.data is None else self.data)

    def _operators(self, circuit: Circuit, data: Sequence[int]) -> np.ndarray:
        if self.width > _CHOI:
            raise TooLarge(f"The Choi matrix of a channel on {self.width} qubits is too large to be computed here.")
        size = 2**self.width
        columns = np.zeros((2**circuit.num_qubits, size), dtype=complex)
        columns[embedding(data, circuit.num_qubits)] = np.eye(size)
        (factor,) = joint(circuit, columns, tuple(data), False).values()
        return factor.reshape(size, size, -1).transpose(2, 0, 1)

    def wanted(self, number: int):
        """What should come out of an input, as in `_came`."""
        if number not in self._wanted:
            self._wanted[number] = self._output(self.expected, self.inputs[number], self.kept, None)
        return self._wanted[number]

    def read(self, answer, *, order="native"):
        operators = kraus_list(answer)
        if forms(self.takes) == ("circuit",):
            held = type(answer).__module__.startswith("qiskit.quantum_info.operators.channel")
            if held or operators is not None:
                came = "an object that holds a channel" if held else "a list of Kraus operators"
                raise Refused("wrong-type", asked_for(came, ("circuit",)))
        return operators if operators is not None else super().read(answer, order=order)

    def _circuit(self, answer) -> Circuit:
        if isinstance(answer, values.Matrix) and answer.matrix.shape[0] == answer.matrix.shape[1]:
            n = answer.num_qubits
            return Circuit(n, (Operation("kraus", tuple(range(n)), matrix=answer.matrix[None]),))
        if not isinstance(answer, Circuit):
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for {self.wants}.")
        return answer

    def _admitted(self, answer):
        """The answer as a circuit that gives the expected results, and which of its bits and qubits these are."""
        circuit = self._circuit(answer)
        n = circuit.num_qubits
        if n != self.width if self.data is None else n <= max(self.data):
            raise wrong_size(n, self.width if self.data is None else f"at least {max(self.data) + 1}")
        if self.data is not None and len(self.data) != self.width:
            raise Refused("wrong-size", f"Your channel is on another number of qubits than the {self.width} asked for.")
        kept = self.kept if self.data is None else tuple(self.data[qubit] for qubit in self.kept)
        circuit, bits = self._with_results(circuit) if self.results else (circuit, None)
        return circuit, kept, bits

    def _came(self, admitted, number: int):
        """What the answer makes of an input: its output for each result, or the probabilities of all results."""
        circuit, kept, bits = admitted
        columns = self.inputs[number]
        if self.data is not None:
            n = circuit.num_qubits
            whole = np.zeros((2**n, columns.shape[1]), dtype=complex)
            whole[embedding(self.data, n)] = columns
            columns = whole
        return self._output(circuit, columns, kept, bits)

    def _output(self, circuit, columns, kept, bits):
        if self.results and not kept and columns.shape[1] == 1:
            return result_probabilities(circuit, columns, bits)
        found = joint(circuit, columns, kept, self.results)
        if bits is None:
            return found
        return {"".join(key[bit] for bit in bits): value for key, value in found.items()}

    def _with_results(self, circuit: Circuit) -> tuple[Circuit, list[int | None] | None]:
        """The circuit without measurements that nobody asked for, and which of its bits are the expected ones."""
        circuit = self._by_keys(circuit)
        wanted, written = written_bits(self.expected), written_bits(circuit)
        came = len(written)
        if came > len(wanted):
            kept = set(self.kept) if self.data is None else {self.data[qubit] for qubit in self.kept}
            rest, finals = split_final_measurements(circuit)
            needed = [step for step in finals if step.qubits[0] not in kept]
            if len(written_bits(rest)) == len(wanted):  # the others read once more what was read, as `measure_all` does
                read = {qubit for step in rest.operations if step.name == "measure" for qubit, _, _ in step.measured}
                needed = [step for step in needed if step.qubits[0] not in read]
            circuit = circuit.replace_operations((*rest.operations, *needed))
            written = written_bits(circuit)
        if not written and came:
            raise Refused(
                "wrong-type",
                "Your circuit measures only qubits that are wanted as they are at the end: measuring destroys them. "
                "The results that are asked for have to come from somewhere else.",
            )
        if not written:
            raise Refused(
                "wrong-type", "Your circuit measures nothing, but results are asked for: add the measurements."
            )
        if len(written) != len(wanted):
            raise Refused(
                "wrong-size",
                f"Your circuit writes {came} classical bit{'s' * (came != 1)}, "
                f"but {len(wanted)} {'is' if len(wanted) == 1 else 'are'} asked for.",
            )
        total = self.expected.num_clbits
        if circuit.num_clbits == total:
            return circuit, None
        # Registers of different length: the results that there are, in their order.
        source = dict(zip(wanted, written, strict=True))
        blank = next((bit for bit in range(circuit.num_clbits) if bit not in written), None)
        if blank is None and total > len(wanted):
            circuit = Circuit(circuit.num_qubits, circuit.operations, circuit.phase, circuit.num_clbits + 1)
            blank = circuit.num_clbits - 1
        return circuit, [source.get(bit, blank) for bit in range(total)]

    def _by_keys(self, circuit: Circuit) -> Circuit:
        """A Cirq circuit with its results in the order of the expected keys, where it has the same ones."""
        own, wanted = circuit.clbit_names, self.expected.clbit_names
        if not circuit.framework == self.expected.framework == "cirq" or len(set(own)) < len(own):
            return circuit
        if own == wanted or sorted(own) != sorted(wanted):
            return circuit
        turned = with_bits(circuit, {bit: wanted.index(name) for bit, name in enumerate(own)})
        return replace(turned, clbit_names=wanted)

    def right(self, answer):
        admitted = self._admitted(answer)
        try:
            count = len(self.inputs)
            return all(self._near(self._came(admitted, number), self.wanted(number)) for number in range(count))
        except TooLarge as problem:
            if self._measured_alike(answer):
                return True
            raise Undecided(f"{problem.message} So nobody can say here whether it is right.") from problem

    def _near(self, came, wanted) -> bool:
        if self.width <= _WHOLE:
            limit = far.operator_tolerance(self.tolerance, 4**self.width)
        else:
            limit = 2 * far.operator_tolerance(self.tolerance, 2**self.width)
        return _gap(came, wanted) <= limit

    def _measured_alike(self, answer) -> bool:
        """Whether a large answer has the gates of the expected circuit, in effect, and the same final measurements."""
        if self.data is not None or not isinstance(answer, Circuit):
            return False
        parts = [split_final_measurements(circuit) for circuit in (answer, self.expected)]
        measured = [sorted(pair for step in finals for pair in step.measured) for _, finals in parts]
        if measured[0] != measured[1] or any(first_hole(rest) for rest, _ in parts):
            return False
        return Unitary(parts[1][0]).accepts(parts[0][0])

    def like(self, answer):
        if not isinstance(answer, Circuit):
            return super().like(answer)
        if self.data is not None and not self.results:  # what it does to the data, whatever its other qubits are
            return Channel(self._kraus(answer), data=self.data, tolerance=self.tolerance)
        if self.data is not None:  # the same results and data, whatever the other qubits are
            came = self._all(answer)
            return Alike(lambda other: all(map(self._near, self._all(other), came)))
        return Channel(answer, results=self.results, tolerance=self.tolerance)

    def _all(self, answer) -> list:
        admitted = self._admitted(answer)
        return [self._came(admitted, number) for number in range(len(self.inputs))]

    def idle(self, answer):
        n = getattr(answer, "num_qubits", None) or self.width
        return () if self.results else effortless(n)

    def score(self, answer):
        """The fraction that is right: 1 − half the trace distance of the outputs, from an input of trace 1."""
        came, wanted = self._came(self._admitted(answer), 0), self.wanted(0)
        if isinstance(came, np.ndarray):
            total = float(np.abs(came - wanted).sum())
        else:
            total = sum(_trace_norm(a, b) for a, b in side_by_side(came, wanted))
        return max(0.0, 1 - 0.5 * total / float(np.linalg.norm(self.inputs[0]) ** 2))

    def _effect(self, factor: np.ndarray) -> np.ndarray:
        """How likely a result is on every input, as a matrix: the output without its kept qubits."""
        kept = 2 ** len(self.kept)  # a result that does not occur has a factor without columns
        blocks = factor.reshape(kept, factor.shape[0] // kept, factor.shape[1])
        return np.einsum("qim,qjm->ij", blocks, blocks.conj())

    def fallback(self, answer):
        came, wanted = self._came(self._admitted(answer), 0), self.wanted(0)
        if self.results:
            known = not isinstance(came, np.ndarray) and all(
                np.linalg.norm(self._effect(a) - self._effect(b)) <= 10 * self.tolerance
                for a, b in side_by_side(came, wanted)
            )
            if known and self.data is not None:
                both = sorted(came.keys() & wanted.keys())
                off = [key for key in both if joint_distance({key: came[key]}, {key: wanted[key]}) > 1e-3]
                where = f" if the results are {' '.join(off[0])}" if off and len(off) < len(both) else ""
                return f"The results are right, but the data qubits do not end as they should{where}."
            if known and self.kept:
                return "The results are right, but not what is left of the qubits beside them."
            return (
                "The results in the classical bits are not the right ones: "
                "look which qubit you measure, when, and into which bit."
            )
        if self.width > _WHOLE or self.data is not None:
            return super().fallback(answer)
        circuits = (self.expected, self._circuit(answer))
        columns = np.eye(2**self.width)[:, :, None]
        gaps = [joint_distance(*(joint(circuit, column, None, False) for circuit in circuits)) for column in columns]
        worst = int(np.argmax(gaps))
        if gaps[worst] > self.tolerance:
            return f"Your answer does something else to the basis state |{worst:0{self.width}b}⟩ than is asked."
        return (
            "Every basis state is treated right, but superpositions are not: "
            "coherence is kept or lost where it should not be."
        )


def _gap(came, wanted) -> float:
    return float(np.linalg.norm(came - wanted)) if isinstance(came, np.ndarray) else joint_distance(came, wanted)


def _trace_norm(a: np.ndarray, b: np.ndarray) -> float:
    """The trace norm of ``a a† − b b†``."""
    a, b = in_their_span(a, b)
    return float(np.abs(np.linalg.eigvalsh(a @ a.conj().T - b @ b.conj().T)).sum())


def matrices_of(items):
    """A list of matrices with Qiskit's `Operator` objects among them as bare big-endian arrays; all else as it is."""
    if not isinstance(items, list | tuple) or not any(_says_its_order(item) for item in items):
        return items
    from qtrain.circuits import read

    return [read(item).matrix if _says_its_order(item) else item for item in items]


def _says_its_order(item) -> bool:
    kind = type(item)
    return kind is values.Matrix or (kind.__name__ == "Operator" and kind.__module__.startswith("qiskit.quantum_info"))


def kraus_list(answer) -> Circuit | None:
    """A list of Kraus operators (or an array of them) as a one-step circuit; None if it is something else."""
    answer = matrices_of(answer)
    if isinstance(answer, np.ndarray) and answer.ndim == 3:
        stack = answer
    elif (
        isinstance(answer, list | tuple)
        and answer
        and all(isinstance(item, np.ndarray) and item.ndim == 2 for item in answer)
    ):
        if len({item.shape for item in answer}) != 1:
            raise Refused("wrong-size", "Your Kraus operators have different shapes.")
        stack = np.stack(answer)
    else:
        return None
    stack = np.asarray(stack, dtype=complex)
    size = stack.shape[1]
    if stack.shape[1] != stack.shape[2] or size & (size - 1) or size < 2 or size > _MAX_KRAUS:
        raise Refused("wrong-size", "Kraus operators are square matrices with 2, 4, 8 … rows.")
    if not np.all(np.isfinite(stack)):
        raise Refused("unreadable", "Your Kraus operators contain entries that are no finite numbers.")
    n = size.bit_length() - 1
    return Circuit(n, (Operation("kraus", tuple(range(n)), matrix=stack),))
