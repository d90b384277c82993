import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def planting():
    """The bench's way to plant mistakes and to undo them without the code under test."""
    path = Path(__file__).parents[3] / "benchmarks" / "planting.py"
    spec = importlib.util.spec_from_file_location("planting", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
