"""What the tests of badges have in common: an institution, an award, a badge, and somebody who checks it."""

from datetime import UTC, datetime


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


def forms(issued):
    from qtrain.skills.forms import pack

    return {
        "json": issued.document.encode(),
        "jwt": issued.token.encode(),
        "svg": issued.svg,
        "png": issued.png,
        "qr": pack(issued.document).encode(),
    }


def judged(content, trusted, **more):
    from qtrain.skills.verifying import verify

    return verify(content, trusted, **more)


def add(path, folder, fingerprint=""):
    from qtrain.skills import trust

    return trust.add(path, fingerprint, folder)


def known(folder):
    from qtrain.skills.trust import Trust

    return Trust.of(folder)


def renewed(institution, folder, **more):
    """What comes with a new key: the card and the list, taken in."""
    from qtrain.skills import status

    status.publish(institution, institution.signing(), datetime.now(UTC))
    add(institution.folder / "issuer.json", folder, **more)
    return add(institution.folder / "status.jwt", folder)


def standing(name):
    from qtrain.skills.verifying import Standing

    return Standing[name]
