"""``qtrain cards``: the recall questions of the lessons as a flash-card deck for Anki, or as CSV for anything else."""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path

from qtrain import atomic

from .course import Course, load
from .errors import CourseError
from .recall import Question

# Anki tells decks apart by number: fixed ones, so that a newer deck updates the cards and keeps their schedule.
DECK_ID, MODEL_ID = 1_842_317_061, 1_842_317_062


def questions(course: Course, lessons: list[str]) -> list[Question]:
    """The recall questions of the lessons named, or of all."""
    chosen = [course.lesson(name) for name in lessons] if lessons else course.lessons
    return [question for lesson in chosen for question in lesson.questions]


def for_anki(markdown: str) -> str:
    """Markdown as Anki shows it: its own marks for formulas, code and bold; everything else escaped."""
    formula = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)
    parts, end = [], 0
    for found in formula.finditer(markdown):
        block, inline = found.groups()
        parts.append(_words(markdown[end : found.start()]))
        parts.append(f"\\[{html.escape(block)}\\]" if block else f"\\({html.escape(inline)}\\)")
        end = found.end()
    return "".join([*parts, _words(markdown[end:])]).strip()


def _words(text: str) -> str:
    text = html.escape(text, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"\*(.+?)\*", r"<i>\1</i>", text)
    return re.sub(r"\n\s*\n", "<br><br>", text)


def write_apkg(found: list[Question], course: Course, path: Path) -> None:
    """Write an Anki deck; a card's identity is its lesson and question, so importing a newer deck updates it."""
    import genanki

    model = genanki.Model(
        MODEL_ID,
        "qtrain recall",
        fields=[{"name": "Question"}, {"name": "Answer"}, {"name": "Lesson"}],
        templates=[
            {
                "name": "Recall",
                "qfmt": "<div class=lesson>{{Lesson}}</div>{{Question}}",
                "afmt": "{{FrontSide}}<hr id=answer>{{Answer}}",
            }
        ],
        css=".card{font:20px sans-serif;max-width:36em;margin:auto;text-align:left}.lesson{font-size:70%;opacity:.7}",
    )
    deck = genanki.Deck(DECK_ID, "qtrain")
    for card in found:
        lesson = f"{card.lesson} {course.lesson(card.lesson).title}"
        deck.add_note(
            genanki.Note(
                model=model,
                fields=[for_anki(card.question), for_anki(card.answer), html.escape(lesson)],
                tags=[f"qtrain-{card.lesson}"],
                guid=genanki.guid_for("qtrain", card.lesson, card.question),
            )
        )
    with atomic.beside(path) as new:
        genanki.Package(deck).write_to_file(new)


def write_csv(found: list[Question], path: Path) -> None:
    """Write question, answer and lesson as UTF-8 CSV."""

    with atomic.text_file(path, "utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["lesson", "question", "answer"])
        writer.writerows([card.lesson, card.question, card.answer] for card in found)


def add_arguments(parser):
    """The arguments of ``qtrain cards``."""
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="lessons such as 1.4 (default: all)")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("deck.apkg"),
        metavar="FILE",
        help="deck.apkg for Anki (the default) or a name ending in .csv",
    )


def run(args) -> int:
    """Write the deck."""
    try:
        course = load()
        found = questions(course, args.lessons)
    except CourseError as error:
        print(error)
        return 1
    if args.output.suffix == ".csv":
        write_csv(found, args.output)
    elif args.output.suffix == ".apkg":
        write_apkg(found, course, args.output)
    else:
        print(f"qtrain cards writes .apkg (Anki) or .csv, not {args.output.suffix or 'a file without an ending'!r}.")
        return 2
    print(f"{args.output}: {len(found)} cards from {len({card.lesson for card in found})} lessons")
    return 0
