"""What a page of the book costs: bytes, requests, Lighthouse, time to build; beside a stock jupyter-book page.

python benchmarks/site.py            needs the extra "book", Chromium, and `npm ci` in tests/site
python benchmarks/site.py --bundle   also makes this system's bundle and installs from it with the index off
"""

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / "tests" / "site" / "node_modules"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# QuantEcon's intro lectures, measured once with the same method (KB gzip, requests to other hosts, Lighthouse mobile).
QUANTECON = ("QuantEcon intro lectures", "967–1245", "1–10", "0.45–0.55", "–")
STOCK = "title: stock\nonly_build_toc_files: true\nexecute: {execute_notebooks: 'off'}\n"


class Gzip(SimpleHTTPRequestHandler):
    """Serves files as a web server would: text compressed."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body, kind = path.read_bytes(), self.guess_type(str(path))
        small = path.suffix not in (".woff2", ".png", ".jpg")
        body = gzip.compress(body, 6) if small else body
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if small:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Say nothing."""


def serve(folder: Path) -> str:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Gzip, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def weight(base: str, page: str) -> tuple[float, int, int]:
    """Kilobytes over the wire, requests to other hosts, and JavaScript exceptions of one page."""
    from playwright.sync_api import sync_playwright

    sizes, foreign, exceptions = [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = browser.new_page()
        tab.on("request", lambda r: None if r.url.startswith((base, "data:", "blob:")) else foreign.append(r.url))
        tab.on("response", lambda r: sizes.append(int(r.headers.get("content-length", 0))))
        tab.on("pageerror", lambda error: exceptions.append(str(error)))
        tab.goto(f"{base}/{page}", wait_until="load")
        tab.evaluate("document.fonts.ready.then(() => true)")
        tab.wait_for_timeout(500)
        browser.close()
    return sum(sizes) / 1000, len(foreign), len(exceptions)


def lighthouse(url: str) -> tuple[float, float]:
    """Lighthouse's mobile performance and accessibility: the median of three runs."""
    scores = []
    for _ in range(3):
        done = subprocess.run(
            [
                "node",
                TOOLS / "lighthouse" / "cli" / "index.js",
                url,
                "--quiet",
                "--output=json",
                "--only-categories=performance,accessibility",
                f"--chrome-flags={' '.join(FLAGS)}",
            ],
            capture_output=True,
            text=True,
            env=os.environ | {"CHROME_PATH": CHROMIUM},
        )
        if done.returncode:
            print(f"Lighthouse failed: {done.stderr.strip()[-200:]}", file=sys.stderr)
            return float("nan"), float("nan")
        found = json.loads(done.stdout)["categories"]
        scores.append((found["performance"]["score"], found["accessibility"]["score"]))
    return sorted(s[0] for s in scores)[1], sorted(s[1] for s in scores)[1]


def command(*arguments) -> float:
    """Seconds that `qtrain book` takes in a process of its own."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "qtrain", "book", *map(str, arguments)], check=True, capture_output=True)
    return time.perf_counter() - begin


def checkout(folder: Path) -> Path:
    """A copy of the course, so that a lesson can be changed."""
    for name in ("book", "notebooks", "exercises"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("_build", "__pycache__"))
    for name in ("_config.yml", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def times(folder: Path) -> dict:
    """How long it takes to build everything, nothing, and one changed lesson."""
    source, out = checkout(folder / "course"), folder / "out"
    result = {"everything": command("--source", source, "--output", out)}
    runs = [json.loads(path.read_text("utf-8")) for path in (source / ".runs").glob("*.json")]
    result["pages"] = len(list((out / "html").rglob("*.html")))
    result["without running the lessons"] = command("--source", source, "--output", folder / "out2", "--no-run")
    result["lessons run"], result["seconds in them"] = len(runs), sum(sum(run["seconds"]) for run in runs)
    result["nothing changed"] = command("--source", source, "--output", out)
    lesson = next((source / "notebooks").rglob("1_6*.ipynb"))
    notebook = json.loads(lesson.read_text("utf-8"))
    notebook["cells"][0]["source"] = "".join(notebook["cells"][0]["source"]) + "\n\nOne more line."
    lesson.write_text(json.dumps(notebook), "utf-8")
    result["one lesson's prose changed"] = command("--source", source, "--output", out)
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell["source"] = "".join(cell["source"]) + "\nunused = 1"
    lesson.write_text(json.dumps(notebook), "utf-8")
    result["one lesson's code changed (it is run)"] = command("--source", source, "--output", out)
    return result


def stock(folder: Path, lesson: Path) -> Path:
    """The same lesson as jupyter-book shows it by itself, with its pictures."""
    from qtrain.course import load, runs

    (document,) = [found for found in load(ROOT).lessons if found.path == lesson]
    run = runs.kept(document) or runs.run(document)
    notebook = json.loads(lesson.read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell, outputs in zip(code, run.outputs, strict=True):
        cell["outputs"] = outputs
    (folder / "lesson.ipynb").write_text(json.dumps(notebook), "utf-8")
    (folder / "_config.yml").write_text(STOCK)
    (folder / "_toc.yml").write_text("format: jb-book\nroot: lesson\n")
    program = Path(sys.executable).with_name("jupyter-book")
    subprocess.run([program, "build", folder, "-q"], check=True, capture_output=True)
    return folder / "_build" / "html"


def bundle_installs(folder: Path) -> str:
    """Make this system's bundle, install from it without an index, and say how long each took."""
    made = command("--source", ROOT, "--output", folder / "bundle", "--bundle")
    (archive,) = (folder / "bundle").glob("*.zip")
    shutil.unpack_archive(archive, folder / "stick")
    (stick,) = (folder / "stick").iterdir()
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    python = folder / "env" / "bin" / "python"
    begin = time.perf_counter()
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--find-links", "wheels", "qtrain"]
    nowhere = os.environ | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    subprocess.run([python, *install], cwd=stick, env=nowhere, check=True)
    installed = time.perf_counter() - begin
    subprocess.run([python, "-c", "import qtrain, qiskit, cirq; qtrain.compare([1, 0], [1, 0])"], check=True)
    size = archive.stat().st_size / 1e6
    return f"bundle: {size:.0f} MB, made in {made:.0f} s, installed offline in {installed:.0f} s"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lesson", default="1_qubits/1_6_conventions", help="the lesson that is weighed")
    parser.add_argument("--bundle", action="store_true", help="also make a bundle and install from it")
    options = parser.parse_args()
    if not (TOOLS / "lighthouse").is_dir():
        print("benchmarks/site.py needs Lighthouse: npm ci in tests/site", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measured = times(folder)
        page = f"notebooks/{options.lesson}.html"
        base = serve(folder / "out" / "html")
        rows = []
        for label, address, place in (("this book", base, page), ("this book, front page", base, "book/index.html")):
            kb, foreign, _ = weight(address, place)
            rows.append((label, f"{kb:.0f}", str(foreign), *(f"{s:.2f}" for s in lighthouse(f"{address}/{place}"))))
        (folder / "stock").mkdir()
        other = serve(stock(folder / "stock", ROOT / "notebooks" / f"{options.lesson}.ipynb"))
        kb, foreign, exceptions = weight(other, "lesson.html")
        label = f"stock jupyter-book, same lesson ({exceptions} script errors)"
        scores = [f"{score:.2f}" for score in lighthouse(f"{other}/lesson.html")]
        rows.append((label, f"{kb:.0f}", str(foreign), *scores))
        rows.append(QUANTECON)
        print(f"\n{'page':55} {'KB gzip':>9} {'foreign':>8} {'perf.':>10} {'access.':>8}")
        for row in rows:
            print(f"{row[0]:55} {row[1]:>9} {row[2]:>8} {row[3]:>10} {row[4]:>8}")
        print()
        for label, value in measured.items():
            print(f"{label:40} {value:.1f} s" if isinstance(value, float) else f"{label:40} {value}")
        print(f"{'per page, without running':40} {measured['without running the lessons'] / measured['pages']:.2f} s")
        if options.bundle:
            print(bundle_installs(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
