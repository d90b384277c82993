"""What a late submission is worth, and which of several counts."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from qtrain.grading.errors import GradingError


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
    """

    due: str = ""
    grace: float = 10
    late_loss: float = 0
    late_cap: float = 100
    closed: float = 0
    cap: float = 100
    count: str = "last"

    def __post_init__(self):
        if self.count not in ("last", "best"):
            raise GradingError(f"of several submissions the 'last' or the 'best' counts, not the {self.count!r}")
        if self.due:
            instant(self.due)

    def to_data(self) -> dict:
        """As a JSON-able dict."""
        return asdict(self)

    def lateness(self, received: datetime | None) -> float:
        """Seconds after the due time and its grace; 0 when in time or not known."""
        if not self.due or received is None:
            return 0.0
        late = (received - instant(self.due)).total_seconds()
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


def instant(text: str) -> datetime:
    """A time from ISO text; without a zone it is local."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise GradingError(f"{text!r} is no time: write it like 2026-03-01T23:59, or 2026-03-01") from None
    if found.tzinfo is None and len(text) == 10:
        found = found.replace(hour=23, minute=59, second=59)
    return found.astimezone(UTC)
