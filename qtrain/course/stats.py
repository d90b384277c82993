"""``qtrain course``: list the lessons, count what is in them, say what they lack."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context

from qtrain.authoring import KINDS

from .course import Course, Lesson, load
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
    lacks = 0
    for document, found in tried(chosen, learners):
        lacks += len(found)
        said = f"{len(found)} things to mend" if found else "complete"
        print(f"{document.id} {document.title}: {said}", flush=True)
        for sentence in found:
            print(f"  {sentence}")
    return int(lacks > 0)


def tried(chosen: list[Lesson], learners: int) -> Iterator[tuple[Lesson, list[str]]]:
    """What each lesson lacks, in their order; several are tried at the same time, one on each processor.

    Raises
    ------
    CourseError
        When a lesson's code ended the process that tried it.
    """
    lacks = partial(_lacks, learners=learners)
    jobs = min(len(chosen), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    if jobs < 2:
        yield from ((document, lacks(document)) for document in chosen)
        return
    left = list(chosen)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        try:
            for found in pool.map(lacks, chosen):
                yield left.pop(0), found
        except BrokenProcessPool:
            raise CourseError(
                "The code of a lesson ended the process that tried it; no lesson from "
                f"{left[0].id} on was tried to its end. Try them one by one: qtrain course --audit {left[0].id}"
            ) from None


def _lacks(document: Lesson, learners: int) -> list[str]:
    from .trials import faults, trials

    return list(dict.fromkeys(fault for trial in trials(learners).values() for fault in faults(trial, document)))
