"""The picture on the front page: a circuit, an answer in code, and the card that names its mistake."""

from __future__ import annotations

from html import escape

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.locale import get_translation

_ = get_translation("qtrain")
# The page's colours; an e-reader, which does not know them, takes what stands behind the comma.
INK, LINE, MARK = "currentColor", "var(--line, #b6bec6)", "var(--mark, #00629b)"
GOOD, WARM, SOFT = "var(--good, #00654b)", "var(--warm, #a34700)", "var(--soft, none)"


def _shape(name: str, fill: str = "none", stroke: str = "none", line: float = 2, **places) -> str:
    where = "".join(f' {key}="{value}"' for key, value in places.items())
    return f'<{name}{where} style="fill:{fill};stroke:{stroke};stroke-width:{line};stroke-linecap:round"/>'


def _text(x: float, y: float, text: str, fill: str = INK, size: float = 15, anchor: str = "start") -> str:
    style = f"fill:{fill};font:{size}px var(--mono, monospace)"
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" style="{style}">{text}</text>'


def _circuit() -> str:
    return "".join(
        [
            _shape("path", stroke=LINE, d="M20 36H190M20 84H190"),
            _shape("path", stroke=MARK, d="M132 36V97"),
            _shape("rect", SOFT, MARK, x=52, y=20, width=32, height=32, rx=5),
            _text(68, 42, "H", MARK, 18, "middle"),
            _shape("circle", MARK, MARK, cx=132, cy=36, r=5),
            _shape("circle", "none", MARK, cx=132, cy=84, r=13),
            _shape("path", stroke=MARK, d="M119 84H145"),
        ]
    )


def _answer() -> str:
    return "".join(
        [
            _shape("rect", SOFT, LINE, 1.5, x=12, y=12, width=186, height=92, rx=8),
            _shape("path", stroke=MARK, line=3, d="M12 24V92"),
            _text(32, 50, "bell.h(0)"),
            _text(32, 82, "bell.cx(1, 0)"),
        ]
    )


def _card() -> str:
    return "".join(
        [
            _shape("rect", SOFT, LINE, 1.5, x=12, y=12, width=186, height=92, rx=8),
            _shape("path", stroke=WARM, line=3, d="M12 24V92"),
            _shape("path", stroke=WARM, line=2.5, d="M30 38L41 49M41 38L30 49"),
            _text(56, 50, "cx(1, 0)", WARM),
            _shape("path", stroke=GOOD, line=2.5, d="M29 77L34 82L43 70"),
            _text(56, 82, "cx(0, 1)", GOOD),
            # The two arrows of an exchange: control and target.
            _shape("path", stroke=INK, line=1.8, d="M150 50H180L174 44M180 70H150L156 76"),
        ]
    )


class Hero(Directive):
    """Three steps side by side, each drawn and said."""

    def run(self):
        """One raw node."""
        steps = [
            (
                _circuit(),
                _("A circuit: a Hadamard gate on the first qubit, then a CNOT from the first to the second."),
                _("You meet a circuit."),
            ),
            (
                _answer(),
                _("An answer in code: h(0), and then cx(1, 0)."),
                _("You build it yourself, in Qiskit or in Cirq."),
            ),
            (
                _card(),
                _("A card: cx(1, 0) has a cross and cx(0, 1) a tick; control and target were exchanged."),
                _("A card says what is right, and which mistake explains the rest."),
            ),
        ]
        items = "".join(
            f'<li><svg viewBox="0 0 210 116" width="210" height="116" role="img" aria-label="{escape(str(alt))}">'
            f"{drawn}</svg><span>{escape(str(said))}</span></li>"
            for drawn, alt, said in steps
        )
        return [nodes.raw("", f'<ol class="qt-hero">{items}</ol>', format="html")]


def setup(app):
    """Register the directive."""
    app.add_directive("qtrain-hero", Hero)
