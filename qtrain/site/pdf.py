"""The book as one PDF: a cover, contents with page numbers, the pages in order, and each module's answers after it.

Chromium prints one long page, twice: where everything stands is known after the first time.
"""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from pathlib import Path

from qtrain import __version__
from qtrain.site.building import BuildFailed

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
FOOTER = '<p style="font: 8px sans-serif; width: 100%; text-align: center"><span class="pageNumber"></span></p>'
STYLE = Path(__file__).parent / "theme" / "paper.css"

_MAIN = re.compile(r'<main id="content"[^>]*>(.*?)<footer', re.DOTALL)
_HEAD = re.compile(r"<head>.*?</head>", re.DOTALL)
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_SIDE = re.compile(r'<nav class="qt-side".*?</nav>', re.DOTALL)
_PART = re.compile(r'<details class="qt-part"[^>]*><summary[^>]*>(.*?)</summary>(.*?)</details>', re.DOTALL)
_ENTRY = re.compile(r'<a href="([^"]*)"[^>]*><bdi>(.*?)</bdi>', re.DOTALL)
_OWN = re.compile(r'\b(id|for|aria-labelledby|aria-controls|aria-describedby)="([^"]+)"')
_LINK = re.compile(r'\bhref="([^"]*)"')
_PAINT = re.compile(r"url\(#([^)]+)\)")
_SCREEN = re.compile(  # links to a heading, downloads, moving pictures
    r'<a class="headerlink".*?</a>|(?: · )?<span><a class="qt-download".*?</a></span>'
    r'|<div class="qt-frames".*?</div></div>',
    re.DOTALL,
)
# What only a screen needs makes the file several times as large: a tag for each name in the code, formulas twice.
_TOKEN = re.compile(r'<span class="(?!k|c|s)\w+">([^<]*)</span>')
_FORMULA = re.compile(
    r'<span class="katex-mathml">.*?<annotation encoding="application/x-tex">(.*?)</annotation>.*?</math></span>'
    r'<span class="katex-html" aria-hidden="true">',
    re.DOTALL,
)
_EXERCISE = re.compile(r'<a class="qt-number" href="#([^"]+)">(.*?)</a>(.*?)</h\d>', re.DOTALL)
_FOLD = re.compile(r'<details class="qt-fold (hint|solution)"><summary>(.*?)</summary>', re.DOTALL)
_DETAILS = re.compile(r"<(/?)details\b")


@dataclass
class Part:
    """A module, or what stands before and after them: its caption and its pages with their titles."""

    caption: str
    pages: list[tuple[Path, str]] = field(default_factory=list)


def pdf(site: Path, target: Path) -> Path:
    """Print the whole site as one tagged PDF, whose links stay inside it.

    Parameters
    ----------
    site : Path
        The built pages.
    target : Path
        The file to write.

    Returns
    -------
    Path
        ``target``.

    Raises
    ------
    BuildFailed
        Chromium, Playwright or pikepdf is missing.
    """
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser is None:
        raise BuildFailed("a PDF needs Chromium: apt-get install chromium")
    try:
        import pikepdf
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError as error:
        raise BuildFailed(f"a PDF needs {error.name}: python -m pip install {error.name}") from None

    def printed() -> bytes:
        whole = site / "_whole.html"
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS)
                whole.write_text(one_page(site), "utf-8")
                # What a screen reader needs moves nothing, and takes as long to write as all the rest.
                with pikepdf.open(BytesIO(_printed(chromium, whole, tagged=False))) as first:
                    order = {page.objgen: number for number, page in enumerate(first.pages, 1)}
                    numbers = {name.lstrip("/"): order[place[0].objgen] for name, place in first.Root.Dests.items()}
                whole.write_text(one_page(site, numbers), "utf-8")
                made = _printed(chromium, whole, tagged=True)
                chromium.close()
        finally:
            whole.unlink(missing_ok=True)
        return made

    with ThreadPoolExecutor(1) as pool:  # Playwright refuses a thread with an event loop, as a notebook's has
        made = pool.submit(printed).result()
    new = target.with_name(target.name + ".new")
    with pikepdf.open(BytesIO(made)) as whole:
        # What tells a screen reader the order is half of the file, and no viewer needs it uncompressed.
        whole.save(new, object_stream_mode=pikepdf.ObjectStreamMode.generate, recompress_flate=True)
    new.replace(target)
    return target


def _printed(chromium, whole: Path, *, tagged: bool) -> bytes:
    page = chromium.new_page(color_scheme="light", java_script_enabled=False)
    page.goto(whole.as_uri())
    made = page.pdf(
        format="A4",
        tagged=tagged,
        outline=tagged,
        print_background=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=FOOTER,
        margin={"top": "15mm", "bottom": "17mm", "left": "17mm", "right": "17mm"},
    )
    page.close()
    return made


def one_page(site: Path, numbers: dict[str, int] | None = None) -> str:
    """The whole book as one page; every link between its pages leads inside it.

    Parameters
    ----------
    site : Path
        The built pages.
    numbers : dict, optional
        The paper page of what has an id, where it is known.
    """
    front = (site / "book" / "index.html").resolve()
    parts = reading_order(site)
    pages = [front, *(path for part in parts for path, _ in part.pages)]
    names = {path: "p" + re.sub(r"\W+", "-", path.relative_to(site).with_suffix("").as_posix()) for path in pages}
    head = _SCRIPT.sub("", _HEAD.search(front.read_text("utf-8"))[0]).replace("../_static/", "_static/")
    styles = f'<link rel="stylesheet" href="_static/katex.css"><style>{STYLE.read_text("utf-8")}</style>'
    body = [_cover(names[front]), _contents(parts, names, numbers or {})]
    for number, part in enumerate(parts):
        answers: list[str] = []
        for place, (path, _) in enumerate(part.pages):
            text, own = _without_answers(_body(path, site, names), numbers or {})
            answers += own
            first = f'<p class="part">{part.caption}</p>' if place == 0 else ""
            body.append(f'<article id="{names[path]}">{first}{text}</article>')
        if answers:
            title = f"Hints and solutions: {part.caption}"
            body.append(f'<article id="answers-{number}" class="answers"><h1>{title}</h1>{"".join(answers)}</article>')
    head = head.replace("</head>", f"{styles}</head>")
    return f'<!DOCTYPE html><html lang="en">{head}<body class="qt-text">{"".join(body)}</body></html>'


def reading_order(site: Path) -> list[Part]:
    """The parts of the book with their pages, as the contents beside every page have them."""
    folder = site / "book"
    side = _SIDE.search((folder / "index.html").read_text("utf-8"))[0]
    return [
        Part(caption, [((folder / link).resolve(), title) for link, title in _ENTRY.findall(entries)])
        for caption, entries in _PART.findall(side)
    ]


def _cover(name: str) -> str:
    return (
        f'<article id="{name}" class="cover"><p class="name">qtrain</p><h1>Quantum computing, hands on</h1>'
        "<p>Lessons in Qiskit and in Cirq whose answers are checked on the spot</p>"
        f'<p class="edition">Version {escape(__version__)} · The qtrain authors</p>'
        "<p>Code: Apache-2.0. Text and pictures: CC BY 4.0.</p></article>"
    )


def _contents(parts: list[Part], names: dict, numbers: dict) -> str:
    def line(name: str, title: str) -> str:
        return f'<li><a href="#{name}"><span>{title}</span><span>{numbers.get(name, 0) or "–"}</span></a></li>'

    html = ['<nav class="contents"><h1>Contents</h1>']
    for number, part in enumerate(parts):
        lines = [line(names[path], title) for path, title in part.pages]
        if part.caption[:1].isdigit():
            lines.append(line(f"answers-{number}", "Hints and solutions"))
        html.append(f"<h2>{part.caption}</h2><ul>{''.join(lines)}</ul>")
    return "".join([*html, "</nav>"])


def _body(path: Path, site: Path, names: dict) -> str:
    own = names[path]

    def link(match):
        address, _, fragment = match[1].partition("#")
        if re.match(r"[a-z]+:", address):
            return match[0]
        target = (path.parent / address).resolve() if address else path
        if target not in names:  # a download: there is nothing to lead to in a PDF
            return ""
        return f'href="#{names[target]}{"--" + fragment if fragment else ""}"'

    body = _SCREEN.sub("", _MAIN.search(path.read_text("utf-8"))[1])
    body = _TOKEN.sub(r"\1", body)
    body = _FORMULA.sub(lambda m: f'<span class="katex-html" role="img" aria-label="{_quoted(m[1])}">', body)
    body = _OWN.sub(lambda m: f'{m[1]}="{" ".join(f"{own}--{name}" for name in m[2].split())}"', body)
    return _LINK.sub(link, _PAINT.sub(lambda m: f"url(#{own}--{m[1]})", body))


def _quoted(tex: str) -> str:
    return " ".join(tex.split()).replace('"', "&quot;")


def _without_answers(body: str, numbers: dict) -> tuple[str, list[str]]:
    """A page without its hints and solutions, and these, one block for each exercise; other folds stand open."""
    kept, answers, at, told = [], [], 0, ""
    exercises = list(_EXERCISE.finditer(body))
    for fold in _FOLD.finditer(body):
        if fold.start() < at:
            continue
        end, inside = _end_of_details(body, fold.start()), fold.end()
        heading = next(one for one in reversed(exercises) if one.start() < fold.start())
        name = f"{heading[1]}-answer"
        kept.append(body[at : fold.start()])
        if told != name:
            where = f", page {numbers[name]}" if name in numbers else ""
            kept.append(f'<p class="to-answer"><a href="#{name}">Hints and solution{where}</a></p>')
            title = f'<h2 id="{name}"><a href="#{heading[1]}">{heading[2]}</a>{heading[3]}</h2>'
            answers.append(title)
            told = name
        label = "" if fold[1] == "solution" else f"<b>{fold[2]}.</b> "
        answers.append(f'<div class="{fold[1]}">{label}{body[inside : end - len("</details>")]}</div>')
        at = end
    kept.append(body[at:])
    return re.sub(r"<details(?![^>]*\bopen\b)", "<details open", "".join(kept)), answers


def _end_of_details(body: str, start: int) -> int:
    depth = 0
    for tag in _DETAILS.finditer(body, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.end() + 1
    raise ValueError("a fold does not end")
