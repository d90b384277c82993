"""Moodle's grading worksheet, given back with grades and feedback; every other byte stays as Moodle wrote it."""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qtrain import atomic
from qtrain.grading.errors import GradingError
from qtrain.grading.exports import as_number, feedback_of
from qtrain.grading.names import cell, short

_MAX_BYTES = 50_000_000
_COLUMNS = {
    "identifier": "Identifier",
    "fullname": "Full name",
    "idnumber": "ID number",
    "emailaddress": "Email address",
    "grade": "Grade",
    "maximumgrade": "Maximum Grade",
    "gradecanbechanged": "Grade can be changed",
    "feedbackcomments": "Feedback comments",
}


@dataclass
class Filled:
    """What became of a worksheet's lines.

    Attributes
    ----------
    place : Path
        Where the filled one is.
    filled : int
    unknown, locked : list of str
        Lines that mean nobody in the gradebook, and lines whose grade Moodle does not let anybody change.
    """

    place: Path
    filled: int = 0
    unknown: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Field:
    """A field of a line: where it stands in the text, with its quotes, and what it says."""

    start: int
    end: int
    value: str


def fill(path: Path, folder: Path, rows: Iterable, of: float, *, scale: bool = False) -> Filled:
    """Write the worksheet at `path` into `folder` under its own name, with what the gradebook's rows say.

    Parameters
    ----------
    path : Path
        As downloaded from Moodle: View all submissions, Download grading worksheet.
    rows : iterable of Row
    of : float
        Points of the release.
    scale : bool
        Convert the points where Moodle's maximum is another one.

    Raises
    ------
    GradingError
        When it is no worksheet of Moodle, its maximum is not `of` and nothing is scaled, or it would be overwritten.
    """
    if folder.resolve() == path.resolve().parent:
        raise GradingError(f"{path} is in the output folder, and would be overwritten: put it somewhere else")
    text, encoding = _read(path)
    delimiter, lines = _delimiter(text), list(_lines(text))
    columns = _columns(lines[0] if lines else [], path)
    by_key = _by_key(rows)
    done, pieces, last = Filled(folder / path.name), [], 0
    for line in lines[1:]:
        told = {name: line[at].value.strip() for name, at in columns.items() if at < len(line)}
        if not any(told.values()):
            continue
        who = short(told.get("identifier") or told.get("fullname", ""), 60)
        row = next((by_key[key] for key in _keys(told) if by_key.get(key)), None)
        if row is None:
            done.unknown.append(who)
            continue
        if told.get("gradecanbechanged", "").casefold() == "no":
            done.locked.append(who)
            continue
        new = {name: value for name, value in _new(row, told, of, scale, path).items() if name in columns}
        for name, value in sorted(new.items(), key=lambda item: columns[item[0]]):
            if columns[name] >= len(line):
                raise GradingError(f"{path}: the line of {who} is too short for a {_COLUMNS[name]}: download it again")
            spot = line[columns[name]]
            if value != spot.value:
                pieces += [text[last : spot.start], _quoted(value, spot, text, delimiter)]
                last = spot.end
        done.filled += bool(new)
    whole = "".join([*pieces, text[last:]])
    atomic.write(done.place, whole.encode(encoding, "surrogateescape" if encoding == "utf-8" else "_as_html"))
    return done


def _as_html(error: UnicodeError):
    """Moodle reads comments as HTML: a letter that the file's encoding lacks is written as its number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    if all(0xDC80 <= ord(c) <= 0xDCFF for c in text):  # a byte that the encoding leaves undefined, as it was
        return bytes(ord(c) - 0xDC00 for c in text), error.end
    return "".join(f"&#{ord(c)};" for c in text), error.end


codecs.register_error("_as_html", _as_html)


def _read(path: Path) -> tuple[str, str]:
    """The text, any byte-order mark in it, and the encoding that gives the same bytes back."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise GradingError(f"{path} is larger than {_MAX_BYTES // 10**6} MB: this is no grading worksheet")
        data = path.read_bytes()
    except OSError as error:
        raise GradingError(f"{path} cannot be read ({error.strerror})") from None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16-le" if data[:2] == b"\xff\xfe" else "utf-16-be"
    else:
        try:
            return data.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            encoding = "cp1252"
    try:
        return data.decode(encoding, "surrogateescape"), encoding
    except UnicodeDecodeError:
        raise GradingError(f"{path} is damaged: download the worksheet again") from None


def _delimiter(text: str) -> str:
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return max(",;\t", key=first.count)


def _lines(text: str) -> Iterator[list[_Field]]:
    """The fields of each line of a CSV file, with their places.

    A quote ends a field only before a delimiter or the end of the line: PHP, in which Moodle is written, leaves some
    quotes within a field as they are.
    """
    start, delimiter = int(text.startswith("\ufeff")), _delimiter(text)
    ends = re.compile(rf'"(?=[{delimiter}\r\n]|\Z)')
    at, line = start, []
    while at < len(text):
        begin = at
        if text[at] == '"':
            at = _closing(text, at + 1, ends)
            value = text[begin + 1 : at].replace('""', '"')
            at = min(at + 1, len(text))
        else:
            while at < len(text) and text[at] not in f"{delimiter}\r\n":
                at += 1
            value = text[begin:at]
        line.append(_Field(begin, at, value))
        if at < len(text) and text[at] == delimiter:
            at += 1
            if at == len(text):
                line.append(_Field(at, at, ""))
            elif text[at] in "\r\n":
                line.append(_Field(at, at, ""))
            else:
                continue
        if text.startswith("\r\n", at):
            at += 2
        elif at < len(text):
            at += 1
        yield line
        line = []
    if line:
        yield line


def _closing(text: str, at: int, ends: re.Pattern) -> int:
    """Where the quote is that ends the field; the end of the text if none does."""
    while (found := text.find('"', at)) >= 0:
        if text.startswith('""', found):
            at = found + 2
        elif ends.match(text, found):
            return found
        else:
            at = found + 1
    return len(text)


def _columns(header: list[_Field], path: Path) -> dict[str, int]:
    names = [re.sub(r"[\W_]+", "", one.value.casefold()) for one in header]
    found = {name: names.index(name) for name in _COLUMNS if name in names}
    for needed in ("identifier", "grade"):
        if needed not in found:
            came = ", ".join(short(one.value, 40) for one in header[:12]) or "nothing"
            raise GradingError(
                f"{path} is no grading worksheet of Moodle: it has no column {_COLUMNS[needed]!r}, but {came}"
            )
    return found


def _by_key(rows: Iterable) -> dict[str, object]:
    """The rows by whatever a worksheet may call their learners; None where two are called the same."""
    made: dict[str, object] = {}
    for row in rows:
        told = row.learner.details
        names = {told.get("name"), " ".join(filter(None, (told.get("given"), told.get("family"))))}
        keys = {f"name {name.casefold()}" for name in names if name}
        keys |= {f"mail {told['email'].casefold()}"} if told.get("email") else set()
        keys |= {f"number {told['number']}"} if told.get("number") else set()
        keys |= {f"moodle {number}" for number in moodle_numbers(row)}
        for key in keys:
            made[key] = None if key in made else row
    return made


def moodle_numbers(row) -> set[str]:
    """The participant's numbers in Moodle: of the roster, and of the folder in which the submission came."""
    known = row.learner.details.get("moodle")
    if known:
        return {known}
    claim = row.grading.submission.claim if row.grading else ""
    return {claim.removeprefix("Moodle ")} if claim.startswith("Moodle ") else set()


def _keys(told: dict[str, str]) -> Iterator[str]:
    """What a line calls its learner, the surest first."""
    if number := re.sub(r"\D", "", told.get("identifier", "")):
        yield f"moodle {number}"
    for name, kind in (("emailaddress", "mail"), ("idnumber", "number"), ("fullname", "name")):
        if told.get(name):
            yield f"{kind} {told[name] if kind == 'number' else told[name].casefold()}"


def _new(row, told: dict[str, str], of: float, scale: bool, path: Path) -> dict[str, str]:
    """What is to stand in the line; nothing where there is no grade."""
    if row.grade is None:
        return {}
    maximum, comma = told.get("maximumgrade", ""), re.fullmatch(r"\d+,\d+", told.get("maximumgrade", ""))
    try:
        most = float(maximum.replace(",", ".")) if maximum else of
    except ValueError:
        raise GradingError(
            f"{path}: the maximum grade is {short(maximum, 40)!r}, not a number: give the assignment points in Moodle"
        ) from None
    grade = row.grade
    if abs(most - of) > 1e-9:
        if not scale:
            raise GradingError(
                f"{path}: the maximum is {most:g} points in Moodle and {of:g} in the release: change it in Moodle, or "
                "say --scale"
            )
        grade = grade * most / of
    number = as_number(grade)
    made = {"grade": number.replace(".", ",") if comma else number}
    if said := feedback_of(row, "\n"):
        made["feedbackcomments"] = html.escape(said, quote=False).replace("\n", "<br>")
    return made


def _quoted(value: str, spot: _Field, text: str, delimiter: str) -> str:
    """`value` as a field, with quotes where it needs them or had them."""
    safe = value if re.fullmatch(r"[\d.,]+", value) else cell(value)
    if text[spot.start : spot.start + 1] == '"' or re.search(rf'["{delimiter}\r\n ]', safe):
        return '"' + safe.replace('"', '""') + '"'
    return safe
