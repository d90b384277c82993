"""What right means in lesson 0.1, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import combinations
from math import exp, log

from qtrain.authoring import build, choice, circuit, function, number, one_of, plant, right, slip, whole
from qtrain.checking import State


@number("0.1.a", rung="warm-up", outcome=1, within=0.1, bits=whole(7, 60))
def strings(bits):
    yield 2**bits
    yield slip(2 * bits, "multiplies in place of a power").says(
        "This is two times the number of bits. Each further bit doubles the number of strings."
    )
    yield slip(bits**2, "exchanges base and exponent").says(
        "The exponent and the base are exchanged: in Python 2 to the power n is 2**n."
    )
    yield slip(2 ^ bits, "writes the power as in a formula").says("In Python the sign ^ is not a power. Write 2**n.")
    yield slip(2**bits - 1, "leaves out 00…0").says("Very close: 00…0 is a string, too.")


@choice("0.1.b", rung="warm-up", outcome=1)
def after_a_restart():
    yield right("It stops with an error, because the kernel does not know `x` any more.").says(
        "Right: a restart empties the memory. Run the cells again from the top."
    )
    yield slip(
        "It prints 5, because the cell with `x = 5` is still on the page.", "takes what is on the page for the memory"
    ).says(
        "The text of the cell is still there, and so is the old output. But the kernel has forgotten everything: it "
        "never ran this cell after the restart."
    )
    yield slip("Nothing: a restart deletes the cells.", "thinks that a restart deletes the work").says(
        "Nothing is deleted from the page by a restart: only the memory of the kernel is emptied."
    )
    yield slip("It prints 0, the standard value of a number.", "expects a standard value").says(
        "Variables have no standard value in Python: a name that was never set is an error."
    )


def lists(rng):
    """Lists of numbers, each as the function's only argument; one has a single entry."""
    return [([7.0],), *(([round(rng.uniform(0, 10), 2) for _ in range(n)],) for n in (2, 3, 5))]


@function("0.1.c", rung="warm-up", kind="debug", outcome=3, name="mean", inputs=lists, within=1e-9)
def mean():
    yield lambda values: sum(values) / len(values)
    yield slip(lambda values: sum(values) / (len(values) - 1), "hands the draft in", "unreadable")
    yield slip(
        lambda values: sum(values) / max(1, len(values) - 1), "silences the error without finding its reason"
    ).says("Divide by the number of values, not by one less.")
    yield slip(sum, "does not divide").says("This is the sum: divide by how many values there are.")


READING = 0.02  # of the life time
LIFETIMES = [20]
while LIFETIMES[-1] < 190:  # so far apart that a right reading for one is wrong for the next
    LIFETIMES.append(int(LIFETIMES[-1] / (1 - READING / log(2))) + 1)


@number("0.1.d", kind="predict", outcome=2, lifetime=one_of(LIFETIMES))
def half_time(lifetime):
    yield right(lifetime * log(2), within=READING * lifetime, unit="µs")
    yield slip(lifetime, "takes the life time").says(
        "At this time the signal has fallen to 1/e, about 0.37, not to 0.5."
    )
    yield slip(lifetime / 2, "halves the life time").says(
        "Half of the life time is not the time of half the signal: read it from the curve."
    )
    yield slip(0.5, "gives the height").says(
        "This is the height of the signal. The time stands on the horizontal axis."
    )


@number(
    "0.1.g",
    rung="think",
    outcome=2,
    points=2,
    within=0.5,
    half=whole(20, 190),
    times=whole(3, 6),
    derive=lambda times: {"part": 2**times},
)
def falls_to_a_part(half, times, part):
    yield right(half * times, unit="µs").says(
        "Right: each further half of a signal takes the same time, however little is left."
    )
    yield slip(half * part / 2, "goes on along a straight line").says(
        "This would take the time in proportion. How long does it take from one half to one quarter?"
    )
    yield slip(half * part, "multiplies by the whole factor").says(
        "In two of these times the signal has fallen to 1/4, not to 1/2. To what has it fallen after three?"
    )
    yield slip(half * (times - 1), "counts one time too few").says("After this time, twice as much is left.")
    yield slip(half * (times + 1), "counts one time too many").says("After this time, half as much is left.")
    yield slip(half * log(part), "takes the half-time for the life time").says(
        "You took the given time for the life time T of the formula. It is the time in which the signal halves."
    )


def flips(qubits):
    return "x " + " ".join(map(str, qubits))


@build(
    "0.1.e",
    outcome=4,
    takes="circuit",
    flip=[
        list(some)
        for size in (2, 3)
        for some in combinations(range(6), size)
        # Else counting from the other end would be right, or the same as flipping all the others.
        if {5 - k for k in some} not in ({*some}, {*range(6)} - {*some})
    ],
)
def flip_some(flip):
    yield State(circuit(flips(flip), qubits=6))
    yield plant("qubit-order", "counts the qubits from the other end")
    others = [k for k in range(6) if k not in flip]
    yield slip(circuit(flips(others), qubits=6), "flips all the others", "bit-flip")
    yield slip(circuit(flips(flip[:1]), qubits=6), "flips the first only").says(
        "Only the first qubit of the list is flipped."
    )


def times(rng):
    return [(round(rng.uniform(0, 200), 1), rng.choice((30.0, 80.0, 150.0))) for _ in range(4)]


@function("0.1.f", kind="stretch", outcome=(2, 3), points=2, name="signal", inputs=times, within=1e-6)
def signal():
    yield lambda time, lifetime: exp(-time / lifetime)
    yield slip(lambda time, lifetime: exp(time / lifetime), "loses the minus sign").says(
        "Your signal grows: check the sign of the exponent."
    )
    yield slip(lambda time, lifetime: 1 - time / lifetime, "draws a line").says(
        "This is a straight line; the curve bends."
    )
    yield slip(lambda time, lifetime: 2 ** (-time / lifetime), "mixes up half-life").says(
        "This falls to one half in a life time. It should fall to 1/e."
    )
