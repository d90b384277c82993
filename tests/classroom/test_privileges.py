"""Hub, proxy and service run as a user without power: what that user writes must give them none."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from qtrain import atomic
from qtrain.classroom import settings
from qtrain.classroom.errors import ClassroomError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a class is served from Linux")
as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root: it is about what root gives away"
)


@pytest.fixture
def told():
    """A class whose folder every user can reach."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o711)
    told = settings.Settings(folder, first_uid=settings.draw_first_uid())
    (told.state / "logs").mkdir(parents=True)
    for path in (told.state, told.state / "logs"):
        os.chown(path, told.hub_uid, told.hub_uid) if os.geteuid() == 0 else None
    yield told
    shutil.rmtree(folder)


@pytest.fixture
def of_root(told):
    """A file of root's that a link leads to."""
    path = told.folder / "of-root"
    path.write_text("whole")
    path.chmod(0o644)
    return path


def kept(path: Path) -> tuple:
    info = path.stat()
    return path.read_text(), info.st_uid, info.st_gid, info.st_mode & 0o777


@pytest.mark.parametrize("first", [1 - settings.SPAN, 0, settings.FIRST_UID + 1, "0", None])
def test_the_settings_make_nobody_root(told, first):
    told.save()
    assert settings.load(told.folder).first_uid == told.first_uid
    atomic.write_json(told.state / "settings.json", {"first_uid": first})
    with pytest.raises(ClassroomError, match="user numbers"):
        settings.load(told.folder)


@as_root
def test_a_log_that_is_a_link_leads_root_nowhere(told, of_root):
    from qtrain.classroom.parts import Part

    part = Part("hub", ["/bin/echo", "said"], {}, told.folder / "none.sock")
    part.start(told.state, told.hub_uid)
    assert part.process.wait(20) == 0 and (told.state / "logs" / "hub.log").read_text() == "said\n"
    assert os.geteuid() == 0 and os.getegid() == 0
    (told.state / "logs" / "hub.log").unlink()
    (told.state / "logs" / "hub.log").symlink_to(of_root)
    before = kept(of_root)
    with pytest.raises(PermissionError):
        part.start(told.state, told.hub_uid)
    assert kept(of_root) == before and os.geteuid() == 0 and os.getegid() == 0


@as_root
def test_root_gives_away_no_folder_that_a_link_leads_to(told):
    from qtrain.classroom.folders import no_link

    place = told.folder / "releases"
    place.symlink_to("/etc")
    no_link(place)  # root's own: a class may lie on two disks
    os.chown(place, told.hub_uid, told.hub_uid, follow_symlinks=False)
    with pytest.raises(ClassroomError, match="is a link"):
        no_link(place)


@as_root
def test_a_database_that_is_a_link_changes_no_file_of_roots(told, of_root):
    from qtrain.classroom.class_file import _for_its_owner

    (told.folder / "class.sqlite").symlink_to(of_root)
    before = kept(of_root)
    _for_its_owner(told.folder / "class.sqlite")
    assert kept(of_root) == before


@as_root
def test_who_is_left_of_a_killed_class_ends_before_the_next(told):
    from qtrain.classroom.supervisor import end_users

    left = [subprocess.Popen(["sleep", "600"], user=uid) for uid in (told.first_uid + 1, told.hub_uid)]
    other = subprocess.Popen(["sleep", "600"], user=told.hub_uid + 1)
    try:
        end_users(told, told.hub_uid)
        assert [one.wait(10) for one in left] == [-9, -9] and other.poll() is None
    finally:
        for one in (*left, other):
            one.kill()
            one.wait()


@as_root
def test_whoever_asks_the_hub_past_the_proxy_has_one_address(told):
    from qtrain.classroom.authenticator import address_of

    path = told.folder / "hub.sock"
    ask = f"import socket; link = socket.socket(socket.AF_UNIX); link.connect({str(path)!r}); link.recv(1)"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen()
        for user, address in ((os.geteuid(), "10.0.0.5"), (told.first_uid + 7, f"user {told.first_uid + 7}")):
            client = subprocess.Popen(["/usr/bin/env", "python3", "-c", ask], user=user)
            listener.settimeout(20)
            link, _ = listener.accept()
            with contextlib.closing(link):
                headers = SimpleNamespace(get_list=lambda name: ["10.0.0.5"])
                connection = SimpleNamespace(stream=SimpleNamespace(socket=link))
                request = SimpleNamespace(headers=headers, remote_ip="", connection=connection)
                assert address_of(request) == address
            client.wait(20)
