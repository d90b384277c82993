"""A class's folder with a roster of many scripts, and the small course to release from."""

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

for name in ("in_class", "fake_hub"):
    if name not in sys.modules:  # tests are no package, so their helpers are imported by their paths
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])


@pytest.fixture
def room(small, tmp_path):
    """DIR with its database, people, releases and hand-ins."""
    from in_class import ROSTER

    from qtrain.classroom.database import ClassDatabase
    from qtrain.classroom.hand_ins import HandIns
    from qtrain.classroom.people import People
    from qtrain.classroom.releases import Releases

    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    database = ClassDatabase(folder)
    releases = Releases(folder, database)
    people = People(folder)
    return SimpleNamespace(
        folder=folder,
        database=database,
        releases=releases,
        hand_ins=HandIns(folder, database, releases),
        people=people,
        roster=people.roster(),
    )


@pytest.fixture
def hub():
    """A hub on loopback whose users are whoever has a token."""
    from fake_hub import Hub

    made = Hub()
    yield made
    made.close()
