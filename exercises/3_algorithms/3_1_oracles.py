"""What right means in lesson 3.1, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import cos, sin, sqrt

from qtrain.authoring import angles, build, choice, circuit, distinct, function, measure, number, right, slip, whole
from qtrain.checking import BitOracle, PhaseOracle, Queries
from qtrain.checking.rules import GateSet, NoReset, NoSynthesis, Rule


def digits(x, n):
    return [x >> n - 1 - k & 1 for k in range(n)]


def marking(table, *, mirrored=False, undo=True, phase=False):
    """A circuit that marks each input of the table where it is 1: by a flip of the last qubit, or by a sign."""
    n, steps = len(table).bit_length() - 1, []
    for x, value in enumerate(table):
        bits = digits(x, n)[::-1] if mirrored else digits(x, n)
        if not value:
            continue
        if not undo:  # an X for each 0 that is not taken back
            steps += [f"x {k}" for k, bit in enumerate(bits) if not bit]
            bits = [1] * n
        controls = " ".join(f"{'' if bit else '!'}{k}" for k, bit in enumerate(bits))
        last = f"c{n}z {controls} {n}" if phase else f"c{n}x {controls} {n}"
        steps.append(last)
    return circuit(*(f"{step};" for step in steps), qubits=n + 1)


# --- the bit oracle ---------------------------------------------------------------------------------------------------


def ranges(ends, inside):
    """The table, and those of mistakes: the others, without the ends, without the highest bit of x, mirrored."""
    low, high = ends
    table = [int((low <= x <= high) == inside) for x in range(8)]
    others = [1 - value for value in table]
    without = [int((low < x < high) == inside) for x in range(8)]
    mirrored = [table[int(format(x, "03b")[::-1], 2)] for x in range(8)]
    return table, others, without, table[:4] * 2, mirrored


def all_different(tables):
    return all(any(table) and table not in tables[:k] for k, table in enumerate(tables))


@build(
    "3.1.a",
    rung="warm-up",
    outcome=1,
    takes="circuit",
    ends=distinct(2, range(8)),
    inside=(True, False),
    where=lambda ends, inside: ends[0] < ends[1] and all_different(ranges(ends, inside)),
    derive=lambda ends: {"low": ends[0], "high": ends[1]},
)
def range_oracle(ends, low, high, inside):
    table, others, without, half, _ = ranges(ends, inside)
    yield BitOracle(table, 3)
    yield slip(marking(others), "marks the others").says(
        "Your circuit marks exactly the inputs that should not be marked."
    )
    yield slip(marking(table, mirrored=True), "reads x from the other end", "qubit-order").says(
        "Your circuit is right if x is read from the other end. Here qubit 0 is the most significant bit."
    )
    yield slip(marking(without), "leaves the ends out").says(
        "Both ends belong to the range: low ≤ x ≤ high. In your circuit they do not."
    )
    yield slip(marking(half), "forgets the most significant bit")


# --- the phase oracle -------------------------------------------------------------------------------------------------


@number(
    "3.1.b",
    kind="predict",
    outcome=2,
    bounds=(0, 1),
    within=5e-4,
    marked=whole(1, 7),
    theta=angles(-0.45, 0.45, 0.03),
    where=lambda marked, theta: abs(theta) > 0.05 and marked != 4,
)
def half_kicked(marked, theta):
    kicked, minus = (1 - marked / 4) ** 2, (1 - sin(theta)) / 2
    yield (1 - minus) + minus * kicked
    yield slip(kicked, "takes the target for |−⟩").says(
        "This holds for a target in |−⟩. Yours is a superposition of |+⟩ and |−⟩."
    )
    yield slip(1.0, "believes that nothing changes").says(
        "The part of the target in |+⟩ changes nothing. But there is a part in |−⟩, too."
    )
    yield slip(minus + (1 - minus) * kicked, "exchanges |+⟩ and |−⟩").says(
        "You have exchanged |+⟩ and |−⟩: which of the two does X multiply by −1?"
    )
    yield slip(sin(theta / 2) ** 2 * kicked + cos(theta / 2) ** 2, "sorts by |0⟩ and |1⟩").says(
        "You have sorted the target's state by |0⟩ and |1⟩. The states that X leaves alone are |+⟩ and |−⟩."
    )


def tables(random):
    """Truth tables of 2, 3 and 4 bits, none the same when its bits are read from the other end."""
    found = []
    for n in (2, 2, 3, 3, 4):
        while True:
            table = [random.randrange(2) for _ in range(2**n)]
            turned = [table[int(format(x, f"0{n}b")[::-1], 2)] for x in range(2**n)]
            if turned not in (table, [1 - value for value in table]) and 0 < sum(table) < 2**n and table not in found:
                break
        found.append(table)
    return found


def signs(table, *, mirrored=False, undo=True, pairs=False, ones=False):
    n, steps = len(table).bit_length() - 1, []
    for x, value in enumerate(table):
        if not value:
            continue
        bits = digits(x, n)[::-1] if mirrored else digits(x, n)
        flips = [f"x {k}" for k, bit in enumerate(bits) if not bit]
        if ones:
            marks = [k for k, bit in enumerate(bits) if bit]
            steps += [f"c{len(marks) - 1}z {' '.join(map(str, marks))}" if len(marks) > 1 else f"z {marks[0]}"] * bool(
                marks
            )
            continue
        if pairs:
            sign = [f"cz {a} {b}" for a in range(n) for b in range(a + 1, n)]
        else:
            sign = [f"c{n - 1}z {' '.join(map(str, range(n)))}"]
        steps += [*flips, *sign, *(flips if undo else [])]
    return circuit(*(f"{step};" for step in steps), qubits=n)


def all_on_ones(table):
    n = len(table).bit_length() - 1
    return circuit(*[f"c{n - 1}z {' '.join(map(str, range(n)))};"] * sum(table), qubits=n)


@function(
    "3.1.c",
    outcome=(1, 2),
    points=2,
    name="phase_oracle",
    inputs=tables,
    judged=lambda table: PhaseOracle(table, len(table).bit_length() - 1, rules=[NoSynthesis()]),
)
def signs_of_a_table():
    yield signs
    yield slip(lambda table: signs(table, mirrored=True), "reads x from the other end").says(
        "Your circuits mark x with its bits in the other order. Qubit 0 is the most significant bit of x."
    )
    yield slip(lambda table: signs(table, undo=False), "leaves the X gates in").says(
        "Some X gates of your circuits are not taken back: what comes after a marked input looks at other inputs."
    )
    yield slip(all_on_ones, "puts all signs on 11…1").says(
        "Your circuits change the sign of 11…1, once for each marked input. Which gates bring the sign to another x?"
    )
    yield slip(lambda table: marking(table), "hands in the bit oracle").says(
        "This is the bit oracle: it flips its last qubit where f(x) = 1. With that qubit in |0⟩ there is no sign."
    )
    yield slip(lambda table: signs(table, ones=True), "ignores the zeros of x").says(
        "Your circuits look only at the ones of a marked x. Every larger x with these ones gets a sign, too."
    )
    yield slip(lambda table: signs(table, pairs=True), "takes a chain of CZ gates")


MONOMIALS = {"100": "z 0", "010": "z 1", "001": "z 2", "110": "cz 0 1", "101": "cz 0 2", "011": "cz 1 2"}
MONOMIALS["111"] = "ccz 0 1 2"
NAMES = list(MONOMIALS)


def parts(mask):
    return [k for k in range(7) if mask >> k & 1]


def marked(mask):
    """The marked inputs but 000, by the gate that belongs to their ones."""
    table = table_of(parts(mask))
    return [k for k, name in enumerate(NAMES) if table[int(name, 2)]]


def table_of(chosen):
    values = []
    for x in range(8):
        bits = format(x, "03b")
        values.append(sum(all(b == "1" for b, m in zip(bits, NAMES[k], strict=True) if m == "1") for k in chosen) % 2)
    return values


def read_backwards(chosen):
    """The same gates for a reader who takes qubit 0 for the least significant bit."""
    return sorted(NAMES.index(NAMES[k][::-1]) for k in chosen)


@build(
    "3.1.d",
    rung="think",
    outcome=1,
    points=2,
    takes="circuit",
    mask=whole(1, 127),
    where=lambda mask: (
        mask.bit_count() >= 3 and mask >= 8 and marked(mask) not in (parts(mask), read_backwards(parts(mask)))
    ),
    derive=lambda mask: {"table": "".join(map(str, table_of(parts(mask))))},
    rules=[GateSet({"z", "cz", "ccz"})],
)
def without_x(mask, table):
    chosen = parts(mask)
    values = [int(value) for value in table]
    yield PhaseOracle(table, 3, ancillas=0)
    direct = [MONOMIALS[NAMES[k]] for k in marked(mask)]
    yield slip(circuit(*(f"{step};" for step in direct), qubits=3), "a gate for each marked input").says(
        "You have put a gate for each marked input, on its ones. But Z on qubit 0 also changes the sign of 110, 101 "
        "and 111, and so on: begin with the inputs that have one 1, and correct the larger ones."
    )
    yield slip(signs(values), "uses X gates", "rule")
    if read_backwards(chosen) != sorted(chosen):
        other = [MONOMIALS[NAMES[k]] for k in read_backwards(chosen)]
        yield slip(circuit(*(f"{step};" for step in other), qubits=3), "reads the bits from the other end").says(
            "Your circuit marks each x with its bits in the other order. Qubit 0 is the most significant bit."
        )
    rest = [step for k, step in enumerate(MONOMIALS.values()) if k in chosen and k != 6]
    if 6 in chosen and sorted(rest) != sorted(direct):
        yield slip(circuit(*(f"{step};" for step in rest), qubits=3), "forgets 111").says(
            "Everything is right but the input 111."
        )


# --- working qubits ---------------------------------------------------------------------------------------------------

FAULTS = {
    "nothing is undone": "",
    "only qubit 4 is undone": "ccx a b 4",
    "only qubit 5 is undone": "cx d 5; cx c 5",
    "qubit 5 is undone by half": "ccx a b 4; cx d 5",
    "qubit 4 is undone twice": "cx d 5; cx c 5; ccx a b 4; ccx a b 4",
}


def pairs_of_four(places):
    return dict(zip("abcd", places, strict=True))


@build(
    "3.1.e",
    kind="debug",
    outcome=3,
    points=2,
    takes="circuit",
    places=distinct(4, range(4)),
    fault=tuple(FAULTS),
    derive=pairs_of_four,
    rules=[NoReset()],
)
def clean_up(places, fault, a, b, c, d):
    def made(undo):
        return circuit("ccx a b 4; cx c 5; cx d 5; cz 4 5", undo, a=a, b=b, c=c, d=d, qubits=6)

    def value(x):
        bits = digits(x, 4)
        return bits[a] & bits[b] & (bits[c] ^ bits[d])

    yield PhaseOracle(value, 4, ancillas=2)
    yield slip(made(FAULTS[fault]), "hands the draft in").says(
        "This does what the draft does: the signs are right, and for some inputs a working qubit is not back in |0⟩."
    )
    yield slip(made("cx d 5; cx c 5; ccx c d 4"), "undoes with other controls").says(
        "The Toffoli gate that cleans qubit 4 has to have the same controls as the one that filled it."
    )
    yield slip(made("reset 4; reset 5"), "resets the working qubits")
    yield slip(
        circuit("ccx a b 4; cx c 5; cx d 5", "cx d 5; cx c 5; ccx a b 4", a=a, b=b, c=c, d=d, qubits=6),
        "loses the sign",
    ).says("Your working qubits come back clean, but no input gets a sign.")


@choice("3.1.f", rung="warm-up", outcome=3)
def measured_garbage():
    yield right(
        "Two inputs with different garbage no longer interfere: the result of the measurement tells them apart, "
        "whether anybody reads it or not."
    ).says("Right: measuring the garbage gives the same statistics as leaving it there.")
    yield slip(
        "The reset makes noise on the data qubits, because it is not a unitary operation.", "blames the hardware"
    ).says(
        "In the calculation the reset is perfect, and no gate touches the data. The interference is gone all the same."
    )
    yield slip(
        "Nothing is wrong with it: the working qubit is back in |0⟩, and that is all that is asked.",
        "looks at the working qubit alone",
    ).says("The working qubit is clean. Look at the data: the lesson's experiment gives ½ in place of 1.")
    yield slip("It costs a second query, so that the advantage is lost.", "counts a measurement as a query").says(
        "A measurement and a reset do not call f: there is no further query."
    )
    yield slip("It measures x itself, so that a single x is left on the data qubits.", "confuses garbage with x").says(
        "The garbage is one bit that depends on x. Many inputs may have the same one, and these stay together."
    )


@number(
    "3.1.g",
    rung="warm-up",
    outcome=4,
    within=0.4,
    inner=whole(1, 4),
    rounds=whole(2, 7),
    tries=whole(2, 6),
)
def calls(inner, rounds, tries):
    yield tries * (inner + rounds * (1 + 2 * inner) + 1)
    yield slip(tries * (inner + rounds * (1 + 2 * inner)), "forgets the check").says(
        "You have not counted the check at the end of each run. It calls f, too."
    )
    yield slip(tries * (inner + rounds * (1 + inner) + 1), "forgets the inverse").says(
        "A† calls the oracle as often as A does. An inverse call is a call."
    )
    yield slip(inner + rounds * (1 + 2 * inner) + 1, "counts one run").says("This is one run. How many runs are there?")
    yield slip(tries * (inner + 1 + 2 * inner + 1), "counts the loop once").says(
        "You have counted what stands in the loop once. It is run in every round."
    )
    yield slip(tries * rounds + tries, "counts the bare oracle calls only").says(
        "You have not counted the calls inside A and A†."
    )


@measure(
    "3.1.h",
    rung="think",
    outcome=3,
    points=2,
    bounds=(-1, 1),
    within=0.01,
    alpha=angles(0.2, 0.6),
    beta=angles(0.2, 0.6),
    where=lambda alpha, beta: cos(alpha / 2) * cos(beta / 2) < 0.75,
)
def overlap_of_garbage(alpha, beta):
    overlap = cos(alpha / 2) * cos(beta / 2)
    spread, shots = sqrt(1 - overlap**2), 12_000
    error = spread / sqrt(shots)
    yield right(overlap, spread=spread)
    yield slip(((1 + overlap) / 2, error / 2, shots), "gives the probability of 0").says(
        "This is the probability of 0. The overlap is P(0) − P(1)."
    )
    yield slip((overlap**2, error, shots), "squares it").says(
        "This is the square of the overlap. The mean of P(0) − P(1) is the overlap itself."
    )
    yield slip((overlap, error / 2, shots), "takes the error bar of P(0)", "factor").says(
        "This is the error bar of P(0). P(0) − P(1) = 2P(0) − 1 moves twice as much."
    )


# --- pebbles ----------------------------------------------------------------------------------------------------------

REGISTERS = {"x": (0, 1), "y": (2, 3), "A": (4, 5), "B": (6, 7)}
CLEAN = "1xA 2AB 1xA 3BA 4Ay 3BA 1xA 2AB 1xA"


def step_circuit(table):
    """|a⟩|b⟩ → |a⟩|b ⊕ s(a)⟩ on two registers of two qubits, with the gates that the notebook hands out."""
    steps = [
        f"ccx {'' if a & 2 else '!'}0 {'' if a & 1 else '!'}1 {2 + k};"
        for a, value in enumerate(table)
        for k in range(2)
        if value >> 1 - k & 1
    ]
    return circuit(*steps, qubits=4)


def schedule(tables, moves):
    whole_circuit = circuit(qubits=8)
    for k, source, target in moves.split():
        places = [*REGISTERS[source], *REGISTERS[target]]
        steps = step_circuit(tables[int(k) - 1])
        whole_circuit = circuit(whole_circuit, moved(steps, places), qubits=8)
    return whole_circuit


def moved(steps, places):
    text = [
        "ccx "
        + " ".join(f"{'' if v else '!'}{places[c]}" for c, v in zip(s.controls, s.control_values, strict=True))
        + f" {places[s.qubits[0]]};"
        for s in steps.operations
    ]
    return circuit(*text, qubits=8)


class Calls(Rule):
    """Every step is called, and all of them together at most so many times."""

    def __init__(self, tables, most):
        self.queries, self.most = [Queries(step_circuit(table), most) for table in tables], most

    def broken(self, circuit):
        counts = [query.count(circuit) for query in self.queries]
        if 0 in counts:
            return f"it never calls step {counts.index(0) + 1}; use each step as it is handed out"
        if sum(counts) > self.most:
            return f"it makes {sum(counts)} calls; at most {self.most} are allowed"
        return None

    def shortcut(self, circuit):
        return any(query.count(circuit) == 0 for query in self.queries)


def told_apart(tables):
    """Whether the chain depends on all its steps, and no step's gates are found in another's."""
    if any(table in tables[:k] for k, table in enumerate(tables)):
        return False
    through = list(range(4))
    for table in tables:
        through = [table[a] for a in through]
    if len(set(through)) < 2 or through == list(range(4)):
        return False
    first, second, third, fourth = tables
    if all(fourth[third[second[a]] ^ a] == fourth[third[second[a]]] for a in first):
        return False  # the first step may then stay in A
    found = schedule(tables, CLEAN)
    return [Queries(step_circuit(table), 9).count(found) for table in tables] == [4, 2, 2, 1]


@build(
    "3.1.i",
    kind="stretch",
    outcome=(3, 4),
    points=3,
    takes="circuit",
    tables=distinct(4, [[a, b, c, d] for a in range(4) for b in range(4) for c in range(4) for d in range(4)]),
    where=told_apart,
    rules=lambda tables: [Calls(tables, 9)],
)
def pebbles(tables):
    def chain(x):
        for table in tables:
            x = table[x]
        return x

    yield BitOracle(chain, 2, 2, ancillas=4)
    yield slip(schedule(tables, "1xA 2AB 3BA 4Ay 3BA 2AB 1xA"), "writes into a register that is not empty").says(
        "You write the third step into A while the first one is still there: then A holds the XOR of both."
    )
    yield slip(schedule(tables, "1xA 2AB 3BA 4Ay"), "goes straight on").says(
        "You write the third step into A while the first one is still there, and clean nothing up at the end."
    )
    yield slip(schedule(tables, "1xA 2AB 1xA 3BA 4Ay"), "cleans nothing up at the end")
    yield slip(schedule(tables, "1xA 2AB 1xA 3BA 4Ay 3BA"), "leaves B").says(
        "The result is right, and A is clean at the end. B still holds the second step: what does it take to clear it?"
    )
    yield slip(schedule(tables, "1xA 2AB 3By 2AB 1xA"), "stops one step early").says(
        "This is the chain of the first three steps. The fourth is missing."
    )
