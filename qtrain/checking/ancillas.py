"""Targets with working qubits: what they do to the data counts, and the working qubits must come back as |0⟩."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.model import Circuit

from . import distance as far
from .linear import LinearTarget, Unitary, identity
from .refusals import Refused, wrong_size
from .verdict import Verdict, wrong


class Subspace(LinearTarget):
    """A unitary on data qubits, with ancillas that start in |0⟩ and must come back to |0⟩ for every input.

    Parameters
    ----------
    expected : circuit or matrix
        What happens to the data qubits.
    ancillas : int or None
        How many working qubits the answer has; None (the default) for any number, none included.
    data : sequence of int, optional
        The places of the data qubits in the answer; by default the first ones. All others are ancillas.
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
        If `data` does not name as many different qubits as the action has.

    Examples
    --------
    >>> target = Subspace([[1, 0], [0, -1]], ancillas=1)     # Z on qubit 0; qubit 1 is there to work with
    """

    reading = "unitary"
    wants = "a circuit"

    def __init__(
        self,
        expected,
        *,
        ancillas: int | None = None,
        data: Sequence[int] | None = None,
        order="native",
        phase="global",
        tolerance=None,
        **options,
    ):
        self.action = Unitary(expected, order=order)
        size = self.action.num_qubits
        data = tuple(range(size) if data is None else data)
        if len(data) != size or len(set(data)) != size:
            raise ValueError(f"the action is on {size} qubits, but {len(data)} data qubits are named")
        self.ancillas = ancillas
        super().__init__(
            None if ancillas is None else size + ancillas, data, phase=phase, tolerance=tolerance, **options
        )

    def expected_images(self, columns, num_qubits):
        return self.embedded(self.action.expected_images(columns, self.num_inputs), num_qubits)

    # --- reading with a free number of ancillas --------------------------------------------------------------------

    @property
    def least(self) -> int:
        """The fewest qubits that an answer can have."""
        return max(self.inputs) + 1

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
            return read(answer, num_qubits=self.least, order=order, kind=self.reading)
        return neutral

    def _admit_qubits(self, answer):
        super()._admit_qubits(answer)
        if self.num_qubits is None and answer.num_qubits < self.least:
            raise wrong_size(answer.num_qubits, f"at least {self.least}")

    def _admit_shape(self, shape):
        super()._admit_shape(shape)
        if self.num_qubits is None and (shape[0] != shape[1] or shape[0] < 2**self.least):
            raise Refused("wrong-size", "Your matrix is {}×{}, too small for the qubits asked for.".format(*shape))

    # --- what is wrong with the ancillas ----------------------------------------------------------------------------

    def explain(self, answer) -> Verdict | None:
        """`ancilla-dirty` or `ancilla-entangled`, where the data come out right for every basis input.

        For each basis input x the output must be ``(U|x⟩) ⊗ |g⟩``. One and the same g for all inputs: the ancillas are
        dirty, and one fixed operation would clean them. Different g: what the ancillas hold tells the inputs apart, so
        that they stay entangled with a superposition; replacing each g with |0⟩ would make the answer right.
        """
        close = super().explain(answer)
        if close is not None:
            return close
        mapped = self.admit(answer)
        n, m = mapped.num_qubits, self.num_inputs
        if n == m or n + m > 2 * far.MAX_DENSE:
            return None
        everything = identity(2**m)
        got = self._data_first(self.images(mapped, everything), n)
        expected = self.action.expected_images(everything, m)
        garbage = np.einsum("dx,dax->ax", expected.conj(), got)
        rebuilt = np.einsum("dx,ax->dax", expected, garbage)
        limit = far.operator_tolerance(self.tolerance, 2**m)
        if not np.linalg.norm(rebuilt - got) <= limit:
            return None
        mean = garbage[:, :1]
        ancillas = [qubit for qubit in range(n) if qubit not in self.inputs]
        # Rank one: the same garbage for all inputs. Phases between the inputs would be a mistake in the data.
        if np.linalg.norm(garbage - mean) <= limit:
            dirty = _not_zero(garbage[:, 0], ancillas)
            if not dirty:
                return None
            return wrong(
                "ancilla-dirty",
                f"The data qubits come out right, but {_qubits(dirty)} {_verb(dirty)} not back in |0⟩ at the end.",
                evidence=self.evidence(answer),
            )
        clean = np.abs(garbage[0]) > 1 - 1e-9
        if clean.all():
            return None
        first = int(np.flatnonzero(~clean)[0])
        dirty = _not_zero(garbage[:, first], ancillas)
        return wrong(
            "ancilla-entangled",
            f"The data qubits come out right for every basis state, but {_qubits(dirty)} {_verb(dirty)} not back "
            f"in |0⟩ for the input |{first:0{m}b}⟩, and what is left there depends on the input: the ancillas stay "
            "entangled with the data. Undo the working steps at the end.",
            evidence=self.evidence(answer),
        )

    def _data_first(self, images: np.ndarray, n: int) -> np.ndarray:
        """Images as an array (data, ancillas, column)."""
        ancillas = [qubit for qubit in range(n) if qubit not in self.inputs]
        columns = images.shape[1]
        tensor = images.reshape((2,) * n + (columns,)).transpose([*self.inputs, *ancillas, n])
        return tensor.reshape(2**self.num_inputs, 2 ** len(ancillas), columns)


class _Oracle(Subspace):
    wants = "a circuit"


class BitOracle(_Oracle):
    """|x⟩|y⟩ → |x⟩|y ⊕ f(x)⟩: x on the first `inputs` qubits, y on the next `outputs`, then ancillas.

    Parameters
    ----------
    function : callable, mapping, sequence or str
        f(x) for the number x whose binary digits are the qubits 0, 1, … (qubit 0 the most significant); as a callable
        on int, a table, or the string of its values for x = 0, 1, … when there is one output bit (``"0110"``).

    Examples
    --------
    >>> target = BitOracle(lambda x: x == 3, 2)     # x on qubits 0 and 1, y on qubit 2
    """

    def __init__(self, function, inputs: int, outputs: int = 1, **options):
        table = _table(function, inputs, outputs)
        x, y = np.divmod(np.arange(2 ** (inputs + outputs)), 2**outputs)
        matrix = np.zeros((len(x), len(x)), dtype=complex)
        matrix[(x << outputs) | (y ^ table[x]), np.arange(len(x))] = 1
        self.table, self.split = table, inputs
        super().__init__(values.Matrix(matrix, inputs + outputs), **options)

    def _named(self, index):
        bits = f"{index:0{self.num_inputs}b}"
        return f"|x={bits[: self.split]}⟩|y={bits[self.split :]}⟩"


class PhaseOracle(_Oracle):
    """|x⟩ → (−1)^f(x)|x⟩ on `inputs` qubits (then ancillas); `function` as for `BitOracle`, with values 0 and 1.

    Examples
    --------
    >>> target = PhaseOracle("0001", 2)     # marks |11⟩
    """

    def __init__(self, function, inputs: int, **options):
        self.table = _table(function, inputs, 1)
        super().__init__(values.Matrix(np.diag(1.0 - 2.0 * self.table).astype(complex), inputs), **options)


def _table(function: Callable | Mapping | Sequence | str, inputs: int, outputs: int) -> np.ndarray:
    size = 2**inputs
    if inputs + outputs > far.MAX_DENSE - 1:
        raise ValueError("an oracle is judged up to 11 qubits of input and output")
    if isinstance(function, str):
        function = [int(bit) for bit in function]
    if callable(function):
        found = [function(x) for x in range(size)]
    elif isinstance(function, Mapping):
        found = [function.get(x, 0) for x in range(size)]
    else:
        found = list(function)
    table = np.array([int(value) for value in found])
    if table.shape != (size,) or np.any(table < 0) or np.any(table >= 2**outputs):
        raise ValueError(f"the function needs {size} values from 0 to {2**outputs - 1}")
    return table


def _not_zero(garbage: np.ndarray, ancillas: list[int]) -> list[int]:
    """The ancillas that are not in |0⟩ in this state."""
    weights = np.abs(garbage.reshape((2,) * len(ancillas))) ** 2
    return [qubit for axis, qubit in enumerate(ancillas) if np.take(weights, 1, axis=axis).sum() > 1e-9]


def _qubits(numbers: list[int]) -> str:
    return f"working qubit{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def _verb(numbers: list[int]) -> str:
    return "are" if len(numbers) > 1 else "is"
