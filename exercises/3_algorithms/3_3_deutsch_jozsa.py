"""What right means in lesson 3.3, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import ceil, log2, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, distinct, function, measure, number, right, slip, whole
from qtrain.checking import ByTheQuery, Property, Queries, Succeeds
from qtrain.circuits import Circuit, density
from qtrain.circuits.numerals import number_beside


def bit_oracle(table, places=None):
    """One X on the last place for each marked input, with controls on the others: the gates of the lesson."""
    n = len(table).bit_length() - 1
    *inputs, target = range(n + 1) if places is None else places
    steps = []
    for x, value in enumerate(table):
        controls = " ".join(f"{'' if x >> n - 1 - k & 1 else '!'}{place}" for k, place in enumerate(inputs))
        steps += [f"c{n}x {controls} {target};"] if value else []
    return circuit(*steps, qubits=n + 1)


def chances(table):
    """The probability of each outcome z of the inputs: the square of the mean of (−1)^(f + z·x)."""
    n = len(table).bit_length() - 1
    signs = [[(-1) ** (table[x] + (x & z).bit_count()) for x in range(2**n)] for z in range(2**n)]
    return np.mean(signs, axis=1) ** 2


@number(
    "3.3.a",
    rung="warm-up",
    kind="predict",
    outcome=1,
    bounds=(0, 1),
    within=5e-4,
    n=whole(3, 6),
    ones=whole(1, 63),
    where=lambda n, ones: ones < 2**n,
)
def not_balanced(n, ones):
    mean = 1 - 2 * ones / 2**n
    yield mean**2
    yield slip(mean, "gives the amplitude").says("This is the amplitude. The probability is its square.")
    yield slip((ones / 2**n) ** 2, "counts the ones only").says(
        "You have added the marked inputs only. The others have the sign +1, and count, too."
    )
    yield slip(1 - ones / 2**n, "takes the share of zeros").says(
        "This is the share of the inputs with f = 0. The amplitude is the mean of the signs."
    )
    yield slip(1 - mean**2, "gives the probability of the others").says(
        "This is the probability of all the other outcomes together."
    )


def promised(random):
    """Constant and balanced tables of 2 and 3 bits: of one bit, the oracle is a CNOT like any other."""
    found = [[1, 1, 1, 1]]
    for n in (2, 3, 3):
        table = [0, 1] * 2 ** (n - 1)
        random.shuffle(table)
        found.append(table)
    return [*found, [1] * 8]


def says(balanced, n, rules=()):
    return Succeeds(lambda bits: ("1" in bits) == balanced, 1.0, qubits=range(n), rules=rules)


def decides(table):
    n = len(table).bit_length() - 1
    balanced, query = 0 < sum(table) < 2**n, Queries(bit_oracle(table), 1)
    other = bit_oracle([1 if balanced else x % 2 for x in range(2**n)])
    return says(balanced, n, [query, ByTheQuery(query, other, says(not balanced, n), "the answer")])


def asked(table, before="h all; x t; h t", after=True):
    n = len(table).bit_length() - 1
    everyone = " ".join(map(str, range(n)))
    before = before.replace("all", everyone).replace("t", str(n))
    return circuit(before, bit_oracle(table), f"h {everyone}" if after else "", qubits=n + 1)


def inverted(given):
    return circuit(given, "x " + " ".join(map(str, range(given.num_qubits - 1))), qubits=given.num_qubits)


@function("3.3.b", outcome=1, points=2, name="deutsch_jozsa", inputs=promised, judged=decides)
def one_query():
    yield asked
    yield slip(lambda table: asked(table, "h all; h t"), "forgets the X on the target").says(
        "Your target is in |+⟩: it kicks nothing back, so that every function looks constant."
    )
    yield slip(lambda table: asked(table, "h all"), "leaves the target in |0⟩").says(
        "Your target is in |0⟩. A balanced function then still gives 0…0 in half of the runs."
    )
    yield slip(lambda table: asked(table, after=False), "forgets the H gates at the end").says(
        "The signs are there, but no gate behind the query makes them visible: all outcomes are equally likely."
    )
    yield slip(lambda table: asked(table, "h all; x t"), "leaves the target in |1⟩").says(
        "Your target is in |1⟩. A balanced function then still gives 0…0 in half of the runs."
    )
    yield slip(bit_oracle, "hands the oracle back").says(
        "This is the oracle alone. What is missing is around it: the inputs and the target have to be prepared before "
        "the query, and the signs made visible behind it."
    )
    yield slip(lambda table: asked(table, "x 0; h all; h t"), "puts the X on an input").says(
        "Your X stands on an input, and the target is in |+⟩: it kicks nothing back."
    )
    yield slip(lambda table: inverted(asked(table)), "takes 0…0 for balanced").says(
        "The kickback is right, but you flip all inputs at the end: a constant function then gives 1…1, and not 0…0."
    )


FAULTS = ("X on an input", "no X", "no H on the target", "an H too few behind")


def draft(places, fault):
    *inputs, target = places
    flipped = {"X on an input": inputs[:1], "no X": []}.get(fault, [target])
    before = inputs if fault == "no H on the target" else [*inputs, target]
    after = inputs[:2] if fault == "an H too few behind" else inputs
    return {"inputs": inputs, "target": target, "flipped": flipped, "before": before, "after": after}


def exchanged(answer, table, order):
    """The s ≠ 0 with which the inputs end as |z ⊕ s⟩ in place of |z⟩, else 0: some f give the same probabilities."""
    rho = density(answer).reshape((2,) * 8).transpose([*order, *(4 + q for q in order)]).reshape(8, 2, 8, 2)
    rho = np.trace(rho, axis1=1, axis2=3)
    amplitudes = np.array([np.mean([(-1) ** (table[x] + (x & z).bit_count()) for x in range(8)]) for z in range(8)])
    shifted = [amplitudes[np.arange(8) ^ s] for s in range(8)]
    return next((s for s in range(1, 8) if shifted[s] @ rho.real @ shifted[s] > 1 - 1e-6), 0)


def as_kickback(table, inputs):
    wanted = chances(table)

    def holds(answer):
        rest = [q for q in range(4) if q not in inputs]
        found = density(answer).diagonal().real.reshape((2,) * 4).transpose([*inputs, *rest]).reshape(8, 2).sum(axis=1)
        worst = int(np.argmax(abs(found - wanted)))
        if abs(found[worst] - wanted[worst]) < 1e-6:
            flipped = exchanged(answer, table, [*inputs, *rest])
            if flipped:
                return False, f"An X on an input shifts the outcomes: a constant function would give {flipped:03b}."
            return True
        if found[0] > 1e-6:
            return False, f"f is balanced, but your inputs are 000 with probability {number_beside(found[0], 0)}."
        return False, (
            f"000 never comes, as it should, but not by kickback: the inputs are {worst:03b} with probability "
            f"{number_beside(found[worst], wanted[worst])}, "
            f"and the signs of f would give {number_beside(wanted[worst], found[worst])}."
        )

    return Property("asks the oracle by kickback", holds, takes=Circuit, num_qubits=4, wants="a circuit")


def table_of(marks):
    return [int(x in marks) for x in range(8)]


def generic(marks):
    """Balanced, and not the XOR of some bits: then the outcome would be certain."""
    return marks == sorted(marks) and max(chances(table_of(marks))) < 0.9


@build(
    "3.3.c",
    kind="debug",
    outcome=2,
    points=2,
    takes="circuit",
    places=distinct(4, range(4)),
    marks=distinct(4, range(8)),
    fault=FAULTS,
    where=generic,
    derive=lambda places, fault: draft(places, fault),
    rules=lambda marks: [Queries(bit_oracle(table_of(marks)), 1)],
)
def repair(places, marks, fault):
    table, inputs = table_of(marks), places[:3]

    def made(fault):
        given = draft(places, fault)
        x, h, last = (" ".join(map(str, given[name])) for name in ("flipped", "before", "after"))
        oracle = bit_oracle(table, places)
        return circuit(f"x {x}" if x else "", f"h {h}", oracle, f"h {last}", qubits=4)

    says = {
        "X on an input": "The X stands on an input. The target is then in |+⟩, and kicks nothing back.",
        "no X": "The target is in |+⟩: it kicks nothing back, and the inputs are always 000.",
        "no H on the target": "The target is in |1⟩ when the oracle is called: it is flipped, and no sign comes back.",
        "an H too few behind": "Behind the oracle one input has no H.",
    }
    yield as_kickback(table, inputs)
    for name in (fault, *(other for other in FAULTS if other != fault)):
        yield slip(made(name), "hands the draft in" if name == fault else name).says(says[name])
    yield slip(circuit(made(""), f"x {inputs[0]}", qubits=4), "flips an input at the end")


@number("3.3.d", rung="warm-up", outcome=3, within=0.3, n=whole(8, 40), one_in=whole(20, 5000))
def enough_queries(n, one_in):
    k = ceil(log2(one_in) - 1e-9) + 1
    yield k
    yield slip(k - 1, "takes 2^(−k)").says(
        "The first answer may be 0 or 1: there are two ways in which all k answers agree. Your number is one too small."
    )
    yield slip(2 ** (n - 1) + 1, "gives the number for certainty").says(
        "So many queries are needed for certainty. Here a small error is allowed."
    )
    yield slip(one_in, "takes the error for 1/k").says(
        "The error is halved with each further query: it is not one over the number of queries."
    )


@choice("3.3.e", outcome=3)
def what_is_shown():
    yield right(
        "It beats every classical program that must never err; one that may err once in a million needs some twenty "
        "queries, whatever n is."
    ).says("Right: the exponential gap is there for exact programs only.")
    yield slip(
        "It beats every classical program exponentially, those that may err as well.", "forgets random programs"
    ).says("A program that asks k random inputs errs with a probability of 2^(1−k), for every n.")
    yield slip(
        "It computes all 2ⁿ values in one query, and a classical program has to compute them one by one.",
        "believes in all values at once",
    ).says("No run tells more than n bits, and not one single value of f. It is the mean of the signs that shows.")
    yield slip("It decides for every function whether it is constant, with one query.", "forgets the promise").says(
        "A function with a single 1 gives 0…0 most of the time. Only the promise rules it out."
    )
    yield slip("It only shows that quantum gates are faster than classical ones.", "takes queries for seconds").says(
        "Nothing is said about the speed of gates: it is the number of calls that is counted."
    )


@measure(
    "3.3.f",
    rung="think",
    outcome=2,
    points=2,
    within=0.01,
    # With c ≤ ¼ the error bar of P is far from that of c, and from the honest bound 1/(2√N).
    marks=distinct(13, range(32)),
    number=whole(12, 13),
    derive=lambda marks, number: {"table": "".join(str(int(x in marks[:number])) for x in range(32))},
)
def how_unbalanced(number):
    mean = 1 - 2 * number / 32
    # c = √P: an error of P is divided by 2c.
    spread, shots = sqrt(1 - mean**2) / 2, 3000
    error = spread / sqrt(shots)
    yield right(mean, spread=spread)
    yield slip((mean**2, 2 * mean * error, shots), "gives the probability").says(
        "This is the probability of 00000, with its error bar. The mean of the signs is its square root."
    )
    yield slip((number / 32, error / 2, shots), "gives the share of ones").says(
        "This is the share of the marked inputs. Asked for is the mean of the signs."
    )
    yield slip((mean, 2 * mean * error, shots), "takes over the error bar of P").says(
        "This is the error bar of P. By how much does √P change when P changes a little?"
    )


def odd_ones(random):
    every = [[int(x == place) ^ turned for x in range(4)] for place in range(4) for turned in (0, 1)]
    random.shuffle(every)
    return every


def finds(table):
    odd = table.index(1) if sum(table) == 1 else table.index(0)
    query, other = Queries(bit_oracle(table), 1), odd ^ 1
    moved = bit_oracle([table[x ^ 1] for x in range(4)])
    instead = ByTheQuery(query, moved, Succeeds(f"{other:02b}", 1.0, qubits=(0, 1)), "the place")
    return Succeeds(f"{odd:02b}", 1.0, qubits=(0, 1), rules=[query, instead])


def search(table, *, target="x 2; h 2", turn="x 0 1; cz 0 1; x 0 1", last="h 0 1"):
    return circuit("h 0 1", target, bit_oracle(table), "h 0 1", turn, last, qubits=3)


@function("3.3.g", kind="stretch", outcome=(1, 4), points=3, name="odd_one_out", inputs=odd_ones, judged=finds)
def odd_one_out():
    yield search
    yield slip(lambda table: search(table, turn="", last=""), "stops as in Deutsch–Jozsa").says(
        "Your circuit ends as Deutsch–Jozsa does: all four outcomes are equally likely, with signs that depend on the "
        "place. Which gate turns signs into bits?"
    )
    yield slip(lambda table: search(table, turn="cz 0 1"), "mirrors at another state").says(
        "You change the sign of 11. With this your circuit finds another place than the odd one."
    )
    yield slip(lambda table: search(table, last=""), "forgets the last H gates").says(
        "Everything is there but the last step: the state is still spread over all four outcomes."
    )
    yield slip(lambda table: search(table, target=""), "leaves the target in |0⟩").says(
        "The target is in |0⟩: half of the runs get no signs."
    )
