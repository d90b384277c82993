"""Find the submissions in whatever a teacher has: folders, flat files, zips of Moodle and Canvas, nbgrader's exchange.

Nothing is ever unpacked onto the disk, no symbolic link is followed, and no file is read beyond the size limit.
"""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from qtrain.grading.errors import GradingError
from qtrain.grading.names import short

MAX_BYTES = 30_000_000
_MAX_MEMBERS = 200_000
_MAX_MEMBER_DEPTH = 2
_MOODLE = re.compile(r"^(?P<name>.+?)_(?P<moodle>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)$")
_CANVAS = re.compile(r"^(?P<name>[^\W_][^_]*)_(?P<late>LATE_)?(?P<canvas>\d+)_(?P<attempt>\d+)_(?P<rest>.+)$")
_EXCHANGE = re.compile(
    r"^(?P<name>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)"
    r"(?: (?P<zone>\w+))?(?:\+.*)?$"
)
_CLASS, _LEARNERS, _EITHER = "a zip of the class", "a learner's own zip", "a zip of either kind"
_SKIP = {"__MACOSX", ".ipynb_checkpoints", ".git", "node_modules"}


@dataclass
class Found:
    """A file that is, or claims to be, a submission.

    Attributes
    ----------
    place : str
        Where it was, for people: the path below the folder or in the zip.
    names : tuple of str
        What it may be called after, the likeliest first; may be empty.
    canvas, moodle : str
        The learner's number there.
    received : datetime or None
    data : bytes or None
        None when `problem` says why it could not be read.
    problem : str
    late_by_lms : bool
        Canvas put LATE into the name.
    """

    place: str
    names: tuple[str, ...] = ()
    canvas: str = ""
    moodle: str = ""
    received: datetime | None = None
    data: bytes | None = None
    problem: str = ""
    late_by_lms: bool = False


def collect(path: Path | str, *, stems: tuple[str, ...] = (), max_bytes: int = MAX_BYTES) -> Iterator[Found]:
    """Yield every submission below a folder, in a zip or in one file, in a stable order.

    Parameters
    ----------
    path : Path
    stems : tuple of str
        Names of the released notebooks without suffix: taken out of flat file names to get the learner's.
    max_bytes : int
        A larger file is reported and not read.
    """
    path = Path(path)
    if not path.exists():
        raise GradingError(f"there is no {path}: give the folder or the zip with the submissions")
    if path.is_dir():
        yield from _folder(path, stems, max_bytes)
    else:
        yield from _file(path, PurePosixPath(path.name), stems, max_bytes, _CLASS)


def _folder(root: Path, stems, max_bytes) -> Iterator[Found]:
    for folder, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in _SKIP and not name.startswith("."))
        for name in list(folders):
            if os.path.islink(os.path.join(folder, name)):
                folders.remove(name)
                inner = PurePosixPath(Path(folder, name).relative_to(root).as_posix())
                yield _told(inner, stems, problem="it is a symbolic link to a folder, which is not followed")
        for name in sorted(files):
            if name.lower().endswith((".ipynb", ".zip")) and not name.startswith("."):
                found = Path(folder, name)
                inner = PurePosixPath(found.relative_to(root).as_posix())
                yield from _file(found, inner, stems, max_bytes, _EITHER if len(inner.parts) == 1 else _LEARNERS)


def _file(path: Path, inner: PurePosixPath, stems, max_bytes, whose: str) -> Iterator[Found]:
    info = path.lstat()
    if not stat.S_ISREG(info.st_mode):
        kind = "a symbolic link" if stat.S_ISLNK(info.st_mode) else "no ordinary file"
        yield _told(inner, stems, problem=f"it is {kind}, which is not followed")
        return
    if path.suffix.lower() == ".zip":
        with open(path, "rb") as file:
            yield from _archive(file, inner, stems, max_bytes, 0, whose)
        return
    received = _stamp(path.parent) or datetime.fromtimestamp(info.st_mtime, UTC)
    found = _told(inner, stems, received=received)
    if info.st_size > max_bytes:
        found.problem = f"it has {info.st_size / 1e6:,.0f} MB; {max_bytes / 1e6:,.0f} MB is the most that is read"
    else:
        # The file may grow or be exchanged in between; O_NOFOLLOW and the bound hold whatever happens.
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with open(fd, "rb") as file:
            found.data = file.read(max_bytes)
    yield found


def _stamp(folder: Path) -> datetime | None:
    """The time in nbgrader's timestamp.txt."""
    path = folder / "timestamp.txt"
    try:
        if path.is_symlink() or path.stat().st_size > 100:
            return None
        return _time(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None


def _time(text: str) -> datetime:
    stamp = datetime.fromisoformat(re.sub(r" (UTC|GMT|Z)$", "+00:00", text.strip()))
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def _archive(file, inner: PurePosixPath, stems, max_bytes, depth, whose: str) -> Iterator[Found]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield _told(inner, stems, problem=f"it is no zip that can be read ({short(str(error), 80)})")
        return
    with archive:
        members = [m for m in archive.infolist() if _wanted(m.filename)]
        if len(archive.infolist()) > _MAX_MEMBERS:
            yield _told(inner, stems, problem=f"the zip holds {len(archive.infolist()):,} files; that is too many")
            return
        # What an archive may hold altogether; a class's zip is large, one learner's is not.
        left = max_bytes * (_MAX_MEMBERS if depth == 0 else 3)
        for member in sorted(members, key=lambda m: m.filename):
            name = inner / _clean(member.filename)
            found = _in_zip(inner, _clean(member.filename), whose, stems, received=_member_time(member))
            if stat.S_ISLNK(member.external_attr >> 16):
                found.problem = "it is a symbolic link, which is not followed"
                yield found
                continue
            data = _read(archive, member, min(max_bytes, left))
            if isinstance(data, str):
                found.problem = data
                yield found
                continue
            left -= len(data)
            if name.suffix.lower() != ".zip":
                found.data = data
                yield found
            elif depth + 1 < _MAX_MEMBER_DEPTH:
                yield from _archive(io.BytesIO(data), name, stems, max_bytes, depth + 1, _LEARNERS)
            else:
                found.problem = "it is a zip within a zip within a zip, which is not opened"
                yield found


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes | str:
    """The member's bytes, or why not; never more than `limit` of them, whatever the archive says of its size."""
    if member.flag_bits & 1:
        return "it is encrypted"
    if member.file_size > limit:
        return f"it has {member.file_size / 1e6:,.0f} MB unpacked; {limit / 1e6:,.0f} MB is the most that is read"
    try:
        with archive.open(member) as file:
            data = file.read(limit + 1)
    except Exception as error:  # a damaged or hostile archive raises whatever its unpacker does
        return f"it cannot be unpacked ({type(error).__name__}: {short(str(error), 80)})"
    return data if len(data) <= limit else f"it unpacks to more than the {limit / 1e6:,.0f} MB that are read"


def _wanted(name: str) -> bool:
    parts = _clean(name).parts
    return (
        bool(parts)
        and name[-6:].lower().endswith((".ipynb", ".zip"))
        and not any(part in _SKIP or part.startswith(".") for part in parts)
    )


def _clean(name: str) -> PurePosixPath:
    """The name of a member without what would lead out of the archive."""
    parts = re.split(r"[\\/]+", name.replace("\x00", ""))
    return PurePosixPath(*[part for part in parts if part not in ("", ".", "..") and not re.match(r"^\w:$", part)])


def _member_time(member: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*member.date_time, tzinfo=UTC) if member.date_time[0] > 1980 else None
    except ValueError:
        return None


def _in_zip(inner: PurePosixPath, member: PurePosixPath, whose: str, stems, **more) -> Found:
    """What a zip and a path in it say about the learner: a class's zip holds the names, a learner's own bears it."""
    within, around = _told(member, stems, **more), _told(inner, stems, **more)
    within.place = str(inner / member)
    if whose == _CLASS or within.canvas or within.moodle:
        return within
    if whose == _LEARNERS:
        around.place, around.received = within.place, around.received or within.received
        return around
    within.names = tuple(dict.fromkeys((*within.names, *around.names)))
    return within


def _told(inner: PurePosixPath, stems=(), **more) -> Found:
    """What a path says about its learner."""
    parts = inner.parts
    place = str(inner)
    for index, part in enumerate(parts):
        name = part if index < len(parts) - 1 else PurePosixPath(part).stem
        if match := _MOODLE.match(part):
            return Found(place, (match["name"],), moodle=match["moodle"], **more)
        if match := _EXCHANGE.match(name):
            more = {**more, "received": _time(f"{match['time']} {match['zone'] or 'UTC'}")}
            return Found(place, (match["name"],), **more)
    last = parts[-1] if parts else ""
    if match := _CANVAS.match(last):
        return Found(place, (match["name"],), canvas=match["canvas"], late_by_lms=bool(match["late"]), **more)
    if len(parts) > 1:
        return Found(place, (parts[0],), **more)
    return Found(place, _flat(PurePosixPath(last).stem, stems), **more)


def _flat(name: str, stems) -> tuple[str, ...]:
    """A flat file's learner: its name, without the notebook's own."""
    name = re.sub(r"\s*\(\d+\)$", "", name)  # what a browser adds to a second download
    for stem in stems:
        rest = re.sub(rf"(?i)[\s_.-]*{re.escape(stem)}[\s_.-]*", " ", name).strip()
        if rest != name:
            return (rest,) if rest else ()
    return (name,) if name else ()
