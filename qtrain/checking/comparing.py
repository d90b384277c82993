"""`compare`: any answer against any expected value."""

from __future__ import annotations

from collections.abc import Sequence

from qtrain.circuits import model as values
from qtrain.circuits.model import Circuit
from qtrain.circuits.transform import written_bits

from .channels import Channel, kraus_list
from .distributions import Distribution, SameCounts, Sampling
from .linear import Unitary
from .numbers import Number
from .observables import Observable
from .refusals import first_hole
from .states import Density, State
from .target import Target
from .texts import Bits, Text
from .verdict import Verdict

_BY_KIND = {
    "state": State,
    "unitary": Unitary,
    "operator": Unitary,
    "density": Density,
    "channel": Channel,
    "observable": Observable,
    "distribution": Distribution,
    "sampling": Sampling,
    "counts": Sampling,
    "number": Number,
    "text": Text,
    "bits": Bits,
}


def compare(
    answer,
    expected,
    *,
    phase: str = "global",
    order: str = "native",
    kind: str | None = None,
    tolerance=None,
    rules: Sequence = (),
) -> Verdict:
    """Judge any answer against any expected value.

    Parameters
    ----------
    answer
        A circuit, state, operator, counts, number, … of Qiskit, Cirq, NumPy or plain Python.
    expected
        The same, in any other form; or a `Target`. What is compared is told from it: of a circuit of gates the unitary
        (then final measurements of the answer do not matter), of one that measures, resets or is noisy the channel
        together with the results in its classical bits, of a one-dimensional array
        the state, of a two-dimensional one the operator, of counts and probabilities the distribution. If the answer
        to a circuit is a state, the state that the circuit prepares is compared; if it is counts, what it measures.
    phase : {"global", "exact"}
        Whether a global phase is ignored.
    order : {"native", "big", "little"}
        The qubit order of bare arrays and bit strings, big-endian by default; frameworks' own objects are always read
        in their own order.
    kind : str, optional
        What to compare, if not what is told from the expected value.
    tolerance : float, optional
        See `qtrain.checking.distance`; by default a rotation that is wrong by 1e-3 rad is refused, rounding is not.
    rules : sequence of Rule
        What the answer has to keep besides.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> compare([0.6, 0.8j], [0.6, 0.8]).diagnosis
    'relative-phase'
    """
    if isinstance(expected, Target):
        return expected.judge(answer, order=order)
    target = target_for(expected, answer=answer, phase=phase, order=order, kind=kind, tolerance=tolerance, rules=rules)
    return target.judge(answer, order=order)


def target_for(expected, *, answer=None, phase="global", order="native", kind=None, tolerance=None, rules=()) -> Target:
    """The target that an expected value stands for.

    Parameters
    ----------
    expected
        What is right, in any form that `compare` takes.
    answer : optional
        What it will be compared with: where the expected value can mean several things, its form decides.
    phase : {"global", "exact"}
        Whether a global phase is ignored; for states and unitaries.
    order : {"native", "big", "little"}
        The qubit order of bare arrays and bit strings; "native" is big-endian.
    kind : str, optional
        What to compare, if not what is told from the expected value: "state", "unitary", "density", "channel", …
    tolerance : float, optional
        The largest distance that counts as nothing; by default the target's own, see `qtrain.checking.distance`.
    rules : sequence of Rule
        What a right answer has to keep besides being right.

    Returns
    -------
    Target

    Raises
    ------
    ValueError
        If nothing can be compared with it.
    """
    if kind is not None and kind not in _BY_KIND:
        raise ValueError(f"kind is one of {', '.join(_BY_KIND)}; not {kind!r}")
    if kind in (None, "channel") and kraus_list(expected) is not None:
        return Channel(expected, tolerance=tolerance, rules=rules)
    if isinstance(expected, str) and kind in (None, "text", "bits") and not _is_program(expected):
        bits = expected.strip() and not set(expected) - set("01 _")
        return (Bits if kind == "bits" or (kind is None and bits) else Text)(expected, rules=rules)
    neutral = _read_expected(expected, kind, order, answer)
    if isinstance(neutral, values.Text):
        return Text(neutral.value, rules=rules)
    kind = kind or _kind_of(neutral, answer)
    if kind == "number":
        if not isinstance(neutral, values.Number):
            raise ValueError("kind='number' needs a number as the expected value")
        return Number(neutral.value, within=tolerance, rules=rules)
    if kind == "function":
        raise ValueError("a function cannot be the expected value: use the target Each with inputs")
    options = {"rules": rules} if kind in ("text", "bits") else {"rules": rules, "tolerance": tolerance}
    if kind in ("state", "unitary", "operator"):
        options["phase"] = phase
    if kind == "channel":
        options["results"] = isinstance(neutral, Circuit)
    if isinstance(neutral, values.Counts) and kind in ("distribution", "sampling", "counts"):
        return SameCounts(neutral, rules=rules)
    return _BY_KIND[kind](neutral, **options)


def _read_expected(expected, kind, order, answer):
    from qtrain.circuits import Unreadable, read

    kind = {"operator": "unitary", "sampling": "counts"}.get(kind, kind)
    try:
        neutral = read(expected, order=order, kind=kind)
    except Unreadable as problem:
        raise ValueError(f"the expected value cannot be used: {problem.message}") from problem
    if _may_idle(expected) and answer is not None:
        # A Cirq object does not know the qubits that it leaves idle: the answer tells how many there are.
        try:
            wider = getattr(read(answer, order=order), "num_qubits", 0)
            if wider > getattr(neutral, "num_qubits", wider):
                neutral = read(expected, num_qubits=wider, order=order, kind=kind)
        except Unreadable:
            return neutral  # judging the answer will say what is wrong with it
    if isinstance(neutral, values.Nothing):
        raise ValueError("the expected value is missing: compare(answer, expected) needs something to compare with")
    return neutral


def _is_program(text: str) -> bool:
    from qtrain.circuits import Unreadable, read

    try:
        return isinstance(read(text), Circuit)
    except Unreadable:
        return True  # a program that cannot be read: reading it again will say why


def _may_idle(expected) -> bool:
    if isinstance(expected, Circuit):
        return expected.framework == "cirq"
    return str(type(expected).__module__).partition(".")[0] == "cirq"


def _kind_of(neutral, answer) -> str:
    if isinstance(neutral, Circuit):
        return _meant_by(neutral, answer) or ("channel" if written_bits(neutral) or first_hole(neutral) else "unitary")
    if isinstance(neutral, values.Distribution):
        return "distribution"
    if isinstance(neutral, values.Matrix) and 1 in neutral.matrix.shape:
        return "state"
    return {
        values.State: "state",
        values.Density: "density",
        values.Matrix: "unitary",
        values.Observable: "observable",
        values.Counts: "distribution",
        values.Number: "number",
        values.Function: "function",
    }[type(neutral)]


def _meant_by(expected: Circuit, answer) -> str | None:
    """What a circuit to compare with means to this answer: its state, its counts …; None for what it does."""
    if isinstance(answer, Circuit) or answer is None or hasattr(type(answer), "moments"):
        return None
    if type(answer).__name__ == "QuantumCircuit":
        return None
    from qtrain.circuits import Unreadable, read

    try:
        neutral = read(answer)
    except Unreadable:
        return None  # judging the answer will say what is wrong with it
    if isinstance(neutral, values.Matrix) and first_hole(expected) is None:
        return "unitary"  # a matrix cannot measure, and the measurements come last
    return {
        values.State: "state",
        values.Density: "density",
        values.Counts: "distribution",
        values.Distribution: "distribution",
    }.get(type(neutral))
