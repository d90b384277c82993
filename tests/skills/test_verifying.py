"""Every standing that a badge can have, in every form; a second verifier; and a sentence for whatever is no badge."""

import base64
import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from second_verifier import accepts_document, accepts_token

from qtrain.skills.errors import BadgeError

pytestmark = pytest.mark.usefixtures("no_network")
FORMS = ("json", "jwt", "svg", "png", "qr")


@pytest.fixture(scope="module")
def standing():
    pytest.importorskip("openbadgeslib")
    from qtrain.skills.verifying import Standing

    return Standing


def verify(content, trust, **more):
    from qtrain.skills.verifying import verify

    return verify(content, trust, **more)


def keys_of(institution):
    private = institution.signing()
    ed25519 = private.ed25519.public_key().public_bytes_raw()
    return ed25519, private.rsa.public_key().public_numbers().n


@pytest.mark.parametrize("form", FORMS)
def test_a_badge_is_valid_and_trusted_in_every_form_and_says_the_same(badge, standing, form):
    found = verify(badge.forms[form], badge.trust)
    assert found.standing is standing.TRUSTED and "University of Testing" in found.why
    assert found.essence == verify(badge.forms["json"], badge.trust).essence
    assert "Not revoked by the status list" in " ".join(found.notes)


def test_a_second_verifier_accepts_it(badge):
    ed25519, modulus = keys_of(badge.institution)
    assert accepts_document(badge.forms["json"], ed25519)
    assert accepts_token(badge.forms["jwt"].decode(), modulus)


def test_both_verifiers_refuse_a_bit_changed_in_the_document(badge, standing):
    ed25519, _ = keys_of(badge.institution)
    original, random_ = badge.forms["json"], random.Random(23)
    for place in random_.sample(range(len(original)), 60):
        changed = bytearray(original)
        changed[place] ^= 1 << random_.randrange(8)
        assert not accepts_document(bytes(changed), ed25519), (place, changed[place])
        assert not trusted(bytes(changed), badge.trust), (place, changed[place])


def test_both_verifiers_refuse_a_bit_changed_in_the_token(badge):
    _, modulus = keys_of(badge.institution)
    original, random_ = badge.forms["jwt"], random.Random(24)
    for place in random_.sample(range(len(original)), 700):
        changed = bytearray(original)
        changed[place] ^= 1 << random_.randrange(8)
        assert not accepts_token(changed.decode("latin-1"), modulus), (place, changed[place])
        assert not trusted(bytes(changed), badge.trust), (place, changed[place])


def test_both_verifiers_refuse_every_bit_changed_in_the_signatures(badge):
    """A base64 letter holds bits that mean nothing, and a base58 number can be written with another length."""
    _, modulus = keys_of(badge.institution)
    token = badge.forms["jwt"].decode()
    head, _, signature = token.rpartition(".")
    for place in [*range(8), *range(len(signature) - 8, len(signature))]:
        for bit in range(7):
            letter = chr(ord(signature[place]) ^ 1 << bit)
            changed = f"{head}.{signature[:place]}{letter}{signature[place + 1 :]}"
            assert not accepts_token(changed, modulus)
            assert not trusted(changed.encode(), badge.trust)


def trusted(content, trust) -> bool:
    from qtrain.skills.verifying import Standing

    try:
        return verify(content, trust).standing is Standing.TRUSTED
    except BadgeError:
        return False


def test_it_holds_what_the_standard_asks_for(badge):
    told = json.loads(badge.forms["json"])
    assert told["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert told["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert {"id", "issuer", "validFrom", "validUntil", "credentialSubject", "credentialStatus"} <= set(told)
    achievement = told["credentialSubject"]["achievement"]
    assert {"id", "type", "name", "description", "criteria", "alignment", "resultDescription"} <= set(achievement)
    assert achievement["alignment"][0]["targetCode"] == "1.1"
    [result] = told["credentialSubject"]["result"]
    [described] = achievement["resultDescription"]
    assert result["value"] == "28.5" and result["resultDescription"] == described["id"]
    assert (described["valueMax"], described["requiredValue"]) == ("33", "19.8")
    assert told["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    header, payload, _ = (base64.urlsafe_b64decode(p + "==") for p in badge.forms["jwt"].decode().split("."))
    header, payload = json.loads(header), json.loads(payload)
    assert header["alg"] == "RS256" and set(header["jwk"]) >= {"kty", "n", "e"} and "d" not in header["jwk"]
    assert payload["iss"] == told["issuer"]["id"] and payload["jti"] == told["id"]
    assert payload["sub"] == told["credentialSubject"]["id"] and isinstance(payload["nbf"], int)


def test_it_names_grader_commit_notebook_and_limits(badge):
    from qtrain.skills.facts import facts

    told = facts(json.loads(badge.forms["json"]))
    said = " ".join(f"{name} {value}" for name, value in told.rows)
    assert "qtrain 0.1.0 at " + "c" * 40 in said and "ab" * 32 in said and "28.5 of 33" in said
    assert "does not prove who sat at the keyboard" in told.not_proved and "vouches" in told.proves
    assert told.holder == "Amina Khan"


@pytest.mark.parametrize("form", FORMS)
def test_an_unknown_issuer_is_told_from_a_trusted_one(badge, standing, form):
    from qtrain.skills.trust import Trust

    found = verify(badge.forms[form], Trust())
    assert found.standing is standing.UNKNOWN and "trust nobody yet" in " ".join(found.notes)


def test_who_takes_a_trusted_name_is_not_trusted(badge, desk, standing):
    other = desk.make(desk.folder / "other", "UNIVERSITY  of testing")
    forged = desk.issue(other)
    for content in (forged.document.encode(), forged.token.encode(), forged.png):
        found = verify(content, badge.trust)
        assert found.standing is standing.UNKNOWN
        assert "somebody else made this badge" in " ".join(found.notes)


def test_dates_are_judged_by_the_clock_and_a_wrong_clock_is_named(badge, standing):
    soon, late = datetime.now(UTC) + timedelta(days=1), datetime.now(UTC) + timedelta(days=6 * 366)
    assert verify(badge.forms["json"], badge.trust, now=soon).standing is standing.TRUSTED
    found = verify(badge.forms["json"], badge.trust, now=late)
    assert found.standing is standing.EXPIRED and "newer one" in found.why
    for form in FORMS:
        found = verify(badge.forms[form], badge.trust, now=datetime(2001, 1, 1, tzinfo=UTC))
        assert found.standing is standing.EARLY and "is the clock of this computer right?" in found.why
    almost = datetime.now(UTC) - timedelta(minutes=2)  # clocks differ
    assert verify(badge.forms["json"], badge.trust, now=almost).standing is standing.TRUSTED


@pytest.mark.parametrize("form", ("document", "token"))
def test_a_badge_that_has_expired_by_this_computers_clock(desk, standing, form):
    from qtrain.skills.issuing import Rule
    from qtrain.skills.trust import Trust

    then = datetime.now(UTC) - timedelta(days=100)
    institution = desk.make(desk.folder / "keys", now=then)
    issued = desk.issue(institution, now=then, rule=Rule(lasts=timedelta(days=30)))
    trust = Trust.of(desk.folder / "keys")
    content = getattr(issued, form).encode()
    found = verify(content, trust)
    assert found.standing is standing.EXPIRED and found.document
    if form == "document":  # expired and changed: altered, not expired
        content = content.replace(b"28.5", b"33.0")
    else:
        content = content[:-6] + b"AAAAAA"
    assert verify(content, trust).standing is standing.ALTERED


def test_an_old_status_list_is_not_relied_on(badge, standing):
    late = datetime.now(UTC) + timedelta(days=32)
    found = verify(badge.forms["json"], badge.trust, now=late)
    assert found.standing is standing.STALE and "ask the issuer for its newest status.jwt" in found.why
    days = datetime.now(UTC) + timedelta(days=10)
    assert verify(badge.forms["jwt"], badge.trust, now=days).standing is standing.TRUSTED
    found = verify(badge.forms["jwt"], badge.trust, now=days, most=timedelta(days=7))
    assert found.standing is standing.STALE and "--max-age" in found.why


def test_without_a_status_list_it_is_not_said_to_be_valid(badge, standing):
    from qtrain.skills.trust import Trust

    found = verify(badge.forms["json"], Trust(list(badge.trust.cards)))
    assert found.standing is standing.STALE and "There is no status list" in found.why


def test_a_status_list_from_the_future_is_a_wrong_clock(desk, standing):
    from qtrain.skills import status
    from qtrain.skills.trust import Trust

    now = datetime.now(UTC)
    institution = desk.make(desk.folder / "keys", now=now)
    issued = desk.issue(institution, now=now)
    status.publish(institution, institution.signing(), now + timedelta(days=40))
    found = verify(issued.token.encode(), Trust.of(desk.folder / "keys"))
    assert found.standing is standing.STALE and "clock" in found.why


def test_a_picture_that_is_not_the_badges_own_is_refused(badge, desk, standing):
    """The picture shows a title: under another picture a genuine badge would say something else to the eye."""
    from qtrain.skills.baking import PNG, SVG, bake, pictures

    for media in (PNG, SVG):
        other = pictures("Module 9 · Everything", "University of Testing", "2026-03-01")[media]
        found = verify(bake(other, badge.issued.document), badge.trust)
        assert found.standing is standing.ALTERED and "picture is not the one" in found.why
    shown = badge.forms["svg"].replace(b"Qubits and circuits</text>", b"Everything</text>")
    assert shown != badge.forms["svg"] and verify(shown, badge.trust).standing is standing.ALTERED


BAD = {
    "empty": (b"", "empty"),
    "a PDF": (b"%PDF-1.7 ...", "PDF"),
    "a JPEG": (b"\xff\xd8\xff\xe0 ...", "JPEG"),
    "a zip": (b"PK\x03\x04 ...", "zip"),
    "a key": (b"-----BEGIN PRIVATE KEY-----", "key"),
    "noise": (bytes(range(128, 256)), "neither text nor a PNG"),
    "words": (b"Dear Sir or Madam,", "neither JSON nor a token"),
    "broken JSON": (b'{"type": ', "broken"),
    "a list": (b"[1, 2]", "neither JSON nor a token"),
    "a notebook": (b'{"cells": [], "nbformat": 4}', "notebook"),
    "other JSON": (b'{"a": 1}', "no badge"),
    "Open Badges 2": (b'{"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}', "Open Badges 2"),
    "a page": (b"<!doctype html><html></html>", "page"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', "holds no badge"),
    "a broken SVG": (b"<svg", "cannot be read"),
    "a PNG's beginning": (b"\x89PNG\r\n\x1a\n", "no end"),
    "dots": (b"a.b.c", "broken"),
    "a QR code cut off": (b"QT1:ABC", "scan it once more"),
    "twice the same member": (b'{"type": 1, "type": 2}', "twice"),
    "half a sign": (b'{"type": "\\ud800"}', "broken"),
    "deep": (b'{"a":' * 90_000 + b"1" + b"}" * 90_000, "characters"),
    "deeper": (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "deep"),
    "no number": (b'{"a": 1e999}', "broken"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_badge_gets_one_sentence(badge, standing, name):
    content, said = BAD[name]
    try:
        found = verify(content, badge.trust)
        assert found.standing is standing.ALTERED
        why = found.why
    except BadgeError as error:
        why = str(error)
    assert said in why and "\n" not in why and "Traceback" not in why and len(why) < 400


def test_a_png_without_a_badge_is_told(badge):
    from qtrain.skills.baking import PNG, pictures

    with pytest.raises(BadgeError, match="many programs drop it"):
        verify(pictures("Module 1", "X", "2026")[PNG], badge.trust)


def test_a_card_and_a_status_list_are_told_from_badges(badge):
    folder = badge.institution.folder
    for name, said in (("issuer.json", "issuer's card"), ("status.jwt", "status list")):
        with pytest.raises(BadgeError, match=said):
            verify((folder / name).read_bytes(), badge.trust)


@pytest.mark.parametrize(
    "url", ("https://evil.example/v1", "file:///etc/passwd", "https://www.w3.org/ns/credentials/v1")
)
def test_no_vocabulary_is_fetched(badge, standing, url):
    told = json.loads(badge.forms["json"])
    told["@context"].append(url)
    found = verify(json.dumps(told).encode(), badge.trust)
    assert found.standing is standing.ALTERED and "nothing is ever fetched" in found.why
    told["@context"][-1] = {"name": "https://schema.org/alternateName"}
    found = verify(json.dumps(told).encode(), badge.trust)
    assert found.standing is standing.ALTERED and "vocabulary of its own" in found.why


def test_spaces_between_the_parts_change_nothing(badge, standing):
    told = json.loads(badge.forms["json"])
    assert verify(json.dumps(told, indent=2).encode(), badge.trust).standing is standing.TRUSTED
    assert verify(b"\n" + badge.forms["jwt"] + b"\r\n", badge.trust).standing is standing.TRUSTED
