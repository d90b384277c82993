"""Reads OpenQASM 2 and 3: the standard gates, gate definitions, modifiers, measurement, reset, if and for."""

from __future__ import annotations

from typing import Any

from ...builder import Builder
from ...errors import MAX_OPERATIONS, MAX_QUBITS, Unreadable, number_from, unreadable
from ...gates import fractional_power
from ...model import Circuit, Operation
from ...simulate import unitary
from .control import TYPES, Control
from .gates import LIBRARY, STANDARD
from .syntax import Expressions, Words, bits_in, evaluate, tokens_of

_MAX_POWER_QUBITS = 8
_REFUSED = {
    "def": "a subroutine", "cal": "calibration", "defcal": "calibration",
    "defcalgrammar": "calibration", "extern": "an external function", "return": "return",
    "break": "break", "continue": "continue", "array": "an array", "duration": "timing", "stretch": "timing",
    "input": "an input parameter; put its number in", "let": "an alias",
}  # fmt: skip


def read_value(text: str, bases, num_qubits=None) -> Circuit:
    """The circuit of an OpenQASM 2 or 3 program."""
    return _Program(text).run()


_UNSET = ("bits", ())
"""A variable that was declared and has no value yet."""


def _value(expression):
    """The number that an expression is; where it depends on measured bits, the expression itself."""
    return expression if bits_in(expression) else evaluate(expression)


class _Program(Control):
    def __init__(self, text: str):
        tokens = tokens_of(text)
        self.words = Words(tokens)
        self.version = 3
        if tokens[0].text == "OPENQASM" and len(tokens) > 1:
            self.version = int(float(tokens[1].text)) if tokens[1].kind == "number" else 3
        elif any(token.text == "qreg" for token in tokens):
            self.version = 2
        if self.version not in (2, 3):
            raise unreadable(f"The program is in OpenQASM {self.version}; versions 2 and 3 can be read.")
        self.expressions = Expressions(self.words, "^" if self.version == 2 else "**")
        self.qubits: dict[str, tuple[int, ...]] = {}
        self.names: dict = {}
        self.registers: set[str] = set()
        self.gates: dict[str, tuple | None] = {}
        self.qubit_names: list[str] = []
        self.clbit_names: list[str] = []
        library = Words(tokens_of(LIBRARY))
        while library.here.kind != "end":
            library.expect("gate")
            self._define(library)

    def run(self) -> Circuit:
        out = Builder()
        while self.words.here.kind != "end":
            self._statement(out, self.names, self.qubits)
        count = len(self.qubit_names)
        return Circuit(
            count,
            tuple(out.operations),
            out.phase,
            len(self.clbit_names),
            tuple(self.qubit_names),
            tuple(self.clbit_names),
            f"openqasm{self.version}",
            tuple(range(count)),
        )

    def _statement(self, out: Builder, names: dict, qubits: dict) -> None:
        words = self.words
        out.visit()
        token = words.here
        word = token.text
        if word in _REFUSED and not (word == "input" and self.version == 2):
            raise unreadable(f"Line {token.line} of the program uses {_REFUSED[word]}, which cannot be read here.")
        if words.take(";"):
            return
        if words.take("OPENQASM"):
            words.next()
            words.expect(";")
        elif words.take("include"):
            if (file := words.next().text.strip('"')) not in ("qelib1.inc", "stdgates.inc"):
                raise unreadable(f"The program includes {file[:40]!r}; only qelib1.inc and stdgates.inc are known.")
            words.expect(";")
        elif words.take("qreg", "creg"):
            name = words.name()
            self._declare(name, self._size(names), word == "qreg")
            words.expect(";")
        elif words.take("qubit", "bit"):
            size = self._size(names)
            name = words.name()
            self._declare(name, size, word == "qubit")
            if words.take("="):
                self._assign(out, self.names[name][1], names, qubits)
            words.expect(";")
        elif words.take("gate"):
            self._define(words)
        elif words.take("opaque"):
            self.gates[words.name()] = None
            while not words.take(";"):
                words.next()
                if words.here.kind == "end":
                    words.expect(";")
        elif words.take("barrier"):
            parts = [] if words.here.text == ";" else self._operands(names, qubits)
            where = tuple(dict.fromkeys(q for part in parts for q in part)) or tuple(range(len(self.qubit_names)))
            words.expect(";")
            out.step(Operation("barrier", where))
        elif words.take("reset"):
            for part in self._operands(names, qubits):
                for qubit in part:
                    out.step(Operation("reset", (qubit,)))
            words.expect(";")
        elif words.take("measure"):
            measured = self._operand(names, qubits)
            words.expect("->")
            self._measure(out, measured, self._target(names), token.line)
            words.expect(";")
        elif words.take("if"):
            self._if(out, names, qubits)
        elif words.take("while"):
            self._while(out, names, qubits)
        elif words.take("switch"):
            self._switch(out, names, qubits)
        elif words.take("for"):
            self._for(out, names, qubits)
        elif words.take("box"):
            if words.take("["):
                while not words.take("]"):
                    words.next()
            self._block(out, names, qubits)
        elif words.take("delay"):
            while not words.take(";"):
                if words.next().kind == "end":
                    words.expect(";")
        elif word in TYPES and token.kind == "name":
            self._constant(names)
        elif (
            token.kind == "name"
            and word in names
            and words.tokens[words.position + 1].text == "="
            and not (isinstance(names[word], tuple) and names[word][0] == "bits" and word in self.registers)
        ):
            # A variable stands for its expression: Qiskit writes `switch_dummy = c;` before a switch.
            words.name()
            words.expect("=")
            names[word] = _value(self.expressions.parse(names))
            words.expect(";")
        elif token.kind == "name" and isinstance(names.get(word), tuple) and names[word][0] == "bits":
            target = self._target(names)
            words.expect("=")
            self._assign(out, target, names, qubits)
            words.expect(";")
        else:
            self._gate_call(out, names, qubits)

    def _size(self, names) -> int:
        if not self.words.take("["):
            return 1
        size = evaluate(self.expressions.parse(names))
        self.words.expect("]")
        if not isinstance(size, int) or not 0 < size <= 100_000:
            raise unreadable(f"Line {self.words.here.line} of the program has a register of {size} elements.")
        return size

    def _declare(self, name: str, size: int, quantum: bool) -> None:
        if name in self.names or name in self.qubits:
            raise unreadable(f"The program declares {name!r} twice.")
        into = self.qubit_names if quantum else self.clbit_names
        places = tuple(range(len(into), len(into) + size))
        into.extend(f"{name}[{i}]" for i in range(size))
        if quantum:
            if len(into) > MAX_QUBITS:
                raise Unreadable("wrong-size", f"The program has more than {MAX_QUBITS:,} qubits.")
            self.qubits[name] = places
        else:
            self.names[name] = ("bits", places)
            self.registers.add(name)

    def _constant(self, names: dict) -> None:
        words = self.words
        while words.take(*TYPES):
            if words.take("["):
                self.expressions.parse(names)
                words.expect("]")
        name = words.name()
        names[name] = _value(self.expressions.parse(names)) if words.take("=") else _UNSET
        words.expect(";")

    def _define(self, words: Words) -> None:
        name = words.name()
        params = []
        if words.take("(") and not words.take(")"):
            params.append(words.name())
            while words.take(","):
                params.append(words.name())
            words.expect(")")
        targets = [words.name()]
        while words.take(","):
            targets.append(words.name())
        if words.here.text != "{":
            words.expect("{")
        self.gates[name] = (params, targets, words.tokens, *words.skip_block())

    def _operand(self, names, qubits) -> tuple[int, ...]:
        words = self.words
        token = words.here
        name = words.name()
        if name.startswith("$") and name[1:].isdigit() and int(name[1:]) < MAX_QUBITS:
            for number in range(len(self.qubit_names), int(name[1:]) + 1):
                self.qubit_names.append(f"${number}")
            return (int(name[1:]),)
        if name not in qubits:
            raise unreadable(f"Line {token.line} of the program uses {name!r}, which is no qubit.")
        return self._indexed(name, qubits[name], names, token.line)

    def _indexed(self, name, places, names, line) -> tuple[int, ...]:
        words = self.words
        while words.take("["):
            if words.take("{"):
                chosen = [evaluate(self.expressions.parse(names))]
                while words.take(","):
                    chosen.append(evaluate(self.expressions.parse(names)))
                words.expect("}")
            else:
                chosen = self._range(names, len(places))
            words.expect("]")
            for position in chosen:
                if not isinstance(position, int) or not -len(places) <= position < len(places):
                    raise unreadable(
                        f"Line {line} of the program uses {name}[{position}], but {name!r} has "
                        f"{len(places)} elements, counted from 0."
                    )
            places = tuple([places[position] for position in chosen])
        return places

    def _range(self, names, size: int | None) -> list:
        parts: list[Any] = [None if self.words.here.text == ":" else evaluate(self.expressions.parse(names))]
        while self.words.take(":"):
            parts.append(None if self.words.here.text in ("]", ":") else evaluate(self.expressions.parse(names)))
        if len(parts) == 1:
            return parts
        step = parts[1] if len(parts) == 3 else 1
        start = 0 if parts[0] is None else parts[0]
        stop = parts[-1] if parts[-1] is not None else (size or 0) - 1
        if size is not None:
            start, stop = (value + size if value < 0 else value for value in (start, stop))
        if not all(isinstance(value, int) for value in (start, stop, step)) or step == 0:
            raise unreadable(f"Line {self.words.here.line} of the program has a range that is not of whole numbers.")
        # The end of a range counts in OpenQASM.
        found = range(start, stop + (1 if step > 0 else -1), step)
        if len(found) > MAX_OPERATIONS:
            raise Unreadable("wrong-size", f"A range in the program has {len(found):,} values.")
        return list(found)

    def _operands(self, names, qubits) -> list[tuple[int, ...]]:
        found = [self._operand(names, qubits)]
        while self.words.take(","):
            found.append(self._operand(names, qubits))
        return found

    def _target(self, names) -> tuple[int, ...]:
        line = self.words.here.line
        name = self.words.name()
        value = names.get(name)
        if not isinstance(value, tuple) or value[0] != "bits":
            raise unreadable(f"Line {line} of the program uses {name!r}, which is no classical bit.")
        return self._indexed(name, value[1], names, line)

    def _assign(self, out, target, names, qubits) -> None:
        line = self.words.here.line
        if not self.words.take("measure"):
            raise unreadable(f"Line {line} of the program computes a classical value; only measurements can be read.")
        self._measure(out, self._operand(names, qubits), target, line)

    def _measure(self, out, measured, target, line) -> None:
        if len(measured) != len(target):
            raise unreadable(f"Line {line} of the program measures {len(measured)} qubits into {len(target)} bits.")
        for qubit, bit in zip(measured, target, strict=True):
            out.step(Operation("measure", (qubit,), clbits=(bit,)))

    def _block(self, out, names, qubits) -> None:
        start, end = self.words.skip_block()
        self._replay(out, names, qubits, start, end)

    def _replay(self, out, names, qubits, start, end) -> None:
        back = self.words.position
        self.words.position = start
        while self.words.position < end:
            self._statement(out, names, qubits)
        self.words.position = back

    def _gate_call(self, out, names, qubits) -> None:
        words = self.words
        line = words.here.line
        modifiers = []
        while words.here.text in ("ctrl", "negctrl", "inv", "pow"):
            kind = words.next().text
            value = 1
            if words.take("("):
                value = evaluate(self.expressions.parse(names))
                words.expect(")")
            words.expect("@")
            if kind in ("ctrl", "negctrl") and not (isinstance(value, int) and 0 < value <= MAX_QUBITS):
                raise unreadable(f"Line {line} of the program has {value} controls.")
            modifiers.append((kind, value))
        name = words.name()
        params = []
        if words.take("(") and not words.take(")"):
            params.append(evaluate(self.expressions.parse(names)))
            while words.take(","):
                params.append(evaluate(self.expressions.parse(names)))
            words.expect(")")
        where = f"The gate {name!r} in line {line} of the program"
        angles = [number_from(value, where) for value in params]
        operands = [] if words.here.text == ";" else self._operands(names, qubits)
        words.expect(";")
        sizes = {len(operand) for operand in operands} - {1}
        if len(sizes) > 1:
            raise unreadable(f"{where} is applied to registers of different sizes.")
        for i in range(sizes.pop() if sizes else 1):
            chosen = tuple([operand[i] if len(operand) > 1 else operand[0] for operand in operands])
            if len(set(chosen)) != len(chosen):
                raise unreadable(f"{where} uses the same qubit twice.")
            self._apply(out, name, angles, modifiers, chosen, where)

    def _apply(self, out: Builder, name, angles, modifiers, chosen, where) -> None:
        if not modifiers:
            self._gate(out, name, angles, chosen, where)
            return
        (kind, value), *rest = modifiers
        if kind in ("ctrl", "negctrl"):
            inner = out.inside("", chosen[:value], (int(kind == "ctrl"),) * value)
            self._apply(inner, name, angles, rest, chosen[value:], where)
            return
        part = out.apart()
        if kind == "inv" or value == int(value):
            self._apply(part, name, angles, rest, chosen, where)
            out.replay(part, inverse=kind == "inv" or value < 0, times=1 if kind == "inv" else abs(int(value)))
            return
        if len(chosen) > _MAX_POWER_QUBITS:
            raise unreadable(f"{where} takes a fractional power of a gate on {len(chosen)} qubits.")
        self._apply(part, name, angles, rest, tuple(range(len(chosen))), where)
        matrix = unitary(Circuit(len(chosen), tuple(part.operations), part.phase))
        out.gate("unitary", chosen, matrix=fractional_power(matrix, float(value)), label="pow")

    def _gate(self, out: Builder, name, angles, chosen, where) -> None:
        if name in self.gates:
            definition = self.gates[name]
            if definition is None:
                raise unreadable(f"{where} is opaque: the program does not say what it does.")
            params, targets, tokens, start, end = definition
            self._check_arguments(where, len(params), angles, len(targets), chosen)
            inner = out.inside(name)
            outer_words = self.words, self.expressions
            self.words = Words(tokens)
            self.expressions = Expressions(self.words, self.expressions.power_sign)
            local = dict(zip(targets, [(q,) for q in chosen], strict=True))
            constants = {key: value for key, value in self.names.items() if not isinstance(value, tuple)}
            self._replay(inner, {**constants, **dict(zip(params, angles, strict=True))}, local, start, end)
            self.words, self.expressions = outer_words
            return
        if name == "gphase":
            self._check_arguments(where, 1, angles, 0, chosen)
            out.add_phase(angles[0])
            return
        if name not in STANDARD:
            raise unreadable(f"{where} is not known; define it with 'gate', or use a standard gate.")
        base, num_params, num_qubits, controls, fixed_angles = STANDARD[name]
        self._check_arguments(where, num_params, angles, num_qubits, chosen)
        if name == "cu":
            out.add_phase(angles.pop(), chosen[:1])
        out.gate(base, chosen[controls:], (*fixed_angles, *angles) if base != "id" else (), chosen[:controls])

    @staticmethod
    def _check_arguments(where, num_params, angles, num_qubits, chosen) -> None:
        if len(angles) != num_params:
            raise unreadable(f"{where} takes {num_params} parameters, but {len(angles)} are given.")
        if len(chosen) != num_qubits:
            raise unreadable(f"{where} acts on {num_qubits} qubits, but {len(chosen)} are given.")
