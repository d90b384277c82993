"""Who is in the class of these tests, and what they hand in."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROSTER = """id,name,email
ada,Ada Lovelace,ada@example.org
علی-رضا,علی رضا,ali@example.org
zhang.wei,张伟,wei@example.org
o'neil+x@example.org,Órla O'Neil,orla@example.org
"""
ADA, ALI, WEI, ORLA = "ada", "علی-رضا", "zhang.wei", "o'neil+x@example.org"


def answered(room, name, learner, answer="p.n + 1"):
    """A learner's copy of a release with an answer in it, as it lies on their disk."""
    files = room.releases.copy(name, learner)
    notebook = json.loads(next(data for path, data in files.items() if path.endswith(".ipynb")))
    for cell in notebook["cells"]:
        if "next_one = None" in "".join(cell["source"]):
            cell["source"] = f'p = variant("1.P.1")\nnext_one = {answer}'
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode()


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def run(coroutine):
    """Run it in a thread of its own: a browser of other tests may have a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
