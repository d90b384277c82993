"""Codes on a surface: the torus with qubits on its edges, and the rotated patch with qubits on its vertices."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import atan2

from .svg import BLUE, GREEN, INK, ORANGE, PURPLE, SKY, VERMILLION, Canvas, Picture

_STEP, _EDGE = 58, 30
_WIDE = 360  # what a phone shows without shrinking


def torus(
    size: int,
    errors: Collection[int] = (),
    correction: Collection[int] = (),
    *,
    star: tuple[int, int] | None = None,
    face: tuple[int, int] | None = None,
    numbers: bool = False,
    says: str = "",
    alt: str = "",
) -> Picture:
    """A square lattice on a torus, with chains of Z's on its edges and the stars that notice them.

    The edge to the right of vertex (r, c) has the number ``size * r + c``, the edge below it ``size**2`` more. What
    leaves the picture at the right or at the bottom comes in again on the other side; those vertices are drawn twice.

    Parameters
    ----------
    size : int
        Vertices in each direction.
    errors, correction : collection of int
        Edges with a Z of the error (thick) and of the correction (dashed).
    star, face : tuple of int, optional
        A vertex whose four X's, and the upper left corner of a face whose four Z's are to be marked.
    numbers : bool
        Whether each edge shows its number.
    says : str
        A line of text under the lattice.
    alt : str, optional
        What the picture shows; by default it is made.

    Returns
    -------
    Picture
    """
    step = min(_STEP, (_WIDE - 2 * _EDGE) / size)
    side = 2 * _EDGE + size * step
    canvas = Canvas(side, side + 24 * bool(says))
    for edge in range(2 * size**2):
        (x1, y1), (x2, y2) = _ends(edge, size, step)
        canvas.line(x1, y1, x2, y2, width=1, opacity=0.4)
        if edge in errors:
            canvas.line(x1, y1, x2, y2, VERMILLION, 7)
        if edge in correction:
            canvas.line(x1, y1, x2, y2, INK, 3, dash="6 4")
    for vertex, letter, colour in ((star, "X", GREEN), (face, "Z", BLUE)):
        for edge in () if vertex is None else (_star if letter == "X" else _face)(*vertex, size):
            _marked(canvas, _ends(edge, size, step), letter, colour)
    lit = noticed([*errors, *correction], size)
    for row in range(size + 1):
        for column in range(size + 1):
            again = size in (row, column)
            x, y = _EDGE + step * column, _EDGE + step * row
            if (row % size, column % size) in lit:
                canvas.circle(x, y, 8, ORANGE, stroke=1.5, opacity=0.45 if again else None)
                canvas.line(x - 5, y, x + 5, y, INK, 2)
            else:
                canvas.circle(x, y, 3, "none" if again else INK, stroke=1, opacity=0.6 if again else None)
    for edge in range(2 * size**2 if numbers else 0):
        (x1, y1), (x2, y2) = _ends(edge, size, step)
        level = y1 == y2
        canvas.text((x1 + x2) / 2 + (0 if level else 4), (y1 + y2) / 2 - (5 if level else -4), edge, 11,
                    "middle" if level else "start", opacity=0.75)  # fmt: skip
    if says:
        canvas.text(side / 2, side + 10, says, 14, "middle")
    return canvas.picture(alt or _told(size, errors, correction, lit, says, star, face))


def noticed(chain: Iterable[int], size: int) -> set[tuple[int, int]]:
    """The vertices (r, c) of the torus whose stars give −1 if there is a Z on each edge of the chain."""
    lit: set[tuple[int, int]] = set()
    for edge in chain:
        down, place = divmod(edge, size**2)
        row, column = divmod(place, size)
        lit ^= {(row, column)} ^ {((row + down) % size, (column + 1 - down) % size)}
    return lit


def patch(
    rows: int,
    columns: int,
    checks: Iterable[tuple[str, Collection[int]]],
    chains: Iterable[tuple[str, Collection[int]]] = (),
    *,
    fired: Collection[str] = (),
    numbered: bool = False,
    alt: str = "",
) -> Picture:
    """A rotated surface code: data qubits on a grid, checks as faces between them.

    Parameters
    ----------
    rows, columns : int
        Qubit (r, c) has the number ``columns * r + c``.
    checks : iterable of (letter, qubits)
        Each check with its letter, ``"X"`` or ``"Z"``, or another name, and the numbers of its qubits.
    chains : iterable of (letter, qubits)
        Operators to be drawn as letters on their qubits; Y where an X meets a Z.
    fired : collection of str
        The names of the checks to be filled.
    numbered : bool
        Whether qubits are drawn with their numbers; those of a chain are filled, in place of its letters.
    alt : str, optional
        What the picture shows; by default it is made.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If something is fired or numbered, and `alt` is not given.
    """
    if (fired or numbered) and not alt:
        raise ValueError("say in alt what the picture shows: its own words know letters only")
    checks, chains = list(checks), list(chains)
    step, edge = min(_STEP, (_WIDE - 72) / (columns - 1)), 36
    canvas = Canvas(2 * edge + (columns - 1) * step, 2 * edge + (rows - 1) * step)

    def at(qubit):
        row, column = divmod(qubit, columns)
        return edge + step * column, edge + step * row

    for letter, qubits in checks:
        places = [at(qubit) for qubit in qubits]
        x, y = (sum(part) / len(places) for part in zip(*places, strict=True))
        fill = ORANGE if letter in fired else {"X": GREEN, "Z": SKY}.get(letter, "none")
        strength = 1 if letter in fired else 0.55
        if len(places) == 2:
            (x1, y1), (x2, y2) = places
            dx, dy = (0, -1 if y1 == edge else 1) if y1 == y2 else (-1 if x1 == edge else 1, 0)
            canvas.curve(f"M{x1} {y1}Q{x + 52 * dx} {y + 52 * dy} {x2} {y2}Z", INK, 1, fill, opacity=strength)
            x, y = x + 13 * dx, y + 13 * dy
        else:
            around = sorted(places, key=lambda place: atan2(place[1] - y, place[0] - x))
            canvas.path(around, INK, 1, fill, opacity=strength, close=True)
        canvas.text(x, y + 5, letter, 14, "middle", colour="black" if letter in fired else INK)
    for qubit in range(rows * columns):
        letters = {letter for letter, qubits in chains if qubit in qubits}
        if numbered:
            canvas.circle(*at(qubit), 12, SKY if letters else "#EEE", stroke=3 if letters else 1)
            canvas.text(at(qubit)[0], at(qubit)[1] + 4, qubit, 11, "middle", colour="black")
            continue
        if not letters:
            canvas.circle(*at(qubit), 5, INK, stroke=0)
            continue
        letter = "Y" if len(letters) > 1 else letters.pop()
        canvas.circle(*at(qubit), 12, {"X": ORANGE, "Z": VERMILLION, "Y": PURPLE}[letter], stroke=1.5)
        canvas.text(at(qubit)[0], at(qubit)[1] + 5, letter, 14, "middle", 700)
    drawn = "".join(f"; {letter}'s on {', '.join(map(str, sorted(some)))}" for letter, some in chains)
    letters = [letter for letter, _ in checks]
    return canvas.picture(
        alt
        or f"A patch of {rows} by {columns} qubits. Its faces form a chessboard, with half faces at the border: "
        f"{letters.count('X')} checks of X's, {letters.count('Z')} of Z's{drawn}."
    )


def _star(row, column, size):
    place = size * row + column
    return place, size * row + (column - 1) % size, size**2 + place, size**2 + size * ((row - 1) % size) + column


def _face(row, column, size):
    place = size * row + column
    return place, size * ((row + 1) % size) + column, size**2 + place, size**2 + size * row + (column + 1) % size


def _ends(edge, size, step):
    down, place = divmod(edge, size**2)
    row, column = divmod(place, size)
    x, y = _EDGE + step * column, _EDGE + step * row
    return (x, y), (x + step * (1 - down), y + step * down)


def _marked(canvas, ends, letter, colour):
    (x1, y1), (x2, y2) = ends
    canvas.line(x1, y1, x2, y2, colour, 6)
    level = y1 == y2
    canvas.text((x1 + x2) / 2 - (0 if level else 7), (y1 + y2) / 2 + (17 if level else 5), letter, 14,
                "middle" if level else "end", 600)  # fmt: skip


def _told(size, errors, correction, lit, says, star, face) -> str:
    parts = [f"A torus of {size} by {size} vertices"]
    if star:
        parts.append(f"X's on the four edges that meet at the vertex {star}")
    if face:
        parts.append(f"Z's on the four edges around the square right of and below {face}")
    if errors:
        parts.append(f"Z errors on the edges {', '.join(map(str, sorted(errors)))}")
    if correction:
        parts.append(f"a correction on {', '.join(map(str, sorted(correction)))}")
    if errors or correction:
        parts.append(f"{len(lit)} stars give −1")
    return ". ".join(["; ".join(parts), *([says] if says else [])]) + "."
