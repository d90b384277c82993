"""What right means in lesson 0.1, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import exp, log

from qtrain.checking import Choice, Each, Number, State
from qtrain.circuits import Circuit, Operation
from qtrain.course import Exercise, Mistake

# --- c: a function with a fault ---------------------------------------------------------------------------------------


def mean(values):
    return sum(values) / len(values)


def draft(values):
    """The function as the notebook shows it: it divides by the wrong number."""
    return sum(values) / (len(values) - 1)


def lists(rng):
    """Lists of numbers, each as the function's only argument; one has a single entry."""
    return [([7.0],), *(([round(rng.uniform(0, 10), 2) for _ in range(n)],) for n in (2, 3, 5))]


# --- d: a curve -------------------------------------------------------------------------------------------------------


def half_time(p):
    """When the signal has fallen to one half."""
    return Number(
        p.lifetime * log(2),
        within=0.02 * p.lifetime,
        unit="µs",
        replies={
            p.lifetime: "At this time the signal has fallen to 1/e, about 0.37, not to 0.5.",
            p.lifetime / 2: "Half of the life time is not the time of half the signal: read it from the curve.",
            0.5: "This is the height of the signal. The time stands on the horizontal axis.",
        },
    )


# --- e: the first circuit ---------------------------------------------------------------------------------------------


def flip(*qubits):
    """A circuit of three qubits with an X on some."""
    return Circuit(3, tuple(Operation("x", (qubit,)) for qubit in qubits))


EXERCISES = [
    Exercise(
        id="0.1.a",
        kind="compute",
        outcome=1,
        variant=lambda rng: {"bits": rng.choice((9, 10, 11, 12, 13, 14, 16))},
        target=lambda p: Number(
            2**p.bits,
            within=0.1,
            replies={
                2 * p.bits: "This is two times the number of bits. Each further bit doubles the number of strings.",
                p.bits**2: "The exponent and the base are exchanged: in Python 2 to the power n is 2**n.",
                2 ^ p.bits: "In Python the sign ^ is not a power. Write 2**n.",
                2**p.bits - 1: "Very close: 00…0 is a string, too.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: 2 * p.bits, says="doubles", note="multiplies in place of a power"),
            Mistake(None, lambda p: p.bits**2, says="exchanged", note="exchanges base and exponent"),
            Mistake(None, lambda p: 2 ^ p.bits, says="not a power", note="writes the power as in a formula"),
        ],
    ),
    Exercise(
        id="0.1.b",
        kind="explain",
        outcome=1,
        target=lambda p: Choice(
            "b",
            {
                "a": "The text of the cell is still there, and so is the old output. But the kernel has forgotten "
                "everything: it never ran this cell after the restart.",
                "b": "Right: a restart empties the memory. Run the cells again from the top.",
                "c": "Nothing is deleted from the page by a restart: only the memory of the kernel is emptied.",
                "d": "Variables have no standard value in Python: a name that was never set is an error.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="forgotten everything", note="takes what is on the page for the memory"),
            Mistake(None, lambda p: "c", says="only the memory", note="thinks that a restart deletes the work"),
            Mistake(None, lambda p: "d", says="never set", note="expects a standard value"),
        ],
    ),
    Exercise(
        id="0.1.c",
        kind="debug",
        outcome=3,
        target=lambda p: Each(
            lists,
            lambda values: Number(
                mean(values),
                within=1e-9,
                replies={
                    sum(values): "this is the sum: divide by how many values there are.",
                    **({draft(values): "divide by the number of values, not by one less."} if len(values) > 1 else {}),
                },
            ),
            name="mean",
        ),
        mistakes=[
            Mistake("unreadable", lambda p: draft, says="ZeroDivisionError", note="hands the draft in"),
            Mistake(
                None,
                lambda p: lambda values: sum(values) / max(1, len(values) - 1),
                says="not by one less",
                note="silences the error without finding its reason",
            ),
        ],
    ),
    Exercise(
        id="0.1.d",
        kind="predict",
        outcome=2,
        variant=lambda rng: {"lifetime": rng.choice((30, 40, 60, 80, 100, 150))},
        target=half_time,
        mistakes=[
            Mistake(None, lambda p: p.lifetime, says="1/e", note="takes the life time"),
            Mistake(None, lambda p: p.lifetime / 2, says="read it from the curve", note="halves the life time"),
        ],
    ),
    Exercise(
        id="0.1.e",
        kind="build",
        outcome=4,
        variant=lambda rng: {"flip": rng.choice((0, 2))},
        target=lambda p: State(flip(p.flip)),
        mistakes=[
            Mistake("qubit-order", lambda p: flip(2 - p.flip), note="counts the qubits from the other end"),
            Mistake("bit-flip", lambda p: flip(*({0, 1, 2} - {p.flip})), note="flips all the others"),
        ],
    ),
    Exercise(
        id="0.1.f",
        kind="stretch",
        outcome=(2, 3),
        points=2,
        target=lambda p: Each(
            lambda rng: [(round(rng.uniform(0, 200), 1), rng.choice((30.0, 80.0, 150.0))) for _ in range(4)],
            lambda time, lifetime: Number(
                exp(-time / lifetime),
                within=1e-6,
                replies={
                    exp(time / lifetime): "the signal grows: check the sign of the exponent.",
                    1 - time / lifetime: "this is a straight line; the curve bends.",
                    2 ** (-time / lifetime): "this falls to one half in a life time. It should fall to 1/e.",
                },
            ),
            name="signal",
        ),
        mistakes=[
            Mistake(None, lambda p: lambda time, lifetime: exp(time / lifetime), says="check the sign"),
            Mistake(
                None, lambda p: lambda time, lifetime: 2 ** (-time / lifetime), says="1/e", note="mixes up half-life"
            ),
        ],
    ),
]
