"""The course as data, read from the table of contents, the notebooks' metadata and the files in `exercises/`."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path

from qtrain.authoring import Exercise
from qtrain.authoring.exercise import of_variable

from .cells import Cells, read_exercises, read_notebook
from .claims import Claim, claims_in
from .data_files import data_paths, together
from .errors import CourseError
from .exam_paper import PREFIX, ExamPaper
from .practice import MARK
from .recall import Question, questions_in

TOC = Path("book", "_toc.yml")
CAPTION = re.compile(r"^(\d+)\s*·\s*(.+?)\s*$")
STEM = re.compile(r"^(\d+)_(\d+)(?:_\w+)?$")
REQUIRED = {
    "id": str,
    "title": str,
    "level": str,
    "minutes": int,
    "outcomes": list,
    "competences": list,
    "prerequisites": list,
}


@dataclass(frozen=True)
class Lesson:
    """A lesson or a problem set: a notebook and the file with its exercises.

    Attributes
    ----------
    id : str
        ``"1.6"``; a problem set's is ``"1.P"``.
    chapter : str
        Its path in the table of contents: ``"notebooks/1_qubits/1_6_conventions"``.
    root : Path
        The folder of the course.
    path, exercises_path : Path
    is_problem_set : bool
    feedback : bool
        Whether a check says at once if an answer is right; not so in a `qtrain.course.exam_paper.ExamPaper`.
    """

    feedback = True

    id: str
    chapter: str
    root: Path = field(repr=False)

    @property
    def path(self) -> Path:
        """The notebook."""
        return self.root / f"{self.chapter}.ipynb"

    @property
    def folder(self) -> str:
        """The module's folder, ``"1_qubits"``."""
        return self.chapter.split("/")[-2]

    @property
    def stem(self) -> str:
        """The notebook's name without its suffix."""
        return self.chapter.split("/")[-1]

    @property
    def exercises_path(self) -> Path:
        """The Python file with the exercises."""
        return self.root / "exercises" / self.folder / f"{self.stem}.py"

    @property
    def sources(self) -> tuple[Path, ...]:
        """The files that its judging depends on."""
        return self.path, self.exercises_path, *data_paths(self.path.parent).values()

    @property
    def data(self) -> dict[str, bytes]:
        """The files that its cells read, those in ``data`` beside it, by their paths from its folder."""
        return together([self])

    @property
    def is_problem_set(self) -> bool:
        """Whether it is a problem set."""
        return self.stem == "problem_set"

    @property
    def practice_only(self) -> bool:
        """Whether it is a problem set as learners have it: without solutions and slips."""
        own = self.notebook["metadata"].get("qtrain")
        return isinstance(own, dict) and bool(own.get(MARK))

    @property
    def notebook(self) -> dict:
        """The notebook as JSON; shared, do not change it."""
        return read_notebook(self.path)

    @property
    def metadata(self) -> dict:
        """The notebook's ``qtrain`` metadata, complete."""
        found = self.notebook["metadata"].get("qtrain")
        if not isinstance(found, dict):
            raise CourseError(
                f"{self.path}: the notebook's metadata has no 'qtrain'; add id, title, level, minutes, "
                "outcomes, competences and prerequisites there."
            )
        wanted = {"id": str, "title": str} if self.is_problem_set else REQUIRED
        for key, kind in wanted.items():
            if not isinstance(found.get(key), kind):
                raise CourseError(
                    f"{self.path}: the metadata 'qtrain' needs {key!r} ({kind.__name__}); it has {found.get(key)!r}."
                )
        if found["id"] != self.id:
            raise CourseError(
                f"{self.path}: the metadata say id {found['id']!r}, but the file's name says "
                f"{self.id!r}; make them the same."
            )
        return found

    title = property(lambda self: self.metadata["title"])

    @property
    def called(self) -> str:
        """Its name as learners read it: ``1.6 Conventions``, or ``Problems of module 1``."""
        return f"Problems of module {self.id.partition('.')[0]}" if self.is_problem_set else f"{self.id} {self.title}"

    level = property(lambda self: self.metadata.get("level", ""))
    minutes = property(lambda self: self.metadata.get("minutes", 0))
    outcomes = property(lambda self: self.metadata.get("outcomes", []))
    competences = property(lambda self: self.metadata.get("competences", []))
    prerequisites = property(lambda self: self.metadata.get("prerequisites", []))

    @property
    def cells(self) -> dict[str, Cells]:
        """What the notebook says about each exercise, by id, without importing any exercise; do not change it."""
        return read_exercises(self.path)

    @property
    def claims(self) -> list[Claim]:
        """The claims that it makes."""
        return claims_in(self.notebook, self.id)

    @property
    def questions(self) -> list[Question]:
        """Its recall questions."""
        return questions_in(self.notebook, self.id)

    @property
    def exercises(self) -> list[Exercise]:
        """The exercises in the notebook's order; imports this lesson's exercises file and no other."""
        cells, defined = self.cells, _defined(self.exercises_path) if self.exercises_path.exists() else {}
        if missing := [name for name in cells if name not in defined]:
            raise CourseError(
                f"{self.path} has cells of exercise {', '.join(missing)}, but {self.exercises_path} "
                "does not define it: write it there in the words of qtrain.authoring, or remove the cells."
            )
        if missing := [name for name in defined if name not in cells]:
            raise CourseError(
                f"{self.exercises_path} defines exercise {', '.join(missing)}, but {self.path} has no "
                "cells of it: add its cells, or remove the Exercise."
            )
        exercises = []
        for name, found in cells.items():
            if not name.startswith(f"{self.id}.") or not name[len(self.id) + 1 :].isalnum():
                raise CourseError(f"{self.path}: exercise {name!r} must be called {self.id}.something.")
            exercise = defined[name]
            if exercise.title and exercise.title != found.title:
                raise CourseError(
                    f"exercise {name} is called {exercise.title!r} in {self.exercises_path}, but "
                    f"{found.title!r} in {self.path}: make them the same."
                )
            target = of_variable(exercise.target, found.variable)
            exercises.append(replace(exercise, title=found.title, lesson=self, target=target))
        return exercises

    def exercise(self, exercise_id: str) -> Exercise:
        """One exercise of this lesson."""
        for exercise in self.exercises:
            if exercise.id == exercise_id:
                return exercise
        raise CourseError(_unknown("exercise", exercise_id, list(self.cells)))


@dataclass(frozen=True)
class Module:
    """A module: its lessons in their order, and its problem set.

    Parameters
    ----------
    number : int
        From 0; the first part of its lessons' ids.
    title : str
    lessons : tuple of Lesson
        In their order.
    problem_sets : tuple of Lesson
        Graded notebooks, after the lessons.
    """

    number: int
    title: str
    lessons: tuple[Lesson, ...]
    problem_sets: tuple[Lesson, ...]

    @property
    def folder(self) -> str:
        """The folder of its notebooks, ``"1_qubits"``."""
        return (*self.lessons, *self.problem_sets)[0].folder

    @property
    def documents(self) -> tuple[Lesson, ...]:
        """Lessons and problem sets."""
        return (*self.lessons, *self.problem_sets)


@dataclass(frozen=True)
class Course:
    """The whole course; reading it opens no notebook until something of a lesson is asked for.

    Parameters
    ----------
    root : Path
        The folder that holds `notebooks`, `exercises` and `book`.
    modules : tuple of Module
        In the order of the table of contents.
    """

    root: Path
    modules: tuple[Module, ...]

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """All lessons, without the problem sets."""
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @property
    def problem_sets(self) -> tuple[Lesson, ...]:
        """All problem sets."""
        return tuple(lesson for module in self.modules for lesson in module.problem_sets)

    @property
    def documents(self) -> tuple[Lesson, ...]:
        """Lessons and problem sets in the order of the course."""
        return tuple(document for module in self.modules for document in module.documents)

    @property
    def claims(self) -> list[Claim]:
        """All claims."""
        return [claim for document in self.documents for claim in document.claims]

    @cached_property
    def _by_id(self) -> dict[str, Lesson]:
        return {document.id: document for document in self.documents}

    def lesson(self, lesson_id: str) -> Lesson:
        """The lesson ``"1.6"``, the problem set ``"1.P"``, or a paper made of exercises (``"paper:0.2.a,1.4.c"``)."""
        if lesson_id.startswith(PREFIX):
            return ExamPaper(lesson_id, self)
        try:
            return self._by_id[lesson_id]
        except KeyError:
            raise CourseError(_unknown("lesson", lesson_id, list(self._by_id))) from None

    def exercise(self, exercise_id: str) -> Exercise:
        """The exercise ``"1.6.a"``; imports its lesson's exercises only."""
        asked = str(exercise_id).rpartition(".")[0]
        lesson = self._by_id.get(asked)
        if lesson is None:
            # Only what is called alike is opened: a wrong name costs the same, however long the course is.
            near = get_close_matches(asked, list(self._by_id), n=3, cutoff=0.5) or list(self._by_id)[:1]
            raise CourseError(_unknown("exercise", exercise_id, [name for i in near for name in self._by_id[i].cells]))
        return lesson.exercise(exercise_id)


def _unknown(what: str, name, known: list[str]) -> str:
    near = get_close_matches(str(name), known, n=3, cutoff=0.5)
    some = ", ".join(known[:20])
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Some are {some}." if known else "It has none yet."
    return f"There is no {what} {name!r} in the course. {hint}"


def find_root() -> Path:
    """Where the course is: ``QTRAIN_COURSE``, the checkout that `qtrain` is imported from, or an installed package.

    The instructor's package, ``qtrain-teach``, has all of it; the learner's has problem sets without solutions.

    Raises
    ------
    CourseError
        When it is in none of these.
    """
    package = Path(__file__).resolve().parent.parent
    chosen = os.environ.get("QTRAIN_COURSE")
    for root in [Path(chosen)] if chosen else [package.parent, *_for_instructors(), package / "_course"]:
        if (root / TOC).is_file():
            return root
    place = f"in {chosen}, which QTRAIN_COURSE names" if chosen else f"beside {package}"
    raise CourseError(
        f"The course is not found {place} (there is no {TOC.as_posix()}): install qtrain again, "
        "or work in a checkout of it."
    )


def _for_instructors() -> list[Path]:
    found = importlib.util.find_spec("qtrain_teach")
    return [Path(place) / "_course" for place in (found.submodule_search_locations or ())] if found else []


def load(root: Path | str | None = None) -> Course:
    """The course.

    Parameters
    ----------
    root : Path, optional
        The folder that holds ``book/``, ``notebooks/`` and ``exercises/``; found by itself when left out.
    """
    root = (Path(root) if root is not None else find_root()).absolute()  # a solution may run in another folder
    toc = root / TOC
    if not toc.is_file():
        raise CourseError(f"{toc} is missing: a course has its table of contents there.")
    return _load(root, toc.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _load(root: Path, changed: int) -> Course:
    import yaml

    toc = root / TOC
    try:
        # In C where it is there: every process reads the whole table, and opening a lesson must not grow with it.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        data = yaml.load(toc.read_text(encoding="utf-8"), Loader=loader)
        parts = [(part.get("caption", ""), [chapter["file"] for chapter in part["chapters"]]) for part in data["parts"]]
    except (yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
        raise CourseError(
            f"{toc} cannot be read ({type(error).__name__}: {error}): it needs 'parts', each with "
            "a 'caption' and 'chapters' of 'file: …'."
        ) from None
    modules, seen = [], {}
    for caption, chapters in parts:
        documents = [_lesson(root, name) for name in chapters if name.split("/")[0] in ("notebooks", "exercises")]
        if not documents:
            continue
        heading = CAPTION.match(caption)
        if not heading:
            raise CourseError(
                f"{toc}: a part with lessons needs a caption like '1 · Qubits and circuits', not {caption!r}."
            )
        for document in documents:
            if document.id in seen:
                raise CourseError(
                    f"{toc}: {seen[document.id]} and {document.chapter} are both {document.id}: rename one."
                )
            if document.id.split(".")[0] != heading[1]:
                raise CourseError(
                    f"{toc}: {document.chapter} stands in module {heading[1]}, but is number "
                    f"{document.id}: move it, or rename it."
                )
            seen[document.id] = document.chapter
        modules.append(
            Module(
                int(heading[1]),
                heading[2],
                tuple(d for d in documents if not d.is_problem_set),
                tuple(d for d in documents if d.is_problem_set),
            )
        )
    return Course(root, tuple(modules))


def _lesson(root: Path, chapter: str) -> Lesson:
    parts = chapter.split("/")
    if len(parts) == 3 and parts[2] == "problem_set" and (number := re.match(r"^(\d+)_", parts[1])):
        return Lesson(f"{number[1]}.P", chapter, root)
    if len(parts) == 3 and (number := STEM.match(parts[2])):
        return Lesson(f"{number[1]}.{number[2]}", chapter, root)
    raise CourseError(
        f"{root / TOC}: {chapter!r} is neither like notebooks/1_qubits/1_6_conventions nor like "
        "exercises/1_qubits/problem_set."
    )


def _defined(path: Path) -> dict[str, Exercise]:
    return _imported(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _imported(path: Path, changed: int) -> dict[str, Exercise]:
    name = f"qtrain_exercises.{path.parent.name}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and the like look their module up there
    try:
        spec.loader.exec_module(module)
    except CourseError as error:
        raise CourseError(f"{path}: {error}") from None
    except Exception as error:
        raise CourseError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    exercises = [made for made in vars(module).values() if isinstance(made, Exercise)]  # in the file's order
    ids = [exercise.id for exercise in exercises]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise CourseError(f"{path} defines exercise {', '.join(twice)} twice; rename one.")
    return {exercise.id: exercise for exercise in exercises}
