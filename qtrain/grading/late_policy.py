"""What a late submission is worth, and which of several counts."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time

from qtrain.grading.errors import GradingError

_PERCENT = {"late_loss": "--late-loss", "late_cap": "--late-cap", "cap": "--cap"}
_AT_LEAST_ZERO = {"grace": "--grace", "closed": "--closed"}


@dataclass(frozen=True)
class Rules:
    """How points become a grade.

    Attributes
    ----------
    due : str
        ISO time; empty: never late.
    grace : float
        Minutes after it that still count as in time.
    late_loss : float
        Percent of the points lost per day begun.
    late_cap : float
        Percent of all points that a late submission reaches at most.
    closed : float
        Days after which a submission counts nothing; 0: never.
    cap : float
        Percent of all points that any submission reaches at most.
    count : str
        Of several submissions the "last" counts, or the "best".
    group_work : bool
        What one hands in counts for all of the group that the roster names.
    timezone : str
        Like "Asia/Karachi": where `due` is meant, and in which times are shown. Empty: this machine's.
    """

    due: str = ""
    grace: float = 10
    late_loss: float = 0
    late_cap: float = 100
    closed: float = 0
    cap: float = 100
    count: str = "last"
    timezone: str = ""
    group_work: bool = False

    def __post_init__(self):
        if self.count not in ("last", "best"):
            raise GradingError(f"of several submissions the 'last' or the 'best' counts, not the {self.count!r}")
        for name, option in _PERCENT.items():
            if not 0 <= (value := getattr(self, name)) <= 100:
                raise GradingError(f"{option} is a percentage from 0 to 100, not {value:g}")
        for name, option in _AT_LEAST_ZERO.items():
            if not 0 <= (value := getattr(self, name)) < math.inf:
                raise GradingError(f"{option} is a number that is not negative, not {value:g}")
        zone(self.timezone)
        if self.due:
            instant(self.due, self.timezone)

    def to_data(self) -> dict:
        """As a JSON-able dict."""
        return asdict(self)

    def stated(self) -> Rules:
        """The same rules with the zone written into the due time, so that every machine reads the same."""
        moment = self.moment()
        return self if moment is None else replace(self, due=moment.isoformat(timespec="seconds"))

    def moment(self) -> datetime | None:
        """The due time in the zone of the release."""
        return instant(self.due, self.timezone).astimezone(zone(self.timezone)) if self.due else None

    def lateness(self, received: datetime | None, marked: bool = False) -> float:
        """Seconds after the due time; 0 when within the grace, or when nothing says that it was late.

        Parameters
        ----------
        received : datetime or None
            None: the source does not say when.
        marked : bool
            The learning management system says that it is late, but not by how much: the first day has begun.
        """
        if marked and received is None:
            return 1.0
        if not self.due or received is None:
            return 0.0
        late = (received - instant(self.due, self.timezone)).total_seconds()
        return late if late > 60 * self.grace else 0.0

    def grade(self, points: float, of: float, late: float) -> tuple[float, str]:
        """The points that count, and the sentence on what was taken off ("" if nothing was)."""
        counted, reasons = min(points, of * self.cap / 100), []
        if counted < points:
            reasons.append(f"at most {self.cap:g} % can be reached")
        if late > 0:
            days = math.ceil(late / 86400)
            if self.closed and late > 86400 * self.closed:
                return 0.0, f"handed in {days} days late, after the last day"
            counted = min(counted * max(0.0, 1 - days * self.late_loss / 100), of * self.late_cap / 100)
            if counted < points:
                reasons.append(f"{days} day{'s' if days > 1 else ''} late")
        return round(counted, 4), "; ".join(reasons)


def zone(name: str):
    """The time zone of this name; None, which is this machine's, for an empty one."""
    if not name:
        return None
    from zoneinfo import ZoneInfo

    from qtrain.installing import with_this_python

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, a path, or no table of zones on this machine
        raise GradingError(
            f"{name!r} is no time zone that this machine knows: write it like Europe/Berlin "
            f"(if it knows none: {with_this_python('tzdata')})"
        ) from None


def zone_here() -> str:
    """The name of this machine's time zone, where it can be told; else ""."""
    import os

    named = os.environ.get("TZ", "").lstrip(":")
    if not named and os.path.islink("/etc/localtime"):
        named = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    try:
        return named if zone(named) else ""
    except GradingError:
        return ""


def instant(text: str, timezone: str = "") -> datetime:
    """A time from ISO text; where it names no zone it is meant in `timezone`. A date alone is its last second.

    Raises
    ------
    GradingError
        When it is no time, or one that no calendar of this machine reaches.
    """
    text = text.strip()
    try:
        found = _last_second(text) or datetime.fromisoformat(text)
        if found.tzinfo is None and timezone:
            found = found.replace(tzinfo=zone(timezone))
        # A moment within a day of the calendar's ends has no date somewhere on the earth.
        if not 1 < found.year < 9999:
            raise ValueError(found.year)
        return found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise GradingError(f"{text!r} is no time: write it like 2026-03-01T23:59, or 2026-03-01") from None


def _last_second(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59))
    except ValueError:
        return None
