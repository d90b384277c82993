"""What a learner takes in a class, beside Jupyter's own way of starting servers and kernels: memory and seconds.

``sudo .venv/bin/python benchmarks/classroom.py [LEARNERS]``

Each learner has a server and a kernel in which the frameworks were imported, a circuit transpiled and simulated, a plot
drawn and an answer checked. Memory is the sum of the processes' PSS, with everybody there less with nobody there, for
each learner: pages that several share count in parts. Needs root on Linux; nothing leaves the computer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "classroom")]


def stock(folder: Path, learners: int) -> dict:
    """Servers and kernels as Jupyter starts them, one process each."""
    from engine_trials import WORK, memory, until
    from jupyter_client import KernelManager

    servers, kernels, seconds = [], [], []
    for number in range(learners):
        begun = time.monotonic()
        place = folder / f"stock-{number}"
        place.mkdir()
        command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--port=0"]
        command += [f"--notebook-dir={place}", "--IdentityProvider.token=t", "--ServerApp.ip=127.0.0.1"]
        own = os.environ | {"JUPYTER_RUNTIME_DIR": str(place)}
        quiet = subprocess.DEVNULL
        servers.append(subprocess.Popen(command, stdout=quiet, stderr=quiet, cwd=place, env=own))

        def answers(place=place) -> bool:
            try:
                address = json.loads(next(place.glob("jpserver-*.json")).read_text())["url"]
                with urllib.request.urlopen(f"{address}api/status?token=t", timeout=5) as answer:
                    return answer.status == 200
            except (OSError, StopIteration, ValueError):
                return False

        until(answers, 60)
        seconds.append(time.monotonic() - begun)
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel(cwd=str(place))
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(60)
        client.execute_interactive(WORK, timeout=120, output_hook=lambda message: None)
        kernels.append((manager, client))
    pids = [one.pid for one in servers] + [manager.provisioner.pid for manager, _ in kernels]
    found = {"MiB a learner": memory(pids) / learners, "server, seconds": min(seconds)}
    for manager, client in kernels:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    for one in servers:
        one.kill()
        one.wait()
    return found


def ours(learners: int, *options: str) -> dict:
    """The same number in a class of `qtrain hub`."""
    import engine_trials as trials

    room = Path(f"/srv/class-{os.getpid()}-{len(options)}")
    roster = Path("/srv/roster.csv")
    names = [f"learner{number:02d}" for number in range(learners)]
    roster.write_text("id\n" + "\n".join(names) + "\n")
    served = trials.Served(room, "--roster", str(roster), *options)
    opened = served.start()
    try:
        served.give_codes(names)
        nobody = trials.memory([served.pid("nursery")])
        everybody = [trials.Learner(served, name) for name in names]
        seconds = [one.enter()[1] for one in everybody]
        kernels = [one.start_kernel() for one in everybody]
        for one in everybody:
            one.run(trials.WORK)
        now = trials.memory([served.pid("nursery"), *trials.of_learners(trials.settings.load(room))])
    finally:
        served.stop()
    return {
        "MiB a learner": (now - nobody) / learners,
        "server, seconds": min(seconds),
        "kernel, seconds": min(kernels),
        "class open, seconds": opened,
        "MiB with nobody": nobody,
    }


def main() -> None:
    learners = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    if os.environ.get("QTRAIN_BENCHMARK_INSIDE") != "yes":  # in namespaces of its own, as the tests do it
        inside = os.environ | {"QTRAIN_BENCHMARK_INSIDE": "yes", "PYTHONPATH": str(ROOT)}
        sys.exit(subprocess.run(["unshare", "--mount", "--net", sys.executable, *sys.argv], env=inside).returncode)
    import engine_trials as trials

    from qtrain.kernels import immortal

    trials.own_network()
    for place in ("/srv", "/run"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)
    with tempfile.TemporaryDirectory() as folder:
        rows = {"Jupyter's own": stock(Path(folder), min(learners, 3)), "qtrain hub": ours(learners, "--no-immortal")}
    if immortal.available():
        rows["qtrain hub, immortal objects"] = ours(learners, "--immortal", "--seats", "0")
    print(f"Python {sys.version.split()[0]}, {learners} learners (Jupyter's own: {min(learners, 3)})")
    for name, found in rows.items():
        print(f"{name:<30}", ", ".join(f"{what}: {value:.1f}" for what, value in found.items()))
    print(f"ratio: {rows['qtrain hub']['MiB a learner'] / rows[next(iter(rows))]['MiB a learner']:.2f} of the memory")


if __name__ == "__main__":
    main()
