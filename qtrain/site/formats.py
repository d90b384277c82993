"""The book as one PDF, and as an EPUB."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from qtrain.installing import with_this_python
from qtrain.site.building import BuildFailed, build

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
MAIN = re.compile(r'<main id="content"[^>]*>(.*?)<footer>', re.DOTALL)
NEXT = re.compile(r'<link rel="next" href="([^"]+)">')
HEAD = re.compile(r"<head>.*?</head>", re.DOTALL)
OWN = re.compile(r'\b(id|for|aria-labelledby|aria-controls|aria-describedby)="([^"]+)"')
LINK = re.compile(r'\bhref="([^"]*)"')
PAINT = re.compile(r"url\(#([^)]+)\)")
FOOTER = '<p style="font: 8px sans-serif; width: 100%; text-align: center"><span class="pageNumber"></span></p>'
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")


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
        Chromium or Playwright is missing.
    """
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser is None:
        raise BuildFailed("a PDF needs Chromium: apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise BuildFailed(f"a PDF needs Playwright: {with_this_python('playwright')}") from None
    whole = site / "_whole.html"
    whole.write_text(one_page(site), "utf-8")
    try:
        with ThreadPoolExecutor(1) as pool:  # Playwright refuses a thread that runs an event loop, as a notebook's does
            pool.submit(_print, sync_playwright, browser, whole, target).result()
    finally:
        whole.unlink()
    return target


def _print(sync_playwright, browser: str, whole: Path, target: Path) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        page = chromium.new_page(color_scheme="light")
        page.goto(whole.as_uri())
        page.evaluate("document.fonts.ready.then(() => true)")
        page.pdf(
            path=target,
            format="A4",
            tagged=True,
            outline=True,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            margin=dict.fromkeys(("top", "bottom", "left", "right"), "18mm"),
        )
        chromium.close()


def one_page(site: Path) -> str:
    """All pages in reading order as one page; every link between them leads inside it.

    Parameters
    ----------
    site : Path
        The built pages.
    """
    pages = reading_order(site)
    names = {path: "p" + re.sub(r"\W+", "-", path.relative_to(site).with_suffix("").as_posix()) for path in pages}
    bodies = [_body(path, site, names) for path in pages]
    head = HEAD.search(pages[0].read_text("utf-8"))[0].replace("../_static/", "_static/")
    head = head.replace("</head>", '<link rel="stylesheet" href="_static/katex.css"></head>')
    return f'<!DOCTYPE html><html lang="en">{head}<body class="qt-text">{"".join(bodies)}</body></html>'


def reading_order(site: Path) -> list[Path]:
    """The pages from the first to the last, as their "next" links have it."""
    path, pages = (site / "book" / "index.html").resolve(), []
    while path not in pages:
        pages.append(path)
        following = NEXT.search(path.read_text("utf-8"))
        if following:
            path = (path.parent / following[1]).resolve()
    return pages


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

    body = MAIN.search(path.read_text("utf-8"))[1]
    body = OWN.sub(lambda m: f'{m[1]}="{" ".join(f"{own}--{name}" for name in m[2].split())}"', body)
    body = LINK.sub(link, PAINT.sub(lambda m: f"url(#{own}--{m[1]})", body))
    # What is folded on the screen is open on paper.
    body = re.sub(r"<details(?![^>]*\bopen\b)", "<details open", body)
    return f'<article id="{own}" style="break-before: page">{body}</article>'


def epub(root: Path, **options) -> Path:
    """Build the EPUB.

    Parameters
    ----------
    root : Path
        The checkout.
    **options
        As for :func:`qtrain.site.building.build`.

    Returns
    -------
    Path
        The file.
    """
    folder = build(root, builder="epub", **options)
    made = next(folder.glob("*.epub"))
    target = folder.parent / "qtrain.epub"
    shutil.copy(made, target)
    return target
