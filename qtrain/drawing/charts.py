"""Graphs with labelled axes in one style, and bars of counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from qtrain.circuits.numerals import listing, number_text

from .svg import INK, SERIES, Canvas, Picture, text_width

_DASHES = (None, "7 4", "2 3", "9 3 2 3")


@dataclass(frozen=True)
class Series:
    """Data of a graph: made by `line`, `points`, `bars` and `level`."""

    kind: str
    x: tuple
    y: tuple
    label: str = ""
    error: tuple = ()


def line(x, y, label: str = "") -> Series:
    """A line through points, for `plot`.

    Parameters
    ----------
    x, y : sequence of n floats
        Coordinates, in the units of the axes.
    label : str
        Its name in the legend and the description.
    """
    return Series("line", _numbers(x), _numbers(y), label)


def points(x, y, label: str = "", *, error=None) -> Series:
    """Points, with error bars where an error is given, for `plot`.

    Parameters
    ----------
    x, y : sequence of n floats
        Coordinates, in the units of the axes.
    label : str
        Its name in the legend and the description.
    error : float or sequence of n floats, optional
        Half the length of the error bars, in units of y.
    """
    return Series("points", _numbers(x), _numbers(y), label, _errors(error, y))


def bars(names, y, label: str = "", *, error=None) -> Series:
    """A bar for each name, for `plot`; several series stand side by side.

    Parameters
    ----------
    names : sequence of n str
        What stands under the bars.
    y : sequence of n floats
        Their heights, in the units of the axis.
    label : str
        Its name in the legend and the description.
    error : float or sequence of n floats, optional
        Half the length of the error bars, in units of y.
    """
    return Series("bars", tuple(str(name) for name in names), _numbers(y), label, _errors(error, y))


def level(y: float, label: str = "") -> Series:
    """A dashed horizontal line at `y`, for `plot`.

    Parameters
    ----------
    y : float
        Where it lies, in the units of the axis.
    label : str
        Its name in the legend and the description.
    """
    return Series("level", (), (float(y),), label)


def _numbers(values):
    return tuple(float(v) for v in values)


def _errors(error, y):
    if error is None:
        return ()
    return _numbers(error) if hasattr(error, "__len__") else (float(error),) * len(tuple(y))


@dataclass(frozen=True)
class _Axis:
    low: float
    high: float
    log: bool
    start: float
    end: float

    def at(self, value):
        if self.log:
            low, high, value = math.log10(self.low), math.log10(self.high), math.log10(max(value, self.low * 1e-3))
        else:
            low, high = self.low, self.high
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def ticks(self):
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            every = max(1, math.ceil((last - first) / 5))
            return [10.0**k for k in range(first, last + 1, every)]
        step = _nice((self.high - self.low) / 7)
        count = math.floor((self.high - self.low) / step + 1e-6)
        first = math.ceil(self.low / step - 1e-6)
        return [k * step for k in range(first, first + count + 2) if k * step <= self.high + 1e-9 * step]


def _nice(step):
    power = 10.0 ** math.floor(math.log10(step))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= step - 1e-12)


def _tick_text(value, log):
    if log and not 0.01 <= value <= 1000:
        raised = str(round(math.log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"10{raised}"
    return number_text(value, 4) if abs(value) < 1e4 else f"{value:.0e}".replace("e+0", "e")


def plot(
    *series: Series, x: str, y: str, x_range=None, y_range=None, x_log: bool = False, y_log: bool = False,
    title: str | None = None, alt: str | None = None, height: int = 250,
) -> Picture:  # fmt: skip
    """Draw a graph from `line`, `points`, `bars` and `level`.

    Parameters
    ----------
    *series
        At least one. Bars do not mix with lines and points on a numeric axis.
    x, y : str
        Names of the axes with units: ``"time (µs)"``.
    x_range, y_range : pair of float, optional
        Limits of the axes; default: what the data need.
    x_log, y_log : bool
        Logarithmic axes.
    title, alt : str, optional
        Heading; description in words (default: each series by its first, last, least and greatest value).
    height : int
        Of the whole picture, in units of which the width has 360.

    Examples
    --------
    >>> plot(line([0, 1], [0, 1], "theory"), x="time (µs)", y="signal (V)").alt
    'Graph of signal (V) against time (µs). theory: from 0 at 0 to 1 at 1.'
    """
    names = next((s.x for s in series if s.kind == "bars"), None)
    named = [s for s in series if s.label]
    top = (28 if title else 10) + 18 * len(named)
    across, down = _axes(series, names, top, height + top, (x_range, y_range), (x_log, y_log))
    sheet = Canvas(360, height + top)
    if title:
        sheet.text(8, 18, title, 14, weight=600)
    _frame(sheet, across, down, names, x, y)
    for i, s in enumerate(series):
        _draw(sheet, s, i, across, down, series)
    for row, s in enumerate(named):
        _key(sheet, s, list(series).index(s), (36 if title else 16) + 18 * row)
    return sheet.picture(alt or _told(series, x, y), title or f"{y} against {x}")


def _axes(series, names, top, bottom, ranges, logs):
    def span(values, given, log, zero=False):
        if given:
            return given
        values = [v for v in values if math.isfinite(v) and (v > 0 or not log)] or [0.1, 1]
        low, high = min(values), max(values)
        if log:
            return (low / 1.3, high * 1.3) if high > low else (low / 10, high * 10)
        low = min(low, 0) if zero else low
        room = (high - low) * 0.06 or 0.5
        return (low if zero and low == 0 else low - room), high + room

    ys = [v for s in series for v in s.y]
    for s in series:
        ys += [v + e for v, e in zip(s.y, s.error, strict=False)] + [v - e for v, e in zip(s.y, s.error, strict=False)]
    xs = [v for s in series if s.kind != "bars" for v in s.x] or [0.0, 1.0]
    low, high = span(ys, ranges[1], logs[1], bool(names))
    down = _Axis(low, high, logs[1], bottom - 46, top + 6)
    left = 30 + max(text_width(_tick_text(t, logs[1]), 12) for t in down.ticks() or [low])
    low, high = (-0.5, len(names) - 0.5) if names else span(xs, ranges[0], logs[0])
    return _Axis(low, high, logs[0], left, 346), down


def _frame(sheet, across, down, names, x, y):
    for tick in down.ticks():
        at = down.at(tick)
        sheet.line(across.start, at, across.end, at, width=0.7, opacity=0.2)
        sheet.text(across.start - 6, at + 4, _tick_text(tick, down.log), 12, "end")
    for place, tick in enumerate(names or across.ticks()):
        at = across.at(place if names else tick)
        sheet.line(at, down.start, at, down.start + 4, width=1)
        sheet.text(at, down.start + 17, tick if names else _tick_text(tick, across.log), 12, "middle")
    sheet.line(across.start, down.start, across.end, down.start, width=1.2)
    sheet.line(across.start, down.start, across.start, down.end, width=1.2)
    sheet.text((across.start + across.end) / 2, down.start + 38, x, 13, "middle")
    sheet.text(14, (down.start + down.end) / 2, y, 13, "middle", turn=-90)


def _draw(sheet, s, i, across, down, series):
    colour = SERIES[i % 6]
    if s.kind == "level":
        at = down.at(s.y[0])
        sheet.line(across.start, at, across.end, at, colour, 1.8, "7 4")
    elif s.kind == "line":
        ends = sorted((down.start, down.end))
        for piece in _inside([(across.at(x), down.at(y)) for x, y in zip(s.x, s.y, strict=True)], *ends):
            sheet.path(piece, colour, 2.2, dash=_DASHES[i % 4])
    elif s.kind == "points":
        for k, (x, y) in enumerate(zip(s.x, s.y, strict=True)):
            if s.error:
                _whisker(sheet, across.at(x), y, s.error[k], down)
            _marker(sheet, across.at(x), down.at(y), i, colour)
    else:
        group = [other for other in series if other.kind == "bars"]
        wide = (across.at(1) - across.at(0)) * 0.8 / len(group)
        for k, y in enumerate(s.y):
            left = across.at(k) + wide * (group.index(s) - len(group) / 2)
            zero = down.at(max(down.low, 0) if not down.log else down.low)
            upper, tall = min(down.at(y), zero), abs(zero - down.at(y))
            _bar(sheet, left, upper, wide * 0.94, tall, group.index(s))
            if s.error:
                _whisker(sheet, left + wide * 0.47, y, s.error[k], down)


def _inside(points, top, bottom):
    """The pieces of a polyline that lie between two heights: a line that leaves the axes ends at their edge."""
    piece = points[:1] if points and top <= points[0][1] <= bottom else []
    for (x1, y1), (x2, y2) in pairwise(points):
        # Where this step crosses one of the edges, in the order in which it meets them.
        cuts = sorted((edge - y1) / (y2 - y1) for edge in (top, bottom) if (y1 - edge) * (y2 - edge) < 0)
        for part in cuts:
            piece.append((x1 + part * (x2 - x1), y1 + part * (y2 - y1)))
            if len(piece) > 1:
                yield piece
                piece = []
        if top <= y2 <= bottom:
            piece.append((x2, y2))
    if len(piece) > 1:
        yield piece


def _whisker(sheet, x, y, error, down):
    low, high = down.at(max(y - error, down.low)), down.at(y + error)
    sheet.line(x, low, x, high, width=1.4)
    for end in (low, high):
        sheet.line(x - 4, end, x + 4, end, width=1.4)


def _marker(sheet, x, y, i, colour):
    if i % 3 == 0:
        sheet.circle(x, y, 4, fill=colour, stroke=1)
    elif i % 3 == 1:
        sheet.rect(x - 3.6, y - 3.6, 7.2, 7.2, fill=colour, stroke=1)
    else:
        sheet.path([(x, y - 5), (x + 5, y + 4), (x - 5, y + 4)], INK, 1, fill=colour, close=True)


def _bar(sheet, x, y, width, height, i):
    sheet.rect(x, y, width, height, fill=SERIES[i % 6], stroke=1, opacity=0.9)
    if i % 3:
        sheet.hatch(x, y, width, height, slope=1 if i % 3 == 1 else -1)


def _key(sheet, s, i, y):
    colour = SERIES[i % 6]
    if s.kind == "bars":
        _bar(sheet, 40, y - 6, 26, 12, i)
    elif s.kind == "points":
        _marker(sheet, 53, y, i, colour)
    else:
        sheet.line(40, y, 66, y, colour, 2.2, "7 4" if s.kind == "level" else _DASHES[i % 4])
    sheet.text(74, y + 4, s.label)


def _told(series, x, y):
    parts = []
    for s in series:
        name = s.label or {"bars": "bars", "level": "level"}.get(s.kind, "data")
        if s.kind == "level":
            parts.append(f"{name}: dashed line at {_tell(s.y[0])}")
        elif s.kind == "bars":
            parts.append(f"{name}: {listing(f'{a} {_tell(b)}' for a, b in zip(s.x, s.y, strict=True))}")
        elif s.y:
            low, high = min(s.y), max(s.y)
            ends = f"from {_tell(s.y[0])} at {_tell(s.x[0])} to {_tell(s.y[-1])} at {_tell(s.x[-1])}"
            inside = {low, high} <= {s.y[0], s.y[-1]}
            parts.append(f"{name}: {ends}" + ("" if inside else f", least {_tell(low)}, greatest {_tell(high)}"))
    return f"Graph of {y} against {x}. {'; '.join(parts)}."


def _tell(value):
    return f"{value:.3g}".replace("-", "−") if math.isfinite(value) else str(value)


def counts(*shots, names=(), title: str | None = None, alt: str | None = None, axis: str = "shots") -> Picture:
    """Draw counts or probabilities, one bar for each bit string; several sets stand side by side.

    Parameters
    ----------
    *shots
        Dicts from bit string to number, drawn with the keys they have; or a framework's results (keys then big-endian).
    names : sequence of str
        What each set is called.
    title, alt : str, optional
        Heading; description in words.
    axis : str
        What the numbers are: ``"shots"``, ``"probability"``.
    """
    sets = [_as_dict(one) for one in shots]
    names = [*names, *[""] * (len(sets) - len(names))]
    keys = sorted({key for one in sets for key in one})
    most = max([1e-12, *(v for one in sets for v in one.values())])
    if len(keys) > 24:
        keys = sorted(sorted(keys, key=lambda k: (-max(one.get(k, 0) for one in sets), k))[:24])
    gutter = 14 + max([text_width(key, 14) for key in keys] or [20])
    top = (30 if title else 6) + 20 * sum(bool(name) for name in names) + 18
    thick = 20 if len(sets) == 1 else 16
    step = thick * len(sets) + 8
    sheet = Canvas(360, top + step * len(keys) + 4)
    if title:
        sheet.text(8, 18, title, 14, weight=600)
    for i, name in enumerate(name for name in names if name):
        y = (38 if title else 14) + 20 * i
        _bar(sheet, gutter, y - 6, 26, 12, i)
        sheet.text(gutter + 34, y + 5, name)
    sheet.text(gutter, top - 5, axis, 12, opacity=0.8)
    sheet.line(gutter, top, gutter, top + step * len(keys), opacity=0.5)
    for row, key in enumerate(keys):
        y = top + step * row + 4
        sheet.text(8, y + thick * len(sets) / 2 + 5, key, 14)
        for i, one in enumerate(sets):
            long = (286 - gutter) * one.get(key, 0) / most
            _bar(sheet, gutter, y + thick * i, long, thick - 2, i)
            sheet.text(gutter + long + 6, y + thick * i + thick / 2 + 4, number_text(one.get(key, 0)))
    told = []
    for name, one in zip(names, sets, strict=True):
        inside = listing(f"{key} {number_text(one[key])}" for key in sorted(one) if key in keys)
        told.append(f"{name + ': ' if name else ''}{inside}")
    return sheet.picture(alt or f"Bars of {axis}. {'; '.join(told)}.", title)


def _as_dict(shots):
    if hasattr(shots, "items"):
        return {str(key): float(value) for key, value in shots.items()}
    from qtrain.circuits import read

    answer = read(shots)
    found = getattr(answer, "counts", None) or getattr(answer, "probabilities", None)
    if found is None:
        raise ValueError("Counts are a dict from bit string to number, or the result of a run with measurements.")
    return {key: float(value) for key, value in found.items()}
