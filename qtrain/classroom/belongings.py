"""A learner's work leaves with them and comes with them: a zip of their folder, merged without overwriting anything."""

from __future__ import annotations

import io
import re
import sqlite3
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from qtrain import atomic
from qtrain.course.identity import HOME
from qtrain.course.learner_files import untouched
from qtrain.skills.record import FILE as RECORD
from qtrain.skills.record import Record, RecordError

from .errors import ClassroomError

MOST_FILES, MOST_BYTES, MOST_TOGETHER = 20_000, 200_000_000, 1_000_000_000
# Of what is hidden only this is the learner's; settings, sockets and signatures belong to the place.
_OWN = (f"{HOME}/{RECORD}", f"{HOME}/learner.json", f"{HOME}/manifest.json")
_RESERVED = re.compile(r'[\x00-\x1f:*?"<>|\\]')


@dataclass
class Brought:
    """What became of a learner's zip: new paths, those beside the learner's own, and rows of the record."""

    new: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)
    same: int = 0
    left_out: list[str] = field(default_factory=list)
    rows: int = 0

    def lines(self) -> list[str]:
        """For the learner."""
        said = [f"{len(self.new)} file{'' if len(self.new) == 1 else 's'} came."] if self.new else []
        for name, place in self.beside.items():
            said.append(f"{name} is here already, with work in it: yours from elsewhere is beside it, in {place}.")
        said += [f"{name} was left out." for name in self.left_out]
        said += [f"Your record has {self.rows} more entries."] if self.rows else []
        return said or ["All of it is here already."]


def pack(folder: Path, output: Path) -> int:
    """Write all of a learner's folder into a zip, with the record as it is at one moment; returns how many files."""
    count = 0
    with atomic.beside(output) as new, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(folder):
            archive.write(path, path.relative_to(folder).as_posix())
            count += 1
        for name in _OWN:
            path = folder / name
            if path.is_file():
                archive.writestr(name, _snapshot(path) if path.name == RECORD else path.read_bytes())
                count += 1
    return count


def bring(folder: Path, name: str, data: bytes) -> Brought:
    """Merge a zip, as `pack` wrote it or of notebooks, or one notebook, into a learner's folder.

    Nothing that the learner worked in is overwritten; brought twice, it comes once.

    Raises
    ------
    ClassroomError
        When it is neither; nothing was changed then.
    """
    done = Brought()
    name = PurePosixPath(name.replace("\\", "/")).name
    if name.lower().endswith(".ipynb"):
        _place(folder, name, data, done)
        return done
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = dict(_members(archive, done))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError) as error:
        raise ClassroomError(f"{name or 'this'} is no zip that can be read, and no notebook ({error})") from None
    found = _below_one_folder(found)
    record = found.pop(f"{HOME}/{RECORD}", None)
    for place, content in found.items():
        if not place.startswith(f"{HOME}/"):
            _place(folder, place, content, done)
    if record is not None:
        done.rows = _merge_record(folder, record)
    return done


def _files(folder: Path) -> Iterator[Path]:
    """What can be seen in the file browser: nothing hidden, no link that leads elsewhere."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and not path.is_symlink():
            yield path


def _snapshot(path: Path) -> bytes:
    """The record while notebooks may be writing into it."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / RECORD
        with (
            closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=10)) as record,
            closing(sqlite3.connect(copy)) as target,
        ):
            record.backup(target)
        return copy.read_bytes()


def _members(archive: zipfile.ZipFile, done: Brought) -> Iterator[tuple[str, bytes]]:
    members, left = archive.infolist(), MOST_TOGETHER
    if len(members) > MOST_FILES:
        raise ClassroomError(f"the zip holds {len(members):,} files; {MOST_FILES:,} is the most that can be brought")
    for member in members:
        parts = [part for part in re.split(r"[\\/]+", member.filename) if part not in ("", ".")]
        if member.is_dir() or not parts or "__MACOSX" in parts or parts[-1] in (".DS_Store", "Thumbs.db"):
            continue
        shown = "/".join(parts)
        own = "/".join(parts[-2:]) in _OWN
        odd = (
            ".." in parts or _RESERVED.search(shown) or stat.S_ISLNK(member.external_attr >> 16) or member.flag_bits & 1
        )
        if odd or (not own and any(part.startswith(".") for part in parts)):
            if parts[0] != HOME and ".ipynb_checkpoints" not in parts:
                done.left_out.append(shown[:200])
            continue
        with archive.open(member) as file:
            data = file.read(min(MOST_BYTES, left) + 1)
        left -= len(data)
        if len(data) > MOST_BYTES or left < 0:
            raise ClassroomError("the zip unpacks to more than can be brought: bring less at once")
        yield shown, data


def _below_one_folder(found: dict[str, bytes]) -> dict[str, bytes]:
    """A zip of a laptop's folder has that folder around everything; here it has not."""
    tops = {name.split("/")[0] for name in found}
    if (
        len(tops) == 1
        and all("/" in name for name in found)
        and any(name.endswith(f"/{HOME}/{RECORD}") for name in found)
    ):
        return {name.partition("/")[2]: content for name, content in found.items()}
    return found


def _place(folder: Path, name: str, content: bytes, done: Brought) -> None:
    path, number = folder / name, 1
    if not path.resolve().is_relative_to(folder.resolve()):
        done.left_out.append(name)
        return
    wanted = PurePosixPath(name)
    place = wanted
    while (path := folder / place).exists():
        if not path.is_file():
            done.left_out.append(name)
            return
        here = path.read_bytes()
        if here == content or (number == 1 and untouched(folder, name, content)):
            done.same += 1
            return
        if number == 1 and untouched(folder, name, here):
            break  # only the course's own: the learner's work takes its place
        place = wanted.with_name(f"{wanted.stem}.brought{number if number > 1 else ''}{wanted.suffix}")
        number += 1
    atomic.write(folder / place, content, durable=True)
    if place == wanted:
        done.new.append(name)
    else:
        done.beside[name] = place.as_posix()


def _merge_record(folder: Path, data: bytes) -> int:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / HOME / RECORD
        path.parent.mkdir()
        path.write_bytes(data)
        try:
            with Record(Path(place)) as brought:
                attempts, recalls = brought.attempts(), brought.recalls()
                if brought.notes:
                    raise ClassroomError(
                        "the files came, but the record in the zip is damaged: your record is as it was"
                    )
            with Record(folder) as own:
                return own.take_in(attempts, recalls)
        except RecordError as error:
            raise ClassroomError(f"the files came, but the record did not: {error}") from None
