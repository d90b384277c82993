"""What right means in lesson 0.5, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import combinations
from math import cos, radians, sin, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, decimals, function, number, one_of, right, several, slip, whole
from qtrain.checking import Property, State
from qtrain.checking.rules import GateSet
from qtrain.circuits import State as Vector
from qtrain.circuits.numerals import complex_text

DEGREES = one_of([k for k in range(-155, 156, 5) if abs(k) % 90 > 14])
ENTRIES = several(3, range(-2, 4))


def vector(real, imag):
    """A complex vector from the lists of its parts (parameters are plain JSON)."""
    return np.array(real) + 1j * np.array(imag)


def unit(numbers):
    return np.array(numbers) / np.linalg.norm(numbers)


@build(
    "0.5.a", rung="warm-up", outcome=1, x=whole(2, 12), y=whole(2, 12), where=lambda x, y: x != y and x < 3 * y < 9 * x
)
def length_one(x, y):
    yield State(unit([x, 1j * y]), tolerance=1e-3)
    yield slip([x, 1j * y], "leaves the length as it is", "not-normalised")
    yield slip(np.array([x, 1j * y]) / (x + y), "divides by the sum of the components", "not-normalised")
    yield slip(unit([x, y]), "loses the i", "relative-phase")
    yield slip(unit([x, -1j * y]), "writes the bra", "conjugate")
    yield slip(unit([1j * y, x]), "exchanges the components", "bit-flip").says(
        "The two amplitudes are exchanged: that of |0⟩ comes first."
    )
    yield slip(np.array([x, 1j * y]) / (x**2 + y**2), "divides by the squared length", "not-normalised").says(
        "You divided by x² + y², the *square* of the length. Take the root first."
    )
    yield slip(np.array([x**2, 1j * y**2]) / (x**2 + y**2), "gives the probabilities").says(
        "The squared sizes of the amplitudes are the probabilities. You gave numbers whose *sizes* are the "
        "probabilities: take roots."
    )


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
    yield slip(np.vdot(b, a), "conjugates the second vector").says(
        "This is ⟨b|a⟩: you conjugated the second vector instead of the first."
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
    yield slip(-second.conjugate() * first, "multiplies by the first component").says(
        "From a₀ z = −a₁* follows z by dividing, not by multiplying."
    )


def second(alpha, degrees):
    size = sqrt(1 - alpha**2)
    return {"b": round(size * cos(radians(degrees)), 4), "c": round(size * sin(radians(degrees)), 4)}


@number("0.5.d", outcome=3, within=1e-3, alpha=decimals(0.15, 0.95, 0.01), degrees=DEGREES, derive=second)
def coefficient(alpha, b, c):
    beta = complex(b, c)
    minus, plus = (alpha - beta) / sqrt(2), (alpha + beta) / sqrt(2)
    yield minus
    yield slip(plus, "takes the other basis state").says("This is the coefficient of the other basis state, |+⟩.")
    yield slip(minus.conjugate(), "takes ⟨ψ|−⟩", "conjugate").says(
        "This is ⟨ψ|−⟩. The bra is that of the basis state, and the state is the ket."
    )
    yield slip(minus * sqrt(2), "forgets the factor").says(
        "The basis state |−⟩ has the length 1 only with the factor 1/√2 in front."
    )
    yield slip(abs(minus), "takes the size").says(
        "This is the size of the coefficient. It is a complex number: keep its phase."
    )
    yield slip((beta - alpha) / sqrt(2), "takes the minus for |0⟩", "angle-sign").says(
        "The size is right. The minus sign in |−⟩ stands before |1⟩, not before |0⟩."
    )
    yield slip(plus * sqrt(2), "forgets the factor and the sign").says(
        "The basis state |−⟩ has a factor 1/√2 and a minus sign."
    )
    yield slip(abs(minus) ** 2, "gives the probability").says(
        "This is the probability of |−⟩. The coefficient is asked for."
    )
    yield slip(beta, "stays in the old basis").says("This is the coefficient of |1⟩. The basis is another one now.")
    yield slip((alpha - b) / sqrt(2), "loses the i").says(
        "This is the real part alone. The second amplitude has an imaginary part, too: keep it."
    )


@build(
    "0.5.e",
    rung="think",
    outcome=(2, 3),
    points=2,
    takes="circuit",
    theta=one_of(*range(30, 76, 5), *range(105, 151, 5)),
    phi=DEGREES,
    rules=[GateSet({"h", "x", "p", "z", "s", "sdg", "t", "tdg", "rz"})],
)
def orthogonal_state(theta, phi):
    def prepared(first="", last="", turn=phi):
        return circuit(first, "h 0; p(a) 0; h 0; p(f) 0", last, a=radians(theta), f=radians(turn))

    yield State(prepared("x 0"))
    yield slip(prepared(), "prepares the state itself").says(
        "This is the state itself. The inner product of the two has to be 0."
    )
    yield slip(prepared(last="z 0"), "changes the sign of the second amplitude").says(
        "This differs from the given state in the sign of one amplitude. The inner product is the difference of the "
        "two probabilities: it is not 0 here."
    )
    yield slip(prepared(last="x 0"), "exchanges the amplitudes").says(
        "The sizes of the two amplitudes are right. The phase between them is not: the two products in the inner "
        "product do not cancel."
    )
    yield slip(prepared(last="x 0; z 0"), "exchanges, and changes a sign").says(
        "(−β, α) would be orthogonal to real (α, β). The bra conjugates: the phases have to be the other way round."
    )


def shadows(u, v):
    """The projection of v on the direction of u, and what it becomes with one mistake."""
    inner, squared = np.vdot(u, v), np.vdot(u, u)
    return {
        "right": inner / squared * u,
        "draft": inner * u,
        "divided once": inner / np.linalg.norm(u) * u,
        "no conjugate": np.dot(u, v) / squared * u,
        "turned round": np.vdot(v, u) / squared * u,
        "rest": v - inner / squared * u,
        "on v": inner / np.vdot(v, v) * v,
        "by the other length": inner / np.vdot(v, v) * u,
        "direction": u / np.linalg.norm(u),
    }


def told_apart(u_real, u_imag, v_real, v_imag):
    """Whether every mistake gives another vector, none of them 0, and u and v are not parallel."""
    u, v = vector(u_real, u_imag), vector(v_real, v_imag)
    if abs(np.linalg.det([u, v])) < 0.5 or abs(np.vdot(u, v)) < 0.5:
        return False
    found = [np.zeros(2), *shadows(u, v).values()]
    return all(np.linalg.norm(one - other) > 0.1 for one, other in combinations(found, 2))


PAIR = several(2, range(-2, 4))


@build(
    "0.5.f",
    kind="debug",
    outcome=4,
    u_real=PAIR,
    u_imag=PAIR,
    v_real=PAIR,
    v_imag=PAIR,
    where=told_apart,
)
def projection(u_real, u_imag, v_real, v_imag):
    u, v = vector(u_real, u_imag), vector(v_real, v_imag)
    mistaken = shadows(u, v)
    shadow = mistaken["right"]

    def told(answer):
        found = answer.vector
        if found.shape != (2,):
            return False, f"Your vector has {found.size} components; it needs 2."
        rest = np.vdot(u, v - found)
        if abs(rest) > 0.01:
            away = "Take your vector away from v. What is left must be orthogonal to u, but "
            return False, f"{away}⟨u|rest⟩ = {complex_text(rest, 3)}."
        return np.allclose(found, shadow, atol=1e-3), "Your vector has to be a multiple of u."

    yield Property(
        "is the projection of v", told, takes=Vector, reading="state", wants="a vector of two numbers", phase="exact"
    )
    yield slip(mistaken["draft"], "the draft as it stands").says(
        "This has the right direction, but not the right length: u itself is not of length 1."
    )
    yield slip(mistaken["divided once"], "divides once").says(
        "You divided by the length of u once. u occurs twice, in the bra and in the ket: divide by its square."
    )
    yield slip(mistaken["no conjugate"], "forgets the conjugate").says(
        "The bra ⟨u| has conjugated components: use np.vdot."
    )
    yield slip(mistaken["turned round"], "takes ⟨v|u⟩").says(
        "The inner product is taken the wrong way round: ⟨u|v⟩, not ⟨v|u⟩."
    )
    yield slip(mistaken["rest"], "gives the other part").says(
        "This is what is left over, the part orthogonal to u. The part along u is asked for."
    )
    yield slip(mistaken["by the other length"], "divides by the length of v").says(
        "You divided by ⟨v|v⟩. It is the length of u that has to drop out."
    )
    yield slip(mistaken["direction"], "gives the direction alone").says(
        "This is u, made to length 1. How much of v lies along it?"
    )
    yield slip(mistaken["on v"], "projects on v").says("This is a multiple of v. The projection is a multiple of u.")


@choice("0.5.g", rung="warm-up", outcome=(2, 4))
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


@number(
    "0.5.h",
    kind="predict",
    rung="think",
    outcome=4,
    within=1e-3,
    delta=one_of(*range(12, 43), *range(48, 79)),
    chi=DEGREES,
)
def two_projections(delta, chi):
    first, second = cos(radians(delta)), sin(radians(delta))
    yield first * second
    yield slip(0, "expects nothing to be left").says(
        "Straight from |0⟩ to |1⟩ nothing would be left. But the first projection is a multiple of e, and e has a part "
        "along |1⟩."
    )
    yield slip(first, "stops after the first projection").says("This is the length after the first projection.")
    yield slip(second, "starts the second projection from e").says(
        "This would be right if the first projection had the length 1. It is a multiple of e, and shorter."
    )
    yield slip((first * second) ** 2, "squares").says("This is the squared length. The length is asked for.")
    yield slip(cos(delta) * sin(delta), "gives degrees to NumPy", "degrees").says(
        "NumPy's functions take radians: convert the degrees first."
    )
    yield slip(first**2, "goes back to |0⟩").says(
        "This is the length of the part along |0⟩. The second projection is on |1⟩."
    )


def combination(product=np.vdot, orthogonal=True, skip=True, rest=False):
    """The projection on what the rows span, with the mistakes that people make in it."""

    def closest(real, imag, v):
        basis = []
        for row in vector(real, imag):
            for e in basis if orthogonal else []:
                row = row - product(e, row) * e
            if np.linalg.norm(row) > 1e-9 or not skip:
                basis.append(row / np.linalg.norm(row))
        part = sum(product(e, v) * e for e in basis)
        return np.array(v) - part if rest else part

    return closest


def rows_and_vector(rng):
    """Rows as (real parts, imaginary parts) and a vector; in most of them some row is a combination of others."""
    found = []
    while len(found) < 5:
        rows, columns, repeated = ((2, 4, 0), (2, 4, 1), (3, 8, 1), (2, 4, 2), (1, 2, 0))[len(found)]
        rows = vector(*([[rng.randrange(-3, 4) for _ in range(columns)] for _ in range(rows)] for _ in range(2)))
        if np.linalg.svd(rows, compute_uv=False)[-1] < 1:
            continue
        for place in range(repeated):
            numbers = [complex(rng.choice((-2, -1, 1, 2)), rng.choice((-1, 1))) for _ in rows]
            rows = np.insert(rows, place + 1, np.array(numbers) @ rows[: len(numbers)], axis=0)
        v = [complex(rng.randrange(-4, 5), rng.choice((-3, -2, -1, 1, 2, 3))) for _ in range(columns)]
        found.append((rows.real.astype(int).tolist(), rows.imag.astype(int).tolist(), v))
    return found


def nearest(real, imag, v):
    rows, wanted = vector(real, imag), combination()(real, imag, v)

    def told(answer):
        found = answer.vector
        if found.shape != wanted.shape:
            return False, f"it returns {found.size} numbers; {wanted.size} are needed."
        if not np.allclose(rows.conj() @ (np.array(v) - found), 0, atol=1e-6):
            return False, "what is left of v is not orthogonal to all rows."
        return np.allclose(found, wanted, atol=1e-6), "what it returns is no combination of the rows."

    return Property("is the nearest combination", told, takes=Vector, reading="state", wants="a vector")


@function("0.5.i", kind="stretch", outcome=(4, 5), points=2, name="closest", inputs=rows_and_vector, judged=nearest)
def nearest_combination():
    yield combination()
    yield slip(combination(orthogonal=False), "adds the projections on the rows").says(
        "You add projections on rows that are not orthogonal to each other: what they share counts twice."
    )
    yield slip(combination(product=np.dot), "uses np.dot for the inner product").says(
        "Your inner products conjugate nothing: use np.vdot."
    )
    yield slip(combination(rest=True), "gives what is left").says(
        "This is what is left of v, the part orthogonal to all rows. The other part is asked for."
    )
    yield slip(combination(skip=False), "divides a rest of length 0 by its length")
