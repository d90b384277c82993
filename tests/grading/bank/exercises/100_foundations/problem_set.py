"""What is right in the sample bank's problems on foundations, and what can be got wrong."""

from math import hypot, sqrt

import numpy as np

from qtrain.authoring import build, choice, decimals, function, number, right, slip, whole

PARTS = {"re": whole(2, 9), "im": whole(2, 9), "where": lambda re, im: re != im}


@number("100.P.1", **PARTS)
def length(re, im):
    yield right(hypot(re, im), within=1e-3)
    yield slip(re**2 + im**2, "forgets the root").says("This is the square of the length.")
    yield slip(re + im, "adds the parts").says("The parts are at a right angle: lengths do not add.")


@number("100.P.2", **PARTS)
def conjugate(re, im):
    yield complex(re, -im)
    yield slip(complex(-re, im), "changes the real part").says("The real part stays as it is.")
    yield slip(complex(re, im), "changes nothing").says("One of the parts has to change its sign.")


@build("100.P.3", takes="state", a=whole(1, 9), b=whole(1, 9), where=lambda a, b: a != b)
def normalised(a, b):
    yield np.array([a, b]) / hypot(a, b)
    yield slip(np.array([b, a]) / hypot(a, b), "exchanges the entries", "bit-flip")
    yield slip(np.array([a, b]) / (a + b), "divides by the sum", "not-normalised")


@number("100.P.4", a=whole(2, 9), b=whole(2, 9), where=lambda a, b: a != b)
def inner_product(a, b):
    yield complex(b, -a)
    yield slip(complex(b, a), "does not conjugate", "conjugate")
    yield slip(complex(a, -b), "exchanges the numbers").says("Multiply entry by entry, then add.")


@build("100.P.5", takes="matrix", phase="exact", theta=decimals(0.3, 1.4, 0.01))
def adjoint(theta):
    matrix = np.array([[0, 1], [np.exp(1j * theta), 0]])
    yield matrix.conj().T
    yield slip(matrix.T, "only transposes", "conjugate")
    yield slip(matrix, "gives the gate itself")


@number("100.P.6", q=decimals(0.2, 0.8, 0.05), n=whole(3, 6))
def all_heads(q, n):
    yield right(q**n, within=1e-4)
    yield slip(q * n, "adds").says("The chances of independent events multiply.")
    yield slip(1 - q**n, "takes the opposite").says("This is the chance that not all show heads.")


@number("100.P.7", q=decimals(0.1, 0.9, 0.05), win=whole(5, 30), loss=whole(1, 4))
def mean(q, win, loss):
    yield right(q * win - (1 - q) * loss, within=1e-3)
    yield slip(q * win + (1 - q) * loss, "takes the loss for a win").says("A loss counts as negative.")
    yield slip(q * win, "forgets the loss").says("What happens in the other cases?")


@number("100.P.8", k=whole(100, 400, 10), n=whole(1000, 2000, 100))
def error_bar(k, n):
    p = k / n
    yield right(sqrt(p * (1 - p) / n), within=1e-5)
    yield slip(sqrt(p * (1 - p)), "forgets the number of shots").says("More shots make it smaller: divide by n inside.")
    yield slip(p * (1 - p) / n, "forgets the root").says("This is the variance.")


@choice("100.P.9")
def why_unitary():
    yield right("Because probabilities must still add up to 1, for every state.").says("Right.")
    yield slip("Because its entries are real.", "takes unitary for real").says("Y has complex entries.")
    yield slip("Because it undoes itself.", "generalises from H").says("P(θ) twice is P(2θ).")


def numbers(rng):
    """Small exponents, the first two for everyone."""
    return [2, 3, *(rng.randrange(4, 12) for _ in range(3))]


@function("100.P.10", name="power", inputs=numbers, base=whole(2, 9))
def power(base):
    yield lambda k: base**k
    yield slip(lambda k: k**base, "exchanges base and exponent").says("Which number is the exponent?")
    yield slip(lambda k: base * k, "multiplies").says("This is base times k.")
