"""What right means in lesson 2.8, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import floor, log, log2, sqrt

import numpy as np

from qtrain.authoring import choice, decimals, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Data, Must, Number, Protocol, Step
from qtrain.checking.schema import Bit, List


def h(p):
    """The entropy of a bit, in bits."""
    return 0.0 if p in (0, 1) else -p * log2(p) - (1 - p) * log2(1 - p)


@number(
    "2.8.a",
    rung="warm-up",
    outcome=1,
    within=1e-3,
    q=decimals(0.010, 0.070, 0.002),
    f=one_of([1.05, 1.1, 1.16, 1.2, 1.22]),
)
def rate(q, f):
    yield 1 - h(q) - f * h(q)
    yield slip(1 - h(q), "leaves one of the two terms out").says(
        "You took off what Eve may know, or what the correction tells her, and not both."
    )
    yield slip(1 - 2 * h(q), "takes a perfect correction").says("This is the rate for f = 1. Your f is larger.")
    yield slip(1 - (1 + f) * h(q) * log(2), "takes the natural logarithm").says(
        "Your logarithm has base e. For bits it needs base 2."
    )
    yield slip(1 - f * h(q), "takes off the correction only").says(
        "You took off what the correction tells Eve. What she may know from the qubits is missing."
    )


def threshold(f):
    low, high = 1e-9, 0.5
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - (1 + f) * h(middle) > 0 else (low, middle)
    return low


def inverse(value):
    low, high = 1e-12, 0.5
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if h(middle) < value else (low, middle)
    return low


@number("2.8.b", outcome=1, bounds=(0, 1), within=5e-5, f=decimals(1.02, 1.60, 0.01))
def largest_error_rate(f):
    yield threshold(f)
    yield slip(threshold(1), "takes a perfect correction").says(
        "This is the limit for f = 1. Your correction costs more."
    )
    yield slip(0.25, "takes the error rate of an attack for the limit").says(
        "25 percent is what one attack causes. The limit is where no secrecy is left against *any* attack."
    )
    yield slip(inverse(1 / f), "leaves Eve's own knowledge out").says(
        "Here only the correction is taken off. What Eve may know from the qubits is missing."
    )
    yield slip(100 * threshold(f), "gives percent").says(
        "This is the number in percent. A number from 0 to 1 is asked for."
    )


POSITIONS = np.array([[(k + 1) >> bit & 1 for k in range(15)] for bit in range(4)])


def blocks_of(bits):
    return np.array([int(bit) for bit in bits]).reshape(-1, 15)


def hamming(bits):
    return (blocks_of(bits) @ POSITIONS.T % 2).ravel().tolist()


def corrected(bits, told):
    blocks = blocks_of(bits)
    differ = (blocks @ POSITIONS.T + np.array(told).reshape(-1, 4)) % 2
    places = differ @ [1, 2, 4, 8]
    for block, place in zip(blocks, places, strict=True):
        if place:
            block[place - 1] ^= 1
    return blocks.ravel().tolist()


@function("2.8.c", rung="think", outcome=2, points=3, blocks=whole(4, 12))
def reconciled(blocks):
    n = 15 * blocks

    def draw(random):
        bits = [random.randrange(2) for _ in range(n)]
        received = list(bits)
        for block in range(blocks):
            place = random.randrange(16)  # 15: this block has no error
            if place < 15:
                received[15 * block + place] ^= 1
        return {"alice.bits": bits, "bob.bits": received}

    steps = [
        Step("alice", "tell", ("alice.bits",), ("told",)),
        Step("bob", "correct", ("bob.bits", "told"), ("bob.fixed",)),
    ]

    def same(board):
        return [int(bit) for bit in board["bob.fixed"]] == board["alice.bits"]

    def short(board):
        return len(board["told"]) <= 4 * blocks and all(int(bit) in (0, 1) for bit in board["told"])

    # One condition: telling nothing, or changing nothing, is no part of the work.
    musts = [Must("Bob's bits are not Alice's.", lambda board: short(board) and same(board))]
    mistakes = [
        Must(f"Alice tells more than {4 * blocks} bits, or something else than bits.", lambda board: not short(board)),
        Must("Bob changes nothing.", lambda board: list(board["bob.fixed"]) == board["bob.bits"]),
    ]
    yield Protocol(steps, draw, musts, mistakes=mistakes, runs=6)
    yield slip({"tell": lambda bits: list(bits), "correct": lambda bits, told: list(told)}, "tells the whole key").says(
        "Alice tells her bits themselves. Then the key is public."
    )
    yield slip(
        {
            "tell": lambda bits: blocks_of(bits).sum(axis=1).__mod__(2).tolist(),
            "correct": lambda bits, told: [
                bit ^ (k % 15 == 0 and (sum(bits[15 * (k // 15) : 15 * (k // 15) + 15]) % 2 != told[k // 15]))
                for k, bit in enumerate(bits)
            ],
        },
        "tells one parity of each block",
    ).says("One parity shows *that* a block has an error, not where. You may tell four bits for each block.")
    yield slip({"tell": hamming, "correct": lambda bits, told: list(bits)}, "does not correct").says(
        "The parities are good. Bob has to use them: in which place do they differ from his own?"
    )


@number(
    "2.8.d",
    outcome=3,
    within=0.1,
    n=one_of([20_000, 30_000, 50_000, 80_000, 100_000, 200_000]),
    q=decimals(0.010, 0.050, 0.002),
    extra=whole(6, 25),
    exponent=one_of([6, 8, 10, 12]),
    derive=lambda n, q, extra: {"leak": round(n * h(q) * (1 + extra / 100))},
)
def length_of_the_key(n, q, extra, exponent, leak):
    cost = 2 * exponent * log2(10)
    value = n * (1 - h(q)) - leak - cost
    yield floor(value)
    yield slip(floor(value + leak), "forgets what was told").says(
        "The parities that were told in public are missing: they have to be taken off, too."
    )
    yield slip(floor(n * (1 - 2 * h(q)) - cost), "takes the leak for perfect").says(
        "You took n·h(Q) for what was told. More was told: the number is given."
    )
    yield slip(floor(value + cost), "forgets ε").says(
        "The last term is missing: a key that is secret up to ε costs 2·log2(1/ε) bits more."
    )
    yield slip(floor(value + cost / 2), "takes ε once").says("The last term is 2·log2(1/ε). You took half of it.")
    yield slip(floor(value) + 1, "rounds up").says("Round down: the next whole number is a little too long.")
    yield slip(value, "does not round").says("The length is right before rounding: a key has whole bits. Round down.")


def toeplitz(bits, seed, m):
    n = len(bits)
    return [sum(seed[i - j + n - 1] & bits[j] for j in range(n)) % 2 for i in range(m)]


def some_bits(rng):
    found = []
    for n, m in ((5, 3), (8, 5), (12, 4), (20, 9), (9, 9), (6, 2)):
        while True:
            bits, seed = [rng.randrange(2) for _ in range(n)], [rng.randrange(2) for _ in range(n + m - 1)]
            if any(toeplitz(bits, seed, m)):  # zeros alone would be right for nothing
                break
        found.append((bits, seed, m))
    return found


def bits_of(value):
    return Data(value, schema=List(Bit()))


@function("2.8.e", outcome=3, points=2, name="amplify", inputs=some_bits, returns=bits_of)
def amplify():
    yield toeplitz
    yield slip(lambda bits, seed, m: list(bits[:m]), "drops bits").says(
        "You keep some of the bits as they are. If Eve knows one of them, she knows a bit of the key."
    )
    yield slip(
        lambda bits, seed, m: [sum(seed[i + j] & bits[j] for j in range(len(bits))) % 2 for i in range(m)],
        "counts the columns the other way",
    ).says("Your matrix is constant along the other diagonals: entry (i, j) is seed[i − j + n − 1].")
    yield slip(
        lambda bits, seed, m: [sum(seed[i] & bits[j] for j in range(len(bits))) % 2 for i in range(m)],
        "takes one bit of the seed for each row",
    ).says("Each row of your matrix is constant. Entry (i, j) depends on i − j.")


@choice("2.8.f", rung="warm-up", outcome=3)
def why_hash():
    yield right(
        "Each bit of the hash depends on about half of all bits: who misses some of them knows none of the hash."
    ).says("Right: a parity is a coin for everybody who lacks one of its bits.")
    yield slip(
        "If Eve knows a share of the bits, dropping this share at random removes what she knows.",
        "believes that dropping removes knowledge",
    ).says("Dropping at random removes bits that she does not know, too. Of the rest she knows the same share.")
    yield slip("A hash is encrypted, so Eve cannot read it.", "takes hashing for encryption").says(
        "Nothing is encrypted, and the matrix itself is public. What protects is that Eve does not know the input."
    )
    yield slip("A hash corrects the last errors between Alice and Bob.", "mixes it with reconciliation").says(
        "It does the opposite: a single error would change half of the hash. Errors must be gone before."
    )
    yield slip("The hash makes the key longer, so that it lasts for more messages.", "takes it for expansion").says(
        "It makes it shorter. No public step can make a secret longer."
    )


@measure(
    "2.8.g",
    rung="think",
    outcome=(1, 4),
    points=2,
    within=0.02,
    share=one_of([k / 1000 for k in range(80, 221, 4)]),
)
def rate_of_a_line(share):
    q = share / 4
    value, slope = 1 - 2 * h(q), 2 * log2((1 - q) / q)
    spread = slope * sqrt(q * (1 - q))
    shots = 8000 * ceil_to(spread)
    error = spread / sqrt(shots)
    yield right(value, spread=spread)
    yield slip((1 - h(q), error / 2, shots), "takes one entropy off").says(
        "Two entropies are to be taken off: one for Eve, one for the correction."
    )
    yield slip((value, sqrt(q * (1 - q) / shots), shots), "gives the error bar of Q").says(
        "This is the error bar of Q. The rate depends on Q steeply: by which factor is its error bar larger?"
    )
    yield slip((value, error / 2, shots), "takes the slope of one entropy", "factor").says(
        "Your error bar is half of what it should be: two entropies depend on Q, and they move together."
    )


def ceil_to(spread):
    """How many times 8000 shots the error bar of 0.02 needs."""
    return max(1, int(np.ceil((spread / 0.018) ** 2 / 8000)))


def finite_length(total, tested, q, f, epsilon):
    """The secret bits that are left of `total` sifted ones of which `tested` are compared."""
    n = total - tested
    wide = sqrt((n + tested) / (n * tested) * (tested + 1) / tested * log(4 / epsilon))
    if q + wide >= 0.5:
        return 0.0
    return n * (1 - h(q + wide)) - f * n * h(q) - log2(2 / epsilon**3)


def best_length(total, q, f, epsilon):
    """The best over all test sizes, by a scan that gets finer."""
    tests = np.unique(np.geomspace(10, total * 0.9, 400).astype(int))
    found = [finite_length(total, int(t), q, f, epsilon) for t in tests]
    middle = int(np.argmax(found))
    low, high = int(tests[max(middle - 1, 0)]), int(tests[min(middle + 1, len(tests) - 1)])
    step = max(1, (high - low) // 200)
    fine = [finite_length(total, t, q, f, epsilon) for t in range(low, high + 1, step)]
    return max(0.0, max(fine))


def lines(rng):
    found = []
    for total in (3000, 10_000, 50_000, 200_000, 1_000_000):
        found.append(
            (total, rng.choice([0.01, 0.015, 0.02, 0.03]), rng.choice([1.1, 1.16, 1.2]), rng.choice([1e-8, 1e-10]))
        )
    return [*found, (1500, 0.05, 1.2, 1e-10)]


def near(value):
    # Where there is a key, one that is rounded down to whole bits is right, too.
    return Number(value, within=max(1.0 if value > 10 else 0.05, 0.001 * value))


@function("2.8.h", kind="stretch", outcome=4, points=3, name="best_key", inputs=lines, returns=near)
def best_key():
    yield best_length
    yield slip(
        lambda total, q, f, epsilon: max(0.0, finite_length(total, total // 2, q, f, epsilon)), "tests half"
    ).says("This is the length with half of the bits tested. For many bits a smaller share is enough.")
    yield slip(
        lambda total, q, f, epsilon: max(0.0, total * (1 - (1 + f) * h(q))), "takes the limit of many bits"
    ).says("This is the rate for infinitely many bits. The test, its error and ε all cost something.")
    yield slip(
        lambda total, q, f, epsilon: max(0.0, (total - 100) * (1 - (1 + f) * h(q)) - log2(2 / epsilon**3)),
        "takes the measured error rate for the true one",
    ).says("You take the measured Q for certain. With few test bits the true one may be larger by μ.")
