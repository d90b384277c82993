"""Pictures for lessons and verdicts: SVG written as strings, with alt text, readable in grey and at phone width.

Every drawing gives a `Picture`; a notebook shows it as a figure, a terminal as ``[picture: …]``. Nothing here imports a
plotting library, and each name is imported when it is first used.
"""

from importlib import import_module

_HOME = {
    "BLUE": "svg",
    "Canvas": "svg",
    "Card": "cards",
    "GREEN": "svg",
    "INK": "svg",
    "ORANGE": "svg",
    "PURPLE": "svg",
    "Picture": "svg",
    "SKY": "svg",
    "VERMILLION": "svg",
    "amplitudes": "states",
    "ball": "ellipsoid",
    "bars": "charts",
    "beside": "svg",
    "bit_order": "states",
    "bloch": "sphere",
    "card": "cards",
    "circuit": "wires",
    "counts": "charts",
    "level": "charts",
    "line": "charts",
    "matrix": "states",
    "number_text": "qtrain.circuits.numerals",
    "patch": "lattice",
    "phase_text": "qtrain.circuits.numerals",
    "plane": "states",
    "plot": "charts",
    "points": "charts",
    "side_by_side": "wires",
    "torus": "lattice",
}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name in _HOME:
        return getattr(import_module(_HOME[name] if "." in _HOME[name] else f"qtrain.drawing.{_HOME[name]}"), name)
    raise AttributeError(f"module 'qtrain.drawing' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_HOME})
