"""A country's intake on paper: 400,000 submissions simulated from what `benchmarks/grading.py many` measured.

    python benchmarks/at_scale.py            # print the table
    python benchmarks/at_scale.py --write    # and put it into book/grading_at_scale.md

The model: every core grades one submission at a time and has two more waiting; a share of the submissions does not end
and costs its time-out; every result goes through one coordinator, which commits it and writes the page.
"""

import argparse
import heapq
import math
import random
import sys
from pathlib import Path

PAGE = Path(__file__).parents[1] / "book" / "grading_at_scale.md"
BEGIN, END = "<!-- begin table: benchmarks/at_scale.py -->", "<!-- end table -->"

# Seconds, bytes and shares; measured with two cores, see the page.
MEASURED = {
    "work": 0.085,  # seconds of one core for an ordinary submission: five exercises, both frameworks
    "spread": 0.35,  # of its logarithm
    "coordinator": 0.009,  # seconds for a result: Dask, commit with fsync, feedback page, its share of the reports
    "hang_share": 0.005,  # submissions with a cell that never ends
    "hang": 21.0,  # seconds that it costs with the default time-out
    "gradebook": 3_100,  # bytes a submission
    "page": 5_800,  # bytes of a feedback page
    "submission": 30_000,
}
SUBMISSIONS = 400_000
IN_FLIGHT = 3  # per core, as in qtrain.grading.cluster


def simulate(
    cores: int, *, submissions: int = SUBMISSIONS, coordinators: int = 1, seed: int = 1, measured: dict = MEASURED
) -> tuple[float, float, float]:
    """Hours until the last result is committed, and how busy the cores and the coordinator were.

    Several coordinators have their own share of the class and of the cores.
    """
    rng, submissions, cores = random.Random(seed), submissions // coordinators, max(1, cores // coordinators)
    mean = math.log(measured["work"]) - measured["spread"] ** 2 / 2

    def work() -> float:
        if rng.random() < measured["hang_share"]:
            return measured["hang"]
        return rng.lognormvariate(mean, measured["spread"])

    running, done, busy, at = [], [], 0.0, 0.0
    for _ in range(min(cores, submissions)):
        seconds = work()
        busy += seconds
        running.append(seconds)
    heapq.heapify(running)
    started = len(running)
    while running:
        finish = heapq.heappop(running)
        at = max(at, finish) + measured["coordinator"]
        done.append(at)
        if started < submissions:
            waited_for = started - IN_FLIGHT * cores
            begin = max(finish, done[waited_for] if waited_for >= 0 else 0.0)
            seconds = work()
            busy += seconds
            started += 1
            heapq.heappush(running, begin + seconds)
    return at / 3600, busy / (at * cores), submissions * measured["coordinator"] / at


def table() -> str:
    """The table as Markdown."""
    lines = ["| cores | coordinators | hours | cores busy | coordinator busy |", "|---:|---:|---:|---:|---:|"]
    for cores, coordinators in ((2, 1), (8, 1), (16, 1), (32, 1), (64, 1), (64, 4), (256, 1), (256, 16)):
        hours, busy, told = simulate(cores, coordinators=coordinators)
        lines.append(f"| {cores} | {coordinators} | {hours:.1f} | {100 * busy:.0f} % | {100 * told:.0f} % |")
    size = {name: SUBMISSIONS * MEASURED[name] / 1e9 for name in ("gradebook", "page", "submission")}
    lines += [
        "",
        f"On the disk: submissions {size['submission']:.0f} GB, gradebook {size['gradebook']:.1f} GB, "
        f"feedback pages {size['page']:.1f} GB.",
    ]
    return "\n".join(lines)


def main(argv=None) -> int:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    made = table()
    print(made)
    if args.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n{made}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
