"""``qtrain mark``: a local page on which an instructor reads and marks what no check can judge.

It listens on this machine alone, under an address that nobody can guess, and writes through the gradebook's history:
of two tabs the last one wins, and both are kept.
"""

from __future__ import annotations

import ast
import hmac
import json
import secrets
import sys
import webbrowser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from qtrain.grading.errors import GradingError

HOST = "127.0.0.1"
_MOST = 200_000  # bytes of a request
_KINDS = ("design",)  # of which every answer is read, beside those that say that a person marks them


def add_arguments(parser) -> None:
    """The options of ``qtrain mark``."""
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="OUT", help="the folder of the gradebook")
    parser.add_argument("--release", default="", metavar="ID", help="which, if the gradebook has several")
    parser.add_argument(
        "--exercise", action="append", default=[], metavar="ID", help="read all answers to this one; several, too"
    )
    parser.add_argument(
        "--rubric", type=Path, metavar="FILE", help="YAML or CSV: exercise, points, text (the exercise's own)"
    )
    parser.add_argument("--section", default="", help="only this section of the roster")
    parser.add_argument("--names", action="store_true", help="show names (pseudonyms are shown otherwise)")
    parser.add_argument("--author", default="", help="who marks")
    parser.add_argument("--port", type=int, default=0, help="the port on this machine (any that is free)")
    parser.add_argument("--no-browser", action="store_true", help="only say the address")


def run(args) -> int:
    """Serve the page until Ctrl-C; 0."""
    from qtrain.grading.gradebook import Gradebook
    from qtrain.grading.settings import Settings

    try:
        settings = Settings.at(args.output)
        book = Gradebook(settings.database)
        try:
            served = Marking(_desk(book, args, settings.root), args.port)
            _serve(served, args)
        finally:
            book.close()
    except GradingError as error:
        print(f"qtrain mark: {error}", file=sys.stderr)
        return 1
    return 0


def _serve(served: Marking, args) -> None:
    print(f"{len(served.desk.lying)} answers to mark: {served.address}", flush=True)
    print("Only this machine can open it. Ctrl-C ends it; everything that was saved is in the gradebook.", flush=True)
    if not args.no_browser:
        webbrowser.open(served.address)
    try:
        served.serve_forever()
    except KeyboardInterrupt:
        print(f"\n{served.progress()} Write the pages with:  qtrain grade -o {args.output}")
    finally:
        served.server_close()


def _desk(book, args, root: str | None):
    from qtrain.grading import rubric
    from qtrain.grading.desk import Desk

    there = {one.id: one for one in book.releases()}
    if args.release not in there and (args.release or len(there) != 1):
        ids = ", ".join(there) or "none"
        said = f"has no release {args.release!r}" if args.release else "holds several releases"
        raise GradingError(f"{args.output} {said}: say which with --release ID; there are: {ids}")
    manifest = there[args.release or next(iter(there))]
    if args.names and book.anonymous():
        raise GradingError(f"names are hidden in {args.output}: leave --names out, or say --reveal to qtrain grade")
    asked = [one.id for one in manifest.exercises]
    for one in args.exercise:
        if one not in asked:
            raise GradingError(f"there is no exercise {one!r} in {manifest.id}; there are {', '.join(asked)}")
    known = _exercises(manifest, root)
    own = {one.id: [rubric.Item(*item) for item in one.rubric] for one in known.values() if one.rubric}
    rubrics = own | (rubric.read(args.rubric, asked) if args.rubric else {})
    by_hand = {one.id for one in known.values() if one.kind in _KINDS or one.rubric} | set(rubrics)
    desk = Desk(
        book,
        manifest,
        set(args.exercise) or by_hand,
        rubrics,
        hidden=not args.names,
        only=bool(args.exercise),
        section=args.section,
        author=args.author,
    )
    desk.tasks = {one.id: one.cells.task for one in known.values()}
    desk.variables = {one.id: one.cells.variable for one in known.values()}
    if not desk.lying:
        raise GradingError(
            "there is nothing to mark: no answer was left undecided, and none is of a kind that a person reads "
            "(--exercise ID takes any)"
        )
    return desk


def _exercises(manifest, root) -> dict:
    """The exercises as course or bank has them now; none where they have moved on."""
    from qtrain.course import CourseError, load

    try:
        found = load(manifest.bank or root).lesson(manifest.document).exercises
    except CourseError:
        return {}
    asked = {one.id for one in manifest.exercises}
    return {one.id: one for one in found if one.id in asked}


class Marking(ThreadingHTTPServer):
    """The page and what it asks for, below an address with a secret in it.

    Parameters
    ----------
    desk : Desk
    port : int
        0: any that is free.
    """

    daemon_threads = True
    request_queue_size = 128  # many tabs at once: a full queue would refuse some of them

    def __init__(self, desk, port: int = 0):
        super().__init__((HOST, port), _Handler)
        self.desk, self.token = desk, secrets.token_urlsafe(24)

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    def progress(self) -> str:
        """How much is marked, as a sentence."""
        marks = self.desk.marks()
        done = sum((one.row.key, one.exercise) in marks for one in self.desk.lying)
        return f"{done} of {len(self.desk.lying)} answers are marked."

    # --- what the page asks for ----------------------------------------------------------------------------------

    def overview(self) -> dict:
        """All answers, and which are marked."""
        marks = self.desk.marks()
        lying = []
        for one in self.desk.lying:
            mark = marks.get((one.row.key, one.exercise))
            lying.append({"exercise": one.exercise, "marked": mark is not None, "points": mark and mark.points})
        return {"title": self.desk.manifest.title, "answers": lying}

    def answer(self, place: int) -> dict:
        """One answer, made harmless, with its rubric and what was said of it."""
        from qtrain.grading import pages
        from qtrain.grading.desk import comment

        one = self.desk.lying[place]
        row, rubric = one.row, self.desk.rubrics.get(one.exercise, [])
        told = self.desk.book.shown(row.grading).get(one.exercise) or {}
        found = next(answer for answer in row.grading.answers if answer.exercise == one.exercise)
        mark = self.desk.marks().get((row.key, one.exercise))
        titles = {asked.id: asked.title for asked in self.desk.manifest.exercises}
        shown = pages.part(row.shown(told))
        words = written(shown["source"], self.desk.variables.get(one.exercise, ""))
        page = pages.answer(shown, self.desk.tasks.get(one.exercise, ""), words)
        ticked = [k for k, item in enumerate(rubric) if mark and item.text in (mark.ticked or ())]
        return {
            "who": row.learner.details.get("name") or row.learner.id,
            "exercise": one.exercise,
            "title": titles.get(one.exercise, ""),
            "status": found.status,
            "given": found.points,
            "of": one.of,
            "html": page,
            "rubric": [{"points": item.points, "text": item.text} for item in rubric],
            "ticked": ticked,
            "points": mark.points if mark else None,
            "comment": row.shown(comment(mark)) if mark and mark.ticked is not None else "",
            "author": mark.author if mark else "",
            "seen": mark.id if mark else 0,
            "snippets": row.shown(self.desk.snippets(one.exercise)),
        }

    def save(self, told) -> dict:
        """Save what the page sends; says whether somebody else has saved since the page was shown."""
        place, points, ticked, text, seen = (
            told.get(name) for name in ("answer", "points", "ticked", "comment", "seen")
        )
        whole = type(place) is int and 0 <= place < len(self.desk.lying) and type(seen) is int
        if not whole or not isinstance(ticked, list) or not all(type(k) is int for k in ticked):
            raise GradingError("the page sent something that is no mark: load it again")
        if type(points) not in (int, float) or not isinstance(text, str) or len(text) > 20_000:
            raise GradingError("points are a number, and a comment is a text of at most 20,000 characters")
        one = self.desk.lying[place]
        before = self.desk.marks().get((one.row.key, one.exercise))
        self.desk.save(one, float(points), ticked, text)
        between = before is not None and before.id != seen
        said = (
            f"In between {before.points:g} of {one.of:g} points had been saved; both are in the history."
            if between
            else ""
        )
        after = self.desk.marks()[one.row.key, one.exercise]
        return {"saved": True, "seen": after.id, "between": said}


def written(source: str, variable: str) -> str:
    """The text that the code gives to the variable at last; "" where it gives anything else."""
    try:
        lines = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    for line in reversed(lines):
        if isinstance(line, ast.Assign) and any(getattr(to, "id", None) == variable for to in line.targets):
            told = line.value.value if isinstance(line.value, ast.Constant) else ""
            return told if isinstance(told, str) else ""
    return ""


class _Handler(BaseHTTPRequestHandler):
    server: Marking
    server_version, sys_version = "qtrain", ""

    def do_GET(self) -> None:
        path = self._path()
        if path == "":
            from qtrain.grading.pages import marking

            nonce = secrets.token_urlsafe(16)
            self._send(200, marking(self.server.desk.manifest, nonce).encode(), "text/html; charset=utf-8", nonce)
        elif path == "answers":
            self._data(200, self.server.overview())
        elif path and path.startswith("answers/") and path[8:].isascii() and path[8:].isdigit():
            if len(path) < 20 and int(path[8:]) < len(self.server.desk.lying):
                return self._data(200, self.server.answer(int(path[8:])))
            self._data(404, {"error": "there is no such answer"})
        else:
            self._data(404, {"error": "there is nothing here"})

    def do_POST(self) -> None:
        path, sent = self._path(), self.headers.get("Content-Length", "")
        if path != "save":
            return self._data(404, {"error": "there is nothing here"})
        own = f"http://{self.headers.get('Host', '')}"
        if self.headers.get("Origin", own) != own or self.headers.get_content_type() != "application/json":
            return self._data(403, {"error": "only the marking page itself can save"})
        if not (sent.isascii() and sent.isdigit() and int(sent) <= _MOST):
            return self._data(413, {"error": "that is too much for one mark"})
        try:
            told = json.loads(self.rfile.read(int(sent)))
            self._data(200, self.server.save(told if isinstance(told, dict) else {}))
        except (ValueError, RecursionError):
            self._data(400, {"error": "the page sent something that is no mark: load it again"})
        except GradingError as error:
            self._data(400, {"error": str(error)})

    def _path(self) -> str | None:
        """What stands after the secret; None where the secret or the host is another one."""
        host = self.headers.get("Host", "")
        if host not in (f"{HOST}:{self.server.server_port}", f"localhost:{self.server.server_port}"):
            return None  # another name that leads here: a page elsewhere could read the answers by it
        token, slash, path = self.path.lstrip("/").partition("/")
        known = hmac.compare_digest(token.encode("utf-8", "replace"), self.server.token.encode())
        return path if known and slash else None

    def _data(self, status: int, data: dict) -> None:
        self._send(status, json.dumps(data).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str, nonce: str = "") -> None:
        self.send_response(status)
        policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        if nonce:
            policy += f"; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'"
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Say nothing: the secret stands in every path."""
