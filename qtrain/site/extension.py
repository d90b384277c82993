"""The Sphinx extension: when each part of the site does its work."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sphinx.errors import SphinxError

import qtrain
from qtrain import __version__
from qtrain.course import CourseError, load
from qtrain.course.cells import parse_notebook
from qtrain.course.runs import runs
from qtrain.site import (
    blocks,
    claims,
    curriculum,
    epub_builder,
    example,
    glossary,
    hero,
    kept,
    mathematics,
    reference,
    roles,
    theming,
    university,
    workbench,
)
from qtrain.site.figures import thumbnail
from qtrain.site.frames import frames, script, script_name
from qtrain.site.lessons import page

# And the page of each role.
ALWAYS_NEW = ("book/index", "book/map", "book/paths", "book/claims", "book/course_file", "book/faculty_course")


class BookError(SphinxError):
    """A lesson that does not run or can't be shown: the build stops and says which."""

    category = "The book could not be built"


def setup(app):
    """Connect everything; called by :func:`qtrain.site.setup`."""
    app.add_config_value("comments_config", {}, "")  # jupyter-book always sets it; its extension is left out here
    app.add_config_value("qtrain_execute", True, "env")
    app.add_config_value("qtrain_kernel", "", "")
    app.add_config_value("qtrain_jobs", 2, "")
    app.connect("builder-inited", _load_course, priority=100)
    theming.setup(app)
    kept.setup(app)
    blocks.setup(app)
    mathematics.setup(app)
    glossary.setup(app)
    curriculum.setup(app)
    roles.setup(app)
    university.setup(app)
    claims.setup(app)
    example.setup(app)
    hero.setup(app)
    reference.setup(app)
    workbench.setup(app)
    epub_builder.setup(app)
    app.connect("env-get-outdated", _run_lessons)
    app.connect("source-read", _read_lesson)
    app.connect("build-finished", _write_frames)
    app.connect("build-finished", _write_thumbnails)
    return {"version": __version__, "parallel_read_safe": False, "parallel_write_safe": True}


def _load_course(app):
    try:
        app.qtrain_course = load(Path(app.srcdir))
    except CourseError as error:
        raise BookError(str(error)) from None


def _run_lessons(app, env, added, changed, removed):
    """Run the lessons in this book that have no valid result in the cache, and name the pages whose results are new."""
    config = app.config
    if not config.qtrain_execute:
        app.qtrain_outputs = app.qtrain_frames = app.qtrain_thumbnails = {}
    else:
        shown = [lesson for lesson in app.qtrain_course.lessons if lesson.chapter in env.found_docs]
        try:
            app.qtrain_outputs = runs(shown, kernel=config.qtrain_kernel, jobs=config.qtrain_jobs, told=_progress)
            with ThreadPoolExecutor(config.qtrain_jobs) as pool:
                recorded = pool.map(lambda lesson: frames(lesson, config.qtrain_kernel), shown)
                app.qtrain_frames = dict(zip((lesson.chapter for lesson in shown), recorded, strict=True))
        except CourseError as error:  # a lesson that fails, or an interactive cell that does not move
            raise BookError(str(error)) from None
        app.qtrain_thumbnails = _thumbnails(shown, app.qtrain_outputs)
    keys = {name: run.key for name, run in app.qtrain_outputs.items()}
    known = getattr(env, "qtrain_keys", {})
    env.qtrain_keys = keys
    code = _code()
    if getattr(env, "qtrain_code", None) != code:
        stale = {"book/reference"} & env.all_docs.keys()
        env.qtrain_code = code
    else:
        stale = set()
    stale |= {name for name in keys if known.get(name) != keys[name]}
    return sorted(stale | {name for name in env.all_docs if name in ALWAYS_NEW or name.startswith("book/paths/")})


def _progress(done: int, failed: int, total: int, latest: str) -> None:
    line = f"lessons run: {done}/{total}" + (f", {failed} failed" if failed else "") + f" · {latest}"
    start, end = ("\r\x1b[K", "\n" * (done + failed == total)) if sys.stderr.isatty() else ("", "\n")
    print(start + line, end=end, file=sys.stderr, flush=True)


def _code() -> str:
    """Fingerprint of the code that the reference describes."""
    package = Path(qtrain.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(package.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _read_lesson(app, docname, source):
    """Replace a notebook by the notebook of its page, before MyST-NB reads it."""
    path = Path(app.srcdir) / f"{docname}.ipynb"
    if not path.is_file():
        return
    name = path.relative_to(app.srcdir).as_posix()
    run = getattr(app, "qtrain_outputs", {}).get(docname)
    try:
        moves = getattr(app, "qtrain_frames", {}).get(docname)
        made = page(parse_notebook(source[0], name), name=name, outputs=run and run.outputs, frames=moves)
        source[0] = json.dumps(made)
    except CourseError as error:
        raise BookError(str(error)) from None


def _thumbnails(lessons, outputs: dict) -> dict[str, str]:
    """The picture that stands for each lesson, by its page; nothing for a lesson without one."""
    found = {}
    for lesson in lessons:
        code = [cell for cell in lesson.notebook["cells"] if cell["cell_type"] == "code"]
        if picture := thumbnail(code, outputs[lesson.chapter].outputs):
            found[lesson.chapter] = picture
    return found


def _write_thumbnails(app, exception):
    """Files of their own, so that a browser fetches those that come into view."""
    if exception or app.builder.name != "html":
        return
    folder = Path(app.outdir) / "_thumbnails"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for document in app.qtrain_course.documents:
        if document.chapter in app.qtrain_thumbnails:
            picture = app.qtrain_thumbnails[document.chapter]
            (folder / f"{document.id}.svg").write_text(picture, encoding="utf-8")


def _write_frames(app, exception):
    """Beside the pages, one script for each interactive cell: it is loaded when a reader comes to the cell."""
    if exception or app.builder.format != "html" or app.builder.name != "html":
        return
    folder = Path(app.outdir) / "_frames"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for page_name, found in getattr(app, "qtrain_frames", {}).items():
        for cell, recorded in found.items():
            name = script_name(page_name, cell)
            (folder / f"{name}.js").write_text(script(name, recorded), encoding="utf-8")
