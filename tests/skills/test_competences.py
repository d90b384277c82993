"""The competence map of the whole course: every outcome assessed, every code real, no claim beyond a simulation."""

import pytest

from qtrain.course import CourseError, load
from qtrain.course.course import find_root
from qtrain.skills import competences
from qtrain.skills.competences import AREAS, FILES, Tags, framework, lacks, outcomes, overclaims, table, tags, verb_of

COURSE = load(find_root())
DOCUMENTS = COURSE.documents


@pytest.mark.parametrize("lesson", DOCUMENTS, ids=lambda lesson: lesson.id)
def test_every_outcome_is_assessed_every_tag_exists_and_nothing_is_claimed_beyond_a_simulation(lesson):
    assert outcomes(lesson) and lacks(lesson) == []


def test_an_outcome_above_what_its_exercises_ask_is_told(small):
    small.write(small.exercises, small.texts["exercises"].replace("outcome=2", "outcome=1"))
    facts = small.metadata | {"outcomes": ["Prove a square", "Give a reason"]}
    small.write(small.lesson, small.notebook(small.cells(), **facts))
    above, unasked = lacks(load().lesson("1.2"))
    assert "outcome 1.2.1 (Prove a square) stands at C5, and its exercises ask for C4 at most" in above
    assert unasked == "no exercise assesses outcome 1.2.2 (Give a reason)"
    small.write(small.lesson, small.notebook(small.cells(), **facts | {"competences": []}))
    assert "its metadata name no competence of CFQT" in lacks(load().lesson("1.2"))


def test_every_code_of_the_table_exists():
    known = {name for key in FILES for name in framework(key).items}
    for bloom, plos in [*table()["verbs"].values(), *table()["outcomes"].values()]:
        assert bloom in ("C1", "C2", "C3", "C4", "C5", "C6") and plos
        assert set(plos) <= known
    there = {one.id for lesson in DOCUMENTS for one in outcomes(lesson)}
    assert set(table()["outcomes"]) <= there, "an exception for an outcome that no lesson has"


def test_the_frameworks_have_as_many_codes_as_they_publish():
    cfqt = framework("cfqt")
    assert len(cfqt.items) == 42 and len({item.group for item in cfqt.items.values()}) == 8
    assert len(framework("pec").items) == 11 and framework("pec").version == "PLO-11"
    assert len(framework("ceeaa").items) == 12
    crossing = framework("ceeaa").data["from_pec"]
    assert set(crossing) == set(framework("pec").items)
    assert sorted(code for codes in crossing.values() for code in codes) == sorted(framework("ceeaa").items)


def test_a_recalled_title_is_never_printed_as_a_quotation():
    for key in FILES:
        for item in framework(key).items.values():
            assert item.status in ("transcribed", "stated", "recalled")
            assert item.said.endswith("(recalled)") == (item.status == "recalled")


def test_verbs_the_longest_phrase_wins():
    assert verb_of("Find and repair a mistake") == "find and repair"
    assert verb_of("Find the mistake") == "find"
    assert verb_of("Compose, invert and tilt rotations") == "compose"
    assert verb_of("Understand the mistake") is None


def test_an_unknown_verb_or_code_is_told(small):
    facts = small.metadata | {"outcomes": ["Understand numbers", "Give a reason"]}
    small.write(small.lesson, small.notebook(small.cells(), **facts))
    with pytest.raises(CourseError, match=r"outcome 1\.2\.1 begins with 'Understand'.*verbs\.yml"):
        outcomes(load().lesson("1.2"))
    for told, said in (
        ({"cfqt": "9.9", "area": "I", "level": "A1"}, "no subdomain '9.9'"),
        ({"cfqt": "1.1", "area": "IV", "level": "A1"}, "area 'IV'"),
        ({"cfqt": "1.1", "area": "I", "level": "D1"}, "level 'D1'"),
    ):
        small.write(small.lesson, small.notebook(small.cells(), **small.metadata | {"competences": [told]}))
        with pytest.raises(CourseError, match=said):
            tags(load().lesson("1.2"))


@pytest.mark.parametrize(
    ("code", "area", "level", "said"),
    [
        ("4.1", "II", "B2", "at most B1"),
        ("3.1", "II", "C1", "laboratory"),
        ("8.2", "III", "B2", "partners"),
        ("5.5", "I", "C2", "new knowledge"),
        ("5.3", "II", "C1", ""),
        ("3.5", "II", "B2", ""),
        ("3.1", "I", "B2", ""),
        ("7.5", "II", "B1", ""),
    ],
)
def test_ceilings(small, code, area, level, said):
    told = [{"cfqt": code, "area": area, "level": level}]
    small.write(small.lesson, small.notebook(small.cells(), **small.metadata | {"competences": told}))
    found = overclaims(load().lesson("1.2"))
    assert bool(found) == bool(said) and all(said in sentence for sentence in found)


def test_tags_add_up():
    both = Tags(("5.3", "1.2"), {"I": "A2"}) | Tags(("1.2",), {"I": "B1", "III": "A1"})
    assert both == Tags(("1.2", "5.3"), {"I": "B1", "III": "A1"})
    assert both.triple == "B1/–/A1"
    assert Tags((), {}).triple == "–/–/–"


def test_the_alignment_of_a_module_is_that_of_its_documents():
    module = COURSE.modules[1]
    lines = competences.alignment(COURSE, "1")
    codes = {line.code for line in lines if "CFQT" in line.framework}
    assert codes == {code for document in module.documents for code in tags(document).codes}
    assert all(line.url.startswith("https://") and line.version and line.title for line in lines)
    levels = {line.level for line in lines if "CFQT" in line.framework}
    assert levels == {", ".join(f"{a}-{competences.module_tags(module).levels[a]}" for a in AREAS[:2])}
    lone = competences.alignment(COURSE, "1.6")
    assert {line.code for line in lone} < {line.code for line in lines}
    with pytest.raises(CourseError, match=r"no lesson '1\.99'"):
        competences.alignment(COURSE, "1.99")
