"""The map of the curriculum as SVG: a row of lessons for each module, arrows from what is needed to what needs it.

All arrows at once are a tangle: the page shows those of the lesson that a reader points at.
"""

from __future__ import annotations

from html import escape
from textwrap import wrap

WIDTH, HEIGHT, GAP, HEADER = 44, 34, 8, 34


def draw(modules: list, columns: int, link, label: str) -> str:
    """The map.

    Parameters
    ----------
    modules : list of Module
        What to draw.
    columns : int
        Lessons in a row; a longer module is wrapped.
    link : callable
        Gives the address of a document.
    label : str
        What the picture shows, for those who don't see it.

    Returns
    -------
    str
        The ``<svg>`` element; its colours come from the style sheet.
    """
    places, boxes, headers, top = {}, [], [], 0
    for module in modules:
        title = f"{module.id} · {module.title}"
        room = columns * (WIDTH + GAP) // 9  # letters in a line
        for line in wrap(title, room):
            headers.append(f'<text class="module" x="1" y="{top + 20}">{escape(line)}</text>')
            top += 20
        top -= 20
        for number, lesson in enumerate(module.lessons):
            row, column = divmod(number, columns)
            x, y = 1 + column * (WIDTH + GAP), top + HEADER + row * (HEIGHT + GAP)
            places[lesson.id] = (x, y)
            boxes.append(_box(lesson, x, y, module.level, link))
        rows = -(-len(module.lessons) // columns)
        top += HEADER + rows * (HEIGHT + GAP) + 6
    arrows = [
        _arrow(places[needed], places[lesson.id], needed, lesson.id)
        for module in modules
        for lesson in module.lessons
        for needed in lesson.prerequisites
        if needed in places and lesson.document
    ]
    width = columns * (WIDTH + GAP) - GAP + 2
    return (
        f'<svg viewBox="0 0 {width} {top}" role="group" aria-label="{label}" style="max-width:{width}px">'
        + f'<g class="arrows" aria-hidden="true">{"".join(arrows)}</g>'
        + "".join(headers)
        + "".join(boxes)
        + "</svg>"
    )


def _box(lesson, x: float, y: float, level: str, link) -> str:
    name = f"{lesson.id} {lesson.title}"
    state = ("written" if lesson.document else "planned") + f" level-{level[0]}"
    shape = (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="9"/>'
        f'<text x="{x + WIDTH / 2}" y="{y + HEIGHT / 2 + 5}" text-anchor="middle">{escape(lesson.id)}</text>'
    )
    if not lesson.document:
        return f'<g class="{state}"><title>{escape(name)}</title>{shape}</g>'
    return (
        f'<a class="{state}" data-id="{lesson.id}" href="{escape(link(lesson.document))}" aria-label="{escape(name)}">'
        f"<title>{escape(name)}</title>{shape}</a>"
    )


def _arrow(start: tuple, end: tuple, needed: str, lesson: str) -> str:
    (left, top), (right, low) = start, end
    own = f'data-from="{needed}" data-to="{lesson}"'
    if top == low and 0 < right - left <= WIDTH + GAP:
        return f'<path {own} d="M{left + WIDTH} {top + HEIGHT / 2}H{right}"/>'
    a, b = left + WIDTH / 2, right + WIDTH / 2
    if top == low:  # over the boxes between
        path = f"M{a} {top}C{left + WIDTH} {top - 14} {right} {low - 14} {b} {low}"
    else:
        path = f"M{a} {top + HEIGHT}C{a} {top + HEIGHT + 30} {b} {low - 40} {b} {low}"
    return f'<path {own} d="{path}"/>'
