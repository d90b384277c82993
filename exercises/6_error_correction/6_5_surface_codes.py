"""What right means in lesson 6.5, and how people get it wrong. The tasks stand in the notebook of the same name."""

from collections import deque
from functools import cache
from itertools import product
from math import inf, sqrt

import numpy as np

from qtrain.authoring import (
    build,
    choice,
    data,
    decimals,
    distinct,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Code, Data, Logicals, StabilizerGroup
from qtrain.checking.schema import List, OneOf, Row, Whole
from qtrain.checking.stabilizer_group import Group, first_anticommuting, read_paulis
from qtrain.checking.verdict import wrong

# --- the torus: vertex (r, c), the edge to its right L·r + c, the edge below it L² more -------------------------------


def across(r, c, L):
    return L * (r % L) + c % L


def down(r, c, L):
    return L * L + across(r, c, L)


def star(r, c, L):
    return {across(r, c, L), across(r, c - 1, L), down(r, c, L), down(r - 1, c, L)}


def face(r, c, L):
    return {across(r, c, L), across(r + 1, c, L), down(r, c, L), down(r, c + 1, L)}


def ends(edge, L):
    below, place = divmod(edge, L * L)
    r, c = divmod(place, L)
    return (r, c), ((r + below) % L, (c + 1 - below) % L)


def syndrome(chain, L):
    """The vertices whose stars give −1 if there is a Z on each edge of the chain."""
    lit = set()
    for edge in chain:
        lit ^= set(ends(edge, L))
    return lit


def winding(chain, L):
    """ "open", or how often the closed chain goes round, modulo 2: from left to right, from top to bottom."""
    if syndrome(chain, L):
        return "open"
    return f"{sum(across(r, 0, L) in chain for r in range(L)) % 2}{sum(down(0, c, L) in chain for c in range(L)) % 2}"


# --- a: a star and a face ---------------------------------------------------------------------------------------------


def drawn_places(rng):
    L = rng.randint(4, 9)
    return {"L": L, "vertex": (0, rng.randint(1, L - 2)), "corner": (rng.randint(1, L - 2), L - 1)}


@data("6.5.a", rung="warm-up", outcome=1, draw=drawn_places)
def star_and_face(L, vertex, corner):
    edges = List(Whole(0, 2 * L * L - 1), 4, ordered=False, distinct=True)
    wanted = {"star": star(*vertex, L), "face": face(*corner, L)}

    def holds(answer):
        fits = {name: set(given) == right for given, (name, right) in zip(answer, wanted.items(), strict=True)}
        if all(fits.values()) or not any(fits.values()):
            return all(fits.values()), "Neither the star nor the face is right yet."
        good, bad = sorted(fits, key=fits.get, reverse=True)
        return False, f"Your {good} is right. Your {bad} is not."

    yield Data(schema=Row(edges, edges), holds=holds)
    (r, c), (i, j) = vertex, corner
    yield slip((face(*corner, L), star(*vertex, L)), "exchanges the two").says(
        "Both sets are right, but the star comes first and the face second."
    )
    yield slip((face(*vertex, L), star(*corner, L)), "takes faces for stars").says(
        "You gave the face at the first point and the star at the second. A star is the four edges that meet at a "
        "point, a face the four edges around a square."
    )
    yield slip((star(*vertex, L), face(i, j - 1, L)), "takes the face to the left").says(
        "Your star is right. Your face lies to the left of its point; the point is the upper *left* corner."
    )
    yield slip((star(*vertex, L), face(i - 1, j, L)), "takes the face above").says(
        "Your star is right. Your face lies above its point; the point is the *upper* left corner."
    )
    yield slip((star(c, r, L), face(j, i, L)), "exchanges rows and columns").says(
        "You took row for column and column for row. Both pairs are (row, column)."
    )
    out = star(*vertex, L) ^ {down(-1, c, L), L * L - L + c}  # the row −1, not folded back
    yield slip((out, face(*corner, L)), "runs out at the top").says(
        f"Your face is right. In your star the edge {L * L - L + c} is one to the right of a point in the last row. "
        "What leaves at the top comes in at the bottom: the edge above is the one *below* that point."
    )
    folded = {across(i, j, L), across(i + 1, j, L), down(i, j, L), L * L + L * i + j + 1}
    yield slip((star(*vertex, L), folded), "runs into the next row").says(
        "Your star is right. In your face the edge at the right belongs to the next row: what leaves a row at its end "
        "comes in at the beginning of the *same* row."
    )
    yield slip((star(*vertex, L), face(i, j, L) ^ {down(i, j + 1, L), down(i, j - 1, L)}), "turns to the left").says(
        "Your star is right. In your face one edge lies on the wrong side: the face is to the right of its corner, and "
        "the right edge is in the first column."
    )


# --- b: other surfaces ------------------------------------------------------------------------------------------------


def drawn_surface(rng):
    """A closed surface with at least two handles, cut into faces."""
    vertices, faces, handles = rng.randint(12, 60), rng.randint(12, 60), rng.randint(2, 9)
    return {"vertices": vertices, "edges": vertices + faces - 2 + 2 * handles, "faces": faces}


@number("6.5.b", rung="use", outcome=1, bounds=(0, inf), draw=drawn_surface)
def other_surfaces(vertices, edges, faces):
    k = edges - vertices - faces + 2
    yield k
    yield slip(k - 2, "counts every check").says(
        "You subtracted every check. Two of them are not independent of the others: the product of all stars is 1, and "
        "so is that of all faces."
    )
    yield slip(k - 1, "finds one relation").says(
        "You found one relation among the checks. The stars have one, and the faces have one of their own."
    )
    yield slip(k // 2, "counts handles").says(
        "So many handles the surface has. Each handle gives two independent loops, hence two logical qubits."
    )
    yield slip(2, "takes the torus").says("Two is right for a torus, where V − E + F is 0. On this surface it is not.")
    yield slip(-k, "has the sign turned").says(
        "A number of qubits is not negative: k is qubits minus independent checks, not the other way round."
    )
    yield slip(k - 4, "adds the relations on the wrong side").says(
        "A relation among the checks leaves *fewer* independent checks, hence more logical qubits."
    )
    yield slip(edges, "gives the qubits").says("This is the number of physical qubits.")
    yield slip(vertices + faces - 2, "gives the independent checks").says(
        "This is the number of independent checks. How many logical qubits do they leave?"
    )
    yield slip(edges - vertices + 1, "forgets the faces").says(
        "You subtracted the stars only. The faces are checks, too."
    )
    yield slip(edges - faces + 1, "forgets the stars").says("You subtracted the faces only. The stars are checks, too.")


# --- c: the syndrome of a chain ---------------------------------------------------------------------------------------


def drawn_chain(rng):
    """Some edges on which stars are met once, twice and three times, with one at the seam."""
    while True:
        L = rng.choice([4, 5])
        start = (rng.randrange(L), rng.randrange(L))
        chain, (r, c) = set(), start
        for _ in range(5):
            step = rng.choice("rd")
            chain |= {across(r, c, L) if step == "r" else down(r, c, L)}
            r, c = (r, c + 1) if step == "r" else (r + 1, c)
        chain |= set(rng.sample(range(2 * L * L), 3))
        met = [v for edge in chain for v in ends(edge, L)]
        seam = sum(abs(a[0] - b[0]) > 1 or abs(a[1] - b[1]) > 1 for a, b in (ends(edge, L) for edge in chain))
        lit = syndrome(chain, L)
        mirrored = {(c, r) for r, c in lit}
        if len(lit) == 4 and seam and 3 in map(met.count, met) and mirrored != lit and lit != faces_lit(chain, L):
            return {"L": L, "errors": sorted(chain)}


def faces_lit(chain, L):
    return {(r, c) for r, c in product(range(L), repeat=2) if len(face(r, c, L) & set(chain)) % 2}


@data("6.5.c", kind="predict", rung="warm-up", outcome=2, draw=drawn_chain)
def lit_stars(L, errors):
    lit = syndrome(errors, L)
    met = [v for edge in errors for v in ends(edge, L)]
    vertex = Row(Whole(0, L - 1), Whole(0, L - 1))

    def holds(answer):
        if extra := sorted(set(answer) - lit):
            count = len(star(*extra[0], L) & set(errors))
            return False, f"{extra[0]} is in your list, but {count} of its edges have a Z: its star gives +1."
        return set(answer) == lit, "All stars in your list give −1, but there are more of them."

    yield Data(schema=List(vertex, ordered=False, distinct=True), holds=holds)
    yield slip(sorted(set(met)), "takes every star that is met").says(
        "You named every star that has a Z on one of its edges. Two Z's on the same star cancel: count them."
    )
    yield slip(sorted({v for v in met if met.count(v) == 1}), "takes stars that are met once").says(
        "You left out a star with three Z's. Three minus signs make a minus, too."
    )
    yield slip(sorted({v for v in met if met.count(v) % 2 == 0}), "takes the even ones").says(
        "You named the stars with an even number of Z's. Those give +1."
    )
    yield slip(sorted((c, r) for r, c in lit), "exchanges rows and columns").says(
        "You wrote the column first. A point is (row, column)."
    )
    yield slip(sorted(faces_lit(errors, L)), "looks at the faces").says(
        "These are the faces that would give −1 if the errors were X's. Faces are made of Z's, and Z commutes with Z."
    )
    yield slip(sorted({v for v in product(range(L), repeat=2)} - lit), "gives the others").says(
        "You named all stars that give +1. Those that give −1 are asked for."
    )


# --- d: what is left after selection ----------------------------------------------------------------------------------

FLIPS = np.array(list(product((0, 1), repeat=8)))
LOOPS = {"first row": [0, 1], "first column": [4, 6]}


def after_flips(level, upright, loop):
    """On the 2 × 2 torus with X's on its edges: P(all faces give +1), P(the loop of Z's gives −1 and all faces +1)."""
    hit = np.array([level] * 4 + [upright] * 4)
    chance = np.where(FLIPS, hit, 1 - hit).prod(axis=1)
    faces = [sorted(face(r, c, 2)) for r, c in product(range(2), repeat=2)]
    kept = np.all([FLIPS[:, one].sum(axis=1) % 2 == 0 for one in faces], axis=0)
    turned = FLIPS[:, LOOPS[loop]].sum(axis=1) % 2 == 1
    return chance[kept].sum(), chance[kept & turned].sum()


@measure(
    "6.5.d",
    rung="use",
    outcome=2,
    points=3,
    within=0.003,
    bounds=(0, 1),
    loop=one_of(*LOOPS),
    hidden=distinct(2, decimals(0.12, 0.22, 0.005)),
)
def after_selection(loop, hidden):
    kept, both = after_flips(*hidden, loop)
    (other,) = set(LOOPS) - {loop}
    truth = both / kept
    spread, runs = sqrt(truth * (1 - truth)), 20_000
    error = spread / sqrt(runs)
    yield right(truth, spread=spread)
    flip = hidden[0] if loop == "first row" else hidden[1]
    yield slip((2 * flip * (1 - flip), error, runs), "does not select").says(
        "This comes out of all runs. Keep only those in which all four faces give +1."
    )
    yield slip((both, error, runs), "divides by all runs").says(
        "You divided by the number of all runs. Of the runs that are *kept*, how many have the loop at −1?"
    )
    odd_kept, odd_both = after_flips(*hidden, other)
    yield slip((odd_both / odd_kept, error, runs), "takes the other loop").says(
        f"This is what the loop of the {other} does. The {loop} is asked for."
    )
    yield slip((1 - truth, error, runs), "gives the success").says(
        "In so many of the kept runs the loop gives +1. The part with −1 is asked for."
    )
    yield slip((kept, error, runs), "gives the kept part").says(
        "This is the part of the runs that are kept. How often is the loop at −1 among them?"
    )
    yield slip((1 - 2 * truth, error, runs), "gives the mean").says(
        "This is the mean of the loop's ±1 in the kept runs. Asked for is how often it is −1."
    )


# --- e: how a loop winds ----------------------------------------------------------------------------------------------


def drawn_loops(rng):
    """Closed chains of all four kinds and open ones, on even and odd sizes; straight loops alone would be too easy."""
    found = []
    for L in (4, 5, 6):
        for kind in ((0, 0), (1, 0), (0, 1), (1, 1)):
            for faces in (2, 5):
                found.append((sorted(closed(rng, L, kind, faces)), L))
        for faces in (0, 3):
            found.append((sorted(closed(rng, L, (rng.randint(0, 1), 1), faces) ^ {rng.randrange(2 * L * L)}), L))
        loop = closed(rng, L, (rng.randint(0, 1), rng.randint(0, 1)), 4)
        found.append((sorted(loop ^ {across(0, 1, L), across(2, 2, L)}), L))  # four ends
        twice = closed(rng, L, (1, 1), 0) ^ closed(rng, L, (1, 0), 3)
        found.append((sorted(twice), L))
    found.append(([], 4))
    return rng.sample(found, len(found))


def closed(rng, L, kind, faces):
    chain = set()
    if kind[0]:
        row = rng.randrange(L)
        chain ^= {across(row, c, L) for c in range(L)}
    if kind[1]:
        column = rng.randrange(L)
        chain ^= {down(r, column, L) for r in range(L)}
    for _ in range(faces):
        chain ^= face(rng.randrange(L), rng.randrange(L), L)
    return chain


WINDINGS = ("open", "00", "10", "01", "11")


def as_winding(chain, L):
    wanted = winding(chain, L)

    def holds(told):
        if (told == "open") != (wanted == "open"):
            return False, f"This chain is {'open: a star gives' if wanted == 'open' else 'closed: no star gives'} −1."
        wrong_digits = [
            name for name, *two in zip(("first", "second"), told, wanted, strict=False) if len(set(two)) > 1
        ]
        return (
            told == wanted,
            f"Your function gives {told!r}: the {' and the '.join(wrong_digits)} digit should be the other one.",
        )

    return Data(schema=OneOf(*WINDINGS), holds=holds)


def cut(chain, L, *, count=lambda n: n % 2):
    return count(sum(across(r, 0, L) in chain for r in range(L))), count(sum(down(0, c, L) in chain for c in range(L)))


def all_edges(chain, L):
    return f"{sum(e < L * L for e in chain) % 2}{sum(e >= L * L for e in chain) % 2}"


def along_the_cut(chain, L):
    return f"{sum(across(0, c, L) in chain for c in range(L)) % 2}{sum(down(r, 0, L) in chain for r in range(L)) % 2}"


def unless_open(way):
    def told(chain, L):
        return "open" if syndrome(chain, L) else way(chain, L)

    return told


@function("6.5.e", rung="use", outcome=3, points=2, name="winding", inputs=drawn_loops, judged=as_winding)
def how_it_winds():
    yield winding
    yield slip(lambda chain, L: winding(chain, L).replace("open", "00"), "takes open chains for closed ones").says(
        "Your function is right for all closed chains here. A chain with a star at −1 is open."
    )
    yield slip(lambda chain, L: None if syndrome(chain, L) else winding(chain, L), "gives None for open chains").says(
        'Your function is right for closed chains. For an open one it gives None; the text "open" is asked for.'
    )
    yield slip(lambda chain, L: "{}{}".format(*cut(chain, L)), "does not test for ends").says(
        "Your function counts the crossings well, but it does not find out whether the chain is closed."
    )
    yield slip(
        lambda chain, L: "{}{}".format(*cut(chain, L)) if len(syndrome(chain, L)) != 2 else "open", "two ends"
    ).says("Your function finds chains with two ends. There are open chains with four ends, too.")
    yield slip(unless_open(lambda chain, L: winding(chain, L)[::-1]), "exchanges the directions").says(
        "Your two digits are in the wrong order: the first is for left to right, the second for top to bottom."
    )
    yield slip(
        unless_open(lambda chain, L: "{}{}".format(*cut(chain, L, count=lambda n: int(n > 0)))), "counts any crossing"
    ).says(
        "Your function says 1 as soon as the chain crosses the line. It may cross again and come back: take the parity."
    )
    yield slip(unless_open(all_edges), "counts all edges").says(
        "Your function takes the parity of all edges of a direction. A loop round a torus of even size has an even "
        "number of them. Count the crossings of *one* line."
    )
    yield slip(unless_open(along_the_cut), "counts edges along the line").says(
        "Your function counts the edges that lie *in* the line. A chain crosses a line with the edges at right angles "
        "to it."
    )
    yield slip(
        unless_open(lambda chain, L: "00" if not chain else "11"), "takes every loop for a logical operator"
    ).says("Your function tells open from closed, but calls all closed chains alike. Some are borders of faces.")
    yield slip(unless_open(lambda chain, L: "00"), "takes every loop for a stabilizer").says(
        "Your function tells open from closed, and calls every closed chain a stabilizer. Some go round the torus."
    )


# --- f: the class counts ----------------------------------------------------------------------------------------------


@choice("6.5.f", rung="warm-up", outcome=3)
def when_all_is_well():
    yield right("Whenever both together cross every line round the torus an even number of times.").says(
        "Right: then they are borders of faces, and faces do nothing to what is stored."
    )
    yield slip("Only if the correction is on exactly the edges of the error.", "wants the very error").says(
        "A correction on other edges is as good if the two differ by borders of faces: those are stabilizers."
    )
    yield slip("Always: a silent syndrome means that nothing is left.", "trusts the syndrome").says(
        "A loop that goes round the torus is silent, too, and it changes what is stored."
    )
    yield slip("Only if both together have fewer edges than it takes to go round.", "counts the edges").says(
        "With so few edges all is well, but it is well with many edges, too: a large border of faces is harmless."
    )
    yield slip("Whenever the correction has no more edges than the error.", "wants it short").says(
        "An error of three edges in a row of four is cleared by one edge. That is shorter, and together they go round."
    )


# --- g: correct -------------------------------------------------------------------------------------------------------


def walk(start, end, L, long_way):
    """The edges from one vertex to another: along the row, then along the column; each short or the long way round."""
    (r, c), (i, j) = start, end
    chain = set()
    for axis, (a, b) in enumerate(((c, j), (r, i))):
        steps = (b - a) % L
        forwards = (steps <= L // 2) != long_way[axis]
        count = steps if forwards else L - steps
        for k in range(count):
            at = a + k if forwards else a - k - 1
            chain ^= {down(at, j, L) if axis else across(r, at, L)}
    return chain


def length(one, other, L):
    return sum(min((a - b) % L, (b - a) % L) for a, b in zip(one, other, strict=True))


def matchings(lit):
    first, *rest = lit
    for other in rest:
        left = [v for v in rest if v != other]
        yield [(first, other), tuple(left)]


def lightest_of_each_class(lit, L):
    """For each way of winding relative to the first: the fewest edges of a chain with these ends, and such a chain."""
    best, reference = {}, None
    for pairs in matchings(lit):
        for ways in product(product((False, True), repeat=2), repeat=2):
            chain = set()
            for (one, other), way in zip(pairs, ways, strict=True):
                chain ^= walk(one, other, L, way)
            reference = reference or chain
            kind = winding(chain ^ reference, L)
            if kind not in best or len(chain) < len(best[kind]):
                best[kind] = chain
    return best


def by_nearest(lit, L):
    """Joins the two nearest, then the other two."""
    pairs = min(matchings(lit), key=lambda pairs: min(length(*pair, L) for pair in pairs))
    return set.symmetric_difference(*(walk(*pair, L, (False, False)) for pair in pairs))


def without_the_seam(lit, L):
    """Joins by the lightest chain that does not use the seam."""

    def plain(one, other):
        return sum(abs(a - b) for a, b in zip(one, other, strict=True))

    pairs = min(matchings(lit), key=lambda pairs: sum(plain(*pair) for pair in pairs))
    chain = set()
    for (r, c), (i, j) in pairs:
        chain ^= {across(r, x, L) for x in range(min(c, j), max(c, j))}
        chain ^= {down(y, j, L) for y in range(min(r, i), max(r, i))}
    return chain


def drawn_syndrome(rng):
    """Four stars; the lightest chain is clearly so, and the nearest two are not to be joined."""
    L = 6
    places = list(product(range(L), repeat=2))
    while True:
        lit = sorted(rng.sample(places, 4))
        found = sorted(lightest_of_each_class(lit, L).values(), key=len)
        if len(found) < 4 or len(found[1]) - len(found[0]) < 2:
            continue
        greedy, plain = by_nearest(lit, L), without_the_seam(lit, L)
        kinds = [winding(found[0] ^ other, L) for other in (greedy, plain)]
        if "00" not in kinds:
            return {"L": L, "lit": lit}


@data("6.5.g", kind="design", rung="think", outcome=3, points=2, draw=drawn_syndrome)
def correction(L, lit):
    lightest = min(lightest_of_each_class(lit, L).values(), key=len)

    def holds(edges):
        chain = set(edges)
        if left := sorted(syndrome(chain, L) ^ set(lit)):
            some = f"the star at {left[0]} gives" if len(left) == 1 else f"{len(left)} stars, such as {left[0]}, give"
            return False, f"After your correction {some} −1."
        if winding(chain ^ lightest, L) != "00":
            return False, (
                "Your correction clears the syndrome, but a lighter chain does so, too, and the two differ by a loop "
                "round the torus."
            )
        return True

    edges = List(Whole(0, 2 * L * L - 1), ordered=False, distinct=True)
    yield Data(schema=edges, holds=holds)
    yield slip(sorted(by_nearest(lit, L)), "joins the nearest two first").says(
        "Your correction clears the syndrome: it joins the two nearest stars first. The other two are then far apart, "
        "and together that is longer than another pairing; the two differ by a loop round the torus."
    )
    yield slip(sorted(without_the_seam(lit, L)), "does not use the seam").says(
        "Your correction clears the syndrome, but it never leaves the picture at one side to come in at the other. "
        "That would be shorter, and the two differ by a loop round the torus."
    )


# --- patches: data qubit (r, c) has the number columns · r + c; face (i, j) lies up and to the left of qubit (i, j) ---


def patch(rows, columns, corner="X", sides="top and bottom", halves=None):
    """The checks of a rotated patch as (letter, qubits), by default with X's along the top and the bottom.

    `halves` says of a face on the border, from its letter and whether it is at the top or bottom, if it stays.
    """
    found = []
    for i, j in product(range(rows + 1), range(columns + 1)):
        qubits = [columns * r + c for r in (i - 1, i) for c in (j - 1, j) if 0 <= r < rows and 0 <= c < columns]
        letter = corner if (i + j) % 2 == 0 else "XZ"[corner == "X"]
        level = i in (0, rows)
        stays = halves(letter, level) if halves else (letter == "X") == (level == (sides == "top and bottom"))
        if len(qubits) == 4 or (len(qubits) == 2 and stays):
            found.append((letter, qubits))
    return found


def words(checks, n):
    return ["".join(letter if q in qubits else "I" for q in range(n)) for letter, qubits in checks]


# --- h: the border ----------------------------------------------------------------------------------------------------


@build(
    "6.5.h",
    kind="debug",
    rung="use",
    outcome=4,
    rows=whole(3, 7),
    columns=whole(3, 7),
    corner=("X", "Z"),
    sides=("top and bottom", "left and right"),
)
def border(rows, columns, corner, sides):
    n = rows * columns
    other = "left and right" if sides == "top and bottom" else "top and bottom"
    draft = words(patch(rows, columns, corner, halves=lambda letter, level: letter == "X"), n)
    yield StabilizerGroup(words(patch(rows, columns, corner, sides), n), draft=draft)
    yield slip(words(patch(rows, columns, corner, other), n), "exchanges the sides").says(
        f"Your patch is a code, but it is turned: its half faces with X's are along the {other}."
    )
    yield slip(words(patch(rows, columns, "XZ"[corner == "X"], sides), n), "exchanges the colours").says(
        "Your sides are right, but X and Z are exchanged within the patch: look at the letter of the face in the upper "
        "left corner."
    )
    yield slip(words(patch(rows, columns, corner, halves=lambda *_: False), n), "leaves out the border").says(
        "Your patch has no half faces at all. Without them it has more than one logical qubit, and single errors that "
        "nothing notices."
    )
    level = sides == "top and bottom"
    yield slip(
        words(patch(rows, columns, corner, halves=lambda letter, top: letter == "X" and top == level), n),
        "leaves out the half faces of Z's",
    ).says(f"Your half faces with X's are right. Along the {other} there are none with Z's yet.")
    yield slip(
        words(patch(rows, columns, corner, halves=lambda letter, top: letter == "Z"), n), "takes Z everywhere"
    ).says("Now half faces with Z's are on all four sides.")
    yield slip(words(patch(rows, columns, corner, halves=lambda *_: True), n), "takes every half face").says(
        "You took half faces of both letters on every side. Neighbours of them share one qubit, so they anticommute."
    )


# --- i: logical operators around broken qubits ------------------------------------------------------------------------


class Avoiding(Logicals):
    """Logical operators that have no letter on some qubits."""

    def __init__(self, stabilizers, broken, **options):
        super().__init__(stabilizers, **options)
        self.broken = list(broken)

    def _fault(self, answer):
        for word in answer.words():
            letters = word.lstrip("-")
            if hit := [q for q in self.broken if letters[q] != "I"]:
                return wrong("rule", f"{word} acts on qubit {hit[0]}, which cannot be used.")
        return super()._fault(answer)


@cache
def shortest(rows, columns, letter, broken=()):
    """The qubits of a shortest logical operator of one letter on the standard patch, without the broken ones."""
    checks = [set(qubits) for kind, qubits in patch(rows, columns) if kind != letter]
    crossing = {columns * r for r in range(rows)} if letter == "Z" else set(range(columns))
    goal, seen, queue = (-1, 1), {(-1, 0): []}, deque([(-1, 0)])
    met = [[k for k, qubits in enumerate(checks) if q in qubits] for q in range(rows * columns)]
    while queue:
        node, side = queue.popleft()
        for q, places in enumerate(met):
            both = [*places, *[-1] * (2 - len(places))]
            if q in broken or node not in both:
                continue
            both.remove(node)
            after = both[0], side ^ (q in crossing)
            if after not in seen:
                seen[after] = [*seen[node, side], q]
                queue.append(after)
    return seen.get(goal)


def on(letter, qubits, n):
    return "".join(letter if q in qubits else "I" for q in range(n))


def drawn_broken(rng):
    """One qubit in each row and column of 5 × 5, such that both operators still get across."""
    while True:
        broken = tuple(5 * r + c for r, c in enumerate(rng.sample(range(5), 5)))
        if shortest(5, 5, "X", broken) and shortest(5, 5, "Z", broken):
            return {"broken": broken}


@build("6.5.i", kind="design", rung="think", outcome=4, points=2, draw=drawn_broken)
def around(broken):
    x, z = (on(letter, shortest(5, 5, letter, broken), 25) for letter in "XZ")
    row, column = on("Z", range(5), 25), on("X", range(0, 25, 5), 25)
    yield Avoiding(words(patch(5, 5), 25), broken, expected=(column, row))
    yield slip((column, row), "takes the straight ones").says(
        "These are logical operators, but both run straight through a qubit that cannot be used."
    )
    yield slip((z.replace("Z", "X"), x.replace("X", "Z")), "exchanges the directions").says(
        "Your X's run where Z's can, and your Z's where X's can: each ends at half faces of the other letter."
    )
    yield slip((z, x), "exchanges the two").says("Both are logical operators, but the one with X's comes first.")


# --- j: a broken qubit ------------------------------------------------------------------------------------------------


class AroundBroken(Code):
    """A code on a patch with a broken qubit, which no check touches; every check is local."""

    def __init__(self, rows, columns, broken, d, **options):
        super().__init__(rows * columns, 1, d, css=True, **options)
        self.columns, self.broken = columns, broken
        # The broken qubit is thought of as fixed, so that it neither holds anything nor shortens the distance.
        self.fixed = read_paulis(on("Z", [broken], rows * columns))

    def _fault(self, answer):
        for k, name in enumerate(answer.words()):
            touched = np.flatnonzero(answer.x[k] | answer.z[k])
            if self.broken in touched:
                return wrong("rule", f"{name} acts on qubit {self.broken}, which is broken.")
            if len(touched) and max(np.ptp(touched // self.columns), np.ptp(touched % self.columns)) > 2:
                return wrong("rule", f"The qubits of {name} do not fit into a square of three by three qubits.")
        if first_anticommuting(answer) is None and (rank := Group(answer).rank) != self._n - 2:
            return wrong(
                None,
                f"Of your checks {rank} are independent. On the {self._n - 1} qubits that work they leave "
                f"{self._n - 1 - rank} logical qubits; one is asked for.",
                score=0.25 if rank == self._n - 3 else 0.0,  # one logical qubit too many
            )
        parts = ((getattr(answer, name), getattr(self.fixed, name)) for name in ("x", "z", "phase"))
        return super()._fault(type(answer)(*map(np.concatenate, parts)))


def merged(rows, columns, broken, letter):
    """The patch around a broken qubit: its two checks of one letter merged, it left out of those of the other."""
    checks = patch(rows, columns)
    first, second = (set(qubits) for kind, qubits in checks if kind == letter and broken in qubits)
    kept = [
        (kind, [q for q in qubits if q != broken]) for kind, qubits in checks if kind != letter or broken not in qubits
    ]
    return [*kept, (letter, sorted(first ^ second))]


def inside(rows, columns, broken):
    r, c = divmod(broken, columns)
    return 0 < r < rows - 1 and 0 < c < columns - 1


@build(
    "6.5.j",
    kind="stretch",
    outcome=5,
    points=3,
    rows=(5, 6, 7),
    columns=(5, 6, 7),
    broken=whole(6, 40),
    where=inside,
    derive=lambda rows, columns: {"d": max(min(rows, columns - 1), min(rows - 1, columns))},
)
def around_a_broken_qubit(rows, columns, broken, d):
    n = rows * columns
    yield AroundBroken(rows, columns, broken, d)
    checks = patch(rows, columns)
    yield slip(words(checks, n), "ignores the broken qubit").says(
        f"This is the whole patch. Its checks still use qubit {broken}."
    )
    yield slip(
        words([(kind, [q for q in qubits if q != broken]) for kind, qubits in checks], n), "only leaves it out"
    ).says(
        f"You left qubit {broken} out of its four checks. Now those of X and those of Z meet on one qubit only, so "
        "they anticommute."
    )
    yield slip(words([one for one in checks if broken not in one[1]], n), "drops the four checks").says(
        "You dropped all four checks around the broken qubit. That leaves more than one logical qubit: some "
        "combinations of them can still be measured."
    )
    if rows != columns:
        yield (
            slip(words(merged(rows, columns, broken, "X" if columns < rows else "Z"), n), "merges the others")
            .says(
                "Your code holds one logical qubit, but its distance is one too small: you shortened the way that is "
                "the shorter one already. Merge the checks of the other letter."
            )
            .worth(0.5)
        )
    for letter in "XZ":
        two = [one for one in checks if broken in one[1] and one[0] == letter]
        rest = [(kind, [q for q in qubits if q != broken]) for kind, qubits in checks if (kind, qubits) not in two]
        yield (
            slip(words(rest, n), f"drops the two checks of {letter}")
            .says(
                f"You dropped the two checks of {letter}'s around the broken qubit, and left it out of the others. "
                "That is one check too few: the *product* of the two that you dropped does not touch the broken qubit."
            )
            .worth(0.25)
        )
