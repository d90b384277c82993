"""What the tests of badges have in common: an institution, an award, a badge, and somebody who checks it."""

import random
from datetime import UTC, datetime

from qtrain.skills.errors import BadgeError


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


# --- forging ---------------------------------------------------------------------------------------------------------


def altered(content: bytes, draw: random.Random, other: bytes) -> bytes:
    """The content, changed somewhere: bits, bytes, pieces, or a piece of another genuine badge in its place."""
    made, place = bytearray(content), draw.randrange(len(content))
    length = draw.choice((1, 2, 7, 40))
    kind = draw.randrange(9)
    if kind <= 2:
        made[place] ^= 1 << draw.randrange(8)
    elif kind == 3:
        made[place] = draw.randrange(256)
    elif kind == 4:
        del made[place : place + length]
    elif kind == 5:
        made[place:place] = bytes(draw.choice(b"aZ09-_.{}\"':, ") for _ in range(length))
    elif kind == 6:
        to = draw.randrange(len(content))
        made[place], made[to] = made[to], made[place]
    elif kind == 7:
        made[place:place] = made[place : place + length]
    else:
        made[place : place + length] = other[place : place + length]
    return bytes(made)


def accepted(content: bytes, genuine, trust) -> bool:
    """Whether an alteration is accepted; one that changed only spaces between the parts says the same and is none."""
    from qtrain.skills.verifying import Standing

    try:
        found = judged(content, trust)
    except BadgeError:
        return False
    return (
        found is not None
        and found.standing is Standing.TRUSTED
        and found.essence not in {one.essence for one in genuine}
    )
