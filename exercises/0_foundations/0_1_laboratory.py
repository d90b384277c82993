"""What right means in lesson 0.1, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import combinations, product
from math import log

from qtrain.authoring import build, choice, circuit, data, function, number, one_of, plant, right, slip, whole
from qtrain.checking import Data, State
from qtrain.checking.schema import Word


@number("0.1.a", rung="warm-up", outcome=1, within=0.1, signs=whole(3, 9), places=whole(4, 11))
def strings(signs, places):
    yield signs**places
    yield slip(signs * places, "multiplies in place of a power").says(
        "This is the number of signs times the number of places. Each further place multiplies the number of strings."
    )
    yield slip(places**signs, "exchanges base and exponent").says(
        "The base and the exponent are exchanged: one more place multiplies the number of strings by the number of "
        "signs."
    )
    yield slip(signs ^ places, "writes the power as in a formula").says(
        "In Python the sign ^ is not a power: write it with two stars."
    )
    yield slip(signs ** (places - 1), "counts one place too few").says("So many strings have one place less.")
    yield slip(signs**places - 1, "leaves one out").says("Very close: this leaves out one string.")
    yield slip(2**places, "counts strings of bits").says(
        "This is the number of strings of bits. Here a place holds one of more than two signs."
    )


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


class Letters(Word):
    """Letters in a row, also with spaces or commas between them, or as a list."""

    def read(self, value, place):
        if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
            value = "".join(value)
        if isinstance(value, str):
            value = "".join(sign for sign in value if sign not in " ,;-→")
        return super().read(value, place)


def printed(start, step, order):
    """The value of `x` after cell A and then the cells of the order."""
    for cell in order:
        start = 2 * start if cell == "B" else start + step
    return start


def orders(start, step, found):
    """Every order of five runs that gives the number found."""
    return [order for order in map("".join, product("BC", repeat=5)) if printed(start, step, order) == found]


def puzzle(start, step, found):
    """Whether one order alone gives the number; read backwards or with B and C exchanged it is another one."""
    every = orders(start, step, found)
    return len(every) == 1 and every[0].count("B") in (2, 3) and every[0] != every[0][::-1]


@data(
    "0.1.j",
    kind="predict",
    rung="think",
    outcome=1,
    points=2,
    start=whole(2, 6),
    step=whole(3, 9),
    found=whole(25, 120),
    where=puzzle,
)
def what_was_run(start, step, found):
    (order,) = orders(start, step, found)

    def holds(answer):
        answer = answer.upper()
        told = f"After A and these five runs, {printed(start, step, answer)} is printed, and not {found}."
        if answer.count("B") == order.count("B"):
            told += " B and C run as often as they should: only their order is not right."
        return answer == order, told

    yield Data(schema=Letters("BCbc", 5), holds=holds)
    yield slip(order[::-1], "writes the last run first").says(
        "You wrote the runs from the last to the first: the first run stands first."
    )
    yield slip(order.translate(str.maketrans("BC", "CB")), "exchanges the two cells").says(
        "B and C are exchanged: which of them doubles?"
    )
    yield (
        slip("".join(sorted(order)), "looks at the numbers of runs alone")
        if sorted(order) != list(order)
        else slip("".join(sorted(order, reverse=True)), "looks at the numbers of runs alone")
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


def falling(rng):
    """Lists of two to six positive numbers, each as the function's only argument."""
    return [([round(rng.uniform(1, 90), 1) for _ in range(n)],) for n in (2, 3, 4, 6)]


@function("0.1.i", kind="debug", outcome=3, name="share_left", inputs=falling, rel=1e-9)
def share_left():
    def draft(values):
        return values[len(values)] / values[1]

    yield lambda values: values[-1] / values[0]
    yield slip(draft, "hands the draft in", "unreadable")
    yield (
        slip(lambda values: values[-1] / values[1], "mends the line of the error only")
        .worth(0.4)
        .says("The last number is right now. But you divide by number 1 of the list. Is that the first one?")
    )
    yield slip(lambda values: values[0] / values[-1], "divides the first by the last").says(
        "You divided the first number by the last one. Asked for is the last one divided by the first."
    )
    yield slip(lambda values: values[-2] / values[0], "goes one too far back").says(
        "You divided the last number but one by the first. Which number has the last entry of a list?"
    )
    yield slip(lambda values: min(values) / max(values), "takes the smallest and the largest").says(
        "You took the smallest and the largest number. Asked for are the last and the first, whatever their sizes."
    )


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
        "After so few µs the signal has hardly fallen. The time stands on the horizontal axis, the signal on the other."
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


QUBITS = 7


@build(
    "0.1.e",
    outcome=4,
    takes="circuit",
    flip=[
        list(some)
        for size in (2, 3)
        for some in combinations(range(QUBITS), size)
        if {QUBITS - 1 - k for k in some} != {*some}  # else counting from the other end would be right
    ],
)
def flip_some(flip):
    yield State(circuit(flips(flip), qubits=QUBITS))
    yield plant("qubit-order", "counts the qubits from the other end")
    others = [k for k in range(QUBITS) if k not in flip]
    yield slip(circuit(flips(others), qubits=QUBITS), "flips all the others", "bit-flip")
    back, reverse = [k - 1 for k in flip], {QUBITS - 1 - k for k in flip}
    if min(flip) and {*back} != reverse:
        yield slip(circuit(flips(back), qubits=QUBITS), "counts the qubits from 1").says(
            "The qubits that you flip have numbers that are one too small. Counting begins at 0, in the list, too."
        )
    after = [k + 1 for k in flip]
    if max(flip) < QUBITS - 1 and {*after} != reverse:
        yield slip(circuit(flips(after), qubits=QUBITS), "counts the wires from 1").says(
            "The qubits that you flip have numbers that are one too large: look at the numbers on the lines."
        )
    yield slip(circuit(flips(flip[:1]), qubits=QUBITS), "flips the first only").says(
        "Only the first qubit of the list is flipped."
    )


def curves(rng):
    """Times, values and a level: curves that rise again, with steps of different lengths."""
    found = []
    for count in (4, 6, 8, 9):
        level, below = round(rng.uniform(0.3, 0.6), 2), rng.randrange(2, count - 1)
        times = [rng.randrange(0, 9)]
        while len(times) < count:
            times.append(times[-1] + rng.randrange(3, 40))
        values = [round(level + rng.uniform(0.05, 0.4), 3) for _ in range(count)]
        values[below] = round(level - rng.uniform(0.05, 0.25), 3)
        values[-1] = round(level - rng.uniform(0.01, 0.25), 3) if below < count - 2 else values[-1]
        found.append((times, values, level))
    # The line may touch the level at a point, and rise again before it falls below.
    return [*found, ([0, 12, 20, 45], [0.9, 0.5, 0.7, 0.2], 0.5), ([5, 15], [0.8, 0.4], 0.5)]


def first(values, holds):
    return next(k for k, value in enumerate(values) if holds(value))


def between(times, values, level, k):
    """Where the line from point k - 1 to point k is at the level."""
    return times[k - 1] + (values[k - 1] - level) / (values[k - 1] - values[k]) * (times[k] - times[k - 1])


@function("0.1.h", kind="stretch", outcome=(2, 3), points=3, name="crossing", inputs=curves, within=1e-6)
def crossing():
    def segment(values, level):
        return first(values, lambda value: value <= level)

    def last(values, level):
        return max(k for k in range(1, len(values)) if values[k] <= level < values[k - 1])

    def upside_down(times, values, level):
        k = segment(values, level)
        return times[k] + times[k - 1] - between(times, values, level, k)

    yield lambda times, values, level: between(times, values, level, segment(values, level))
    yield (
        slip(lambda times, values, level: times[segment(values, level)], "takes the first point that is not above")
        .worth(0.3)
        .says("You return the time of the first point that is not above the level. The line is there earlier.")
    )
    yield slip(
        lambda times, values, level: times[segment(values, level) - 1], "takes the last point that is above"
    ).says("You return the time of the point before the crossing. At this point the line is still above the level.")
    yield slip(
        lambda times, values, level: (times[segment(values, level)] + times[segment(values, level) - 1]) / 2,
        "takes the middle",
    ).says("You return the middle of two neighbouring times. Which share of the fall is done at the level?")
    yield (
        slip(upside_down, "takes the share that is left")
        .worth(0.5)
        .says("You found the right two points. But you took the share of the fall that is still to come.")
    )
    yield (
        slip(
            lambda times, values, level: between(times, values, level, first(values, lambda value: value < level)),
            "asks for a point below the level",
        )
        .worth(0.7)
        .says("Nearly: a point may lie exactly on the level, and then the line has come to it there.")
    )
    yield slip(
        lambda times, values, level: between(times, values, level, last(values, level)), "takes the last crossing"
    ).says("This is the last time at which the line comes down to the level. The first one is asked for.")
