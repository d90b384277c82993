import doctest
import importlib
import pkgutil

import pytest

import qtrain.checking

MODULES = [info.name for info in pkgutil.walk_packages(qtrain.checking.__path__, "qtrain.checking.")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name):
    module = importlib.import_module(name)
    result = doctest.testmod(module)
    assert result.failed == 0
