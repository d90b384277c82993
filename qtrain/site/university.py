"""The course file and the course for teachers on the site, made anew from the lessons at every build."""

from __future__ import annotations

import re

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList

from qtrain.course import CourseError
from qtrain.skills import elective


class _Made(Directive):
    """A directive whose content is Markdown that is made from the course."""

    def run(self):
        """Read the Markdown in the place of the directive."""
        course = self.state.document.settings.env.app.qtrain_course

        def link(lesson) -> str:
            return f"[{lesson.id}](../{lesson.chapter}.ipynb)"

        try:
            text = self.made(course, link)
        except CourseError as error:  # an edition of the course without the elective's lessons
            text = f"This edition does not hold all lessons of the plan: {error}"
        first, *others = re.split(r"^## ", text, flags=re.MULTILINE)
        made = self._parsed(nodes.container(), first).children
        for part in others:
            title, _, body = part.partition("\n")
            section = nodes.section(ids=[nodes.make_id(title)], names=[nodes.fully_normalize_name(title)])
            section += nodes.title("", title)
            made.append(self._parsed(section, body))
        return made

    def _parsed(self, place, text: str):
        place.document = self.state.document
        self.state.nested_parse(StringList(text.splitlines()), self.content_offset, place)
        return place


class CourseFile(_Made):
    """The course file of the elective."""

    made = staticmethod(elective.course_file)


class FacultyCourse(_Made):
    """The two weeks for teachers."""

    made = staticmethod(elective.faculty_course)


def setup(app):
    """Register the directives."""
    app.add_directive("qtrain-course-file", CourseFile)
    app.add_directive("qtrain-faculty-course", FacultyCourse)
