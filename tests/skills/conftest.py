"""An institution, a learner who passed, and no network."""

import importlib.util
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

HERE = Path(__file__).parent
for name, place in (("second_verifier", HERE), ("graded", HERE), ("classroom", HERE.parent / "grading")):
    if name not in sys.modules:  # tests are no package, so helpers are imported by their path
        spec = importlib.util.spec_from_file_location(name, place / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])


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


def make_institution(folder, name="University of Testing", now=None, **more):
    from qtrain.skills import status
    from qtrain.skills.keys import Institution

    made = Institution.make(folder, name, now or datetime.now(UTC), **more)
    status.publish(made, made.signing(more.get("passphrase")), now or datetime.now(UTC))
    return made


def award(learner="amina", name="Amina Khan", points=28.5, percent="60"):
    """What the gradebook would say of a learner who passed problem set 1."""
    from qtrain.skills.alignment import Aligned
    from qtrain.skills.credential import Award, Line
    from qtrain.skills.passes import PUBLIC, Reached, Work

    day = datetime(2026, 3, 1, 12, tzinfo=UTC)
    work = Work("1-P-abcdef", "Problems of module 1", PUBLIC, ("1.P",), ("1 · Qubits and circuits",), 10)
    reached = Reached(learner, name, points, 33.0, "ab" * 32, day, day, "0.1.0 at " + "c" * 40, "d" * 16)
    aligned = (Aligned("CFQT 3.0", "1.1", "Basic quantum concepts", "https://doi.org/10.5281/zenodo.6834598", "I-A2"),)
    return Award(
        learner, name, work.about, work.called, "Passed it.", "60 %", "Badge", (Line(work, reached),), percent, aligned
    )


def issue(institution, what=None, now=None, rule=None, again=False):
    from qtrain.skills import issuing

    now = now or datetime.now(UTC)
    rule = rule or issuing.Rule(named=True)
    return issuing.issue(what or award(), institution, institution.signing(), rule, now, again)[0]


@pytest.fixture(scope="session")
def badge(small_keys, tmp_path_factory):
    """One institution with one badge in all of its forms, for tests that change neither."""
    from qtrain.skills.trust import Trust

    folder = tmp_path_factory.mktemp("institution") / "keys"
    institution = make_institution(folder)
    issued = issue(institution)
    return SimpleNamespace(institution=institution, issued=issued, forms=forms(issued), trust=Trust.of(folder))


@pytest.fixture(scope="session")
def second(badge):
    """Another learner's badge of the same institution."""
    issued = issue(badge.institution, award("bilal", "Bilal Shah", 33.0))
    return SimpleNamespace(issued=issued, forms=forms(issued))


def forms(issued):
    from qtrain.skills.forms import pack

    return {
        "json": issued.document.encode(),
        "jwt": issued.token.encode(),
        "svg": issued.svg,
        "png": issued.png,
        "qr": pack(issued.document).encode(),
    }


@pytest.fixture
def desk(small_keys, tmp_path, no_network):
    """What makes institutions, awards and badges, in a folder of one's own without a network."""
    return SimpleNamespace(folder=tmp_path, make=make_institution, award=award, issue=issue)
