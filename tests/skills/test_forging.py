"""Forging, taken seriously: random and aimed alterations, other people's keys, and a gradebook row that is no pass."""

import base64
import json
import random
import zlib
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace

import pytest
from office import accepted, altered, judged

from qtrain.course.errors import CourseError
from qtrain.skills.errors import BadgeError

pytestmark = pytest.mark.usefixtures("no_network")
SEED = 2026
# 10,000 in all. A whole check of JSON costs 30 ms and more, so of those a sample is drawn here, and all 10,000 of each
# form are tried by benchmarks/forged_badges.py.
HOW_MANY = {"json": 150, "svg": 150, "png": 1500, "qr": 1700, "jwt": 6500}


@pytest.mark.parametrize("form", HOW_MANY)
def test_no_random_alteration_is_accepted(badge, second, form):
    draw = random.Random(f"{SEED} {form}")
    genuine = [judged(badge.forms["json"], badge.trust), judged(second.forms["json"], badge.trust)]
    tried = 0
    while tried < HOW_MANY[form]:
        changed = altered(badge.forms[form], draw, second.forms[form])
        if changed == badge.forms[form]:
            continue
        tried += 1
        assert not accepted(changed, genuine, badge.trust), changed[:2000]


def test_a_png_whose_checksums_were_put_right_is_refused_all_the_same(badge, second):
    """Whoever changes a picture on purpose mends its checksums, too."""
    draw, refused = random.Random(f"{SEED} crc"), 0
    genuine = [judged(badge.forms["json"], badge.trust)]
    for _ in range(60):
        chunks = png_chunks(badge.forms["png"])
        place = draw.choice([k for k, (_, data) in enumerate(chunks) if data])
        kind, data = chunks[place]
        changed = altered(data, draw, data[::-1])
        if changed != data:
            chunks[place] = (kind, changed)
            refused += not accepted(as_png(chunks), genuine, badge.trust)
    assert refused > 50
    chunks = png_chunks(badge.forms["png"])
    chunks.insert(1, (b"tEXt", b"Comment\0Module 9"))
    assert not accepted(as_png(chunks), genuine, badge.trust)
    both = [chunk for chunk in png_chunks(second.forms["png"]) if chunk[0] == b"iTXt"]
    chunks = png_chunks(badge.forms["png"])
    for place in (1, len(chunks) - 1):  # another badge before or behind the picture's own
        assert not accepted(as_png([*chunks[:place], *both, *chunks[place:]]), genuine, badge.trust)


def png_chunks(image: bytes) -> list[tuple[bytes, bytes]]:
    place, found = 8, []
    while place < len(image):
        length = int.from_bytes(image[place : place + 4], "big")
        found.append((image[place + 4 : place + 8], image[place + 8 : place + 8 + length]))
        place += length + 12
    return found


def as_png(chunks) -> bytes:
    parts = (
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big") for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def leaves(value, path=()):
    if isinstance(value, dict):
        for name in value:
            yield from leaves(value[name], (*path, name))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from leaves(one, (*path, place))
    else:
        yield path


def test_no_single_fact_can_be_changed_taken_out_or_added(badge):
    """Every member of the document in turn, by meaning and not by bytes."""
    genuine = [judged(badge.forms["json"], badge.trust)]
    told = json.loads(badge.forms["json"])
    for number, path in enumerate(list(leaves(told))):
        changed = json.loads(badge.forms["json"])
        inner = changed
        for step in path[:-1]:
            inner = inner[step]
        if number % 2:
            inner[path[-1]] = f"{inner[path[-1]]}x"
        elif isinstance(inner, dict):
            del inner[path[-1]]
        else:
            inner.append("added")
        assert not accepted(json.dumps(changed).encode(), genuine, badge.trust), path


AIMED = {
    "an end that is hidden under its full name": lambda d: d.update(
        {"https://www.w3.org/2018/credentials#validUntil": d.pop("validUntil")}
    ),
    "another result beside it": lambda d: d["credentialSubject"]["result"].append({"type": ["Result"], "value": "33"}),
    "a term that no context knows": lambda d: d.update({"grade": "A"}),
    "a second learner": lambda d: d.update({"credentialSubject": [d["credentialSubject"], {"id": "urn:uuid:1"}]}),
    "no status": lambda d: d.pop("credentialStatus"),
    "two proofs": lambda d: d.update({"proof": [d["proof"], d["proof"]]}),
    "no proof": lambda d: d.pop("proof"),
    "another purpose": lambda d: d["proof"].update({"proofPurpose": "authentication"}),
    "another suite": lambda d: d["proof"].update({"cryptosuite": "eddsa-jcs-2022"}),
    "a date of the proof": lambda d: d["proof"].update({"created": "2020-01-01T00:00:00Z"}),
    "a name in the proof": lambda d: d["proof"].update({"name": "Bilal"}),
    "a graph": lambda d: d.update({"@graph": [{"name": "x"}]}),
    "something included": lambda d: d.update({"@included": [{"id": d["id"], "name": "x"}]}),
    "a language": lambda d: d["credentialSubject"]["achievement"].update({"name": {"@value": "x", "@language": "en"}}),
}


@pytest.mark.parametrize("name", AIMED)
def test_aimed_alterations_of_the_document_are_refused(badge, name):
    genuine = [judged(badge.forms["json"], badge.trust)]
    changed = json.loads(badge.forms["json"])
    AIMED[name](changed)
    assert not accepted(json.dumps(changed).encode(), genuine, badge.trust)


def encoded(value) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_aimed_alterations_of_the_token_are_refused(badge):
    import hashlib
    import hmac

    genuine = [judged(badge.forms["json"], badge.trust)]
    head, body, signature = badge.forms["jwt"].decode().split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    payload = json.loads(base64.urlsafe_b64decode(body + "==="))
    better = json.loads(json.dumps(payload))
    better["credentialSubject"]["result"][0]["value"] = "33"
    public = badge.institution.signing().rsa.public_key()
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    hs = f"{encoded({**header, 'alg': 'HS256'})}.{encoded(better)}"
    forged = {
        "no signature": f"{encoded({'alg': 'none'})}.{encoded(better)}.",
        "the old signature": f"{head}.{encoded(better)}.{signature}",
        "the public key as a password": f"{hs}.{encoded(hmac.digest(pem, hs.encode(), hashlib.sha256))}",
        "another hash": f"{encoded({**header, 'alg': 'RS512'})}.{body}.{signature}",
        "an extension": f"{encoded({**header, 'crit': ['b64'], 'b64': False})}.{body}.{signature}",
        "padding": f"{head}.{body}.{signature}==",
        "a fourth part": f"{head}.{body}.{signature}.{signature}",
        "a key from elsewhere": f"{encoded({**header, 'jku': 'https://evil.example'})}.{body}.{signature}",
    }
    for name, token in forged.items():
        assert not accepted(token.encode(), genuine, badge.trust), name
    with pytest.raises(BadgeError, match="signed by none, and qtrain checks RS256"):
        judged(f"{encoded({'alg': 'none'})}.{body}.".encode(), badge.trust)


@pytest.mark.parametrize(
    "change",
    [
        {"statusListCredential": "urn:another:list"},
        {"statusPurpose": "suspension"},
        {"statusSize": 2},
        {"statusListIndex": "none"},
    ],
    ids=str,
)
def test_a_status_that_this_list_does_not_tell_is_not_known(badge, change):
    """Signed by the issuer itself, yet whether it was revoked stands elsewhere."""
    from openbadgeslib.ob3 import add_data_integrity_proof

    from qtrain.skills.verifying import Standing

    told = json.loads(badge.forms["json"])
    method = told.pop("proof")["verificationMethod"]
    told["credentialStatus"] |= change
    signed = add_data_integrity_proof(told, badge.institution.signing().ed25519, method)
    finding = judged(json.dumps(signed).encode(), badge.trust)
    assert finding.standing is Standing.STALE
    assert "names a status list that is not the one of" in finding.why


def test_signed_anew_by_another_key_it_is_not_trusted(badge, desk):
    """The forger has the whole document, and signs a better one with a key of their own under the same name."""
    from openbadgeslib.ob3 import OB3Signer, add_data_integrity_proof

    from qtrain.skills.verifying import Standing

    thief = desk.make(desk.folder / "thief").signing()
    told = json.loads(badge.forms["json"])
    proof = told.pop("proof")
    told["credentialSubject"]["result"][0]["value"] = "33"
    for method in (proof["verificationMethod"], thief.key.method):
        signed = add_data_integrity_proof(told, thief.ed25519, method)
        assert judged(json.dumps(signed).encode(), badge.trust).standing is Standing.ALTERED
    claims = {"iss": told["issuer"]["id"], "jti": told["id"], "sub": told["credentialSubject"]["id"], "nbf": 1}
    token = OB3Signer(thief.rsa, "RS256").sign_payload({**told, **claims})
    assert judged(token.encode(), badge.trust).standing is not Standing.TRUSTED
    # The header names the genuine key, the signature is the thief's.
    own = OB3Signer(badge.institution.signing().rsa, "RS256")._public_jwk()
    import jwt

    token = jwt.encode({**told, **claims}, thief.rsa, algorithm="RS256", headers={"jwk": own})
    assert judged(token.encode(), badge.trust).standing is Standing.ALTERED


def test_a_trusted_key_signs_for_its_own_issuer_only(badge, desk):
    """One institution that you trust cannot speak for another one that you trust."""
    from openbadgeslib.ob3 import OB3Signer, add_data_integrity_proof

    from qtrain.skills.trust import Trust
    from qtrain.skills.verifying import Standing

    other = desk.make(desk.folder / "other", "University of Elsewhere")
    trust = Trust.of(badge.institution.folder, other.folder)
    told = json.loads(badge.forms["json"])
    method = told.pop("proof")["verificationMethod"]
    signing = badge.institution.signing()
    told["issuer"] = {"id": other.card.current.issuer, "type": ["Profile"], "name": other.card.name}
    signed = add_data_integrity_proof(told, signing.ed25519, method)
    assert judged(json.dumps(signed).encode(), trust).standing is Standing.ALTERED
    claims = {"iss": told["issuer"]["id"], "jti": told["id"], "sub": told["credentialSubject"]["id"], "nbf": 1}
    token = OB3Signer(signing.rsa, "RS256").sign_payload({**told, **claims})
    found = judged(token.encode(), trust)
    assert found.standing is Standing.ALTERED and "names another issuer" in found.why
    assert judged(badge.forms["jwt"], trust).standing is Standing.TRUSTED


def test_two_badges_with_one_id_are_told(badge, desk, capsys):
    """Only an issuer's own key can make them; both are named, and neither is relied on."""
    from openbadgeslib.ob3 import add_data_integrity_proof

    from qtrain.skills import verify

    told = json.loads(badge.forms["json"])
    proof = told.pop("proof")
    told["credentialSubject"]["result"][0]["value"] = "33"
    twin = add_data_integrity_proof(told, badge.institution.signing().ed25519, proof["verificationMethod"])
    for name, content in (
        ("one.json", badge.forms["json"]),
        ("two.json", json.dumps(twin).encode()),
        ("one.jwt", badge.forms["jwt"]),
    ):
        (desk.folder / name).write_bytes(content)
    run = SimpleNamespace(**BLANK, trust=[badge.institution.folder])
    run.files = [desk.folder / "one.json", desk.folder / "one.jwt"]
    assert verify.run(run) == 0  # two forms of one badge
    run.files.append(desk.folder / "two.json")
    assert verify.run(run) == 1
    assert "the same id and says something else" in capsys.readouterr().out


BLANK = {"add": [], "fingerprint": "", "status": [], "max_age": None, "holder": "", "code": "", "json": False}


# --- what no badge is made from --------------------------------------------------------------------------------------


def row(**more):
    from qtrain.skills.passes import PUBLIC, Reached, Work

    day = datetime(2026, 3, 1, tzinfo=UTC)
    work = Work("1-P-x", "Problems of module 1", more.pop("kind", PUBLIC), ("1.P",), ("1 · Qubits",), 10)
    told = {"points": 20.0, "of": 33.0, "notebook": "ab" * 32, "graded": day, "grader": "0.1.0", "mark": "c"} | more
    return work, Reached("amina", "Amina Khan", **told)


@pytest.mark.parametrize(
    "more, said",
    [
        ({"points": 19.79}, "60 % are needed"),
        ({"points": 0.0}, "60 % are needed"),
        ({"points": -5.0}, "60 % are needed"),
        ({"points": 0.0, "of": 0.0}, "60 % are needed"),
        ({"points": float("nan")}, "60 % are needed"),
        ({"why_not": "is excused (ill)"}, "is excused"),
        ({"why_not": "has handed in nothing that was graded"}, "handed in nothing"),
        ({"kind": "lesson", "points": 33.0}, "badges are for problem sets"),
    ],
)
def test_a_row_that_is_no_pass_gives_no_badge(more, said):
    from qtrain.skills.issuing import Rule, for_work

    with pytest.raises(BadgeError, match=said):
        for_work(*row(**more), Rule())


def test_the_pass_mark_is_exact():
    from qtrain.skills.issuing import Rule, why_none

    assert why_none(*row(points=19.8), Rule()) == ""  # 60 % of 33, which is 19.799999999999997 in binary
    assert why_none(*row(points=19.799999), Rule()) != ""
    assert why_none(*row(points=33.0), Rule(Fraction(100))) == ""


def test_a_role_needs_its_task_and_all_problem_sets_on_its_path():
    from dataclasses import replace

    from qtrain.course import load
    from qtrain.skills import paths
    from qtrain.skills.credential import Line
    from qtrain.skills.issuing import Rule, for_role
    from qtrain.skills.passes import EXAM, PRIVATE, TASK, Work

    course, rule = load(), Rule()
    role = replace(paths.role("software developer"), task="")
    with pytest.raises(BadgeError, match="no performance task yet"):
        for_role(role, [Line(*row())], rule, course)
    role = replace(role, task="301")
    reached = row()[1]
    task = Line(Work("301-P-x", "The task", TASK, (), (), 3, "301.P"), reached)
    exam = Line(Work("exam-x", "Exam", EXAM, ("0.2", "1.4", "3.1"), ("0 · a", "1 · b", "3 · c"), 12, "paper:"), reached)
    with pytest.raises(BadgeError, match="has not passed module 0"):
        for_role(role, [Line(*row()), task], rule, course)
    with pytest.raises(BadgeError, match="has not passed the performance task"):
        for_role(role, [exam], rule, course)
    other_bank = Line(replace(task.work, document="302.P"), reached)
    own_set = Line(replace(task.work, kind=PRIVATE), reached)
    for none in (other_bank, own_set, Line(task.work, replace(reached, points=1.0))):
        with pytest.raises(BadgeError, match="has not passed the performance task"):
            for_role(role, [exam, none], rule, course)
    award = for_role(role, [exam, task, other_bank], rule, course)
    assert award.lines == [exam, task] and award.about == "role R3"
    if paths.missing(course, role):
        assert "does not say" in award.criteria
    with pytest.raises(CourseError, match="There is no role 'wizard'"):
        paths.role("wizard")


def test_nobody_gets_the_same_badge_twice(desk):
    institution = desk.make(desk.folder / "keys")
    first, same = desk.issue(institution), desk.issue(institution)
    assert first == same
    from qtrain.skills.registry import Registry

    anew = desk.issue(institution, again=True)
    every = Registry(institution.private).all()
    assert anew.id != first.id and anew.place != first.place
    assert [(one.id, bool(one.revoked)) for one in every if one.id == first.id] == [(first.id, True)]


def test_a_revocation_list_swapped_for_an_old_one_is_refused(desk):
    from qtrain.skills import status, trust
    from qtrain.skills.registry import Registry
    from qtrain.skills.verifying import Standing

    now = datetime.now(UTC)
    institution = desk.make(desk.folder / "keys", now=now - timedelta(days=2))
    issued = desk.issue(institution)
    card, old = desk.folder / "issuer.json", desk.folder / "old.jwt"
    card.write_bytes((institution.folder / "issuer.json").read_bytes())
    old.write_bytes((institution.folder / "status.jwt").read_bytes())
    home = desk.folder / "trust"
    trust.add(card, folder=home)
    trust.add(old, folder=home)
    assert judged(issued.png, trust.Trust.of(home)).standing is Standing.TRUSTED
    Registry(institution.private).revoke(issued.id[:20], "a mistake", now)
    status.publish(institution, institution.signing(), now)
    trust.add(institution.folder / "status.jwt", folder=home)
    for form in (issued.png, issued.svg, issued.document.encode(), issued.token.encode()):
        assert judged(form, trust.Trust.of(home)).standing is Standing.REVOKED
    with pytest.raises(BadgeError, match="an old list hides what was revoked since"):
        trust.add(old, folder=home)
    with pytest.raises(BadgeError, match="an old list hides what was revoked since"):
        trust.Trust.of(home).put(old.read_bytes(), old)
    assert judged(issued.png, trust.Trust.of(home)).standing is Standing.REVOKED


def test_a_status_list_of_somebody_else_or_a_changed_one_is_refused(badge, desk):
    from qtrain.skills.card import base64url

    other = desk.make(desk.folder / "other")
    good = (badge.institution.folder / "status.jwt").read_bytes()
    head, body, signature = good.split(b".")
    told = json.loads(base64.urlsafe_b64decode(body + b"=="))
    told["validUntil"] = "2099-01-01T00:00:00Z"
    forged = {
        "changed": b".".join([head, base64url(json.dumps(told).encode()).encode(), signature]),
        "cut": good[:-10],
        "not signed": b".".join([head, body, b""]),
        "another's": (other.folder / "status.jwt").read_bytes(),
        "a badge": badge.forms["jwt"],
        "words": b"nothing is revoked",
        "bytes": bytes(range(256)),
    }
    for content in forged.values():
        with pytest.raises(BadgeError, match="issuer"):
            badge.trust.put(content, "status.jwt")


def test_another_institutions_list_under_this_ones_name_is_refused(badge, desk):
    """Signed by a forger's key, with the identifier of the genuine list."""
    from dataclasses import replace

    from qtrain.skills import status

    other = desk.make(desk.folder / "other")
    other.card = replace(other.card, status=badge.institution.card.status)
    path = status.publish(other, other.signing(), datetime.now(UTC))
    with pytest.raises(BadgeError, match="is not signed by a key that the card of University of Testing has"):
        badge.trust.put(path.read_bytes(), path)
    genuine = replace(other.card, status="urn:uuid:another")  # its own key, and another list than the card names
    with pytest.raises(BadgeError, match="not the one of"):
        status.read(path.read_bytes(), genuine, path)
