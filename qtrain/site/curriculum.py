"""The curriculum on the site: the map, the plain list, what is written, and the head of each lesson."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import yaml
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.locale import get_translation

from qtrain.course import Course
from qtrain.site.svgmap import draw
from qtrain.site.theming import RIGHT_TO_LEFT

_ = get_translation("qtrain")
LEVELS = {"F": _("Foundation"), "P": _("Practitioner"), "S": _("Specialist")}


@dataclass(frozen=True)
class Lesson:
    """A lesson as the site shows it; ``document`` is empty while it is only planned."""

    id: str
    title: str
    document: str = ""
    level: str = ""
    minutes: int = 0
    outcomes: tuple = ()
    prerequisites: tuple = ()
    problems: bool = False


@dataclass(frozen=True)
class Module:
    """A module: its lessons in order, written or planned."""

    id: str
    title: str
    level: str
    lessons: list = field(default_factory=list)


def modules(course: Course) -> list[Module]:
    """Every module of the plan, with the metadata of the lessons that are written.

    Parameters
    ----------
    course : Course
        What is written; the plan is in its ``book/curriculum.yml``.
    """
    plan = _plan(course.root)
    written = {lesson.id: lesson for lesson in _written(course)}
    result = []
    for module in plan["modules"]:
        planned = [written.pop(number, Lesson(number, title)) for number, title in module["lessons"]]
        # A lesson that was split or added stands after its planned neighbours; problem sets come last.
        more = [lesson for lesson in written.values() if lesson.id.split(".")[0] == module["id"]]
        lessons = sorted(planned + more, key=lambda lesson: (lesson.problems, _order(lesson.id)))
        result.append(Module(module["id"], module["title"], module["level"], lessons))
    return result


def _plan(root: Path) -> dict:
    return yaml.safe_load((root / "book" / "curriculum.yml").read_text("utf-8"))


def _order(number: str) -> tuple:
    return tuple(int(part) if part.isdigit() else 99 for part in number.split("."))


def _written(course: Course):
    for document in course.documents:
        yield Lesson(
            document.id,
            document.called if document.is_problem_set else document.title,
            document.chapter,
            document.level,
            document.minutes,
            tuple(document.outcomes),
            tuple(document.prerequisites),
            document.is_problem_set,
        )


def _read(app):
    app.qtrain_modules = modules(app.qtrain_course)


def _all(env) -> list[Module]:
    return env.app.qtrain_modules


class Page(Directive):
    """A directive whose content is HTML made from the curriculum."""

    has_content = False

    def run(self):
        env = self.state.document.settings.env

        def link(document, fragment=""):
            return env.app.builder.get_relative_uri(env.docname, document) + fragment

        return [nodes.raw("", self.html(env, link), format="html")]


class Map(Page):
    """The curriculum as a picture, for screens that are wide enough; the list says the same."""

    def html(self, env, link):
        """The drawing, and a line for the lesson that is pointed at."""
        label = escape(str(_("Map of the curriculum; the list below says the same in words")))
        note = _("A filled box is a lesson you can open. Point at one to see what it builds on and what builds on it.")
        return (
            f'<div class="qt-map"><p>{escape(str(note))}</p>{draw(_all(env), 14, link, label)}'
            '<p class="qt-pointed" role="status"></p></div>'
        )


class List(Page):
    """The curriculum as a plain list, with prerequisites."""

    def html(self, env, link):
        """One section of the list for each module."""
        every = _all(env)
        known = {lesson.id: lesson for module in every for lesson in module.lessons}
        parts = []
        for module in every:
            items = "".join(_item(lesson, known, link) for lesson in module.lessons)
            written = any(lesson.document for lesson in module.lessons)
            state = "" if written else f' <span class="qt-level">{escape(str(_("planned")))}</span>'
            parts.append(
                f'<h3>{escape(module.id)} · {escape(module.title)} <span class="qt-level">{escape(module.level)}'
                f'</span>{state}</h3><ul class="qt-lessons{"" if written else " all-planned"}">{items}</ul>'
            )
        return "".join(parts)


def _item(lesson: Lesson, known: dict, link) -> str:
    if not lesson.document:
        return (
            f'<li class="planned"><span class="qt-id">{lesson.id}</span> {escape(lesson.title)} '
            f'<span class="qt-note">{escape(str(_("planned")))}</span></li>'
        )
    needs = [
        f'<a href="{link(known[n].document)}">{n}</a>' if n in known and known[n].document else escape(n)
        for n in lesson.prerequisites
    ]
    note = " · ".join(
        filter(
            None,
            [
                str(_("%d min") % lesson.minutes) if lesson.minutes else "",
                f"{escape(str(_('builds on')))} {', '.join(needs)}" if needs else "",
            ],
        )
    )
    return (
        f'<li><span class="qt-id">{lesson.id}</span> <a href="{link(lesson.document)}">{escape(lesson.title)}</a> '
        f'<span class="qt-note">{note}</span></li>'
    )


class Written(Page):
    """What the course holds today, for the front page."""

    def html(self, env, link):
        """For each module that has lessons its name and their cards; in an e-book, which has no thumbnails, a list."""
        shown = env.app.builder.name == "html"
        folder = "../" * env.docname.count("/") + "_thumbnails/"
        parts = []

        def card(lesson):
            return _card(env.app, lesson, link, folder)

        for module in _all(env):
            lessons = [lesson for lesson in module.lessons if lesson.document]
            if lessons:
                items = "".join(card(lesson) if shown else _item(lesson, {}, link) for lesson in lessons)
                parts.append(
                    f"<h3><bdi>{module.id} · {escape(module.title)}</bdi></h3>"
                    f'<ul class="{"qt-cards" if shown else "qt-lessons"}">{items}</ul>'
                )
        return "".join(parts)


def _card(app, lesson: Lesson, link, folder: str) -> str:
    """A lesson's first picture, number, title and time, all of it one link."""
    if lesson.document in app.qtrain_thumbnails:
        picture = f'<img src="{folder}{lesson.id}.svg" alt="" aria-hidden="true" loading="lazy" width="96" height="64">'
    else:
        picture = f'<span class="qt-no-picture" aria-hidden="true">{escape(lesson.id)}</span>'
    time = f' <span class="qt-note">{escape(str(_("%d min") % lesson.minutes))}</span>' if lesson.minutes else ""
    return (
        f'<li><a href="{link(lesson.document)}">{picture}<span class="qt-card-text">'
        f'<span class="qt-id">{lesson.id}</span> <bdi>{escape(lesson.title)}</bdi>{time}</span></a></li>'
    )


def head_html(builder, docname: str, node) -> str:
    """The lines below a lesson's title: level, time, what to know first, and the learner's notebook.

    Parameters
    ----------
    builder : sphinx.builders.Builder
        For relative links.
    docname : str
        The lesson's document.
    node : lesson_head
        Holds the notebook's ``qtrain`` metadata.
    """
    lesson = node["lesson"]
    known = {x.id: x.document for m in _all(builder.env) for x in m.lessons}
    facts = []
    if lesson.get("level"):
        facts.append(escape(str(LEVELS.get(lesson["level"], lesson["level"]))))
    if node["exercises"]:
        facts.append(escape(str(_("%d exercises") % len(node["exercises"]))))
    before = [
        f'<a href="{builder.get_relative_uri(docname, known[n])}">{escape(n)}</a>' if known.get(n) else escape(n)
        for n in lesson.get("prerequisites", ())
    ]
    if before:
        facts.append(escape(str(_("builds on"))) + " " + ", ".join(before))
    if builder.name == "html":  # an e-book has no notebooks beside it
        name = Path(node["copy"]).name
        folder = builder.get_relative_uri(docname, "book/index").removesuffix("book/index.html")
        facts.append(
            f'<a class="qt-download" href="{folder}_notebooks/{escape(download_name(node["copy"]))}" '
            f'download="{escape(name)}">{escape(str(_("Download the notebook")))}</a>'
        )
    language = (builder.config.language or "en").replace("_", "-")
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    line = " · ".join(f"<span>{fact}</span>" for fact in facts)
    return f'<p class="qt-head" lang="{language}" dir="{direction}">{line}</p>\n'


def download_name(copy: str) -> str:
    """Where the learner's copy of a notebook lies below ``_notebooks/``."""
    return "/".join(Path(copy).parts[-2:])


def setup(app):
    """Read the curriculum once for each build, and register the directives."""
    app.connect("builder-inited", _read)
    for name, directive in {"map": Map, "list": List, "written": Written}.items():
        app.add_directive(f"qtrain-{name}", directive)
