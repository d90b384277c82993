import importlib
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


def load(name):
    sys.path.insert(0, str(BENCHMARKS))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="session")
def planting():
    """The bench's way to plant mistakes."""
    return load("planting")


@pytest.fixture(scope="session")
def undoing():
    """The bench's way to undo what a verdict names, without the code under test."""
    return load("undoing")
