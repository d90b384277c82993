"""The course as data: lessons, exercises, variants, claims, read from one source for every fact.

Reading it needs nothing but JSON and YAML; an exercise imports its own lesson's exercises file and no other.
"""

from qtrain.authoring.exercise import KINDS, Exercise, Parameters

from .cells import Cells, Solution
from .claims import Claim
from .course import Course, Lesson, Module, find_root, load
from .errors import CourseError
from .learner_copy import learner_copy
from .recall import Question

__all__ = [
    "KINDS",
    "Cells",
    "Claim",
    "Course",
    "CourseError",
    "Exercise",
    "Lesson",
    "Module",
    "Parameters",
    "Question",
    "Solution",
    "find_root",
    "learner_copy",
    "load",
]
