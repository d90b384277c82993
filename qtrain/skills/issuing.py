"""From what the gradebook says to a signed badge, with its pictures and its page, in a folder for each learner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path

from qtrain import atomic
from qtrain.course import Course
from qtrain.grading.names import slug

from .alignment import alignments
from .baking import PNG, SVG, bake, pictures
from .card import stamp
from .certificate import page, profiles
from .credential import COURSE, Award, Line, number, sign
from .errors import BadgeError
from .keys import STATUS, Institution, Signing
from .passes import EXAM, LESSON, PUBLIC, TASK, Reached, Work, works
from .paths import Role, missing, steps
from .registry import Issued, Registry
from .status import SLACK, publish

MOST_NAMED = 12
FILES = ("badge.json", "badge.jwt", "badge.svg", "badge.png", "badge.html", "profiles.txt")


class Another(BadgeError):
    """That a badge was issued before which says something else."""


@dataclass(frozen=True)
class Rule:
    """What an institution gives badges for.

    Attributes
    ----------
    percent : Fraction
        Of the points that are needed.
    named : bool
        Whether names stand on them.
    lasts : timedelta or None
    """

    percent: Fraction = Fraction(60)
    named: bool = False
    lasts: timedelta | None = timedelta(days=5 * 365)

    @property
    def said(self) -> str:
        """The percentage, as text."""
        return number(float(self.percent))


def why_none(work: Work, reached: Reached, rule: Rule) -> str:
    """Why there is no badge for this, as the end of a sentence that begins with the learner; "": there is one."""
    if work.kind == LESSON:
        return f"has done {work.title}, a lesson: badges are for problem sets, exams and roles"
    if reached.why_not:
        return reached.why_not
    if not reached.enough(rule.percent):
        return f"has {number(reached.points)} of {number(reached.of)} points, and {rule.said} % are needed"
    return ""


def for_work(work: Work, reached: Reached, rule: Rule) -> Award:
    """The award for a problem set or an exam that was passed.

    Raises
    ------
    BadgeError
        Where it was not.
    """
    if why := why_none(work, reached, rule):
        raise BadgeError(f"{reached.learner} {why}.")
    return Award(
        reached.learner,
        reached.name if rule.named else "",
        work.about,
        work.called,
        f"Passed the {work.kind} {work.title!r} of {COURSE}.",
        f"At least {rule.said} % of the points in {work.title!r}, {work.questions} questions; answers are run and "
        "judged by a program, or marked by a person.",
        "Badge",
        (Line(work, reached),),
        rule.said,
        _aligned([Line(work, reached)]),
    )


def for_role(role: Role, found: Sequence[Line], rule: Rule, course: Course) -> Award:
    """The award for a role: its performance task, and every problem set on its path, passed by the set or by an exam.

    Parameters
    ----------
    found : sequence of Line
        What one learner reached, in all gradebooks.

    Raises
    ------
    BadgeError
        Where one is missing, or the role has no performance task yet.
    """
    learner = found[0].reached.learner
    if not role.task:
        raise BadgeError(
            f"the role {role.name!r} has no performance task yet, and without one there is no badge for it."
        )
    modules = [step.id.split(".")[0] for step in steps(course, role) if step.lesson and step.lesson.is_problem_set]
    passed = [one for one in found if not why_none(one.work, one.reached, rule)]
    lines: list[Line] = []
    for module in [*modules, role.task]:
        for_it = [one for one in passed if _counts_for(one.work, module, role)]
        if not for_it:
            what = "the performance task" if module == role.task else f"module {module}"
            raise BadgeError(f"{learner} has not passed {what}, which the role {role.name!r} needs.")
        best = max(for_it, key=lambda one: (one.reached.share, one.work.release))
        if best not in lines:
            lines.append(best)
    named = ", ".join(modules)
    open_ = [f"{name} (lesson {lesson})" if lesson else name for name, lesson in missing(course, role).items()]
    limit = (
        f" Of CFQT, the course does not teach yet, and this badge does not say: {', '.join(open_)}." if open_ else ""
    )
    return Award(
        learner,
        lines[0].reached.name if rule.named else "",
        f"role {role.id}",
        f"Quantum computing · {role.name}",
        f"Passed the performance task for this role and the modules on its path in {COURSE}: {role.aim}",
        f"At least {rule.said} % of the points in the performance task, and in a problem set or exam on each of the "
        f"modules {named}.{limit}",
        "Certification",
        lines,
        rule.said,
        _aligned(lines),
    )


def chances(
    role: Role | None, lines: Sequence[Line], rule: Rule, course: Course | None
) -> Iterator[tuple[str, Callable[[], Award]]]:
    """What a learner could have a badge for, and what makes its award or says why there is none.

    Of the same work in several gradebooks a pass counts before what is none, and then the better one.
    """
    if role is not None and course is not None:
        yield f"role {role.id}", partial(for_role, role, lines, rule, course)
        return
    best: dict[str, Line] = {}
    for line in sorted(lines, key=lambda one: (bool(why_none(one.work, one.reached, rule)), -one.reached.share)):
        best.setdefault(line.work.about, line)
    for about, line in best.items():
        yield about, partial(for_work, line.work, line.reached, rule)


def _counts_for(work: Work, module: str, role: Role) -> bool:
    if module == role.task:
        return work.kind == TASK and work.document == f"{module}.P"
    return work.kind in (PUBLIC, EXAM) and module in work.numbers


def _aligned(lines: Sequence[Line]):
    """What the works are aligned to: a problem set is what was passed, not the lessons that it follows."""
    found: dict = {}
    for one in lines:
        if one.work.course is not None:
            found |= dict.fromkeys(alignments(one.work.course, one.work.documents))
    return tuple(found)


def issue(
    award: Award, institution: Institution, signing: Signing, rule: Rule, now: datetime, again: bool = False
) -> tuple[Issued, str]:
    """Issue a badge, or find the one that was issued, and what to say about it.

    Raises
    ------
    BadgeError
        Where the one that was issued says something else, or the clock cannot be right.
    """

    def make(badge: str, place: int) -> Issued:
        drawn = pictures(award.title, institution.card.name, stamp(now)[:10])
        signed = sign(award, institution, signing, now, badge=badge, place=place, lasts=rule.lasts, pictures=drawn)
        svg, png = (bake(drawn[kind], signed.document) for kind in (SVG, PNG))
        return Issued(
            badge, place, award.learner, award.about, award.title, award.evidence, stamp(now), signed.document,
            signed.token, svg, png,
        )  # fmt: skip

    institution.at_work(now)
    if any(one.reached.graded and one.reached.graded > now + SLACK for one in award.lines):
        raise BadgeError(
            f"the clock of this computer says {stamp(now)}, and {award.learner}'s work was graded later than that: set "
            "the clock right."
        )
    registry = Registry(institution.private)
    there = registry.find(award.learner, award.about)
    made = registry.issue(award.learner, award.about, make, now, "issued anew" if again else "")
    if there is None:
        return made, "issued"
    if again:
        return made, "issued anew; the one before is revoked"
    if any(key.stolen and key.method in made.document for key in institution.card.keys):
        return made, "was issued before by a key that was stolen, so it is refused: --again issues a new one"
    if made.evidence != award.evidence:  # not handed out: it could be another person's of the same id
        raise Another(
            f"{award.learner} has one for it that was issued before, for another result or name ({made.id}): --again "
            "revokes that one and issues a new one."
        )
    return made, "was issued before, and is written again"


def write(issued: Issued, institution: Institution, folder: Path) -> Path:
    """Write a badge's files into the learner's folder; returns the folder."""
    place = folder / slug(issued.learner) / slug(issued.about.replace(" ", "-"))
    code = institution.code(issued.learner)
    contents: tuple[str | bytes, ...] = (
        issued.document,
        issued.token,
        issued.svg,
        issued.png,
        page(issued, institution.card),
        profiles(issued, institution.card, code),
    )
    for name, content in zip(FILES, contents, strict=True):
        atomic.write(place / name, content)
    return place


def publish_first(institution: Institution, signing: Signing, now: datetime) -> None:
    """Make the status list, where there is none yet."""
    if not (institution.folder / STATUS).exists():
        publish(institution, signing, now)


def gathered(gradebooks: Sequence[Path], root, asked: Sequence[str]) -> dict[str, list[Line]]:
    """From learner to all results in these gradebooks.

    Parameters
    ----------
    root : Path or None
        The course's folder, where it is not the one that a gradebook remembers.
    asked : sequence of str
        Only these learners; empty: all.

    Raises
    ------
    BadgeError
        Where a gradebook is not there, or a learner is in none.
    """
    found: dict[str, list[Line]] = {}
    for folder in gradebooks:
        for work, reached in works(folder, root):
            for one in reached:
                found.setdefault(one.learner, []).append(Line(work, one))
    for learner, lines in found.items():
        names = {" ".join(one.reached.name.split()).casefold(): one.reached.name for one in lines if one.reached.name}
        if len(names) > 1:
            raise BadgeError(
                f"the id {learner!r} is {' and '.join(sorted(names.values()))} in these gradebooks: give those of one "
                "class at a time, or make the rosters agree."
            )
    if missing := [name for name in asked if name not in found]:
        known = ", ".join(list(found)[:MOST_NAMED]) or "nobody"
        raise BadgeError(f"there is no learner {missing[0]!r} in these gradebooks; there are {known}.")
    return {learner: lines for learner, lines in found.items() if not asked or learner in asked}
