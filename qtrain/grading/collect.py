"""Find the submissions in whatever a teacher has: folders, flat files, zips of Moodle and Canvas, nbgrader's exchange.

Who handed in, and when, is read from the outermost layer alone: the names of the folders and files that the teacher's
system wrote. Whatever is below is the learner's own and is only looked at as an answer. Nothing is ever unpacked onto
the disk, no symbolic link is followed, and no file is read beyond the size limit.
"""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath

from qtrain.grading.errors import GradingError
from qtrain.grading.names import short

MAX_BYTES = 30_000_000
_MAX_MEMBERS = 200_000
_MAX_LEVELS = 2
# Greedy where the name is a folder's, which the system's own words end; a flat file's ends with the learner's words.
_MOODLE_FOLDER = re.compile(r"^(?P<name>.+)_(?P<moodle>\d+)_assignsubmission_(?:file|onlinetext)_?$")
_MOODLE_FILE = re.compile(r"^(?P<name>.+?)_(?P<moodle>\d+)_assignsubmission_(?:file|onlinetext)_?.*$")
_CANVAS = re.compile(r"^(?P<name>[^\W_][^_]*)_(?P<late>LATE_)?(?P<canvas>\d+)_(?P<attempt>\d+)_.+$")
_EXCHANGE = re.compile(
    r"^(?P<name>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d \d\d[:_-]\d\d[:_-]\d\d(?:\.\d+)?)"
    r"(?: (?P<zone>\w+))?(?:\+.*)?$"
)
Contents = Callable[[], Iterable[tuple[str, bytes | str]]]
_SKIP = {"__MACOSX", ".ipynb_checkpoints", ".git", "node_modules"}
_ENDS = (".ipynb", ".zip")


@dataclass
class Found:
    """A file that is, or claims to be, a submission.

    Attributes
    ----------
    place : str
        Where it was, for people: the path below the folder or in the zip.
    names : tuple of str
        What its outermost layer is called after, the likeliest first; may be empty.
    canvas, moodle : str
        The learner's number there.
    received : datetime or None
        None where the source does not say: zips carry no zone, and some of them the time of their download.
    data : bytes or None
        None when `problem` says why it could not be read.
    problem : str
    late_by_lms : bool
        Canvas put LATE into the name.
    zipped : bool
        It came in a zip of its own.
    """

    place: str
    names: tuple[str, ...] = ()
    canvas: str = ""
    moodle: str = ""
    received: datetime | None = None
    data: bytes | None = None
    problem: str = ""
    late_by_lms: bool = False
    zipped: bool = False

    @property
    def claim(self) -> str:
        """The outermost layer's word on whose it is: equal for what the same name was written on."""
        if self.canvas or self.moodle:
            return f"Canvas {self.canvas}" if self.canvas else f"Moodle {self.moodle}"
        return self.names[0] if self.names else ""


def collect(path: Path | str, *, stems: tuple[str, ...] = (), max_bytes: int = MAX_BYTES) -> Iterator[Found]:
    """Yield every submission below a folder, in a zip or in one file, in a stable order.

    Parameters
    ----------
    path : Path
        A zip is a download of the class, and the names in it are the system's. In a folder every zip is a learner's.
    stems : tuple of str
        Names of the released notebooks without suffix: taken out of flat file names to get the learner's.
    max_bytes : int
        A larger file is reported and not read.
    """
    for outer, files in _entries(Path(path), stems, max_bytes):
        for place, content in files():
            found = replace(outer, place=place, zipped=place != outer.place)
            if isinstance(content, str):
                found.problem = content
            else:
                found.data = content
            yield found


def outermost(path: Path | str, *, stems: tuple[str, ...] = ()) -> Iterator[Found]:
    """Yield who handed in according to the outermost layer, without opening what is below."""
    for outer, _ in _entries(Path(path), stems, MAX_BYTES):
        yield outer


def _entries(path: Path, stems, max_bytes) -> Iterator[tuple[Found, Contents]]:
    """The outermost files, each with a function that yields (place, bytes or why there are none)."""
    if not path.exists():
        raise GradingError(f"there is no {path}: give the folder or the zip with the submissions")
    if path.is_dir():
        yield from _in_folder(path, stems, max_bytes)
    elif path.suffix.lower() == ".zip" and path.is_file():
        yield from _in_class_zip(path, stems, max_bytes)
    else:
        yield _told(PurePosixPath(path.name), stems), lambda: _file(path, path.name, max_bytes)


def _in_folder(root: Path, stems, max_bytes) -> Iterator[tuple[Found, Contents]]:
    exchange = _all_of_the_exchange(entry.name for entry in os.scandir(root) if entry.name[:1] != ".")
    for folder, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in _SKIP and not name.startswith("."))
        for name in list(folders):
            if os.path.islink(os.path.join(folder, name)):
                folders.remove(name)
                inner = PurePosixPath(Path(folder, name).relative_to(root).as_posix())
                why = "it is a symbolic link to a folder, which is not followed"
                yield _told(inner, stems), partial(iter, [(str(inner), why)])
        for name in sorted(files):
            if name.lower().endswith(_ENDS) and not name.startswith("."):
                path = Path(folder, name)
                inner = PurePosixPath(path.relative_to(root).as_posix())
                outer = _told(inner, stems, exchange)
                if outer.received is None and not (outer.canvas or outer.moodle):
                    outer.received = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
                yield outer, partial(_file, path, str(inner), max_bytes)


def _in_class_zip(path: Path, stems, max_bytes) -> Iterator[tuple[Found, Contents]]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        why = f"it is no zip that can be read ({short(str(error), 80)})"
        yield Found(path.name), lambda: iter([(path.name, why)])
        return
    with archive:
        if len(archive.infolist()) > _MAX_MEMBERS:
            why = f"the zip holds {len(archive.infolist()):,} files; that is too many"
            yield Found(path.name), lambda: iter([(path.name, why)])
            return
        members = [m for m in archive.infolist() if _wanted(m.filename)]
        exchange = _all_of_the_exchange(_clean(m.filename).parts[0] for m in members)
        for member in sorted(members, key=lambda m: m.filename):
            inner = _clean(member.filename)
            outer = _told(inner, stems, exchange)
            outer.place = f"{path.name}/{inner}"
            yield outer, partial(_member, archive, member, outer.place, max_bytes, 1)


def _file(path: Path, place: str, max_bytes: int) -> Iterator[tuple[str, bytes | str]]:
    info = path.lstat()
    if not stat.S_ISREG(info.st_mode):
        kind = "a symbolic link" if stat.S_ISLNK(info.st_mode) else "no ordinary file"
        yield place, f"it is {kind}, which is not followed"
        return
    # The file may grow or be exchanged in between; these flags and the bound hold whatever happens.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        file = open(os.open(path, flags), "rb")
    except OSError as error:
        yield place, f"it cannot be opened ({error.strerror})"
        return
    with file:
        if path.suffix.lower() == ".zip":
            yield from _own_zip(file, place, max_bytes, 1)
        elif info.st_size > max_bytes:
            yield place, f"it has {info.st_size / 1e6:,.0f} MB; {max_bytes / 1e6:,.0f} MB is the most that is read"
        else:
            yield place, file.read(max_bytes)


def _own_zip(file, place: str, max_bytes: int, level: int) -> Iterator[tuple[str, bytes | str]]:
    """What is in a learner's zip; whatever its names look like, they are the learner's."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield place, f"it is no zip that can be read ({short(str(error), 80)})"
        return
    with archive:
        if len(archive.infolist()) > _MAX_MEMBERS:
            yield place, f"the zip holds {len(archive.infolist()):,} files; that is too many"
            return
        members = sorted((m for m in archive.infolist() if _wanted(m.filename)), key=lambda m: m.filename)
        left = 3 * max_bytes
        for member in members:
            for inner, content in _member(
                archive, member, f"{place}/{_clean(member.filename)}", min(max_bytes, left), level
            ):
                left -= len(content) if isinstance(content, bytes) else 0
                yield inner, content
        if not members:
            yield place, "the zip holds no notebook"


def _member(archive, member, place: str, max_bytes: int, level: int) -> Iterator[tuple[str, bytes | str]]:
    if stat.S_ISLNK(member.external_attr >> 16):
        yield place, "it is a symbolic link, which is not followed"
        return
    data = _read(archive, member, max_bytes)
    if isinstance(data, str) or not place.lower().endswith(".zip"):
        yield place, data
    elif level < _MAX_LEVELS:
        yield from _own_zip(io.BytesIO(data), place, max_bytes, level + 1)
    else:
        yield place, "it is a zip within a zip within a zip, which is not opened"


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


def _all_of_the_exchange(names) -> bool:
    """Whether all are called as nbgrader calls what it collects: one alone may be what a learner called a file."""
    names = list(names)
    return bool(names) and all(map(_EXCHANGE.match, names))


def _told(inner: PurePosixPath, stems=(), exchange: bool = False) -> Found:
    """What the first part of a path says about its learner."""
    first, place = inner.parts[0], str(inner)
    if len(inner.parts) > 1:
        if match := _MOODLE_FOLDER.match(first):
            return Found(place, (match["name"],), moodle=match["moodle"])
        if exchange and (match := _EXCHANGE.match(first)):
            day, _, time = match["time"].partition(" ")  # no name has a colon on Windows
            received = datetime.fromisoformat(f"{day} {re.sub('[_-]', ':', time)}").replace(tzinfo=UTC)
            return Found(place, (match["name"],), received=received if match["zone"] in (None, "UTC") else None)
        return Found(place, (first,))
    if match := _CANVAS.match(first):
        return Found(place, (match["name"],), canvas=match["canvas"], late_by_lms=bool(match["late"]))
    if match := _MOODLE_FILE.match(first):
        return Found(place, (match["name"],), moodle=match["moodle"])
    return Found(place, _flat(PurePosixPath(first).stem, stems))


def _flat(name: str, stems) -> tuple[str, ...]:
    """A flat file's learner: its name, without the notebook's own."""
    name = re.sub(r"\s*\(\d+\)$", "", name)  # what a browser adds to a second download
    for stem in stems:
        rest = re.sub(rf"(?i)[\s_.-]*{re.escape(stem)}[\s_.-]*", " ", name).strip()
        if rest != name:
            return (rest,) if rest else ()
    return (name,) if name else ()
