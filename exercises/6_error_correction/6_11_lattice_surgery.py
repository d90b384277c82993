"""What right means in lesson 6.11, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import lru_cache
from itertools import product
from math import sqrt

from qtrain.authoring import (
    build,
    choice,
    circuit,
    data,
    decimals,
    distinct,
    function,
    measure,
    one_of,
    right,
    slip,
)
from qtrain.checking import Channel, Data, StimProgram
from qtrain.checking.rules import FeedForward, NoInitialize, NoSynthesis, Rule, where
from qtrain.checking.schema import List, Row, Whole, Word
from qtrain.checking.stim_programs import detection_rates, with_noise
from qtrain.checking.target import Alike
from qtrain.checking.verdict import wrong
from qtrain.circuits.counting import counted
from qtrain.circuits.model import Observable

INTO = {"X": "h {0}", "Y": "sdg {0}; h {0}", "Z": ""}
BACK = {"X": "h {0}", "Y": "h {0}; s {0}", "Z": ""}


def parity(letters, a, b, helper, bit, *, undo=True, into=INTO):
    """The measurement of a product of two Paulis with a helper qubit, in the shorthand of circuits."""
    pairs = list(zip(letters, (a, b), strict=True))
    before = [into[letter].format(qubit) for letter, qubit in pairs]
    after = [BACK[letter].format(qubit) for letter, qubit in pairs] if undo else []
    reading = f"reset {helper}; cx {a} {helper}; cx {b} {helper}; measure {helper} -> {bit}"
    return "; ".join(part for part in (*before, reading, *after) if part)


# --- a: a parity with one helper --------------------------------------------------------------------------------------


@build(
    "6.11.a",
    rung="warm-up",
    outcome=1,
    takes="circuit",
    rules=[NoSynthesis(), NoInitialize()],
    letters=one_of("XX", "YY", "XZ", "ZX", "YZ", "ZY", "XY", "YX"),
    wires=distinct(3, range(3)),
)
def joint_parity(letters, wires):
    first, second, helper = wires

    def written(*steps):
        return circuit(*steps, qubits=3, bits=1)

    def read(letters, **options):
        return written(parity(letters, first, second, helper, 0, **options))

    before, after = (
        "; ".join(turn[letter].format(k) for letter, k in ((letters[0], 0), (letters[1], 1)) if letter != "Z")
        for turn in (INTO, BACK)
    )
    kept = circuit(before, "cx 0 1; measure 1 -> 0; cx 0 1", after, qubits=2, bits=1)
    yield Channel(kept, data=[first, second], results=True)
    yield slip(read("ZZ"), "measures ZZ").says(
        f"Your circuit measures ZZ. Here {letters} is asked for: which gates turn these letters into Z's?"
    )
    if letters[0] != letters[1]:
        yield slip(read(letters[::-1]), "exchanges the letters", "qubit-order").says(
            f"Your circuit measures {letters[::-1]}: the first letter belongs to qubit `p.wires[0]`."
        )
    yield slip(read(letters, undo=False), "does not turn back").says(
        "Your result is right, but the two qubits are left in another basis. Undo the gates that you put before the "
        "CNOTs."
    )
    both = written(*(f"measure {k} -> 0" for k in (first, second)))
    yield slip(both, "measures both qubits").says(
        "Your circuit measures each of the two qubits by itself. Only what they have in common may become known."
    )
    yield slip(written(f"measure {helper} -> 0"), "reads a helper that knows nothing").says(
        "Your result is always 0, and nothing happens to the two qubits: their bits do not get into the helper."
    )
    controlled = "; ".join(
        f"c{letter.lower()} {helper} {k}" for letter, k in zip(letters, (first, second), strict=True)
    )
    yield (
        slip(written(f"h {helper}; {controlled}; measure {helper} -> 0"), "leaves out the last H")
        .says(
            "Your result is 0 or 1 by chance. Between your controlled gates and the measurement of the helper an H on "
            "the helper is missing."
        )
        .worth(0.3)
    )
    for letter, wire in zip(letters, (first, second), strict=True):
        if letter != "Z":
            yield slip(written(f"measure {wire} -> 0"), "reads one qubit as it is").says(
                f"Your circuit measures Z on qubit {wire} alone. For a joint parity both letters go into the helper."
            )
        one = (INTO[letter].format(wire), f"cx {wire} {helper}; measure {helper} -> 0", BACK[letter].format(wire))
        yield slip(written(*(part for part in one if part)), "takes one qubit").says(
            f"Your circuit measures {letter} on qubit {wire} alone. For a joint parity both letters go into the helper."
        )
    if letters.replace("Y", "X") != "XX":  # else it is H taken for Y, see below
        yield slip(read("XX"), "measures XX").says(f"Your circuit measures XX. Here {letters} is asked for.")
    if "Y" in letters:
        flipped = letters.replace("Y", "X")
        yield slip(read(flipped), "takes H for Y").says(
            f"Your circuit measures {flipped}: H alone turns X into Z. For Y one more gate is needed, before the H and "
            "again behind it."
        )
    if letters.count("Y") == 1:  # two signs cancel in the result
        yield slip(read(letters, into={**INTO, "Y": "s {0}; h {0}"}), "takes S before the H, too").says(
            "Your result comes out as 0 where it should be 1, and the other way round; and the qubit of the Y is left "
            "with a Z too much. Before the H it is S†; S comes at the end."
        )


# --- b: the other way round -------------------------------------------------------------------------------------------


class OnlyParities(Rule):
    """No gate carries anything from control to target, but for measurements."""

    def __init__(self, control, target):
        self.pair = {control, target}

    def broken(self, circuit):
        met: dict[int, set] = {}
        places = {id(step): place for place, step in counted(circuit)}
        for step in circuit.operations:
            qubits = set(step.all_qubits)
            if step.name in ("measure", "reset"):
                met.update({qubit: set() for qubit in qubits})
            elif len(qubits) > 1 and step.name not in ("if", "barrier"):
                at = where(places.get(id(step), 1), step, circuit)
                if qubits >= self.pair:
                    return f"{at} joins control and target"
                for qubit in qubits - self.pair:
                    met.setdefault(qubit, set()).update(qubits & self.pair)
                    if met[qubit] == self.pair:
                        return f"{at} joins a qubit with the target and the control, and nothing is measured in between"
        return None

    def shortcut(self, circuit):
        return True


@build(
    "6.11.b",
    kind="debug",
    rung="use",
    outcome=2,
    points=2,
    takes="circuit",
    rules=lambda wires: [FeedForward(), OnlyParities(wires[0], wires[2]), NoSynthesis(), NoInitialize()],
    letter=one_of("X", "Z"),
    wires=distinct(4, range(4)),
)
def controlled_by_parities(letter, wires):
    control, ancilla, target, helper = wires
    gate = letter.lower()

    def written(*corrections, start="", end="h", first=letter):
        return circuit(
            f"reset {ancilla}",
            start and f"{start} {ancilla}",
            parity("X" + first, ancilla, target, helper, 0),
            parity("ZZ", control, ancilla, helper, 1),
            end and f"{end} {ancilla}",
            f"measure {ancilla} -> 2",
            *corrections,
            qubits=4,
            bits=3,
        )

    def on_target(bit, gate=gate):
        return f"if {bit} {{ {gate} {target} }}"

    def on_control(bit):
        return f"if {bit} {{ z {control} }}"

    yield Channel(circuit(f"c{gate} 0 1"), data=[control, target])
    # The judge sees what becomes of control and target on average over the results: that is what the cards speak of.
    together = (
        f"In half of the runs your circuit is right; in the other half one {letter} is left on the target and one Z on "
        "the control. Ask of each correction: which results tell that it is needed?"
    )
    yield slip(written(on_target(1), on_target(2), on_control(0)), "hands in the draft").says(together)
    yield slip(written(on_target(0), on_target(2), on_control(1)), "exchanges the corrections").says(together)
    yield slip(written(), "does not correct").says(
        f"In half of the runs the target has one {letter} too much and, independently of that, in half of the runs the "
        "control has one Z too much. Do the corrections follow the results that decide about them? Is each measurement "
        "the one that the task names?"
    )
    on_the_control = (
        "Your target comes out right. The control has lost its superpositions: in half of the runs it has one Z too "
        "much. Which results decide about that Z? (And is the ancilla measured in the right basis at the end?)"
    )
    for corrections in ((on_control(0),), (on_control(2),), ()):
        yield (
            slip(written(on_target(1), *corrections), "corrects the control too rarely").worth(0.5).says(on_the_control)
        )
    yield slip(written(on_target(1), f"if 0 {{ x {control} }}", f"if 2 {{ x {control} }}"), "takes X for Z").says(
        "Your target comes out right. In half of the runs the control has one Y too much; without corrections it was a "
        "Z."
    )
    on_the_target = (
        f"Your control comes out right. The target is not: in half of the runs it has one {letter} too much. Which "
        "result decides about that? (And does the ancilla begin in |0⟩?)"
    )
    for corrections in ((), (on_target(0),), (on_target(2),)):
        yield (
            slip(written(*corrections, on_control(0), on_control(2)), "does not correct the target")
            .worth(0.5)
            .says(on_the_target)
        )
    if letter == "X":  # for Z it is the draft's mistake
        turned = f"if 1 {{ x {control} }}", f"if 0 {{ z {target} }}", f"if 2 {{ z {target} }}"
        yield slip(written(*turned), "exchanges the qubits").says(
            "In a quarter of the runs your circuit is right; in the others the same Pauli is left on control and "
            "target. On which qubit is the X needed, on which the Z?"
        )
    everything = on_target(1), on_control(0), on_control(2)
    yield slip(written(*everything, start="h"), "begins in |+⟩").worth(0.5).says(on_the_target)
    yield slip(written(*everything, end=""), "measures the ancilla in Z").worth(0.5).says(on_the_control)
    if letter != "X":
        yield slip(written(on_target(1, "x"), on_control(0), on_control(2)), "corrects with X").says(
            f"You use the right results. The target is corrected with X; for a controlled-{letter} another Pauli is "
            "left over there."
        )
        yield slip(
            written(on_target(1, "x"), on_control(0), on_control(2), first="X"), "builds a CNOT", "wrong-basis"
        ).says(f"Your circuit is a CNOT. A controlled-{letter} is asked for.")


# --- c: the frame -----------------------------------------------------------------------------------------------------


def drawn_programs(rng):
    """Programs in which earlier corrections meet later CNOTs."""
    found = []
    for n, length in ((2, 1), (2, 3), (3, 4), (4, 6), (5, 9), (6, 14)):
        steps = []
        for _ in range(length):
            control, target = rng.sample(range(n), 2)
            steps.append((control, target, *(rng.randrange(2) for _ in range(3))))
        found.append((n, steps))
    return found


def tracked(n, steps, *, carry="both", results="right", backwards=False):
    """The frame as letters. `carry`: what goes through later CNOTs; `results`: which of them put an X on the target."""
    x, z = [0] * n, [0] * n
    for control, target, zz, xx, last in reversed(steps) if backwards else steps:
        one = {"right": zz ^ last, "either": zz | last, "zz": zz, "exchanged": xx, "last": last}[results]
        other = zz ^ last if results == "exchanged" else xx
        if carry in ("both", "x"):
            x[target] ^= x[control]
        if carry in ("both", "z"):
            z[control] ^= z[target]
        if carry == "turned":
            x[control] ^= x[target]
            z[target] ^= z[control]
        x[target] ^= one
        z[control] ^= other
    return "".join("IXZY"[a + 2 * b] for a, b in zip(x, z, strict=True))


def frame(n, steps):
    return tracked(n, steps)


class Paulis(Word):
    """Letters, qubit 0 first; also as Stim writes them, or as a framework's product of Paulis. No sign counts."""

    def read(self, value, place):
        if isinstance(value, Observable) and len(value.terms) == 1:
            (value,) = value.terms
        elif isinstance(value, str):
            value = value.strip().lstrip("+-i").replace("_", "I")
        return super().read(value, place)


def as_frame(n, steps):
    wanted = tracked(n, steps)

    def holds(word):
        place = next((k for k in range(n) if word[k] != wanted[k]), None)
        return place is None, f"it gives {word}. On qubit {place} another letter is left."

    return Data(schema=Paulis("IXYZ", n), holds=holds)


@function("6.11.c", rung="think", outcome=3, points=3, name="frame", inputs=drawn_programs, judged=as_frame)
def pauli_frame():
    yield frame
    yield slip(lambda n, steps: tracked(n, steps, carry=""), "adds up the Paulis").says(
        "Your function multiplies the Paulis of all gates. A Pauli that is there before a CNOT may come out changed: "
        "an X on the control, for example, becomes X on both qubits."
    )
    yield slip(lambda n, steps: tracked(n, steps, carry="x"), "carries X only").says(
        "Your function carries X's through later CNOTs, and leaves Z's as they are. What does a Z on the target become?"
    )
    yield slip(lambda n, steps: tracked(n, steps, carry="z"), "carries Z only").says(
        "Your function carries Z's through later CNOTs, and leaves X's as they are. What does an X on the control "
        "become?"
    )
    yield slip(lambda n, steps: tracked(n, steps, carry="turned"), "carries in the wrong direction").says(
        "Your function carries X's from target to control and Z's from control to target. It is the other way round."
    )
    yield slip(lambda n, steps: tracked(n, steps, results="zz"), "leaves out the last result").says(
        "Your function puts X on the target if zz = 1. The result z decides about it, too."
    )
    yield slip(lambda n, steps: tracked(n, steps, results="last"), "leaves out the first result").says(
        "Your function puts X on the target if z = 1. The result zz decides about it, too."
    )
    yield slip(lambda n, steps: tracked(n, steps, results="either"), "takes or for exclusive or").says(
        "Your function puts X on the target also if zz and z are both 1. X twice is nothing."
    )
    yield slip(lambda n, steps: tracked(n, steps, results="exchanged"), "exchanges the corrections").says(
        "You have exchanged the results: your function puts X on the target if xx = 1, and Z on the control if zz and "
        "z differ."
    )
    yield slip(lambda n, steps: tracked(n, steps, backwards=True), "goes backwards").says(
        "Your function goes through the gates from the last to the first."
    )
    yield slip(
        lambda n, steps: tracked(n, [(target, control, *bits) for control, target, *bits in steps]),
        "exchanges control and target",
    ).says("Your function takes the first number of a step for the target. It is the control.")
    yield slip(lambda n, steps: tracked(n, steps)[::-1], "writes from the other end", "qubit-order").says(
        "Your letters are right, but in the reverse order: qubit 0 comes first."
    )
    yield slip(
        lambda n, steps: tracked(n, steps).translate(str.maketrans("XZ", "ZX")), "exchanges X and Z", "wrong-basis"
    ).says("Your letters are right with X and Z exchanged.")


# --- d: the seam ------------------------------------------------------------------------------------------------------

WIDTH = 16


def at(row, column):
    return WIDTH * row + column


def checks(rows, cols, top=0, left=0):
    """The checks of a patch by their places, as the lesson's `checks` gives them."""
    found = {}
    for i, j in product(range(rows + 1), range(cols + 1)):
        letter = "XZ"[(top + i + left + j) % 2]
        level, upright = i in (0, rows), j in (0, cols)
        if (level and (upright or letter == "Z")) or (upright and letter == "X"):
            continue
        corners = product((i - 1, i), (j - 1, j))
        qubits = frozenset(at(top + a, left + b) for a, b in corners if 0 <= a < rows and 0 <= b < cols)
        found[top + i, left + j] = letter, qubits
    return found


def placed(random):
    """Two patches that touch, as the arguments of `checks`."""
    letter = random.choice("XZ")
    long, one, two = random.randint(4, 7), random.randint(3, 5), random.randint(3, 5)
    top, left = random.randint(1, 4), random.randint(1, 4)
    if letter == "Z":
        return {"letter": letter, "first": (one, long, top, left), "second": (two, long, top + one, left)}
    return {"letter": letter, "first": (long, one, top, left), "second": (long, two, top, left + one)}


def joined(first, second):
    """The arguments of the merged patch."""
    stacked = first[3] == second[3]
    rows, cols = (first[0] + second[0], first[1]) if stacked else (first[0], first[1] + second[1])
    return rows, cols, *first[2:]


def on_the_seam(first, second):
    """The checks of the merged patch whose place lies on the seam."""
    merged = checks(*joined(first, second))
    axis = 0 if first[3] == second[3] else 1
    return {place: check for place, check in merged.items() if place[axis] == second[2 + axis]}


@data(
    "6.11.d",
    kind="predict",
    rung="warm-up",
    outcome=4,
    draw=placed,
)
def new_checks(letter, first, second):
    merged, seam = checks(*joined(first, second)), on_the_seam(first, second)
    old = {**checks(*first), **checks(*second)}
    new = [place for place, check in seam.items() if check[0] == letter]
    grown = [place for place, check in seam.items() if check[0] != letter]
    other = "Z" if letter == "X" else "X"

    def holds(answer):
        given = [tuple(place) for place in answer]
        for place in given:
            if place not in merged:
                return False, f"The merged patch has no check at {place}."
            if merged[place][0] != letter:
                return False, f"The check at {place} of the merged patch is of the kind {other}."
            if merged[place] == old.get(place):
                return False, f"The check at {place} was there before the merge, on the same qubits."
        if len(given) < len(new):
            return False, (
                "All of your checks are new, but not all are there: data qubits beside the seam are in none of them."
            )
        return True

    yield Data(schema=List(Row(Whole(0, 99), Whole(0, 99)), ordered=False, distinct=True), holds=holds)
    yield slip(grown, f"takes the {other} checks").says(
        f"These are the {other} checks on the seam. Each of them has grown out of two checks that were there before, "
        "so their product is known. The joint parity is a product of checks that are new."
    )
    yield slip(new + grown, "takes the whole seam").says(
        f"Your list holds all checks on the seam. The {other} checks there say nothing about a parity of {letter}'s."
    )
    all_of = [place for place, check in merged.items() if check[0] == letter]
    yield slip(all_of, "takes all checks of the letter").says(
        f"Your list holds all {letter} checks of the merged patch. Most of them were there before the merge, and stay "
        "as they were."
    )
    full = [place for place in new if len(seam[place][1]) == 4]
    if full != new:
        yield slip(full, "leaves out the edge").says(
            "Your list has only checks on four qubits. With them alone one or two qubits beside the seam belong to no "
            "check, and the product is not the joint parity."
        )
    relative = [(i - first[2], j - first[3]) for i, j in new]
    yield slip(relative, "counts from the corner of the patch").says(
        "You counted rows and columns from the corner of the merged patch. `checks` counts them on the whole chip."
    )
    yield slip([(j, i) for i, j in new], "exchanges row and column").says(
        "You exchanged row and column in every place: the row comes first."
    )


# --- e: why so many rounds --------------------------------------------------------------------------------------------


@choice("6.11.e", rung="warm-up", outcome=5)
def why_rounds():
    yield right("Because a reading of a new check may be wrong, and only a repetition shows it.").says(
        "Right: the value of a new check is random, so nothing before the merge tells that its first reading is wrong."
    )
    yield slip("Because the new checks change at random from round to round.", "takes random for changing").says(
        "A new check gives a random value once. After that it repeats, as long as nothing goes wrong."
    )
    yield slip("Because each round joins only one more row of the two patches.", "thinks that a merge grows").says(
        "One round measures all new checks: without noise the two patches are one patch after it."
    )
    yield slip("Because the logical qubits need d rounds to become entangled.", "thinks that it takes time").says(
        "Without noise one round gives the joint parity, and projects the two logical qubits."
    )
    yield slip("Because more rounds make the joint parity come out as 0.", "wants a certain result").says(
        "The joint parity of |+⟩|+⟩ is 0 or 1 with probability ½ each, however often it is read."
    )


# --- f: in the laboratory ---------------------------------------------------------------------------------------------


def odd(p, times):
    return (1 - (1 - 2 * p) ** times) / 2


@measure(
    "6.11.f",
    rung="think",
    outcome=5,
    points=3,
    within=0.002,
    a=one_of(0, 1),
    b=one_of(0, 1),
    hidden=decimals(0.15, 0.18, 0.001),
)
def wrong_results(a, b, hidden):
    rate = odd(hidden, 2)
    shots = 60_000
    spread = sqrt(rate * (1 - rate)) / (2 * (1 - 2 * hidden))
    error = spread / sqrt(shots)
    yield right(hidden, spread=spread, bounds=(0, 1))
    yield slip((rate, error, shots), "gives the rate of wrong targets").says(
        "This is how often the target comes out wrong. Two results decide about its correction, and each may be wrong."
    )
    yield slip((rate / 2, error, shots), "halves the rate").says(
        "This is half of how often the target comes out wrong. If both results are wrong, the target is right again: "
        "with so many errors that counts."
    )
    yield slip((1 - hidden, error, shots), "gives the right results").says(
        "This is how often a result is right. How often it is wrong is asked for."
    )


# --- g: the whole gate on patches -------------------------------------------------------------------------------------


def patches(random):
    below, beside = random.choice((True, False)), random.choice((True, False))
    top, left = random.randint(0, 3), random.randint(0, 3)
    rows = (top, top + 3) if below else (top + 3, top)  # of control, of ancilla
    cols = (left, left + 3) if beside else (left + 3, left)  # of ancilla, of target
    control, ancilla, target = (3, 3, rows[0], cols[0]), (3, 3, rows[1], cols[0]), (3, 3, rows[1], cols[1])
    return {
        "basis": random.choice("XZ"),
        "control": control,
        "ancilla": ancilla,
        "target": target,
        "tall": merged_with(control, ancilla),
        "wide": merged_with(ancilla, target),
    }


def qubits_of(rows, cols, top, left):
    return [at(top + a, left + b) for a, b in product(range(rows), range(cols))]


def merged_with(one, other):
    """The arguments of the patch out of two, whichever comes first."""
    return joined(*sorted((one, other), key=lambda patch: patch[2:]))


class Writer:
    """A Stim program of patches that finds its detectors by itself, as the lesson's `Program` does."""

    def __init__(self, p=0.0, q=0.0):
        self.lines, self.p, self.q, self.known, self.count = [], p, q, {}, 0

    def reset(self, letter, qubits):
        self.lines.append(f"R{letter} " + " ".join(map(str, qubits)))
        self.known |= {(letter, frozenset([k])): [] for k in qubits}

    def round(self, *several):
        found = [check for patch in several for check in patch.values()]
        touched = sorted(set().union(*(qubits for _, qubits in found)))
        self.lines.append(f"DEPOLARIZE1({self.p}) " + " ".join(map(str, touched)))
        products = ("*".join(f"{letter}{k}" for k in sorted(qubits)) for letter, qubits in found)
        self.lines.append(f"MPP({self.q}) " + " ".join(products))
        self.update(found)

    def measure(self, letter, qubits):
        self.lines.append(f"M{letter}({self.q}) " + " ".join(map(str, qubits)))
        self.update([(letter, frozenset([k])) for k in qubits])

    def update(self, found):
        new = {check: [self.count + k] for k, check in enumerate(found)}
        self.count += len(new)
        gone = {check: records for check, records in self.known.items() if check not in new}
        for pool, wholes in ((self.known, new), (new, gone)):
            for (letter, qubits), records in wholes.items():
                parts = [check for check in pool if check[0] == letter and check[1] <= qubits]
                if sum(len(part) for _, part in parts) == len(qubits):
                    self.line("DETECTOR", records + [r for part in parts for r in pool[part]])
        touched = set().union(*(qubits for _, qubits in found))
        self.known = {check: records for check, records in self.known.items() if not check[1] & touched} | new

    def line(self, name, records):
        self.lines.append(f"{name} " + " ".join(f"rec[{record - self.count}]" for record in records))


@lru_cache(maxsize=64)
def gate(basis, control, ancilla, target, *, rounds=3, frame="right", start="X", end="Z", outputs="right"):
    """The whole CNOT on three patches as text; wrong ones by options."""
    writer, apart = Writer(1e-3, 1e-3), [checks(*patch) for patch in (control, ancilla, target)]
    upper, wide = checks(*merged_with(control, ancilla)), checks(*merged_with(ancilla, target))
    for patch, letter in ((control, basis), (ancilla, start), (target, basis)):
        writer.reset(letter, qubits_of(*patch))
    seams = {}
    for _ in range(3):
        writer.round(*apart)
    for letter, stage, pair in (
        ("Z", (upper, apart[2]), (control, ancilla)),
        ("X", (apart[0], wide), (ancilla, target)),
    ):
        seam = [c for c in on_the_seam(*sorted(pair, key=lambda patch: patch[2:])).values() if c[0] == letter]
        for r in range(rounds):
            writer.round(*stage)
            if r == 0:
                seams[letter] = [writer.known[check][0] for check in seam]
        for _ in range(3):
            writer.round(*apart)
    writer.measure(end, qubits_of(*ancilla))
    writer.measure(basis, qubits_of(*control) + qubits_of(*target))

    def bar(patch, place):
        """The records of a row (Z) or of a column (X), by the end of the lesson's gate."""
        line = [(place, patch[3] + k) if basis == "Z" else (patch[2] + k, place) for k in range(3)]
        return [writer.known[letter, frozenset([at(*q)])][0] for q in line for letter in (basis,)]

    if basis == "Z":
        row = ancilla[2] if control[2] < ancilla[2] else ancilla[2] + 2  # beside the seam
        away = [writer.known["Z", frozenset([at(row, ancilla[3] + k)])][0] for k in range(3)]
        of_control, of_target = bar(control, control[2]), bar(target, row)
        correction = {"right": seams["Z"] + away, "none": [], "first": seams["Z"], "other": seams["X"]}[frame]
        lines = [of_control, of_target + correction]
    else:
        column = ancilla[3] + 2 if target[3] > ancilla[3] else ancilla[3]
        correction = {"right": seams["X"], "none": [], "first": [], "other": seams["Z"]}[frame]
        lines = [bar(control, column) + correction, bar(target, target[3])]
    if outputs == "exchanged":
        lines.reverse()
    for place, records in enumerate(lines if outputs != "one" else lines[:1]):
        writer.line(f"OBSERVABLE_INCLUDE({place})", records)
    return "\n".join(writer.lines)


class LogicalCnot(StimProgram):
    """A Stim program of three patches whose two observables are the outputs of a CNOT made by parity measurements.

    Beyond what `StimProgram` asks: noise on the data before every layer of products (put in by the judge); nothing but
    resets and measurements; both seams are measured; data of control and target are measured on their own only at the
    end; and a logical flip of an input changes the observables as in the truth table.
    """

    def __init__(self, basis, control, ancilla, target):
        super().__init__(observables=2, distance=3)
        self.basis, self.patches = basis, {"control": control, "ancilla": ancilla, "target": target}
        self._met = {}
        self.data = {name: set(qubits_of(*patch)) for name, patch in self.patches.items()}
        self.seams = {}
        for letter, other in (("Z", control), ("X", target)):
            pair = sorted((ancilla, other), key=lambda patch: patch[2:])
            self.seams[letter] = [qubits for kind, qubits in on_the_seam(*pair).values() if kind == letter]

    def _noisy(self, circuit):
        return exposed(str(circuit), tuple(sorted(set().union(*self.data.values()))), self.noise)

    def _fault(self, circuit):
        for ask in (self._form, super()._fault, self._truth_table, self._other_basis):
            told = ask(circuit)
            if told is not None:
                return told
        return None

    def like(self, answer):
        """Failing in the same way, with the same truth table and the same fault of form."""
        meant = self._meaning(answer)
        return Alike(lambda other: self._meaning(other) == meant)

    def _meaning(self, circuit):
        text = str(circuit)
        if text not in self._met:  # every slip asks for the same answer's
            self._met[text] = self._meant_by(circuit)
        return self._met[text]

    def _meant_by(self, circuit):
        try:
            rates = detection_rates(self._model(circuit))
        except ValueError:  # not deterministic: then nothing else is, either
            return str(circuit.without_noise().flattened())
        told = [None if one is None else one.message for one in (self._form(circuit), super()._fault(circuit))]
        return sorted(f"{rate:.6g}" for rate in rates), told, self._table(circuit), self._lost(circuit)

    def _table(self, circuit):
        return flips(str(circuit), self.basis, self.patches["control"], self.patches["target"])

    def _form(self, circuit):
        """Whether the program is made of resets and measurements, and measures both seams."""
        import stim

        met, ended, read = set(), set(), set()
        both = self.data["control"], self.data["target"]
        for step in circuit.without_noise().flattened():
            about = stim.gate_data(step.name)
            if about.is_unitary and step.name != "I":
                return wrong(None, f"Your program has {step.name}. The gate is to be made by resets and measurements.")
            if about.is_reset and read & {one.value for one in step.targets_copy()}:
                return wrong(
                    None,
                    "Your program resets data of the control or of the target after it has measured a check of them. "
                    "What was done to them before is gone: they are reset at the beginning only.",
                )
            for group in step.target_groups() if about.produces_measurements else ():
                qubits = frozenset(one.value for one in group if one.is_qubit_target or one.pauli_type != "I")
                if all(qubits & patch for patch in both):
                    return wrong(
                        None,
                        "Your program measures a product of qubits of the control and of the target. They are "
                        "never to be measured together: the ancilla is between them.",
                    )
                if qubits & ended:
                    return wrong(
                        None,
                        "Your program measures data of the control or of the target by themselves before its "
                        "last check. Then the logical qubit is gone.",
                    )
                read |= qubits & (both[0] | both[1])
                if len(qubits) == 1:
                    ended |= qubits & (both[0] | both[1])
                elif step.name == "MPP":
                    met.add((group[0].pauli_type, qubits))
        for letter, other in (("Z", "control"), ("X", "target")):
            missing = sum((letter, qubits) not in met for qubits in self.seams[letter])
            if missing:
                return wrong(
                    None,
                    f"Of the {len(self.seams[letter])} new {letter} checks on the seam between {other} and ancilla "
                    f"your program measures {len(self.seams[letter]) - missing} with MPP.",
                )
        return None

    def _truth_table(self, circuit):
        """What logical flips of the inputs do to the two observables."""
        table = self._table(circuit)
        wanted = {"control": (1, 1), "target": (0, 1)} if self.basis == "Z" else {"control": (1, 0), "target": (1, 1)}
        if all(table[name] == row[::-1] for name, row in wanted.items()):
            return wrong(
                None,
                "Your observables are those of the CNOT, exchanged: observable 0 is the output of the control, 1 that "
                "of the target.",
                score=0.5,
            )
        for name, right_row in wanted.items():
            if table[name] != right_row:
                changed = [f"observable {k}" for k in (0, 1) if table[name][k]] or ["none of your observables"]
                letter = "X" if self.basis == "Z" else "Z"
                return wrong(
                    None,
                    f"A logical {letter} on the {name} before the first round flips {' and '.join(changed)}. It should "
                    f"flip {' and '.join(f'observable {k}' for k in (0, 1) if right_row[k])}.",
                    score=0.25,
                )
        return None

    def _lost(self, circuit):
        return lost(str(circuit), self.basis, self.patches["control"], self.patches["target"])

    def _other_basis(self, circuit):
        """Whether the Paulis that the observables do not show come through as a CNOT's, too."""
        gone = self._lost(circuit)
        if not gone:
            return None
        letter = "X" if self.basis == "Z" else "Z"
        return wrong(
            None,
            f"For logical {self.basis} your program is the CNOT. But the logical {letter} of the {gone[0]} does not "
            "come through as a CNOT's: superpositions are lost. In which state does the ancilla begin, and how is it "
            "measured at the end?",
            score=0.5,
        )


@lru_cache(maxsize=64)
def lost(text, basis, control, target):
    """The inputs whose logical Pauli of the other basis does not come through as a CNOT's, whatever the results say.

    The program is taken without the resets and the last measurements of control and target.
    """
    import stim

    data = set(qubits_of(*control)) | set(qubits_of(*target))
    core = stim.Circuit()
    for step in stim.Circuit(text).without_noise().flattened():
        about = stim.gate_data(step.name)
        if step.name in ("DETECTOR", "OBSERVABLE_INCLUDE"):
            continue
        if about.is_single_qubit_gate and (about.is_reset or about.produces_measurements):
            kept = [one for one in step.targets_copy() if one.value not in data]
            if kept:
                core.append(step.name, kept)
        else:
            core.append(step)
    if basis == "Z":
        letter, through = "X", {"control": "ct", "target": "t"}
    else:
        letter, through = "Z", {"control": "c", "target": "ct"}
    bars = {
        name: {at(row + k, col) if letter == "X" else at(row, col + k): letter for k in range(3)}
        for name, (_, _, row, col) in (("c", control), ("t", target))
    }
    flows = [
        stim.Flow(
            input=stim.PauliString(bars[name[0]]),
            output=stim.PauliString({qubit: letter for each in out for qubit in bars[each]}),
        )
        for name, out in through.items()
    ]
    found = core.solve_flow_measurements(flows)
    return [name for name, results in zip(through, found, strict=True) if results is None]


@lru_cache(maxsize=64)
def exposed(text, data, p):
    """The program with the judge's noise: `with_noise`, and depolarised data before every layer of products."""
    import stim

    made = stim.Circuit()
    for step in with_noise(stim.Circuit(text).flattened(), p):
        if step.name == "MPP":
            made.append("DEPOLARIZE1", data, p)
        made.append(step)
    return made


@lru_cache(maxsize=64)
def flips(text, basis, control, target):
    """Which observables a logical flip of each input changes, put in behind the last reset of its patch."""
    import stim

    steps = list(stim.Circuit(text).without_noise().flattened())
    found = {}
    for name, patch in (("control", control), ("target", target)):
        inside = set(qubits_of(*patch))
        last = max(
            (
                k
                for k, s in enumerate(steps)
                if s.name in ("R", "RX", "RY") and inside & {t.value for t in s.targets_copy()}
            ),
            default=-1,
        )
        bar = [at(patch[2] + k, patch[3]) if basis == "Z" else at(patch[2], patch[3] + k) for k in range(3)]
        made = stim.Circuit()
        for place, step in enumerate(steps):
            made.append(step)
            if place == last:
                made.append("X_ERROR" if basis == "Z" else "Z_ERROR", bar, 1)
        _, seen = made.compile_detector_sampler().sample(1, separate_observables=True)
        found[name] = tuple(int(one) for one in seen[0][:2])
    return found


@build("6.11.g", kind="stretch", outcome=4, points=3, draw=patches)
def whole_gate(basis, control, ancilla, target):  # `tall` and `wide` follow from these
    def written(**options):
        return gate(basis, control, ancilla, target, **options)

    yield LogicalCnot(basis, control, ancilla, target)
    yield slip(written(rounds=1), "merges for one round").says(
        "Without noise your program is the CNOT. But your merges take one round: one wrong reading on a seam makes an "
        "output wrong, and no detector fires."
    )
    yield slip(written(rounds=2), "merges for two rounds").says(
        "Without noise your program is the CNOT. But your merges take two rounds: two wrong readings of the same new "
        "check make an output wrong, and no detector fires."
    )
    yield slip(written(outputs="exchanged"), "exchanges the observables")  # the target says so
    yield slip(written(outputs="one"), "leaves out an observable").says(
        "Your program has one observable. Two are asked for: the outputs of control and target."
    )
    wrong_ancilla = {"start": "Z", "end": "Z"} if basis == "Z" else {"end": "X"}
    yield slip(written(**wrong_ancilla), "takes the ancilla in the wrong basis").worth(0.5)  # the target says so
    yield slip(written(frame="none"), "does not correct").says(
        "One of your outputs is random without the results that correct it: which results belong to it?"
    )
    yield slip(written(frame="other"), "takes the results of the other seam").says(
        "One of your outputs is random: it is corrected by the results of the other seam."
    )
    if basis == "Z":
        yield slip(written(frame="first"), "leaves out the ancilla").says(
            "Observable 1 is random. Two results decide about the X on the target: the joint parity, and one more."
        )
