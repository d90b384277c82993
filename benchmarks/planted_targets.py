"""The bench of planted answers: for each target of modules 2 to 6, is every mistake named and every right answer taken?

The answers are those of ``tests/checking/planted``: right ones in unusual forms, and wrong ones with the diagnosis that
they should get (or none, where no name fits: then the sentence is compared).

    python benchmarks/planted_targets.py
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "checking"))


def main() -> int:
    import planted

    rows: dict[str, Counter] = {}
    for info in pkgutil.iter_modules(planted.__path__):
        for case in getattr(importlib.import_module(f"planted.{info.name}"), "CASES", ()):
            row = rows.setdefault(case.target, Counter())
            start = time.perf_counter()
            verdict = case.verdict()
            row["slowest"] = max(row["slowest"], time.perf_counter() - start)
            if case.code == "right":
                row["right"] += 1
                row["right refused"] += not verdict.passed
                continue
            row["wrong"] += 1
            row["wrong accepted"] += verdict.passed
            row["named"] += case.code is not None and verdict.diagnosis == case.code
            row["said"] += case.code is None and verdict.diagnosis is None and case.says in verdict.message
            row["wrong code"] += not verdict.passed and verdict.diagnosis != case.code
    heads = ("right", "wrong", "named", "said", "wrong code", "wrong accepted", "right refused")
    print(f"{'target':<28}" + "".join(f"{head:>16}" for head in heads) + f"{'slowest':>11}")
    for target, row in rows.items():
        print(f"{target:<28}" + "".join(f"{row[head]:>16}" for head in heads) + f"{row['slowest'] * 1e3:>8.0f} ms")
    total = sum(rows.values(), Counter())
    print(f"{'all':<28}" + "".join(f"{total[head]:>16}" for head in heads))
    return 1 if total["wrong code"] or total["wrong accepted"] or total["right refused"] else 0


if __name__ == "__main__":
    sys.exit(main())
