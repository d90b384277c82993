"""Build the site with jupyter-book, in this process, and put beside it what a static site needs."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from qtrain import __version__
from qtrain.course import Course, Lesson, learner_copy, load
from qtrain.course.data_files import names_data, put
from qtrain.course.runs import forget

LANGUAGES = {"en": "en", "zh": "zh_CN", "ur": "ur"}
FRONT = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>qtrain</title>
<meta http-equiv="refresh" content="0; url=book/index.html"><a href="book/index.html">qtrain</a></html>
"""
EPUB = {
    "epub_basename": "qtrain",
    "epub_tocscope": "includehidden",
    "epub_exclude_files": ["index.html"],
    "epub_show_urls": "no",
    "epub_css_files": ["qtrain-epub.css"],
    "html_static_path": [str(Path(__file__).parent / "epub")],
}

COLOUR = re.compile(r"\x1b\[[\d;]*m")
LEFT_OUT = re.compile(r"Unknown source document '([^'#]*)")


class BuildFailed(Exception):
    """The book could not be built; the message says where, and ``told`` whether it has been printed already."""

    def __init__(self, message: str, told: bool = False):
        super().__init__(message)
        self.told = told


def build(
    root: Path,
    *,
    output: Path,
    language: str = "en",
    builder: str = "html",
    clean: bool = False,
    execute: bool = True,
    kernel: str = "",
    strict: bool = True,
    quiet: bool = True,
) -> Path:
    """Build the book.

    Parameters
    ----------
    root : Path
        The checkout.
    output : Path
        Folder for everything that is built.
    language : str
        ``en``, ``zh`` or ``ur``.
    builder : str
        ``html``, ``epub`` or ``gettext``.
    clean : bool
        Forget earlier builds and the lessons' outputs.
    execute : bool
        Run the lessons; otherwise their stored outputs are shown.
    kernel : str
        Name of the kernel that runs them.
    strict : bool
        A warning is an error, also one about a missing reference.
    quiet : bool
        Print warnings and the progress of running lessons only.

    Returns
    -------
    Path
        The folder of the built pages.

    Raises
    ------
    BuildFailed
        A lesson raised, or a page has a warning and ``strict`` is set.
    """
    root, output = root.resolve(), output.resolve()
    name = builder if language == "en" else f"{builder}-{language}"
    target, trees = output / name, output / ".doctrees" / name
    if clean:
        for folder in (target, trees):
            shutil.rmtree(folder, ignore_errors=True)
        forget(load(root))
    overrides = {"language": LANGUAGES[language], "qtrain_execute": execute, "qtrain_kernel": kernel}
    if builder == "epub":
        overrides |= EPUB
    result = _sphinx(root, target, trees, overrides, builder=builder, strict=strict, quiet=quiet)
    if isinstance(result, KeyboardInterrupt):
        raise result
    if result:  # jupyter-book hands back the exception, or 1 for warnings; Sphinx has already printed either
        raise BuildFailed(f"{result}" if isinstance(result, Exception) else "a page has warnings", told=True)
    if builder == "html":
        (target / "index.html").write_text(FRONT, "utf-8")
        # A server shows it in place of any page that is not there, so its link is found from the address.
        shutil.copy(Path(__file__).with_name("not_found.html"), target / "404.html")
        _copies(load(root), target)
    return target


def page_faults(lesson: Lesson) -> list[str]:
    """Build a lesson's page with the glossary alone, and say what Sphinx says about it.

    A link to another page is followed as far as that page: only the whole book knows what is on it.

    Parameters
    ----------
    lesson : Lesson
        Of a checkout; it is run only where there is no run of it as it is now.
    """
    root, said = lesson.root.resolve(), io.StringIO()
    pages = [lesson.chapter, *(["book/glossary"] if (root / "book" / "glossary.md").is_file() else [])]
    contents = {"format": "jb-book", "root": "book/index", "chapters": [{"file": page} for page in pages]}
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder).resolve()
        # JSON is YAML, too.
        (target / "toc.yml").write_text(json.dumps(contents), "utf-8")
        overrides = {"external_toc_path": str(target / "toc.yml"), "language": LANGUAGES["en"]}
        with contextlib.redirect_stderr(said):
            result = _sphinx(root, target / "html", target / "trees", overrides, strict=True, quiet=True)
        written = (target / "html" / f"{lesson.chapter}.html").is_file()
    if isinstance(result, KeyboardInterrupt):
        raise result
    if isinstance(result, Exception):
        return [str(result)]
    known = {document.chapter for document in load(root).documents} | {
        path.relative_to(root).with_suffix("").as_posix() for path in (root / "book").glob("*.*")
    }
    found = []
    for line in COLOUR.sub("", said.getvalue()).splitlines():
        place, _, text = line.partition(": WARNING: ")
        left_out = LEFT_OUT.match(text)
        if lesson.chapter in place and not (left_out and left_out[1] in known):
            found.append(text)
    return found if found or written else ["the page was not written"]


def _sphinx(
    root: Path, target: Path, trees: Path, overrides: dict, *, builder: str = "html", strict: bool, quiet: bool
) -> int | BaseException:
    """Have jupyter-book run Sphinx; what it returns: 0, 1 for warnings, or the exception that ended it."""
    # jsonschema would load a grammar for IRIs (0.7 s of every build), a format that notebooks do not have.
    sys.modules.setdefault("rfc3987_syntax", None)
    from jupyter_book.sphinx import build_sphinx
    from sphinx.locale import translators

    translators.clear()  # Sphinx keeps those of the last build of this process, in whatever language it was
    settings = {
        "external_toc_path": "book/_toc.yml",
        "latex_individualpages": False,
        "project": "qtrain",
        "version": __version__,
        "release": __version__,
        "nitpicky": strict,
    }
    with _rare_collections():
        return build_sphinx(
            str(root),
            str(target),
            path_config=str(root / "_config.yml"),
            noconfig=True,
            confoverrides=settings | overrides,
            doctreedir=str(trees),
            builder=builder,
            warningiserror=strict,
            keep_going=True,
            quiet=quiet,
        )


@contextlib.contextmanager
def _rare_collections() -> Iterator[None]:
    """Let garbage wait: a document is a cycle, but few are left behind, and each search goes through all of them."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _copies(course: Course, target: Path) -> None:
    """The learner's copy of every notebook in the book, for the download links; with its data, if it names any."""
    for document in course.documents:
        copy = target / "_notebooks" / document.folder / f"{document.stem}.ipynb"
        copy.parent.mkdir(parents=True, exist_ok=True)
        notebook = learner_copy(document.notebook, str(document.path.relative_to(course.root)))
        copy.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", "utf-8")
        put(document.data, copy.parent)
        if names_data(notebook):
            with zipfile.ZipFile(copy.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
                for file in [copy, *(copy.parent / name for name in document.data)]:
                    archive.write(file, f"{document.stem}/{file.relative_to(copy.parent).as_posix()}")
