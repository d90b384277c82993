"""The feedback page of a learner and the report on a class: each one file that needs no network and runs no script."""

from __future__ import annotations

import base64
import binascii
import hashlib
import statistics
from functools import lru_cache
from pathlib import Path

import jinja2
import nh3
from markupsafe import Markup

from qtrain import atomic
from qtrain.grading.late_policy import zone
from qtrain.grading.names import printable, slug

_SIGNS = {"right": "✔", "wrong": "✘", "not yet": "…", "undecided": "?"}
_TAGS = {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "p",
    "pre",
    "code",
    "b",
    "i",
    "em",
    "strong",
    "br",
    "ul",
    "ol",
    "li",
    "div",
    "span",
    "sub",
    "sup",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
}
_PNG = b"\x89PNG\r\n\x1a\n"


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("qtrain.grading"),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def stamp(row, manifest) -> str:
    """A short hash of all that a feedback page shows, to tell whether the one on the disk is of today."""
    grading = row.grading
    said = (
        grading.id if grading else 0,
        grading.number if grading else 0,
        row.counted,
        row.why,
        row.attempts,
        row.excused,
        [remark.id for remark in row.comments],
        [remark.id for remark in row.remarks.values()],
        manifest.title,
        manifest.site,
        manifest.rules,
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def path_of(folder: Path, learner_id: str) -> Path:
    """Where a learner's page is."""
    return folder / "feedback" / f"{slug(learner_id)}.html"


def current(path: Path, mark: str) -> bool:
    """Whether the page is there and shows what `mark` stands for."""
    try:
        with open(path, encoding="utf-8") as file:
            return f'content="{mark}"' in file.read(600)
    except (OSError, UnicodeDecodeError):
        return False


def feedback(folder: Path, manifest, row, shown: dict) -> bool:
    """Write a learner's page, if it is not there already; whether it was written."""
    mark, path = stamp(row, manifest), path_of(folder, row.learner.id)
    if current(path, mark):
        return False
    titles = {exercise.id: exercise.title for exercise in manifest.exercises}
    answers = row.grading.answers if row.grading else []
    site = manifest.site.rstrip("/")
    lessons = [
        {
            "id": lesson.id,
            "title": lesson.title,
            "link": f"{site}/{lesson.page}.html" if site.startswith(("https://", "http://")) else "",
        }
        for lesson in manifest.lessons
    ]
    page = (
        _templates()
        .get_template("feedback.html")
        .render(
            manifest=manifest,
            row=row,
            grading=row.grading,
            stamp=mark,
            titles=titles,
            signs=_SIGNS,
            number=_number,
            clock=lambda moment: _clock(moment, manifest),
            name=printable(row.learner.details.get("name") or row.learner.id, keep=""),
            lessons=lessons,
            parts={a.exercise: part(row.shown(shown.get(a.exercise) or {})) for a in answers},
        )
    )
    atomic.write(path, page)
    return True


def part(told: dict) -> dict:
    """What is shown of one answer: the verdict's card, the code, what came out of it, all made harmless."""
    from qtrain.checking.verdict import Verdict
    from qtrain.drawing import card

    made = {
        "card": "",
        "error": printable(told.get("error", "")),
        "source": printable(told.get("source", "")),
        "outputs": [_output(output) for output in told.get("outputs", ())],
    }
    if "verdict" in told:
        verdict = Verdict.from_data(told["verdict"])
        # The card escapes every text of the verdict; a drawing that fails must not cost the page.
        try:
            made["card"] = Markup(card(verdict).html)
        except Exception:
            made["card"] = str(verdict)
    return made


def answer(shown: dict, task: str, words: str = "") -> str:
    """One answer as the marking page shows it; `shown` is from `part`, `words` is the text that was written."""
    return _templates().get_template("answer.html").render(part=shown, task=task, words=printable(words))


def marking(manifest, nonce: str) -> str:
    """The marking page; `nonce` is what its own script is known by."""
    return _templates().get_template("mark.html").render(manifest=manifest, nonce=nonce)


def _output(output: dict) -> Markup:
    """An output of the learner's code, cleaned: text as text, tables without anything that acts, pictures as pixels."""
    text = output["text"]
    if output["kind"] == "png":
        try:
            data = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            data = b""
        if not data.startswith(_PNG):
            return Markup("<p>[a picture that cannot be shown]</p>")
        return Markup('<img alt="a picture that the notebook made" src="data:image/png;base64,{}">').format(
            base64.b64encode(data).decode("ascii")
        )
    if output["kind"] == "html":
        return Markup(
            nh3.clean(
                printable(text),
                tags=_TAGS,
                attributes={"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
                clean_content_tags={"script", "style"},
            )
        )
    return Markup("<pre>{}</pre>").format(printable(text))


def cohort(folder: Path, manifest, tally, likeness, report: dict, fences_missing) -> None:
    """Write the report on the class."""
    histogram = tally.histogram()
    page = (
        _templates()
        .get_template("cohort.html")
        .render(
            manifest=manifest,
            handed_in=len(tally.percents),
            missing=tally.missing,
            report=report,
            mean=statistics.fmean(tally.percents) if tally.percents else 0.0,
            median=statistics.median(tally.percents) if tally.percents else 0.0,
            histogram=histogram,
            most=max(1, *(count for _, count in histogram)),
            items=tally.items(),
            pairs=likeness.pairs(),
            fences_missing=fences_missing,
        )
    )
    atomic.write(folder / "cohort.html", page)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _clock(moment, manifest) -> str:
    """A time in the zone of the release."""
    return moment.astimezone(zone(manifest.rules.timezone)).strftime("%Y-%m-%d %H:%M %Z")
