"""The sheet that every drawing is made on: a small SVG writer, the colours, and the `Picture` that comes out.

No element carries an id (hatching and arrow heads are drawn, not referenced), so that
many pictures can stand in one page.
Strokes and text use ``currentColor`` and so follow the page's light or dark theme.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from qtrain.circuits.numerals import fixed

INK = "currentColor"
# Okabe and Ito's colours, which stay apart for colour-blind readers; yellow is left out: it vanishes on white.
BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY)

FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"
_WHEEL = (BLUE, GREEN, ORANGE, PURPLE)  # phases 0, π/2, π, −π/2; opposite signs are the pair told apart most easily


@dataclass(frozen=True)
class Picture:
    """A drawing with its description.

    Attributes
    ----------
    svg : str
        One ``<svg>`` element, or several in a row (see `beside`).
    alt : str
        What the picture shows, in words.
    """

    svg: str
    alt: str

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html(), "text/plain": repr(self)}

    def __repr__(self):
        return f"[picture: {self.alt}]"

    def html(self) -> str:
        """The picture as a ``<figure>`` for a page."""
        return f'<figure class="qtrain-picture" style="margin:0.5em 0">{self.svg}</figure>'


def beside(*pictures: Picture, alt: str | None = None) -> Picture:
    """Pictures in a row, which wraps where the page is narrow.

    Parameters
    ----------
    *pictures : Picture
        From left to right.
    alt : str, optional
        Description of the whole (default: those of the pictures).
    """
    row = "".join(f'<div style="flex:0 1 auto;min-width:0">{picture.svg}</div>' for picture in pictures)
    html = f'<div style="display:flex;flex-wrap:wrap;gap:0.5em 1.5em;align-items:flex-start">{row}</div>'
    return Picture(html, alt or " ".join(picture.alt for picture in pictures))


def phase_colour(angle: float) -> str:
    """The colour of a phase: blue 0, green π/2, orange π, purple −π/2, and mixtures between."""
    place = (angle / (math.pi / 2)) % 4
    first, share = int(place) % 4, place - int(place)
    pairs = zip(_channels(_WHEEL[first]), _channels(_WHEEL[(first + 1) % 4]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def _channels(colour):
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def short(value: float) -> str:
    """A coordinate with at most two decimals."""
    return fixed(value, 2)


class Canvas:
    """A sheet of `width` × `height` units to draw on; a unit is a pixel where the page is wide enough.

    Examples
    --------
    >>> sheet = Canvas(100, 20)
    >>> sheet.line(10, 10, 90, 10)
    >>> sheet.picture("A line.")
    [picture: A line.]
    """

    def __init__(self, width: float, height: float):
        self.width, self.height, self._parts = width, height, []

    def _add(self, tag, content=None, **attributes):
        written = "".join(
            f' {name.replace("_", "-")}="{short(value) if isinstance(value, int | float) else escape(str(value))}"'
            for name, value in attributes.items()
            if value is not None
        )
        self._parts.append(f"<{tag}{written}/>" if content is None else f"<{tag}{written}>{content}</{tag}>")

    def line(self, x1, y1, x2, y2, colour=INK, width=1.5, dash=None, opacity=None):
        """A straight line."""
        self._add(
            "line",
            x1=x1,
            y1=y1,
            x2=x2,
            y2=y2,
            stroke=colour,
            stroke_width=width,
            stroke_dasharray=dash,
            opacity=opacity,
        )

    def rect(self, x, y, width, height, fill="none", colour=INK, stroke=1.2, radius=None, dash=None, opacity=None):
        """A rectangle from its upper left corner."""
        self._add(
            "rect", x=x, y=y, width=max(width, 0), height=max(height, 0), rx=radius, fill=fill, stroke=colour,
            stroke_width=stroke, stroke_dasharray=dash, opacity=opacity,
        )  # fmt: skip

    def circle(self, x, y, radius, fill="none", colour=INK, stroke=1.2, dash=None, opacity=None):
        """A circle around (x, y)."""
        self._add(
            "circle", cx=x, cy=y, r=radius, fill=fill, stroke=colour, stroke_width=stroke, stroke_dasharray=dash,
            opacity=opacity,
        )  # fmt: skip

    def path(self, points, colour=INK, width=1.5, fill="none", dash=None, opacity=None, close=False):
        """A line through points."""
        steps = "L".join(f"{short(x)} {short(y)}" for x, y in points)
        self._add(
            "path", d=f"M{steps}{'Z' if close else ''}", stroke=colour, stroke_width=width, fill=fill,
            stroke_dasharray=dash, stroke_linejoin="round", opacity=opacity,
        )  # fmt: skip

    def curve(self, d, colour=INK, width=1.5, fill="none", dash=None, opacity=None):
        """A path in SVG's own notation."""
        self._add("path", d=d, stroke=colour, stroke_width=width, fill=fill, stroke_dasharray=dash, opacity=opacity)

    def arrow(self, x1, y1, x2, y2, colour=INK, width=2.0, head=7.0, dash=None):
        """A line with an arrow head at its second end."""
        length = math.hypot(x2 - x1, y2 - y1)
        if length < 1e-6:
            return
        head = min(head, length)
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        bx, by = x2 - head * ux, y2 - head * uy
        self.line(x1, y1, bx + ux, by + uy, colour, width, dash)
        wing = head * 0.5
        corners = [(x2, y2), (bx - uy * wing, by + ux * wing), (bx + uy * wing, by - ux * wing)]
        self.path(corners, colour, 0.5, fill=colour, close=True)

    def text(self, x, y, string, size=13, anchor="start", weight=None, colour=INK, turn=None, opacity=None):
        """Text with its base line at `y`; `turn` in degrees about (x, y)."""
        self._add(
            "text", escape(str(string)), x=x, y=y, font_size=size, text_anchor=anchor, font_weight=weight, fill=colour,
            transform=f"rotate({short(turn)} {short(x)} {short(y)})" if turn else None, opacity=opacity,
        )  # fmt: skip

    def hatch(self, x, y, width, height, step=6.0, slope=1, colour=INK, opacity=0.55):
        """Slanted lines inside a rectangle, so that it is told from its neighbour without colour."""
        offset = step
        while offset < width + height:
            # The line u + v = offset, cut at the rectangle's edges; slope −1 mirrors it.
            u1, v1 = (offset, 0.0) if offset <= width else (width, offset - width)
            u2, v2 = (0.0, offset) if offset <= height else (offset - height, height)
            if slope < 0:
                u1, u2 = width - u1, width - u2
            self.line(x + u1, y + v1, x + u2, y + v2, colour, 0.8, opacity=opacity)
            offset += step

    def dial(self, x, y, radius, angle, colour):
        """A small clock whose hand shows a phase: right is 0, up is π/2."""
        self.circle(x, y, radius, opacity=0.45, stroke=1)
        self.arrow(x, y, x + radius * math.cos(angle), y - radius * math.sin(angle), colour, 2, 5.5)
        self.circle(x, y, 1.5, fill=INK, stroke=0)

    def picture(self, alt: str, title: str | None = None) -> Picture:
        """The finished sheet; `title` is what a pointer over the picture shows."""
        w, h = short(self.width), short(self.height)
        title = escape(title or alt.split(". ")[0])
        return Picture(
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(alt)}" viewBox="0 0 {w} {h}" '
            f'width="{w}" height="{h}" style="max-width:100%;height:auto" font-family="{escape(FONT)}">'
            f"<title>{title}</title>{''.join(self._parts)}</svg>",
            alt,
        )


def text_width(string: str, size: float = 13) -> float:
    """About how wide a text is: good enough to place it."""
    return sum(0.32 if c in "il|.,:;'()[]⟩ !jt−" else 0.62 for c in str(string)) * size
