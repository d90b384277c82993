"""qtrain: a hands-on quantum computing curriculum in Qiskit and Cirq.

The names a notebook uses are here; each is imported when first used, so that ``import qtrain`` stays light.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "check": "qtrain.notebook",
    "choose": "qtrain.notebook",
    "claim": "qtrain.notebook",
    "compare": "qtrain.checking",
    "hint": "qtrain.notebook",
    "practice": "qtrain.repeating",
    "progress": "qtrain.repeating",
    "recalled": "qtrain.repeating",
    "solution": "qtrain.notebook",
    "this_copy": "qtrain.notebook",
    "variant": "qtrain.notebook",
    "Verdict": "qtrain.checking",
}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name in _HOME:
        # In a notebook a verdict is shown as a card; the room of verdicts draws nothing, so it is said here.
        import_module("qtrain.notebook").show_cards()
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'qtrain' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_HOME})
