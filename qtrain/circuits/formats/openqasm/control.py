"""The control flow of OpenQASM 3: if, switch, while and for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import product

from ...builder import Builder
from ...errors import unreadable
from .syntax import Expressions, Words, bits_in, evaluate

MAX_BITS = 5
"""The most classical bits that one condition may depend on."""
TYPES = ("int", "uint", "float", "angle", "bool", "const")


class Control(ABC):
    """The statements that hold blocks; part of the reader, which has the words and reads a block."""

    words: Words
    expressions: Expressions

    @abstractmethod
    def _block(self, out: Builder, names: dict, qubits: dict) -> None: ...

    @abstractmethod
    def _replay(self, out: Builder, names: dict, qubits: dict, start: int, end: int) -> None: ...

    @abstractmethod
    def _range(self, names: dict, size: int | None) -> list: ...

    def _if(self, out, names, qubits) -> None:
        words = self.words
        words.expect("(")
        condition = self.expressions.parse(names)
        words.expect(")")
        then, otherwise = out.apart(), out.apart()
        self._block(then, dict(names), qubits)
        if words.take("else"):
            self._block(otherwise, dict(names), qubits)
        bits = bits_in(condition)
        if not bits:
            out.replay(then if evaluate(condition) else otherwise)
            return
        bits, holds = self._holds(condition)
        out.choice(bits, dict.fromkeys(holds, then), otherwise)

    def _holds(self, condition) -> tuple[list[int], list[int]]:
        """The bits that a condition depends on, most significant first, and their values for which it holds."""
        bits = bits_in(condition)
        if condition[:2] == ("binary", "==") and isinstance(condition[3], int) and condition[2][0] == "bits":
            return bits, [condition[3]]
        if len(bits) > MAX_BITS:
            raise unreadable(f"A condition depends on {len(bits)} classical bits; at most {MAX_BITS} can be read.")
        values = enumerate(product((0, 1), repeat=len(bits)))
        return bits, [number for number, bit in values if evaluate(condition, dict(zip(bits, bit, strict=True)))]

    def _while(self, out, names, qubits) -> None:
        words = self.words
        line = words.here.line
        words.expect("(")
        condition = self.expressions.parse(names)
        words.expect(")")
        part = out.apart()
        self._block(part, dict(names), qubits)
        if not bits_in(condition):
            raise unreadable(f"The while loop in line {line} of the program does not depend on a measured bit.")
        out.loop(*self._holds(condition), part)

    def _switch(self, out, names, qubits) -> None:
        words = self.words
        words.expect("(")
        target = self.expressions.parse(names)
        words.expect(")")
        words.expect("{")
        cases: dict[int, Builder] = {}
        default = None
        while not words.take("}"):
            part = out.apart()
            if words.take("default"):
                default = part
            else:
                words.expect("case")
                labels = [evaluate(self.expressions.parse(names))]
                while words.take(","):
                    labels.append(evaluate(self.expressions.parse(names)))
                for label in labels:
                    cases.setdefault(label, part)
            self._block(part, dict(names), qubits)
        bits = bits_in(target)
        if not bits:
            part = cases.get(evaluate(target), default)
            if part is not None:
                out.replay(part)
            return
        if len(bits) > MAX_BITS:
            raise unreadable(f"A switch depends on {len(bits)} classical bits; at most {MAX_BITS} can be read.")
        chosen = {}
        for number, values in enumerate(product((0, 1), repeat=len(bits))):
            label = evaluate(target, dict(zip(bits, values, strict=True)))
            if label in cases:
                chosen[number] = cases[label]
        out.choice(bits, chosen, default)

    def _for(self, out, names, qubits) -> None:
        words = self.words
        words.take(*TYPES)
        if words.take("["):
            self.expressions.parse(names)
            words.expect("]")
        name = words.name()
        words.expect("in")
        if words.take("{"):
            values = [evaluate(self.expressions.parse(names))]
            while words.take(","):
                values.append(evaluate(self.expressions.parse(names)))
            words.expect("}")
        else:
            words.expect("[")
            values = self._range(names, None)
            words.expect("]")
        start, end = words.skip_block()
        inner = out.inside()
        for value in values:
            self._replay(inner, {**names, name: value}, qubits, start, end)
