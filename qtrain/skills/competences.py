"""Competences as data: what each outcome asks for, which exercises show it, and where it stands in the frameworks.

An outcome's text stands in the lesson's notebook, and which exercises assess it in the file of its exercises. The verb
with which it begins gives its level and its programme outcome, by the table in ``frameworks/verbs.yml``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from qtrain.course.errors import CourseError

if TYPE_CHECKING:
    from qtrain.course import Course, Lesson, Module

FOLDER = files("qtrain.skills") / "frameworks"
FILES = {"cfqt": "cfqt-3.0.json", "pec": "pec-plo-11.json", "ceeaa": "ceeaa-12.json"}
AREAS = ("I", "II", "III")
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")


@dataclass(frozen=True)
class Item:
    """One code of a framework.

    `status` says what is known of the title: ``transcribed`` or ``stated`` by a public source, or ``recalled`` and not
    confirmed; a recalled title is never printed as a quotation.
    """

    code: str
    title: str
    status: str
    group: str = ""
    english: str = ""

    @property
    def said(self) -> str:
        """The title as it may be printed."""
        return f"{self.title} (recalled)" if self.status == "recalled" else self.title


@dataclass(frozen=True)
class Framework:
    """A framework that others keep: its name, version and codes.

    Attributes
    ----------
    key, name, short, version, url : str
    attribution, note : str
        Whose it is, and what is not known of its wording.
    items : dict of str to Item
    data : dict
        All that the file holds, such as the proficiency areas of CFQT.
    """

    key: str
    name: str
    short: str
    version: str
    url: str
    attribution: str
    note: str
    items: dict[str, Item]
    data: dict = field(repr=False)

    def item(self, code: str) -> Item:
        """One code; a `CourseError` where the framework has none like it."""
        try:
            return self.items[code]
        except KeyError:
            raise CourseError(
                f"{self.short} {self.version} has no code {code!r}; its codes are in {self.key}."
            ) from None


@dataclass(frozen=True)
class Tags:
    """Where a lesson stands in CFQT: subdomains, and a level for each area in which it claims one.

    Attributes
    ----------
    codes : tuple of str
        Subdomains such as ``"5.3"``, in the framework's order.
    levels : dict of str to str
        From area (I, II, III) to level (A1 … C2); an area is left out where nothing is claimed.
    """

    codes: tuple[str, ...]
    levels: dict[str, str]

    @property
    def triple(self) -> str:
        """The three levels as ``A2/B1/–``."""
        return "/".join(self.levels.get(area, "–") for area in AREAS)

    def __or__(self, other: Tags) -> Tags:
        """Both together: every code, and the higher level of each area."""
        order = list(framework("cfqt").items)
        codes = sorted({*self.codes, *other.codes}, key=order.index)
        levels = {a: max(filter(None, (self.levels.get(a), other.levels.get(a))), default="") for a in AREAS}
        return Tags(tuple(codes), {area: level for area, level in levels.items() if level})


@dataclass(frozen=True)
class Outcome:
    """A learning outcome of a lesson or problem set (CLO): what a learner can do, and what shows it.

    Attributes
    ----------
    id : str
        ``"1.6.2"``: the second outcome of lesson 1.6; of a problem set ``"1.P.2"``.
    text, verb : str
        The verb is the beginning of the text.
    bloom : str
        C1 … C6, the cognitive levels of the revised taxonomy.
    plos : tuple of str
        PEC's codes.
    assessed_by : tuple of str
        Exercises.
    """

    id: str
    lesson: str
    text: str
    verb: str
    bloom: str
    plos: tuple[str, ...]
    assessed_by: tuple[str, ...]

    def codes(self, key: str) -> tuple[str, ...]:
        """Its codes in the framework ``pec`` or ``ceeaa``."""
        if key == "pec":
            return self.plos
        crossing = framework(key).data["from_pec"]
        return tuple(dict.fromkeys(code for plo in self.plos for code in crossing[plo]))


@dataclass(frozen=True)
class Alignment:
    """One line of an alignment, ready for a badge: a code of a framework, and the level where it has levels."""

    framework: str
    version: str
    code: str
    title: str
    url: str
    level: str = ""


@lru_cache(maxsize=8)
def framework(key: str) -> Framework:
    """The framework ``cfqt``, ``pec`` or ``ceeaa``."""
    if key not in FILES:
        raise CourseError(f"there is no framework {key!r}; there are {', '.join(FILES)}.")
    data = json.loads((FOLDER / FILES[key]).read_text(encoding="utf-8"))
    items = {code: Item(code, **told) for code, told in data["items"].items()}
    names = ("key", "name", "short", "version", "url", "attribution", "note")
    return Framework(**{name: data[name] for name in names}, items=items, data=data)


@lru_cache(maxsize=1)
def table() -> dict:
    """The table of verbs: from phrase to (Bloom, PLOs), the outcomes that differ, what exercises ask, the ceilings."""
    import yaml

    told = yaml.safe_load((FOLDER / "verbs.yml").read_text(encoding="utf-8"))
    verbs = {phrase.strip(): _asked(key) for key, phrases in told["verbs"].items() for phrase in phrases.split(",")}
    return told | {"verbs": verbs, "outcomes": {str(k): _asked(v) for k, v in (told["outcomes"] or {}).items()}}


def _asked(words: str) -> tuple[str, tuple[str, ...]]:
    bloom, *plos = words.split()
    return bloom, tuple(plos)


def verb_of(text: str) -> str | None:
    """The verb of the table with which the text begins, the longest one that fits; None where there is none."""
    words = text.lower().replace(",", " ,").split()
    for length in range(min(4, len(words)), 0, -1):
        if (phrase := " ".join(words[:length])) in table()["verbs"]:
            return phrase
    return None


def outcomes(lesson: Lesson) -> list[Outcome]:
    """The outcomes of a lesson or problem set, each with what assesses it.

    Raises
    ------
    CourseError
        Where an outcome begins with a verb that the table does not know.
    """
    return list(_outcomes(lesson, tuple(path.stat().st_mtime_ns for path in lesson.sources)))


@lru_cache(maxsize=256)
def _outcomes(lesson: Lesson, changed: tuple[int, ...]) -> tuple[Outcome, ...]:
    exercises = lesson.exercises
    made = []
    for number, text in enumerate(lesson.outcomes, 1):
        name = f"{lesson.id}.{number}"
        verb = verb_of(text)
        if verb is None:
            raise CourseError(
                f"outcome {name} begins with {text.split()[0]!r}, no verb of qtrain/skills/frameworks/verbs.yml. "
                "Begin with what the learner does (Compute, Build, Explain …), or add the verb there with its level."
            )
        bloom, plos = table()["outcomes"].get(name, table()["verbs"][verb])
        shown = tuple(exercise.id for exercise in exercises if number in exercise.outcomes)
        made.append(Outcome(name, lesson.id, text, verb, bloom, plos, shown))
    return tuple(made)


def tags(lesson: Lesson) -> Tags:
    """Where a lesson or problem set stands in CFQT, from its notebook's ``competences``.

    Raises
    ------
    CourseError
        Where a code, an area or a level does not exist.
    """
    found = Tags((), {})
    for told in lesson.competences:
        code, area, level = (str(told.get(name, "")) for name in ("cfqt", "area", "level"))
        if code not in framework("cfqt").items:
            raise CourseError(f"{lesson.id}: CFQT 3.0 has no subdomain {code!r}; look into frameworks/cfqt-3.0.json.")
        if area not in AREAS or level not in LEVELS:
            raise CourseError(f"{lesson.id}: area {area!r} and level {level!r} of {code} are not like I and A2.")
        found |= Tags((code,), {area: level})
    return found


def module_tags(module: Module) -> Tags:
    """All lessons and problem sets of a module together."""
    found = Tags((), {})
    for document in module.documents:
        found |= tags(document)
    return found


def asked(exercise) -> str:
    """How far an exercise asks, as a level of Bloom: by its rung, and the highest where the task is open."""
    return table()["design"] if exercise.kind == "design" else table()["asks"][exercise.rung]


def overclaims(lesson: Lesson) -> list[str]:
    """What a lesson claims beyond what a simulation can show, as sentences."""
    found = []
    for told in lesson.competences:
        code, area, level = (str(told.get(name, "")) for name in ("cfqt", "area", "level"))
        for limit in table()["ceilings"]:
            if lesson.id in limit.get("except", ()):
                continue
            if area == limit["area"] and code.startswith(tuple(limit["codes"])) and level > limit["level"]:
                found.append(f"claims {code} at {area}-{level}; at most {limit['level']}: beyond it are {limit['why']}")
                break
    return found


def lacks(lesson: Lesson) -> list[str]:
    """What is wrong with a lesson's outcomes and tags, as sentences."""
    found = overclaims(lesson)
    try:
        if not (where := tags(lesson)).codes or not where.levels:
            found.append("its metadata name no competence of CFQT")
        exercises = {exercise.id: exercise for exercise in lesson.exercises}
        for one in outcomes(lesson):
            most = max((asked(exercises[name]) for name in one.assessed_by), default="")
            if not most:
                found.append(f"no exercise assesses outcome {one.id} ({one.text})")
            elif one.bloom > most:
                found.append(
                    f"outcome {one.id} ({one.text}) stands at {one.bloom}, and its exercises ask for {most} at most: "
                    "choose another verb, or say its level in qtrain/skills/frameworks/verbs.yml"
                )
        if idle := [name for name, exercise in exercises.items() if not exercise.outcomes]:
            found.append(f"exercises that assess no outcome: {', '.join(idle)}")
    except CourseError as error:
        found.append(str(error))
    return found


def plos(course: Course, about: str) -> tuple[str, ...]:
    """PEC's codes that a lesson (``"1.6"``), a problem set (``"1.P"``) or a module (``"1"``) serves."""
    found = {plo for document in _documents(course, about) for one in outcomes(document) for plo in one.plos}
    return tuple(code for code in framework("pec").items if code in found)


def alignment(course: Course, about: str) -> list[Alignment]:
    """What a lesson (``"1.6"``), a problem set (``"1.P"``) or a module (``"1"``) is aligned to, for a badge.

    Codes of CFQT first (the levels of the three areas stand with each), then PEC's programme outcomes, then China's
    graduate requirements.
    """
    found, served = Tags((), {}), plos(course, about)
    for document in _documents(course, about):
        found |= tags(document)
    level = ", ".join(f"{area}-{found.levels[area]}" for area in AREAS if area in found.levels)
    crossing = framework("ceeaa").data["from_pec"]
    requirements = [code for code in framework("ceeaa").items if any(code in crossing[plo] for plo in served)]
    lines = []
    for key, codes, at in (("cfqt", found.codes, level), ("pec", served, ""), ("ceeaa", requirements, "")):
        frame = framework(key)
        name = f"{frame.name} ({frame.short})"
        lines += [Alignment(name, frame.version, code, frame.item(code).said, frame.url, at) for code in codes]
    return lines


def _documents(course: Course, about: str) -> tuple[Lesson, ...]:
    for module in course.modules:
        if str(module.number) == about:
            return module.documents
    return (course.lesson(about),)
