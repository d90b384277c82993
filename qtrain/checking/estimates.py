"""The target for an estimate with its error bar: is the number honest?"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.numerals import bounds_text, number_beside, number_text, significant

from .properties import Property
from .refusals import Refused, quoted
from .runs import real
from .shot_statistics import ALPHA
from .target import Target
from .verdict import Evidence, Verdict, wrong

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PLUS_MINUS = re.compile(rf"\s*({_NUMBER})\s*(?:±|\+/?-|\+-)\s*({_NUMBER})\s*")
_BRACKETS = re.compile(r"\s*([-+]?\d*\.?(\d*))\((\d+)\)\s*")
_FACTORS = ((0.5, "half"), (2.0, "twice"), (2**-0.5, "1/√2 of"), (2**0.5, "√2 times"))


def value_and_error(answer, what: str = "Your estimate") -> tuple[float, float]:
    """A value with its error from (value, error), a dict, ``"0.51 ± 0.02"`` or ``"0.512(12)"``; else `Refused`."""
    if isinstance(answer, values.Text):
        answer = answer.value
    if isinstance(answer, str):
        text = answer.replace("−", "-")
        if found := _PLUS_MINUS.fullmatch(text):
            return float(found.group(1)), float(found.group(2))
        if (found := _BRACKETS.fullmatch(text)) and found.group(1) not in ("", "-", "+", "."):
            return float(found.group(1)), int(found.group(3)) * 10.0 ** -len(found.group(2))
        raise Refused(
            "wrong-type", f'{quoted(answer)} is no value with its error: write (0.51, 0.02) or "0.51 ± 0.02".'
        )
    if isinstance(answer, Mapping):
        value, error = _entry(answer, _VALUE), _entry(answer, _ERROR)
        if value is None or error is None:
            raise Refused("wrong-type", f'{what} should be {{"value": …, "error": …}}.')
        answer = (value, error)
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    if not isinstance(answer, list | tuple):
        raise Refused("wrong-type", f"{what} should be a value with its error: (value, error).")
    if len(answer) != 2:
        raise Refused("wrong-size", f"{what} should be two numbers, (value, error), but {len(answer)} came.")
    return real(answer[0], f"{what}: the value"), real(answer[1], f"{what}: the error")


_VALUE, _ERROR = ("value", "estimate", "mean"), ("error", "sigma", "std", "stderr", "se")


def _entry(answer: Mapping, names: Sequence[str]):
    """What stands under the first of these names, large or small letters; None where there is none."""
    keys = {str(key).lower(): one for key, one in answer.items()}
    return next((keys[name] for name in names if name in keys), None)


def value_error_and_shots(answer, what: str = "Your estimate") -> tuple[float, float, int]:
    """The same with its shots: (value, error, shots), (``"0.51 ± 0.02"``, shots) or a dict; else `Refused`."""
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    if isinstance(answer, Mapping):
        shots = _entry(answer, ("shots", "n"))
        if shots is None or _entry(answer, _VALUE) is None or _entry(answer, _ERROR) is None:
            raise Refused("wrong-type", f'{what} should be {{"value": …, "error": …, "shots": …}}.')
        pair: object = answer
    elif isinstance(answer, list | tuple) and len(answer) in (2, 3) and (len(answer) == 3 or _is_text(answer[0])):
        shots, pair = answer[-1], answer[0] if len(answer) == 2 else answer[:2]
    else:
        raise Refused("wrong-type", f"{what} should be three numbers: (value, error, shots).")
    value, error = value_and_error(pair, what)
    shots = real(shots, f"{what}: the number of shots")
    if shots < 1 or shots != round(shots):
        asked = f"{what}: the number of shots should be a whole number from 1"
        raise Refused("wrong-type", f"{asked}; {number_text(shots)} came.")
    return value, error, round(shots)


def _is_text(answer) -> bool:
    return isinstance(answer, str | values.Text)


class Estimate(Target):
    """A number that the learner measured, with its error bar of one standard deviation.

    Right if the truth lies within as many error bars as a right experiment leaves but for a probability `alpha` (4.9 of
    them), the error bar is that of the shots within `slack`, and it is as small as asked for. The shots are the
    author's, who gives `ideal`, or the learner's, who hands in (value, error, shots) and is judged by `spread`.

    A slip is an estimate, too. Where its value is off, it is who lands within four own error bars of that value, if
    they are no wider than the shots give; else its error bar is the mistake, and it is who gives that many times the
    right one round a value that is right.

    Parameters
    ----------
    truth : float
    ideal : float, optional
        The standard deviation that the shots (and the estimator taught) give.
    spread : float, optional
        Instead of `ideal`: the standard deviation of what one shot says, so that N shots give spread/√N.
    within : float, optional
        The largest error bar that is right: with a larger one, the shots did not suffice (``sampling``).
    slack : float
        By how much the error bar may differ from the ideal one, as a fraction: it is itself estimated from data.
    bounds : (float, float), optional
        Between which the truth has to lie, whatever the machine does: (0, 1) of a probability. A value outside of them
        that is wrong is told so. One of them may be infinite.
    alpha : float
        The probability that an honest estimate is refused for its distance from the truth.

    Raises
    ------
    ValueError
        If not just one of `ideal` and `spread` is given, or it is not positive; if the truth is out of its bounds.

    Examples
    --------
    >>> Estimate(0.5, ideal=0.016).judge((0.51, 0.0158)).passed
    True
    >>> Estimate(0.5, ideal=0.016).judge("0.51 ± 0.008").diagnosis
    'factor'
    >>> Estimate(0.5, spread=0.5, within=0.01).judge((0.51, 0.016, 1000)).diagnosis
    'sampling'
    """

    def __init__(
        self,
        truth: float,
        *,
        ideal: float | None = None,
        spread: float | None = None,
        within: float | None = None,
        slack: float = 0.25,
        bounds: tuple[float, float] | None = None,
        alpha: float = ALPHA,
        **options,
    ):
        super().__init__(**options)
        scatter = ideal if spread is None else spread
        if scatter is None or (ideal is not None and spread is not None):
            raise ValueError("give ideal, the error of the shots that you set, or spread, the error of one shot")
        if not scatter > 0:
            raise ValueError("the error of right data is positive")
        if bounds is not None and not bounds[0] <= truth <= bounds[1]:
            raise ValueError(f"the truth {truth} does not lie between its bounds {bounds}")
        self.bounds = bounds
        self.truth, self.scatter, self.within, self.slack = float(truth), scatter, within, slack
        self.counted = spread is not None
        self.sigmas = sigmas(alpha)

    @property
    def wants(self) -> str:
        return "(value, error, shots)" if self.counted else "a value with its error, (value, error)"

    def read(self, answer, *, order="native"):
        if answer is None or answer is ... or (isinstance(answer, str | list | tuple) and len(answer) == 0):
            return values.Nothing()
        return value_error_and_shots(answer) if self.counted else value_and_error(answer)

    def error_of(self, answer) -> float:
        """The error bar that the answer's shots give."""
        return self.scatter / math.sqrt(answer[2]) if self.counted else self.scatter

    def like(self, answer) -> Target:
        value, error = answer[:2]
        factor = error / self.error_of(answer)
        if abs(value - self.truth) > self.sigmas * error:
            widest = (1 + self.slack) * max(factor, 1.0)

            def there(other) -> bool:  # and not as near to the truth, nor with a bar so wide that it tells nothing
                bar = other[1] if other[1] <= widest * self.error_of(other) else 0.0
                return abs(other[0] - value) <= 4 * bar < self.sigmas * bar < abs(other[0] - self.truth)

            return Property("is this slip", there)

        def same_factor(other) -> bool:
            near = abs(other[0] - self.truth) <= self.sigmas * self.error_of(other)
            return near and abs(other[1] / self.error_of(other) / factor - 1) < 0.1

        return Property("is this slip", same_factor)

    def right(self, answer):
        return self.explain(answer) is None

    def _slipped(self, answer, known=None):
        found = super()._slipped(answer, known)
        # An error bar with a name of its own must not earn less than one that the engine knows.
        return None if found is None else replace(found, score=max(found.score, self.for_the_value(answer)))

    def for_the_value(self, answer) -> float:
        """What a wrong error bar leaves of the points: half for a value that enough shots have told, else nothing."""
        ideal = self.error_of(answer)
        told = self.within is None or ideal <= self.within * (1 + self.slack)
        return 0.5 if told and abs(answer[0] - self.truth) <= self.sigmas * ideal else 0.0

    def explain(self, answer) -> Verdict | None:
        value, error = answer[:2]
        if error <= 0:
            return wrong(None, f"An error bar is positive; yours is {significant(error, 4)}.")
        ideal = self.error_of(answer)
        # The value first: an error bar round a value that chance does not explain is worth nothing.
        if abs(value - self.truth) > self.sigmas * max(error, ideal):
            return self._wrong_value(value, error, max(error, ideal))
        honest = 1 - self.slack <= error / ideal <= 1 + self.slack
        if self.counted and not honest:
            return self._wrong_error(answer, ideal)
        if self.within is not None and error > self.within * (1 + 1e-9):
            return wrong(
                "sampling",
                f"Your error bar is {number_beside(error, self.within, 4)}; at most {significant(self.within, 3)} is "
                "asked for. Take more shots: four times as many halve it.",
                score=0.5,
            )
        if not honest:
            return self._wrong_error(answer, ideal)
        if abs(value - self.truth) > self.sigmas * error:
            return self._wrong_value(value, error, error)
        return None

    def _wrong_value(self, value: float, error: float, bar: float) -> Verdict:
        # How far it is stays unsaid: the truth could be computed from it.
        if self.bounds is not None and not self.bounds[0] <= value <= self.bounds[1]:
            shown = significant(value, 5)
            return wrong(None, f"Your value {shown} cannot be: what you measure is {bounds_text(self.bounds)}.")
        of_what = (
            "of your error bars" if bar == error else f"error bars (of {significant(bar, 2)}, as these shots give)"
        )
        return wrong(
            None,
            f"The true value is more than {significant(self.sigmas, 2)} {of_what} away from yours: chance does not "
            "explain that.",
            evidence=Evidence("value", "", None, f"{significant(value, 5)} ± {significant(error, 2)}"),
        )

    def _wrong_error(self, answer, ideal: float) -> Verdict:
        error, ratio, score = answer[1], answer[1] / ideal, self.for_the_value(answer)
        if self.counted and answer[2] >= 16:
            of_one_shot, shots = self.scatter, answer[2]
            for wrong_bar, story in (
                (of_one_shot, "is how far single shots scatter; the mean of many shots scatters less"),
                (of_one_shot**2 / shots, "is the variance of the mean; the error bar is its square root"),
                (of_one_shot / shots, "is too small: the error falls with the square root of the shots"),
            ):
                if abs(error / wrong_bar - 1) < 0.05:
                    return wrong("factor", f"Your error bar {significant(error, 3)} {story}.", score=score)
        for factor, word in _FACTORS:
            if abs(ratio / factor - 1) < 0.05:
                return wrong(
                    "factor",
                    f"Your error bar {significant(error, 3)} is about {word} what these shots give.",
                    score=score,
                )
        if ratio < 1:
            return wrong(
                None, f"Your error bar {significant(error, 3)} is smaller than these shots allow.", score=score / 2
            )
        return wrong(
            None,
            f"Your error bar {significant(error, 3)} is wider than it needs to be with these shots.",
            score=score / 2,
        )


def sigmas(alpha: float) -> float:
    """How many standard deviations a normal variable leaves, to either side, with probability `alpha`."""
    from scipy.special import ndtri

    return float(-ndtri(alpha / 2))
