"""The source of a site that holds a private bank's problems too: their tasks and one learner's numbers, no target."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import yaml

from qtrain.course import CourseError, load
from qtrain.course.course import TOC
from qtrain.course.data_files import put
from qtrain.course.runs import FOLDER
from qtrain.grading.errors import GradingError
from qtrain.grading.release import open_copy
from qtrain.site.building import BuildFailed

PARTS = ("notebooks", "exercises", "book", FOLDER, "_config.yml", "requirements.lock")


def gather(root: Path, bank: Path, folder: Path) -> Path:
    """Put the course and the bank's problems into one folder, to be built like a checkout.

    What is right in the bank stays in the bank: the folder gets the copies that a release without a roster makes.

    Parameters
    ----------
    root : Path
        The checkout.
    bank : Path
        The private bank.
    folder : Path
        Where to; what is there is replaced.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    BuildFailed
        When the bank cannot be read, or calls something as the course does.
    """
    try:
        course, problems = load(root), load(bank)
        copies = {document.chapter: open_copy(document) for document in problems.documents}
    except (CourseError, GradingError) as error:
        raise BuildFailed(str(error)) from None
    if not copies:
        raise BuildFailed(f"the bank {bank} has no problems: name some in {Path(bank) / TOC}")
    for module in problems.modules:
        for other in course.modules:
            if module.number == other.number or module.folder == other.folder:
                raise BuildFailed(
                    f"the bank and the course both have a module {module.number} or a folder {module.folder}: give the "
                    "bank's modules numbers from 100 on"
                )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in PARTS:
        if (root / name).is_dir():
            shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("_build", "__pycache__"))
        elif (root / name).is_file():
            shutil.copy2(root / name, folder / name)
    for chapter, notebook in copies.items():
        path = folder / f"{chapter}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for document in problems.documents:
        put(document.data, (folder / document.chapter).parent)
    contents = yaml.safe_load((root / TOC).read_text(encoding="utf-8"))
    written = {document.chapter for document in course.documents}
    last = max(
        (k for k, part in enumerate(contents["parts"]) if any(c["file"] in written for c in part["chapters"])),
        default=-1,
    )
    contents["parts"][last + 1 : last + 1] = [
        {
            "caption": f"{module.number} · {module.title}",
            "chapters": [{"file": document.chapter} for document in module.documents],
        }
        for module in problems.modules
    ]
    (folder / TOC).write_text(yaml.safe_dump(contents, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder
