"""Words and expressions of OpenQASM 2 and 3."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from ...errors import MAX_DEPTH, unreadable

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/|\#pragma[^\n]*|@[a-zA-Z_][\w.]*[^\n]*(?=\n))
      | (?P<number>(\d[\d_]*\.?[\d_]*|\.\d+)([eE][+-]?\d+)?)
      | (?P<name>\$?[^\W\d]\w*|\$\d+|π|τ|ℇ)
      | (?P<string>"[^"\n]*")
      | (?P<sign>->|==|!=|<=|>=|&&|\|\||\*\*|<<|>>|\+\+|[-+*/%^&|~!<>=(){}\[\],;:@.])""",
    re.VERBOSE | re.DOTALL,
)
MAX_TOKENS = 2_000_000


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the program."""

    kind: str
    text: str
    line: int


def tokens_of(text: str) -> list[Token]:
    """The words of a program; the last one is of kind ``"end"``."""
    tokens = []
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise unreadable(f"Line {line} of the program contains {text[position]!r}, which cannot be read.")
        if match.lastgroup != "space":
            tokens.append(Token(match.lastgroup, match.group(), line))
            if len(tokens) > MAX_TOKENS:
                raise unreadable(f"The program has more than {MAX_TOKENS:,} words.")
        line += match.group().count("\n")
        position = match.end()
    tokens.append(Token("end", "the end of the program", line))
    return tokens


_CONSTANTS = {
    "pi": math.pi,
    "π": math.pi,
    "tau": math.tau,
    "τ": math.tau,
    "euler": math.e,
    "ℇ": math.e,
    "true": 1,
    "false": 0,
}
_FUNCTIONS: dict[str, Callable] = {
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "exp": math.exp, "ln": math.log, "log": math.log,
    "sqrt": math.sqrt, "arcsin": math.asin, "arccos": math.acos, "arctan": math.atan, "asin": math.asin,
    "acos": math.acos, "atan": math.atan, "floor": math.floor, "ceiling": math.ceil, "abs": abs,
    "pow": lambda a, b: a**b, "mod": lambda a, b: a % b, "int": int, "uint": int, "float": float, "angle": float,
    "bool": bool, "bit": int,
}  # fmt: skip
_LEVELS = [
    ["||"],
    ["&&"],
    ["|"],
    ["^"],
    ["&"],
    ["==", "!="],
    ["<", "<=", ">", ">="],
    ["<<", ">>"],
    ["+", "-"],
    ["*", "/", "%"],
]
_BINARY = {
    "||": lambda a, b: int(bool(a) or bool(b)), "&&": lambda a, b: int(bool(a) and bool(b)),
    "|": lambda a, b: int(a) | int(b), "^": lambda a, b: int(a) ^ int(b), "&": lambda a, b: int(a) & int(b),
    "==": lambda a, b: int(a == b), "!=": lambda a, b: int(a != b), "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b), ">": lambda a, b: int(a > b), ">=": lambda a, b: int(a >= b),
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "%": lambda a, b: a % b, "<<": lambda a, b: int(a) << min(int(b), 64), ">>": lambda a, b: int(a) >> int(b),
}  # fmt: skip


class Words:
    """A position in the words of a program, with what the grammar needs to go on."""

    def __init__(self, tokens: list[Token], position: int = 0):
        self.tokens = tokens
        self.position = position

    @property
    def here(self) -> Token:
        return self.tokens[self.position]

    def next(self) -> Token:
        """Take one word."""
        token = self.tokens[self.position]
        if token.kind != "end":
            self.position += 1
        return token

    def take(self, *texts: str) -> bool:
        """Take the next word if it is one of these."""
        if self.here.text in texts and self.here.kind != "string":
            self.position += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Take this word, or complain."""
        if not self.take(text):
            raise unreadable(
                f"Line {self.here.line} of the program should have {text!r} where it has {self.here.text[:30]!r}."
            )

    def name(self) -> str:
        """Take a name."""
        if self.here.kind != "name":
            raise unreadable(
                f"Line {self.here.line} of the program should have a name where it has {self.here.text[:30]!r}."
            )
        return self.next().text

    def skip_block(self) -> tuple[int, int]:
        """Pass over ``{ … }`` (or one statement) and tell where it starts and ends."""
        if not self.take("{"):
            start = self.position
            while self.here.kind != "end" and self.here.text != ";":
                self.position += 1
            self.expect(";")
            return start, self.position
        start, open_ones = self.position, 1
        while open_ones:
            token = self.next()
            if token.kind == "end":
                raise unreadable("The program ends inside a block: a '}' is missing.")
            open_ones += (token.text == "{") - (token.text == "}")
        return start, self.position - 1


class Expressions:
    """Parses expressions into nested tuples and works them out."""

    def __init__(self, words: Words, power_sign: str):
        self.words = words
        self.power_sign = power_sign

    def parse(self, names: dict, depth: int = 0):
        """An expression; `names` gives numbers, ``("bits", (…))`` or anything parsed before."""
        if depth > MAX_DEPTH:
            raise unreadable(f"Line {self.words.here.line} of the program has too many brackets.")
        return self._binary(names, 0, depth)

    def _binary(self, names, level, depth):
        if level == len(_LEVELS):
            return self._unary(names, depth)
        left = self._binary(names, level + 1, depth)
        while self.words.here.text in _LEVELS[level] and self.words.here.text != self.power_sign:
            sign = self.words.next().text
            left = ("binary", sign, left, self._binary(names, level + 1, depth))
        return left

    def _unary(self, names, depth):
        if self.words.here.text in ("-", "+", "!", "~"):
            sign = self.words.next().text
            if depth > MAX_DEPTH:
                raise unreadable(f"Line {self.words.here.line} of the program has too many signs in a row.")
            return ("unary", sign, self._unary(names, depth + 1))
        base = self._atom(names, depth)
        if self.words.take(self.power_sign):
            return ("call", "pow", (base, self._unary(names, depth + 1)))
        return base

    def _atom(self, names, depth):
        words = self.words
        if words.take("("):
            inner = self.parse(names, depth + 1)
            words.expect(")")
            return inner
        token = words.next()
        if token.kind == "number":
            text = token.text.replace("_", "")
            return int(text) if text.isdigit() else float(text)
        if token.kind == "string" and set(token.text) <= set('"01_'):
            return int(token.text.strip('"').replace("_", "") or "0", 2)
        name = token.text
        if token.kind != "name":
            raise unreadable(f"Line {token.line} of the program should have a number where it has {name[:30]!r}.")
        if name in names:
            value = names[name]
            if isinstance(value, tuple) and value[0] == "bits" and words.take("["):
                position = evaluate(self.parse(names, depth + 1))
                words.expect("]")
                if not isinstance(position, int) or not -len(value[1]) <= position < len(value[1]):
                    raise unreadable(f"Line {token.line} of the program uses {name}[{position}], which does not exist.")
                return ("bits", (value[1][position],))
            return value
        if name in _FUNCTIONS:
            if words.take("["):
                self.parse(names, depth + 1)
                words.expect("]")
            words.expect("(")
            arguments = [self.parse(names, depth + 1)]
            while words.take(","):
                arguments.append(self.parse(names, depth + 1))
            words.expect(")")
            return ("call", name, tuple(arguments))
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        raise unreadable(f"Line {token.line} of the program uses {name!r}, which has no value.")


def bits_in(node) -> list[int]:
    """The classical bits that an expression depends on, most significant first."""
    if not isinstance(node, tuple):
        return []
    if node[0] == "bits":
        return list(reversed(node[1]))
    parts = node[2] if node[0] == "call" else node[2:]
    return list(dict.fromkeys(bit for part in parts for bit in bits_in(part)))


def _width(node) -> int:
    """How many bits wide a value is, for ``~``: as many as the registers in it have."""
    if isinstance(node, tuple) and node[0] == "bits":
        return len(node[1])
    parts = node[2:] if isinstance(node, tuple) and node[0] in ("unary", "binary") else ()
    widest = max([_width(part) for part in parts], default=0)
    return widest or 1


def evaluate(node, bits: dict[int, int] | None = None):
    """The value of an expression, given the values of its bits."""
    if not isinstance(node, tuple):
        return node
    if node[0] == "bits":
        if bits is None:
            raise unreadable("A number in the program depends on a measured bit, which cannot be read.")
        return sum(bits[bit] << i for i, bit in enumerate(node[1]))
    try:
        if node[0] == "unary":
            value = evaluate(node[2], bits)
            if node[1] == "~":
                return ~int(value) & ((1 << _width(node[2])) - 1)
            return {"-": lambda: -value, "+": lambda: value, "!": lambda: int(not value)}[node[1]]()
        if node[0] == "binary":
            return _BINARY[node[1]](evaluate(node[2], bits), evaluate(node[3], bits))
        arguments = [evaluate(part, bits) for part in node[2]]
        if node[1] == "pow" and any(abs(argument) > 1e6 for argument in arguments):
            raise unreadable("A power in the program is too large.")
        return _FUNCTIONS[node[1]](*arguments)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise unreadable(f"An expression in the program has no value: {str(error)[:80]}.") from error
