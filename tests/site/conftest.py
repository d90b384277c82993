"""The book, built once for all processes that test it, and a browser to read it with."""

import os
import sys
from pathlib import Path

import pytest

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))


@pytest.fixture(scope="session")
def course():
    """The course that the site is built from."""
    from qtrain.course import load

    return load(ROOT)


@pytest.fixture(scope="session")
def site(tmp_path_factory, course):
    """The folder of the course's own site; lessons that nbval or an earlier build ran are not run again."""
    pytest.importorskip("jupyter_book", reason="needs jupyter-book: pip install 'qtrain[book]'")
    from qtrain.site.building import build

    folder = tmp_path_factory.getbasetemp()
    if fcntl is None or "PYTEST_XDIST_WORKER" not in os.environ:
        return build(ROOT, output=folder / "book")
    shared = folder.parent  # of all processes of this run
    built = shared / "book.built"
    with open(shared / "book.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.is_file():
            built.write_text(str(build(ROOT, output=shared / "book")), "utf-8")
    return Path(built.read_text("utf-8"))


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """A small checkout of its own, built: its lesson uses every convention once."""
    pytest.importorskip("jupyter_book", reason="needs jupyter-book: pip install 'qtrain[book]'")
    from sample_lesson import checkout

    from qtrain.site.building import build

    folder = checkout(tmp_path_factory.mktemp("sample"), copies=2)
    build(folder, output=folder / "out", strict=False)
    return folder
