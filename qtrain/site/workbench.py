"""The workbench: a circuit that a reader changes on the page. Its script is ``theme/static/workbench.js``."""

from __future__ import annotations

import json
from html import escape
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.locale import get_translation

_ = get_translation("qtrain")
MOST_QUBITS = 5
GATES = {"sdg": "S†", "tdg": "T†", "sx": "√X", "swap": "×"}
TURNS = ("rx", "ry", "rz", "p")
KNOWN = ("h", "x", "y", "z", "s", "t", *TURNS, *GATES)


class workbench(nodes.General, nodes.Element):
    """The place of a workbench; its ``circuit`` is what it begins with."""


class Workbench(Directive):
    """A workbench that begins with the circuit in its content: ``h 0; cx 0 1``."""

    has_content = True
    option_spec: ClassVar = {"qubits": directives.nonnegative_int, "order": directives.unchanged}

    def run(self):
        """The node; a circuit that the workbench can't show is an error of the page."""
        try:
            made = grid("\n".join(self.content), self.options.get("qubits"))
        except ValueError as problem:
            raise self.error(str(problem)) from None
        return [workbench(circuit=made, order=self.options.get("order", "Cirq"))]


def grid(text: str, qubits: int | None = None) -> dict:
    """A circuit in the course's shorthand as the workbench keeps it: ``{"n": 2, "columns": [[cell, …], …]}``.

    A cell is None or ``{"gate": …}`` with an ``"angle"`` in radians for a rotation; a control of a column holds for all
    gates in it.

    Parameters
    ----------
    text : str
        See `qtrain.circuits.shorthand.circuit`.
    qubits : int, optional

    Raises
    ------
    ValueError
        The circuit has more qubits or other gates than the workbench.
    """
    from qtrain.circuits.shorthand import circuit

    made = circuit(text, qubits=qubits)
    if not 1 <= made.num_qubits <= MOST_QUBITS:
        raise ValueError(f"the workbench has 1 to {MOST_QUBITS} qubits, the circuit {made.num_qubits}")
    columns: list[list] = []
    free = [0] * made.num_qubits  # the first column that a qubit has not used
    for step in made.operations:
        if step.name not in KNOWN:
            raise ValueError(f"the workbench has no gate {step.name!r}; it has {', '.join(KNOWN)}")
        places = (*step.controls, *step.qubits)
        span = range(min(places), max(places) + 1) if len(places) > 1 else places
        column = max(free[q] for q in (range(made.num_qubits) if len(places) > 1 else span))
        while len(columns) <= column:
            columns.append([None] * made.num_qubits)
        cell = {"gate": GATES.get(step.name, step.name.upper())}
        if step.name in TURNS:
            cell["angle"] = float(step.params[0])
        for qubit in step.qubits:
            columns[column][qubit] = cell
        for qubit, value in zip(step.controls, step.control_values, strict=True):
            columns[column][qubit] = {"gate": "●" if value else "○"}
        # Nothing may share a column with a control, or stand under its line.
        for qubit in range(made.num_qubits) if len(places) > 1 else span:
            free[qubit] = column + 1
    return {"n": made.num_qubits, "columns": columns}


def _words() -> dict[str, str]:
    return {
        "circuit": _("Circuit"),
        "gates": _("Gates"),
        "angle": _("Angle"),
        "shots": _("shots"),
        "step": _("step"),
        "empty": _("empty"),
        "more": _("One qubit more"),
        "fewer": _("One qubit fewer"),
        "clear": _("Clear"),
        "again": _("As it was"),
        "order": _("Bit order"),
        "run": _("Measure"),
        "text": _("As code"),
        "●": _("control on 1"),
        "○": _("control on 0"),
        "×": _("swap"),
    }


def _visit(self, node):
    if self.builder.name != "html":  # it lives by its script
        raise nodes.SkipNode
    words = json.dumps({name: str(word) for name, word in _words().items()}, ensure_ascii=False)
    self.body.append(
        f'<div class="qt-workbench" data-order="{escape(node["order"])}" '
        f'data-circuit="{escape(json.dumps(node["circuit"], ensure_ascii=False))}" data-words="{escape(words)}">'
        f"<p>{escape(str(_('The workbench needs JavaScript.')))}</p></div>\n"
    )
    raise nodes.SkipNode


def _skip(self, node):
    raise nodes.SkipNode


def setup(app):
    """Register the node and its directive."""
    others = {name: (_skip, None) for name in ("latex", "text", "man", "texinfo")}
    app.add_node(workbench, html=(_visit, None), **others)
    app.add_directive("qtrain-workbench", Workbench)
