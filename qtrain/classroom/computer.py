"""What kind of computer this is, as far as serving a class takes it; looks, and changes nothing."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

FINE, WARNING, MISSING = "✓", "!", "✗"
PROC, CGROUPS, RUN = Path("/proc"), Path("/sys/fs/cgroup"), Path("/run")


@dataclass(frozen=True)
class Finding:
    """What a check found: its sign, what was seen, and, where it is not fine, what to do."""

    sign: str
    seen: str
    advice: str = ""


def fine(seen: str) -> Finding:
    """All is well."""
    return Finding(FINE, seen)


def warning(seen: str, advice: str) -> Finding:
    """It works, but not as it might."""
    return Finding(WARNING, seen, advice)


def missing(seen: str, advice: str) -> Finding:
    """It does not work like this."""
    return Finding(MISSING, seen, advice)


def system() -> Finding:
    """Linux, and whether it runs inside another system."""
    if sys.platform != "linux":
        return missing(
            platform.system(),
            "a class is served from Linux: start this computer from a Linux stick, or use another one for the class",
        )
    seen = f"{platform.system()} {platform.release()}"
    if "microsoft" in platform.release().lower():
        return warning(
            f"{seen}, in Windows (WSL)",
            "learners reach WSL only if Windows lets them: set  networkingMode=mirrored  in .wslconfig and open the "
            "port in Windows' firewall. This was not tried by us; a Linux stick is surer",
        )
    if kind := container():
        return warning(
            f"{seen}, in a container ({kind})",
            "publish the port, give the container CAP_SYS_ADMIN for fences around learners, and keep DIR on a volume",
        )
    return fine(seen)


def container() -> str:
    """What kind of container this is; "" outside of one."""
    if (told := os.environ.get("container")) or (PROC.parent / ".dockerenv").exists():
        return told or "docker"
    with contextlib.suppress(OSError):
        if b"container=" in (found := (PROC / "1/environ").read_bytes()):
            return found.partition(b"container=")[2].partition(b"\0")[0].decode("utf-8", "replace")
    if "KUBERNETES_SERVICE_HOST" in os.environ:
        return "kubernetes"
    return ""


def root(folder: Path) -> Finding:
    """The right to give each learner a user number of their own."""
    if os.geteuid() == 0:
        return fine("yes")
    return warning("not now", f"serving takes it:  sudo {shutil.which('qtrain') or 'qtrain'} hub {folder}")


def control_groups() -> Finding:
    """What bounds the memory that one learner takes."""
    with contextlib.suppress(OSError):
        if "memory" in (CGROUPS / "cgroup.controllers").read_text().split():
            return fine("control groups, version 2")
    if (CGROUPS / "memory/memory.limit_in_bytes").exists() or (CGROUPS / "memory/tasks").exists():
        return fine("control groups, version 1")
    return warning(
        "no control groups with memory: each process of a learner is bounded, not all of them together",
        "a Raspberry Pi needs  cgroup_enable=memory  in its cmdline.txt; a container needs them writable",
    )


def fences() -> Finding:
    """Whether learners' programs can be kept from the network and from each other's processes."""
    if not (PROC / "self/ns/net").exists():
        return warning(
            "this kernel has no namespaces", "learners' programs could reach the network: use a usual kernel"
        )
    able = may_fence()
    if able is None:
        return fine("namespaces are there; whether they may be used is tried as root")
    if able:
        return fine("learners' programs reach neither the network nor each other")
    return warning(
        "namespaces may not be used here: learners see each other's processes, not their files",
        "give the container CAP_SYS_ADMIN, or serve from the computer itself",
    )


def may_fence() -> bool | None:
    """Whether this process may give others a view of the computer of their own; None where that cannot be tried."""
    if os.geteuid() != 0:
        return None
    from qtrain.classroom.reach import can_fence

    return can_fence()


def existing(path: Path) -> Path:
    """The folder itself, or the one in which it will be made."""
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path


def keeps_owners(folder: Path) -> bool | None:
    """Whether files there can be somebody's; None where that cannot be tried."""
    if os.geteuid() != 0:
        return None
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            os.fchown(probe.fileno(), 0x60000001, 0x60000001)
            return os.fstat(probe.fileno()).st_uid == 0x60000001
    except PermissionError:  # FAT refuses
        return False


def serves(path: Path) -> bool:
    """Whether somebody listens at a Unix socket."""
    for kind in (socket.SOCK_SEQPACKET, socket.SOCK_STREAM):
        with socket.socket(socket.AF_UNIX, kind) as probe, contextlib.suppress(OSError):
            probe.connect(str(path))
            return True
    return False


def holder(address: str, port: int) -> str:
    """Who holds a port; "" if it is free."""
    import psutil

    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address or "0.0.0.0", port))
            probe.listen(1)
        return ""
    except PermissionError:  # below 1024 without root: look who has it
        taken = False
    except OSError:
        taken = True
    with contextlib.suppress(psutil.Error):
        for one in psutil.net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr.port == port:
                return _named(one.pid)
    return _named(None) if taken else ""


def _named(pid: int | None) -> str:
    import psutil

    if pid is None:
        return "another program (as root it is named)"
    with contextlib.suppress(psutil.Error):
        return f"{psutil.Process(pid).name()} (process {pid})"
    return f"process {pid}"


def most_open_files() -> int:
    """How many files one process may open, if it asks for as many as it can have."""
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return hard if hard != resource.RLIM_INFINITY else int((PROC / "sys/fs/nr_open").read_text())


def most_processes() -> int:
    """How many processes and threads there may be."""
    bounds = [int((PROC / "sys/kernel" / name).read_text()) for name in ("threads-max", "pid_max")]
    for place in (CGROUPS / "pids.max", CGROUPS / "pids/pids.max"):
        with contextlib.suppress(OSError, ValueError):
            bounds.append(int(place.read_text()))
    return min(bounds)


def firewall(port: int) -> Finding:
    """Whether something keeps the learners' requests out."""
    if (status := said("ufw", "status")).startswith("Status: active"):
        if any(line.split()[0].split("/")[0] == str(port) and "ALLOW" in line for line in status.splitlines() if line):
            return fine(f"ufw lets port {port} in")
        return missing(f"ufw keeps port {port} out", f"sudo ufw allow {port}/tcp")
    if said("firewall-cmd", "--state") == "running":
        open_ports = said("firewall-cmd", "--list-ports").split()
        if f"{port}/tcp" in open_ports or (port == 80 and "http" in said("firewall-cmd", "--list-services").split()):
            return fine(f"firewalld lets port {port} in")
        return missing(
            f"firewalld keeps port {port} out",
            f"sudo firewall-cmd --permanent --add-port={port}/tcp && sudo firewall-cmd --reload",
        )
    rules = said("nft", "list", "ruleset")
    if "hook input" in rules and "policy drop" in rules and f"dport {port}" not in rules:
        return warning(
            "nftables keeps what it does not know out", f"sudo nft add rule inet filter input tcp dport {port} accept"
        )
    if os.geteuid() != 0 and any(map(shutil.which, ("ufw", "firewall-cmd", "nft"))):
        return fine("none is seen; as root one sees more")
    return fine("none is active")


def clock() -> Finding:
    """The time by which hand-ins are stamped."""
    made = Path(__file__).stat().st_mtime
    now = time.strftime("%Y-%m-%d %H:%M %Z")
    if time.time() < made - 86400:
        return missing(
            f"{now} is before qtrain was installed, so it is wrong: hand-ins would get wrong times",
            "sudo timedatectl set-time 'YYYY-MM-DD HH:MM:SS'",
        )
    if said("timedatectl", "show", "--property=NTPSynchronized", "--value") == "no":
        return fine(f"{now}, kept by this computer alone: compare it with yours")
    return fine(now)


def power() -> Finding:
    """A laptop on its battery ends in the middle of a lesson."""
    import psutil

    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    if battery is not None and not battery.power_plugged:
        return warning(f"on battery, {battery.percent:.0f} %", "plug it in, and keep the lid open: a closed one sleeps")
    return fine("plugged in" if battery else "no battery")


def said(*command: str) -> str:
    """What a program of the system says; "" where it is not here, or refuses."""
    path = shutil.which(command[0], path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))
    if path is None:
        return ""
    try:
        done = subprocess.run([path, *command[1:]], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
