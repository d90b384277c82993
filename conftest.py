"""What nbval compares (the text of every output, nothing that depends on the machine), and what it is blind to.

A cell also fails when it writes to standard error, or when a picture of it can't be read or shows nothing.
"""

import base64
import binascii
import gc
import io
import os
import re
import signal
import time
import warnings
from collections import defaultdict
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

# A learner's identity or course of the person who runs the tests must not reach the lessons.
for name in ("QTRAIN_LEARNER", "QTRAIN_COURSE", "NBGRADER_EXECUTION"):
    os.environ.pop(name, None)

# What costs much goes round among lessons and pages from day to day. All processes of a run have the day it began on.
os.environ.setdefault("QTRAIN_DAY", str(date.today().toordinal()))

# Processes that share the processors wait for each other's threads: one for each, also in what the tests start.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# A shell's background jobs start with Ctrl-C ignored, and so would each process that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Circuits are small objects by the million, none in a cycle: looking for cycles less often saves a twentieth.
gc.set_threshold(20_000, 20, 100)

# In each kernel, before its first cell: axes without content make a picture that looks full.
LOOK_AT_FIGURES = """
def _look():
    import functools, sys
    from matplotlib.backend_bases import FigureCanvasBase
    draw = FigureCanvasBase.print_figure
    @functools.wraps(draw)
    def print_figure(self, *args, **kwargs):
        figure = self.figure
        shown = [*figure.texts, *figure.images, *figure.lines, *figure.patches]
        for axes in figure.axes:
            shown += [*axes.texts, *axes.tables, *axes.artists, *([axes] if axes.has_data() else [])]
        if not shown:
            print("this figure is empty", file=sys.stderr)
        return draw(self, *args, **kwargs)
    FigureCanvasBase.print_figure = print_figure
try:
    _look()
except ImportError:
    pass
del _look
"""
# What a shape must have in order to be seen.
SHAPES = {
    "path": ("d",),
    "rect": ("width", "height"),
    "circle": ("r",),
    "ellipse": ("rx", "ry"),
    "line": (),
    "polyline": ("points",),
    "polygon": ("points",),
    "image": (),
    "use": (),
    "foreignObject": (),
}


SITE = Path(__file__).parent / "tests" / "site"
DEALT = ("tests/site/test_pages.py", "tests/course/test_rehearsal.py", "tests/course/test_lessons.py")
BUILDS = "[wide-book]"  # the tests that are the first to want the book
SHORT = ("authoring", "checking", "circuits")  # folders of many files, none of which takes long


class Skipped(tuple):
    """The output fields that are not compared: nbval's own, stderr, and every MIME type but plain text."""

    def __contains__(self, key):
        return super().__contains__(key) or key == "stderr" or ("/" in key and key != "text/plain")


@pytest.hookimpl(hookwrapper=True)
def pytest_collect_file(file_path):
    """Prepare what nbval collects for the house format of notebooks."""
    outcome = yield
    for collector in outcome.get_result():
        if hasattr(collector, "skip_compare"):
            collector.skip_compare = Skipped(collector.skip_compare)


def pytest_configure(config):
    config.addinivalue_line("markers", "one_in(count, parameter): tried of one in so many values, others another day")


def pytest_collection_modifyitems(config, items):
    """Have every cell compared: nbval takes a cell without an execution count, as all are stored, for one never run."""
    named = config.option.keyword or any("::" in argument for argument in config.args)
    if not (named or os.environ.get("QTRAIN_ALL_LESSONS")):
        later = set(left_for_another_day(items, int(os.environ["QTRAIN_DAY"])))
        config.hook.pytest_deselected(items=list(later))
        items[:] = [item for item in items if item not in later]
    for item in items:
        cell = getattr(item, "cell", None)
        if cell is not None and hasattr(item, "cell_num"):
            cell["execution_count"] = cell["execution_count"] or 0
    items.sort(key=turn)


def left_for_another_day(items, day):
    """The tests that go round among the values of a parameter, and come to these values on another day."""
    places = defaultdict(dict)
    for item in items:
        if mark := item.get_closest_marker("one_in"):
            count, parameter = mark.args
            values, value = places[item.function], item.callspec.params[parameter]
            if (values.setdefault(value, len(values)) + day) % count:
                yield item


def turn(item):
    """Lessons first, whose outputs the book takes; one process builds it, and the others come to it when it is there.

    What is short comes last, so that all processes end soon.
    """
    if hasattr(item, "cell_num"):
        return 0
    if SITE in item.path.parents:
        return 1 if share(item.nodeid).endswith(BUILDS) else 3
    return 4 if item.path.is_relative_to(SITE.parent) and item.path.relative_to(SITE.parent).parts[0] in SHORT else 2


def share(nodeid):
    """What runs in one process: a file; of those that go through the whole course, all that is about one part of it."""
    name, _, test = nodeid.partition("::")
    return name + test[test.index("[") :] if name in DEALT and "[" in test else name


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Under ``--dist loadfile`` deal out shares instead of files."""
    if config.option.dist != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Shares(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return share(nodeid)

    return Shares(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Fail a notebook's cell also for what its outputs show and nbval doesn't look at."""
    if not hasattr(item, "raise_cell_error"):
        return (yield)
    kernel = item.parent.kernel
    if not hasattr(kernel, "looks_at_figures"):
        kernel.looks_at_figures = True
        asked = kernel.kc.execute(LOOK_AT_FIGURES, silent=True, store_history=False)
        kernel.await_reply(asked, timeout=60)
        kernel.await_idle(asked, 60)
    started = time.perf_counter()
    result = yield
    seconds = time.perf_counter() - started
    if found := [fault for output in item.test_outputs or () for fault in faults(output)]:
        item.raise_cell_error("The cell's outputs are not fit for a reader", "\n".join(found))
    remember(item, round(seconds, 3))
    return result


def remember(item, seconds):
    """Keep what a lesson put out once all its cells went well, so that the book need not run it again."""
    from qtrain.course import find_root, load, runs

    notebook = item.parent
    ran = notebook.__dict__.setdefault("ran", [])
    if item.cell_num == 0:
        document = {found.path.resolve(): found for found in load(find_root()).documents}.get(item.path.resolve())
        notebook.lesson, notebook.key = document, document and runs.fingerprint(document)
    sources = [cell.source for cell in notebook.nb.cells if cell.cell_type == "code"]
    if item.cell_num != len(ran) or getattr(notebook, "lesson", None) is None:
        return  # a cell before it failed or was left out, or it is no lesson of the course
    ran.append((item.test_outputs, seconds))
    now = [cell["source"] for cell in notebook.lesson.notebook["cells"] if cell["cell_type"] == "code"]
    if len(ran) == len(sources) and now == sources and runs.fingerprint(notebook.lesson) == notebook.key:
        runs.keep(notebook.lesson, notebook.key, *map(list, zip(*ran, strict=True)))


def faults(output):
    """Yield what is wrong with one output, in a sentence each."""
    if output["output_type"] == "stream" and output["name"] == "stderr":
        yield f"It wrote to standard error: {output['text'].strip()[:500]}"
    for kind, content in output.get("data", {}).items():
        content = "".join(content) if isinstance(content, list) else content
        if kind == "text/plain" and re.fullmatch(r"<Figure size \S+ with 0 Axes>", content):
            yield "The figure is empty."
        elif kind == "image/svg+xml":
            yield from svg_faults(content)
        elif kind.startswith("image/"):
            yield from picture_faults(content)
        elif kind in ("text/html", "text/markdown"):
            pieces = re.findall(r"<svg\b.*?(?:</svg\s*>|<svg\b[^>]*/>|\Z)", content, re.DOTALL | re.IGNORECASE)
            for piece in pieces:
                yield from svg_faults(piece)
            for embedded in re.findall(r"data:image/(?!svg)[\w.+-]+;base64,([^\"')\s]*)", content):
                yield from picture_faults(embedded)
            for embedded in re.findall(r"data:image/svg\+xml;base64,([^\"')\s]*)", content):
                yield from svg_faults(base64.b64decode(embedded).decode("utf-8", "replace"))


def svg_faults(text):
    """Yield what is wrong with an SVG picture."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        yield f"The SVG is not well-formed: {error}."
        return
    seen = [element for element in root.iter() if is_seen(element)]
    if not seen or (len(seen) == 1 and local_name(seen[0]) == "rect"):  # the background alone
        yield "The SVG shows nothing."


def local_name(element):
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def is_seen(element):
    """Whether an SVG element draws something."""
    if local_name(element) == "text":
        return bool("".join(element.itertext()).strip())
    needed = SHAPES.get(local_name(element))
    values = [element.get(name, "").strip() for name in needed or ()]
    return needed is not None and all(value and not re.fullmatch(r"0*\.?0*(px|%)?", value) for value in values)


def picture_faults(encoded):
    """Yield what is wrong with a picture of pixels, given in base64."""
    from PIL import Image

    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(base64.b64decode(encoded, validate=False))) as picture:
            warnings.simplefilter("ignore")
            pixels = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, binascii.Error) as error:
        yield f"The picture can't be read: {error}."
        return
    *colours, opacity = pixels.getextrema()
    if opacity[1] == 0 or all(low == high for low, high in (*colours, opacity)):
        yield "The picture shows nothing: all of it has one colour."


def pytest_terminal_summary(terminalreporter):
    """What was measured, for whoever reads the log: a test says it by `record_property("measured", text)`."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "measured":
                terminalreporter.write_line(f"measured: {text}")
