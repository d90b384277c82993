"""The paths by role on the site: an overview, and a page for each role."""

from __future__ import annotations

from html import escape

from sphinx.locale import get_translation

from qtrain.course import CourseError, load
from qtrain.site.curriculum import Page
from qtrain.skills import paths
from qtrain.skills.competences import AREAS, framework

_ = get_translation("qtrain")


class Paths(Page):
    """The roles, each with its aim and its hours; the name leads to the role's page."""

    def html(self, env, link):
        """A list of the roles."""
        course = env.app.qtrain_course
        items = []
        for role in paths.roles():
            steps = paths.steps(course, role)
            page = f"book/paths/{role.slug}"
            name = escape(role.name.capitalize())
            title = f'<a href="{link(page)}">{name}</a>' if page in env.found_docs else name
            items.append(
                f'<li id="path-{role.slug}"><strong>{title}</strong><span>{escape(role.aim)}</span>'
                f'<span class="qt-note">{_hours(steps)}</span></li>'
            )
        return f'<ul class="qt-roles">{"".join(items)}</ul>'


class Role(Page):
    """One role: what it needs, its lessons in order with their time, what is planned, and the work at the end."""

    required_arguments = 1
    final_argument_whitespace = True

    def html(self, env, link):
        """The page's content below its title."""
        try:
            role = paths.role(self.arguments[0])
        except CourseError as error:
            raise self.error(str(error)) from None
        course = env.app.qtrain_course
        steps = paths.steps(course, role)
        can = "".join(f"<li>{escape(one)}</li>" for one in role.can)
        written = "".join(_item(step, role, link) for step in steps if step.lesson)
        planned = "".join(
            f'<li class="planned"><span class="qt-id">{step.id}</span> {escape(step.title)}</li>'
            for step in steps
            if not step.lesson
        )
        parts = [
            f"<p>{escape(role.aim)}</p>",
            _heading(_("Somebody in this role can")),
            f"<ul>{can}</ul>",
            _heading(_("Lessons in order")),
            f'<p class="qt-note">{_hours(steps)}</p><ul class="qt-lessons">{written}</ul>',
        ]
        if planned:
            parts += [_heading(_("Planned")), f'<ul class="qt-lessons">{planned}</ul>']
        parts += [_heading(_("What the role needs")), _needs(course, role)]
        parts += [_heading(_("The work at the end")), _task(course, role)]
        return "".join(parts)


def _heading(text) -> str:
    return f"<h2>{escape(str(text))}</h2>"


def _hours(steps) -> str:
    now = [step for step in steps if step.lesson]
    minutes = sum(step.minutes for step in now)
    told = str(_("%(lessons)d to open now, about %(hours)d h of work"))
    told %= {"lessons": len(now), "hours": round(minutes / 60)}
    later = len(steps) - len(now)
    return escape(told + (" · " + str(_("%d more planned")) % later if later else ""))


def _item(step, role, link) -> str:
    notes = [str(_("%d min") % step.minutes)] if step.minutes else []
    if trusted := paths.trusted(step, role):
        notes.append(str(_("take the result of %s on trust")) % ", ".join(trusted))
    return (
        f'<li><span class="qt-id">{step.id}</span> <a href="{link(step.lesson.chapter)}">{escape(step.title)}</a> '
        f'<span class="qt-note">{escape(" · ".join(notes))}</span></li>'
    )


def _needs(course, role) -> str:
    """The target in each area and each code, and whether the lessons of today reach it."""
    cfqt, gaps = framework("cfqt"), paths.missing(course, role)
    rows = []
    for area in AREAS:
        level = role.target[area]
        what = f"{area} · {cfqt.data['areas'][area]}: {level} {cfqt.data['levels'][level]}"
        rows.append((what, gaps.get(area)))
    rows += [(f"{code} {cfqt.item(code).title}", gaps.get(code)) for code in role.codes]
    reached, later = escape(str(_("reached"))), escape(str(_("planned")))
    body = "".join(
        f"<tr><td>{escape(what)}</td><td>{reached if gap is None else f'{later}: {escape(gap)}'}</td></tr>"
        for what, gap in rows
    )
    what, today = escape(str(_("Area or subdomain, with level"))), escape(str(_("Lessons of today")))
    head = f"<tr><th>{what}</th><th>{today}</th></tr>"
    note = f"{cfqt.attribution} {cfqt.note}"
    own = _("The levels are this course's own proposal for the role.")
    return (
        f'<div class="qt-scroll"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>'
        f'<p class="qt-note">{escape(str(own))} {escape(note)}</p>'
    )


def _task(course, role) -> str:
    """What is handed in at the end, and how each part is judged; the rubric as whoever marks it sees it."""
    bank = course.root / "tasks"
    if not role.task or not bank.is_dir():
        return f"<p>{escape(str(_('The performance task of this role is planned.')))}</p>"
    document = load(bank).lesson(f"{role.task}.P")
    rows = []
    for exercise in document.exercises:
        levels = "".join(f"<li>{escape(text.partition(': ')[2])}</li>" for _points, text in exercise.rubric)
        judged = f"<ol>{levels}</ol>" if levels else escape(str(_("by a check, with numbers of your own")))
        rows.append(f"<tr><td>{escape(exercise.title)}</td><td>{exercise.points:g}</td><td>{judged}</td></tr>")
    part, points, how = (escape(str(one)) for one in (_("Part"), _("Points"), _("Judged")))
    return (
        f"<p><strong>{escape(document.title)}</strong></p>"
        f"<p>{escape(str(_('Where a person judges, the list says what earns 1, 2 and 3 points.')))}</p>"
        f'<div class="qt-scroll"><table><thead><tr><th>{part}</th><th>{points}</th><th>{how}</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def setup(app):
    """Register the directives."""
    app.add_directive("qtrain-paths", Paths)
    app.add_directive("qtrain-role", Role)
