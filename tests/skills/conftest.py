"""An institution, a learner who passed, and no network."""

import importlib.util
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

HERE = Path(__file__).parent
HELPERS = ("second_verifier", HERE), ("office", HERE), ("graded", HERE), ("classroom", HERE.parent / "grading")
for name, place in HELPERS:
    if name not in sys.modules:  # tests are no package, so helpers are imported by their path
        spec = importlib.util.spec_from_file_location(name, place / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])


office = sys.modules["office"]


@pytest.fixture
def no_network(monkeypatch):
    """Every attempt to reach another machine, or to ask for one by name, fails the test."""

    def refuse(*_, **__):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket.socket, "sendto", refuse)


@pytest.fixture(scope="session")
def small_keys():
    """RSA keys of 2048 bits, which are made four times as fast."""
    pytest.importorskip("openbadgeslib", reason="needs the extra: pip install 'qtrain[skills]'")
    pytest.importorskip("pyld", reason="needs the extra: pip install 'qtrain[skills]'")
    from qtrain.skills import keys

    before, keys.RSA_BITS = keys.RSA_BITS, 2048
    yield
    keys.RSA_BITS = before


@pytest.fixture(scope="session")
def badge(small_keys, tmp_path_factory):
    """One institution with one badge in all of its forms, for tests that change neither."""
    from qtrain.skills.trust import Trust

    folder = tmp_path_factory.mktemp("institution") / "keys"
    institution = office.make_institution(folder)
    issued = office.issue(institution)
    return SimpleNamespace(institution=institution, issued=issued, forms=office.forms(issued), trust=Trust.of(folder))


@pytest.fixture(scope="session")
def second(badge):
    """Another learner's badge of the same institution."""
    issued = office.issue(badge.institution, office.award("bilal", "Bilal Shah", 33.0))
    return SimpleNamespace(issued=issued, forms=office.forms(issued))


@pytest.fixture
def desk(small_keys, tmp_path, no_network):
    """What makes institutions, awards and badges, in a folder of one's own without a network."""
    return SimpleNamespace(folder=tmp_path, make=office.make_institution, award=office.award, issue=office.issue)
