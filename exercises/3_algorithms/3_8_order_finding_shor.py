"""What right means in lesson 3.8, and how people get it wrong. The tasks stand in the notebook of the same name."""

from fractions import Fraction
from math import gcd, lcm, pi, prod, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, distinct, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Permutation, Property
from qtrain.checking.rules import FeedForward, Gates, GateSet, Qubits
from qtrain.circuits import Circuit, output_distribution
from qtrain.circuits.numerals import number_beside


def order(a, N):
    """The smallest r ≥ 1 with a^r = 1 modulo N."""
    r, power = 1, a % N
    while power != 1:
        r, power = r + 1, power * a % N
    return r


def totient(r):
    return sum(gcd(k, r) == 1 for k in range(1, r + 1))


def denominator(y, t, N):
    return Fraction(y, 2**t).limit_denominator(N - 1).denominator


def chances(a, N, t):
    """The distribution of y: the powers of a repeat, and each value is one comb."""
    values = np.array([pow(a, x, N) for x in range(2**t)])
    waves = [np.fft.fft(values == value) / 2**t for value in np.unique(values)]
    return (np.abs(waves) ** 2).sum(axis=0)


SEMIPRIMES = (33, 35, 39, 51, 55, 57, 65, 69, 77, 85, 87, 91, 93, 95)


@number(
    "3.8.a",
    rung="warm-up",
    outcome=1,
    within=0.1,
    N=one_of(SEMIPRIMES),
    a=whole(2, 20),
    where=lambda a, N: gcd(a, N) == 1 and order(a, N) >= 5,
)
def order_of_a(a, N):
    r = order(a, N)
    yield r
    every = totient(N)
    if every != r:
        yield slip(every, "takes Euler's number").says(
            f"{a} to this power is 1 modulo {N}, true. But a smaller power is 1 already."
        )
    if every != 2 * r:
        yield slip(2 * r, "takes twice the order").says(
            f"{a} to this power is 1 modulo {N}, true. But a smaller power is 1 already."
        )
    if r % 2 == 0:
        yield slip(r // 2, "takes half of it").says(f"{a} to this power is not 1 modulo {N}.")
    yield slip(r + 1, "counts the 1 at the start, too").says(
        "This is how many numbers the list has with the 1 at both ends. Count the steps."
    )
    yield slip(r - 1, "counts the powers in between").says(f"Multiply by {a} once more: only then you are at 1.")


def small_factor(a, r, N):
    """The smaller factor of N from the order of a, or 0."""
    half = pow(a, r // 2, N)
    return 0 if r % 2 or half == N - 1 else min(gcd(half - 1, N), gcd(half + 1, N))


def orders_to_use(random):
    """For each way in which an order can help or not, one case; one whose order is no multiple of 3, one that is large.

    The large one has a power a^(r/2) with more digits than a float holds.
    """
    found = {}
    while len(found) < 6:
        N = random.choice((*SEMIPRIMES, 133, 143, 217, 221, 247))
        a = random.randrange(2, N - 1)
        if gcd(a, N) > 1:
            continue
        r = order(a, N)
        half = pow(a, r // 2, N)
        minus, plus = gcd(half - 1, N), gcd(half + 1, N)
        if r % 2:
            if minus == plus == 1:  # no factor by chance
                found.setdefault("odd", (a, r, N))
        elif half == N - 1:
            found.setdefault("minus one", (a, r, N))
        elif "no third" not in found:
            if r % 3:
                found["no third"] = (a, r, N)
        elif "large" not in found:
            if a ** (r // 2) > 2**60:
                found["large"] = (a, r, N)
        else:
            found.setdefault("minus" if minus < plus else "plus", (a, r, N))
    cases = list(found.values())
    random.shuffle(cases)
    return cases


@function("3.8.b", kind="debug", outcome=1, points=2, name="factor", inputs=orders_to_use, within=0.1)
def factor_from_order():
    yield small_factor
    yield slip(lambda a, r, N: gcd(pow(a, r // 2, N) + 1, N), "hands the draft in").says(
        "This does what the draft does. Where r is odd or half of it gives −1, it returns 1 or N."
    )
    yield slip(lambda a, r, N: 0 if r % 2 else gcd(pow(a, r // 2, N) + 1, N), "does not look for −1").says(
        "Odd orders are sent back, good. But your function returns N itself where a to the power r/2 is −1."
    )
    yield slip(lambda a, r, N: 0 if r % 2 else gcd(pow(a, r // 2, N) - 1, N), "does not look for −1, minus sign").says(
        "Odd orders are sent back, good. But your function returns 1 where a to the power r/2 is −1."
    )
    for sign in (1, -1):
        yield slip(
            lambda a, r, N, sign=sign: small_factor(a, r, N) and gcd(pow(a, r // 2, N) + sign, N), "takes one of both"
        ).says("Your factors are right, but sometimes it is the larger one. The smaller one is asked for.")
    yield slip(lambda a, r, N: small_factor(int(a ** (r / 2) % N), 2, N) if r % 2 == 0 else 0, "takes floats").says(
        "Your powers lose their last digits: `a ** (r / 2)` is a float. Whole numbers stay exact: `pow(a, r // 2, N)`."
    )
    yield slip(lambda a, r, N: gcd(pow(a, r // 2, N), N), "forgets ± 1").says(
        "Your function always returns 1. It is the two neighbours of a to the power r/2 that share factors with N."
    )


@number("3.8.c", rung="warm-up", outcome=4, bounds=(0, 1), within=5e-4, r=whole(6, 60))
def one_run(r):
    yield totient(r) / r
    yield slip(1 / r, "counts one peak").says("This is the chance of one peak. Several peaks give the denominator r.")
    yield slip(1 - totient(r) / r, "counts the fractions that can be reduced").says(
        "This is how often s/r can be reduced. Then the denominator is only a part of r."
    )
    yield slip(totient(r), "counts and does not divide").says(
        "This is how many s show r. Of how many that are equally likely?"
    )
    yield slip((r - 1) / r, "counts all peaks but 0").says(
        "These are all peaks but s = 0. In some of them s/r can be reduced."
    )
    yield slip(totient(r) / (r - 1), "leaves s = 0 out of the total").says("There are r peaks: s = 0 counts, too.")
    yield slip(0.5, "takes 15 for all numbers").says("So it is for r = 4, and for all powers of two.")


def peak(random):
    while True:
        N = random.choice((21, 33, 35, 39, 51, 55, 57))
        a = random.randrange(2, N - 1)
        if gcd(a, N) > 1:
            continue
        r, t = order(a, N), 2 * N.bit_length()
        s = random.randrange(1, r)
        if r >= 5 and gcd(s, r) == 1 and s > 1 and r & (r - 1):
            return {"N": N, "t": t, "y": round(s * 2**t / r)}


@number("3.8.d", outcome=3, within=0.01, draw=peak)
def read_a_peak(N, t, y):
    found = Fraction(y, 2**t).limit_denominator(N - 1)
    yield found.denominator
    yield slip(Fraction(y, 2**t).denominator, "reduces the fraction only").says(
        f"That is what is left of 2^{t} when y/2^{t} is reduced. y is rounded: look for a fraction near it "
        "with a denominator below N."
    )
    yield slip(round(2**t / y), "divides once").says(
        "That would be right for the first peak, s = 1. Go on with the continued fraction."
    )
    yield slip(float(found), "gives the fraction").says(
        "This is the fraction as a decimal number. The denominator of s/r is asked for."
    )
    yield slip(found.numerator, "gives the numerator").says("This is the numerator, s. The denominator is asked for.")
    yield slip(Fraction(y, 2**t).limit_denominator(N // 3).denominator, "stops too early").says(
        "A fraction with this denominator is not near enough. Larger denominators, below N, are allowed."
    )


def primes_below(limit):
    sieve = [True] * limit
    for p in range(2, int(limit**0.5) + 1):
        if sieve[p]:
            sieve[p * p :: p] = [False] * len(sieve[p * p :: p])
    return [p for p in range(2, limit) if sieve[p]]


def measured_peaks(random):
    primes = [p for p in primes_below(2**13) if p > 2**12]
    cases = []
    for length in (1, 3, 4, 4, 5):
        p, q = random.sample(primes, 2)
        N = p * q
        a = random.randrange(2, N - 1)
        r, t = lcm(order(a, p), order(a, q)), 2 * N.bit_length()
        while True:
            s = [random.randrange(1, r) for _ in range(length)]
            parts = [r // gcd(k, r) for k in s]
            if length == 1 and parts == [r]:
                break
            if length > 1 and lcm(*parts) == r and max(parts) < r and min(parts) > 1:
                break
        ys = [round(Fraction(k * 2**t, r)) for k in s]
        if length > 2:
            ys.insert(1, 0)
        cases.append((ys, t, a, N))
    return cases


def order_from(ys, t, a, N):
    return lcm(*(denominator(y, t, N) for y in ys))


@function("3.8.e", rung="think", outcome=3, points=3, name="order_from", inputs=measured_peaks, within=0.4)
def order_from_runs():
    yield order_from
    yield slip(lambda ys, t, a, N: denominator(ys[0], t, N), "trusts the first run").says(
        "You use the first run alone. Its s/r may be reduced: then its denominator is only a part of r."
    )
    yield slip(lambda ys, t, a, N: max(denominator(y, t, N) for y in ys), "takes the largest denominator").says(
        "You take the largest denominator. r is a multiple of each of them, and may be larger than all."
    )
    yield slip(lambda ys, t, a, N: prod(denominator(y, t, N) for y in ys), "takes the product").says(
        "You multiply all denominators. What they have in common counts once only."
    )
    yield slip(
        lambda ys, t, a, N: lcm(*(Fraction(y, 2**t).denominator for y in ys)), "reduces the fractions only"
    ).says("You reduce y/2^t. y is rounded, so that gives a power of two. Look for a fraction near by.")


def with_order(N, least):
    return [a for a in range(2, N) if gcd(a, N) == 1 and order(a, N) >= least and order(a, N) & (order(a, N) - 1)]


PAIRS = [(a, N) for N in (21, 33, 35) for a in with_order(N, 3)]


def success(a, N, t):
    r = order(a, N)
    return float(sum(chance for y, chance in enumerate(chances(a, N, t)) if denominator(y, t, N) == r))


@measure(
    "3.8.f",
    rung="think",
    outcome=4,
    points=2,
    bounds=(0, 1),
    within=0.007,
    pair=one_of(PAIRS),
    t=(7, 8, 9),
    derive=lambda pair: {"a": pair[0], "N": pair[1]},
    where=lambda pair, t: 0.08 < success(*pair, t),
)
def success_of_a_run(pair, t, a, N):
    r, distribution = order(a, N), chances(a, N, t)
    chance = success(a, N, t)
    yield right(chance, spread=sqrt(chance * (1 - chance)))
    near = float(sum(c for y, c in enumerate(distribution) if (d := denominator(y, t, N)) > 1 and r % d == 0))
    yield slip((near, sqrt(near * (1 - near) / 6000), 6000), "counts parts of the order, too").says(
        "You count every denominator that divides the order. Only the order itself counts here."
    )
    yield slip((1 - chance, sqrt(chance * (1 - chance) / 6000), 6000), "gives the failures").says(
        "This is the probability that a run fails."
    )
    yield slip((0.0, 0.0002, 6000), "reduces the fraction only").says(
        "It does happen. If you found none, you have probably reduced y/2^t, which never gives the order here."
    )


ROTATED = {2: 1, 4: 2, 8: 3, 7: 3, 11: 2, 13: 1}  # by how many places the bits of x move up; 7, 11, 13 are 15 − 8, 4, 2


@build(
    "3.8.g",
    outcome=5,
    points=2,
    takes="circuit",
    a=one_of(list(ROTATED)),
    places=distinct(5, range(5)),
    derive=lambda places: {"control": places[0], "x": places[1:]},
    rules=[GateSet({"x", "cx", "ccx", "swap", "cswap"}), Gates(20)],
)
def compiled(a, places, control, x):
    def gates(places_up=ROTATED[a], wait="c", swap="cswap c", flip=a in (7, 11, 13), flips="cx c"):
        steps = []
        for _ in range(places_up % 4):
            steps += [f"{swap} x{k} x{k + 1}" for k in range(3)]
        if flip:
            steps += [f"{flips} x{k}" for k in range(4)]
        return circuit(*steps, c=control, **{f"x{k}": qubit for k, qubit in enumerate(x)}, qubits=5)

    yield Permutation(
        lambda c, x: (c, a * x % 15 if c else x),
        {"c": [control], "x": x},
        ancillas=0,
        domain=lambda c, x: 0 < x < 15,
    )
    if ROTATED[a] != 2:
        yield slip(gates(4 - ROTATED[a]), "moves the bits the other way").says(
            "Your bits move the other way: with control 1 that multiplies by the inverse of a."
        )
    yield slip(gates(swap="swap", flips="x"), "forgets the control").says(
        "Your circuit multiplies whatever the control is. With control 0 the number has to stay."
    )
    if a in (7, 11, 13):
        yield slip(gates(flip=False), "leaves the complement out").says(
            f"With control 1 yours multiplies by {15 - a}. {a} is 15 − {15 - a}: what does 15 − x do to the bits?"
        )
        yield slip(gates(flips="x"), "complements without the control").says(
            "Your X gates act whatever the control is. With control 0 the number has to stay."
        )
    else:
        yield slip(gates(flip=True), "takes 15 − a for a").says(
            f"With control 1 yours multiplies by {15 - a}, which is 15 − {a}."
        )


@choice("3.8.h", rung="warm-up", outcome=5)
def what_compiled_hides():
    yield right("Its designers knew that 7 has the order 4 modulo 15, and left out what this made unnecessary.").says(
        "Right: such a circuit shows gates that work, but it finds nothing that was not put in."
    )
    yield slip(
        "15 is too small: the same circuit, made larger, would factor larger numbers.", "takes it for a matter of size"
    ).says("To make this circuit for a larger number, one would have to know the order of a before.")
    yield slip("It uses noisy qubits, so that its peaks are not sharp.", "takes it for a matter of noise").says(
        "On a perfect machine the objection would be the same."
    )
    yield slip("A compiler optimised its gates, which is not allowed.", "takes every compiler for cheating").says(
        "A compiler may do what it likes, as long as it does not use the answer."
    )
    yield slip("It runs the continued fractions on a classical computer.", "takes classical work for cheating").says(
        "That is part of the algorithm: fast, and it needs no knowledge of the factors."
    )


def controlled(a, N):
    """×a modulo N under control, for x below N, as a matrix: control first."""
    size = 2 ** N.bit_length()
    matrix = np.zeros((2 * size, 2 * size))
    for x in range(size):
        matrix[x, x] = 1
        matrix[size + (a * x % N if x < N else x), size + x] = 1
    return matrix


def one_counting_qubit(a, N, t, start=1, fix=True, full=-2.0, reset=True, largest=True, last_first=False):
    n = N.bit_length()
    work = " ".join(str(k) for k in range(1, n + 1))
    values, steps = {}, ([f"x {n}"] if start else [])
    for j in range(t):
        power = 2 ** (t - 1 - j if largest else j)
        values[f"U{j}"] = controlled(pow(a, power, N), N)
        steps += ["reset 0" if reset and j else "", "h 0", f"U{j} 0 {work}"]
        for m in range(j if fix else 0):
            bit = t - 1 - m if last_first else m
            steps.append(f"if {bit} {{ p({full * pi / 2 ** (j - m + 1)!r}) 0 }}")
        steps += ["h 0", f"measure 0 -> {t - 1 - j if last_first else j}"]
    return circuit(*steps, qubits=n + 1, bits=t, **values)


@build(
    "3.8.i",
    kind="stretch",
    outcome=(2, 5),
    points=3,
    takes="circuit",
    pair=one_of(PAIRS),
    t=(4, 5),
    derive=lambda pair: {"a": pair[0], "N": pair[1], "n": pair[1].bit_length()},
    where=lambda pair, t: t > 4 or order(*pair) != 12,  # then a missing reset does not show in the distribution
    rules=lambda n: [Qubits(n + 1), FeedForward()],
)
def with_one_counting_qubit(pair, t, a, N, n):
    wanted = chances(a, N, t)

    def distribution(answer):
        found = np.zeros(2**t)
        for bits, chance in output_distribution(answer).items():
            found[int(bits[::-1], 2)] += chance
        return found

    def holds(answer):
        measured = len(next(iter(output_distribution(answer))))
        if measured != t:
            return False, f"Your circuit measures {measured} bits; {t} are asked for."
        found = distribution(answer)
        worst = int(np.argmax(abs(found - wanted)))
        if abs(found[worst] - wanted[worst]) < 1e-6:
            return True
        return False, (
            f"The number {worst} is read with probability {number_beside(found[worst], wanted[worst])}; "
            f"it should be {number_beside(wanted[worst], found[worst])}."
        )

    yield Property(
        "has the distribution of the textbook circuit",
        holds,
        takes=Circuit,
        num_qubits=n + 1,
        wants=f"a circuit of {n + 1} qubits",
        counts=distribution,
    )
    yield slip(one_counting_qubit(a, N, t, start=0), "leaves x at 0").says(
        "Your circuit reads 0 in every run. So it does if x is 0: whatever 0 is multiplied by, it stays 0. "
        "Where do the powers of a begin?"
    )
    yield slip(one_counting_qubit(a, N, t, fix=False), "never uses a bit that is known").says(
        "None of your bits is used for a later one. A bit that you know already adds its phase to the next: "
        "take it away."
    )
    yield slip(one_counting_qubit(a, N, t, full=-1.0), "takes π for a full turn").says(
        "Your corrections are half as large as they should be."
    )
    yield slip(one_counting_qubit(a, N, t, full=-4.0), "takes 4π for a full turn").says(
        "Your corrections are twice as large as they should be."
    )
    if order(a, N) != 3:  # then a to the power of 4 is a again, and of 2 its inverse: the order of rounds may not show
        yield slip(one_counting_qubit(a, N, t, largest=False), "begins with the smallest power").says(
            "Your first round multiplies by a itself. The bit that is read first needs the largest power."
        )
    yield slip(one_counting_qubit(a, N, t, reset=False), "does not reset the qubit").says(
        "The counting qubit is not reset: where it gave 1, the next round begins in |1⟩."
    )
    yield slip(one_counting_qubit(a, N, t, last_first=True), "puts the bits in the other order").says(
        "Your bits are right, but in the reverse order: bit 0 should be the least significant."
    )
