"""Random alterations of genuine badges in every form: how many are accepted, and what a check costs.

Run:  python benchmarks/forged_badges.py [--each 10000] [--only json,jwt,svg,png,qr] [--seed 1]

The alterations are those of tests/skills/test_forging.py: bits, bytes, pieces taken out, put in, doubled, exchanged, or
taken from another genuine badge. One that leaves what the badge says as it was (a space between two members) is none.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "skills"))

from office import accepted, altered, award, forms, issue, judged, make_institution

from qtrain.skills.trust import Trust


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=10_000, help="alterations of each form")
    parser.add_argument("--only", default="json,jwt,svg,png,qr")
    parser.add_argument("--seed", default="1")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        institution = make_institution(Path(folder, "keys"))
        mine, other = (forms(issue(institution, award(name))) for name in ("amina", "bilal"))
        trust = Trust.of(institution.folder)
        genuine = [judged(content["json"], trust) for content in (mine, other)]
        wrong = 0
        for form in args.only.split(","):
            draw, let_in = random.Random(f"{args.seed} {form}"), 0
            began, tried = time.perf_counter(), 0
            while tried < args.each:
                changed = altered(mine[form], draw, other[form])
                if changed != mine[form]:
                    tried += 1
                    let_in += accepted(changed, genuine, trust)
            each = 1e3 * (time.perf_counter() - began) / tried
            begun = time.perf_counter()
            for _ in range(20):
                judged(mine[form], trust)
            whole = 1e3 * (time.perf_counter() - begun) / 20
            print(
                f"{form}: {let_in} of {tried} alterations accepted; {each:.2f} ms each, {whole:.1f} ms if genuine",
                flush=True,
            )
            wrong += let_in
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
