"""``qtrain hub DIR install``: the class's server starts with the computer, as a service of systemd's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from qtrain import atomic
from qtrain.classroom import computer, settings
from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.settings import Settings

UNITS = Path("/etc/systemd/system")
RUNNING = Path("/run/systemd/system")  # is there where systemd runs
# What the supervisor and the nursery need of root's rights: give files and processes to learners and end them, read
# what is theirs, make groups and fences (CAP_SYS_ADMIN, and CAP_NET_ADMIN for the loopback inside), bind port 80, and
# raise limits.
CAPABILITIES = (
    "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETUID CAP_SETGID CAP_SETPCAP "
    "CAP_SYS_ADMIN CAP_NET_ADMIN CAP_NET_BIND_SERVICE CAP_SYS_RESOURCE CAP_SYS_PTRACE"
)
# Not here, as the nursery would not work under them: ProtectControlGroups and ProtectKernelTunables (each learner has a
# control group), RestrictNamespaces (each has fences), RestrictSUIDSGID (a folder passes its group on), PrivateDevices
# (a learner's view of the computer is mounted), MemoryDenyWriteExecute (NumPy and Node compile while they run).
UNIT = """\
[Unit]
Description=qtrain, a class's server: {described}
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart={command}
Restart=always
RestartSec=2
# The supervisor ends its parts, and what is left after that is ended by systemd.
KillMode=mixed
TimeoutStopSec=40
OOMPolicy=continue
Delegate=yes
TasksMax=infinity
LimitNOFILE=131072
UMask=0022
CapabilityBoundingSet={capabilities}
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=/run {folder}
PrivateTmp=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
"""


def add_arguments(parser) -> None:
    """The arguments of ``qtrain hub DIR install``."""
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--proxy", action="store_true", help="only fetch JupyterHub's proxy, once, over the network")
    chosen.add_argument("--remove", action="store_true", help="start it no more with the computer; all files stay")


def run(args) -> int:
    """Fetch what is missing, write the unit and start it; or take it away."""
    told = settings.load(args.folder)
    if args.remove:
        return remove(told)
    _fetch_proxy(told, again=args.proxy)
    return 0 if args.proxy else install(told)


def install(told: Settings) -> int:
    """Write the unit, and start it where systemd runs."""
    _as_root(told)
    if not (told.folder / "roster.csv").is_file():
        raise ClassroomError(
            f"{told.folder} has no roster yet: serve the class once with  --roster class.csv , then install"
        )
    path = UNITS / name(told)
    atomic.write(path, unit(told), durable=True)
    path.chmod(0o644)
    print(f"{path} is written.")
    if not RUNNING.is_dir():
        print(
            f"systemd does not run here. Where it does:  systemctl daemon-reload && systemctl enable --now {name(told)}"
        )
        return 0
    _systemctl("daemon-reload")
    _systemctl("enable", name(told))
    if computer.serves(told.nursery) and not _is_active(told):
        print(f"The class is being served by hand just now. End that, then:  sudo systemctl start {name(told)}")
        return 0
    _systemctl("restart", name(told))
    print(f"The class is served, and will be after each start. What it says:  journalctl -u {name(told)}")
    return 0


def remove(told: Settings) -> int:
    """Stop the service and take the unit away; the class's files stay."""
    _as_root(told)
    path = UNITS / name(told)
    if not path.exists():
        print(f"{told.folder} does not start with the computer: there is no {path}.")
        return 0
    if RUNNING.is_dir():
        _systemctl("disable", "--now", name(told))
    path.unlink()
    if RUNNING.is_dir():
        _systemctl("daemon-reload")
    print(f"{path} is removed. The class's files are all in {told.folder}, as before.")
    return 0


def name(told: Settings) -> str:
    """The unit's name; each class of a computer has its own."""
    return f"{told.run.name}.service"


def unit(told: Settings) -> str:
    """The unit's text.

    Raises
    ------
    ClassroomError
        When the folder's name has signs that no unit can hold.
    """
    folder = str(told.folder)
    if not folder.isprintable():  # control characters, or bytes that are no text
        raise ClassroomError(f"{folder!r} has signs that systemd does not take: rename the folder")
    command = " ".join(
        _quoted(word).replace("$", "$$") for word in (sys.executable, "-P", "-m", "qtrain.cli", "hub", folder)
    )
    return UNIT.format(
        described=folder.replace("%", "%%"), command=command, capabilities=CAPABILITIES, folder=_quoted(folder)
    )


def _quoted(word: str) -> str:
    """One word for systemd, whatever is in it."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _fetch_proxy(told: Settings, again: bool) -> None:
    from qtrain.classroom import proxy

    if again or not (proxy.place() / proxy.PROGRAM).is_file():
        print("JupyterHub's proxy is fetched, once …", flush=True)
        proxy.fetch()
        print(f"It lies in {proxy.place()}.")


def _as_root(told: Settings) -> None:
    if os.geteuid() != 0:
        raise ClassroomError(f"this needs root: sudo {sys.argv[0]} hub {told.folder} install")


def _is_active(told: Settings) -> bool:
    done = subprocess.run(["systemctl", "is-active", "--quiet", name(told)], check=False)
    return done.returncode == 0


def _systemctl(*words: str) -> None:
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ClassroomError(f"systemctl {' '.join(words)} failed: {done.stderr.strip() or 'it said nothing'}")
