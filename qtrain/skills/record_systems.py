"""The outcomes and results in the forms of other systems: a competency framework for Moodle, statements of xAPI."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from . import attainment
from .competences import framework, outcomes, tags
from .evidence import instant

if TYPE_CHECKING:
    from qtrain.course import Course

    from .evidence import Person

MOODLE = (
    "Parent ID number",
    "ID number",
    "Short name",
    "Description",
    "Description format",
    "Scale values",
    "Scale configuration",
    "Rule type",
    "Rule outcome",
    "Rule config",
    "Cross-referenced competency IDs",
    "Exported ID",
    "Is framework",
    "Taxonomy",
)
ROOT, HTML_FORMAT, SHORT = "qtrain", "1", 100  # Moodle's columns for names and numbers hold 100 characters
SCALE = "Not yet competent,Competent"
SCALE_SET = json.dumps(
    [{"scaleid": "0"}, {"id": 1, "scaledefault": 1, "proficient": 0}, {"id": 2, "scaledefault": 0, "proficient": 1}]
)
VERBS = "http://adlnet.gov/expapi/verbs/"
KINDS = "http://adlnet.gov/expapi/activities/"


def moodle(course: Course) -> list[tuple]:
    """The rows of a competency framework for Moodle: PEC's outcomes, modules, lessons, and in these their outcomes.

    Fourteen columns, as ``admin/tool/lpimportcsv`` of Moodle reads them; an outcome names its programme outcomes as
    cross references.
    """
    pec = framework("pec")
    rows = [_moodle("", ROOT, "Quantum computing, hands on", "The outcomes of the course qtrain.", is_framework=True)]
    rows.append(_moodle("", "PEC", f"{pec.short} {pec.version}", f"{pec.name}. {pec.note}"))
    rows += [_moodle("PEC", code, item.said, "") for code, item in pec.items.items()]
    for module in course.modules:
        place = f"M{module.number}"
        rows.append(_moodle("", place, f"{module.number} · {module.title}", ""))
        for document in module.documents:
            where = tags(document)
            cfqt = f"CFQT {framework('cfqt').version}: {', '.join(where.codes)}; levels I/II/III {where.triple}."
            rows.append(_moodle(place, f"L{document.id}", document.called, cfqt))
            rows += [
                _moodle(
                    f"L{document.id}",
                    f"CLO{one.id}",
                    one.text,
                    f"{one.text}. Bloom {one.bloom}. Assessed by {', '.join(one.assessed_by)}.",
                    related=one.plos,
                )
                for one in outcomes(document)
            ]
    return rows


def _moodle(parent: str, number: str, name: str, text: str, related=(), is_framework: bool = False) -> tuple:
    short = name if len(name) <= SHORT else name[: SHORT - 1].rstrip() + "…"
    taxonomy = "domain,competency,outcome,outcome" if is_framework else ""
    return (
        *(parent, number, short, text, HTML_FORMAT, SCALE, SCALE_SET, "", "", ""),
        *(",".join(related), "", "1" if is_framework else "", taxonomy),
    )


def statements(
    course: Course, people: dict[str, Person], called: Callable[[str], str], home: str, site: str = ""
) -> Iterable[dict]:
    """xAPI statements: for each learner and graded exercise, passed or failed, with the outcomes that it assesses.

    The same result has the same id whenever it is written, so that a record store takes it once.
    """
    base = site.rstrip("/") if site else "urn:qtrain"
    join = "/" if site else ":"
    assessed: dict[str, list] = {}
    for one in attainment.graded_outcomes(course, people.values())[0]:
        for exercise in one.assessed_by:
            assessed.setdefault(exercise, []).append(one)
    for name, person in people.items():
        for exercise, result in person.results.items():
            passed = result.share >= 1 - 1e-9
            activity = f"{base}{join}exercise{join}{exercise}"
            stamp = instant(result.at)
            whole = f"{home}\n{called(name)}\n{activity}\n{result.release}\n{result.digest}\n{result.points}\n{stamp}"
            yield {
                "id": str(uuid.uuid5(uuid.NAMESPACE_URL, whole)),
                "actor": {"objectType": "Agent", "account": {"homePage": home, "name": called(name)}},
                "verb": {
                    "id": VERBS + ("passed" if passed else "failed"),
                    "display": {"en": "passed" if passed else "failed"},
                },
                "object": {
                    "objectType": "Activity",
                    "id": activity,
                    "definition": {"type": KINDS + "question", "name": {"en": f"{exercise} {result.title}".strip()}},
                },
                "result": {
                    "score": {
                        "scaled": round(result.share, 6),
                        # xAPI refuses a score beyond its bounds; points by hand may be.
                        "raw": round(result.share * result.of, 6),
                        "min": 0,
                        "max": round(result.of, 6),
                    },
                    "success": passed,
                    "completion": True,
                },
                "context": {
                    "contextActivities": {
                        "parent": [{"id": f"{base}{join}document{join}{result.document}"}],
                        "other": [
                            {
                                "id": f"{base}{join}outcome{join}{one.id}",
                                "definition": {"type": KINDS + "objective", "name": {"en": one.text}},
                            }
                            for one in assessed.get(exercise, ())
                        ],
                    },
                    "platform": "qtrain",
                },
                "timestamp": stamp,
            }
