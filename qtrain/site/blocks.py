"""What the pages are made of beyond ordinary text: tabs, exercises, folds, recall cards, and the head of a lesson."""

from __future__ import annotations

import json
from html import escape

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.locale import get_translation
from sphinx.transforms import SphinxTransform

from .frames import script_name

_ = get_translation("qtrain")


class mark(nodes.Invisible, nodes.Element):
    """The place where a block begins or ends."""


class block(nodes.General, nodes.Element):
    """Tabs, a tab's panel, an exercise, a fold or a set of recall cards; its ``kind`` says which."""


class block_title(nodes.General, nodes.TextElement):
    """The title of an exercise: translated and searched like text, but no section of the page."""


class lesson_head(nodes.General, nodes.Element):
    """Level, time, prerequisites and download of a lesson."""


class Mark(Directive):
    """Put a mark; its content is JSON with the block's ``kind``."""

    has_content = True

    def run(self):
        """The mark, or the head of a lesson."""
        data = json.loads("\n".join(self.content))
        if data["kind"] == "head":
            del data["kind"]
            return [lesson_head(**data)]
        return [mark(**data)]


class Gather(SphinxTransform):
    """Move what stands between an opening and a closing mark into one block."""

    default_priority = 15

    def apply(self, **kwargs):
        """Work on every parent that has marks among its children."""
        for parent in {id(m.parent): m.parent for m in self.document.findall(mark)}.values():
            parent.children = self._gathered(parent)
            for child in parent.children:
                parent.setup_child(child)

    def _gathered(self, parent) -> list:
        stack = [block()]
        for child in parent.children:
            if not isinstance(child, mark):
                stack[-1] += child
            elif child["kind"] == "end":
                if len(stack) == 1:
                    raise ValueError(f"{self.document['source']}: a block ends that never began")
                done = stack.pop()
                stack[-1] += _finished(done)
            else:
                stack.append(block(**child.attributes))
        if len(stack) > 1:
            raise ValueError(f"{self.document['source']}: a heading stands inside a block ({stack[-1]['kind']})")
        return stack[0].children


def _finished(done: block) -> block:
    if done["kind"] == "exercise":
        first = done.children[0] if done.children else nodes.paragraph()
        title = block_title("", "", *first.children)
        done.children[:1] = [title]
        done.setup_child(title)
        done["ids"] = [done.attributes.pop("id")]
    return done


def _visit_block(self, node):
    self.body.append(OPENING[node["kind"]](node))


def _depart_block(self, node):
    if node["kind"] == "interactive":
        self.body.append(_moving(node, self.builder))
    self.body.append(CLOSING.get(node["kind"], "</div>\n"))


def _moving(node, builder) -> str:
    """In the site the controls of an interactive cell and its first frame; elsewhere, and without scripts, a note."""
    note = _("These controls move in your notebook; here stands the still picture beside them.")
    html = f'<p class="qt-note">{escape(str(note))}</p>\n'
    if not node["controls"] or builder.name != "html":
        return html
    page, label = builder.current_docname, escape(str(_("Controls")))
    source = "../" * page.count("/") + f"_frames/{script_name(page, node['cell'])}.js"
    rows = "".join(
        f"<label><span>{escape(control['name'])}</span>"
        f'<input type="range" min="0" max="{len(control["labels"]) - 1}" value="{control["start"]}" autocomplete="off" '
        f'aria-valuetext="{escape(control["labels"][control["start"]])}" '
        f'data-labels="{escape(json.dumps(control["labels"]))}">'
        f"<output>{escape(control['labels'][control['start']])}</output></label>"
        for control in node["controls"]
    )
    return (
        f'{html}<div class="qt-frames" role="group" aria-label="{label}" data-source="{escape(source)}">'
        f'{rows}<div class="qt-shown" aria-live="polite">{node["shown"]}</div></div>\n'
    )


def _open_tabs(node) -> str:
    has = " ".join(f"has-{name}" for name in node["frameworks"])
    return f'<div class="qt-tabs {has}">\n'


def _open_panel(node) -> str:
    name, label = escape(node["framework"]), escape(node["label"])
    first = " first" if node["first"] else ""
    return (
        f'<section class="qt-panel {name}{first}" data-framework="{name}" aria-label="{label}">'
        f'<p class="qt-panel-name" aria-hidden="true">{label}</p>\n'
    )


def _open_exercise(node) -> str:
    return f'<section class="qt-exercise" id="{node["ids"][0]}" aria-labelledby="{node["ids"][0]}-title">\n'


def _open_fold(node) -> str:
    if node["role"] == "hint":
        label = _("Hint") if node["of"] == 1 else _("Hint %(number)s of %(of)s") % node.attributes
    else:
        label = _("Solution and explanation")
    return f'<details class="qt-fold {node["role"]}"><summary>{escape(str(label))}</summary><div>\n'


CLOSING = {"fold": "</div></details>\n", "panel": "</section>\n", "exercise": "</section>\n"}
OPENING = {
    "tabs": _open_tabs,
    "panel": _open_panel,
    "exercise": _open_exercise,
    "fold": _open_fold,
    "interactive": lambda node: '<div class="qt-interactive">\n',
    "recall": lambda node: '<div class="qt-recall">\n',
}


def _visit_title(self, node):
    exercise = node.parent
    anchor, level = exercise["ids"][0], min(self.section_level + 1, 6)
    label = _("Exercise %s") % exercise["number"]
    self.body.append(
        f'<h{level} class="qt-exercise-title" id="{anchor}-title">'
        f'<a class="qt-number" href="#{anchor}">{escape(str(label))}</a> '
    )


def _depart_title(self, node):
    self.body.append(f"</h{min(self.section_level + 1, 6)}>\n")


def _visit_head(self, node):
    from qtrain.site.curriculum import head_html

    self.body.append(head_html(self.builder, self.builder.current_docname, node))
    raise nodes.SkipNode


def _skip(self, node):
    raise nodes.SkipNode


def _pass(self, node):
    """Other formats show what is inside."""


def setup(app):
    """Register nodes, directive and transform."""
    others = {name: (_pass, _pass) for name in ("latex", "text", "man", "texinfo")}
    app.add_node(block, html=(_visit_block, _depart_block), **others)
    app.add_node(block_title, html=(_visit_title, _depart_title), **others)
    app.add_node(lesson_head, html=(_visit_head, None), **dict.fromkeys(others, (_skip, None)))
    app.add_node(mark, html=(_skip, None), **dict.fromkeys(others, (_skip, None)))
    app.add_directive("qtrain-mark", Mark)
    app.add_transform(Gather)
