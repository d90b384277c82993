"""``qtrain verify``: is this badge genuine, from somebody whom you trust, and still valid? Without any network."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import BadgeError

if TYPE_CHECKING:
    from .verifying import Finding

SIGNS = {True: "✓", False: "✗"}


def add_arguments(parser) -> None:
    """The options of ``qtrain verify``."""
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="badge.json, .jwt, .svg, .png, a QR's text")
    parser.add_argument(
        "--add",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="an issuer.json to trust, or a status.jwt",
    )
    parser.add_argument("--fingerprint", default="", help="with --add: as the issuer told it elsewhere")
    parser.add_argument(
        "--trust",
        action="append",
        default=[],
        type=Path,
        metavar="PLACE",
        help="a card, or a folder of them",
    )
    parser.add_argument("--status", action="append", default=[], type=Path, metavar="FILE", help="a newer status list")
    parser.add_argument("--max-age", type=float, metavar="DAYS", help="of the status list, where 31 is too old for you")
    parser.add_argument("--holder", default="", metavar="ID", help="is the badge about this learner? needs --code")
    parser.add_argument("--code", default="", help="as it stands in the learner's profiles.txt")
    parser.add_argument("--json", action="store_true", help="for programs: one line for each file")


def run(args) -> int:
    """Judge; 0 when every badge is valid and trusted, 1 when one is not, 2 when a file is none."""
    from . import trust

    try:
        if args.fingerprint and len(args.add) != 1:
            raise BadgeError("--fingerprint is about one card: give it with one --add issuer.json.")
        if bool(args.holder) != bool(args.code):
            raise BadgeError("--holder and --code belong together: both stand in the learner's profiles.txt.")
        for path in args.add:
            for line in trust.add(path, args.fingerprint):
                print(line)
        if not args.files:
            if args.add:
                return 0
            raise BadgeError("give the badge: badge.json, badge.jwt, badge.svg or badge.png.")
        trusted = _trusted(args)
    except BadgeError as error:
        print(f"qtrain verify: {error}", file=sys.stderr)
        return 2
    seen = [_seen(path, trusted, args) for path in args.files]
    twins = _twins(seen)
    for one in seen:
        twin = bool(one.finding and one.finding.id in twins)
        print(json.dumps(one.as_data(twin), ensure_ascii=False) if args.json else one.said(twin))
    unreadable = any(one.finding is None for one in seen)
    return 2 if unreadable else 0 if all(one.good for one in seen) and not twins else 1


def _trusted(args):
    from . import trust

    places = args.trust or [place for place in (trust.home(),) if place.is_dir()]
    made = trust.Trust.of(*places)
    for path in args.status:
        try:
            made.put(path.read_bytes(), path)
        except OSError as error:
            raise BadgeError(f"{path} cannot be read ({error.strerror}): give status.jwt.") from None
    return made


@dataclass(frozen=True)
class _Seen:
    """A file, what was found, or why it is no badge; whether it is the asked learner's (None: nobody asked)."""

    path: Path
    finding: Finding | None = None
    problem: str = ""
    theirs: bool | None = None

    @property
    def good(self) -> bool:
        from .verifying import Standing

        return self.finding is not None and self.finding.standing is Standing.TRUSTED and self.theirs is not False

    def as_data(self, twin: bool) -> dict:
        if self.finding is None:
            return {"file": str(self.path), "standing": "no badge", "why": self.problem}
        found = self.finding
        told: dict[str, Any] = {
            "file": str(self.path),
            "standing": found.standing.value,
            "why": found.why,
            "notes": list(found.notes),
        }
        told |= {"id": found.id, "form": found.form, "holder": self.theirs, "twin": twin}
        return {**told, "credential": found.document}

    def said(self, twin: bool) -> str:
        from .facts import facts

        if self.finding is None:
            return f"{SIGNS[False]} {self.path}: {self.problem}"
        found = self.finding
        lines = [f"{SIGNS[self.good and not twin]} {self.path}: {found.standing.value.upper()}. {found.why}"]
        lines += [f"  {note}" for note in found.notes]
        if twin:
            lines.append("  Another file here has the same id and says something else: ask the issuer which is right.")
        if self.theirs is not None:
            lines.append(f"  It is {'' if self.theirs else 'NOT '}about the learner with this id.")
        if document := found.document:
            told = facts(document)
            lines += ["", f"  {told.title}", f"  {told.description}", f"  To: {told.holder}", f"  By: {told.issuer}"]
            lines += [f"  {name}: {value}" for name, value in told.rows]
            lines += [f"  Aligned to {name}: {codes}" for name, codes in told.aligned]
            lines += [
                "",
                f"  {told.proves}" if self.good else "  As long as it is not valid and trusted, it proves nothing.",
            ]
            lines.append(f"  {told.not_proved}")
        return "\n".join(lines)


def _seen(path: Path, trusted, args) -> _Seen:
    from .facts import belongs_to
    from .verifying import verify

    try:
        most = None if args.max_age is None else timedelta(days=args.max_age)
        found = verify(path.read_bytes(), trusted, most=most)
    except BadgeError as error:
        return _Seen(path, problem=str(error))
    except OSError as error:
        return _Seen(path, problem=f"it cannot be read ({error.strerror}): check the spelling.")
    theirs = belongs_to(found.document, args.holder, args.code) if args.holder else None
    return _Seen(path, found, theirs=theirs)


def _twins(seen) -> set[str]:
    """Ids that stand on badges that say different things."""
    said: dict[str, set[str]] = {}
    for one in seen:
        if one.finding is not None and one.finding.id:
            said.setdefault(one.finding.id, set()).add(one.finding.essence)
    return {name for name, essences in said.items() if len(essences) > 1}
