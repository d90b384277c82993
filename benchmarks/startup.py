"""How long the light entries take: ``import qtrain`` and ``qtrain --help``, beside an empty Python and the frameworks.

Run:  python benchmarks/startup.py
"""

import statistics
import subprocess
import sys
import time

RUNS = 7
CASES = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import qtrain": [sys.executable, "-c", "import qtrain"],
    "qtrain --help": [sys.executable, "-m", "qtrain", "--help"],
    "import numpy": [sys.executable, "-c", "import numpy"],
    "import qiskit": [sys.executable, "-c", "import qiskit"],
    "import cirq": [sys.executable, "-c", "import cirq"],
}


def seconds(command: list[str]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    times = {name: [] for name in CASES}
    for _ in range(RUNS):  # interleaved, so that a busy moment touches every case
        for name, command in CASES.items():
            times[name].append(seconds(command))
    bare = statistics.median(times["python -c pass"])
    print(f"{'':<16} {'median s':>9} {'beyond bare Python':>19}")
    for name, runs in times.items():
        print(f"{name:<16} {statistics.median(runs):>9.3f} {statistics.median(runs) - bare:>19.3f}")


if __name__ == "__main__":
    main()
