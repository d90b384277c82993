"""The Bloch sphere: one-qubit states as arrows."""

from __future__ import annotations

import math

from qtrain.circuits.numerals import listing, number_text

from .svg import INK, SERIES, Canvas, Picture, text_width

_AZIMUTH, _ELEVATION = math.radians(28), math.radians(17)
_RADIUS = 100
_DASHES = (None, "7 3", "2 3", "8 3 2 3")


def bloch(*states, labels=(), trail=(), title: str | None = None, alt: str | None = None) -> Picture:
    """Draw states of one qubit as arrows on (or, when mixed, in) the Bloch sphere.

    Parameters
    ----------
    *states
        Each a state vector, density matrix or circuit of one qubit in any framework, or a Bloch vector of three real
        numbers; or one dict from label to these.
    labels : sequence of str
        A name for each arrow.
    trail : sequence
        States drawn as a dotted path, e.g. what a rotation passes through.
    title, alt : str, optional
        Heading; description in words (default: made from the vectors).
    """
    if len(states) == 1 and isinstance(states[0], dict):
        labels, states = tuple(states[0]), tuple(states[0].values())
    vectors = [bloch_vector(state) for state in states]
    labels = [*labels, *[""] * (len(vectors) - len(labels))]
    top = 44 if title else 22
    cx, cy = 180, top + _RADIUS + 6
    sheet = Canvas(360, cy + _RADIUS + 34 + 19 * len(vectors))
    if title:
        sheet.text(180, 18, title, 14, "middle", 600)
    _sphere(sheet, cx, cy)
    path = [_place(bloch_vector(p), cx, cy) for p in trail]
    if path:
        sheet.path(path, SERIES[0], 1.8, dash="1.5 3")
    shafts = [_place(vector, cx, cy) for vector in vectors]
    for i, vector in enumerate(vectors):
        _arrow(sheet, cx, cy, vector, i)
    ink = path + [(cx + k / 50 * (x - cx), cy + k / 50 * (y - cy)) for x, y in shafts for k in range(51)]
    taken = []
    for x, y, name, anchor in _axis_names(cx, cy, ink):
        sheet.text(x, y, name, 13, anchor)
        taken.append(_box(x, y, name, anchor))
    for tip, label in zip(shafts, labels, strict=True):
        if label and math.dist(tip, (cx, cy)) > 1e-6:
            _name(sheet, (cx, cy), tip, label, ink, taken)
    for i, vector in enumerate(vectors):
        y = cy + _RADIUS + 42 + 19 * i
        sheet.line(10, y - 4, 36, y - 4, SERIES[i % 6], 3, _DASHES[i % 4])
        sheet.text(44, y, _caption(labels[i], vector, sheet.width - 44), 12)
    told = [f"{label or 'arrow'} at {_coordinates(v)}" for label, v in zip(labels, vectors, strict=True)]
    return sheet.picture(alt or f"Bloch sphere with {listing(told)}." if told else alt or "Empty Bloch sphere.", title)


def bloch_vector(state):
    """(⟨X⟩, ⟨Y⟩, ⟨Z⟩) of a one-qubit state in any form, as a tuple of floats."""
    import numpy as np

    if isinstance(state, list | tuple | np.ndarray):
        bare = np.asarray(state)
        if bare.shape == (3,) and np.isrealobj(bare):
            return tuple(float(c) for c in bare)
    rho = density(state)
    if rho.shape != (2, 2):
        raise ValueError(f"A Bloch sphere shows one qubit, and this state has {round(math.log2(len(rho)))}.")
    return float(2 * rho[1, 0].real), float(2 * rho[1, 0].imag), float((rho[0, 0] - rho[1, 1]).real)


def density(state):
    """Density matrix of a state in any form."""
    import numpy as np

    from .states import vector_of

    found = vector_of(state, mixed=True)
    return found if found.ndim == 2 else np.outer(found, found.conj())


def _place(vector, cx, cy, radius=_RADIUS):
    x, y, z = vector
    right = -math.sin(_AZIMUTH) * x + math.cos(_AZIMUTH) * y
    up = -math.sin(_ELEVATION) * (math.cos(_AZIMUTH) * x + math.sin(_AZIMUTH) * y) + math.cos(_ELEVATION) * z
    return cx + radius * right, cy - radius * up


def _depth(vector):
    x, y, z = vector
    flat = math.cos(_AZIMUTH) * x + math.sin(_AZIMUTH) * y
    return math.cos(_ELEVATION) * flat + math.sin(_ELEVATION) * z


def _rings():
    """The equator and two meridians, as lists of Bloch vectors."""
    turn = [(math.cos(math.radians(a)), math.sin(math.radians(a))) for a in range(0, 361, 6)]
    return [(c, s, 0.0) for c, s in turn], [(c, 0.0, s) for c, s in turn], [(0.0, c, s) for c, s in turn]


def _sphere(sheet, cx, cy):
    sheet.circle(cx, cy, _RADIUS, fill=INK, colour="none", opacity=0.04)
    sheet.circle(cx, cy, _RADIUS, opacity=0.7)
    for number, points in enumerate(_rings()):
        for front in (False, True):
            strength = (0.55 if front else 0.35) if number == 0 else (0.22 if front else 0.12)
            for run in _runs(points, front):
                sheet.path([_place(p, cx, cy) for p in run], width=1, dash=None if front else "3 3", opacity=strength)
    for axis in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
        far = tuple(-c for c in axis)
        sheet.line(*_place(far, cx, cy), *_place(axis, cx, cy), width=1, opacity=0.4)


_ENDS = {
    (1, 0, 0): "x |+⟩",
    (-1, 0, 0): "|−⟩",
    (0, 1, 0): "y |+i⟩",
    (0, -1, 0): "|−i⟩",
    (0, 0, 1): "z |0⟩",
    (0, 0, -1): "|1⟩",
}


def _axis_names(cx, cy, ink):
    """Where the names of the axes' ends stand, above or below them, off what is drawn: (x, y, name, anchor)."""
    for end, name in _ENDS.items():
        x, y = _place(end, cx, cy)
        if end[2]:
            yield x, y + (-8 if y < cy else 18), name, "middle"
        else:  # outside the outline where the end is near to it
            aside = math.copysign(12 if end[1] else 7, x - cx)
            anchor = "start" if x > cx else "end"
            drops = (14, -4) if y > cy else (-4, 16)
            drop = min(drops, key=lambda drop: _covered(_box(x + aside, y + drop, name, anchor), ink, []))
            yield x + aside, y + drop, name, anchor


def _box(x, y, text, anchor="middle"):
    """The box that a text of 13 px fills: (left, top, right, bottom)."""
    width = 7.6 * len(text)
    left = x - width * {"start": 0, "middle": 0.5, "end": 1}[anchor]
    return left, y - 11, left + width, y + 3


def _name(sheet, centre, tip, label, ink, taken):
    """An arrow's name beside its shaft, at the place where it covers least of the arrows and of the other names."""
    (cx, cy), (x, y) = centre, tip
    long = math.dist(tip, centre)
    across = ((cy - y) / long, (x - cx) / long)
    reach = abs(across[0]) * 3.8 * len(label) + abs(across[1]) * 7 + 5  # from the middle of the text to the shaft
    aside = 1 if x >= cx else -1
    places = []
    for part in (0.62, 0.45, 0.8, 0.95):
        for side in (aside, -aside):
            at = [c + part * (t - c) + side * reach * a for c, t, a in zip(centre, tip, across, strict=True)]
            places.append((at[0], at[1] + 4))
    best = min(places, key=lambda at: _covered(_box(*at, label), ink, taken))
    taken.append(_box(*best, label))
    sheet.text(*best, label, 13, "middle", 600)


def _covered(box, ink, taken) -> int:
    """How much of what is drawn, as points, and of other names lies in a box."""
    left, top, right, bottom = box
    meets = sum(min(right, b[2]) > max(left, b[0]) and min(bottom, b[3]) > max(top, b[1]) for b in taken)
    return 10 * meets + sum(left - 2 < x < right + 2 and top - 2 < y < bottom + 2 for x, y in ink)


def _runs(points, front):
    run, runs = [], []
    for p in points:
        if (_depth(p) >= 0) == front:
            run.append(p)
        else:
            runs.append(run)
            run = []
    runs.append(run)
    return [r for r in runs if len(r) > 1]


def _arrow(sheet, cx, cy, vector, i):
    colour, dash = SERIES[i % 6], _DASHES[i % 4]
    x, y = _place(vector, cx, cy)
    if math.hypot(*vector) < 1e-6:
        sheet.circle(cx, cy, 5, fill=colour)
        return
    fx, fy = _place((vector[0], vector[1], 0.0), cx, cy)
    if abs(vector[2]) > 0.05 and math.hypot(vector[0], vector[1]) > 0.05:  # a shadow, so that the eye finds the depth
        sheet.line(x, y, fx, fy, colour, 1, "2 3")
        sheet.line(cx, cy, fx, fy, colour, 1, "2 3")
    sheet.arrow(cx, cy, x, y, colour, 3, 11, dash)


def _coordinates(vector):
    return f"({', '.join(number_text(c, 2) for c in vector)})"


def _caption(label, vector, room):
    """The arrow in numbers; where there is no room for all of them, without its angles."""
    start = f"{label}: {_coordinates(vector)}" if label else _coordinates(vector)
    whole = start + _angles(vector)
    return whole if text_width(whole, 12) <= room else start + _length(vector)


def _length(vector):
    length = math.hypot(*vector)
    return f", length {number_text(length, 2)}" if length < 0.995 else ""


def _angles(vector):
    length = math.hypot(*vector)
    if length < 1e-6:
        return ", length 0"
    theta = math.degrees(math.acos(max(-1.0, min(1.0, vector[2] / length))))
    phi = math.degrees(math.atan2(vector[1], vector[0])) if math.hypot(vector[0], vector[1]) > 1e-6 else 0.0
    return f", θ = {number_text(theta, 0)}°, φ = {number_text(phi, 0)}°{_length(vector)}"
