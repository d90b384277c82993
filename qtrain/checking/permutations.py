"""Reversible arithmetic: what a circuit does to whole numbers in registers, with ancillas that come back clean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

import numpy as np

from qtrain.circuits.model import Circuit

from . import distance as far
from .bit_sums import gates_of_sums, table_of_sums
from .refusals import Refused, called, first_hole
from .target import Alike, Target
from .verdict import Evidence, Verdict, wrong

_EXHAUSTIVE = 16  # data qubits up to which every input is tried
_SAMPLED = 4096  # inputs that are tried beyond
_SIMULATED = 18  # qubits up to which circuits with other gates than X, CNOT, Toffoli, SWAP … are simulated
_STIMULI = 4


class Permutation(Target):
    """A circuit that permutes the basis states of registers: arithmetic, comparisons, modular multiplication.

    A circuit of X and SWAP gates with any controls is followed bit by bit, on all inputs up to 16 data qubits and on
    4096 beyond (drawn once, and every input with at most one bit set or cleared); it may have as many ancillas as it
    likes. A circuit with other gates (a QFT adder) is simulated up to 18 qubits: on every basis state, and on random
    superpositions, so that a phase between two inputs is found. Ancillas start in |0⟩ and must end in |0⟩.

    Parameters
    ----------
    function : callable
        Called with the registers' values by name; returns their values afterwards, as a dict (what is missing stays),
        as a tuple in the order of the registers, or as one number if there is one register.
    registers : mapping from str to int or sequence of int
        For each register its number of qubits, on the next qubits in turn, or the qubits themselves, most significant
        bit first.
    ancillas : int or None
        How many working qubits there are besides; None for any number.
    domain : callable, optional
        From the registers' values to whether this input matters; by default all do. Ancillas must be clean on it.
    significant : {"first", "last"}
        With numbers of qubits given: whether the first qubit of a register is its most significant bit, or the last.
    seed : int
        For the inputs that are drawn beyond 16 data qubits.
    tolerance : float, optional
        For circuits that are simulated: the largest distance that counts as nothing, see `qtrain.checking.distance`.
    rules : sequence of Rule
        What a right answer has to keep besides being right.
    draft : optional
        What the learner starts from: partial credit is counted from what it is worth.

    Raises
    ------
    ValueError
        If a qubit is in two registers, or the function leaves a register's range or maps two inputs to the same output.

    Examples
    --------
    >>> from qiskit import QuantumCircuit
    >>> add_one = Permutation(lambda x: (x + 1) % 4, {"x": 2})
    >>> circuit = QuantumCircuit(2)
    >>> _ = circuit.cx(1, 0), circuit.x(1)
    >>> add_one.judge(circuit).passed
    True
    """

    reading = "unitary"
    wants = "a circuit"

    def __init__(
        self,
        function: Callable,
        registers: Mapping,
        *,
        ancillas: int | None = None,
        domain: Callable | None = None,
        significant: str = "first",
        seed: int = 0,
        tolerance: float | None = None,
        rules=(),
        draft=None,
    ):
        super().__init__(rules=rules, draft=draft, takes="circuit")
        if significant not in ("first", "last"):
            raise ValueError("significant is 'first' or 'last'")
        self.registers = _placed(registers, significant)
        self.data = [qubit for places in self.registers.values() for qubit in places]
        if len(set(self.data)) != len(self.data):
            raise ValueError("a qubit belongs to one register only")
        self.least = max(self.data) + 1
        self.num_qubits = None if ancillas is None else len(self.data) + ancillas
        self.tolerance = far.TOLERANCE if tolerance is None else float(tolerance)
        self.function, self.domain = function, domain
        self.inputs = self._inputs(np.random.default_rng(seed))
        self.outputs = np.array([self._after(index) for index in self.inputs], dtype=object)
        if len(set(self.outputs)) != len(self.outputs):
            raise ValueError("the function maps two inputs to the same output, so no circuit can compute it in place")

    # --- numbers in registers: an input is one integer, the registers' bits in turn ----------------------------------

    def _inputs(self, rng) -> list[int]:
        n = len(self.data)
        if n <= _EXHAUSTIVE:
            everything: Iterable[int] = range(2**n)
        else:
            edges = [0, 2**n - 1, *(1 << i for i in range(n)), *(2**n - 1 - (1 << i) for i in range(n))]
            drawn = [int.from_bytes(rng.bytes(n // 8 + 1), "big") % 2**n for _ in range(_SAMPLED)]
            everything = list(dict.fromkeys([*edges, *drawn]))
        if self.domain is None:
            return list(everything)
        return [index for index in everything if self.domain(**self.split(index))]

    def split(self, index: int) -> dict[str, int]:
        """The registers' values in an input."""
        values = {}
        for name, places in reversed(self.registers.items()):
            values[name] = index & (2 ** len(places) - 1)
            index >>= len(places)
        return dict(reversed(values.items()))

    def _joined(self, values: Mapping[str, int]) -> int:
        index = 0
        for name, places in self.registers.items():
            value = int(values[name])
            if not 0 <= value < 2 ** len(places):
                raise ValueError(f"the function gives {value} for {name}, which has {len(places)} qubits")
            index = index << len(places) | value
        return index

    def _after(self, index: int) -> int:
        before = self.split(index)
        told = self.function(**before)
        if isinstance(told, Mapping):
            return self._joined({**before, **told})
        told = told if isinstance(told, tuple) else (told,)
        if len(told) != len(self.registers):
            raise ValueError(f"the function gives {len(told)} values for {len(self.registers)} registers")
        return self._joined(dict(zip(self.registers, told, strict=True)))

    # --- reading ----------------------------------------------------------------------------------------------------

    def read(self, answer, *, order="native"):
        if self.num_qubits is not None:
            return super().read(answer, order=order)
        from qtrain.circuits import Unreadable, read

        try:
            neutral = read(answer, order=order, kind=self.reading)
        except Unreadable as problem:
            if problem.code != "wrong-size":
                raise
            return read(answer, num_qubits=self.least, order=order, kind=self.reading)
        if isinstance(neutral, Circuit) and neutral.num_qubits < self.least:
            with suppress(Unreadable):  # Cirq's circuits leave out idle qubits; others are too small, and told so
                return read(answer, num_qubits=self.least, order=order, kind=self.reading)
        return neutral

    def _admit(self, answer) -> Circuit:
        if not isinstance(answer, Circuit):
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for a circuit.")
        wanted = self.num_qubits
        if answer.num_qubits < self.least or (wanted is not None and answer.num_qubits != wanted):
            asked = f"{wanted} are" if wanted is not None else f"at least {self.least} are"
            came = f"{answer.num_qubits} qubit{'s' * (answer.num_qubits != 1)}"
            raise Refused("wrong-size", f"Your circuit has {came}, but {asked} asked for.")
        hole = first_hole(answer)
        if hole:
            raise Refused("wrong-type", hole)
        return answer

    def like(self, answer):
        circuit = self._admit(answer)
        if not _is_classical(circuit):
            return super().like(answer)

        def same(other):  # at any size: bit by bit; further working qubits that end in |0⟩ make no difference
            if not _is_classical(other):
                return False
            (after, left), (others, rest) = (self._followed(self._admit(one)) for one in (circuit, other))
            common = min(len(left), len(rest))
            dirty = left[common:].any() or rest[common:].any()
            return np.array_equal(after, others) and np.array_equal(left[:common], rest[:common]) and not dirty

        return Alike(same)

    # --- what the circuit does --------------------------------------------------------------------------------------

    def right(self, answer):
        circuit = self._admit(answer)
        if _is_classical(circuit):
            after, left = self._followed(circuit)
            return bool(np.all(after == self.outputs)) and not left.any()
        _admit_size(circuit)
        return all(self._stimulated(circuit))

    def _followed(self, circuit) -> tuple[np.ndarray, np.ndarray]:
        """The output of each input, bit by bit, and what is left in the ancillas (one row for each)."""
        rows = np.zeros((circuit.num_qubits, len(self.inputs)), dtype=bool)
        n = len(self.data)
        for place, qubit in enumerate(self.data):
            rows[qubit] = [index >> (n - 1 - place) & 1 for index in self.inputs]
        for step in _steps(circuit):
            on = None
            for control, value in zip(step.controls, step.control_values, strict=True):
                met = rows[control] if value else ~rows[control]
                on = met.copy() if on is None else on & met
            if step.name == "x":
                rows[step.qubits[0]] ^= True if on is None else on
            elif step.name == "swap":
                one, other = step.qubits
                differ = rows[one] ^ rows[other]
                differ = differ if on is None else differ & on
                rows[one] ^= differ
                rows[other] ^= differ
        after = np.zeros(len(self.inputs), dtype=object)
        for qubit in self.data:
            after = after * 2 + rows[qubit].astype(int).astype(object)
        others = [qubit for qubit in range(circuit.num_qubits) if qubit not in set(self.data)]
        return after, rows[others]

    def _rows(self, indices, num_qubits: int) -> np.ndarray:
        """The basis states of all qubits that belong to these data (ancillas 0)."""
        n = len(self.data)
        result = np.zeros(len(indices), dtype=np.int64)
        numbers = np.array([int(i) for i in indices], dtype=np.int64)
        for place, qubit in enumerate(self.data):
            result |= ((numbers >> (n - 1 - place)) & 1) << (num_qubits - 1 - qubit)
        return result

    def _stimulated(self, circuit):
        """For random superpositions of the inputs, whether they come out as they should, up to one common phase."""
        from qtrain.circuits import run

        rng = np.random.default_rng()
        before, after = (self._rows(part, circuit.num_qubits) for part in (self.inputs, self.outputs))
        phase = None
        for _ in range(_STIMULI):
            amplitudes = rng.normal(size=(len(before), 2)) @ (1, 1j)
            state = np.zeros(2**circuit.num_qubits, dtype=complex)
            state[before] = amplitudes
            wanted = np.zeros_like(state)
            wanted[after] = amplitudes
            came = run(circuit, state)
            overlap = np.vdot(wanted, came)
            phase = overlap / abs(overlap) if phase is None and abs(overlap) else phase or 1
            # The norm of the difference estimates the operators' Frobenius distance: see `distance`.
            yield float(np.linalg.norm(came - phase * wanted)) <= 4 * far.operator_tolerance(
                self.tolerance, len(before)
            )

    def _table(self, circuit):
        """For each input the output (None where the data end in a superposition), what the ancillas hold, the phases.

        The ancillas are a bit for each (rows) or, for circuits with other gates, amplitudes; one column per input.
        """
        if _is_classical(circuit):
            outputs, ancillas = self._followed(circuit)
            return list(outputs), ancillas, None
        from qtrain.circuits import run

        n, data = circuit.num_qubits, len(self.data)
        rows = self._rows(self.inputs, n)
        order = [*self.data, *(qubit for qubit in range(n) if qubit not in set(self.data))]
        after: list[int | None] = []
        left: list[np.ndarray] = []
        phases: list[complex] = []
        width = max(1, 2**20 >> n)
        for start in range(0, len(rows), width):
            chosen = rows[start : start + width]
            columns = np.zeros((2**n, len(chosen)), dtype=complex)
            columns[chosen, np.arange(len(chosen))] = 1
            came = run(circuit, columns).reshape((2,) * n + (-1,)).transpose([*order, n])
            came = came.reshape(2**data, 2 ** (n - data), -1)
            weights = (np.abs(came) ** 2).sum(axis=1)
            for column, likely in enumerate(weights.argmax(axis=0)):
                sure = weights[likely, column] > 1 - 1e-6
                after.append(int(likely) if sure else None)
                left.append(came[likely, :, column])
                phases.append(came[likely, 0, column])
        return after, np.array(left).T, np.array(phases)

    # --- what is wrong ------------------------------------------------------------------------------------------------

    def explain(self, answer) -> Verdict:
        found = self._compared(answer)
        start = max((self._compared(draft).score for draft in self._drafts()), default=0.0)
        return replace(found, score=max(0.0, (found.score - start) / (1 - start)))

    def _compared(self, answer) -> Verdict:
        circuit = self._admit(answer)
        after, left, phases = self._table(circuit)
        good = np.array([came == wanted for came, wanted in zip(after, self.outputs, strict=True)])
        if good.all():
            return self._explain_ancillas(left, phases)
        # Doing nothing is right for some inputs: that is worth nothing.
        idle = float(np.mean(np.array(self.inputs, dtype=object) == self.outputs))
        score = 0.5 * max(0.0, (float(np.mean(good)) - idle) / (1 - idle)) if idle < 1 else 0.0
        if gates_of_sums(_steps(circuit)) and not table_of_sums(self.inputs, self.outputs):
            score = 0.0  # sums modulo 2 of bits: some inputs come out right by themselves
        evidence = self._evidence(after, int(np.flatnonzero(~good)[0]))
        for code, sentence, undone in self._undoings(after):
            if undone == list(self.outputs):
                return wrong(code, sentence, score=score, evidence=evidence)
        wrong_inputs = int(np.sum(~good))
        if any(came is None for came in after):
            first = next(i for i, came in enumerate(after) if came is None)
            return wrong(
                None,
                f"For the input {self._named(self.inputs[first])} the registers end in a superposition; "
                "they should hold one number.",
                score=score,
                evidence=evidence,
            )
        return wrong(
            None,
            f"The registers come out wrong for {wrong_inputs} of {len(good)} inputs; the first is "
            f"{self._named(self.inputs[int(np.flatnonzero(~good)[0])])}.",
            score=score,
            evidence=evidence,
        )

    def _explain_ancillas(self, left, phases) -> Verdict:
        dirty = left.any(axis=0) if phases is None else np.abs(left[0]) ** 2 < 1 - 1e-6
        if not dirty.any():
            first = int(np.argmax(np.abs(phases / phases[0] - 1) > 1e-6))
            names = [self._named(self.inputs[place]) for place in (first, 0)]
            return wrong(
                "relative-phase",
                f"Every number comes out right, but the input {names[0]} gets another phase than {names[1]}. "
                "In a superposition that shows.",
                score=0.5,
            )
        same = left == left[:, :1] if phases is None else np.abs(left[:, :1].conj().T @ left) > 1 - 1e-6
        if np.all(same):
            return wrong(
                "ancilla-dirty",
                "Every number comes out right, but a working qubit is not back in |0⟩ at the end.",
                score=0.5,
            )
        named = self._named(self.inputs[int(np.flatnonzero(dirty)[0])])
        return wrong(
            "ancilla-entangled",
            f"Every number comes out right, but for the input {named} a working qubit is not back in |0⟩ at the end, "
            "and what is left there depends on the input. Undo the working steps.",
            score=0.5,
        )

    def _undoings(self, after):
        if any(came is None for came in after):
            return
        table = dict(zip(self.inputs, self.outputs, strict=True))
        back = {came: given for given, came in table.items()}
        yield (
            "inverse",
            "Your circuit does the inverse: it takes every result back to its input.",
            [
                wanted if back.get(given) == came else None
                for given, wanted, came in zip(self.inputs, self.outputs, after, strict=True)
            ],
        )
        made = dict(zip(self.inputs, after, strict=True))
        yield (
            "qubit-order",
            "Your circuit is right if the qubits of each register are read in the other order: the "
            "most significant bit is at the other end.",
            [
                None if (came := made.get(self._reversed(given))) is None else self._reversed(came)
                for given in self.inputs
            ],
        )
        sizes = {len(places) for places in self.registers.values()}
        if len(self.registers) == 2 and len(sizes) == 1:
            yield (
                "qubit-permutation",
                "Your circuit is right with the two registers exchanged.",
                [
                    None if (came := made.get(self._exchanged(given))) is None else self._exchanged(came)
                    for given in self.inputs
                ],
            )

    def _reversed(self, index: int) -> int:
        values = {
            name: int(format(value, f"0{len(self.registers[name])}b")[::-1], 2)
            for name, value in self.split(index).items()
        }
        return self._joined(values)

    def _exchanged(self, index: int) -> int:
        one, other = self.split(index).values()
        return self._joined(dict(zip(self.registers, (other, one), strict=True)))

    def _named(self, index: int) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.split(int(index)).items())

    def _evidence(self, after, place: int) -> Evidence:
        came = after[place]
        got = "a superposition" if came is None else self._named(came)
        return Evidence("value", self._named(self.inputs[place]), self._named(self.outputs[place]), got)


def _placed(registers: Mapping, significant: str) -> dict[str, list[int]]:
    placed, used = {}, 0
    for name, told in registers.items():
        if isinstance(told, int):
            places = list(range(used, used + told))
            used += told
            placed[name] = places if significant == "first" else places[::-1]
        else:
            placed[name] = list(told)
            used = max([used, *(place + 1 for place in placed[name])])
    return placed


def _steps(circuit: Circuit):
    return (step for step in circuit.operations if step.name not in ("barrier", "measure", "id"))


def _is_classical(circuit: Circuit) -> bool:
    """Whether every gate turns basis states into basis states without a phase: X and SWAP with any controls."""
    return all(step.name in ("x", "swap") for step in _steps(circuit))


def _admit_size(circuit: Circuit) -> None:
    if circuit.num_qubits > _SIMULATED:
        other = next(step.name for step in _steps(circuit) if step.name not in ("x", "swap"))
        raise Refused(
            "wrong-size",
            f"Your circuit has {circuit.num_qubits} qubits and gates like `{other}`: beyond {_SIMULATED} qubits it can "
            "be judged only if all its gates are X, CNOT, Toffoli or SWAP.",
        )
