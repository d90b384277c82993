"""The page of claims: every number that a lesson asserts, as it came out when the book was built."""

from __future__ import annotations

import re
from html import escape

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.locale import get_translation

_ = get_translation("qtrain")
LINE = re.compile(
    r"^✔ claim: (?P<name>.+): (?P<measured>.+?) = (?P<expected>.+?)(?: \((?P<within>within [^)]*)\))?"
    r"(?: \[(?P<source>.*)\])?$",
    re.MULTILINE,
)


def found_in(outputs: list) -> list[dict]:
    """The claims among a lesson's outputs.

    Parameters
    ----------
    outputs : list of list of dict
        Notebook outputs, one list for each code cell.

    Returns
    -------
    list of dict
        ``name``, ``measured``, ``expected``, ``within`` and ``source``, each a string.
    """
    text = "\n".join(
        "".join(output["text"] if "text" in output else output.get("data", {}).get("text/plain", ""))
        for cell in outputs
        for output in cell
    )
    return [{key: value or "" for key, value in match.groupdict().items()} for match in LINE.finditer(text)]


class Claims(Directive):
    """A table of all claims of the lessons in the book."""

    def run(self):
        """Collect from the fresh outputs, or from the stored ones when the book is built without running."""
        env = self.state.document.settings.env
        rows = []
        for lesson in env.app.qtrain_course.lessons:
            run = env.app.qtrain_outputs.get(lesson.chapter)
            stored = [c.get("outputs", []) for c in lesson.notebook["cells"] if c["cell_type"] == "code"]
            link = env.app.builder.get_relative_uri(env.docname, lesson.chapter)
            rows += [_row(claim, lesson.id, link) for claim in found_in(run.outputs if run else stored)]
        if not rows:
            return [nodes.paragraph("", str(_("No lesson makes a claim yet.")))]
        titles = [_("Lesson"), _("Claim"), _("Measured"), _("Expected"), _("Source")]
        head = "".join(f'<th scope="col">{escape(str(title))}</th>' for title in titles)
        table = f'<table class="qt-claims"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
        return [nodes.raw("", f'<div class="qt-scroll">{table}</div>', format="html")]


def _row(claim: dict, lesson: str, link: str) -> str:
    expected = claim["expected"] + (f" ({claim['within']})" if claim["within"] else "")
    cells = [claim["name"], claim["measured"], expected, claim["source"]]
    return (
        f'<tr><td><a href="{link}">{escape(lesson)}</a></td>'
        + "".join(f"<td>{escape(c)}</td>" for c in cells)
        + "</tr>"
    )


def setup(app):
    """Register the directive."""
    app.add_directive("qtrain-claims", Claims)
