"""What was issued and what is revoked: once each, never taken back, whatever the clock and the backup say."""

from datetime import UTC, datetime, timedelta

import pytest
from office import add, judged, known, standing

from qtrain.skills.errors import BadgeError

pytestmark = pytest.mark.usefixtures("no_network", "small_keys")
NOW = datetime.now(UTC)


def test_revoking_says_what_is_wrong(desk):
    from qtrain.skills.registry import Registry

    institution = desk.make(desk.folder / "keys")
    issued = desk.issue(institution)
    registry = Registry(institution.private)
    for which, why, said in (
        (issued.id, " ", "say why"),
        ("urn:uuid:0000-none", "x", "no badge of yours"),
        ("", "x", "no badge of yours"),
    ):
        with pytest.raises(BadgeError, match=said):
            registry.revoke(which, why, NOW)
    registry.revoke(issued.id, "a mistake", NOW)
    with pytest.raises(BadgeError, match=r"was revoked on .* already: a mistake"):
        registry.revoke(issued.id, "once more", NOW)
    (institution.private / "registry.sqlite").write_bytes(b"broken" * 100)
    with pytest.raises(BadgeError, match="put it back from your backup"):
        registry.all()


def test_what_fails_while_it_is_signed_leaves_nothing_behind(desk):
    from qtrain.skills.registry import Registry

    institution = desk.make(desk.folder / "keys")
    registry = Registry(institution.private)
    desk.issue(institution)

    def stopped(badge, place):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        registry.issue("amina", "module 1", stopped, NOW, "issued anew")
    [one] = registry.all()
    assert not one.revoked  # neither revoked nor doubled


def test_a_lost_registry_is_never_replaced_by_an_empty_one(desk):
    institution = desk.make(desk.folder / "keys")
    (institution.private / "registry.sqlite").unlink()
    with pytest.raises(BadgeError, match="put it back from your backup"):
        desk.issue(institution)
    assert not (institution.private / "registry.sqlite").exists()


def test_an_older_registry_that_is_put_back_takes_no_revocation_back(desk):
    from qtrain.skills import status
    from qtrain.skills.registry import Registry

    institution = desk.make(desk.folder / "keys")
    issued = desk.issue(institution)
    path = institution.private / "registry.sqlite"
    backup = path.read_bytes()
    Registry(institution.private).revoke(issued.id, "a mistake", NOW)
    status.publish(institution, institution.signing(), datetime.now(UTC))
    path.write_bytes(backup)
    status.publish(institution, institution.signing(), datetime.now(UTC))
    assert judged(issued.token.encode(), known(institution.folder)).standing is standing("REVOKED")


def test_of_two_lists_of_the_same_second_the_newer_one_is_known(desk):
    from qtrain.skills import status

    institution = desk.make(desk.folder / "keys")
    home, now, made = desk.folder / "trust", datetime.now(UTC), []
    add(institution.folder / "issuer.json", home)
    for number in range(3):
        path = status.publish(institution, institution.signing(), now)
        made.append(desk.folder / f"{number}.jwt")
        made[-1].write_bytes(path.read_bytes())
    add(made[1], home)
    with pytest.raises(BadgeError, match="older"):
        add(made[0], home)
    add(made[2], home)


def test_a_wrong_clock_at_the_issuer_signs_nothing(desk):
    from qtrain.skills import status

    institution = desk.make(desk.folder / "keys")
    past = NOW - timedelta(days=1)
    for action in (
        lambda: desk.issue(institution, now=past),
        lambda: status.publish(institution, institution.signing(), past),
        lambda: institution.rotate(past),
    ):
        with pytest.raises(BadgeError, match="set the clock right"):
            action()
    old = desk.make(desk.folder / "old", now=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(BadgeError, match="graded later than that"):
        desk.issue(old, now=datetime(2026, 2, 1, tzinfo=UTC))  # the work was graded in March
    # A list from the future would shut out all true ones.
    home = desk.folder / "trust"
    add(institution.folder / "issuer.json", home)
    status.publish(institution, institution.signing(), NOW + timedelta(days=3))
    with pytest.raises(BadgeError, match="is the clock of this computer right"):
        add(institution.folder / "status.jwt", home)
    status.publish(institution, institution.signing(), datetime.now(UTC))
    add(institution.folder / "status.jwt", home)


def test_a_badge_of_a_stolen_key_is_not_handed_out_again_in_silence(desk):
    from qtrain.skills import issuing

    institution = desk.make(desk.folder / "keys")
    rule, told = issuing.Rule(named=True), desk.award()
    issuing.issue(told, institution, institution.signing(), rule, datetime.now(UTC))
    institution.rotate(datetime.now(UTC), stolen=True)
    _, said = issuing.issue(told, institution, institution.signing(), rule, datetime.now(UTC))
    assert "stolen" in said and "--again" in said


def test_two_who_issue_at_the_same_time_make_one_badge(desk):
    from concurrent.futures import ThreadPoolExecutor

    from qtrain.skills.registry import Registry

    institution = desk.make(desk.folder / "keys")
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: desk.issue(institution, desk.award(f"l{number % 2}")), range(6)))
    assert len({one.id for one in made}) == len({one.place for one in made}) == 2
    assert len(Registry(institution.private).all()) == 2


def test_without_the_library_for_documents_nothing_is_called_altered(desk, monkeypatch, capsys):
    import sys

    from qtrain import cli

    institution = desk.make(desk.folder / "keys")
    (desk.folder / "badge.json").write_text(desk.issue(institution).document, "utf-8")
    monkeypatch.setitem(sys.modules, "openbadgeslib.keys", None)
    assert cli.main(["badge", "key", str(desk.folder / "more"), "--name", "U"]) == 1
    assert "qtrain[grade,skills]" in capsys.readouterr().err and not (desk.folder / "more").exists()
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "pyld", None)
    assert cli.main(["verify", str(desk.folder / "badge.json"), "--trust", str(institution.folder)]) == 1
    told = capsys.readouterr()
    assert "needs the package 'pyld'" in told.err and "qtrain[skills]" in told.err and "ALTERED" not in told.out
