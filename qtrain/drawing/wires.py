"""Circuits as wires and boxes, from any framework, folded where they are too long for a narrow page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from qtrain.circuits.numerals import listing, phase_text

from .svg import BLUE, INK, ORANGE, Canvas, Picture, beside, text_width

_WIDTH = 360
_GAP = 40  # between wires
_NAMES = {"id": "I", "sdg": "S†", "tdg": "T†", "sx": "√X", "sxdg": "√X†", "iswap": "iSWAP", "iswapdg": "iSWAP†",
          "p": "P", "hpow": "H^", "swappow": "SWAP^", "measure": "M", "reset": "|0⟩", "initialize": "prepare",
          "unitary": "U", "kraus": "channel"}  # fmt: skip


@dataclass
class _Step:
    """A thing to draw in one column: an operation, or a frame around a conditional block opening or closing."""

    kind: str  # "gate", "open" or "close"
    operation: object
    low: int
    high: int
    width: float
    column: int = 0
    note: str = ""


def circuit(program, *, names=(), title: str | None = None, alt: str | None = None) -> Picture:
    """Draw a circuit of Qiskit, Cirq, OpenQASM text or the neutral form.

    Parameters
    ----------
    program
        The circuit.
    names : sequence of str
        What to call the wires (default: the author's names).
    title, alt : str, optional
        Heading; description in words (default: the operations in order).
    """
    neutral = _neutral(program)
    names = list(names) or list(neutral.qubit_names) or [f"q{k}" for k in range(neutral.num_qubits)]
    steps = _placed(_steps(neutral, neutral.operations), neutral.num_qubits)
    gutter = 20 + max([text_width(name, 13) for name in names] or [0])
    rows = _folded(steps, _WIDTH - gutter - 14)
    # A condition is written above its frame.
    top = (34 if title else 10) + 8 * any(step.note for columns in rows[:1] for _, column in columns for step in column)
    tall = _GAP * neutral.num_qubits + 4
    sheet = Canvas(_WIDTH, top + (tall + 10) * len(rows))
    if title:
        sheet.text(8, 18, title, 14, weight=600)
    for row, columns in enumerate(rows):
        _row(sheet, columns, names, gutter, top + (tall + 10) * row, row, len(rows))
    return sheet.picture(alt or _told(neutral, names), title)


def side_by_side(qiskit, cirq, *, alt: str | None = None) -> Picture:
    """Draw a Qiskit and a Cirq circuit next to each other; on a narrow page one stands above the other.

    Parameters
    ----------
    qiskit, cirq : circuit
        What stands on the left, and on the right: all that `circuit` draws.
    alt : str, optional
        Description in words (default: that of both).

    Raises
    ------
    ValueError
        If one of them is no circuit.
    """
    left, right = circuit(qiskit, title="Qiskit"), circuit(cirq, title="Cirq")
    return beside(left, right, alt=alt or f"Qiskit: {left.alt} Cirq: {right.alt}")


def _neutral(program):
    from qtrain.circuits.model import Circuit

    if isinstance(program, Circuit):
        return program
    from qtrain.circuits import read

    found = read(program)
    if not isinstance(found, Circuit):
        raise ValueError(f"This picture shows a circuit, and what came is a {type(found).__name__.lower()}.")
    return found


def _steps(neutral, operations, depth=0):
    for operation in operations:
        if operation.name == "if":
            inside = [*_steps(neutral, operation.body, depth + 1), *_steps(neutral, operation.orelse, depth + 1)]
            touched = [q for step in inside for q in (step.low, step.high)] or [0]
            low, high = min(touched), max(touched)
            yield _Step("open", operation, low, high, 16, note=_condition(neutral, operation))
            yield from _steps(neutral, operation.body, depth + 1)
            if operation.orelse:
                yield _Step("else", operation, low, high, 16, note="else")
                yield from _steps(neutral, operation.orelse, depth + 1)
            yield _Step("close", operation, low, high, 16)
            continue
        if operation.name == "measure" and operation.clbits:
            bits = ",".join(_bit(neutral, b) for b in operation.clbits)
            operation = replace(operation, label=f"→{bits}")
        touched = operation.all_qubits or tuple(range(neutral.num_qubits)) or (0,)
        wide = max((1.15 * text_width(line, 14) for line in _label(operation)), default=0)
        yield _Step("gate", operation, min(touched), max(touched), max(wide + 12, 30))


def _condition(neutral, operation):
    bits, value = operation.condition or ((), 1)
    return f"if {','.join(_bit(neutral, b) for b in bits)} = {value}"


def _bit(neutral, b):
    return neutral.clbit_names[b] if b < len(neutral.clbit_names) else f"c{b}"


def _placed(steps, num_qubits):
    """Give each step the first column in which its wires are free; a conditional block takes columns of its own."""
    free, steps = [0] * max(num_qubits, 1), list(steps)
    for step in steps:
        span = range(step.low, step.high + 1) if step.kind == "gate" else range(len(free))
        step.column = max(free[q] for q in span)
        for q in span:
            free[q] = step.column + 1
    return steps


def _folded(steps, room):
    columns = {}
    for step in steps:
        columns.setdefault(step.column, []).append(step)
    rows, used = [[]], 0.0
    for number in sorted(columns):
        wide = max(step.width for step in columns[number]) + 12
        if rows[-1] and used + wide > room:
            rows.append([])
            used = 0.0
        rows[-1].append((wide, columns[number]))
        used += wide
    return rows


def _row(sheet, columns, names, gutter, top, number, of):
    end = gutter + sum(wide for wide, _ in columns) + 4
    end = max(end, gutter + 40)

    def wire(q):
        return top + _GAP * q + _GAP / 2

    blocked, x = {}, gutter
    for wide, steps in columns:
        for step in steps:
            for q, half in _covers(step):
                blocked.setdefault(q, []).append((x + wide / 2 - half, x + wide / 2 + half))
        x += wide
    for q, name in enumerate(names):
        sheet.text(gutter - 10, wire(q) + 5, name, 13, "end")
        at = gutter - 4
        for start, stop in [*sorted(blocked.get(q, [])), (end, end)]:
            sheet.line(at, wire(q), start, wire(q), width=1.2, opacity=0.8)
            at = stop
        for edge, here in ((gutter - 4, number > 0), (end, number < of - 1)):
            if here:  # the wire goes on in another row
                sheet.path([(edge - 3, wire(q) - 5), (edge + 3, wire(q) + 5)], width=1.2)
    x = gutter
    for wide, steps in columns:
        for step in steps:
            _step(sheet, step, x + wide / 2, wire)
        x += wide


def _covers(step):
    """Wires that a step's box or ring hides, with half the hidden length."""
    operation = step.operation
    if step.kind != "gate" or operation.name == "barrier":
        return
    for q, value in zip(operation.controls, operation.control_values, strict=False):
        if not value:
            yield q, 5
    if _label(operation):
        for q in range(min(operation.qubits), max(operation.qubits) + 1):
            yield q, step.width / 2


def _step(sheet, step, x, wire):
    if step.kind != "gate":
        y1, y2 = wire(step.low) - 19, wire(step.high) + 19
        sheet.line(x, y1, x, y2, ORANGE, 2, "4 3")
        if step.note:
            sheet.text(x - 2, y1 - 3, step.note, 11)  # above the boxes: the columns of a block are its own
        return
    operation, name = step.operation, step.operation.name
    if name == "barrier":
        for q in operation.qubits or range(step.low, step.high + 1):
            sheet.line(x, wire(q) - 18, x, wire(q) + 18, width=1.5, dash="3 3", opacity=0.6)
        return
    if operation.controls or name == "swap":
        _link(sheet, operation, x, wire)
    values = operation.control_values or (1,) * len(operation.controls)
    for q, value in zip(operation.controls, values, strict=False):
        _dot(sheet, x, wire(q), value)
    if name == "x" and operation.controls:
        for q in operation.qubits:
            _plus(sheet, x, wire(q))
    elif name == "z" and operation.controls:
        for q in operation.qubits:
            _dot(sheet, x, wire(q), 1)
    elif name == "swap":
        for q in operation.qubits:
            for slope in (-1, 1):
                sheet.line(x - 6, wire(q) - 6 * slope, x + 6, wire(q) + 6 * slope, width=2)
    else:
        _box(sheet, operation, x, wire, step.width)


def _link(sheet, operation, x, wire):
    """The upright line from the controls to the target, which stops at a box's edge."""
    first, last = min(operation.qubits), max(operation.qubits)
    reach = 15 if _label(operation) else 0
    above, below = min(operation.all_qubits), max(operation.all_qubits)
    if not reach:
        sheet.line(x, wire(above), x, wire(below), width=1.6)
        return
    if above < first:
        sheet.line(x, wire(above), x, wire(first) - reach, width=1.6)
    if below > last:
        sheet.line(x, wire(last) + reach, x, wire(below), width=1.6)


def _dot(sheet, x, y, value):
    if value:
        sheet.circle(x, y, 4.5, fill=INK)
    else:
        sheet.circle(x, y, 5, stroke=2)


def _plus(sheet, x, y):
    sheet.circle(x, y, 10, fill=BLUE, colour="none", opacity=0.25)
    sheet.circle(x, y, 10, colour=INK, stroke=1.6)
    sheet.line(x - 10, y, x + 10, y, width=1.6)
    sheet.line(x, y - 10, x, y + 10, width=1.6)


def _box(sheet, operation, x, wire, width):
    low, high = wire(min(operation.qubits)) - 15, wire(max(operation.qubits)) + 15
    colour = ORANGE if operation.name in ("measure", "reset") else BLUE
    sheet.rect(x - width / 2, low, width, high - low, fill=colour, colour="none", radius=4, opacity=0.22)
    sheet.rect(x - width / 2, low, width, high - low, colour=INK, stroke=1.3, radius=4)
    lines = _label(operation)
    middle = (low + high) / 2
    size = 14 if len(lines) == 1 else 12
    for k, text in enumerate(lines):
        sheet.text(x, middle + 5 + (k - (len(lines) - 1) / 2) * 13, text, size, "middle", 600 if k == 0 else None)
    if len(operation.qubits) > 1:  # which wire is the gate's first, second, … qubit
        for k, q in enumerate(operation.qubits):
            sheet.text(x - width / 2 + 2, wire(q) - 5, str(k), 9, opacity=0.8)


def _label(operation):
    name = operation.name
    if name in ("barrier", "swap") or (name in "xz" and operation.controls):
        return []
    if name == "measure":
        return ["M", operation.label[:14]] if operation.label else ["M"]
    # The parts of a custom gate carry its label, too, and have names of their own.
    if operation.label and name == "unitary":
        return [operation.label[:14]]
    shown = _NAMES.get(name) or (f"R{name[1:]}" if name.startswith("r") and len(name) <= 3 else name.upper())
    if not operation.params:
        return [shown]
    return [shown, ",".join(phase_text(angle).removesuffix(" rad") for angle in operation.params)]


def _told(neutral, names):
    said = [_said(neutral, operation, names) for operation in neutral.operations if operation.name != "barrier"]
    more = f", and {len(said) - 20} more steps" if len(said) > 20 else ""
    steps = "; ".join(said[:20]) + more if said else "no gates"
    return f"Circuit on {listing(names)}: {steps}."


def _said(neutral, operation, names):
    if operation.name == "if":
        inside = "; ".join(_said(neutral, step, names) for step in operation.body)
        other = "; ".join(_said(neutral, step, names) for step in operation.orelse)
        return f"{_condition(neutral, operation)} then ({inside or 'nothing'})" + (f" else ({other})" if other else "")
    where = listing(names[q] for q in operation.qubits)
    if operation.name == "measure":
        bits = f" into {listing(_bit(neutral, b) for b in operation.clbits)}" if operation.clbits else ""
        return f"measure {where}{bits}"
    if operation.name == "reset":
        return f"reset {where}"
    label = "".join(_label(operation)[:1]) or operation.name.upper()
    angles = f"({', '.join(phase_text(a) for a in operation.params)})" if operation.params else ""
    values = operation.control_values or (1,) * len(operation.controls)
    controls = [names[q] + ("" if v else " being 0") for q, v in zip(operation.controls, values, strict=False)]
    return f"{label}{angles} on {where}" + (f" controlled by {listing(controls)}" if controls else "")
