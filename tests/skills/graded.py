"""A gradebook of a problem set of the course, filled without running anything: what each learner got is said."""

import hashlib
from pathlib import Path

from qtrain.course import load
from qtrain.course.course import find_root
from qtrain.grading.gradebook import Gradebook, Received
from qtrain.grading.late_policy import Rules
from qtrain.grading.manifest import Asked, Manifest
from qtrain.grading.messages import Answered, Graded
from qtrain.grading.roster import Learner
from qtrain.grading.settings import Settings

COURSE = load(find_root())


def gradebook(folder: Path, document: str, scores: dict, learners=(), bank_exercises=()) -> Gradebook:
    """Make it.

    Parameters
    ----------
    folder : Path
    document : str
        ``"2.P"``.
    scores : dict
        From learner to a score for every exercise, or to a dict from exercise to score.
    learners : iterable of Learner
        With what the roster says; who is in `scores` alone is added.
    bank_exercises : iterable of str
        Further ones, which the course does not have.
    """
    exercises = [Asked(e.id, e.title, e.points) for e in COURSE.lesson(document).exercises]
    exercises += [Asked(name, "Of a bank", 1.0) for name in bank_exercises]
    manifest = Manifest(
        f"set-{document}", f"Set {document}", document, "problem_set", "ab" * 16, "2026-01-01", Rules(), {}, exercises
    )
    folder.mkdir(parents=True, exist_ok=True)
    Settings(str(folder), str(folder / "gradebook.sqlite")).save()
    book = Gradebook(folder / "gradebook.sqlite")
    book.add_release(manifest)
    known = list(learners)
    there = {learner.id for learner in known}
    book.add_learners([*known, *(Learner(name) for name in scores if name not in there)])
    for name, told in scores.items():
        each = told if isinstance(told, dict) else dict.fromkeys((e.id for e in exercises), told)
        answers = {exercise: Answered(_verdict(score)) for exercise, score in each.items()}
        digest = hashlib.sha256(name.encode()).hexdigest()
        book.record(manifest, name, Received(digest, f"{name}.ipynb"), Graded(answers=answers), "mark")
    return book


def _verdict(score: float) -> dict:
    status = "right" if score == 1 else "wrong"
    return {"status": status, "score": score, "diagnosis": None, "message": "", "evidence": None}
