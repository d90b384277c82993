"""What nbval compares: the text of every stored output, and nothing that depends on the machine."""

import os

import pytest

# A learner's identity or course of the person who runs the tests must not reach the lessons.
for name in ("QTRAIN_LEARNER", "QTRAIN_COURSE", "NBGRADER_EXECUTION"):
    os.environ.pop(name, None)


class Skipped(tuple):
    """The output fields that are not compared: nbval's own, stderr, and every MIME type but plain text."""

    def __contains__(self, key):
        return super().__contains__(key) or key == "stderr" or ("/" in key and key != "text/plain")


@pytest.hookimpl(hookwrapper=True)
def pytest_collect_file(file_path):
    """Prepare what nbval collects for notebooks as they are stored here."""
    outcome = yield
    for collector in outcome.get_result():
        if hasattr(collector, "skip_compare"):
            collector.skip_compare = Skipped(collector.skip_compare)


def pytest_collection_modifyitems(items):
    """Have every cell compared: nbval takes a cell without an execution count, as all are stored, for one never run."""
    for item in items:
        cell = getattr(item, "cell", None)
        if cell is not None and hasattr(item, "cell_num"):
            cell["execution_count"] = cell["execution_count"] or 0
