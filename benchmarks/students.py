"""What students hand in, to every exercise of the course: how many of the verdicts are at fault?

For each exercise, from its own solutions: nothing, the draft, a description of the result in place of the thing,
another learner's right answer, rounded values, other units, another order, something printed instead of returned, and
the mutants of each solution. Counted are verdicts that give points although nothing is done, that show as the learner's
numbers which the program does not print, or that name a gate which is not there; and mutants that a check accepts
although they differ from the solution on a generic input. All have to be 0.

    python benchmarks/students.py [lesson ids …] [--quiet]
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections import Counter

from qtrain.course import load
from qtrain.course.hand_ins import findings

FAULTS = ("points", "numbers", "gate", "raises", "survivor")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("lessons", nargs="*", help="ids of lessons and problem sets; by default all")
    parser.add_argument("--quiet", action="store_true", help="only the table")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    total: Counter = Counter()
    print(f"{'exercise':<10}{'handed in':>10}" + "".join(f"{fault:>10}" for fault in FAULTS))
    start = time.perf_counter()
    for lesson in load().documents:
        if options.lessons and lesson.id not in options.lessons:
            continue
        for exercise, tried, found in findings(lesson):
            counts = Counter(finding.fault for finding in found)
            total += counts + Counter(tried=tried)
            print(f"{exercise:<10}{tried:>10}" + "".join(f"{counts[fault]:>10}" for fault in FAULTS), flush=True)
            for finding in found if not options.quiet else ():
                print(f"    {finding.fault}: {' '.join(finding.what.split())[:300]}", flush=True)
    print(f"{'all':<10}{total['tried']:>10}" + "".join(f"{total[fault]:>10}" for fault in FAULTS))
    print(f"{time.perf_counter() - start:.0f} s")
    return int(any(total[fault] for fault in FAULTS))


if __name__ == "__main__":
    raise SystemExit(main())
