"""What belongs to a gradebook and is remembered with it: its database, its releases, its course."""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from qtrain import atomic
from qtrain.grading.errors import GradingError
from qtrain.grading.manifest import NAME, Manifest, load
from qtrain.grading.messages import Malformed, decode, encode
from qtrain.grading.names import slug
from qtrain.grading.release import said_rules

_FILE = "gradebook.json"
_PASSWORD = re.compile(r"(://[^/@:]*):[^@]*@")


@dataclass
class Settings:
    """What a gradebook's folder remembers.

    Attributes
    ----------
    output : str
        The folder itself.
    database : str
        The URL, without a password; or the path of the SQLite file.
    folders : list of str
        Of the releases.
    root : str or None
        The course's folder, if it is not the one that is found by itself.
    site, canvas_column : str
    roster : str
        The file with the class, where it was given beside the release; "": the release's own.
    """

    output: str
    database: str
    folders: list[str] = field(default_factory=list)
    root: str | None = None
    site: str = ""
    canvas_column: str = ""
    roster: str = ""

    @classmethod
    def at(cls, output: Path) -> Settings:
        """Those that a gradebook's folder remembers.

        Raises
        ------
        GradingError
            When there is no gradebook, or its file is broken.
        """
        path = output / _FILE
        try:
            found = decode(cls, json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise GradingError(f"there is no gradebook in {output}: check the spelling") from None
        except (ValueError, Malformed) as error:
            raise GradingError(f"{path} is broken ({error}): it names the gradebook's database; restore it") from None
        return replace(found, output=str(output))

    @classmethod
    def of(cls, args) -> Settings:
        """Those of the folder ``args.output``, with what is said now; nothing is written yet.

        Raises
        ------
        GradingError
            When the folder has no gradebook and nothing begins one, or has one in another database.
        """
        path = args.output / _FILE
        named = args.database or ""
        if path.exists():
            found = cls.at(args.output)
            if named and _without_password(named) != found.database:
                raise GradingError(
                    f"the gradebook of {args.output} is in {found.database}: leave --database out, or choose another "
                    "-o folder for another gradebook"
                )
            found = replace(found, output=str(args.output), database=named or found.database)
        else:
            if not args.submissions and not (args.output / "gradebook.sqlite").exists():
                raise GradingError(f"there is no gradebook in {args.output}: check the spelling of -o")
            found = cls(str(args.output), named or str(args.output / "gradebook.sqlite"))
        if args.course:
            found.root = str(args.course.resolve())
        found.site = found.site if args.site is None else args.site
        found.roster = str(args.roster.resolve()) if args.roster else found.roster
        found.canvas_column = args.canvas_column or found.canvas_column
        return found

    def people(self):
        """The roster that was given beside the release, or None."""
        from qtrain.grading import roster

        if not self.roster:
            return None
        if not Path(self.roster).is_file():
            raise GradingError(f"the roster {self.roster} is not there: put it back, or say where with --roster CSV")
        return roster.read(self.roster)

    def save(self) -> None:
        """Write them down, without any password."""
        kept = replace(self, output="", database=_without_password(self.database))
        atomic.write_json(Path(self.output) / _FILE, encode(kept))

    def manifests(self, args) -> list[Manifest]:
        """The releases as their folders have them: those that are named, else this gradebook's, else those nearby.

        Looked at before the gradebook is opened, so that a mistyped folder is not made.
        """
        folders = [path.resolve() for path in args.release] or [Path(folder) for folder in self.folders]
        if not args.release:  # what was moved away is still in the gradebook
            folders = [path for path in folders if path.exists()] or _nearby(args.submissions, Path(self.output))
        made = {}
        for folder in folders:
            manifest = load(folder)
            self._only_here(manifest, args.new)
            made[manifest.id] = manifest
        self.folders = list(dict.fromkeys([*self.folders, *map(str, folders)]))
        return list(made.values())

    def releases(self, args, manifests: list[Manifest], book) -> list[Manifest]:
        """The releases to grade by, by the rules that hold; all become remembered."""
        made = {manifest.id: manifest for manifest in ([] if args.release else book.releases())}
        made |= {manifest.id: manifest for manifest in manifests}
        done = []
        for manifest in made.values():
            if args.bank:
                manifest = replace(manifest, bank=str(args.bank.resolve()))
            if manifest.bank and not Path(manifest.bank).is_dir():
                raise GradingError(f"the bank of {manifest.id} is not at {manifest.bank}: say where with --bank DIR")
            manifest = replace(manifest, site=self.site or manifest.site)
            changed = said_rules(args) if len(made) == 1 or args.release else {}
            done.append(book.add_release(manifest, changed, args.author))
        return done

    def _only_here(self, manifest: Manifest, new: bool) -> None:
        """One release has one gradebook, unless another one is asked for: a folder is mistyped easily."""
        here = str(Path(self.output).resolve())
        path = _known_here() / f"{slug(manifest.id)}.json"
        try:
            places = decode(list[str], json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):  # the list is a help, not a record: without it nothing is refused
            places = []
        elsewhere = [place for place in places if place != here and (Path(place) / _FILE).exists()]
        if elsewhere and here not in places and not new:
            raise GradingError(
                f"{manifest.id} is graded in {elsewhere[0]}: use -o {elsewhere[0]}, or say --new for another gradebook"
            )
        if here not in places:
            with contextlib.suppress(OSError):
                atomic.write_json(path, [*elsewhere, here])


def _known_here() -> Path:
    """Where a list of its gradebooks is kept for each release that this user has graded on this machine."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "qtrain" / "gradebooks"


def _without_password(url: str) -> str:
    return _PASSWORD.sub(r"\1@", url)


def _nearby(submissions: list[Path], output: Path) -> list[Path]:
    """Folders of releases beside the submissions or the output; what was handed in is never one."""
    handed_in = [path.resolve() for path in submissions]
    of_a_class = (path.parents[1] / "releases" / path.name for path in handed_in if path.parent.name == "submissions")
    for folder in [*of_a_class, output, *(path.parent for path in handed_in), Path.cwd()]:
        folder = folder.resolve()
        if folder in handed_in or not folder.is_dir():
            continue
        found = [
            path.parent
            for path in (folder / NAME, *sorted(folder.glob(f"*/{NAME}")))
            if path.is_file() and not any(path.is_relative_to(place) for place in handed_in)
        ]
        if found:
            return found
    return []
