"""The folders of a class, each for whom it is, and what root must not do in those that are the hub's."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from pathlib import Path

from qtrain import atomic
from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.settings import Settings

# What the parts of the server know each other by, and the key of the learners' pages.
SECRETS = ("CONFIGPROXY_AUTH_TOKEN", "QTRAIN_SERVICE_TOKEN", "QTRAIN_KEEPER_TOKEN", "QTRAIN_PAGES_KEY")


def prepare(told: Settings) -> None:
    """The folders, each for whom it is: the hub's for the hub, homes and sockets for the nursery to give away."""
    shutil.rmtree(told.run, ignore_errors=True)
    hub = [(told.state, 0o700), (told.state / "logs", 0o700)]
    hub += [(told.folder / name, 0o700) for name in ("releases", "submissions")]
    for folder, owner, group, mode in (
        (told.folder, 0, told.hub_uid, 0o1771),
        (told.homes, 0, told.hub_uid, 0o751),
        (told.folder / "graded", 0, 0, 0o700),  # what the guide has `qtrain grade` write there is no learner's to read
        (told.run, 0, 0, 0o711),
        (told.run / "hub", told.hub_uid, told.hub_uid, 0o711),
        *((path, told.hub_uid, told.hub_uid, mode) for path, mode in hub),
    ):
        no_link(folder)
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, owner, group)
        os.chmod(folder, mode)
    for log in (told.state / "logs").iterdir():
        os.chown(log, told.hub_uid, told.hub_uid, follow_symlinks=False)
    for file in told.folder.iterdir():  # the roster and what else a teacher put there: everybody may pass, nobody look
        if file.is_file() and not file.is_symlink():
            os.chmod(file, file.stat().st_mode & 0o770)
            if file.stat().st_uid == 0:
                os.chown(file, 0, told.hub_uid)


def no_link(folder: Path) -> None:
    """Root gives away no folder that the hub's user has put in the place of theirs."""
    if folder.is_symlink() and folder.lstat().st_uid != 0:
        raise ClassroomError(f"{folder} is a link that is not root's: remove it, and put the folder back")


@contextlib.contextmanager
def opened_as(user: int):
    """Within this, files are opened with no more rights than that user's."""
    os.setegid(user)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def lock(path: Path) -> int:
    """A lock that is held as long as this process lives: two supervisors would end each other's parts."""
    import fcntl  # here: only POSIX systems have it, and every system imports this module

    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ClassroomError(
            f"{path.parents[1]} is served already: stop that server first, or choose another folder"
        ) from None
    return fd


def made_secrets(told: Settings) -> dict[str, str]:
    """The class's secrets, by the variable in which a part finds each; made once, and root's."""
    path = told.state / "tokens.json"
    found = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if missing := [name for name in SECRETS if name not in found]:
        path.parent.mkdir(parents=True, exist_ok=True)
        found |= {name: secrets.token_hex(32) for name in missing}
        with atomic.beside(path, durable=True) as new:
            new.touch(mode=0o600)
            new.write_text(json.dumps(found), "utf-8")
    return found
