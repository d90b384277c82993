"""The class as its teacher sees it now: who is where, what is hard, which mistakes are common, who has handed in."""

from __future__ import annotations

import secrets
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from qtrain.drawing.cards import MEANINGS
from qtrain.grading.names import printable

from .database import ClassDatabase, Seen, Tried
from .hand_ins import lateness
from .people import People
from .releases import Releases

HERE_S = 45  # a learner's server tells every 5 s whether its page is there
RECENT_S = 3600  # what is hard now, and which mistakes are made now
KEEP_EVERY_S = 30
_MOST_SHOWN = 8


@dataclass
class _Standing:
    """A learner with one exercise."""

    done: bool = False
    wrong: int = 0  # tries since the last success
    last: float = 0.0


@dataclass
class _Learner:
    exercises: dict[str, _Standing] = field(default_factory=lambda: defaultdict(_Standing))


class Live:
    """What the teacher's page shows, with a revision for each line, so that only what changed travels.

    Parameters
    ----------
    database : ClassDatabase
    releases : Releases
    people : People
    """

    def __init__(self, database: ClassDatabase, releases: Releases, people: People):
        self.database, self.releases, self.people = database, releases, people
        self.epoch = secrets.token_hex(4)  # after a restart of the service all is sent anew
        self.revision = 0
        self.titles: dict[str, str] = {}
        self._seen = database.seen()
        self._unkept: set[str] = set()
        self._kept_at = time.monotonic()
        # The event loop takes `_lock`, so nothing under it waits for the disk; looks anew come one after the other.
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._then = self._seen  # who was where when the look began
        self._lines: dict[str, tuple[int, dict]] = {}
        self._summary: tuple[int, dict] = (0, {})
        self._begin()

    def _begin(self) -> None:
        self._learners: dict[str, _Learner] = defaultdict(_Learner)
        self._recent: deque[tuple[float, str, str, str]] = deque()  # when, who, exercise, diagnosis
        self._read, self._notes = 0, len(self.database.notes)

    def heard(self, learner: str, document: str, exercise: str, now: float | None = None) -> None:
        """A learner's server says that it is there, and what is open."""
        with self._lock:
            self._seen[learner] = Seen(time.time() if now is None else now, document, exercise)
            self._unkept.add(learner)

    def refresh(self, now: float | None = None) -> bool:
        """Read what is new and work out what changed; whether anything did. Not for the event loop."""
        now = time.time() if now is None else now
        with self._looking:
            with self._lock:
                self._then = dict(self._seen)
            self._read_attempts(now)
            roster, releases = self.people.roster(), self.releases.all()
            hand_ins = self._hand_ins(releases)
            revision, lines = self.revision + 1, {}
            for learner in roster.learners:
                line, before = self._line(learner, now, hand_ins.get(learner.id, {})), self._lines.get(learner.id)
                lines[learner.id] = before if before and before[1] == line else (revision, line)
            summary = self._summary
            told = self._told(roster, releases, hand_ins, now)
            if told != summary[1] or list(lines) != list(self._lines):
                summary = (revision, told)
            changed = summary[0] == revision or any(number == revision for number, _ in lines.values())
            with self._lock:
                self._lines, self._summary = lines, summary
                self.revision += changed
            return changed

    def changes(self, after: str = "") -> dict:
        """The lines and the summary that changed after that state; all of it where it is another service's."""
        with self._lock:
            epoch, _, revision = after.partition("-")
            since = int(revision) if epoch == self.epoch and revision.isdecimal() and len(revision) < 16 else -1
            found = {
                "state": f"{self.epoch}-{self.revision}",
                "all": since < 0,
                "now": time.time(),
                "lines": [line for number, line in self._lines.values() if number > since],
            }
            if self._summary[0] > since:
                found["summary"] = self._summary[1]
                found["order"] = list(self._lines)
            return found

    def keep(self, at_once: bool = False) -> None:
        """Write down who was where, now and then and at the end. Not for the event loop."""
        if at_once or time.monotonic() - self._kept_at > KEEP_EVERY_S:
            with self._lock:
                kept = {learner: self._seen[learner] for learner in self._unkept}
                self._unkept.clear()
            self._kept_at = time.monotonic()
            if kept:
                self.database.keep_seen(kept)

    # --- what came in --------------------------------------------------------------------------------------------

    def _read_attempts(self, now: float) -> None:
        if len(self.database.notes) != self._notes:  # the database was begun anew: its rows count from the start
            self._begin()
        for row, learner, tried in self.database.attempts(self._read):
            self._read = row
            self._count(learner, tried, now)
        while self._recent and self._recent[0][0] < now - RECENT_S:
            self._recent.popleft()

    def _count(self, learner: str, tried: Tried, now: float) -> None:
        at = min(datetime.fromisoformat(tried.at).timestamp(), now)
        one = self._learners[learner].exercises[tried.exercise]
        one.last = max(one.last, at)
        if tried.status == "right":
            one.done, one.wrong = True, 0
        else:
            one.wrong += 1
            if at >= now - RECENT_S:
                self._recent.append((at, learner, tried.exercise, tried.diagnosis))

    def _hand_ins(self, releases) -> dict[str, dict[str, dict]]:
        """From learner and release to their last hand-in; late is what is late by the time that they have by now."""
        found: dict[str, dict[str, dict]] = defaultdict(dict)
        for one in self.database.hand_ins():
            before = found[one.learner].get(one.release, {"times": 0})
            release, received = releases.get(one.release), datetime.fromisoformat(one.received)
            found[one.learner][one.release] = {
                "at": received.timestamp(),
                "late": lateness(release.rules(one.learner).lateness(received) if release else one.late),
                "digest": one.digest[:12],
                "times": before["times"] + 1,
            }
        return found

    # --- what is told --------------------------------------------------------------------------------------------

    def _is_here(self, learner: str, now: float) -> bool:
        seen = self._then.get(learner)
        return seen is not None and now - seen.at < HERE_S

    def _line(self, learner, now: float, handed: dict) -> dict:
        own = self._learners.get(learner.id, _Learner()).exercises
        tried = max(own, key=lambda exercise: own[exercise].last, default="")
        # A killed service forgets some seconds of who was where: what was tried last says it as well.
        seen = self._then.get(learner.id) or (Seen(own[tried].last, exercise=tried) if tried else None)
        here = self._is_here(learner.id, now)
        current = seen.exercise if seen else ""
        return {
            "id": learner.id,
            "name": printable(learner.shown, keep=""),
            "here": here,
            # Who is here was seen just now; only a time that stands still is worth telling.
            "seen": round(seen.at) if seen and not here else 0,
            "document": seen.document if seen else "",
            "exercise": current,
            "wrong": own[current].wrong if current in own and not own[current].done else 0,
            "done": sum(one.done for one in own.values()),
            "tried": sum(not one.done for one in own.values()),
            "handed": handed,
        }

    def _told(self, roster, releases, hand_ins, now: float) -> dict:
        ids = {learner.id for learner in roster.learners}
        here = {learner for learner in ids if self._is_here(learner, now)}
        return {
            "here": len(here),
            "of": len(roster),
            "hard": self._hard(here, now),
            "mistakes": self._mistakes(ids),
            "releases": [self._release(one, ids, hand_ins) for one in releases.values()],
            "troubles": [*self.releases.troubles, *filter(None, [self.people.trouble]), *self.database.notes],
        }

    def _hard(self, here: set[str], now: float) -> list[dict]:
        """Where those who are here have tried of late without success."""
        stuck: dict[str, list[int]] = defaultdict(list)
        done: dict[str, int] = defaultdict(int)
        for learner in here:
            for exercise, one in self._learners.get(learner, _Learner()).exercises.items():
                if one.done:
                    done[exercise] += 1
                elif one.last >= now - RECENT_S:
                    stuck[exercise].append(one.wrong)
        found: list[dict[str, Any]] = [
            {
                "exercise": exercise,
                "title": self.titles.get(exercise, ""),
                "stuck": len(tries),
                "tries": sum(tries),
                "done": done[exercise],
            }
            for exercise, tries in stuck.items()
            if sum(tries) > 1  # one wrong answer is how one learns
        ]
        return sorted(found, key=lambda one: (-one["stuck"], -one["tries"], one["exercise"]))[:_MOST_SHOWN]

    def _mistakes(self, ids: set[str]) -> list[dict]:
        who: dict[tuple[str, str], set[str]] = defaultdict(set)
        for _, learner, exercise, diagnosis in self._recent:
            if learner in ids:
                who[exercise, diagnosis].add(learner)
        found: list[dict[str, Any]] = [
            {
                "exercise": exercise,
                "title": self.titles.get(exercise, ""),
                "words": MEANINGS.get(diagnosis, "wrong, but not by one of the usual mistakes"),
                "learners": len(learners),
            }
            for (exercise, diagnosis), learners in who.items()
        ]
        return sorted(found, key=lambda one: (-one["learners"], one["exercise"], one["words"]))[:_MOST_SHOWN]

    def _release(self, one, ids: set[str], hand_ins) -> dict:
        have = ids & one.manifest.variants.keys()
        due = one.manifest.rules.moment()
        return {
            "name": one.name,
            "title": one.manifest.title,
            "opened": one.opened,
            "closed": _seconds(one.closed),
            "due": due.astimezone(UTC).timestamp() if due else 0,
            "copies": len(have),
            "without": len(ids - have),
            "handed": sum(one.name in hand_ins.get(learner, {}) for learner in have),
            "extensions": {learner: until.timestamp() for learner, until in sorted(one.extensions.items())},
        }


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp() if stamp else 0
