"""``qtrain badge``: an institution's keys, its badges, what it revokes."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from qtrain import atomic
from qtrain.course.errors import CourseError

from .errors import BadgeError

MOST_SHOWN, EVERY = 12, 50


def add_arguments(parser) -> None:
    """The options of ``qtrain badge``."""
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    key = what.add_parser("key", help="make your institution's keys, once; later: a new key after the old one")
    key.add_argument("keys", type=Path, metavar="KEYS", help="a folder of its own, outside of every repository")
    key.add_argument("--name", default="", help="your institution, as it is to stand on badges")
    key.add_argument(
        "--url", default="", metavar="https://…", help="where you will put the public files: your id becomes a did:web"
    )
    key.add_argument("--passphrase", action="store_true", help="lock the private keys with a passphrase")
    renew = key.add_mutually_exclusive_group()
    renew.add_argument("--rotate", action="store_true", help="a new key, which the current one signs; do it every year")
    renew.add_argument("--lost", action="store_true", help="a new key, as the current private key is gone")
    renew.add_argument(
        "--stolen", action="store_true", help="a new key, and nothing counts any more that the current one signed"
    )
    issue = what.add_parser("issue", help="make badges for all who passed")
    arguments_of_issuing(issue)
    issue.add_argument("--role", default="", help='a badge for a role, from several gradebooks: "software developer"')
    issue.add_argument("--again", action="store_true", help="revoke the ones that were issued, and issue new ones")
    revoke = what.add_parser("revoke", help="take a badge back; the status list says so")
    revoke.add_argument("keys", type=Path, metavar="KEYS")
    revoke.add_argument("badge", metavar="ID", help="urn:uuid:… as it stands on the badge, or its beginning")
    revoke.add_argument("--why", required=True, help="for your registry; it is not published")
    status = what.add_parser("status", help="make the status list anew, at least once a month")
    status.add_argument("keys", type=Path, metavar="KEYS")
    listed = what.add_parser("list", help="list what was issued and revoked")
    listed.add_argument("keys", type=Path, metavar="KEYS")


def arguments_of_issuing(parser) -> None:
    """What ``qtrain badge issue`` and ``qtrain transcript`` have in common."""
    parser.add_argument("gradebooks", nargs="+", type=Path, metavar="GRADED", help="what `qtrain grade -o` wrote")
    parser.add_argument("--keys", required=True, type=Path, metavar="KEYS", help="your institution's folder of keys")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="OUT", help="a folder for each learner")
    parser.add_argument("--learner", action="append", default=[], metavar="ID", help="only these")
    parser.add_argument("--names", action="store_true", help="names stand on them, else a salted id; ask the learners")
    parser.add_argument("--pass", dest="percent", default="60", metavar="PERCENT", help="of the points (60)")
    parser.add_argument("--years", default="5", metavar="N", help="after which they expire (5); 0: never")
    parser.add_argument("--course", type=Path, help="the course's folder, if it is not found by itself")


def run(args) -> int:
    """Do what is asked; 0 when it was done."""
    from qtrain.grading.errors import GradingError

    try:
        return DO[args.what](args)
    except (BadgeError, CourseError, GradingError) as error:
        print(f"qtrain badge: {error}", file=sys.stderr)
        return 1


def _key(args) -> int:
    from .keys import CARD, PRIVATE, Institution, ask_passphrase

    now = datetime.now(UTC)
    if args.rotate or args.lost or args.stolen:
        if args.name or args.url:
            raise BadgeError("--name and --url are said once, when the first key is made: they stay with a new one.")
        institution = Institution(args.keys)
        key = institution.rotate(now, passphrase=_passphrase(institution, args), lost=args.lost, stolen=args.stolen)
        renewed = "It is signed by the key before it. " if key.endorsed_by else ""
        print(
            f"{institution.card.name} has the new key {key.id}. {renewed}The card's fingerprint is now\n"
            f"  {institution.card.fingerprint}"
        )
        _publish(institution, now, _passphrase(institution, args))
        if args.stolen:
            print("Issue all badges anew, as those of the stolen key are refused:  qtrain badge issue … --again")
    else:
        secret = ask_passphrase(new=True) if args.passphrase else ""
        institution = Institution.make(args.keys, args.name, now, url=args.url, passphrase=secret)
        print(
            f"Made the keys of {institution.card.name}. The fingerprint of your card is\n"
            f"  {institution.card.fingerprint}"
        )
        _publish(institution, now, secret)
    if institution.card.url:
        atomic.write_json(institution.folder / "did.json", institution.did_document())
        print(f"Put did.json, {CARD} and the status list at {institution.card.url}/")
    print(
        f"Give {institution.folder / CARD} to those who check badges, and tell the fingerprint where people know you. "
        f"Back up {institution.folder}; nobody else may see {institution.folder / PRIVATE}. README.txt there says "
        "what to do each month, each year, and when a key is lost."
    )
    return 0


def _passphrase(institution, args) -> str:
    """Of a renewed key: the one of the current key, or a new one where that has none."""
    from .keys import ask_passphrase

    paths = sorted(institution.private.glob("*.pem"))
    locked = any(b"ENCRYPTED" in path.read_bytes()[:100] for path in paths)
    if not (locked or args.passphrase):
        return ""
    if getattr(args, "typed", None) is None:
        args.typed = ask_passphrase(new=not locked)
    return args.typed


def _publish(institution, now: datetime, secret: str | None = None) -> None:
    from .status import LASTS, publish

    path = publish(institution, institution.signing(secret), now)
    print(f"Wrote the status list {path}, good until {now + LASTS:%Y-%m-%d}: send it to those who check badges.")


def _issue(args) -> int:
    from qtrain.course import load

    from . import issuing, paths
    from .keys import Institution
    from .registry import Registry
    from .status import publish

    rule = rule_of(args)
    institution = Institution(args.keys)
    by_learner = issuing.gathered(args.gradebooks, args.course, args.learner)
    role = paths.role(args.role) if args.role else None
    if role and not role.task:
        raise BadgeError(f"the role {role.name!r} has no performance task yet; without one there is no badge for it.")
    course = load(args.course) if role else None
    signing, now, registry = institution.signing(), datetime.now(UTC), Registry(institution.private)
    done, told, refused = 0, [], []
    for learner, lines in by_learner.items():
        for about, make in issuing.chances(role, lines, rule, course):
            try:
                award = make()
            except BadgeError as error:
                before = registry.find(learner, about)
                stays = f" The one from before stays valid until you revoke it: {before.id}." if before else ""
                refused.append(f"  no badge: {error}{stays}")
                continue
            try:
                issued, said = issuing.issue(award, institution, signing, rule, now, args.again)
            except issuing.Another as error:
                refused.append(f"  no badge: {error}")
                continue
            place = issuing.write(issued, institution, args.output)
            done += 1
            if done % EVERY == 0:
                print(f"  {done} badges so far", file=sys.stderr, flush=True)
            told.append(f"  {learner}: {issued.title}, {said} ({place})")
    if args.again:
        publish(institution, signing, now)
    issuing.publish_first(institution, signing, now)
    _shown(told)
    _shown(refused)
    print(f"{done} badge{'' if done == 1 else 's'} in {args.output}, by {rule.said} % of the points.")
    return 0 if done or not args.learner else 1


def _shown(lines: list[str]) -> None:
    for line in lines[:MOST_SHOWN]:
        print(line)
    if len(lines) > MOST_SHOWN:
        print(f"  and {len(lines) - MOST_SHOWN} more")


def rule_of(args):
    """The rule that the options ask for.

    Raises
    ------
    BadgeError
        Where a number is none.
    """
    from .issuing import Rule

    try:
        percent = Fraction(args.percent)
        years = Fraction(args.years)
    except (ValueError, ZeroDivisionError):
        raise BadgeError(f"--pass and --years are numbers, not {args.percent!r} and {args.years!r}.") from None
    if not 0 < percent <= 100:
        raise BadgeError(f"--pass is a percentage above 0 and at most 100, not {args.percent}.")
    if not 0 <= years <= 100:
        raise BadgeError(f"--years is from 0 (no end) to 100, not {args.years}.")
    return Rule(percent, args.names, timedelta(days=round(float(years) * 365.25)) if years else None)


def _revoke(args) -> int:
    from .keys import Institution
    from .registry import Registry

    institution, now = Institution(args.keys), datetime.now(UTC)
    signing = institution.signing()  # before anything is written: a list that cannot be signed revokes nothing
    badge = Registry(institution.private).revoke(args.badge, args.why, now)
    from .status import publish

    path = publish(institution, signing, now)
    print(f"Revoked {badge.id} ({badge.title}, {badge.learner}). Send the new status list {path} to those who check.")
    return 0


def _status(args) -> int:
    from .keys import Institution

    _publish(Institution(args.keys), datetime.now(UTC))
    return 0


def _list(args) -> int:
    from .keys import Institution
    from .registry import Registry

    found = Registry(Institution(args.keys).private).all()
    for one in found:
        state = f"revoked {one.revoked[:10]}: {one.why}" if one.revoked else "valid"
        print(f"{one.issued[:10]}  {one.id}  {one.learner}  {one.title}  ({state})")
    print(f"{len(found)} issued, {sum(bool(one.revoked) for one in found)} of them revoked.")
    return 0


DO = {"key": _key, "issue": _issue, "revoke": _revoke, "status": _status, "list": _list}
