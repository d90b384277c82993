"""Slips to print and cut: for each learner the address, the name, the code, and a QR code that opens the sign-in page.

The QR code holds address and name, never the code: readers of QR codes and the history of a phone's browser keep what
they read, and a phone goes from hand to hand. So what is on the slip in words is typed once, by whoever holds the slip.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

from qtrain import atomic
from qtrain.classroom import codes, pages
from qtrain.classroom.database import ClassDatabase
from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.people import People, Person, person

FILE = "slips.html"


@dataclass(frozen=True)
class Slip:
    """What one person gets on paper."""

    who: Person
    code: str
    address: str

    @cached_property
    def drawn(self) -> str:
        """The QR code as SVG."""
        import segno

        opens = f"{self.address}/hub/login?" + urlencode({"username": self.who.name})
        drawn = segno.make_qr(opens, error="m").svg_inline(border=2, omitsize=True, dark="#000", light="#fff")
        return drawn.replace("<svg ", '<svg role="img" aria-label="QR code of the sign-in page" ', 1)


def page(slips: Iterable[Slip], title: str = "") -> str:
    """The pages to print: the teachers' first, on a sheet of their own."""
    slips = list(slips)
    sheets = [
        group for group in ([s for s in slips if s.who.teacher], [s for s in slips if not s.who.teacher]) if group
    ]
    return pages.render("slips.html", sheets=sheets, title=title, syllables=codes.LENGTH)


def hand_out(folder: Path, people: People, address: str, renew: Iterable[str] | None = None) -> list[str]:
    """Make codes and write them on slips; returns for whom.

    Parameters
    ----------
    folder : Path
        The class's folder; the slips are its ``slips.html``, and those of before are kept beside it.
    people : People
    address : str
        What is typed into a browser, such as ``http://192.168.1.10``.
    renew : iterable of str, optional
        Names, as people type them, of those who get a new code; the old one counts no more. Default: whoever has none.

    Raises
    ------
    ClassroomError
        A name is nobody's; then no code was changed.
    """
    roster = people.roster()
    if people.trouble:
        raise ClassroomError(people.trouble)
    database = ClassDatabase(folder)
    everybody = [Person(name, name, True) for name in people.teachers]
    everybody += [person(learner) for learner in roster.learners]
    if renew is None:
        have = database.coded()
        chosen = [who for who in everybody if who.name not in have]
    else:
        chosen = list(dict.fromkeys(_named(people, typed) for typed in renew))
    if not chosen:
        return []
    slips = [Slip(who, codes.new_code(), address) for who in chosen]
    with atomic.beside(folder / FILE, durable=True) as new:
        new.touch(mode=0o600)
        new.write_text(page(slips, folder.name), "utf-8")  # a full disk is noticed here, while the old codes count
        _for_the_teacher(new)
        _keep_older(folder / FILE)
        for slip in slips:
            codes.give(database, slip.who.name, slip.code)
    return [who.name for who in chosen]


def _named(people: People, typed: str) -> Person:
    if (who := people.find(typed)) is None:
        raise ClassroomError(
            f"{people.roster().match(typed)[1]}: no code was changed. Names are those of {people.path}."
        )
    return who


def _keep_older(path: Path) -> None:
    """Slips that may not be printed yet are not written over: their codes are nowhere else."""
    if path.exists():
        made = time.strftime("%Y-%m-%d-%H%M%S", time.localtime(path.stat().st_mtime))
        older, number = path.with_name(f"slips-{made}.html"), 1
        while older.exists():
            number += 1
            older = path.with_name(f"slips-{made}-{number}.html")
        os.replace(path, older)


def _for_the_teacher(path: Path) -> None:
    """Where `sudo` made the file, it is the one's who called it: a browser that prints does not run as root."""
    if os.geteuid() == 0 and (caller := os.environ.get("SUDO_UID", "")).isdigit():
        os.chown(path, int(caller), int(os.environ.get("SUDO_GID", caller)))
