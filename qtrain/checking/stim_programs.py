"""Targets for Stim programs: are the detectors deterministic, how often do they fire, how many faults go unseen?"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.numerals import number_text

from .refusals import Refused, error_called
from .stabilizer_group import as_text
from .target import Alike, Target
from .verdict import Verdict, wrong

_MOST_TEXT = 500_000
_MOST_STEPS = 200_000


class StimProgram(Target):
    """A Stim program with detectors and logical observables.

    Its detectors and observables must be deterministic without noise. Distance and rates are those under noise that the
    judge puts in (whatever noise the learner has written is taken out first), so that leaving noise out gains nothing:
    depolarising after every gate, flips after every reset and before every measurement, all of strength `noise`.
    Rates are computed from the detector error model, not sampled.

    An answer is a `stim.Circuit` or its text.

    Parameters
    ----------
    reference : stim.Circuit or str, optional
        A right program. It gives what is not said otherwise: detectors, observables, distance, rates. Its gates tell
        a wrong order of the same gates (``schedule``) from other mistakes.
    detectors, observables : int, optional
        How many there have to be.
    distance : int, optional
        The fewest faults that flip an observable and no detector; more is right, too.
    rates : sequence of float, optional
        How often each detector fires under the judge's noise, in any order.
    own_noise : bool
        Judge rates and distance under the noise that the learner has written.
    noise : float

    References
    ----------
    C. Gidney, Quantum 5, 497 (2021), arXiv:2103.02202.

    Examples
    --------
    >>> import stim
    >>> memory = stim.Circuit.generated("repetition_code:memory", distance=3, rounds=2)
    >>> StimProgram(memory).judge(str(memory)).passed
    True
    >>> StimProgram(memory, distance=5).judge(memory).message
    'The circuit distance is 3, but at least 5 is asked for: 3 faults flip a logical observable and no detector.'
    """

    wants = "a Stim program"

    def __init__(
        self,
        reference=None,
        *,
        detectors: int | None = None,
        observables: int | None = None,
        distance: int | None = None,
        rates=None,
        own_noise: bool = False,
        noise: float = 1e-3,
        **options,
    ):
        super().__init__(**options)
        self.noise, self.own_noise = noise, own_noise
        self.circuit = None if reference is None else _parsed(reference)
        self.reached: int | None = None  # the circuit distance of the reference
        self.detectors, self.observables, self.distance = detectors, observables, distance
        self.rates = None if rates is None else np.sort(np.asarray(rates, dtype=float))
        if self.circuit is not None:
            self._fill()
        elif detectors is None and distance is None and rates is None and observables is None:
            raise ValueError("say what is asked for: a reference, detectors, observables, distance or rates")

    def _fill(self) -> None:
        model = self._model(self.circuit)
        if self.detectors is None:
            self.detectors = model.num_detectors
        if self.observables is None:
            self.observables = model.num_observables
        self.reached = circuit_distance(self._noisy(self.circuit)) if model.num_observables else None
        if self.distance is None:
            self.distance = self.reached
        if self.rates is None:
            self.rates = np.sort(detection_rates(model))

    def read(self, answer, *, order="native"):
        if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
            return values.Nothing()
        return _parsed(answer)

    def like(self, answer):
        """Written the same, or failing in the same way: with other gates, or detectors in another order."""

        def written_out(circuit):
            return (circuit if self.own_noise else circuit.without_noise()).flattened()

        meant = self._failings(answer)
        return Alike(
            lambda other: written_out(other) == written_out(answer) or (meant and self._failings(other) == meant)
        )

    def _failings(self, circuit) -> tuple | None:
        return _failings(str(circuit), None if self.own_noise else self.noise)

    def right(self, answer):
        return self._fault(answer) is None

    def explain(self, answer) -> Verdict | None:
        return self._fault(answer)

    def _model(self, circuit):
        """The detector error model under noise; ValueError if something is not deterministic."""
        return self._noisy(circuit).detector_error_model(approximate_disjoint_errors=True)

    def _noisy(self, circuit):
        return circuit if self.own_noise else _with_noise(str(circuit), self.noise)

    def _fault(self, circuit) -> Verdict | None:
        try:
            model = self._model(circuit)
        except ValueError as problem:
            return wrong(None, _not_deterministic(str(problem)))
        for name, wanted, came in (
            ("detector", self.detectors, circuit.num_detectors),
            ("logical observable", self.observables, circuit.num_observables),
        ):
            if wanted is not None and came != wanted:
                are = "is" if wanted == 1 else "are"
                return wrong(
                    None,
                    f"Your program has {came} {name}{'s' * (came != 1)}; {wanted} {are} asked for.",
                    score=0.25 if came else 0.0,
                )
        if self.distance is not None:
            told = self._by_distance(circuit, self.distance)
            if told is not None:
                return told
        return None if self.rates is None else self._by_rates(model, self.rates)

    def _by_distance(self, circuit, wanted: int) -> Verdict | None:
        came = circuit_distance(self._noisy(circuit))
        if came is None:
            errors = (step.targets_copy() for step in self._model(circuit).flattened() if step.type == "error")
            flips = any(target.is_logical_observable_id() for targets in errors for target in targets)
            told = (
                "Every set of faults that flips your logical observable fires a detector, however many they are: your "
                "detectors fix the value of the observable itself."
                if flips
                else "No fault flips your logical observable."
            )
            return wrong(None, told, score=0.25)
        if came >= wanted:
            return None
        told = (
            f"The circuit distance is {came}, but at least {wanted} is asked for: "
            f"{came} fault{'s' * (came != 1)} flip{'s' * (came == 1)} a logical observable and no detector."
        )
        better = self.reached is not None and self.reached > came
        if better and _gates(circuit) == _gates(self.circuit):
            return wrong("schedule", f"{told} Your gates are the right ones: look at their order.", score=0.5)
        return wrong(None, told, score=0.5)

    def _by_rates(self, model, rates: np.ndarray) -> Verdict | None:
        came = np.sort(detection_rates(model))
        if len(came) != len(rates):
            return wrong(None, f"{len(rates)} detectors are asked for; {len(came)} came.")
        gap = np.abs(came - rates)
        if np.all(gap <= 1e-9 + 1e-6 * rates):
            return None
        silent = int(np.sum(came == 0)) - int(np.sum(rates == 0))
        if silent > 0:
            never = "never fires" if silent == 1 else "never fire"
            return wrong(None, f"{silent} of your detectors {never}, whatever goes wrong.", score=0.25)
        off = int(np.sum(gap > 1e-9 + 1e-6 * rates))
        mean, wanted = float(came.mean()), float(rates.mean())
        under = "On average"
        if not self.own_noise:  # else the learner's own program shows the number
            p = number_text(self.noise, 5)
            under = f"If every gate, reset and measurement fails with probability {p} (and nothing else), on average"
        return wrong(
            None,
            f"{under} your detectors fire with probability {number_text(mean, 5)}, but {number_text(wanted, 5)} is "
            f"expected; {off} of {len(came)} differ.",
            score=0.25,
        )


def _parsed(answer):
    import stim

    if isinstance(answer, values.Text):
        answer = answer.value
    text = answer if isinstance(answer, str) else as_text(answer)
    if text is None:
        raise Refused(
            "wrong-type", f"You gave {type(answer).__name__!r}; a stim.Circuit, or the text of one, is asked for."
        )
    if len(text) > _MOST_TEXT:
        raise Refused("wrong-size", f"Your program has {len(text):,} characters; that is too many.")
    try:
        circuit = stim.Circuit(text)
    except (ValueError, IndexError) as problem:
        raise Refused("unreadable", f"Stim cannot read your program: {error_called(problem).rstrip('.')}.") from problem
    steps = circuit.num_measurements + circuit.num_detectors + circuit.num_ticks
    if circuit.num_qubits > 5000 or steps > _MOST_STEPS:
        raise Refused("wrong-size", "Your program is too long once its loops are written out.")
    return circuit


def _not_deterministic(problem: str) -> str:
    if "non-deterministic" in problem:
        kind = "logical observable" if "observable" in problem.split("\n")[0] else "detector"
        return (
            f"A {kind} of your program is not deterministic: even without noise it gives 0 or 1 by chance. Each "
            "has to combine measurements whose parity is fixed."
        )
    if "before the beginning of time" in problem:
        return (
            "A detector or observable refers to a measurement before the first: rec[-k] counts back from its own line."
        )
    # What follows counts the lines with the judge's noise in between.
    problem = problem.partition("Circuit stack trace")[0]
    return f"Stim cannot analyse your program: {' '.join(problem.split())[:200]}"


def with_noise(circuit, p: float):
    """The program with its own noise taken out and uniform noise of strength `p` put in.

    After each gate on one or two qubits DEPOLARIZE1/2, after each reset and before each measurement a flip; parity
    measurements (MPP, MXX, …) report wrongly with probability `p`.
    """
    import stim

    made = stim.Circuit()
    for step in circuit.without_noise():
        if isinstance(step, stim.CircuitRepeatBlock):
            made.append(stim.CircuitRepeatBlock(step.repeat_count, with_noise(step.body_copy(), p)))
            continue
        for layer in _layers(step):
            _append_noisily(made, layer, p)
    return made


def _layers(step):
    """The step cut wherever a qubit comes again: Stim joins lines of the same gate that follow each other."""
    import stim

    layers: list[list] = [[]]
    met: set[int] = set()
    for group in step.target_groups():
        qubits = {target.value for target in group if target.is_qubit_target}
        if met & qubits:
            layers.append([])
            met = set()
        met |= qubits
        layers[-1].append(group)
    if len(layers) == 1:
        return [step]
    return [
        stim.CircuitInstruction(step.name, [target for group in layer for target in group], step.gate_args_copy())
        for layer in layers
    ]


def _append_noisily(made, step, p: float) -> None:
    import stim

    about = stim.gate_data(step.name)
    targets = step.targets_copy()
    qubits = [target.value for target in targets if target.is_qubit_target]
    flip = "Z_ERROR" if step.name in ("RX", "MX", "MRX") else "X_ERROR"
    pairwise = about.is_two_qubit_gate or step.name == "MPP"
    if about.produces_measurements and pairwise:
        made.append(step.name, targets, p)
        return
    if about.produces_measurements and qubits:
        made.append(flip, qubits, p)
    made.append(step)
    if about.is_reset and qubits:
        made.append(flip, qubits, p)
    elif about.is_unitary and about.is_two_qubit_gate:
        for pair in step.target_groups():
            if all(target.is_qubit_target for target in pair):
                made.append("DEPOLARIZE2", [target.value for target in pair], p)
    elif about.is_unitary and qubits:
        made.append("DEPOLARIZE1", qubits, p)


def detection_rates(model) -> np.ndarray:
    """How often each detector of a detector error model fires: ½(1 − ∏(1 − 2pᵢ)) over the errors that flip it."""
    kept = np.ones(model.num_detectors)
    for step in model.flattened():
        if step.type != "error":
            continue
        odd: set[int] = set()
        for target in step.targets_copy():
            if target.is_relative_detector_id():
                odd ^= {target.val}  # a second time takes it back
        kept[list(odd)] *= 1 - 2 * step.args_copy()[0]
    return (1 - kept) / 2


@lru_cache(maxsize=64)  # each is looked at for its detectors, its distance and its rates
def _with_noise(program: str, noise: float):
    import stim

    return with_noise(stim.Circuit(program), noise)


@lru_cache(maxsize=64)  # the same slips are compared with every answer
def _failings(program: str, noise: float | None) -> tuple | None:
    """How many detectors and observables each error flips, how likely; and how often each detector fires."""
    import stim

    circuit = stim.Circuit(program)
    try:
        noisy = circuit if noise is None else _with_noise(program, noise)
        model = noisy.detector_error_model(approximate_disjoint_errors=True)
    except ValueError:
        return None
    errors: Counter = Counter()
    for step in model.flattened():
        if step.type == "error":
            flips = Counter(str(target) for target in step.targets_copy() if not target.is_separator())
            odd = [name[0] for name, times in flips.items() if times % 2]
            errors[odd.count("D"), odd.count("L"), number_text(step.args_copy()[0], 9)] += 1
    rates = [number_text(rate, 9) for rate in sorted(detection_rates(model))]
    return model.num_detectors, model.num_observables, errors, rates


def circuit_distance(circuit) -> int | None:
    """The fewest errors of a noisy circuit that flip an observable and no detector; None if none do.

    Exact among the errors that flip at most two detectors (of one basis); the others, such as Y errors that are no
    product of listed ones, are searched by Stim's heuristic, which may find fewer but never too few.
    """
    lengths = []
    try:
        lengths.append(len(circuit.shortest_graphlike_error(ignore_ungraphlike_errors=True)))
    except ValueError:
        pass  # no such set of errors
    try:
        found = circuit.search_for_undetectable_logical_errors(
            dont_explore_detection_event_sets_with_size_above=4,
            dont_explore_edges_with_degree_above=4,
            dont_explore_edges_increasing_symptom_degree=True,
        )
        lengths.append(len(found))
    except ValueError:
        pass
    return min(lengths, default=None)


def _gates(circuit) -> Counter:
    """How often each gate acts on each qubits, whatever the order; loops written out."""
    import stim

    seen: Counter = Counter()
    for step in circuit.without_noise().flattened():
        about = stim.gate_data(step.name)
        if about.is_unitary or about.is_reset or about.produces_measurements:
            for group in step.target_groups():
                seen[step.name, tuple(target.value for target in group)] += 1
    return seen
