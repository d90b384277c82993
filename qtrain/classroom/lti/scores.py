"""Grades to the platform's gradebook (LTI Assignment and Grade Services 2.0); a grade sent twice counts once.

What was sent is remembered, with its time stamp, before it goes. If nobody knows whether it arrived, it goes again with
the same stamp, and a platform takes no score that is not newer than the one it has.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx

from qtrain.grading.exports import feedback_of

from .errors import LtiError
from .keys import Key
from .launch import RESULT, SCORE
from .ledger import Column, Ledger
from .platform import Platform

_TIMEOUT = 30.0
_SCORE, _RESULTS = "application/vnd.ims.lis.v1.score+json", "application/vnd.ims.lis.v2.resultcontainer+json"
_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Score:
    """A learner's grade for a release.

    Attributes
    ----------
    learner : str
    given, of : float
    comment : str
    final : bool
        False: a person has still to mark something.
    """

    learner: str
    given: float
    of: float
    comment: str = ""
    final: bool = True

    def body(self, subject: str) -> dict:
        """As the platform takes it, without the time."""
        return {
            "userId": subject,
            "scoreGiven": self.given,
            "scoreMaximum": self.of,
            "comment": self.comment,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded" if self.final else "PendingManual",
        }


@dataclass
class Report:
    """What became of each score.

    Attributes
    ----------
    sent, there : list of str
        Learners whose score arrived now, or before.
    nowhere : list of str
        Learners who have a grade and no place for it: they have not come by a link of the course yet, or the course has
        no link to the release.
    failed : dict
        From learner to why their score is not there; the next run tries again.
    """

    sent: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    nowhere: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """For people."""
        said = [f"sent: {len(self.sent)}, there before: {len(self.there)}, failed: {len(self.failed)}"]
        if self.nowhere:
            said.append(
                f"no column yet: {', '.join(self.nowhere)}: the release has to be linked in their course, opened there "
                "once by anybody, and they have to have come from there"
            )
        return said + [f"{learner}: {why}" for learner, why in self.failed.items()]


def graded(output: Path, release_id: str) -> Iterator[Score]:
    """The grades of a release in the gradebook that ``qtrain grade -o OUTPUT`` wrote.

    Raises
    ------
    GradingError
        When there is no such gradebook or release.
    LtiError
        When names are hidden there.
    """
    from qtrain.grading.gradebook import Gradebook
    from qtrain.grading.settings import Settings

    book = Gradebook(Settings.at(Path(output)).database)
    try:
        if book.anonymous():
            raise LtiError(f"names are hidden in {output}: show them again with  qtrain grade -o {output} --reveal")
        for row in book.rows(release_id):
            if row.learner.known and row.grade is not None and row.of > 0:
                answers = row.grading.answers if row.grading and "" not in row.remarks else ()
                final = all(one.status != "undecided" or one.exercise in row.remarks for one in answers)
                yield Score(row.learner.id, row.grade, row.of, feedback_of(row, "\n"), final)
    finally:
        book.close()


class Service:
    """The platform's grade service, for one run."""

    def __init__(self, platform: Platform, key: Key, ledger: Ledger, timeout: float = _TIMEOUT):
        self.platform, self.key, self.ledger = platform, key, ledger
        # Redirects are not followed: the token is for who was asked.
        self._http = httpx.Client(timeout=timeout, follow_redirects=False)
        self._tokens: dict[tuple[str, ...], tuple[str, float]] = {}

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *error) -> None:
        self._http.close()

    def send(self, release: str, scores: Iterable[Score]) -> Report:
        """Send what has not arrived yet of a release's scores; one that fails does not keep the others."""
        columns, report = self.ledger.columns(self.platform.platform, release), Report()
        for score in scores:
            results = []
            for column in columns.get(score.learner, ()):
                try:
                    results.append(self._one(column, score))
                except (LtiError, httpx.HTTPError, ValueError) as error:
                    report.failed[score.learner] = str(error) or type(error).__name__
            if not columns.get(score.learner):
                report.nowhere.append(score.learner)
            elif score.learner not in report.failed:
                (report.sent if any(results) else report.there).append(score.learner)
        return report

    def _one(self, column: Column, score: Score) -> bool:
        """Send one score to one place; False if it is there already.

        Raises
        ------
        LtiError, httpx.HTTPError
            When it is not there afterwards, or nobody knows.
        """
        body = score.body(column.subject)
        content = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        stamp = self.ledger.begin(column, content)
        if stamp is None:
            return False
        body["timestamp"] = datetime.fromtimestamp(stamp, UTC).isoformat(timespec="milliseconds")
        answer = self._call("POST", _under(column.address, "scores"), column, _SCORE, body)
        if answer.status_code == 409:  # it has one that is not older: this very score, or another
            arrived = self._holds(column, score)
            self.ledger.end(column, stamp, arrived)
            if not arrived:
                raise LtiError(
                    "the platform has a newer grade, set there or sent before; run this again in a minute to replace it"
                )
            return False
        if not answer.is_success:
            if answer.is_client_error:  # it was understood and refused: the next try is a new one
                self.ledger.end(column, stamp, False)
            raise LtiError(f"the platform answered {answer.status_code}: {' '.join(answer.text.split())[:200]}")
        self.ledger.end(column, stamp, True)
        return True

    def _holds(self, column: Column, score: Score) -> bool:
        """Whether the platform has this very score, as far as it lets us look."""
        if RESULT not in column.scopes:
            return False
        address = _under(column.address, "results", user_id=column.subject)
        answer = self._call("GET", address, column, _RESULTS)
        results = answer.json() if answer.is_success else []
        return any(
            result.get("userId") == column.subject
            and result.get("resultScore") is not None
            and abs(result["resultScore"] / (result.get("resultMaximum") or 1) - score.given / score.of) < 1e-6
            for result in results
        )

    def _call(self, method: str, address: str, column: Column, kind: str, body: dict | None = None) -> httpx.Response:
        if urlsplit(self.platform.token).scheme == "https" != urlsplit(address).scheme:
            raise LtiError(f"the platform wants grades at {address}, where anybody could read them: it has to be https")
        content = None if body is None else json.dumps(body).encode()
        for fresh in (False, True):
            headers = {"Authorization": f"Bearer {self._token(column.scopes, fresh)}", "Accept": kind}
            if content is not None:
                headers["Content-Type"] = kind
            answer = self._http.request(method, address, content=content, headers=headers)
            if answer.status_code != 401:
                break
        return answer

    def _token(self, allowed: tuple[str, ...], fresh: bool) -> str:
        """An access token, by a signed message that says who we are (client credentials, RFC 7523)."""
        scopes = tuple(scope for scope in (SCORE, RESULT) if scope in allowed)
        token, until = self._tokens.get(scopes, ("", 0.0))
        if not fresh and time.monotonic() < until:
            return token
        client, address = self.platform.client_id, self.platform.token
        assertion = self.key.signed({"iss": client, "sub": client, "aud": address, "jti": uuid.uuid4().hex})
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _BEARER,
            "client_assertion": assertion,
            "scope": " ".join(scopes),
        }
        answer = self._http.post(address, data=form)
        told = answer.json() if answer.is_success else {}
        if not isinstance(told, dict) or not isinstance(told.get("access_token"), str):
            raise LtiError(
                f"the platform gives no access to its grades ({answer.status_code}: "
                f"{' '.join(answer.text.split())[:200]}): does it have this hub's public key, and its grade service on?"
            )
        self._tokens[scopes] = told["access_token"], time.monotonic() + float(told.get("expires_in") or 60) - 30
        return told["access_token"]


def _under(address: str, part: str, **query: str) -> str:
    """What lies under a line item: its address may have a query of its own, which stays at the end."""
    base, _, own = address.partition("?")
    asked = "&".join(filter(None, (own, urlencode(query))))
    return f"{base}/{part}" + (f"?{asked}" if asked else "")
