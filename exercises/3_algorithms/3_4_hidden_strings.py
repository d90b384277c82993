"""What right means in lesson 3.4, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import cos, prod, sqrt

import numpy as np

from qtrain.authoring import (
    bits,
    build,
    choice,
    circuit,
    decimals,
    function,
    measure,
    number,
    right,
    several,
    slip,
    text,
    whole,
)
from qtrain.checking import BitOracle, ByTheQuery, Queries, Succeeds


def dot(x, s):
    """The XOR of the bits of x that s marks, as numbers."""
    return (x & s).bit_count() % 2


# --- a hidden string --------------------------------------------------------------------------------------------------


def parity(string, flip=0, *, back=False):
    n = len(string)
    marked = [k for k, bit in enumerate(string) if bit == "1"]
    steps = [f"cx {n} {k};" if back else f"cx {k} {n};" for k in marked]
    return circuit(*steps, f"x {n}" if flip else "", qubits=n + 1)


@build(
    "3.4.a",
    rung="warm-up",
    outcome=1,
    takes="circuit",
    string=bits(5),
    flip=(0, 1),
    where=lambda string: string.count("1") >= 2 and string != string[::-1],
)
def string_oracle(string, flip):
    yield BitOracle(lambda x: dot(x, int(string, 2)) ^ flip, 5)
    yield slip(parity(string, flip, back=True), "turns the CNOTs round", "control-target").says(
        "Your CNOTs go from y to the inputs. The inputs have to be the controls, and y the target."
    )
    yield slip(parity(string[::-1], flip), "reads the string from the other end", "qubit-order").says(
        "Your circuit belongs to the string read from the other end. The first bit of s belongs to qubit 0."
    )
    yield slip(parity(string, 1 - flip), "takes the other constant").says(
        "For x = 0 your circuit gives the wrong value: look at c."
    )
    turned = "".join("10"[int(bit)] for bit in string)
    yield slip(parity(turned, flip), "exchanges the bits of s").says(
        "You have put a CNOT where s has a 0, and none where it has a 1."
    )
    marked = [str(k) for k, bit in enumerate(string) if bit == "1"]
    end = "x 5" if flip else ""
    for also in {"", end}:
        yield slip(circuit(f"z {' '.join(marked)}", also, qubits=6), "builds the phase oracle").says(
            "These are the signs of a phase oracle. Asked for is the bit oracle: it adds f(x) to y."
        )
    yield slip(circuit(*(f"cz {k} 5;" for k in marked), end, qubits=6), "puts CZ for CNOT").says(
        "CZ gates change signs only. The bit on y has to be flipped."
    )
    yield slip(circuit(f"c{len(marked)}x {' '.join(marked)} 5", end, qubits=6), "takes AND for XOR").says(
        "Your y is flipped only where all marked inputs are 1. Each of them should flip it by itself."
    )


def carried(network, last):
    """The string whose parity a network of CNOTs brings to one qubit."""
    masks = [1 << 4 - k for k in range(5)]
    for control, target in network:
        masks[target] ^= masks[control]
    return format(masks[last], "05b")


def drawn_box(random):
    while True:
        network = [random.sample(range(5), 2) for _ in range(7)]
        last = random.randrange(5)
        string = carried(network, last)
        if string.count("1") >= 3 and string != string[::-1]:
            return {"network": network, "last": last, "flip": random.randrange(2)}


@text("3.4.b", kind="compute", outcome=1, points=2, draw=drawn_box)
def hidden_string(network, last):
    string = carried(network, last)
    yield string
    yield slip(string[::-1], "reads Qiskit's string as it stands", "qubit-order").says(
        "This is the string from the other end. Asked for is the bit of qubit 0 first; Qiskit prints it last."
    )
    yield slip("".join("10"[int(bit)] for bit in string), "exchanges 0 and 1").says(
        "Every bit is the other way round. A qubit that ends as 1 belongs to a 1 of the string."
    )
    if string != (single := "".join(str(int(k == last)) for k in range(5))):
        yield slip(single, "looks at the last CNOT only").says(
            "You have taken the last CNOT alone. The gates around it make it the XOR of several inputs."
        )


@number(
    "3.4.c",
    rung="warm-up",
    outcome=2,
    bounds=(0, 1),
    rel=0.01,
    n=whole(6, 24),
    asked=whole(2, 22),
    where=lambda n, asked: 2 <= n - asked <= 8,
)
def classical_guess(n, asked):
    yield 2.0 ** (asked - n)
    yield slip(2.0**-n, "ignores the answers").says(
        "This is a guess before any query. Each answer halves what is left."
    )
    yield slip(2.0**-asked, "counts what is known").says(
        "You have taken the number of queries. How many bits are still open?"
    )
    yield slip(asked / n, "takes the share of the bits").says(
        "The guess is right only if all open bits are right, not one by one."
    )
    yield slip(1 / (n - asked), "counts bits in place of strings").says(
        "So many bits are open. How many strings do they leave?"
    )


@choice("3.4.d", outcome=(1, 2))
def why_it_works():
    yield right(
        "The sign (−1)^(s·x) is a product of one sign for each qubit: where s has a 1 the qubit becomes |−⟩, and H "
        "reads it."
    ).says("Right: each input is a Deutsch problem of its own, and all share one query.")
    yield slip(
        "The query entangles the inputs, and the H gates read the correlations.", "believes in entanglement"
    ).says("The lesson has measured it: the purity of each qubit is 1 at every step. Nothing is entangled.")
    yield slip(
        "The query computes all 2ⁿ values, and the measurement picks the right ones.", "believes in all values"
    ).says("No value of f is ever read. What is read are the signs, through interference.")
    yield slip("It tries all strings s in parallel and keeps the one that fits.", "believes in parallel trials").says(
        "No string is tried. There is one s, and it is in the signs."
    )
    yield slip("The measurement of the target qubit gives the bits of s one after the other.", "reads the target").says(
        "The target is in |−⟩ before and behind the query. It tells nothing, and it is not measured."
    )


@measure(
    "3.4.e",
    outcome=3,
    points=2,
    bounds=(0, 1),
    within=0.01,
    string=bits(4),
    errors=several(4, decimals(0.4, 1.3, 0.05)),
    where=lambda string, errors: (
        string.count("1") in (2, 3) and string != string[::-1] and 0.3 < works(string, errors) < 0.85
    ),
)
def success(string, errors):
    chance = works(string, errors)
    shots = 3000
    yield right(chance, spread=sqrt(chance * (1 - chance)))
    each = [cos(error / 2) ** 2 if bit == "1" else 1 for bit, error in zip(string, errors, strict=True)]
    error = sqrt(chance * (1 - chance) / shots)
    yield slip((1 - chance, error, shots), "gives the failures").says(
        "This is the probability of failure. Asked for is that of success."
    )
    yield slip((100 * chance, 100 * error, shots), "gives percent").says(
        "Your value is above 1. A probability is from 0 to 1, and so is its error bar."
    )
    yield slip((float(np.mean(each)), error, shots), "takes the mean of the bits").says(
        "This is the mean share of right bits. A run succeeds only if all four bits are right."
    )


def works(string, errors):
    """The probability that all bits come out right."""
    return prod(cos(error / 2) ** 2 for bit, error in zip(string, errors, strict=True) if bit == "1")


# --- a hidden shift ---------------------------------------------------------------------------------------------------


def signs(table):
    """The phase oracle of the notebook: for each marked x a Z on the last qubit, controlled by the others."""
    n, steps = len(table).bit_length() - 1, []
    for x, value in enumerate(table):
        *first, final = [x >> n - 1 - k & 1 for k in range(n)]
        controls = " ".join(f"{'' if bit else '!'}{k}" for k, bit in enumerate(first))
        flip = "" if final else f"x {n - 1};"
        steps += [flip, f"c{n - 1}z {controls} {n - 1};", flip] if value else []
    return circuit(*steps, qubits=n)


def product_of_pairs(x):
    return (x >> 3 & x >> 2 & 1) ^ (x >> 1 & x & 1)


def shifted_pairs(random):
    return [([product_of_pairs(x ^ shift) for x in range(16)],) for shift in random.sample(range(1, 16), 5)]


def shift_of_pairs(table):
    return next(s for s in range(16) if all(table[x] == product_of_pairs(x ^ s) for x in range(16)))


def finds(shift, table):
    query, other = Queries(signs(table), 1), shift ^ 0b0110 or 0b1001
    moved = signs([table[x ^ shift ^ other] for x in range(16)])
    instead = ByTheQuery(query, moved, Succeeds(f"{other:04b}", 1.0, qubits=range(4)), "the shift")
    return Succeeds(f"{shift:04b}", 1.0, qubits=range(4), rules=[query, instead])


def asked(table, *, first="h 0 1 2 3", between="h 0 1 2 3; cz 0 1; cz 2 3", last="h 0 1 2 3"):
    return circuit(first, signs(table), between, last, qubits=4)


@function(
    "3.4.f",
    rung="think",
    outcome=4,
    points=2,
    name="find_shift",
    inputs=shifted_pairs,
    judged=lambda table: finds(shift_of_pairs(table), table),
)
def shift_of_a_product():
    yield asked
    yield slip(lambda table: asked(table, between="", last="h 0 1 2 3"), "asks as Bernstein and Vazirani do").says(
        "This is Bernstein–Vazirani. Here its result is spread evenly over all sixteen outcomes: the shift is in their "
        "signs, together with those of another function."
    )
    yield slip(lambda table: asked(table, last=""), "forgets the last H gates").says(
        "The signs are now those of s·x alone. One layer is missing to read s."
    )
    yield slip(lambda table: asked(table, first=""), "forgets the first H gates").says(
        "You ask with the single input 0000. The first layer of H, which asks all inputs at once, is missing."
    )
    yield slip(lambda table: asked(table, between="h 0 1 2 3; cz 0 2; cz 1 3"), "pairs other qubits").says(
        "Your CZ gates join other pairs than f does."
    )
    yield slip(lambda table: asked(table, between="cz 0 1; cz 2 3"), "takes f away at once").says(
        "You take f away directly behind the query. For this f a hidden string is left, but it is not yet s: its "
        "neighbours are exchanged."
    )


# --- any bent function ------------------------------------------------------------------------------------------------


def dual(table):
    """f̃ with (−1)^f̃(z) = ¼ Σ (−1)^(f(x) + x·z) for a bent function of four bits."""
    sums = [sum((-1) ** (table[x] ^ dot(x, z)) for x in range(16)) for z in range(16)]
    return [int(total < 0) for total in sums]


def bent_tables(random):
    """Pairs of a bent function (Maiorana and McFarland: x·π(y) ⊕ h(y)) and its shift; f, f̃ and g are all different."""
    found = []
    while len(found) < 4:
        image, extra = random.sample(range(4), 4), [random.randrange(2) for _ in range(4)]
        table = [dot(x >> 2, image[x & 3]) ^ extra[x & 3] for x in range(16)]
        shift = random.randrange(1, 16)
        moved = [table[x ^ shift] for x in range(16)]
        other = dual(table)
        opposite = [1 - value for value in other]
        if table in (other, opposite) or moved in (other, opposite):
            continue
        if Queries(signs(moved), 1).count(hidden(table, moved)) == 1:
            found.append((table, moved))
    return found


def hidden(table, shifted, second=None):
    second = dual(table) if second is None else second
    return circuit("h 0 1 2 3", signs(shifted), "h 0 1 2 3", signs(second), "h 0 1 2 3", qubits=4)


def judged(table, shifted):
    shift = next(s for s in range(16) if all(shifted[x] == table[x ^ s] for x in range(16)))
    return finds(shift, shifted)


@function("3.4.g", kind="stretch", outcome=4, points=3, name="hidden_shift", inputs=bent_tables, judged=judged)
def any_bent_function():
    yield hidden
    yield slip(lambda table, shifted: hidden(table, shifted, table), "takes f for its dual").says(
        "You use f itself behind the H gates. Only for functions like x₀x₁ ⊕ x₂x₃ the dual is the same function."
    )
    yield slip(lambda table, shifted: hidden(table, shifted, dual(shifted)), "takes the dual of the shifted one").says(
        "You take the dual of g: it holds the shift as well, so that the shift cancels and 0000 is left."
    )
    yield slip(lambda table, shifted: hidden(table, shifted, [0] * 16), "leaves the dual out").says(
        "Two layers of H with nothing between them cancel. The signs of the dual belong between them."
    )
