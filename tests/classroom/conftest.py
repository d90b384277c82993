"""A class's folder with a roster of many scripts, and the small course to release from."""

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

if "in_class" not in sys.modules:  # tests are no package, so the helper is imported by its path
    spec = importlib.util.spec_from_file_location("in_class", Path(__file__).with_name("in_class.py"))
    sys.modules["in_class"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["in_class"])


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
