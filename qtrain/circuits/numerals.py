"""Numbers as a reader writes them: a fraction of π where it is one, a root where it is one, and never ``-0.00``."""

from __future__ import annotations

import cmath
import math

_PARTS = (1, 2, 3, 4, 6, 8, 12, 16)


def fixed(value: float, digits: int) -> str:
    """A real number with at most `digits` decimals, in ASCII, without trailing zeros and never ``-0``."""
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def number_text(value: float, digits: int = 3) -> str:
    """A real number with at most `digits` decimals, without trailing zeros and with a true minus sign.

    Parameters
    ----------
    value : float
    digits : int
        The most decimals that are written.

    Examples
    --------
    >>> number_text(-0.70710678)
    '−0.707'
    >>> number_text(-1e-17)
    '0'
    """
    return fixed(value, digits).replace("-", "−")


def number_beside(value: float, limit: float, digits: int = 3) -> str:
    """A number with at most `digits` decimals, or with as many more as it takes to read otherwise than `limit`.

    Examples
    --------
    >>> number_beside(2.8196, 2.82, 2), number_beside(1.5, 2.82)
    ('2.8196', '1.5')
    """
    texts = ((number_text(value, count), number_text(limit, count)) for count in range(digits, 16))
    return next((text for text, other in texts if text != other), number_text(value, digits))


def significant(value: float, digits: int = 3) -> str:
    """A real number with so many significant digits and a true minus sign; very small and large ones as 1.5·10⁻⁷.

    Up to a million, what stands before the point is written out, with zeros.

    Parameters
    ----------
    value : float
    digits : int
        How many digits count.

    Examples
    --------
    >>> significant(-0.12345)
    '−0.123'
    >>> significant(1.5e-7), significant(104.2, 2)
    ('1.5·10⁻⁷', '100')
    """
    text = f"{value:.{digits}g}"
    mantissa, e, exponent = text.partition("e")
    if not e:
        return "0" if text == "-0" else text.replace("-", "−")
    if 0 < int(exponent) < 6:
        return fixed(float(text), 0).replace("-", "−")
    power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa.replace('-', '−')}·10{power}"


def bounds_text(bounds: tuple[float, float], unit: str = "") -> str:
    """Where a number may lie; one of the two bounds may be infinite.

    Examples
    --------
    >>> bounds_text((0, 1)), bounds_text((3, float("inf")), "km")
    ('between 0 and 1', 'at least 3 km')
    """
    low, high = (f"{significant(bound)} {unit}".rstrip() for bound in bounds)
    if math.isinf(bounds[1]):
        return f"at least {low}"
    return f"at most {high}" if math.isinf(bounds[0]) else f"between {low} and {high}"


def phase_text(angle: float) -> str:
    """An angle in radians as a multiple of π where it is one of a small denominator, else in radians.

    Examples
    --------
    >>> phase_text(-math.pi / 2)
    '−π/2'
    >>> phase_text(0.3)
    '0.3 rad'
    """
    for part in _PARTS:
        times = angle * part / math.pi
        if abs(times - round(times)) < 1e-6 * part:
            return _multiple(round(times), part)
    return f"{number_text(angle)} rad"


def _multiple(times: int, part: int) -> str:
    if times == 0:
        return "0"
    sign = "−" if times < 0 else ""
    top = "π" if abs(times) == 1 else f"{abs(times)}π"
    return f"{sign}{top}" if part == 1 else f"{sign}{top}/{part}"


def phase_of(amplitude: complex) -> float:
    """Phase in (−π, π], and 0 where the amplitude is 0; rounding noise never turns π into −π."""
    if abs(amplitude) < 1e-9:
        return 0.0
    angle = cmath.phase(amplitude)
    return math.pi if angle < -math.pi + 1e-9 else angle


def complex_text(value: complex, digits: int = 2) -> str:
    """A complex number as short as it can be: ``1``, ``−i``, ``0.71i``, ``0.5+0.5i``."""
    real, imaginary = number_text(value.real, digits), number_text(value.imag, digits)
    if imaginary == "0":
        return real
    unit = {"1": "i", "−1": "−i"}.get(imaginary, f"{imaginary}i")
    if real == "0":
        return unit
    return f"{real}{unit}" if unit.startswith("−") else f"{real}+{unit}"


def ket(bits: str) -> str:
    """``|01⟩`` of ``01``."""
    return f"|{bits}⟩"


def listing(parts) -> str:
    """``a, b and c``."""
    parts = [str(part) for part in parts]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else "nothing"
