"""The reference of the public functions, written from their docstrings."""

from __future__ import annotations

import inspect
import re
from html import escape
from importlib import import_module

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.util import logging

logger = logging.getLogger(__name__)
ROOMS = (
    "qtrain",
    "qtrain.circuits",
    "qtrain.checking",
    "qtrain.drawing",
    "qtrain.course",
    "qtrain.kernels",
    "qtrain.grading",
    "qtrain.skills",
)
RULE = re.compile(r"^-{3,}$")
CODE = re.compile(r"``(.+?)``|`([^`]+)`|:\w+:`~?([^`]+)`")
LISTED = ("Parameters", "Returns", "Raises", "Attributes", "Yields")


def sections(docstring: str) -> list[tuple[str, str]]:
    """Split a NumPy-style docstring into its sections.

    Parameters
    ----------
    docstring : str
        The docstring, indented or not.

    Returns
    -------
    list of (str, str)
        Title and text; the first one, without a title, is the description.
    """
    result, lines = [("", [])], inspect.cleandoc(docstring or "").splitlines()
    for line in lines:
        if RULE.match(line) and result[-1][1] and result[-1][1][-1].strip():
            title = result[-1][1].pop().strip()
            result.append((title, []))
        else:
            result[-1][1].append(line)
    return [(title, "\n".join(body).strip("\n")) for title, body in result]


def inline(text: str) -> str:
    """A line of a docstring as HTML: its code spans and cross references are set as code."""
    parts, end = [], 0
    for match in CODE.finditer(text):
        name = match[1] or match[2] or match[3].rsplit(".", 1)[-1]
        parts += [escape(text[end : match.start()]), f"<code>{escape(name)}</code>"]
        end = match.end()
    return "".join([*parts, escape(text[end:])])


def _prose(text: str) -> str:
    blocks = re.split(r"\n\s*\n", text.strip("\n"))
    html = []
    for block in filter(str.strip, blocks):
        if block.lstrip().startswith(">>>") or all(line.startswith("    ") for line in block.splitlines()):
            html.append(f"<pre>{escape(inspect.cleandoc(block))}</pre>")
        else:
            html.append(f"<p>{inline(' '.join(block.split())).replace('::', ':')}</p>")
    return "".join(html)


def _listed(text: str) -> str:
    items: list[tuple[str, list]] = []
    for line in text.splitlines():
        if line and not line.startswith(" "):
            items.append((line, []))
        elif items:
            items[-1][1].append(line.strip())
    rows = "".join(
        f"<dt><code>{escape(name)}</code></dt><dd>{inline(' '.join(body).strip())}</dd>" for name, body in items
    )
    return f"<dl>{rows}</dl>"


def document(name: str, thing, prefix: str) -> str:
    """The entry of one public name.

    Parameters
    ----------
    name : str
        The name as it is imported.
    thing : object
        What it stands for.
    prefix : str
        The module it is imported from.
    """
    anchor = f"{prefix}.{name}".replace(".", "-")
    kind = "class" if inspect.isclass(thing) else ""
    html = [
        f'<section class="qt-api" id="{anchor}"><h3><a href="#{anchor}">'
        f"<code>{kind + ' ' if kind else ''}<b>{escape(name)}</b>{escape(_signature(thing))}</code></a></h3>"
    ]
    for title, body in sections(inspect.getdoc(thing) or ""):
        if title:
            html.append(f"<h4>{escape(title)}</h4>")
        html.append(_listed(body) if title in LISTED else _prose(body))
    if kind:
        html += [_method(attribute, value) for attribute, value in vars(thing).items() if _is_public(attribute, value)]
    return "".join(html) + "</section>"


def _is_public(name: str, value) -> bool:
    callable_ = inspect.isfunction(value) or isinstance(value, property | classmethod | staticmethod)
    return not name.startswith("_") and callable_ and bool(inspect.getdoc(value))


def _method(name: str, value) -> str:
    function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
    signature = "" if isinstance(value, property) else _signature(function)
    first = sections(inspect.getdoc(value) or "")[0][1]
    return f'<div class="qt-method"><code>.<b>{escape(name)}</b>{escape(signature)}</code>{_prose(first)}</div>'


def _signature(thing) -> str:
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    shown = [p.replace(annotation=inspect.Parameter.empty) for n, p in signature.parameters.items() if n != "self"]
    text = str(signature.replace(parameters=shown, return_annotation=inspect.Signature.empty))
    return "(…)" if len(text) > 300 or " at 0x" in text else text


class Reference(Directive):
    """The public names of ``qtrain`` and its rooms."""

    def run(self):
        """A section for each room that exports names."""
        parts, seen = [], set()
        for room in ROOMS:
            module = import_module(room)
            names = [name for name in getattr(module, "__all__", ()) if not name.startswith("_")]
            entries = []
            for name in names:
                try:
                    thing = getattr(module, name)
                except (AttributeError, ImportError):
                    logger.warning("%s lists %s in __all__ and cannot give it", room, name)
                    continue
                if id(thing) not in seen and (inspect.isclass(thing) or callable(thing)):
                    seen.add(id(thing))
                    entries.append(document(name, thing, room))
            if entries:
                heading = f"<h2><code>{room}</code></h2>" + _prose(sections(module.__doc__ or "")[0][1])
                parts.append(f'<section id="{room.replace(".", "-")}">{heading}{"".join(entries)}</section>')
        return [nodes.raw("", "".join(parts), format="html")]


def setup(app):
    """Register the directive."""
    app.add_directive("qtrain-reference", Reference)
