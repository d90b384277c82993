"""What right means in lesson 0.5, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import radians, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, decimals, function, number, right, several, slip, whole
from qtrain.checking import Property, State
from qtrain.circuits import Matrix
from qtrain.circuits import State as Vector

ENTRIES = several(3, range(-2, 4))


def vector(real, imag):
    """A complex vector from the lists of its parts (parameters are plain JSON)."""
    return np.array(real) + 1j * np.array(imag)


def unit(numbers):
    return np.array(numbers) / np.linalg.norm(numbers)


@build("0.5.a", rung="warm-up", outcome=1, x=whole(1, 9), y=whole(1, 9), where=lambda x, y: x != y)
def length_one(x, y):
    yield State(unit([x, 1j * y]))
    yield slip([x, 1j * y], "leaves the length as it is", "not-normalised")
    yield slip(np.array([x, 1j * y]) / (x + y), "divides by the sum of the components", "not-normalised")
    yield slip(unit([x, y]), "loses the i", "relative-phase")


@number(
    "0.5.b",
    rung="warm-up",
    outcome=2,
    within=1e-6,
    a_real=ENTRIES,
    a_imag=ENTRIES,
    b_real=ENTRIES,
    b_imag=ENTRIES,
    where=lambda a_imag, b_imag: any(a_imag) and any(b_imag),
)
def inner(a_real, a_imag, b_real, b_imag):
    a, b = vector(a_real, a_imag), vector(b_real, b_imag)
    yield np.vdot(a, b)
    yield slip(np.dot(a, b), "uses np.dot").says(
        "Nothing is conjugated here. The components of the bra are the conjugates of those of a."
    )
    yield (
        slip(np.vdot(b, a), "conjugates the second vector")
        .says("conjugate")
        .says("This is ⟨b|a⟩: you conjugated the second vector instead of the first.")
    )
    yield slip(np.dot(a, b).conj(), "conjugates both").says(
        "Both vectors are conjugated here. Only the components of the bra are."
    )
    yield slip(np.vdot(a, b).real, "drops the imaginary part").says(
        "This is the real part alone. An inner product is a complex number in general."
    )
    yield slip(abs(np.vdot(a, b)), "takes the size").says(
        "This is the size of the inner product. It is a complex number: keep its phase."
    )
    yield slip(abs(np.vdot(a, b)) ** 2, "squares the size").says(
        "This is the squared size. Give the inner product itself."
    )


@number(
    "0.5.c",
    rung="warm-up",
    outcome=2,
    within=1e-3,
    first=whole(2, 7),
    real=whole(-5, 5),
    imag=whole(-5, 5),
    where=lambda real, imag: real and imag,
)
def make_orthogonal(first, real, imag):
    second = complex(real, imag)
    yield -second.conjugate() / first
    yield slip(-second / first, "forgets the conjugate").says(
        "With this number the sum of the products is 0, but no component was conjugated. What does the bra ⟨a| look "
        "like?"
    )
    yield slip(second.conjugate() / first, "forgets that the sum must vanish").says(
        "The two products must cancel: one of them needs a minus sign."
    )
    yield slip(second / first, "forgets both").says(
        "The two products must cancel, and the bra has conjugated components."
    )
    yield slip(-first / second.conjugate(), "exchanges the components of a").says(
        "You have exchanged the two components of a."
    )
    yield slip(-second.conjugate(), "does not divide").says("Divide by the first component of a.")


def second(alpha, sign):
    return {"beta": round(sign * sqrt(1 - alpha**2), 4)}


@number("0.5.d", outcome=3, within=1e-3, alpha=decimals(0.15, 0.95, 0.01), sign=(1, -1), derive=second)
def coefficient(alpha, beta):
    minus, plus = (alpha - 1j * beta) / sqrt(2), (alpha + 1j * beta) / sqrt(2)
    yield minus
    yield slip(plus, "takes the other basis state").says(
        "This is the coefficient of the other basis state, |+⟩, or of a bra whose second component has the wrong sign."
    )
    yield slip(minus * sqrt(2), "forgets the factor").says(
        "The basis state |−⟩ has the length 1 only with the factor 1/√2 in front."
    )
    yield slip(plus * sqrt(2), "forgets the factor and the sign").says(
        "The basis state |−⟩ has a factor 1/√2 and a minus sign."
    )
    yield slip(0.5, "gives the probability").says("This is the probability of |−⟩. The coefficient is asked for.")
    yield slip(1j * beta, "stays in the old basis").says(
        "This is the coefficient of |1⟩. The basis is another one now."
    )
    yield slip((alpha - beta) / sqrt(2), "loses the i").says("The second amplitude has a factor i: keep it.")


@build(
    "0.5.e",
    outcome=(2, 3),
    points=2,
    takes="circuit",
    degrees=whole(-155, 155, 5),
    where=lambda degrees: abs(degrees) % 90 > 14,
)
def orthogonal_state(degrees):
    def prepared(angle, *more):
        return circuit("h 0; p(a) 0", *more, a=radians(angle))

    yield State(prepared(degrees, "z 0"))
    yield slip(prepared(degrees), "prepares the state itself").says(
        "This is the state itself. The inner product of the two has to be 0."
    )
    yield slip(prepared(-degrees, "z 0"), "turns the phase the other way", "angle-sign")
    yield slip(prepared(degrees, "x 0"), "puts the X at the end").says(
        "An X exchanges the two amplitudes: that makes the phase −φ, which is orthogonal for φ = ±90° only."
    )


def neither_parallel_nor_orthogonal(u_real, u_imag, v_real, v_imag):
    u, v = vector(u_real, u_imag), vector(v_real, v_imag)
    inner, bare = np.vdot(u, v), np.dot(u, v)
    apart = min(abs(inner), abs(inner - bare), abs(inner.imag), abs(inner.conj() - bare), abs(np.vdot(u, u) - 1))
    return apart > 0.5 and abs(np.linalg.det([u, v])) > 0.5


PAIR = several(2, range(-2, 4))


@build(
    "0.5.f",
    kind="debug",
    outcome=4,
    u_real=PAIR,
    u_imag=PAIR,
    v_real=PAIR,
    v_imag=PAIR,
    where=neither_parallel_nor_orthogonal,
)
def projection(u_real, u_imag, v_real, v_imag):
    u, v = vector(u_real, u_imag), vector(v_real, v_imag)
    shadow = np.vdot(u, v) / np.vdot(u, u) * u

    def told(answer):
        found = answer.vector
        if found.shape != (2,):
            return False, f"Your vector has {found.size} components; it needs 2."
        rest = np.vdot(u, v - found)
        away = f"Take your vector away from v. What is left must be orthogonal to u, but ⟨u|rest⟩ = {rest:.3g}."
        return np.allclose(found, shadow, atol=1e-6), away

    yield Property("is the projection of v", told, takes=Vector, reading="state", wants="a vector of two numbers")
    yield slip(np.vdot(u, v) * u, "the draft as it stands").says(
        "This has the right direction, but not the right length: u itself is not of length 1."
    )
    yield slip(np.vdot(u, v) / np.linalg.norm(u) * u, "divides once").says(
        "You divided by the length of u once. u occurs twice, in the bra and in the ket: divide by its square."
    )
    yield slip(np.dot(u, v) / np.vdot(u, u) * u, "forgets the conjugate").says(
        "The bra ⟨u| has conjugated components: use np.vdot."
    )
    yield slip(np.vdot(v, u) / np.vdot(u, u) * u, "takes ⟨v|u⟩").says(
        "The inner product is taken the wrong way round: ⟨u|v⟩, not ⟨v|u⟩."
    )
    yield slip(v - shadow, "gives the other part").says(
        "This is what is left over, the part orthogonal to u. The part along u is asked for."
    )
    yield slip(np.vdot(u, v) / np.vdot(v, v) * v, "projects on v").says(
        "This is a multiple of v. The projection is a multiple of u."
    )


@choice("0.5.g", outcome=(2, 4))
def are_they_orthogonal():
    yield right("No: their inner product is $-1$. They differ by a common factor only.").says(
        "Right: each is a multiple of the other, so they have the same direction and the same probabilities in every "
        "basis."
    )
    yield slip("Yes: they point in opposite directions.", "takes opposite for orthogonal").says(
        "Opposite is not orthogonal: arrows at a right angle are. The inner product here is −1, not 0."
    )
    yield slip("Yes: all their amplitudes are different.", "takes different for orthogonal").says(
        "Different lists of numbers are not enough: the inner product must be 0. Compute it."
    )
    yield slip(
        "No: orthogonal states need a 0 where the other state has an amplitude.", "looks for zeros in the same places"
    ).says(
        "The amplitudes play no role one by one: the sum of all products decides. |+⟩ and |−⟩ have no zero amplitude, "
        "and are orthogonal."
    )


@number("0.5.h", kind="predict", outcome=4, within=1e-3, percent=whole(5, 95))
def rest(percent):
    chance = percent / 100
    yield sqrt(1 - chance)
    yield slip(1 - chance, "forgets the root").says("This is the squared length of the rest. Its length is the root.")
    yield slip(sqrt(chance), "gives the other side").says(
        "This is the length of the part along e. The rest is the other side of the triangle."
    )
    yield slip(chance, "gives the square of the other side").says("This is the squared length of the part along e.")
    yield slip(1 - sqrt(chance), "adds lengths").says("Lengths of sides at a right angle do not add. Their squares do.")


def gram_schmidt(product=np.vdot, normalise=True):
    """Gram–Schmidt, with the mistakes that people make in it."""

    def orthonormal(real, imag):
        done = []
        for v in vector(real, imag):
            v = v.astype(complex)
            for e in done:
                v = v - product(e, v) * e
            done.append(v / np.linalg.norm(v) if normalise else v)
        return np.array(done)

    return orthonormal


def families(rng):
    """Vectors as (real parts, imaginary parts), none close to a combination of those before it."""
    found = []
    while len(found) < 4:
        rows, columns = ((2, 2), (2, 4), (4, 4))[len(found) % 3]
        real, imag = ([[rng.randrange(-3, 4) for _ in range(columns)] for _ in range(rows)] for _ in range(2))
        if np.linalg.svd(vector(real, imag), compute_uv=False)[-1] > 1:
            found.append((real, imag))
    return found


def basis_of(real, imag):
    vectors = vector(real, imag)

    def told(answer):
        found = answer.matrix
        if found.shape != vectors.shape:
            rows, columns = vectors.shape
            return (
                False,
                f"it returns {found.shape[0]} rows of {found.shape[1]} numbers; {rows} rows of {columns} are needed.",
            )
        gram = found.conj() @ found.T
        if not np.allclose(np.diag(gram), 1, atol=1e-6):
            return False, "one of the vectors does not have the length 1."
        if not np.allclose(gram, np.eye(len(gram)), atol=1e-6):
            return False, "two of the vectors are not orthogonal to each other."
        for k in range(1, len(found) + 1):
            inside = (vectors[:k] @ found[:k].conj().T) @ found[:k]
            if not np.allclose(inside, vectors[:k], atol=1e-6):
                if k == 1:
                    return False, "the vectors are orthonormal, but the first is no multiple of the first given one."
                return False, f"the vectors are orthonormal, but the first {k} do not span the first {k} given ones."
        return True

    return Property("is an orthonormal basis", told, takes=Matrix, reading="unitary", wants="a list of vectors")


@function("0.5.i", kind="stretch", outcome=5, points=2, name="orthonormal", inputs=families, judged=basis_of)
def orthonormal():
    yield gram_schmidt()
    yield slip(gram_schmidt(normalise=False), "forgets to divide by the length").says(
        "Your vectors do not have the length 1: divide each by its length before you go on."
    )
    yield slip(gram_schmidt(product=np.dot), "uses np.dot for the inner product").says(
        "Your vectors would be orthogonal without the conjugate only: use np.vdot."
    )
    yield slip(lambda real, imag: [v / np.linalg.norm(v) for v in vector(real, imag)], "normalises only").says(
        "The lengths are right, but the vectors are not orthogonal: take away what lies along the ones before."
    )
