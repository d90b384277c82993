"""The words: each makes an exercise of a function that says what is right and then what can be got wrong."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .exercise import Exercise, Parameters, Slip
from .ranges import Range, Space, named, whole
from .replies import with_replies

if TYPE_CHECKING:
    from qtrain.checking import Target

Story = Callable[..., Iterable]


@dataclass(frozen=True, eq=False)
class Right:
    """What is right, with what the card says of it and options of its target; see `right`."""

    answer: Any
    options: dict = field(default_factory=dict)
    praise: str = ""

    def says(self, praise: str) -> Right:
        """The same, with what the card says of it."""
        return replace(self, praise=praise)


@dataclass(frozen=True, eq=False)
class Plant:
    """A slip that is still to be planted; see `plant`."""

    code: str
    reason: str
    on: int | None
    of: Any
    reply: str = ""

    def says(self, reply: str) -> Plant:
        """The same, with what the card says of it."""
        return replace(self, reply=reply)


def right(answer: Any, **options) -> Right:
    """What is right, where there is more to say of it; ``.says("Right: …")`` adds what the card says.

    Parameters
    ----------
    answer
        What is right: a value, circuit, array, function or target, as the word takes it.
    **options
        For the target, such as ``within=0.1``.
    """
    return Right(answer, options)


def slip(answer: Any, reason: str = "", code: str | None = None) -> Slip:
    """A typical wrong answer: the answer, why people give it, the diagnosis; ``.says("…")`` adds what the card says.

    Without a sentence of its own the engine has to find the diagnosis `code` and say it in its own words; without both,
    all that is promised is that the answer is refused.

    Parameters
    ----------
    answer
        The wrong answer, in a form that the exercise takes.
    reason : str
        Why people give it, for authors.
    code : str, optional
        The diagnosis, one of `qtrain.checking.verdict.DIAGNOSES`.
    """
    return Slip(answer, reason, code)


def plant(code: str, reason: str = "", *, on: int | None = None, of: Any = None) -> Plant:
    """A slip that the engine makes itself, out of what is right (or of the circuit or array `of`).

    Parameters
    ----------
    code : str
        Which mistake: one of `qtrain.checking.planting.KINDS`, such as ``"control-target"``.
    on : int, optional
        The number of the gate (from 0) in which to make it, or of the qubit for ``bit-flip`` and ``wrong-basis``;
        without it, the first place where it changes anything.
    reason : str
        Why people make it, for authors.
    """
    return Plant(code, reason, on, of)


@dataclass(frozen=True)
class Told:
    """What the author's function said for one variant."""

    right: Right
    others: tuple
    parameters: Parameters
    options: dict


def _word(make: Callable[[Told], Target], kind: str, takes_too: str = "", *, fits=None, options=None):
    """A word: takes what all exercises have and what its target needs; any other keyword is a parameter's range."""

    def word(
        id: str,
        *,
        outcome: int | tuple[int, ...] = (),
        kind: str = kind,
        points: float = 1,
        rung: str = "use",
        where: Callable[..., bool] | None = None,
        derive: Callable[..., dict] | None = None,
        draw: Callable[[random.Random], dict] | None = None,
        takes: str | None = None,
        rules: Sequence | Callable[..., Sequence] = (),
        rubric: Sequence[tuple[float, str]] = (),
        **given,
    ) -> Callable[[Story], Exercise]:
        more = {name: one for name, one in given.items() if name in takes_too.split() and not isinstance(one, Range)}
        ranges = {name: one for name, one in given.items() if name not in more}
        if draw is not None and (ranges or where or derive):
            raise ValueError(f"exercise {id}: draw stands alone; leave it out, or the ranges")

        def exercise(story: Story) -> Exercise:
            def told(parameters: Parameters) -> Told:
                return _told(id, story, parameters, more)

            def plain(one: Told) -> Target:
                first = one.right.answer
                if given := isinstance(first, _target_class()) and one.options:
                    said, name = ", ".join(given), type(first).__name__
                    raise ValueError(f"exercise {id}: give {said} to the target itself: {name}(…, {said}=…)")
                target = first if isinstance(first, _target_class()) else make(one)
                target.rules = (*target.rules, *(named(rules, one.parameters) if callable(rules) else rules))
                return target

            def planted(one: Told, target: Target | None = None) -> tuple[Slip, ...]:
                if not any(isinstance(other, Plant) for other in one.others):
                    return one.others
                target = target or plain(one)
                return tuple(_planted(o, target, one.right.answer) if isinstance(o, Plant) else o for o in one.others)

            def slips(parameters: Parameters) -> tuple[Slip, ...]:
                return planted(told(parameters))

            def target(parameters: Parameters) -> Target:
                one = told(parameters)
                made = plain(one)
                return with_replies(made, planted(one, made), takes=takes, praise=one.right.praise)

            return Exercise(
                id=id,
                kind=kind,
                outcome=outcome,
                points=points,
                rung=rung,
                variant=Space(ranges, where=where, derive=derive) if ranges else draw,
                target=target,
                slips=slips,
                # The learner's package holds no slips of a problem set and must draw the same: there `where` says all.
                fits=None if fits is None or ".P." in id else (lambda parameters: fits(told(parameters))),
                options=options and (lambda parameters: options(told(parameters))),
                rubric=tuple(rubric),
            )

        return exercise

    return word


def _told(id: str, story: Story, parameters: Parameters, options: dict) -> Told:
    lines = [_as_slip(one) for one in named(story, parameters)]
    if not lines or isinstance(lines[0], Slip | Plant):
        raise ValueError(f"exercise {id}: the first thing to yield is what is right")
    first = lines[0] if isinstance(lines[0], Right) else Right(lines[0])
    if wrong := [one for one in lines[1:] if not isinstance(one, Slip | Plant)]:
        raise ValueError(f"exercise {id}: after what is right come slips, slip(…) or plant(…); not {wrong[0]!r}")
    return Told(first, tuple(lines[1:]), parameters, {**options, **first.options})


def _as_slip(line):
    """A slip that the engine made, as those of `qtrain.checking.conventions`, as one of an exercise."""
    from qtrain.checking.slips import Slip as Made

    if not isinstance(line, Made):
        return line
    return Slip(line.answer, "uses another convention", line.code, line.reply, line.score)


def _target_class():
    from qtrain.checking import Target

    return Target


def _planted(one: Plant, target: Target, answer: Any) -> Slip:
    from qtrain.checking import planting

    sources = [one.of] if one.of is not None else [answer, *(getattr(target, name, None) for name in _REFERENCES)]
    source = next((found for found in map(planting.plain, sources) if found is not None), None)
    if source is None:
        raise ValueError(f"there is nothing to plant {one.code!r} in: give the circuit, plant(…, of=circuit(…))")

    def accepts(wrong) -> bool:
        return target.accepts(target.read(wrong))

    return Slip(planting.planted(one.code, source, accepts, one.on), one.reason, one.code, one.reply)


_REFERENCES = ("reference", "vector", "matrix")


# --- the words -------------------------------------------------------------------------------------------------------


def _number(told: Told) -> Target:
    from qtrain.checking import Number

    return Number(told.right.answer, **told.options)


def _apart(told: Told) -> bool:
    """Whether no two numbers that mean different things could be taken for each other."""
    from qtrain.checking import Number

    if isinstance(told.right.answer, _target_class()) and not isinstance(told.right.answer, Number):
        return True  # a property has no value that another could be near to
    target = told.right.answer if isinstance(told.right.answer, Number) else _number(told)
    numbers: list[tuple[complex, Any]] = [(target.value, None)]
    for one in told.others:
        if isinstance(one, Slip) and _is_number(one.answer):
            if not math.isfinite(abs(one.answer)):
                return False
            numbers.append((complex(one.answer), (one.reply, one.code)))
    gap = 2.5 * target.tolerance + 1e-12 * abs(target.value)
    return all(
        abs(one - other) > gap or meaning == same
        for place, (one, meaning) in enumerate(numbers)
        for other, same in numbers[:place]
    )


def _is_number(answer: Any) -> bool:
    return isinstance(answer, int | float | complex) or getattr(answer, "shape", None) == ()


def _different(told: Told) -> bool:
    """Whether no two answers that mean different things are the same."""
    answers = [(told.right.answer, None)]
    answers += [(one.answer, (one.reply, one.code)) for one in told.others if isinstance(one, Slip)]
    return all(
        one != other or meaning == same
        for place, (one, meaning) in enumerate(answers)
        for other, same in answers[:place]
    )


def _built(told: Told) -> Target:
    import numpy as np

    from qtrain.checking import State, Unitary

    expected = told.right.answer
    flat = isinstance(expected, list | tuple | np.ndarray) and np.ndim(expected) == 1
    return (State if flat else Unitary)(expected, **told.options)


def _written(told: Told) -> Target:
    from qtrain.checking import Bits, Text

    expected = told.right.answer
    return Bits(expected, **told.options) if set(expected) <= set("01") else Text(expected, **told.options)


def _function(told: Told) -> Target:
    from qtrain.checking import Each, Number
    from qtrain.checking.comparing import target_for

    options = dict(told.options)
    inputs, name, returns, judged = (options.pop(key, None) for key in ("inputs", "name", "returns", "judged"))
    reference = told.right.answer
    if judged is not None:
        return Each(inputs, judged, name=name or reference.__name__)

    def of_input(*given, **more):
        value = reference(*given, **more)
        if returns is not None:
            return returns(value)
        return Number(value, **options) if _is_number(value) else target_for(value)

    return Each(inputs, of_input, name=name or reference.__name__)


def _data(told: Told) -> Target:
    from qtrain.checking import Data

    return Data(told.right.answer, **told.options)


def _estimate(told: Told) -> Target:
    from qtrain.checking import Estimate

    return Estimate(told.right.answer, **told.options)


def _estimates_apart(told: Told) -> bool:
    """Whether no estimate is near to two values that mean different things, at the largest error bar that will do."""
    if isinstance(told.right.answer, _target_class()):
        return True
    bar = told.options.get("within") or told.options.get("ideal")
    if bar is None:
        return True
    target, found = _estimate(told), [(told.right.answer, None)]
    for one in told.others:
        if not isinstance(one.answer, list | tuple):
            continue
        if target.accepts(target.read(one.answer)):
            return False
        if one.answer[0] != told.right.answer:  # else its error bar is the mistake
            found.append((one.answer[0], (one.reply, one.code)))
    return all(
        abs(one - other) > 10 * bar or meaning == same
        for place, (one, meaning) in enumerate(found)
        for other, same in found[:place]
    )


def _options(told: Told) -> dict[str, str]:
    """The options by the letters that this learner sees."""
    left, order, found = [told.right.answer, *(one.answer for one in told.others)], told.parameters["order"], {}
    for letter in "abcdefgh"[: len(left)]:
        order, place = divmod(order, len(left))
        found[letter] = left.pop(place)
    return found


def _chosen(told: Told) -> Target:
    from .options import Options

    replies = {told.right.answer: told.right.praise or "Right.", **{one.answer: one.reply for one in told.others}}
    return Options(_options(told), told.right.answer, replies)


_SHARED = """
Parameters
----------
id : str
    The exercise's id, ``"1.4.c"``.
outcome : int or tuple of int
    Which of the lesson's outcomes it tests, counted from 1.
kind : str
    One of `qtrain.authoring.KINDS`, where it is not the word's own.
points : float
rung : str
    How far it goes beyond the page: ``"warm-up"``, ``"use"``, ``"think"`` or ``"stretch"``, see `RUNGS`.
where : callable, optional
    The condition on a variant; it names the parameters that it looks at as its own arguments. A variant in which a slip
    collides with what is right or with another slip is left out anyway, except in a problem set: there `where` says so.
derive : callable, optional
    Gives a dict of further parameters, from those that it names.
draw : callable, optional
    From a `random.Random` to a dict of parameters, where ranges cannot say it; it stands alone.
takes : str, optional
    The form that is asked for, one of `qtrain.checking.answer_forms.NAMES`; by default any that can be right.
rules : sequence of Rule, or callable
    What a right answer has to keep besides; a callable names the parameters that it needs.
rubric : sequence of (float, str), optional
    What earns points where a person reads the answer (yield ``FreeText()``), for ``qtrain mark``: points and text.
**given
    The options named above; every other keyword is the range of the parameter of that name.

Returns
-------
callable
    A decorator: from the author's function of the parameters to an `Exercise`.

Raises
------
ValueError
    If `draw` stands beside ranges, `where` or `derive`; when a variant is made, if what the function yields first is a
    slip, or later anything else.
"""


def _described(word: Callable, says: str) -> None:
    """Give a word its docstring: what it makes, then what all words take."""
    word.__doc__ = f"{says}\n{_SHARED}"


number = _word(_number, "compute", "within rel unit bounds", fits=_apart)
_described(number, """A number. Options: `within` (absolute) or `rel`, `unit`, `bounds`.""")
build = _word(_built, "build", "phase tolerance draft")
_described(
    build,
    """A circuit, state or matrix: yield it (a circuit or a matrix is judged as a unitary, a list of
amplitudes as a state), or a target of `qtrain.checking` that says what is meant: ``State(circuit("h 0"))``.""",
)
text = _word(_written, "predict", "also case", fits=_different)
_described(text, """Words, or a string of bits (qubit 0 first). Options of words: `also` (other right ones), `case`.""")
function = _word(_function, "build", "inputs name within rel returns judged")
_described(
    function,
    """A function: yield one that is right, then wrong ones. Options: `inputs` (a list, or drawn from a
`random.Random`; a tuple holds several arguments), `name`; for its outputs `within` or `rel`, `returns` (from the right
value to a target), or `judged` (from the inputs to a target, where several outputs are right).""",
)
data = _word(_data, "compute", "schema within holds", fits=_different)
_described(data, """Plain data: lists, tables, dicts, edges, keys. Option: `schema`, what it is made of.""")
measure = _word(_estimate, "measure", "ideal spread within slack bounds", fits=_estimates_apart)
_described(
    measure,
    """An estimate with its error bar from data that the learner takes: yield the true value; a slip is an
estimate, too. Options: `spread` (the standard deviation of one shot: the learner chooses the shots and hands in (value,
error, shots)) or `ideal` (the standard deviation of the shots that the task sets: (value, error)); `within` (the
largest error bar that will do), `slack`, `bounds` (between which the truth lies). Where spread depends on the variant:
``right(truth, spread=…)``.""",
)


ORDERS = 120
"""Orders of the options of a choice: with up to five of them, each is equally often each letter."""

_choice = _word(_chosen, "explain", options=_options)


def choice(id: str, **given) -> Callable[[Story], Exercise]:
    """One option out of several. Yield the right one, ``right("Because …").says("Right: …")``, then the others, each as
    ``slip("Because …", reason).says("No: …")``. Every learner sees them in an order of their own; an answer is the
    letter that this learner sees, or the option's own words.

    Parameters
    ----------
    id : str
        The exercise's id, ``"1.4.c"``.
    **given
        As for the other words, such as ``outcome=2``; ranges, too.

    Returns
    -------
    callable
        A decorator: from the author's function of the parameters to an `Exercise`.
    """
    return _choice(id, **given, order=whole(0, ORDERS - 1))
