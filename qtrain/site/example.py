"""The front page's example: what the checker really says to a wrong answer, made anew with each build."""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import Directive

HEAD = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; h q[0]; '
ANSWER, EXPECTED = HEAD + "cx q[1],q[0];", HEAD + "cx q[0],q[1];"


def card() -> str:
    """The verdict card for a Bell circuit whose CNOT points the wrong way."""
    from qtrain.checking import compare
    from qtrain.circuits import read
    from qtrain.drawing import card as drawn

    return drawn(compare(read(ANSWER), read(EXPECTED))).html


class Card(Directive):
    """The card as HTML."""

    def run(self):
        """One raw node."""
        return [nodes.raw("", f'<div class="output text_html">{card()}</div>', format="html")]


def setup(app):
    """Register the directive."""
    app.add_directive("qtrain-card", Card)
