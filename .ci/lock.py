"""Write requirements.lock: versions and hashes for every platform, no addresses. Run by ``make lock``.

The student's packages come first; after the line ``# extras`` come those that only instructors and developers need.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAD = """\
# Versions and hashes of everything that qtrain runs on; written by `make lock`, never by hand.
# Up to the line "# extras" stands what a student installs; the rest serves instructors and developers.
"""


def compiled(*arguments: str) -> list[str]:
    """The pinned requirements, each with its hashes, as blocks of text."""
    command = [
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
        "--python-version",
        "3.11",
        "pyproject.toml",
        *arguments,
    ]
    text = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [block.rstrip() for block in re.split(r"\n(?=\S)", text) if block.strip()]


def main():
    with tempfile.TemporaryDirectory() as folder:
        backend, pins = Path(folder, "backend.in"), Path(folder, "base.txt")
        backend.write_text("hatchling>=1.26\neditables\n")
        base = compiled(str(backend))
        pins.write_text("\n".join(re.sub(r"(?s) \\\n.*", "", block) for block in base) + "\n")
        everything = compiled(str(backend), "--all-extras", "--constraint", str(pins))
    extras = [block for block in everything if block not in base]
    # An extra may need a student's package on more platforms (another marker), never in another version.
    pinned = {block.split("==")[0]: re.split(r"[ ;]", block)[0] for block in base}
    moved = [pin for block in extras if (pin := re.split(r"[ ;]", block)[0]) != pinned.get(pin.split("==")[0], pin)]
    if moved:
        sys.exit(f"an extra wants another version of a student's package: {moved}; align pyproject.toml")
    new = ROOT / "requirements.lock.new"
    new.write_text(HEAD + "\n".join(base) + "\n# extras\n" + "\n".join(extras) + "\n")
    new.replace(ROOT / "requirements.lock")
    print(f"requirements.lock: {len(base)} packages for students, {len(extras)} more for instructors and developers")


if __name__ == "__main__":
    main()
