"""What right means in the problem set of module 3. The tasks stand in the notebook of the same name."""

from fractions import Fraction
from itertools import product
from math import asin, ceil, gcd, lcm, log, pi, sin, sqrt

import numpy as np

from qtrain.authoring import (
    apart,
    build,
    choice,
    circuit,
    decimals,
    function,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Data, Number, Property
from qtrain.checking.rules import NoSynthesis
from qtrain.checking.schema import List, Word
from qtrain.circuits import Circuit, run
from qtrain.circuits.numerals import number_beside


def marks(shift, size, sign=1):
    """The numbers x from 0 to 15 with (x + shift) mod 16 below size."""
    return [x for x in range(16) if (x + sign * shift) % 16 < size]


@build(
    "3.P.1",
    outcome=1,
    points=3,
    takes="circuit",
    shift=whole(1, 12),
    size=one_of([3, 4, 5, 6, 7, 9, 10, 11, 12, 13]),
    where=lambda shift, size: shift < size and set(marks(shift, size)) != set(marks(shift, size, -1)),
    rules=[NoSynthesis()],
)
def window_of_numbers(shift, size):
    def made(chosen, mirrored=False):
        words = [f"{x:04b}"[:: -1 if mirrored else 1] for x in chosen]
        steps = []
        for word in words:
            ones = " ".join(str(k) for k in range(4) if word[k] == "0")
            steps += [f"x {ones}" if ones else "", "c3z 0 1 2 3", f"x {ones}" if ones else ""]
        return circuit(*steps, qubits=4)

    chosen = marks(shift, size)
    yield made(chosen)
    yield slip(made(chosen, mirrored=True), "takes qubit 0 for the ones").says(
        "Your numbers are read from the other end: qubit 0 is the most significant bit."
    )
    yield slip(made(marks(shift, size, -1)), "shifts the other way").says(
        "You shifted the wrong way: x + shift has to lie below the size, not x − shift."
    )
    yield slip(made(marks(shift, size + 1)), "counts the end in").says(
        "One number too many is marked: *below* the size leaves the size itself out."
    )
    yield slip(made([x for x in chosen if x + shift < 16]), "forgets to go round").says(
        "Numbers where x + shift goes beyond 15 are missing: the sum is taken modulo 16."
    )


def tries(n, solutions, permille, check=1, rounds=None):
    """All queries until a search with the best number of rounds has failed at most so often."""
    theta = asin(sqrt(solutions / 2**n))
    k = round(pi / (4 * theta) - 0.5) if rounds is None else rounds
    fails = 1 - sin((2 * k + 1) * theta) ** 2
    needed = max(1, ceil(log(permille / 1000) / log(fails) - 1e-9)) if fails > 1e-12 else 1
    return needed * (k + check)


def search_costs(n, solutions, permille):
    one_try = round(pi / (4 * asin(sqrt(solutions / 2**n))) - 0.5) + 1
    return (
        tries(n, solutions, permille),
        tries(n, solutions, permille, check=0),
        ceil(2**n / (solutions + 1)),
        tries(n, solutions, permille, rounds=1),
        tries(n, 1, permille),
        one_try,
        tries(n, solutions, permille) // one_try,
    )


@number(
    "3.P.2",
    outcome=2,
    points=3,
    n=whole(6, 12),
    solutions=whole(3, 40),
    permille=one_of([1, 2, 5, 10, 20]),
    where=lambda n, solutions, permille: (
        solutions < 2**n / 10
        and tries(n, solutions, permille) > tries(n, solutions, 999)
        and apart(0.4, *search_costs(n, solutions, permille))
    ),
)
def queries_until_sure(n, solutions, permille):
    found, without, classical, one_round, one_solution, one_try, number_of_tries = search_costs(n, solutions, permille)
    yield found
    yield slip(without, "forgets the checks").says(
        "The check of the measured item asks the oracle, too: one query more for each try."
    )
    yield slip(classical, "searches one by one").says("This is how many trials a classical search needs in the mean.")
    yield slip(one_round, "makes one round").says(
        "With one round each try fails often. Which number of rounds is best?"
    )
    yield slip(one_solution, "takes one solution").says("You took one solution. With more the angle is larger.")
    yield slip(one_try, "makes one try").says("These are the queries of one try. One try fails too often.")
    yield slip(number_of_tries, "counts the tries").says("This is the number of tries. Count their queries.")


def reading(theta, full=-1.0, powers=(4, 2, 1), swaps=True):
    """Phase estimation of P(θ) with three counting qubits 0, 1, 2 (the first is the most significant) and qubit 3."""
    steps = ["h 0 1 2; x 3"]
    steps += [f"cp({power}*t) {k} 3" for k, power in enumerate(powers)]
    if swaps:
        steps.append("swap 0 2")
    steps.append("h 2; cp(f*π/2) 1 2; h 1; cp(f*π/4) 0 2; cp(f*π/2) 0 1; h 0")
    return circuit(*steps, t=theta, f=full, qubits=4)


def read_chances(phi):
    gaps = phi - np.arange(8) / 8
    return abs(np.exp(2j * pi * np.outer(np.arange(8), gaps)).mean(axis=0)) ** 2


@build("3.P.3", kind="debug", rung="think", outcome=3, points=3, takes="circuit", theta=decimals(0.5, 2.9, 0.01))
def estimation_with_two_faults(theta):
    wanted = read_chances(theta / (2 * pi))

    def holds(answer):
        found = (abs(run(answer)).reshape(8, 2) ** 2).sum(axis=1)
        worst = int(np.argmax(abs(found - wanted)))
        if abs(found[worst] - wanted[worst]) < 1e-6:
            return True
        return False, (
            f"The reading {worst} has probability {number_beside(found[worst], wanted[worst])}; "
            f"it should be {number_beside(wanted[worst], found[worst])}."
        )

    yield Property("reads the phase", holds, takes=Circuit, num_qubits=4, wants="a circuit of four qubits")
    yield slip(reading(theta, powers=(1, 2, 4), full=1.0), "hands the draft in").says(
        "This does what the draft does. Try an angle of π/4: which number should it read?"
    )
    yield (
        slip(reading(theta, full=1.0), "mends the powers only")
        .worth(0.5)
        .says("One fault is left: the last part turns the wrong way, so that phases count backwards.")
    )
    yield (
        slip(reading(theta, powers=(1, 2, 4)), "mends the transform only")
        .worth(0.5)
        .says("One fault is left: the qubit that is read as the fours has to bring in θ four times.")
    )
    yield slip(reading(theta, swaps=False), "drops the swap")


def order(a, N):
    r, x = 1, a % N
    while x != 1:
        r, x = r + 1, x * a % N
    return r


def denominator(y, t, N):
    return Fraction(y, 2**t).limit_denominator(N - 1).denominator


def two_readings(random):
    """Two readings, none of which tells the order, and both together do."""
    while True:
        N = random.choice([33, 35, 39, 51, 55, 57, 65, 77, 85, 91])
        a = random.randrange(2, N)
        if gcd(a, N) > 1:
            continue
        r = order(a, N)
        t = ceil(2 * np.log2(N))
        parts = [s for s in range(1, r) if gcd(s, r) > 1]
        if len(parts) < 2:
            continue
        first, second = random.sample(parts, 2)
        readings = [round(2**t * s / r) for s in (first, second)]
        found = [denominator(y, t, N) for y in readings]
        if lcm(*found) == r and found[0] * found[1] != r and r not in found and found[0] != found[1]:
            return {"N": N, "a": a, "t": int(t), "y_1": readings[0], "y_2": readings[1]}


@number("3.P.4", rung="think", outcome=3, points=3, draw=two_readings)
def order_of_two_readings(N, a, t, y_1, y_2):
    first, second = denominator(y_1, t, N), denominator(y_2, t, N)
    yield lcm(first, second)
    yield slip(first, "takes the first reading").says("This is what the first reading says alone. Test it: a^r mod N.")
    yield slip(second, "takes the second reading").says(
        "This is what the second reading says alone. Test it: a^r mod N."
    )
    yield slip(first * second, "multiplies").says(
        "The product works as an exponent, but a smaller one does, too. The order is the smallest."
    )
    yield slip(gcd(first, second), "takes the common divisor").says(
        "Each denominator is a divisor of the order: you need a number that both divide."
    )


def orthogonal(samples):
    """All strings other than zeros that have an even overlap with each sample, sorted."""
    n = len(samples[0])
    words = ["".join(bits) for bits in product("01", repeat=n)]
    return [
        word
        for word in words
        if "1" in word and all(sum(a == b == "1" for a, b in zip(word, y, strict=True)) % 2 == 0 for y in samples)
    ]


def sample_lists(random):
    found = []
    for n in (4, 5, 5, 6, 7):
        while True:
            samples = ["".join(random.choice("01") for _ in range(n)) for _ in range(n)]
            hidden = [*random.sample(range(2, 2**n), 2 - (n == 4)), *([1] if n == 4 else [])]
            samples = [y for y in samples + orthogonal([f"{h:0{n}b}" for h in hidden]) if all_even(y, hidden, n)]
            random.shuffle(samples)
            samples = ["0" * n, *samples[: n + 2]]
            if len(orthogonal(samples)) == 3:
                break
        found.append((samples,))
    return found


def all_even(y, hidden, n):
    return all(bin(int(y, 2) & h).count("1") % 2 == 0 for h in hidden) and int(y, 2) > 0


def strings(value):
    return Data(value, schema=List(Word("01"), ordered=False, distinct=True))


@function("3.P.5", rung="think", outcome=2, points=3, name="periods", inputs=sample_lists, returns=strings)
def group_of_periods():
    yield orthogonal
    yield slip(lambda samples: orthogonal(samples)[:1], "gives one of them").says(
        "There are several: whenever two strings fit, so does their sum. Give all of them."
    )
    yield slip(lambda samples: [word[::-1] for word in orthogonal(samples)], "turns the strings round").says(
        "Your strings are reversed: both kinds of strings are written with the same qubit on the left."
    )
    yield slip(lambda samples: ["0" * len(samples[0]), *orthogonal(samples)], "counts the zeros in").says(
        "The string of zeros always fits and says nothing. Leave it out."
    )


def phases_kept(n, k):
    return sum(n - d for d in range(1, k))


def adder_costs(n, k):
    return (
        2 * phases_kept(n, k),
        phases_kept(n, k),
        2 * phases_kept(n, k + 1),
        n * (n - 1),
        2 * phases_kept(n, k) + n,
        2 * (k - 1) * n,
        n * (n - 1) - 2 * phases_kept(n, k),
    )


@number(
    "3.P.6",
    outcome=3,
    points=2,
    n=whole(10, 60),
    k=whole(3, 8),
    where=lambda n, k: apart(0.4, *adder_costs(n, k)),
)
def phases_of_a_cheap_adder(n, k):
    found, once, shifted, full, single, no_end, gone = adder_costs(n, k)
    yield found
    yield slip(once, "counts one transform").says("There are two transforms: one there and one back.")
    yield slip(shifted, "shifts the angles by one").says(
        "The largest controlled phase is 2π/2²: with 2π/2^k as the smallest there are k − 1 sizes."
    )
    yield slip(full, "keeps all of them").says("These are all controlled phases. Those with too small an angle go.")
    yield slip(no_end, "takes n pairs at each distance").says(
        "At each distance the last qubits have no partner: there are fewer than n pairs."
    )
    yield slip(gone, "counts what is left out").says("These are the phases that are left out. Count those that stay.")
    yield slip(single, "counts the phases on single qubits").says(
        "The number is added by phases on single qubits. Only controlled phases are asked for."
    )


@choice("3.P.7", rung="think", outcome=1)
def half_of_the_readings():
    yield right("Its oracle leaves a copy of something about x behind, so that paths no longer meet.").says(
        "Right: what another qubit knows about x cannot interfere. Uncompute it."
    )
    yield slip("Its oracle has the wrong sign on one input.", "takes garbage for a wrong value").says(
        "One sign among eight would change the amplitude of 000 from 1 to ¾, and its probability to 0.56."
    )
    yield slip("The function is balanced after all.", "takes ½ for balanced").says(
        "A balanced function never gives 000: its signs cancel."
    )
    yield slip("The readings are few: with more shots 000 comes out always.", "blames the shots").says(
        "With 20,000 readings chance moves the share by about a third of a percent."
    )
    yield slip("The last Hadamard gates are missing.", "forgets what H alone does").says(
        "Without them all eight readings would be equally frequent: 000 in one of eight."
    )


def on_a_ring(n, site, time):
    """The probability to be at a site of a ring behind a continuous walk that starts at site 0."""
    waves = 2 * pi * np.arange(n) / n
    return float(abs(np.mean(np.exp(-2j * time * np.cos(waves) + 1j * waves * site))) ** 2)


def ring_numbers(n, site, time):
    waves = 2 * pi * np.arange(n) / n
    classical = float(np.real(np.mean(np.exp(-2 * time * (1 - np.cos(waves)) + 1j * waves * site))))
    return (
        on_a_ring(n, site, time),
        on_a_ring(n, site, time / 2),
        classical,
        sqrt(on_a_ring(n, site, time)),
        on_a_ring(200, site, time),
    )


@number(
    "3.P.8",
    outcome=4,
    points=3,
    bounds=(0, 1),
    within=1e-3,
    n=whole(5, 9),
    site=whole(1, 4),
    time=decimals(1.5, 4.0, 0.05),
    where=lambda n, site, time: site < n and apart(0.004, *ring_numbers(n, site, time)),
)
def round_a_ring(n, site, time):
    found, half, classical, amplitude, line = ring_numbers(n, site, time)
    yield found
    yield slip(half, "takes half the rate").says(
        "You let each edge count one half: H is the matrix of neighbours itself."
    )
    yield slip(classical, "walks by chance").says("This is a classical random walk: its probabilities never interfere.")
    yield slip(amplitude, "forgets the square").says("This is the size of the amplitude. Square it.")
    yield slip(line, "forgets that the ring closes").says("On a line it would be so. Here both ways round interfere.")


def comb(t, r, start):
    """The probabilities of all readings for a function of period r, seen once at `start`."""
    size = 2**t
    places = np.arange(start, size, r)
    amplitudes = np.exp(2j * pi * np.outer(np.arange(size), places) / size).sum(axis=1)
    return (abs(amplitudes) ** 2 / (size * len(places))).round(9).tolist()


def combs(random):
    found = []
    for t in (6, 7, 8, 8, 9):
        r = random.choice([r for r in range(3, int(2 ** (t / 2)) + 1) if 2**t % r])
        found.append((comb(t, r, random.randrange(r)),))
    return found


def period(chances):
    """The period whose marks catch most of the probability; a multiple of it catches no more."""
    readings = len(chances)
    best, found = 0.0, 1
    for r in range(1, int(sqrt(readings)) + 1):
        caught = sum(chances[round(s * readings / r) % readings] for s in range(r))
        if caught > best + 0.02:
            best, found = caught, r
    return found


def period_of(chances):
    """The period is asked for; of a list that is no comb nothing is."""
    r, t = period(chances), len(chances).bit_length() - 1
    is_comb = any(np.allclose(chances, comb(t, r, start), atol=1e-6) for start in (0, r - 1))
    return Number(r, within=0.1) if is_comb else Property("is no answer", lambda answer: True)


@function("3.P.9", kind="stretch", outcome=3, points=4, name="period", inputs=combs, judged=period_of)
def period_from_readings():
    yield period
    yield slip(lambda chances: int(np.argmax(chances[1:])) + 1, "gives the first tall peak").says(
        "This is the place of a peak. The period is the number of peaks, not the way between them."
    )
    yield slip(lambda chances: sum(one > max(chances) / 2 for one in chances), "counts tall readings").says(
        "You counted readings with a large probability. A peak may be spread over two readings, and one may be low."
    )
    yield slip(
        lambda chances: Fraction(int(np.argmax(chances[1:])) + 1, len(chances)).denominator, "reduces the fraction"
    ).says(
        "You reduced y/2^t, which has a power of 2 below. The period does not divide 2^t: find the nearest fraction."
    )
