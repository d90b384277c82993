"""Amplitudes with their phases, matrices, arrows in the complex plane, and the two ways to read a bit string."""

from __future__ import annotations

import math

from qtrain.circuits.numerals import complex_text, ket, listing, number_text, phase_of, phase_text

from .svg import INK, SERIES, Canvas, Picture, phase_colour, text_width

_MOST_ROWS = 16


def vector_of(state, mixed: bool = False):
    """State vector (or, with `mixed`, density matrix) of a state in any form, big-endian."""
    import numpy as np

    if isinstance(state, list | tuple | np.ndarray):
        found = np.asarray(state, dtype=complex)
    else:
        from qtrain.circuits import Circuit, read, run

        answer = read(state)
        found = run(answer) if isinstance(answer, Circuit) else getattr(answer, "vector", None)
        if found is None:
            found = answer.matrix
    if found.ndim == 2 and not mixed:
        raise ValueError("This picture shows a state vector, and the state is given as a density matrix.")
    size = len(found)
    if size < 2 or size & (size - 1):
        raise ValueError(f"A state of n qubits has 2, 4, 8, … amplitudes, and this one has {size}.")
    return found


def amplitudes(state, *, labels: str = "big", title: str | None = None, alt: str | None = None) -> Picture:
    """Draw a state as one bar per basis state: length is the magnitude, the dial, colour and number its phase.

    Parameters
    ----------
    state
        A state vector or circuit in any framework; a bare array is big-endian.
    labels : "big" or "little"
        ``"big"``: labels are read from qubit 0 on the left (Cirq); ``"little"``: qubit 0 on the right (Qiskit), and the
        rows are sorted by that label. The state is the same.
    title, alt : str, optional
        Heading; description in words (default: made from the numbers).
    """
    vector = vector_of(state)
    width = len(vector).bit_length() - 1
    rows = [(format(i, f"0{width}b"), complex(a)) for i, a in enumerate(vector)]
    if labels == "little":
        rows = sorted((bits[::-1], a) for bits, a in rows)
    return amplitude_rows(rows, order=labels, title=title, alt=alt)


def amplitude_rows(rows, *, order="big", title=None, alt=None) -> Picture:
    """`amplitudes` of (label, amplitude) pairs."""
    left_out = max(len(rows) - _MOST_ROWS, 0)
    if left_out:
        largest = sorted(rows, key=lambda row: -round(abs(row[1]), 9))[:_MOST_ROWS]
        rows = [row for row in rows if row in largest][:_MOST_ROWS]
    gutter = max([62, *(16 + text_width(ket(bits), 14) for bits, _ in rows)])
    top, step, x0, x1 = (48 if title else 26), 28, gutter, 212
    sheet = Canvas(360, top + step * len(rows) + (22 if left_out else 4))
    if title:
        sheet.text(8, 18, title, 14, weight=600)
    for x, name in ((x0, "magnitude"), (270, "phase")):
        sheet.text(x, top - 9, name, 12, opacity=0.8)
    if len(rows[0][0]) > 1:  # said in the picture, too: nobody should have to guess which end of a label is qubit 0
        sheet.text(8, top - 9, "q0 left" if order == "big" else "q0 right", 11, opacity=0.8)
    sheet.line(x0, top - 2, x0, top + step * len(rows), opacity=0.5)
    for i, (bits, amplitude) in enumerate(rows):
        y = top + step * i + step / 2
        size, angle = abs(amplitude), phase_of(amplitude)
        sheet.text(8, y + 5, ket(bits), 14)
        if size > 1e-9:
            colour = phase_colour(angle)
            sheet.rect(x0, y - 8, (x1 - x0) * min(size, 1.0), 16, fill=colour, stroke=1)
            sheet.dial(282, y, 11, angle, colour)
            sheet.text(301, y + 5, phase_text(angle))
        sheet.text(x0 + (x1 - x0) * min(size, 1.0) + 6, y + 5, number_text(size))
    if left_out:
        sheet.text(8, top + step * len(rows) + 16, f"and {left_out} more, none larger", 12, opacity=0.8)
    return sheet.picture(alt or _told(rows, left_out, order), title)


def _told(rows, left_out, order):
    parts = [
        f"{ket(bits)} {number_text(abs(a))}" + (f" at phase {phase_text(phase_of(a))}" if abs(a) > 1e-9 else "")
        for bits, a in rows
        if number_text(abs(a)) != "0"
    ]
    if len(parts) > 8:
        parts = [*parts[:8], f"{len(parts) - 8} more"]
    rest = "; all others 0" if 0 < len(parts) < min(len(rows), 9) and not left_out else ""
    side = f", qubit 0 on the {'left' if order == 'big' else 'right'}" if len(rows[0][0]) > 1 else ""
    return f"Amplitudes{side}: {listing(parts)}{rest}."


def matrix(operator, *, labels: str = "big", title: str | None = None, alt: str | None = None) -> Picture:
    """Draw a matrix as a grid: the square's size is the magnitude of the entry, the hand and colour its phase.

    Parameters
    ----------
    operator
        A circuit, gate or operator of any framework, or an array (then drawn as it is), of at most four qubits.
    labels : "big" or "little"
        The order of rows and columns for an operator that comes from a framework (see `amplitudes`).
    title, alt : str, optional
        Heading; description in words.
    """
    entries = _entries(operator, labels)
    rows, columns = entries.shape
    if max(rows, columns) > 16:
        raise ValueError("A matrix is drawn for at most four qubits: 16 rows and columns.")
    bits = max(rows - 1, 1).bit_length()
    names = [[ket(format(i, f"0{max(n - 1, 1).bit_length()}b")) for i in range(n)] for n in (rows, columns)]
    gutter, top = 16 + text_width("0" * (bits + 1), 12), (62 if title else 38)
    cell = min((350 - gutter) / columns, 60) if columns <= 8 else (328 - gutter) / columns
    numbers = columns <= 4
    sheet = Canvas(max(gutter + cell * columns + 10, 200), top + cell * rows + 8)
    if title:
        sheet.text(8, 18, title, 14, weight=600)
    for j, name in enumerate(names[1]):
        if columns > 8 or text_width(name, 12) > cell:
            sheet.text(gutter + cell * j + cell / 2 + 4, top - 6, name, 9 if columns > 8 else 11, turn=-50)
        else:
            sheet.text(gutter + cell * j + cell / 2, top - 8, name, 12, "middle")
    for i in range(rows):
        sheet.text(gutter - 6, top + cell * i + cell / 2 + 4, names[0][i], 9 if rows > 8 else 12, "end")
        for j in range(columns):
            _cell(sheet, gutter + cell * j, top + cell * i, cell, complex(entries[i, j]), numbers)
    return sheet.picture(alt or _matrix_told(entries, names), title)


def _entries(operator, labels):
    import numpy as np

    if isinstance(operator, list | tuple | np.ndarray):
        return np.asarray(operator, dtype=complex)
    from qtrain.circuits import Circuit, read, unitary

    answer = read(operator)
    found = unitary(answer) if isinstance(answer, Circuit) else answer.matrix
    if labels == "little":
        bits = len(found).bit_length() - 1
        turned = [int(format(i, f"0{bits}b")[::-1], 2) for i in range(len(found))]
        found = found[np.ix_(turned, turned)]
    return found


def _cell(sheet, x, y, cell, value, numbers):
    sheet.rect(x, y, cell, cell, stroke=0.6, opacity=0.35)
    size, angle = min(abs(value), 1.0), phase_of(value)
    if size < 1e-9:
        return
    colour, cx, cy = phase_colour(angle), x + cell / 2, y + (cell - (14 if numbers else 0)) / 2
    half = (cell - (22 if numbers else 4)) / 2 * math.sqrt(size)
    sheet.rect(cx - half, cy - half, 2 * half, 2 * half, fill=colour, stroke=1, opacity=0.85)
    sheet.line(cx, cy, cx + half * math.cos(angle), cy - half * math.sin(angle), width=1.8)
    sheet.circle(cx, cy, 1.6, fill=INK, stroke=0)
    if numbers:
        sheet.text(cx, y + cell - 4, complex_text(value), 12, "middle")


def _matrix_told(entries, names):
    rows, columns = entries.shape
    lines = []
    for i in range(rows):
        terms = [
            f"{complex_text(complex(entries[i, j]))} at {names[1][j]}"
            for j in range(columns)
            if abs(entries[i, j]) > 1e-9
        ]
        lines.append(f"row {names[0][i]}: {listing(terms) if terms else 'all 0'}")
    sparse = (abs(entries) > 1e-9).sum(axis=1).max() <= 1
    shown = lines if rows <= (8 if sparse else 4) else [*lines[:2], f"and {rows - 2} more rows"]
    return f"{rows} × {columns} matrix. {'; '.join(shown)}."


def plane(numbers, *, total: bool = False, title: str | None = None, alt: str | None = None) -> Picture:
    """Draw complex numbers as arrows in the complex plane.

    Parameters
    ----------
    numbers : dict or sequence
        From label to number, or numbers alone.
    total : bool
        Draw the arrows head to tail, and their sum in ink: interference.
    title, alt : str, optional
        Heading; description in words.
    """
    named = list(numbers.items()) if isinstance(numbers, dict) else [("", z) for z in numbers]
    named = [(label, complex(z)) for label, z in named]
    starts, at = [], 0j
    for _, z in named:
        starts.append(at)
        at += z if total else 0
    reach = max([1.0, *(abs(s + z) for s, (_, z) in zip(starts, named, strict=True))])
    top, radius = (30 if title else 8), 120
    cx, cy, unit = 180, top + radius + 16, radius / reach
    sheet = Canvas(360, cy + radius + 24 + 19 * (len(named) + total))
    if title:
        sheet.text(180, 18, title, 14, "middle", 600)
    sheet.line(cx - radius - 12, cy, cx + radius + 12, cy, width=1, opacity=0.6)
    sheet.line(cx, cy - radius - 12, cx, cy + radius + 12, width=1, opacity=0.6)
    sheet.circle(cx, cy, unit, dash="3 3", opacity=0.6)
    sheet.text(cx + radius + 16, cy + 4, "real", 12)
    sheet.text(cx - 6, cy - radius - 4, "imaginary", 12, "end")
    sheet.text(cx + unit + 3, cy + 14, "1", 12)
    sheet.text(cx + 4, cy - unit - 3, "i", 12)
    drawn = [*zip(starts, named, strict=True), *([(0j, ("sum", at))] if total else [])]
    around = sum((start.conjugate() * z).imag for start, (_, z) in drawn) >= -1e-9  # the parts turn to the left
    for i, (start, (label, z)) in enumerate(drawn):
        colour = INK if total and i == len(drawn) - 1 else SERIES[i % 6]
        x0, y0 = cx + unit * start.real, cy - unit * start.imag
        sheet.arrow(x0, y0, x0 + unit * z.real, y0 - unit * z.imag, colour, 3, 10)
        if label and total:  # beside the shaft, outside the figure: the last part and the sum end in the same place
            side = 11 / (abs(z) or 1) * (-1 if (i == len(drawn) - 1) == around else 1)
            dx, dy = side * z.imag, side * z.real
            anchor = "middle" if abs(dx) < 4 else "start" if dx > 0 else "end"
            sheet.text(x0 + unit * z.real / 2 + dx, y0 - unit * z.imag / 2 + dy + 4, label, 13, anchor, 600)
        elif label:
            away = unit + 12 / (abs(z) or 1)
            x, y = x0 + away * z.real, y0 - away * z.imag + 4
            if x > cx + radius and abs(y - 4 - cy) < 12:  # the axis has its name there
                x, y = cx + radius, cy - 9
            elif y < cy - radius and abs(x - cx) < 12:
                x, y = cx + 16, cy - radius + 14
            sheet.text(x, y, label, 13, "middle", 600)
        y = cy + radius + 34 + 19 * i
        sheet.line(10, y - 4, 36, y - 4, colour, 3)
        name = f"{label} = " if label else ""
        sheet.text(44, y, f"{name}{complex_text(z)}: length {number_text(abs(z))}, phase {phase_text(phase_of(z))}")
    told = [f"{label or 'arrow'} = {complex_text(z)}" for _, (label, z) in drawn]
    return sheet.picture(alt or f"Complex plane with {listing(told)}.", title)


def bit_order(bits: str, *, title: str | None = None, alt: str | None = None) -> Picture:
    """Draw the two ways to write the bits of qubits 0, 1, 2, …: with qubit 0 on the left, and on the right.

    Parameters
    ----------
    bits : str
        The value of each qubit, qubit 0 first; at most six.
    title, alt : str, optional
        Heading; description in words.
    """
    n = len(bits)
    top, step, box = (40 if title else 14), 44, 30
    middle = 180
    sheet = Canvas(360, top + 3 * 74 + 6)
    if title:
        sheet.text(middle, 18, title, 14, "middle", 600)

    def place(k, row):  # box number k from the left, of three rows: Cirq, the qubits, Qiskit
        return middle + (k - (n - 1) / 2) * step, top + 36 + 74 * row

    for k in range(n):
        colour, (x, y) = SERIES[k % 6], place(k, 1)
        for row, there in ((0, k), (2, n - 1 - k)):
            tx, ty = place(there, row)
            sheet.arrow(x, y + (-box if row == 0 else box) / 2, tx, ty + (box if row == 0 else -box) / 2, colour, 2)
        sheet.circle(x, y, box / 2, fill=colour, opacity=0.25)
        sheet.circle(x, y, box / 2, colour=colour, stroke=2)
        sheet.text(x, y + 5, f"q{k}", 14, "middle", 600)
    readings = ((0, "Cirq", bits, "q0 left"), (2, "Qiskit", bits[::-1], "q0 right"))
    for row, name, string, where in readings:
        y = place(0, row)[1]
        sheet.text(6, y, name, 14, weight=600, colour=INK)
        sheet.text(6, y + 16, where, 12)
        for k, bit in enumerate(string):
            x = place(k, row)[0]
            owner = k if row == 0 else n - 1 - k
            sheet.rect(x - box / 2, y - box / 2, box, box, colour=SERIES[owner % 6], stroke=2, radius=4)
            sheet.text(x, y + 6, bit, 17, "middle", 600)
        sheet.text(354, y + 5, f"= {int(string, 2)}", 15, "end", 600)
    told = (
        f"Qubits {listing(f'q{k} = {b}' for k, b in enumerate(bits))}. Cirq writes {bits}, q0 on the left, index "
        f"{int(bits, 2)}. Qiskit writes {bits[::-1]}, q0 on the right, index {int(bits[::-1], 2)}."
    )
    return sheet.picture(alt or told, title or "One state, two strings")
