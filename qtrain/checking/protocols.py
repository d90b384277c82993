"""Protocols of several parties: each party's functions are run with drawn secrets, and what must hold is tested."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qtrain.circuits import model as values

from .calling import equal
from .drivers import measured
from .refusals import Refused
from .runs import Runs, bits_of, first_failed
from .shot_statistics import ALPHA, lower_tail, upper_tail
from .target import Alike, Target
from .verdict import Verdict, not_yet, right, wrong


class Step(NamedTuple):
    """One step: `party` calls its function `name` on the entries `takes` and writes what comes out to `gives`.

    An entry ``"alice.bits"`` belongs to alice, ``"bases"`` is public, ``"~qubits"`` is on its way: only the referee's
    step ``"@measure"`` takes it, together with the circuits that the receiver measures with.
    """

    party: str
    name: str
    takes: tuple[str, ...]
    gives: tuple[str, ...]


@dataclass(frozen=True)
class Must:
    """What must hold for the board of every run, or at a certain rate over all runs together.

    Attributes
    ----------
    says : str
        What is said when it does not hold, a whole sentence.
    test : callable
        From a board to True or False, or to (hits, trials).
    low, high : float
        For (hits, trials): the least and the greatest rate that is right.
    code : str or None
        The diagnosis when it does not hold.
    """

    says: str
    test: Callable[[dict], bool | tuple[int, int]]
    low: float = 1.0
    high: float = 1.0
    code: str | None = None


class Protocol(Runs):
    """Functions of several parties, run one after the other with drawn secrets.

    Each function sees the entries named in its step and nothing else; a step that takes what belongs to another party
    is refused when the target is made, so only what is announced crosses the cut. Measurements are the referee's: they
    are simulated with a drawn seed and drawn again by the judge, from the circuits that came back.

    What a forger could do: in the grader, the whole run is one call inside the kernel, where all secrets of the run
    are in memory. A learner who replaces the driver can let Bob answer with Alice's secrets in view. The drawn entries
    and the outcomes of measurements cannot be changed that way: they are compared with what was drawn outside.

    Parameters
    ----------
    steps : sequence of Step
    draw : callable
        From a `random.Random` to the entries that are there at the start.
    musts : sequence of Must
        In the order in which a protocol is built: a wrong one earns for those that hold before the first that does not,
        so the first is one that parties who do nothing break. Those with a rate fail a right answer with probability at
        most `alpha` all together; the others never do.
    mistakes : sequence of Must
        Tried in this order on a wrong answer: the first that holds gives its code and sentence.
    runs : int
        How often the protocol is run.
    alpha : float
        The probability that a right answer fails the musts with a rate, all together.
    seed : int or str
        For what `draw` draws and for the measurements: the same seed, the same runs.

    Raises
    ------
    ValueError
        If a step takes or writes what belongs to another party, or takes what nobody has written before.

    Examples
    --------
    >>> steps = [Step("alice", "encrypt", ("alice.key", "alice.text"), ("sent",)),
    ...          Step("bob", "decrypt", ("bob.key", "sent"), ("bob.text",))]
    >>> def draw(random):
    ...     key, text = random.getrandbits(8), random.getrandbits(8)
    ...     return {"alice.key": key, "bob.key": key, "alice.text": text}
    >>> target = Protocol(steps, draw, [Must("Bob does not read what Alice wrote.",
    ...                                      lambda board: board["bob.text"] == board["alice.text"])])
    >>> xor = lambda key, text: key ^ text
    >>> target.judge({"encrypt": xor, "decrypt": xor}).passed
    True
    """

    driver = "script"

    def __init__(
        self,
        steps: Sequence[Step],
        draw: Callable[[random.Random], dict],
        musts: Sequence[Must],
        *,
        mistakes: Sequence[Must] = (),
        runs: int = 12,
        alpha: float = ALPHA,
        seed=0,
        **options,
    ):
        super().__init__(**options)
        self.steps = [Step(*step) for step in steps]
        self.draw, self.musts, self.mistakes, self.alpha = draw, list(musts), list(mistakes), alpha
        self.members = tuple(dict.fromkeys(step.name for step in self.steps if step.name != "@measure"))
        self.runs = runs
        self._prepare(seed)
        _admit_steps(self.steps, self._starts[0])

    def _prepare(self, seed) -> None:
        draws = random.Random(str(seed))
        self._starts = [dict(self.draw(random.Random(draws.getrandbits(64)))) for _ in range(self.runs)]
        self._seeds = [[draws.getrandbits(64) for _ in self.steps] for _ in range(self.runs)]

    def drawn(self, seed):
        other = copy.copy(self)
        other._prepare(seed)
        return other

    def inputs(self):
        return [
            {
                "board": copy.deepcopy(start),
                "steps": [
                    (step.name, tuple(step.takes), tuple(step.gives), seed)
                    for step, seed in zip(self.steps, seeds, strict=True)
                ],
            }
            for start, seeds in zip(self._starts, self._seeds, strict=True)
        ]

    def weighed(self, outputs):
        failed = first_failed(outputs)
        if failed is not None:
            return failed
        for start, seeds, board in zip(self._starts, self._seeds, outputs, strict=True):
            try:
                self._admit_board(start, seeds, board)
            except Refused as problem:
                return wrong(problem.code, problem.message)
            except Exception as problem:  # circuits and entries that the learner's functions wrote
                return wrong("unreadable", f"What your functions give cannot be used: {problem}")
        broken = [must for must in self.musts if not self._holds(must, outputs)]
        if not broken:
            return right(f"Right: in {len(outputs)} runs with fresh secrets all that must hold held.")
        score = 0.5 * self.musts.index(broken[0]) / len(self.musts)
        for mistake in self.mistakes:
            if self._holds(mistake, outputs):
                return wrong(mistake.code, mistake.says, score=score)
        return wrong(broken[0].code, broken[0].says, score=score)

    def _admit_board(self, start, seeds, board) -> None:
        wanted = {*start, *(entry for step in self.steps for entry in step.gives)}
        if not isinstance(board, Mapping) or set(board) != wanted:
            raise Refused("unreadable", "The record of the run does not hold what the steps write.")
        for entry, value in start.items():
            if not equal(board[entry], value):
                raise Refused("unreadable", f"The record of the run shows another {entry!r} than was drawn.")
        for step, seed in zip(self.steps, seeds, strict=True):
            if step.name == "@measure":
                prepared, received = (board[entry] for entry in step.takes)
                if list(board[step.gives[0]]) != measured(prepared, received, seed):
                    raise Refused("unreadable", "The record of the run shows other outcomes than were measured.")

    def _holds(self, must: Must, boards) -> bool:
        told = []
        for board in boards:
            try:
                told.append(must.test(board))
            except Exception:  # a test meets whatever the learner's functions wrote: what it cannot use does not hold
                return False
        if not any(isinstance(one, tuple) for one in told):
            return all(map(bool, told))
        hits, trials = (sum(column) for column in zip(*told, strict=True))
        level = self.alpha / 2 / len(self.musts)
        if not trials:
            return False
        low = must.low < 1 and lower_tail(hits, trials, must.low) < level
        high = must.high < 1 and upper_tail(hits, trials, must.high) < level
        return not (low or high or (must.low >= 1 and hits < trials))


def _admit_steps(steps, start) -> None:
    owners = {step.party for step in steps}
    there = set(start)
    for step in steps:
        for entry in step.takes:
            owner, dot, _ = entry.partition(".")
            if entry.startswith("~") and step.name != "@measure":
                raise ValueError(f"{entry!r} is on its way: only '@measure' takes it")
            if dot and owner in owners and owner != step.party:
                raise ValueError(f"{step.party} cannot take {entry!r}: it belongs to {owner}")
            if entry not in there:
                raise ValueError(f"nobody has written {entry!r} before {step.name}")
        for entry in step.gives:
            owner, dot, _ = entry.partition(".")
            if entry in there or (dot and owner in owners and owner != step.party):
                raise ValueError(f"{step.party} cannot write {entry!r}")
            there.add(entry)


class Key(Target):
    """A secret key as bits, or the two parties' keys as a pair.

    Parameters
    ----------
    expected : bits
        The key, as text or a list of 0 and 1.
    pair : bool
        Both parties' keys are asked for.
    unsifted : bits, optional
        What the key is when nobody sifts (``not-sifted``).
    tested : bits, optional
        What the key is when the bits that were compared in public stay in it (``not-sifted`` too: they are no secret).

    Examples
    --------
    >>> Key("0110", unsifted="01011010").judge([0, 1, 1, 0]).passed
    True
    >>> Key("0110", unsifted="01011010").judge("01011010").diagnosis
    'not-sifted'
    """

    wants = "a key"

    def __init__(self, expected, *, pair: bool = False, unsifted=None, tested=None, **options):
        super().__init__(**options)
        self.expected = bits_of(expected, "The key")
        self.pair = pair
        self.unsifted = None if unsifted is None else bits_of(unsifted, "The raw key")
        self.tested = None if tested is None else bits_of(tested, "The key with its test bits")

    def read(self, answer, *, order="native"):
        if answer is None or answer is ... or (isinstance(answer, str | list | tuple) and len(answer) == 0):
            return values.Nothing()
        if self.pair:
            if isinstance(answer, Mapping):
                answer = list(answer.values())
            if not isinstance(answer, list | tuple) or len(answer) != 2:
                raise Refused("wrong-size", "Give both keys together, as (alice_key, bob_key).")
            return [bits_of(one, f"{name} key") for name, one in zip(("The first", "The second"), answer, strict=True)]
        return [bits_of(answer, "Your key")]

    def like(self, answer):
        return Alike(lambda other: other == answer)

    def judge_neutral(self, answer) -> Verdict:
        if isinstance(answer, values.Nothing):
            return not_yet()
        verdict = self._judged(answer)
        slip = None if verdict.passed else self._slipped(answer, verdict)
        return verdict if slip is None else slip

    def _judged(self, keys) -> Verdict:
        if len(keys) == 2 and keys[0] != keys[1]:
            if len(keys[0]) != len(keys[1]):
                return wrong("wrong-size", f"The two keys have {len(keys[0])} and {len(keys[1])} bits.")
            errors = sum(a != b for a, b in zip(*keys, strict=True))
            if errors == len(keys[0]):
                return wrong("bit-flip", "Every bit of the second key is the opposite of the first key's.")
            return wrong(None, f"The two keys differ in {errors} of {len(keys[0])} bits: this is no common key yet.")
        key = keys[0]
        if key == self.expected:
            return right(f"Right: a key of {len(key)} bits.")
        if self.unsifted is not None and key == self.unsifted:
            return wrong(
                "not-sifted",
                "These are all the bits. Only the rounds in which both used the same basis belong in the key.",
            )
        if self.tested is not None and key == self.tested:
            return wrong(
                "not-sifted", "The bits that were compared in public are still in the key: everybody knows them."
            )
        if key == tuple(1 - bit for bit in self.expected):
            return wrong("bit-flip", "Every bit is the opposite of what it should be: 0 and 1 are exchanged.")
        if key == self.expected[::-1]:
            return wrong("qubit-order", "The bits are right, but in the reverse order: the first round comes first.")
        if len(key) != len(self.expected):
            return wrong(None, f"Your key has {len(key)} bits; with these data it has another length.")
        errors = sum(a != b for a, b in zip(key, self.expected, strict=True))
        number = f"{errors} of its {len(key)} bits {'is' if errors == 1 else 'are'}"
        return wrong(None, f"Your key has the right length, but {number} wrong.")

    def right(self, answer):
        return self._judged(answer).passed
