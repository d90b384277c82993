"""``qtrain transcript``: all that a learner reached, signed by the institution; or one's own record, unsigned."""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path

from qtrain import atomic
from qtrain.course.errors import CourseError

from .errors import BadgeError

OWN = "transcript.html"


def add_arguments(parser) -> None:
    """The options of ``qtrain transcript``."""
    parser.description = (
        "With gradebooks and keys: a signed transcript for each learner. With neither: a page of your own record, "
        "which nobody has signed."
    )
    parser.add_argument("gradebooks", nargs="*", type=Path, metavar="GRADED", help="what `qtrain grade -o` wrote")
    parser.add_argument("--keys", type=Path, metavar="KEYS", help="your institution's folder of keys")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help=f"a folder for each learner; else {OWN}")
    parser.add_argument("--learner", action="append", default=[], metavar="ID", help="only these")
    parser.add_argument("--names", action="store_true", help="names stand on them, else a salted id; ask the learners")
    parser.add_argument("--years", default="0", metavar="N", help="after which they expire (0: never)")
    parser.add_argument("--course", type=Path, help="the course's folder, if it is not found by itself")
    parser.set_defaults(percent="100")


def run(args) -> int:
    """Write them; 0 when they are there."""
    from qtrain.grading.errors import GradingError

    from .record import RecordError

    try:
        if args.gradebooks or args.keys:
            return _signed(args)
        return _own(args)
    except (BadgeError, CourseError, GradingError, RecordError) as error:
        print(f"qtrain transcript: {error}", file=sys.stderr)
        return 1


def _signed(args) -> int:
    from . import issuing
    from .badge import rule_of
    from .keys import Institution

    if not (args.gradebooks and args.keys and args.output):
        raise BadgeError("a signed transcript needs gradebooks, --keys KEYS and -o OUT; your own record needs none.")
    rule, institution = rule_of(args), Institution(args.keys)
    by_learner = issuing.gathered(args.gradebooks, args.course, args.learner)
    signing, now, done = institution.signing(), datetime.now(UTC), 0
    for learner, lines in by_learner.items():
        try:
            award = award_of(lines, rule.named)
        except BadgeError as error:
            print(f"  no transcript: {error}")
            continue
        issued, _ = issuing.issue(award, institution, signing, rule, now)
        print(f"  {learner}: {len(award.lines)} works ({issuing.write(issued, institution, args.output)})")
        done += 1
    issuing.publish_first(institution, signing, now)
    print(f"{done} transcript{'' if done == 1 else 's'} in {args.output}.")
    return 0


def award_of(lines, named: bool):
    """What a learner reached in all works, passed or not; what does not count for the learner is left out.

    Raises
    ------
    BadgeError
        Where nobody can vouch for one of the results, or there is none.
    """
    from .credential import COURSE, Award

    learner = lines[0].reached.learner
    if unsound := [one for one in lines if one.reached.unsound]:
        raise BadgeError(f"{learner} {unsound[0].reached.why_not} ({unsound[0].work.title}).")
    kept = [one for one in lines if not one.reached.excused]
    if not any(one.reached.notebook for one in kept):
        raise BadgeError(f"{learner} has handed in nothing.")
    told = sorted(f"{one.work.release} {one.reached.points} {one.reached.notebook}" for one in kept)
    mark = hashlib.sha256("\n".join([*told, str(named)]).encode()).hexdigest()[:12]
    return Award(
        learner,
        next((one.reached.name for one in kept if one.reached.name), "") if named else "",
        f"transcript {mark}",
        "Transcript: quantum computing",
        f"Results in {COURSE}.",
        "All works of these gradebooks, passed or not; 0 points where nothing was handed in. Answers were run and "
        "judged by a program, or marked by a person.",
        "Course",
        kept,
    )


# --- one's own record ------------------------------------------------------------------------------------------------


def _own(args) -> int:
    from qtrain.course import load
    from qtrain.course.identity import learner_folder

    from .progress import lines

    course = load(args.course)
    folder = learner_folder()
    if folder is None:
        raise BadgeError("there is no copy of the course of yours here, so no record: begin with  qtrain learn")
    found, notes = lines(course, folder)
    done = [one for one in found if one.done]
    if not done:
        raise BadgeError("your record holds no exercise that is done; do some first:  qtrain learn")
    path = args.output if args.output and args.output.suffix == ".html" else (args.output or folder) / OWN
    atomic.write(path, own_page(done, datetime.now(UTC).astimezone().date()))
    for note in notes:
        print(note, file=sys.stderr)
    print(f"Wrote {path}. It is what your computer noted, and nobody has signed it: badges come from your institution.")
    return 0


def own_page(found, today: date) -> str:
    """A page of what was done, which says that nobody vouches for it."""
    from .certificate import HEAD, STYLE

    rows = "".join(
        f"<tr><th>{escape(one.id)}</th><td>{escape(one.title)}</td><td>{len(one.done)} of {one.total}</td></tr>"
        for one in found
    )
    total, count = sum(one.total for one in found), sum(len(one.done) for one in found)
    return (
        f"{HEAD}<title>Own record</title><style>\n{STYLE}</style></head><body><main>\n"
        f"<h1>Own record, {today.isoformat()}</h1>\n<p>{count} of {total} exercises done in {len(found)} lessons and "
        "problem sets.</p>\n<p><strong>Nobody has signed this page:</strong> it is what the learner's own computer "
        "noted, and the learner could change it. An institution that grades a problem set or an exam can issue a "
        f"signed transcript and badges.</p>\n<table>{rows}</table>\n</main></body></html>\n"
    )
