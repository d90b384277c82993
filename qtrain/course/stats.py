"""``qtrain course``: list the lessons, count what is in them, say what they lack."""

from __future__ import annotations

import sys
from collections import Counter

from qtrain.authoring import KINDS

from .course import Course, load
from .errors import CourseError

FRAMEWORK_NAMES = {"qiskit": "Qiskit", "cirq": "Cirq", "numpy": "NumPy", None: "plain Python"}


def add_arguments(parser):
    """Arguments of `qtrain course`."""
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 1.6 or 1.P (default: all)")
    parser.add_argument("--stats", action="store_true", help="count lessons, exercises, problems, claims, mistakes …")
    parser.add_argument("--audit", action="store_true", help="say what each lesson lacks, and try out its exercises")
    parser.add_argument("--learners", type=int, default=3, metavar="N", help="for --audit: how many variants (3)")


def run(args) -> int:
    """Print; 1 when the course is broken or a lesson lacks something."""
    try:
        course = load()
        chosen = [course.lesson(name) for name in args.lessons] or list(course.documents)
        if args.stats:
            for name, count in stats(course).items():
                print(f"{name:<32} {count:>6}")
            return 0
        if args.audit:
            return audited(chosen, args.learners)
        for document in chosen:
            what = "problems" if document.is_problem_set else "exercises"
            print(f"{document.id:<5} {document.title}  ({len(document.cells)} {what})")
        return 0
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1


def stats(course: Course) -> dict[str, int]:
    """The counts that describe a course, all from the course itself."""
    exercises = [exercise for lesson in course.lessons for exercise in lesson.exercises]
    problems = [exercise for problem_set in course.problem_sets for exercise in problem_set.exercises]
    every = exercises + problems
    kinds = Counter(exercise.kind for exercise in every)
    solutions = Counter(solution.framework for exercise in every for solution in exercise.cells.solutions)
    counts = {
        "modules": len(course.modules),
        "lessons": len(course.lessons),
        "minutes": sum(document.minutes for document in course.documents),
        "exercises": len(exercises),
        "problem sets": len(course.problem_sets),
        "problems": len(problems),
        **{f"  of the kind {kind}": kinds[kind] for kind in KINDS},
        "  with variants": sum(exercise.variant is not None for exercise in every),
        "solutions": sum(solutions.values()),
        **{f"  in {name}": solutions[framework] for framework, name in FRAMEWORK_NAMES.items()},
        "typical mistakes": sum(len(exercise.slips(exercise.parameters())) for exercise in every),
        "hints": sum(len(exercise.cells.hints) for exercise in every),
        "claims": len(course.claims),
        "recall questions": sum(len(lesson.questions) for lesson in course.lessons),
    }
    return counts


def audited(chosen: list, learners: int) -> int:
    """Print what each lesson lacks, and 1 if any lacks something."""
    from .trials import faults, trials

    lacks = 0
    for document in chosen:
        found = list(dict.fromkeys(fault for trial in trials(learners).values() for fault in faults(trial, document)))
        lacks += len(found)
        print(f"{document.id} {document.title}: {f'{len(found)} things to mend' if found else 'complete'}")
        for sentence in found:
            print(f"  {sentence}")
    return int(lacks > 0)
