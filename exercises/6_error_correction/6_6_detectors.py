"""What right means in lesson 6.6, and how people get it wrong. The tasks stand in the notebook of the same name."""

import heapq
from collections import Counter
from functools import cache
from itertools import combinations, pairwise, product
from math import inf, log, prod, sqrt

from qtrain.authoring import build, choice, data, decimals, function, measure, number, right, slip, whole
from qtrain.checking import Data, StimProgram
from qtrain.checking.schema import Dict, List, Whole
from qtrain.checking.stim_programs import detection_rates, with_noise
from qtrain.checking.verdict import wrong


def words(numbers):
    return " ".join(map(str, numbers))


# --- a: which detectors fire ------------------------------------------------------------------------------------------


def rows_apart(d, rounds, qubit, before, check, misread):
    """Whether the two faults are in the memory and share no detector."""
    there = qubit < d and check < d - 1 and before < rounds and misread < rounds
    return there and not (check in (qubit - 1, qubit) and before in (misread, misread + 1))


@data(
    "6.6.a",
    kind="predict",
    rung="warm-up",
    outcome=2,
    schema=List(Whole(0, 200), ordered=False, distinct=True),
    d=(5, 6, 7),
    rounds=(4, 5),
    qubit=whole(0, 6),
    before=whole(0, 3),
    check=whole(0, 5),
    misread=whole(0, 3),
    where=rows_apart,
)
def events(d, rounds, qubit, before, check, misread):
    n = d - 1
    beside = [k for k in (qubit - 1, qubit) if 0 <= k < n]
    by_flip = [before * n + k for k in beside]
    by_reading = [misread * n + check, (misread + 1) * n + check]
    yield by_flip + by_reading
    # Odd or even many times: what values do, in place of changes.
    lasting = Counter([r * n + k for k in beside for r in range(before, rounds + 1)] + [misread * n + check])
    yield slip(sorted(k for k, times in lasting.items() if times % 2), "takes the values of the checks").says(
        "You listed the checks that *read* 1, round by round. A detector fires where a check changes: a flip of a data "
        "qubit changes a check once, a wrong reading changes it twice, there and back."
    )
    yield slip(by_flip, "leaves out the reading").says(
        "These are the detectors of the flipped data qubit. The wrong reading makes detectors fire, too."
    )
    yield slip(by_reading, "leaves out the flip").says(
        "These are the detectors of the wrong reading. The flipped data qubit makes detectors fire, too."
    )
    yield slip([*by_flip, by_reading[0]], "lets a wrong reading change once").says(
        "You let the wrong reading fire one detector. The check reads as before in the next round: it changes again."
    )
    yield slip([*by_flip, by_reading[1]], "takes only the way back").says(
        "You have the change back after the wrong reading. The change into it fires a detector, too."
    )
    for listed, reason, reply in (
        (
            [k + n for k in by_flip] + by_reading,
            "fires one round late",
            "The data qubit is flipped *before* the reading of its round, so its checks change in this round already.",
        ),
        (
            by_flip + [k - n for k in by_reading],
            "takes the round before",
            "A wrong reading differs from the round before it and from the round after it: the detectors of its own "
            "round and of the *next*. You took one round too early.",
        ),
        (
            [before * n + k for k in (qubit, qubit + 1) if k < n] + by_reading,
            "takes the checks to the right",
            "Check k compares the data qubits k and k + 1. So a data qubit belongs to the checks k − 1 and k.",
        ),
    ):
        if len(set(listed)) == len(listed) and min(listed) >= 0:
            yield slip(listed, reason).says(reply)
    if 0 < qubit < n:
        for k in beside:
            yield slip([before * n + k, *by_reading], "lets one check see the flip").says(
                "This data qubit belongs to two checks, and both change."
            )
    yield slip([k + 1 for k in by_flip + by_reading], "counts from 1").says(
        "Each of your numbers is one too large: detectors are counted from 0."
    )
    high = rounds + 1
    turned = [k * high + before for k in beside] + [check * high + misread, check * high + misread + 1]
    yield slip(turned, "numbers check by check").says(
        "You numbered the detectors check by check. The program goes round by round: first all checks of round 0."
    )


# --- b: the draft with faults in its detectors ------------------------------------------------------------------------


BULK, LAST = "rec[{now}] rec[{then}]", "rec[{one}] rec[{two}] rec[{check}]"


def ring(d, rounds, bulk=BULK, last=LAST):
    """A repetition memory on a ring of d data qubits, as text."""
    first, second = (words(f"{(k + step) % d} {d + k}" for k in range(d)) for step in (0, 1))
    lines = [f"R {words(range(2 * d))}", "TICK"]
    for r in range(rounds):
        lines += [f"CX {first}", "TICK", f"CX {second}", "TICK", f"MR {words(range(d, 2 * d))}", "TICK"]
        for k in range(d):
            back = {"now": k - d, "then": k - 2 * d, "next": (k + 1) % d - d, "late": k - 2 * d + 1}
            lines.append("DETECTOR " + (bulk if r else "rec[{now}]").format(**back))
    lines.append(f"M {words(range(d))}")
    for k in range(d) if last else ():
        back = {"one": k - d, "two": (k + 1) % d - d, "check": k - 2 * d, "other": (k + 1) % d - 2 * d}
        lines.append("DETECTOR " + last.format(**back))
    return "\n".join([*lines, "OBSERVABLE_INCLUDE(0) rec[-1]"])


@build("6.6.b", kind="debug", rung="use", outcome=1, points=2, d=whole(3, 8), rounds=whole(3, 14))
def repaired(d, rounds):
    import stim

    def written(**detectors):
        return ring(d, rounds, **detectors)

    model = with_noise(stim.Circuit(written()), 1e-3).detector_error_model(approximate_disjoint_errors=True)
    yield StimProgram(detectors=d * (rounds + 1), observables=1, distance=d, rates=detection_rates(model))
    yield slip(written(bulk="rec[{now}]", last=""), "changes nothing").says(
        "Your detectors still read single checks, and no detector looks at the data at the end."
    )
    yield (
        slip(written(last=""), "leaves out the end")
        .worth(0.5)
        .says(
            "Your detectors compare each round with the one before: right. But no detector sees an error after the "
            f"last round. {d} more are missing, made from the data at the end."
        )
    )
    yield (
        slip(written(bulk="rec[{now}]"), "leaves single readings")
        .worth(0.5)
        .says(
            "Your detectors at the end are right. From the second round on each detector should compare a check with "
            "its own reading in the round before; yours take one reading alone."
        )
    )
    yield (
        slip(written(bulk="rec[{now}] rec[{next}]"), "compares two checks")
        .worth(0.5)
        .says(
            "From the second round on your detectors compare two checks of the *same* round. Compare a check with "
            "itself, one round earlier."
        )
    )
    yield (
        slip(written(bulk="rec[{now}] rec[{late}]"), "is off by one")
        .worth(0.5)
        .says(
            "From the second round on your detectors go one measurement too few back: they compare a check with its "
            "neighbour. How many ancillas are read in a round?"
        )
    )
    yield (
        slip(written(last="rec[{one}] rec[{two}]"), "does not compare the data with a check")
        .worth(0.5)
        .says(
            "Your detectors at the end compare two data qubits with each other. That is the value of a check; compare "
            "it with the last reading of this check."
        )
    )
    yield (
        slip(written(last="rec[{one}] rec[{check}]"), "takes one data qubit")
        .worth(0.5)
        .says(
            "Your detectors at the end take one data qubit each. A check belongs to two of them: take the parity of "
            "both."
        )
    )
    yield (
        slip(written(last="rec[{one}] rec[{two}] rec[{other}]"), "takes the next check")
        .worth(0.5)
        .says("Your detectors at the end compare two data qubits with the reading of *another* check.")
    )


# --- c: a memory against phase flips ----------------------------------------------------------------------------------


def phase_memory(d, rounds, p, p_x, q, *, letter="X", first=True, end=True, late=False, single=False, at_end=True):
    """A memory with checks XX (or ZZ), parity by parity with MPP."""
    n, everything = d - 1, words(range(d))
    noise = [f"Z_ERROR({p}) {everything}", f"X_ERROR({p_x}) {everything}"]
    lines = [f"R{letter} {everything}"]
    for r in range(rounds):
        lines += [] if late else noise
        lines.append(f"MPP({q}) " + words(f"{letter}{k}*{letter}{k + 1}" for k in range(n)))
        lines += noise if late else []
        for k in range(n):
            if r or first:
                lines.append(f"DETECTOR rec[{k - n}]" + (f" rec[{k - 2 * n}]" if r and not single else ""))
    lines.append(f"M{letter}({q if at_end else 0}) {everything}")
    if end:
        lines += [f"DETECTOR rec[{k - d}] rec[{k + 1 - d}] rec[{k - d - n}]" for k in range(n)]
    return "\n".join([*lines, "OBSERVABLE_INCLUDE(0) rec[-1]"])


class PhaseMemory(StimProgram):
    """A memory in which the noise that the task asks for stands as Z_ERROR and X_ERROR, and Z is what is seen."""

    def __init__(self, d, rounds, p_z, p_x, q):
        super().__init__(
            detectors=(d - 1) * (rounds + 1),
            observables=1,
            distance=d,
            rates=rates_of(d, rounds, p_z, q),
            own_noise=True,
        )
        self.noise_lines, self.times = (("Z_ERROR", "p.p_z", p_z), ("X_ERROR", "p.p_x", p_x)), d * rounds

    def _missing(self, circuit):
        """What is short of the noise lines: gate, name of its probability, how many there are."""
        met = Counter()
        for step in circuit.flattened():
            chances = step.gate_args_copy()
            if step.name in ("X_ERROR", "Z_ERROR"):
                met[step.name, round(chances[0], 9)] += len(step.targets_copy())
            if step.name == "PAULI_CHANNEL_1":  # the same in one line: X, Y and Z with their probabilities
                for name, chance in (("X_ERROR", chances[0]), ("Z_ERROR", chances[2])):
                    met[name, round(chance + chances[1], 9)] += len(step.targets_copy())
        return [
            (name, called, met[name, round(p, 9)])
            for name, called, p in self.noise_lines
            if met[name, round(p, 9)] < self.times
        ]

    def _failings(self, circuit):
        found = super()._failings(circuit)
        return found and (found, self._missing(circuit))

    def _fault(self, circuit):
        for name, called, came in self._missing(circuit):
            return wrong(
                None,
                f"Every data qubit should have {name} with the probability `{called}` before each round: {self.times} "
                f"in all. Your program has {came} of them.",
            )
        return super()._fault(circuit)


def rates_of(d, rounds, p, q):
    """Detection rates of the memory, row by row."""
    keep, read = (1 - 2 * p) ** 2, 1 - 2 * q
    rows = [keep * read, *[keep * read**2] * (rounds - 1), read**3]
    return [(1 - row) / 2 for row in rows for _ in range(d - 1)]


@build(
    "6.6.c",
    rung="use",
    outcome=1,
    points=2,
    d=(3, 5, 7),
    rounds=whole(3, 6),
    p_z=decimals(0.01, 0.04, 0.002),
    p_x=decimals(0.05, 0.09, 0.002),
    q=decimals(0.01, 0.04, 0.002),
    where=lambda p_z, q: abs(p_z - q) > 0.003,
)
def against_phase_flips(d, rounds, p_z, p_x, q):
    def written(p=p_z, other=p_x, misread=q, **options):
        return phase_memory(d, rounds, p, other, misread, **options)

    n = (d - 1) * (rounds + 1)
    yield PhaseMemory(d, rounds, p_z, p_x, q)
    yield slip(written(letter="Z"), "stays with bit flips").says(
        "Your detectors fire as often as the *X* errors make them: with `p.p_x` for each data qubit. Against phase "
        "flips the checks are XX, the data begin in |+⟩ and are read in the X basis, and `p.p_z` belongs to Z_ERROR."
    )
    yield slip(written(end=False), "leaves out the end").says(
        f"Your program has {n - d + 1} detectors; {n} are asked for. The data at the end give one more value of each "
        "check: compare it with the last reading."
    )
    yield slip(written(first=False), "leaves out the first round").says(
        f"Your program has {n - d + 1} detectors; {n} are asked for. In the first round each check is fixed already, "
        "because the data begin in |+⟩: its reading alone is a detector."
    )
    yield slip(written(single=True), "takes single readings").says(
        "From the second round on your detectors are single readings: after one flip they fire in every round. "
        "Compare each reading with the one before."
    )
    yield slip(written(p=q, misread=p_z), "exchanges p and q").says(
        "You exchanged two probabilities: `p.p_z` is that of a phase flip, `p.q` that of a wrong measurement."
    )
    yield slip(written(late=True), "puts the errors behind the readings").says(
        "Your errors come after the readings of each round. They should come before."
    )
    yield slip(written(at_end=False), "reads the data without an error").says(
        "Your measurement of the data at the end is never wrong. It is wrong with the probability `p.q`, too."
    )
    yield slip(written(misread=0), "reads without errors").says(
        "Your measurements are never wrong. Each should be wrong with the probability `p.q`."
    )


# --- d: how often a detector fires ------------------------------------------------------------------------------------


def odd(*chances):
    return (1 - prod(1 - 2 * p for p in chances)) / 2


@number(
    "6.6.d",
    rung="warm-up",
    outcome=3,
    rel=0.0005,
    bounds=(0, 1),
    p=decimals(0.04, 0.12, 0.002),
    q=decimals(0.04, 0.12, 0.002),
    where=lambda p, q: abs(p - q) > 0.005,
)
def rate(p, q):
    yield odd(p, p, q, q)
    yield slip(p + q, "adds one of each").says(
        "You added the two probabilities. A check looks at two qubits, the detector compares two readings, and two "
        "flips cancel."
    )
    yield slip(1 - 2 * odd(p, p, q, q), "gives the mean of the signs").says(
        "This is the mean of the signs, (1 − 2p)² (1 − 2q)²: how often a detector fires is half of what it lacks to 1."
    )
    yield slip(2 * p + 2 * q, "adds").says(
        "You added the probabilities. That is the mean number of flips; two flips of the same detector cancel."
    )
    yield slip(1 - (1 - p) ** 2 * (1 - q) ** 2, "counts any fault").says(
        "So often at least one of the four happens. If two happen, the detector does not fire: an *odd* number counts."
    )
    yield slip(odd(p, p, q), "takes one reading").says(
        "You took one reading. The detector compares two, and each of them may be wrong."
    )
    yield slip(odd(p, q, q), "takes one data qubit").says("You took one data qubit. A check ZZ looks at two.")
    yield slip(odd(p, q), "takes one of each").says(
        "You took one data qubit and one reading. A check looks at two qubits, and the detector compares two readings."
    )
    yield slip(odd(p, p), "leaves out the readings").says("You left out that the readings may be wrong.")
    yield slip(odd(q, q), "leaves out the data").says("You left out that the data qubits may be flipped.")
    yield slip(odd(*[p] * 4, q, q), "counts the flips of two rounds").says(
        "You counted the data flips of two rounds. Those before the *earlier* reading change both readings: no change "
        "between them."
    )
    yield slip(2 * odd(p, p, q, q), "forgets the half").says(
        "You left out the half in front. (Large probabilities all round make a detector fire in half of the runs.)"
    )
    yield slip(1 - odd(p, p, q, q), "gives the silence", "bit-flip").says(
        "This is how often the detector does not fire."
    )
    yield slip(2 * p * (1 - p) * (1 - q) ** 2 + 2 * q * (1 - q) * (1 - p) ** 2, "wants exactly one").says(
        "So often exactly one of the four happens. Three make the detector fire, too."
    )


# --- e: in the laboratory ---------------------------------------------------------------------------------------------


def edge_spread(m, together):
    """What one shot says of the edge's probability: by propagation from ⟨s⟩, ⟨s'⟩ (both m) and ⟨ss'⟩."""
    kept = m / sqrt(together)
    slopes = (-kept / (4 * m), -kept / (4 * m), kept / (4 * together))
    table = [
        [1 - m * m, together - m * m, m - m * together],
        [together - m * m, 1 - m * m, m - m * together],
        [m - m * together, m - m * together, 1 - together**2],
    ]
    return sqrt(sum(slopes[i] * slopes[j] * table[i][j] for i, j in product(range(3), repeat=2)))


@measure(
    "6.6.e",
    rung="think",
    outcome=5,
    points=3,
    within=0.002,
    bounds=(0, 1),
    check=whole(0, 3),
    round=whole(1, 3),
    hidden_p=decimals(0.11, 0.13, 0.002),
    hidden_q=decimals(0.05, 0.08, 0.002),
)
def wrong_readings(check, round, hidden_p, hidden_q):
    m = (1 - 2 * hidden_p) ** 2 * (1 - 2 * hidden_q) ** 2
    together = m * m / (1 - 2 * hidden_q) ** 2
    spread = edge_spread(m, together)
    shots = 300_000
    error = spread / sqrt(shots)
    rate, both = (1 - m) / 2, (1 - 2 * m + together) / 4
    yield right(hidden_q, spread=spread)
    yield slip((rate, error, shots), "gives the rate of one detector").says(
        "This is how often one of the two detectors fires. Flipped data qubits make it fire, too."
    )
    yield slip((both - rate**2, error, shots), "gives the covariance").says(
        "This is the covariance of the two detectors. It is near to the wanted probability only if all faults are "
        "rare; these are not."
    )
    yield slip((both, error, shots), "counts both firing").says(
        "So often both detectors fire. A pair may also come from two other faults, and a wrong reading may be hidden "
        "by another fault."
    )
    yield slip((both / rate, error, shots), "gives a conditional probability").says(
        "So often one of the two detectors fires if the other one does. A pair may also come from two other faults."
    )
    yield slip((2 * hidden_q * (1 - hidden_q), error, shots), "forgets the root").says(
        "Your value is near to 2q(1 − q). That is what (1 − 2q)² gives in place of 1 − 2q: take a square root."
    )
    yield slip((1 - hidden_q, error, shots), "gives the right readings").says(
        "This is how often the reading is right. How often it is wrong is asked for."
    )


# --- f: what a hook does ----------------------------------------------------------------------------------------------


@choice("6.6.f", rung="warm-up", outcome=4)
def hook():
    yield right("One fault on an ancilla becomes two errors on data qubits that lie along a logical operator.").says(
        "Right: a chain of d errors from edge to edge then takes only (d + 1)/2 faults."
    )
    yield slip("The checks no longer commute, so that some detectors are random.", "doubts the checks").says(
        "All detectors are deterministic in both programs: Stim would refuse them otherwise."
    )
    yield slip("The exchanged circuit has more CNOTs, and each of them fails.", "counts gates").says(
        "Both circuits have the same CNOTs; only their order differs. And the distance counts faults, not chances."
    )
    yield slip("The code itself has another distance: its logical operators are shorter.", "changes the code").says(
        "Stabilizers and logical operators are those of the same code. Only the circuit that reads them is another."
    )
    yield slip("A fault on an ancilla makes this check read wrongly in all later rounds.", "keeps the ancilla").says(
        "Ancillas are reset in each round. A wrong reading alone is seen, as a pair of detectors in time."
    )


# --- g: a schedule for a turned patch ---------------------------------------------------------------------------------

CORNERS = {"NW": (-1, -1), "NE": (-1, 0), "SW": (0, -1), "SE": (0, 0)}
ACROSS = {"NW": "NE", "NE": "NW", "SW": "SE", "SE": "SW"}
DOWN = {"NW": "SW", "SW": "NW", "NE": "SE", "SE": "NE"}
OPPOSITE = {"NW": "SE", "SE": "NW", "NE": "SW", "SW": "NE"}


def checks(d, turned):
    found = []
    for i, j in product(range(d + 1), repeat=2):
        kind, level, upright = "XZ"[(i + j + turned) % 2], i in (0, d), j in (0, d)
        if not (level or upright) or (level != upright and level == (kind == "XZ"[turned])):
            found.append((kind, i, j))
    return found


def qubit_at(d, check, corner):
    i, j = check[1] + CORNERS[corner][0], check[2] + CORNERS[corner][1]
    return i * d + j if 0 <= i < d and 0 <= j < d else None


def layer(d, orders, k, turned):
    """The pairs (control, target) of one layer of CNOTs."""
    pairs = []
    for ancilla, check in enumerate(checks(d, turned), start=d * d):
        qubit = qubit_at(d, check, orders[check[0]][k])
        if qubit is not None:
            pairs.append((ancilla, qubit) if check[0] == "X" else (qubit, ancilla))
    return pairs


def surface(d, rounds, orders, p, basis, turned):
    """A memory of the rotated surface code, as the lesson's `surface` writes it."""
    every = checks(d, turned)
    n, m = d * d, len(every)
    everything, ancillas = words(range(n)), words(range(n, n + m))
    of_x = words(n + k for k, check in enumerate(every) if check[0] == "X")
    steps = [f"R {ancillas}", f"X_ERROR({p}) {ancillas}", f"H {of_x}", f"DEPOLARIZE1({p}) {of_x}"]
    for k in range(4):
        pairs = words(qubit for pair in layer(d, orders, k, turned) for qubit in pair)
        steps += [f"CX {pairs}", f"DEPOLARIZE2({p}) {pairs}"]
    steps += [f"H {of_x}", f"DEPOLARIZE1({p}) {of_x}", f"M({p}) {ancillas}"]
    lines = [f"R{basis} {everything}", f"DEPOLARIZE1({p}) {everything}"]
    for r in range(rounds):
        lines += steps
        for k, check in enumerate(every):
            if r or check[0] == basis:
                lines.append(f"DETECTOR rec[{k - m}]" + (f" rec[{k - 2 * m}]" if r else ""))
    lines.append(f"M{basis}({p}) {everything}")
    for k, check in enumerate(every):
        if check[0] == basis:
            corners = [qubit_at(d, check, corner) for corner in CORNERS]
            data = words(f"rec[{qubit - n}]" for qubit in corners if qubit is not None)
            lines.append(f"DETECTOR {data} rec[{k - n - m}]")
    logical = range(d) if (basis == "Z") != turned else range(0, n, d)
    return "\n".join([*lines, "OBSERVABLE_INCLUDE(0) " + words(f"rec[{qubit - n}]" for qubit in logical)])


@cache
def distances(x_order, z_order, turned):
    """Circuit distance at d = 5 of memories of Z and of X; why not, as a sentence, where there is none."""
    import stim

    orders = {"X": x_order, "Z": z_order}
    for k in range(4):
        busy = Counter(qubit for pair in layer(5, orders, k, turned) for qubit in pair)
        if max(busy.values()) > 1:
            return f"In your CNOT number {k + 1} an X check and a Z check want the same data qubit at the same time."
    found = []
    for basis in "ZX":
        program = stim.Circuit(surface(5, 2, orders, 1e-3, basis, turned))
        try:
            found.append(len(program.shortest_graphlike_error(ignore_ungraphlike_errors=True)))
        except ValueError:
            return (
                "Without any noise your checks are random: of two data qubits that an X and a Z check share, the X "
                "check has to be first on both, or the Z check on both."
            )
    return tuple(found)


def good_orders(first, turned):
    """The orders whose hooks lie across the logical operators, with the X checks beginning at this corner."""
    level, upright = ACROSS[first], DOWN[first]
    x = (first, upright, level, OPPOSITE[first]) if turned else (first, level, upright, OPPOSITE[first])
    return x, (x[0], x[2], x[1], x[3])


def device(random):
    order = random.sample(range(1, 5), 4)
    while order == [1, 2, 3, 4]:
        order = random.sample(range(1, 5), 4)
    coupler = dict(zip(CORNERS, order, strict=True))
    return {"turned": random.random() < 0.7, "coupler": coupler, "begin": random.randint(1, 4)}


@data(
    "6.6.g",
    kind="design",
    rung="think",
    outcome=4,
    points=3,
    draw=device,
)
def schedule(turned, coupler, begin):
    corner = {number: name for name, number in coupler.items()}
    first = corner[begin]
    x, z = good_orders(first, turned)

    def numbered(one, other):
        return {"X": [coupler[name] for name in one], "Z": [coupler[name] for name in other]}

    def holds(answer):
        orders = [tuple(corner[number] for number in answer[kind]) for kind in "XZ"]
        if answer["X"][0] != begin:
            return False, f"Your X checks begin with coupler {answer['X'][0]}; they have to begin with {begin}."
        found = distances(*orders, turned)
        if isinstance(found, str):
            return False, found
        if found == (5, 5):
            return True
        bad = " and ".join(f"{got} in a memory of {basis}" for got, basis in zip(found, "ZX", strict=True) if got < 5)
        return False, f"With your orders the circuit distance of the code with d = 5 is {bad}."

    yield Data(schema=Dict(("X", "Z"), List(Whole(1, 4), 4, distinct=True)), holds=holds)
    yield slip(numbered(z, x), "lets both hooks run along the logicals").says(
        "Your circuit has the distance 3 at d = 5 in memories of both kinds: the last two CNOTs of each check meet two "
        "data qubits that lie along the logical operator that their errors build."
    )
    yield slip(numbered(x, x), "takes one order for both").says(
        "You gave X and Z checks the same order. Then the circuit distance is full in one memory and 3 at d = 5 in the "
        "other: their logical operators run in different directions."
    )
    if list(coupler.values()) != [1, 2, 3, 4]:
        names = {name: k for k, name in enumerate(CORNERS, start=1)}
        plain = {"X": [names[name] for name in x], "Z": [names[name] for name in z]}
        if plain["X"][0] != begin:
            yield slip(plain, "numbers the corners by itself").says(
                "You numbered the corners NW, NE, SW, SE as 1, 2, 3, 4. This device numbers them as `p.coupler` says."
            )


# --- h: the likeliest set that nobody sees ----------------------------------------------------------------------------


def odds(p):
    return p / (1 - p)


def best_unseen(errors, price=lambda p: -log(odds(p)), *, inner=True, most=inf):
    """The errors of the cheapest silent set that flips the observable, at most so often; None if there is none."""
    beside = {}
    for place, (p, detectors, flips) in enumerate(errors):
        a, b = detectors if len(detectors) == 2 else (*detectors, -1)
        for here, there in ((a, b), (b, a)):
            beside.setdefault(here, []).append((there, flips, price(p), place))
    best = (float("inf"), None)
    for start in sorted(beside) if inner else [-1]:
        queue, done = [(0.0, start, 0, ())], set()
        while queue:
            cost, node, parity, path = heapq.heappop(queue)
            if (node, parity) == (start, 1):
                best = min(best, (cost, path))
                break
            if (node, parity) in done:
                continue
            done.add((node, parity))
            for there, flips, step, place in beside.get(node, ()):
                if parity + flips > most:
                    continue
                heapq.heappush(queue, (cost + step, there, parity ^ flips, (*path, place)))
    return best[1]


def likeliest_unseen(errors):
    """The odds of the likeliest set of errors that flips the observable and no detector; 0 if there is none."""
    path = best_unseen(errors)
    return 0.0 if path is None else prod(odds(errors[k][0]) for k in path)


def fewest(errors):
    path = best_unseen(errors, lambda p: 1 - 1e-4 * log(odds(p)))
    return 0.0 if path is None else prod(odds(errors[k][0]) for k in path)


def from_the_edge(errors):
    path = best_unseen(errors, inner=False)
    return 0.0 if path is None else prod(odds(errors[k][0]) for k in path)


def one_flip(errors):
    path = best_unseen(errors, most=1)
    return 0.0 if path is None else prod(odds(errors[k][0]) for k in path)


def bare_product(errors):
    path = best_unseen(errors)
    return 0.0 if path is None else prod(errors[k][0] for k in path)


def exactly_these(errors):
    return likeliest_unseen(errors) * prod(1 - p for p, _, _ in errors)


def how_many(errors):
    path = best_unseen(errors)
    return 0.0 if path is None else float(len(path))


def one_for_each_place(errors):
    return likeliest_unseen(list({tuple(detectors): [p, detectors, flips] for p, detectors, flips in errors}.values()))


WRONG = (fewest, from_the_edge, one_flip, bare_product, exactly_these, one_for_each_place)


def a_model(rng, size, closed):
    """A random model: a ring of detectors or a chain between two edges, and some more errors."""
    detectors = list(range(size))
    rng.shuffle(detectors)
    ends = list(pairwise(detectors))
    pairs = [*ends, (detectors[-1], detectors[0])] if closed else [*ends, (detectors[0],), (detectors[-1],)]
    pairs += [tuple(rng.sample(detectors, 2)) for _ in range(3)]
    if not closed:
        pairs.append((rng.choice(detectors),))
    return [[round(rng.uniform(0.01, 0.3), 3), sorted(pair), int(rng.random() < 0.4)] for pair in pairs]


def drawn_models(rng):
    """Models on which each wrong way differs from the right one somewhere, and from each other wrong way."""
    while True:
        models = [a_model(rng, rng.randint(4, 7), closed) for closed in (False, False, False, True, True)]
        models.append([[p, detectors, 0] for p, detectors, _ in a_model(rng, 4, False)])
        truth = [likeliest_unseen(model) for model in models]
        if sum(value > 0 for value in truth) < 5:
            continue
        told = [truth, *([way(model) for model in models] for way in WRONG)]
        gaps = [
            max(abs(a - b) / max(a, b, 1e-12) for a, b in zip(one, other, strict=True))
            for one, other in combinations(told, 2)
        ]
        if min(gaps) > 0.02:
            return [*models, too_many_to_try(rng)]


def too_many_to_try(rng):
    """A model with so many errors that nobody can go through all their sets."""
    pairs = [sorted(rng.sample(range(10), rng.choice((1, 2, 2, 2)))) for _ in range(36)]
    return [[round(rng.uniform(0.01, 0.3), 3), pair, int(rng.random() < 0.2)] for pair in pairs]


@function("6.6.h", kind="stretch", outcome=4, points=3, name="likeliest_unseen", inputs=drawn_models, rel=1e-6)
def unseen_set():
    yield likeliest_unseen
    yield slip(fewest, "counts errors").says(
        "Your function takes the set with the fewest errors. More errors may be likelier if each of them is frequent."
    )
    yield slip(from_the_edge, "begins at the edge only").says(
        "Your function looks only at chains that begin and end with errors that fire a single detector. A closed ring "
        "of errors is silent, too, and may flip the observable."
    )
    yield slip(one_flip, "wants one flip").says(
        "Your function takes only sets in which a single error flips L0. Three errors that flip it are an odd number, "
        "too."
    )
    yield slip(bare_product, "multiplies p").says(
        "Your function multiplies the probabilities p of the set. The odds of each error, p/(1 − p), are asked for."
    )
    yield slip(exactly_these, "gives the probability of the set").says(
        "Your function gives the probability that these errors happen and no others. Asked for is its ratio to the "
        "probability that nothing happens."
    )
    yield slip(one_for_each_place, "keeps one error for each place").says(
        "Where several errors fire the same detectors, your function keeps only the last of them. Together, two of "
        "them fire nothing, and one alone may flip the observable where another does not."
    )
    yield slip(how_many, "gives how many").says("Your function gives how many errors the set has. Give its odds.")
