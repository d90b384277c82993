"""The roster: who is in the class, under all the names by which a learner's files may come back."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from qtrain.grading.errors import GradingError

# Headings that learning management systems and teachers use, in plain form, by what they hold.
_HEADINGS = {
    "id": "id learner learnerid studentid username user userid login sisloginid netid kennung matricula",
    "name": "name fullname student studentname displayname",
    "given": "firstname givenname forename given",
    "family": "lastname surname familyname family",
    "email": "email emailaddress mail",
    "number": "idnumber sisuserid number matriculationnumber rollnumber rollno registrationnumber",
    "canvas": "canvasid canvasuserid",
    "moodle": "identifier participant moodleid",
    "section": "section class batch",
    "group": "group team",
    "city": "city campus centre center town",
    "path": "path role track",
}
_KNOWN = {heading: kind for kind, headings in _HEADINGS.items() for heading in headings.split()}
_MAX_BYTES = 200_000_000


@dataclass(frozen=True)
class Learner:
    """One line of a roster.

    Attributes
    ----------
    id : str
        What the gradebook calls the learner; unique.
    name, given, family, email, number, section, group : str
        As the roster says; empty where it does not. A roster of groups alone has them for sections.
    canvas, moodle : str
        The learner's number in Canvas, the participant's in Moodle.
    city, path : str
        Where the learner is, and the role that they learn for, for views of a cohort.
    """

    id: str
    name: str = ""
    given: str = ""
    family: str = ""
    email: str = ""
    number: str = ""
    section: str = ""
    group: str = ""
    canvas: str = ""
    moodle: str = ""
    city: str = ""
    path: str = ""

    @property
    def shown(self) -> str:
        """The name for people, the id where there is none."""
        return self.name or " ".join(filter(None, (self.given, self.family))) or self.id

    def keys(self) -> set[str]:
        """Every plain name that means this learner."""
        names = {self.id, self.name, self.email, self.number, self.shown, f"{self.family} {self.given}"}
        if "@" in self.email:
            names.add(self.email.split("@")[0])
        given, family = _parts(self)
        # Canvas writes family and given name as one word.
        joined = {"".join(plain(part) for part in parts) for parts in ((family, given), (given, family))}
        return {key for name in names if (key := plain(name))} | {key.replace(" ", "") for key in joined if key}


@dataclass
class Roster:
    """The learners in their order, found by any of their names."""

    learners: tuple[Learner, ...] = ()
    _by_key: dict[str, set[str]] = field(default_factory=dict, repr=False)

    def __post_init__(self):
        self._by_id: dict[str, Learner] = {}
        for learner in self.learners:
            if learner.id in self._by_id:
                raise GradingError(f"the roster has the id {learner.id!r} twice: give each learner an id of their own")
            self._by_id[learner.id] = learner
            for key in learner.keys():
                self._by_key.setdefault(key, set()).add(learner.id)

    def __len__(self) -> int:
        return len(self.learners)

    def __bool__(self) -> bool:
        return bool(self.learners)

    def get(self, learner_id: str) -> Learner | None:
        """The learner with exactly this id."""
        return self._by_id.get(learner_id)

    def surely(self, learner: Learner, *names: str, canvas: str = "", moodle: str = "") -> bool:
        """Whether they mean this learner by an id or a system's number, and not only by a name that is alike."""
        numbers = ((canvas, learner.canvas), (moodle, learner.moodle))
        return learner.id in names or any(said and said == own for said, own in numbers)

    def match(self, *names: str, canvas: str = "", moodle: str = "") -> tuple[Learner | None, str]:
        """The one learner whom the names mean, and why there is none.

        The numbers that a learning management system gave are asked first; then each name in turn, exactly as an id and
        then in plain form (without case, accents, order or punctuation).
        """
        for kind, value in (("canvas", canvas), ("moodle", moodle)):
            found = [learner for learner in self.learners if value and getattr(learner, kind) == value]
            if len(found) == 1:
                return found[0], ""
        for name in names:
            if name in self._by_id:
                return self._by_id[name], ""
            ids = self._by_key.get(plain(name), set())
            if len(ids) == 1:
                return self._by_id[next(iter(ids))], ""
            if ids:
                return None, f"{name!r} may be {' or '.join(sorted(ids))}"
        return None, f"{' / '.join(dict.fromkeys(filter(None, names))) or 'it'} is not in the roster"


def _parts(learner: Learner) -> tuple[str, str]:
    if learner.given or learner.family:
        return learner.given, learner.family
    given, _, family = learner.name.rpartition(" ")
    return given, family


def plain(name: str) -> str:
    """A name without case, accents, punctuation and order of its words."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(sorted(re.findall(r"\w+", kept.replace("_", " "))))


def read(path: Path | str) -> Roster:
    """The roster in a CSV file: comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252; headings in usual words.

    A file of one column without a heading is a list of ids.
    """
    path = Path(path)
    if path.stat().st_size > _MAX_BYTES:
        raise GradingError(f"{path} is larger than {_MAX_BYTES // 10**6} MB: this is no roster")
    rows = [row for row in _rows(decoded(path.read_bytes())) if any(cell.strip() for cell in row)]
    if not rows:
        raise GradingError(f"{path} is empty: a roster needs a line of headings (id,name,email) and a line per learner")
    kinds = [_KNOWN.get(re.sub(r"[\W_]+", "", heading.casefold())) for heading in rows[0]]
    if not any(kinds):
        if len(rows[0]) > 1:
            raise GradingError(f"{path}: none of the headings {', '.join(rows[0])} is known; use id, name, email")
        kinds, rows = ["id"], [["id"], *rows]
    # Where two columns have the same meaning, the first counts.
    lines = [dict(reversed(list(zip(kinds, row, strict=False)))) for row in rows[1:]]
    return Roster(tuple(_learner(line, path, number) for number, line in enumerate(lines, 2)))


def _learner(found: dict, path: Path, line: int) -> Learner:
    found = {kind: " ".join(value.split()) for kind, value in found.items() if kind}
    if "," in found.get("name", "") and not found.get("family"):  # "Lovelace, Ada", as Canvas writes it
        family, _, given = found["name"].partition(",")
        found |= {"family": family.strip(), "given": given.strip(), "name": f"{given.strip()} {family.strip()}"}
    found["id"] = found.get("id") or found.get("number") or found.get("email") or found.get("name") or ""
    found["section"] = found.get("section") or found.get("group", "")
    found["moodle"] = re.sub(r"\D", "", found.get("moodle", ""))
    if not found["id"]:
        raise GradingError(f"{path}, line {line}: this learner has neither id nor email nor name")
    return Learner(**found)


def decoded(data: bytes) -> str:
    """The text of a table in any of the encodings that spreadsheets write."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _rows(text: str) -> list[list[str]]:
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return list(csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter))
