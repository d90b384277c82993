"""The EPUB builder: Sphinx's own, with the reading order of the book and pages that EPUBCheck accepts."""

from __future__ import annotations

import posixpath
import re
import shutil
from pathlib import Path

from sphinx.builders.epub3 import Epub3Builder

from .theming import lesson_title

_SVG = re.compile(r"<svg(?![^>]*\bxmlns=)")
_MANIFEST = re.compile(r'<item id="[^"]+" href="([^"]+)" media-type="application/xhtml\+xml" />')


class EpubBuilder(Epub3Builder):
    """Sphinx writes ``book/../notebooks/1_1.xhtml`` for a page beside the front page's folder, and then does not find
    it in its own list of files: no page of the manifest, and all lessons after the end."""

    def get_toc(self):
        """Every page once, in the book's order, with its lesson's number."""
        super().get_toc()
        suffix = self.out_suffix
        for item in self.refnodes:
            item["refuri"] = posixpath.normpath(item["refuri"])
            name = item["refuri"].removesuffix(suffix)
            if name in self.env.titles and name != self.config.root_doc:
                item["text"] = lesson_title(self.app, name)

    def build_content(self):
        """Pages in XHTML, and the list of files with what each page holds."""
        out = Path(self.outdir)
        for page in out.rglob(f"*{self.out_suffix}"):
            text = page.read_text("utf-8")
            page.write_text(_SVG.sub('<svg xmlns="http://www.w3.org/2000/svg"', text), "utf-8")
        super().build_content()
        package = out / "content.opf"
        package.write_text(_MANIFEST.sub(lambda item: _with_properties(item, out), package.read_text("utf-8")), "utf-8")


def _with_properties(item: re.Match, out: Path) -> str:
    text = (out / item[1]).read_text("utf-8")
    found = [name for name, sign in (("mathml", "<math"), ("svg", "<svg")) if sign in text]
    return item[0].replace(" />", f' properties="{" ".join(found)}" />') if found else item[0]


def setup(app):
    """Take the place of Sphinx's builder, and leave out what an e-reader has no use for."""
    app.add_builder(EpubBuilder, override=True)
    app.connect("html-page-context", _plain_styles, priority=900)


def _plain_styles(app, pagename, templatename, context, doctree):
    if app.builder.name == "epub":  # MyST-NB's style sheet is for the site; its file is not in the book
        context["css_files"] = [file for file in context["css_files"] if "mystnb" not in str(file)]


def epub(root: Path, **options) -> Path:
    """Build the EPUB.

    Parameters
    ----------
    root : Path
        The checkout.
    **options
        As for :func:`qtrain.site.building.build`.

    Returns
    -------
    Path
        The file.
    """
    from qtrain.site.building import build

    folder = build(root, builder="epub", **options)
    target = folder.parent / "qtrain.epub"
    shutil.copy(next(folder.glob("*.epub")), target)
    return target
