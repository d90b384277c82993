"""What nbval doesn't look at fails a lesson all the same: standard error, pictures of nothing, broken pictures."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
SVG = "from IPython.display import HTML, SVG, display\n"
PNG = "import base64\nfrom IPython.display import HTML, Image, display\n"
ONE_COLOUR = (
    "import io\nfrom PIL import Image as Picture\nfile = io.BytesIO()\n"
    "Picture.new('RGB', (40, 40), 'white').save(file, 'PNG')\n"
)
BAD = {
    "a line on standard error": ("import sys\nprint('oops', file=sys.stderr)", "standard error: oops"),
    "a warning": ("import warnings\nwarnings.warn('careful')", "careful"),
    "what a program says there": (
        "import os, sys\nos.system('echo oops >&2')\nsys.stderr.write('x')",
        "standard error",
    ),
    "a figure without axes": ("import matplotlib.pyplot as plt\nplt.figure()\nplt.show()", "empty"),
    "axes without content": ("import matplotlib.pyplot as plt\nplt.subplots()\nplt.show()", "empty"),
    "two empty axes": ("import matplotlib.pyplot as plt\nplt.subplots(1, 2)\nNone", "empty"),
    "SVG that is not well-formed": (
        SVG + "display({'image/svg+xml': '<svg><path d=\"M0 0\"></svg>'}, raw=True)",
        "formed",
    ),
    "SVG in HTML that is not well-formed": (SVG + "HTML('<p>a</p><svg><g></svg>')", "well-formed"),
    "SVG in HTML without an end": (SVG + "HTML('<svg><circle r=\"3\"/>')", "well-formed"),
    "SVG of nothing": (SVG + "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><g></g></svg>')", "shows nothing"),
    "SVG of a background": (SVG + 'HTML(\'<svg><rect width="9" height="9"/></svg>\')', "shows nothing"),
    "SVG of shapes without size": (SVG + 'HTML(\'<svg><circle r="0"/><path d=""/><text> </text></svg>\')', "nothing"),
    "PNG of nothing": (PNG + ONE_COLOUR + "Image(file.getvalue())", "one colour"),
    "PNG in HTML of nothing": (
        PNG
        + ONE_COLOUR
        + "HTML('<img src=\"data:image/png;base64,' + base64.b64encode(file.getvalue()).decode() + '\">')",
        "one colour",
    ),
    "PNG cut short": (
        PNG + "display({'image/png': base64.b64encode(b'\\x89PNG\\r\\n').decode()}, raw=True)",
        "can't be read",
    ),
}
GOOD = {
    "text": "print('all is well')",
    "a figure": "import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.show()",
    "a figure of words": "import matplotlib.pyplot as plt\nplt.figure().text(0.5, 0.5, 'hello')\nplt.axes()\nNone",
    "bars beside empty axes": "import matplotlib.pyplot as plt\nf, (a, b) = plt.subplots(1, 2)\na.bar([1], [2])\nNone",
    "a shape": "import matplotlib.pyplot as plt\nplt.axes().add_patch(plt.Circle((0, 0), 1))\nNone",
    "words in axes": "import matplotlib.pyplot as plt\nplt.axes().text(0, 0, 'hello')\nNone",
    "an SVG": SVG + 'SVG(\'<svg xmlns="http://www.w3.org/2000/svg"><circle r="3"/></svg>\')',
    "two SVGs in HTML": SVG + "HTML('<svg><text>a</text></svg> and <svg><path d=\"M0 0L1 1\"/></svg>')",
    "HTML": SVG + "HTML('<b>bold</b>')",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What nbval with the course's conftest says of every cell above, by name; one notebook each."""
    folder = tmp_path_factory.mktemp("lessons")
    shutil.copy(ROOT / "conftest.py", folder)
    names = {}
    for number, (name, source) in enumerate({**{n: s for n, (s, _) in BAD.items()}, **GOOD}.items()):
        cells = [nbformat.v4.new_code_cell("1 + 1\nNone"), nbformat.v4.new_code_cell(source)]
        for cell in cells:
            cell.metadata.tags = ["nbval-ignore-output"]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(
            nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / f"n{number}.ipynb"
        )
        names[f"n{number}.ipynb"] = name
    command = [sys.executable, "-m", "pytest", "-p", "qtrain.kernels.tools", "--nbval", "-rA", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", str(folder), str(folder)],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    found = {name: {} for name in names.values()}
    for line in done.stdout.splitlines():
        for file, name in names.items():
            if line.startswith(("PASSED", "FAILED")) and f"{file}::" in line:
                kind, _, rest = line.partition(" ")
                found[name][rest.split("::")[-1].split(" - ")[0]] = kind
    return found, done.stdout


@pytest.mark.parametrize("name", BAD)
def test_a_cell_that_is_not_fit_for_a_reader_fails_and_says_why(name, outcomes):
    """The cell fails, the one before it passes, and the reason is told."""
    found, said = outcomes
    assert sorted(found[name].values()) == ["FAILED", "PASSED"] and found[name]["Cell 1"] == "FAILED"
    assert BAD[name][1] in said


@pytest.mark.parametrize("name", GOOD)
def test_a_cell_that_is_fit_for_a_reader_passes(name, outcomes):
    """Pictures with something in them, and text."""
    found, said = outcomes
    assert list(found[name].values()) == ["PASSED", "PASSED"], said[-3000:]
