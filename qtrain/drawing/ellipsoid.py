"""The Bloch ball after a channel: squashed, turned and shifted."""

from __future__ import annotations

import math

from qtrain.circuits.numerals import number_text

from .sphere import _place, _rings, _runs
from .svg import BLUE, INK, VERMILLION, Canvas, Picture

_SLACK = 1e-6


def ball(transfer, *, radius: float = 100, title: str | None = None, alt: str | None = None) -> Picture:
    """Draw what a one-qubit map makes of the Bloch ball, inside the sphere of pure states.

    Where the image leaves the sphere, no state belongs to its points: it is drawn in another colour, and said.

    Parameters
    ----------
    transfer : array_like
        The Pauli transfer matrix of a map that keeps the trace, real, (4, 4), in the order I, X, Y, Z.
    radius : float
        Of the sphere, in pixels where the page is wide enough.
    title, alt : str, optional
        Heading; description in words (default: made from the matrix).

    Raises
    ------
    ValueError
        If it is no such matrix.
    """
    import numpy as np

    given = np.real_if_close(np.asarray(transfer))
    if given.shape != (4, 4) or not np.isrealobj(given) or np.abs(given[0] - [1, 0, 0, 0]).max() > _SLACK:
        raise ValueError("A ball is drawn from a real Pauli transfer matrix, 4 × 4, with the first row 1, 0, 0, 0.")
    turned, shift = given[1:, 1:].astype(float), given[1:, 0].astype(float)
    axes = np.linalg.svd(turned, compute_uv=False)
    outside = _reach(turned, shift) > 1 + _SLACK
    colour = VERMILLION if outside else BLUE

    width = max(2 * radius + 44, 160)
    top = 46 if title else 24
    cx, cy = width / 2, top + radius
    sheet = Canvas(width, cy + radius + 42 + 16 * outside)
    if title:
        sheet.text(cx, 16, title, 13, "middle", 600)
    sheet.circle(cx, cy, radius, fill=INK, colour="none", opacity=0.04)
    sheet.circle(cx, cy, radius, opacity=0.6)
    for ring in _rings():
        for front in (False, True):
            for run in _runs(ring, front):
                line = [_place(p, cx, cy, radius) for p in run]
                sheet.path(line, width=1, dash=None if front else "3 3", opacity=0.3 if front else 0.18)
    for end, name, aside, drop in (((0, 0, 1), "|0⟩", 0, -8), ((1, 0, 0), "x", -8, 12), ((0, 1, 0), "y", 7, 10)):
        x, y = _place(end, cx, cy, radius)
        sheet.text(x + aside, y + drop, name, 12, "middle")

    # The outline of the image of a ball is an ellipse: the ball of its shadow on the paper.
    paper = np.array([_place(axis, 0, 0, 1) for axis in np.eye(3)]).T
    turn, lengths, _ = np.linalg.svd(paper @ turned)
    centre = np.array(_place(shift, cx, cy, radius))
    round_about = np.radians(np.arange(0, 360, 6))
    outline = centre + radius * (np.array([np.cos(round_about), np.sin(round_about)]).T * lengths) @ turn.T
    sheet.path([tuple(p) for p in outline], "none", 0, fill=colour, opacity=0.22, close=True)
    sheet.path([tuple(p) for p in outline], colour, 2.2, close=True)
    for ring in _rings():
        image = [tuple(turned @ p + shift) for p in ring]
        sheet.path([_place(p, cx, cy, radius) for p in image], colour, 1.2, opacity=0.75)
    sheet.circle(*centre, 2.5, fill=colour, colour="none")

    halves = ", ".join(number_text(float(a), 2) for a in axes)
    middle = f"({', '.join(number_text(float(c) + 0.0, 2) for c in shift)})"
    sheet.text(cx, cy + radius + 20, f"half axes {halves}", 11, "middle")
    sheet.text(cx, cy + radius + 36, f"centre {middle}", 11, "middle")
    if outside:
        sheet.text(cx, cy + radius + 52, "leaves the sphere", 11, "middle", 600, colour)
    told = f"The Bloch ball becomes an ellipsoid with half axes {halves} and centre {middle}."
    told += " It leaves the sphere." if outside else ""
    return sheet.picture(alt or (f"{title}. {told}" if title else told), title)


def _reach(turned, shift) -> float:
    """The largest distance from the origin that a point of the image has, over a fine net of the sphere."""
    import numpy as np

    polar, around = np.meshgrid(np.linspace(0, math.pi, 181), np.linspace(0, 2 * math.pi, 181))
    net = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)])
    return float(np.linalg.norm(np.tensordot(turned, net, 1) + shift[:, None, None], axis=0).max())
