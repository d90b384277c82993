"""The theme: one look for every page, without a request to anywhere, readable with scripts switched off."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from docutils import nodes
from sphinx.locale import get_translation
from sphinx.util.osutil import ensuredir

from qtrain import __version__
from qtrain.site.workbench import workbench

_ = get_translation("qtrain")
HERE = Path(__file__).parent
RIGHT_TO_LEFT = ("ur", "ar", "fa", "he")


def setup(app):
    """Register the theme, its translations, and what the template needs."""
    app.add_html_theme("qtrain", str(HERE / "theme"))
    app.connect("config-inited", _load_language, priority=400)
    app.connect("html-page-context", _context)
    app.connect("doctree-read", _wrap_tables)
    app.connect("env-updated", _rewrite_all)


def _load_language(app, config):
    """Compile the interface's catalogue and hand it to Sphinx."""
    if not config.language or config.language == "en":
        return
    source = Path(app.srcdir) / "book" / "locale" / config.language / "LC_MESSAGES" / "qtrain.po"
    if not source.is_file():
        return
    folder = Path(app.doctreedir) / "locale"
    target = folder / config.language / "LC_MESSAGES" / "qtrain.mo"
    ensuredir(target.parent)
    with open(source, encoding="utf-8") as po, open(target, "wb") as mo:
        write_mo(mo, read_po(po, locale=config.language))
    app.add_message_catalog("qtrain", str(folder))


def _context(app, pagename, templatename, context, doctree):
    """What the template shows beyond Sphinx's own values; called once for each page."""
    language = (app.config.language or "en").replace("_", "-")
    progress = (doctree.get("translation_progress") if doctree is not None else None) or {}
    translated = progress.get("translated", 0) * 2 >= progress.get("total", 1) > 0 or pagename == "search"
    context["text_lang"] = language if translated else "en"
    context["tr"] = lambda text: str(_(text))
    context["html_lang"] = language
    context["html_dir"] = "rtl" if language[:2] in RIGHT_TO_LEFT else "ltr"
    context["has_math"] = doctree is not None and any(
        doctree.findall(lambda node: isinstance(node, nodes.math | nodes.math_block))
    )
    context["has_workbench"] = doctree is not None and any(doctree.findall(workbench))
    context["parts"] = _parts(app, pagename)
    toc = context.get("toc") if doctree is not None else None
    context["page_toc"] = toc if toc and toc.count("<li>") > 2 else ""
    run = getattr(app, "qtrain_outputs", {}).get(pagename)
    context["ran"] = _("Run on %(day)s with %(versions)s.") % {"day": run.day, "versions": _versions()} if run else ""
    context["report"] = _report(app, pagename)


def _versions() -> str:
    names = {"qiskit": "Qiskit", "cirq-core": "Cirq", "numpy": "NumPy"}
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    return ", ".join([*(f"{name} {metadata.version(package)}" for package, name in names.items()), python])


def _report(app, pagename: str) -> dict | None:
    """What whoever reports a mistake in a lesson copies, and the exercises that it may be about."""
    document = next((one for one in app.qtrain_course.documents if one.chapter == pagename), None)
    if document is None:
        return None
    text = f"{lesson_title(app, pagename)}\nqtrain {__version__}, {_versions()}\n"
    return {"text": text, "exercises": list(document.cells)}


def _parts(app, pagename: str) -> list[dict]:
    """The table of contents as plain data: caption, and its pages with title, address and whether it is this one."""
    parts = []
    site = app.config.external_site_map
    for tree in site.root.subtrees:
        pages = []
        for name in map(str, tree.items):
            if name in app.env.titles:
                pages.append(
                    {
                        "title": lesson_title(app, name),
                        "here": name == pagename,
                        "link": app.builder.get_relative_uri(pagename, name),
                    }
                )
        parts.append({"caption": str(_(tree.caption or "")), "pages": pages, "here": any(p["here"] for p in pages)})
    return parts


def lesson_title(app, name: str) -> str:
    """A page's title, with the lesson's number in front."""
    title = app.env.titles[name].astext()
    number = next(
        (lesson.id for module in app.qtrain_modules for lesson in module.lessons if lesson.document == name), ""
    )
    return title if title.startswith(number) or number.endswith(".P") else f"{number} {title}"


def _rewrite_all(app, env):
    """The table of contents stands on every page: when it changes, every page is written again."""
    contents = _parts(app, app.config.root_doc)
    if getattr(env, "qtrain_contents", None) == contents:
        return []
    env.qtrain_contents = contents
    return sorted(env.found_docs)


def _wrap_tables(app, document):
    """A wide table scrolls by itself instead of moving the page."""
    for table in list(document.findall(nodes.table)):
        box = nodes.container(classes=["qt-scroll"])
        table.replace_self(box)
        box += table
