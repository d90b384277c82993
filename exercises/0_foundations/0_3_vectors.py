"""What right means in lesson 0.3, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import radians, sqrt

import numpy as np

from qtrain.checking import Choice, Each, Number, Property, State
from qtrain.circuits import Matrix
from qtrain.circuits import State as Vector
from qtrain.course import Exercise, Mistake


def vector(real, imag):
    """A complex vector from the lists of its parts (parameters are plain JSON)."""
    return np.array(real) + 1j * np.array(imag)


# --- a: a state of length 1 -------------------------------------------------------------------------------------------


def normalised(numbers):
    return np.array(numbers) / np.linalg.norm(numbers)


# --- b: an inner product ----------------------------------------------------------------------------------------------


def two_vectors(rng):
    """Two vectors of three components whose wrong inner products all differ from the right one."""
    while True:
        p = {key: [rng.randrange(-2, 4) for _ in range(3)] for key in ("a_real", "a_imag", "b_real", "b_imag")}
        a, b = vector(p["a_real"], p["a_imag"]), vector(p["b_real"], p["b_imag"])
        products = {np.vdot(a, b), np.dot(a, b), np.vdot(b, a), np.dot(a, b).conj(), np.vdot(a, b).real, 0}
        if len(products) == 6:
            return p


def pair(p):
    return vector(p.a_real, p.a_imag), vector(p.b_real, p.b_imag)


def inner_target(p):
    a, b = pair(p)
    return Number(
        np.vdot(a, b),
        within=1e-6,
        replies={
            np.dot(a, b): "Nothing is conjugated here. The components of the bra are the conjugates of those of a.",
            np.vdot(b, a): ("conjugate", "This is ⟨b|a⟩: you conjugated the second vector instead of the first."),
            np.dot(a, b).conj(): "Both vectors are conjugated here. Only those of the bra are.",
            np.vdot(a, b).real: "This is the real part alone. An inner product is a complex number in general.",
            abs(np.vdot(a, b)): "This is the size of the inner product. It is a complex number: keep its phase.",
            abs(np.vdot(a, b)) ** 2: "This is the squared size. Give the inner product itself.",
        },
    )


# --- c: orthogonal ----------------------------------------------------------------------------------------------------

SECONDS = ((1, 3), (2, -1), (3, 2), (-1, 2), (1, -2), (-3, 1))


def missing(p, conjugate=True, sign=-1):
    """The first component z with (z, 1) orthogonal to (first, second)."""
    second = complex(p.real, p.imag)
    return sign * (second.conjugate() if conjugate else second) / p.first


def orthogonal_target(p):
    second = complex(p.real, p.imag)
    return Number(
        missing(p),
        within=1e-3,
        replies={
            missing(p, conjugate=False): "With this number the sum of the products is 0, but no component was "
            "conjugated. What does the bra ⟨a| look like?",
            missing(p, sign=1): "The two products must cancel: one of them needs a minus sign.",
            missing(p, conjugate=False, sign=1): "The two products must cancel, and the bra has conjugated components.",
            -p.first / second.conjugate(): "You have exchanged the two components of a.",
            missing(p) * p.first: "Divide by the first component of a.",
        },
    )


# --- d: a coefficient in another basis --------------------------------------------------------------------------------

SHARES = ((0.6, 0.8), (0.8, 0.6), (0.28, 0.96), (0.96, 0.28))


def coefficient_target(p):
    alpha, beta = p.alpha, 1j * p.beta
    right = (alpha - beta) / sqrt(2)
    return Number(
        right,
        within=1e-3,
        replies={
            (alpha + beta)
            / sqrt(2): "This is the coefficient of the other basis state, |+⟩: mind the minus sign in |−⟩.",
            alpha - beta: "The basis state |−⟩ has the length 1 only with the factor 1/√2 in front.",
            alpha + beta: "The basis state |−⟩ has a factor 1/√2 and a minus sign.",
            abs(right) ** 2: "This is the probability of |−⟩. The coefficient is asked for.",
            beta: "This is the coefficient of |1⟩. The basis is another one now.",
            (alpha - p.beta) / sqrt(2): "The second amplitude has a factor i: keep it.",
        },
    )


# --- e: an orthogonal state by a circuit ------------------------------------------------------------------------------

ANGLES = (30, 45, 60, 100, 120, 150, -40, -70, -110)


def equator(degrees, sign=1):
    """(|0⟩ ± e^{iφ}|1⟩)/√2."""
    return np.array([1, sign * np.exp(1j * radians(degrees))]) / sqrt(2)


# --- f: a projection --------------------------------------------------------------------------------------------------


def direction_and_vector(rng):
    """A direction that is not normalised, and a vector that is neither parallel nor orthogonal to it."""
    while True:
        p = {key: [rng.randrange(-2, 4) for _ in range(2)] for key in ("u_real", "u_imag", "v_real", "v_imag")}
        u, v = vector(p["u_real"], p["u_imag"]), vector(p["v_real"], p["v_imag"])
        inner, bare = np.vdot(u, v), np.dot(u, v)
        apart = min(abs(inner), abs(inner - bare), abs(inner.imag), abs(abs(np.vdot(u, u)) - 1))
        if apart > 0.5 and abs(np.linalg.det([u, v])) > 0.5:
            return p


def given(p):
    return vector(p.u_real, p.u_imag), vector(p.v_real, p.v_imag)


def shadow(p):
    u, v = given(p)
    return np.vdot(u, v) / np.vdot(u, u) * u


def projection(p):
    u, v = given(p)
    right = shadow(p)
    typical = (
        (np.vdot(u, v) * u, "This has the right direction, but not the right length: u itself is not of length 1."),
        (
            np.vdot(u, v) / np.linalg.norm(u) * u,
            "You divided by the length of u once. u occurs twice, in the bra and in the ket: divide by its square.",
        ),
        (np.dot(u, v) / np.vdot(u, u) * u, "The bra ⟨u| has conjugated components: use np.vdot."),
        (np.vdot(v, u) / np.vdot(u, u) * u, "The inner product is taken the wrong way round: ⟨u|v⟩, not ⟨v|u⟩."),
        (v - right, "This is what is left over, the part orthogonal to u. The part along u is asked for."),
        (np.vdot(u, v) / np.vdot(v, v) * v, "This is a multiple of v. The projection is a multiple of u."),
    )

    def told(answer):
        found = answer.vector
        if found.shape != (2,):
            return False, f"Your vector has {found.size} components; it needs 2."
        if np.allclose(found, right, atol=1e-6):
            return True
        for wrong, reply in typical:
            if np.allclose(found, wrong, atol=1e-6):
                return False, reply
        rest = np.vdot(u, v - found)
        return False, f"Take your vector away from v. What is left must be orthogonal to u, but ⟨u|rest⟩ = {rest:.3g}."

    return Property("is the projection of v", told, takes=Vector, reading="state", wants="a vector of two numbers")


# --- h: what is left --------------------------------------------------------------------------------------------------


def rest_target(p):
    chance = p.percent / 100
    return Number(
        sqrt(1 - chance),
        within=1e-3,
        replies={
            1 - chance: "This is the squared length of the rest. Its length is the root.",
            sqrt(chance): "This is the length of the part along e. The rest is the other side of the triangle.",
            chance: "This is the squared length of the part along e.",
            1 - sqrt(chance): "Lengths of sides at a right angle do not add. Their squares do.",
        },
    )


# --- i: Gram–Schmidt --------------------------------------------------------------------------------------------------


def orthonormal(vectors, product=np.vdot, normalise=True):
    """Gram–Schmidt, with the mistakes that people make in it."""
    done = []
    for v in vectors:
        v = v.astype(complex)
        for e in done:
            v = v - product(e, v) * e
        done.append(v / np.linalg.norm(v) if normalise else v)
    return np.array(done)


def families(rng):
    """Vectors as (real parts, imaginary parts), none close to a combination of those before it."""
    found = []
    while len(found) < 4:
        rows, columns = ((2, 2), (2, 4), (4, 4))[len(found) % 3]
        real, imag = ([[rng.randrange(-3, 4) for _ in range(columns)] for _ in range(rows)] for _ in range(2))
        matrix = vector(real, imag)
        if np.linalg.svd(matrix, compute_uv=False)[-1] > 1:
            found.append((real, imag))
    return found


def basis_of(real, imag):
    vectors = vector(real, imag)

    def told(answer):
        found = answer.matrix
        if found.shape != vectors.shape:
            rows, columns = vectors.shape
            given_back = f"{found.shape[0]} rows of {found.shape[1]}"
            return False, f"it returns {given_back} numbers; {rows} rows of {columns} are needed."
        gram = found.conj() @ found.T
        if not np.allclose(np.diag(gram), 1, atol=1e-6):
            return False, "one of the vectors does not have the length 1."
        if not np.allclose(gram, np.eye(len(gram)), atol=1e-6):
            if np.allclose(found @ found.T, np.diag(np.diag(found @ found.T)), atol=1e-6):
                return False, "the vectors are orthogonal only without the conjugate: use np.vdot."
            return False, "two of the vectors are not orthogonal to each other."
        for k in range(1, len(found) + 1):
            inside = (vectors[:k] @ found[:k].conj().T) @ found[:k]
            if not np.allclose(inside, vectors[:k], atol=1e-6):
                if k == 1:
                    return False, "the vectors are orthonormal, but the first is no multiple of the first given one."
                return False, f"the vectors are orthonormal, but the first {k} do not span the first {k} given ones."
        return True

    return Property("is an orthonormal basis", told, takes=Matrix, reading="unitary", wants="a list of vectors")


EXERCISES = [
    Exercise(
        id="0.3.a",
        kind="build",
        outcome=1,
        variant=lambda rng: dict(zip(("x", "y"), rng.sample((1, 2, 3, 4, 5), 2), strict=True)),
        target=lambda p: State(normalised([p.x, 1j * p.y])),
        mistakes=[
            Mistake("not-normalised", lambda p: [p.x, 1j * p.y], note="leaves the length as it is"),
            Mistake(
                "not-normalised",
                lambda p: np.array([p.x, 1j * p.y]) / (p.x + p.y),
                note="divides by the sum of the components",
            ),
            Mistake("relative-phase", lambda p: normalised([p.x, p.y]), note="loses the i"),
        ],
    ),
    Exercise(
        id="0.3.b",
        kind="compute",
        outcome=2,
        variant=two_vectors,
        target=inner_target,
        mistakes=[
            Mistake(None, lambda p: np.dot(*pair(p)), says="Nothing is conjugated", note="uses np.dot"),
            Mistake("conjugate", lambda p: np.vdot(*pair(p)[::-1]), note="conjugates the second vector"),
            Mistake(None, lambda p: np.vdot(*pair(p)).real, says="real part alone", note="drops the imaginary part"),
        ],
    ),
    Exercise(
        id="0.3.c",
        kind="compute",
        outcome=2,
        variant=lambda rng: {
            "first": rng.choice((2, 3, 4, 5)),
            **dict(zip(("real", "imag"), rng.choice(SECONDS), strict=True)),
        },
        target=orthogonal_target,
        mistakes=[
            Mistake(None, lambda p: missing(p, conjugate=False), says="no component was conjugated", note="no bra"),
            Mistake(None, lambda p: missing(p, sign=1), says="minus sign", note="forgets that the sum must vanish"),
        ],
    ),
    Exercise(
        id="0.3.d",
        kind="compute",
        outcome=3,
        variant=lambda rng: (lambda shares, sign: {"alpha": shares[0], "beta": sign * shares[1]})(
            rng.choice(SHARES), rng.choice((1, -1))
        ),
        target=coefficient_target,
        mistakes=[
            Mistake(None, lambda p: (p.alpha + 1j * p.beta) / sqrt(2), says="|+⟩", note="takes the other basis state"),
            Mistake(None, lambda p: p.alpha - 1j * p.beta, says="1/√2", note="forgets the factor"),
            Mistake(None, lambda p: 0.5, says="probability", note="gives the probability"),
        ],
    ),
    Exercise(
        id="0.3.e",
        kind="build",
        outcome=(2, 3),
        points=2,
        variant=lambda rng: {"degrees": rng.choice(ANGLES)},
        target=lambda p: State(equator(p.degrees, -1)),
        mistakes=[
            Mistake("relative-phase", lambda p: equator(p.degrees), note="prepares the state itself"),
            Mistake("conjugate", lambda p: equator(-p.degrees, -1), note="turns the phase the other way"),
            Mistake("relative-phase", lambda p: equator(-p.degrees), note="puts the X at the end"),
        ],
    ),
    Exercise(
        id="0.3.f",
        kind="debug",
        outcome=4,
        variant=direction_and_vector,
        target=projection,
        mistakes=[
            Mistake(
                None,
                lambda p: np.vdot(*given(p)) * given(p)[0],
                says="not of length 1",
                note="the draft as it stands",
            ),
            Mistake(None, lambda p: given(p)[1] - shadow(p), says="left over", note="gives the other part"),
            Mistake(
                None,
                lambda p: np.dot(*given(p)) / np.vdot(given(p)[0], given(p)[0]) * given(p)[0],
                says="conjugated",
                note="forgets the conjugate",
            ),
        ],
    ),
    Exercise(
        id="0.3.g",
        kind="explain",
        outcome=(2, 4),
        target=lambda p: Choice(
            "c",
            {
                "a": "Opposite is not orthogonal: arrows at a right angle are. The inner product here is −1, not 0.",
                "b": "Different lists of numbers are not enough: the inner product must be 0. Compute it.",
                "c": "Right: each is a multiple of the other, so they have the same direction and the same "
                "probabilities in every basis.",
                "d": "The amplitudes play no role one by one: the sum of all products decides. "
                "|+⟩ and |−⟩ have no zero amplitude, and are orthogonal.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="Opposite", note="takes opposite for orthogonal"),
            Mistake(None, lambda p: "b", says="Different lists", note="takes different for orthogonal"),
            Mistake(None, lambda p: "d", says="one by one", note="looks for zeros in the same places"),
        ],
    ),
    Exercise(
        id="0.3.h",
        kind="predict",
        outcome=4,
        variant=lambda rng: {"percent": rng.choice((64, 36, 19, 51, 75, 84, 96, 91))},
        target=rest_target,
        mistakes=[
            Mistake(None, lambda p: 1 - p.percent / 100, says="squared length", note="forgets the root"),
            Mistake(None, lambda p: sqrt(p.percent / 100), says="part along e", note="gives the other side"),
            Mistake(None, lambda p: 1 - sqrt(p.percent / 100), says="do not add", note="adds lengths"),
        ],
    ),
    Exercise(
        id="0.3.i",
        kind="stretch",
        outcome=5,
        points=2,
        target=lambda p: Each(families, basis_of, name="orthonormal"),
        mistakes=[
            Mistake(
                None,
                lambda p: lambda real, imag: orthonormal(vector(real, imag), normalise=False),
                says="length 1",
                note="forgets to divide by the length",
            ),
            Mistake(
                None,
                lambda p: lambda real, imag: orthonormal(vector(real, imag), product=np.dot),
                note="uses np.dot for the inner product",
            ),
            Mistake(
                None,
                lambda p: lambda real, imag: [v / np.linalg.norm(v) for v in vector(real, imag)],
                says="not orthogonal",
                note="normalises only",
            ),
        ],
    ),
]
