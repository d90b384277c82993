"""Numbers in a learner's sentences are written in one place: no inline format of a float in checking or authoring."""

import ast
from pathlib import Path

import pytest

import qtrain
from qtrain.circuits.numerals import significant

ROOT = Path(qtrain.__file__).parent
# Not yet: the sentences of estimates; the text of the evidence, which the notebooks' stored outputs hold.
LEFT = {"estimates.py", "estimators.py", "verdict.py"}


def inline_formats(source: str):
    """The lines of f-strings that format a float themselves, but for errors that only authors see."""
    tree = ast.parse(source)
    authors = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) == "ValueError"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None and id(node) not in authors:
            parts = node.format_spec.values
            written = "".join(part.value if isinstance(part, ast.Constant) else "0" for part in parts)
            if written[-1:] in ("e", "f", "g", "%") and "." in written:
                yield node.lineno


@pytest.mark.parametrize("room", ["checking", "authoring"])
def test_no_sentence_formats_a_number_itself(room):
    files = [path for path in (ROOT / room).rglob("*.py") if path.name not in LEFT]
    assert len(files) > 5
    assert [f"{p.name}:{n}" for p in files for n in inline_formats(p.read_text("utf-8"))] == []


@pytest.mark.parametrize("text", ['f"{x:.3g}"', 'f"at {100 * p:.1f} %"', 'f"{x:.{d}f}"'])
def test_an_inline_format_is_found(text):
    assert list(inline_formats(text)) == [1]
    assert list(inline_formats(f"raise ValueError({text})")) == []


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [(-0.12345, 3, "−0.123"), (0.75, 4, "0.75"), (-0.0, 3, "0"), (1.5e-7, 3, "1.5·10⁻⁷"), (-2e9, 3, "−2·10⁹")],
)
def test_significant_digits(value, digits, written):
    assert significant(value, digits) == written
