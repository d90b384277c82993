"""Nonlocal games: players who cannot talk answer questions together; how often do they win?"""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.numerals import number_beside, number_text, significant

from .refusals import Refused
from .runs import Runs, bits_of, first_failed, real
from .verdict import Evidence, Verdict, right, wrong

_MAX_QUBITS = 10
_SEEDS = 8  # values of the shared randomness that are tried


class Game(Runs):
    """A strategy for a game of several players, judged by its exact chance to win over all questions.

    Every player is asked every one of its own questions by itself, so no answer can depend on what another player was
    asked. What comes back is a table for each player; the chance to win is computed from the tables, not sampled. A
    forger inside the kernel can only hand in another table: he gains nothing that an honest player could not have.

    Parameters
    ----------
    wins : callable
        From the tuple of questions and the tuple of answers to whether the round is won. An answer is one bit, or a
        tuple of bits where a player gives several.
    questions : sequence of tuple, or mapping from tuple to weight
        What may be asked together, all alike or with these weights.
    at_least : float
        The chance to win that is asked for (1e-6 less is accepted, for rounding).
    moves : {"bits", "angles", "circuits"}
        What a player gives for a question: its answer; the angle θ in radians of a measurement of cos θ Z + sin θ X on
        its qubit; or a circuit on its own qubits, after which all of them are measured (qubit 0 first).
    state : circuit or vector, optional
        The shared state, big-endian, for angles and circuits.
    qubits : sequence of sequence of int, optional
        The qubits that each player holds; by default one each.
    players : sequence of str
        Names, in the order of the tuples.
    bits : int
        Bits in an answer, for ``moves="bits"``.
    shared : bool
        The players also get a shared random number, ``alice(x, shared)``; the chance to win is the mean over several.
    turn : callable, optional
        From (player's place, question, measured bits) to the answer that `wins` gets, for games in which the players
        work on what they measured.
    seed : int or str
        For the values of the shared randomness: the same seed, the same values.

    Raises
    ------
    ValueError
        If the questions and the players do not match, `moves` is unknown, the shared state is missing or of no use, or
        there are too many qubits to compute the game.

    References
    ----------
    R. Cleve, P. Høyer, B. Toner and J. Watrous, "Consequences and limits of nonlocal strategies" (2004),
    arXiv:quant-ph/0404076.

    Examples
    --------
    >>> chsh = lambda asked, said: said[0] ^ said[1] == asked[0] & asked[1]
    >>> game = Game(chsh, [(0, 0), (0, 1), (1, 0), (1, 1)], 0.75)
    >>> game.judge((lambda x: 0, lambda y: 0)).passed
    True
    >>> round(game.classical_value(), 4)
    0.75
    """

    driver = "member"
    tables = True

    def __init__(
        self,
        wins: Callable,
        questions: Sequence | Mapping,
        at_least: float,
        *,
        moves: str = "bits",
        state=None,
        qubits: Sequence[Sequence[int]] | None = None,
        players: Sequence[str] = ("alice", "bob"),
        bits: int = 1,
        shared: bool = False,
        turn: Callable | None = None,
        seed=0,
        **options,
    ):
        super().__init__(**options)
        if moves not in ("bits", "angles", "circuits"):
            raise ValueError(f"moves is 'bits', 'angles' or 'circuits', not {moves!r}")
        if (state is None) != (moves == "bits"):
            raise ValueError("angles and circuits need the shared state; bits have none")
        weights = dict(questions) if isinstance(questions, Mapping) else dict.fromkeys(map(tuple, questions), 1.0)
        if not weights or any(len(asked) != len(players) for asked in weights):
            raise ValueError("every question is a tuple with one part for each player")
        total = sum(weights.values())
        self.weights = {asked: weight / total for asked, weight in weights.items()}
        self.wins, self.at_least, self.moves, self.turn = wins, float(at_least), moves, turn
        self.members = tuple(players)
        self.bits, self.shared, self.seed = bits, shared, seed
        self.qubits = [tuple(own) for own in (qubits or [[place] for place in range(len(players))])]
        self.vector = None if state is None else _vector(state, sum(map(len, self.qubits)))

    def drawn(self, seed):
        if not self.shared:
            return self
        other = copy.copy(self)
        other.seed = seed
        return other

    # --- which questions are asked ---------------------------------------------------------------------------------

    def _asked(self, place: int) -> list:
        return list(dict.fromkeys(asked[place] for asked in self.weights))

    def _seeds(self) -> list:
        draws = random.Random(str(self.seed))
        return [draws.randrange(2**31) for _ in range(_SEEDS)] if self.shared else [None]

    def inputs(self):
        return [
            (name, place, (question,) if seed is None else (question, seed))
            for seed in self._seeds()
            for place, name in enumerate(self.members)
            for question in self._asked(place)
        ]

    # --- what the answers are worth --------------------------------------------------------------------------------

    def weighed(self, outputs):
        failed = first_failed(outputs)
        if failed is not None:
            return failed
        inputs = self.inputs()
        try:
            moves = [self._move(given, output) for given, output in zip(inputs, outputs, strict=True)]
        except Refused as problem:
            return wrong(problem.code, problem.message)
        rounds: dict = {}
        for (_, place, question), move in zip(inputs, moves, strict=True):
            rounds.setdefault(question[1:], {})[place, question[0]] = move
        tables = list(rounds.values())
        won = self._won(tables)
        chance = self._mean(won)
        if chance >= self.at_least - 1e-6:
            return right(f"Right: your strategy wins with probability {number_text(chance, 4)}.")
        return self._lost(tables, won, chance)

    def _move(self, given, output):
        name, place, question = given
        what = f"What {name} gives for the question {question[0]!r}"
        if self.moves == "bits":
            return bits_of(output, what, self.bits)
        if self.moves == "angles":
            return real(output, what)
        return _unitary(output, what, len(self.qubits[place]))

    def _won(self, tables, change=None) -> dict:
        """For each question the chance to win, averaged over the shared randomness."""
        total = dict.fromkeys(self.weights, 0.0)
        for table in tables:
            for asked in self.weights:
                moves = [table[place, question] for place, question in enumerate(asked)]
                if change is not None:
                    moves = change(moves)
                total[asked] += self._round(asked, moves) / len(tables)
        return total

    def _mean(self, won: dict) -> float:
        return float(sum(self.weights[asked] * chance for asked, chance in won.items()))

    def _round(self, asked, moves) -> float:
        if self.vector is None:
            return float(self._wins(asked, moves))
        matrices = [_turned(move) if self.moves == "angles" else move for move in moves]
        return sum(p for said, p in self._outcomes(self.vector, matrices) if self._wins(asked, said))

    def _wins(self, asked, said) -> bool:
        if self.turn is not None:
            said = [self.turn(place, asked[place], bits) for place, bits in enumerate(said)]
        return bool(self.wins(asked, tuple(bits[0] if isinstance(bits, tuple) and len(bits) == 1 else bits
                                           for bits in said)))  # fmt: skip

    def _outcomes(self, vector: np.ndarray, matrices) -> Iterable:
        n = sum(map(len, self.qubits))
        tensor = vector.reshape((2,) * n)
        for own, matrix in zip(self.qubits, matrices, strict=True):
            front = np.moveaxis(tensor, own, range(len(own)))
            shape = front.shape
            front = (matrix @ front.reshape(len(matrix), -1)).reshape(shape)
            tensor = np.moveaxis(front, range(len(own)), own)
        weights = np.abs(tensor) ** 2
        for bits in product((0, 1), repeat=n):
            if weights[bits] > 1e-15:
                yield [tuple(bits[qubit] for qubit in own) for own in self.qubits], float(weights[bits])

    def classical_value(self) -> float:
        """The best that players without quantum states reach: all deterministic strategies are tried."""
        size = 2**self.bits if self.moves == "bits" else 2 ** max(map(len, self.qubits))
        width = self.bits if self.moves == "bits" else max(map(len, self.qubits))
        asked = [self._asked(place) for place in range(len(self.members))]
        if size ** sum(map(len, asked)) > 2**22:
            raise ValueError("there are too many deterministic strategies to try them all")
        options = list(product((0, 1), repeat=width))
        best = 0.0
        for choice in product(options, repeat=sum(map(len, asked))):
            given = iter(choice)
            table = [{question: next(given) for question in own} for own in asked]
            chance = sum(
                weight
                for together, weight in self.weights.items()
                if self._wins(together, [table[place][q] for place, q in enumerate(together)])
            )
            best = max(best, chance)
        return best

    # --- which mistake ---------------------------------------------------------------------------------------------

    def _lost(self, tables, won: dict, chance: float) -> Verdict:
        worst = min(won, key=lambda asked: (won[asked], list(won).index(asked)))
        shown = ", ".join(map(str, worst))
        seen = (
            f"Over all questions your strategy wins with probability {number_beside(chance, self.at_least, 4)}; "
            f"at least {significant(self.at_least, 4)} is asked for."
        )
        evidence = Evidence("value", f"the questions ({shown})", None, round(won[worst], 6))
        told = (  # where all are equal, no question is the worst
            f" It does worst for the questions ({shown}): there it wins with probability {number_text(won[worst], 4)}."
            if max(won.values()) - won[worst] > 5e-5
            else ""
        )
        for code, sentence, change in self._undoings():
            if self._mean(self._won(tables, change)) >= self.at_least - 1e-6:
                return wrong(code, f"{seen} {sentence}", score=0.5, evidence=evidence)
        if len(self.members) == 2 and self._asked(0) == self._asked(1):
            exchanged = [{(1 - place, question): move for (place, question), move in t.items()} for t in tables]
            if self._mean(self._won(exchanged)) >= self.at_least - 1e-6:
                names = " and ".join(self.members)
                return wrong("qubit-order", f"{seen} With {names} exchanged it would be enough.", evidence=evidence)
        return wrong(None, seen + told, evidence=evidence)

    def _undoings(self):
        names = self.members
        if self.moves == "angles":
            yield (
                "half-angle",
                "With every angle doubled it would be enough: is an angle halved?",
                _all(lambda a: 2 * a),
            )
            yield (
                "double-angle",
                "With every angle halved it would be enough: is an angle doubled?",
                _all(lambda a: a / 2),
            )
            yield "degrees", "Your angles would be enough if they were degrees: give radians.", _all(math.radians)
            for place, name in enumerate(names):
                yield (
                    "angle-sign",
                    f"With the sign of {name}'s angles changed it would be enough.",
                    _one(place, lambda a: -a),
                )
        if self.moves == "circuits":
            yield (
                "conjugate",
                "With every i in the players' gates turned into −i (S† for S) it would be enough.",
                _all(np.conj),
            )
            yield (
                "inverse",
                "With every player's gates undone instead of done it would be enough: a measurement turns its own "
                "basis into the computational one.",
                _all(lambda matrix: matrix.conj().T),
            )
        for place, name in enumerate(names):
            flip = {
                "bits": lambda bits: tuple(1 - bit for bit in bits),
                "angles": lambda angle: angle + math.pi,
                "circuits": lambda matrix: matrix[::-1],
            }[self.moves]
            yield "bit-flip", f"With all of {name}'s answers exchanged, 0 for 1, it would be enough.", _one(place, flip)


def _all(function):
    return lambda moves: [function(move) for move in moves]


def _one(place, function):
    return lambda moves: [function(move) if i == place else move for i, move in enumerate(moves)]


def _turned(angle: float) -> np.ndarray:
    """Ry(−θ), which turns the eigenstates of cos θ Z + sin θ X into |0⟩ and |1⟩."""
    c, s = math.cos(angle / 2), math.sin(angle / 2)
    return np.array([[c, s], [-s, c]], dtype=complex)


def _vector(state, n: int) -> np.ndarray:
    from qtrain.circuits import Circuit, read, run

    if n > _MAX_QUBITS:
        raise ValueError(f"a game is computed up to {_MAX_QUBITS} qubits")
    neutral = read(state, kind="state", num_qubits=n)
    vector = run(neutral) if isinstance(neutral, Circuit) else np.asarray(neutral.vector, dtype=complex)
    return vector / np.linalg.norm(vector)


def _unitary(move, what: str, n: int) -> np.ndarray:
    from qtrain.circuits import Circuit, Unreadable, read, unitary

    try:
        neutral = read(move, num_qubits=n, kind="unitary")
    except Unreadable as problem:
        raise Refused(problem.code, f"{what} cannot be used: {problem.message}") from problem
    if isinstance(neutral, values.Matrix) and neutral.matrix.shape == (2**n, 2**n):
        return np.asarray(neutral.matrix)
    if not isinstance(neutral, Circuit):
        raise Refused("wrong-type", f"{what} should be a circuit on {n} qubit{'s' * (n != 1)}.")
    try:
        return unitary(neutral)
    except Unreadable as problem:
        raise Refused("unreadable", f"{what} cannot be used: {problem.message}") from problem
