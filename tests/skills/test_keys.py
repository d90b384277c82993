"""Keys that are made once, rotated, lost and stolen; cards that are renewed; whom one trusts."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta

import pytest
from office import add, judged, known, renewed, standing

from qtrain.skills.errors import BadgeError

pytestmark = pytest.mark.usefixtures("no_network", "small_keys")
NOW = datetime.now(UTC)
NO_KEYS = ({"ed25519": "z6Mkfoo"}, {"rsa": "AQAB"}, {"issuer": "x"}, {"since": "yesterday"}, {"rsa": "!"})


def test_private_keys_are_for_their_owner_alone_and_never_in_public_files(desk):
    institution = desk.make(desk.folder / "keys")
    private = institution.private
    if os.name == "posix":
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in private.glob("*.pem"))
    public = (institution.folder / "issuer.json").read_text() + (institution.folder / "README.txt").read_text()
    assert "PRIVATE" not in public.replace("private/", "") and institution.card.fingerprint in public
    told = json.loads((institution.folder / "issuer.json").read_text())
    assert set(told) == {"schema", "name", "url", "status", "keys"}


@pytest.mark.parametrize("mark", (".git", ".hg"))
def test_keys_are_never_made_inside_of_a_repository(desk, mark):
    (desk.folder / "repo" / mark).mkdir(parents=True)
    with pytest.raises(BadgeError, match="private keys never belong there"):
        desk.make(desk.folder / "repo" / "deep" / "keys")
    assert not (desk.folder / "repo" / "deep").exists()


def test_keys_are_made_once(desk):
    institution = desk.make(desk.folder / "keys")
    before = (institution.private / "k1-ed25519.pem").read_bytes()
    with pytest.raises(BadgeError, match="keys are made once"):
        desk.make(institution.folder)
    assert (institution.private / "k1-ed25519.pem").read_bytes() == before
    with pytest.raises(BadgeError, match="say the name of your institution"):
        desk.make(desk.folder / "nameless", name="  ")


def test_a_rotated_key_follows_without_asking_and_old_badges_stay_valid(desk):
    institution = desk.make(desk.folder / "keys", now=NOW - timedelta(hours=2))
    old = desk.issue(institution, now=NOW - timedelta(hours=1))
    home = desk.folder / "trust"
    add(institution.folder / "issuer.json", home, institution.card.fingerprint.lower())
    add(institution.folder / "status.jwt", home)
    key = institution.rotate(datetime.now(UTC))
    new = desk.issue(institution, desk.award("bilal"))
    assert key.id == "k2" and institution.card.key("k1").until
    # Whoever has the old card only does not trust the new badge, and is told what to ask for.
    found = judged(new.document.encode(), known(home))
    assert found.standing is standing("UNKNOWN") and "ask for its issuer.json" in " ".join(found.notes)
    renewed(institution, home)
    for issued in (old, new):
        for content in (issued.document.encode(), issued.token.encode(), issued.png):
            assert judged(content, known(home)).standing is standing("TRUSTED")
    third = institution.rotate(datetime.now(UTC))
    renewed(institution, home)  # a chain of two
    assert third.endorsed_by == "k2" and judged(old.png, known(home)).standing is standing("TRUSTED")


def test_a_card_two_keys_ahead_is_taken_in_at_once(desk):
    institution = desk.make(desk.folder / "keys")
    home = desk.folder / "trust"
    add(institution.folder / "issuer.json", home)
    institution.rotate(datetime.now(UTC))
    institution.rotate(datetime.now(UTC))
    said = add(institution.folder / "issuer.json", home)
    assert "signed by the one that you knew" in said[1] and len(known(home).cards[0].keys) == 3


def test_a_key_may_not_sign_after_its_end_or_before_its_beginning(desk):
    """Somebody who finds a retired key can date a badge as they like, but not into another key's time."""
    from qtrain.skills import issuing

    institution = desk.make(desk.folder / "keys", now=NOW - timedelta(days=30))
    retired = institution.signing()
    institution.rotate(NOW - timedelta(days=10))
    home = desk.folder / "trust"
    renewed(institution, home)
    rule = issuing.Rule()
    institution.at_work = lambda now: None  # the thief's own computer says what the thief likes
    for at in (NOW - timedelta(days=5), NOW - timedelta(days=40)):
        made, _ = issuing.issue(desk.award(f"late{at:%d}"), institution, retired, rule, at)
        for content in (made.document.encode(), made.token.encode()):
            found = judged(content, known(home))
            assert found.standing is standing("ALTERED") and "did not use key k1" in found.why


def test_a_lost_key(desk):
    institution = desk.make(desk.folder / "keys")
    old = desk.issue(institution)
    home = desk.folder / "trust"
    renewed(institution, home)
    for path in institution.private.glob("k1-*.pem"):
        path.unlink()
    for action in (institution.signing, lambda: institution.rotate(datetime.now(UTC))):
        with pytest.raises(BadgeError, match=r"put it back from your backup. If it is lost, make a new one:.*--lost"):
            action()
    key = institution.rotate(datetime.now(UTC), lost=True)
    assert key.endorsed_by == ""
    with pytest.raises(BadgeError, match=f"Its fingerprint is {institution.card.fingerprint}: compare it"):
        add(institution.folder / "issuer.json", home)
    with pytest.raises(BadgeError, match="not the one that you gave"):
        add(institution.folder / "issuer.json", home, "AAAAA-BBBBB")
    assert len(known(home).cards[0].keys) == 1  # nothing was taken in
    renewed(institution, home, fingerprint=institution.card.fingerprint)
    assert judged(old.png, known(home)).standing is standing("TRUSTED")


def test_a_stolen_key(desk):
    institution = desk.make(desk.folder / "keys", now=NOW - timedelta(days=5))
    old = desk.issue(institution)
    home = desk.folder / "trust"
    renewed(institution, home)
    thief = institution.signing()
    institution.rotate(datetime.now(UTC), stolen=True)
    renewed(institution, home, fingerprint=institution.card.fingerprint)
    found = judged(old.token.encode(), known(home))
    assert found.standing is standing("REVOKED") and "stolen" in found.why
    anew = desk.issue(institution, again=True)
    renewed(institution, home)
    assert judged(anew.token.encode(), known(home)).standing is standing("TRUSTED")
    # The thief can neither make a list nor take back that the key is stolen.
    from qtrain.skills import status

    path = status.publish(institution, thief, datetime.now(UTC) + timedelta(minutes=1))
    with pytest.raises(BadgeError, match="stolen"):
        add(path, home)
    told = json.loads((institution.folder / "issuer.json").read_text())
    del told["keys"][0]["stolen"]
    (desk.folder / "card.json").write_text(json.dumps(told))
    with pytest.raises(BadgeError, match="takes back what it said of key k1"):
        add(desk.folder / "card.json", home)


def test_a_thief_cannot_make_a_key_follow_the_stolen_one(desk):
    """The card says that k1 was stolen; a key that only k1 vouches for has to be compared."""
    institution = desk.make(desk.folder / "keys")
    home = desk.folder / "trust"
    institution.rotate(datetime.now(UTC))  # by k1, in good order as it seems
    told = json.loads((institution.folder / "issuer.json").read_text())
    told["keys"] = told["keys"][:1]
    told["keys"][0].pop("until")
    (desk.folder / "first.json").write_text(json.dumps(told))
    add(desk.folder / "first.json", home)
    told = json.loads((institution.folder / "issuer.json").read_text())
    told["keys"][0]["stolen"] = told["keys"][0]["until"]
    (desk.folder / "second.json").write_text(json.dumps(told))
    with pytest.raises(BadgeError, match="compare it"):
        add(desk.folder / "second.json", home)


def test_a_card_that_somebody_changed_in_between_is_refused(desk):
    institution = desk.make(desk.folder / "keys")
    other = desk.make(desk.folder / "other")
    home = desk.folder / "trust"
    add(institution.folder / "issuer.json", home)
    genuine = json.loads((institution.folder / "issuer.json").read_text())
    foreign = json.loads((other.folder / "issuer.json").read_text())["keys"][0] | {"id": "k2"}
    cards = {
        "a key of the forger's": {**genuine, "keys": [*genuine["keys"], foreign]},
        "endorsed by nobody": {
            **genuine,
            "keys": [*genuine["keys"], foreign | {"endorsed_by": "k1", "endorsement": "AAAA"}],
        },
        "in the place of the genuine one": {**genuine, "keys": [foreign | {"id": "k1"}]},
    }
    for name, told in cards.items():
        (desk.folder / "card.json").write_text(json.dumps(told))
        with pytest.raises(BadgeError):
            add(desk.folder / "card.json", home)
        assert known(home).cards[0] == institution.card, name


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"schema": "other"}', "no schema"),
        (b'{"schema": "qtrain-issuer/1"}', "keys"),
        (b'{"schema": "qtrain-issuer/1", "name": "X", "status": "y", "keys": []}', "needed"),
        (b'{"schema": "qtrain-issuer/1", "name": "X", "status": "y", "keys": [{"a": "b"}]}', "a key has 'a'"),
        (b'{"schema": "qtrain-issuer/1", "name": "X", "status": "y", "keys": [5]}', "no issuer's card"),
        (b'{"schema": "qtrain-issuer/1", "name": "X\\u001b[2J", "status": "y", "keys": []}', "no plain text"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_card_gets_one_sentence(desk, content, said):
    from qtrain.skills import card

    with pytest.raises(BadgeError, match=said) as told:
        card.read(content, "card.json")
    assert "ask the issuer for issuer.json" in str(told.value) and "\n" not in str(told.value)


@pytest.mark.parametrize("change", NO_KEYS)
def test_a_card_with_keys_that_are_none_is_refused(desk, change):
    from qtrain.skills import card

    told = desk.make(desk.folder / "keys").card.to_data()
    told["keys"][0] |= change
    with pytest.raises(BadgeError, match="no issuer's card"):
        card.read(json.dumps(told).encode(), "card.json")


def test_a_passphrase(desk, monkeypatch):
    from qtrain.skills.keys import PASSPHRASE, Institution

    institution = desk.make(desk.folder / "keys", passphrase="correct horse")
    assert b"ENCRYPTED" in (institution.private / "k1-rsa.pem").read_bytes()
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    assert desk.issue(Institution(institution.folder))
    monkeypatch.setenv(PASSPHRASE, "wrong")
    with pytest.raises(BadgeError, match="the passphrase is not the right one"):
        institution.signing()
    monkeypatch.delenv(PASSPHRASE)
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(BadgeError, match=PASSPHRASE):
        institution.signing()


def test_keys_and_card_of_different_folders_are_told(desk):
    one, other = desk.make(desk.folder / "one"), desk.make(desk.folder / "other")
    for name in ("k1-ed25519.pem", "k1-rsa.pem"):
        (one.private / name).write_bytes((other.private / name).read_bytes())
    with pytest.raises(BadgeError, match="two folders were mixed up"):
        one.signing()
    (one.private / "k1-rsa.pem").write_bytes((one.private / "k1-ed25519.pem").read_bytes())
    with pytest.raises(BadgeError, match="two folders were mixed up"):
        one.signing()
    (one.private / "k1-rsa.pem").write_text("no key")
    with pytest.raises(BadgeError, match="it is no private key"):
        one.signing()


def test_ids_are_salted_by_the_institution_and_the_code_shows_whose_badge_it_is(desk):
    from qtrain.skills.facts import belongs_to

    one, other = desk.make(desk.folder / "one"), desk.make(desk.folder / "other")
    assert one.pseudonym("amina") == one.pseudonym("amina") != one.pseudonym("bilal")
    assert one.pseudonym("amina") != other.pseudonym("amina")
    issued = desk.issue(one, desk.award(name=""))
    told = json.loads(issued.document)
    assert "amina" not in issued.document.lower() and "Amina" not in issued.svg.decode()
    assert belongs_to(told, "amina", one.code("amina"))
    assert not belongs_to(told, "bilal", one.code("bilal")) and not belongs_to(told, "amina", one.code("bilal"))
    (one.private / "salt").unlink()
    with pytest.raises(BadgeError, match="put it back from your backup"):
        one.pseudonym("amina")


def test_a_domain_of_ones_own(desk):
    institution = desk.make(desk.folder / "keys", url="https://uni.example/badges")
    issued = desk.issue(institution)
    assert json.loads(issued.document)["issuer"]["id"] == "did:web:uni.example:badges"
    home = desk.folder / "trust"
    renewed(institution, home)
    assert judged(issued.document.encode(), known(home)).standing is standing("TRUSTED")
    # Its key is on its site, which nobody asks: without the card nothing can be said of the document.
    found = judged(issued.document.encode(), type(known(home))())
    assert found.standing is standing("UNKNOWN") and "the key is not in it" in found.why
    institution.rotate(datetime.now(UTC))
    told = institution.did_document()
    assert len(told["verificationMethod"]) == 4 and told["id"] == institution.card.current.issuer
    with pytest.raises(BadgeError, match=r"https://uni.example/badges"):
        desk.make(desk.folder / "bad", url="http://uni.example")


def test_a_card_by_itself_finds_the_list_beside_it_and_minds_nothing_else(desk):
    from qtrain.skills.trust import Trust

    institution = desk.make(desk.folder / "keys")
    issued = desk.issue(institution)
    (institution.folder / "amina.jwt").write_text(issued.token)
    found = Trust.of(institution.folder / "issuer.json")
    assert judged(issued.png, found).standing is standing("TRUSTED")


def test_an_empty_trust_list_and_places_that_are_not_there(desk):
    from qtrain.skills.trust import Trust

    (desk.folder / "empty").mkdir()
    institution = desk.make(desk.folder / "keys")
    found = judged(desk.issue(institution).png, Trust.of(desk.folder / "empty"))
    assert found.standing is standing("UNKNOWN") and "You trust nobody yet" in " ".join(found.notes)
    with pytest.raises(BadgeError, match=r"there is no .*nowhere"):
        Trust.of(desk.folder / "nowhere")
    with pytest.raises(BadgeError, match=r"there is no .*nothing.json"):
        add(desk.folder / "nothing.json", desk.folder / "trust")
    with pytest.raises(BadgeError, match="add the issuer's"):
        add(institution.folder / "status.jwt", desk.folder / "trust")
    with pytest.raises(BadgeError, match="holds no keys of an institution"):
        from qtrain.skills.keys import Institution

        Institution(desk.folder / "empty")


def test_the_fingerprint_covers_the_whole_card(desk):
    """Whoever compares it has compared every key, the dates at which keys were given up, the name and the list."""
    institution, other = desk.make(desk.folder / "keys"), desk.make(desk.folder / "other")
    institution.rotate(datetime.now(UTC))
    genuine = json.loads((institution.folder / "issuer.json").read_text())
    slipped_in = json.loads((other.folder / "issuer.json").read_text())["keys"][0] | {"id": "k0"}
    changed = {
        "a key before the others": {**genuine, "keys": [slipped_in, *genuine["keys"]]},
        "another list": {**genuine, "status": other.card.status},
        "another name": {**genuine, "name": "University of Elsewhere"},
        "an end taken away": {
            **genuine,
            "keys": [{**genuine["keys"][0], "until": "2099-01-01T00:00:00Z"}, genuine["keys"][1]],
        },
    }
    for name, told in changed.items():
        (desk.folder / "card.json").write_text(json.dumps(told))
        with pytest.raises(BadgeError, match="not the one that you gave"):
            add(desk.folder / "card.json", desk.folder / "trust", institution.card.fingerprint)
        assert not (desk.folder / "trust").exists(), name
    add(institution.folder / "issuer.json", desk.folder / "trust", institution.card.fingerprint)
    (desk.folder / "card.json").write_text(json.dumps(changed["another name"]))
    with pytest.raises(BadgeError, match="and you know it as 'University of Testing'"):
        add(desk.folder / "card.json", desk.folder / "trust")


def test_two_issuers_of_one_name_have_to_be_compared(desk):
    one, other = desk.make(desk.folder / "one"), desk.make(desk.folder / "other", name="university of TESTING")
    home = desk.folder / "trust"
    add(one.folder / "issuer.json", home)
    with pytest.raises(BadgeError, match="you trust another issuer that is called 'University of Testing' already"):
        add(other.folder / "issuer.json", home)
    add(other.folder / "issuer.json", home, other.card.fingerprint)
    assert len(known(home).cards) == 2


def test_an_rsa_key_has_2048_to_8192_bits():
    import base64

    from qtrain.skills.card import public_rsa

    def modulus(bits):
        number = (1 << bits) - 159  # odd, as a modulus is
        return base64.urlsafe_b64encode(number.to_bytes((bits + 7) // 8, "big")).decode().rstrip("=")

    for bits in (2048, 3072, 8192):
        assert public_rsa(modulus(bits)).key_size == bits
    for bits in (2047, 8193):
        with pytest.raises(ValueError, match="2048 to 8192 bits"):
            public_rsa(modulus(bits))
