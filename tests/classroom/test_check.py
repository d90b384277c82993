"""What a computer lacks for a class is said in a line each, with what to do."""

import argparse
import os
import socket
import subprocess
import sys
from collections import namedtuple

import psutil
import pytest

pytest.importorskip("jupyterhub", reason="the classroom needs the extra [hub]")
if sys.platform != "linux":
    pytest.skip("the classroom runs on Linux", allow_module_level=True)
from qtrain.classroom import addresses, capacity, check, computer, proxy
from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.settings import Settings

FINE, WARNING, MISSING = "✓", "!", "✗"


@pytest.fixture
def told(tmp_path):
    (tmp_path / "roster.csv").write_text("id,name\n" + "".join(f"l{n},Learner {n}\n" for n in range(40)))
    return Settings(tmp_path)


def test_every_line_says_what_to_do(told, capsys):
    args = argparse.Namespace(folder=told.folder)
    code = check.run(args)
    lines = capsys.readouterr().out.splitlines()
    heads = [line for line in lines if not line.startswith("    ")]
    assert [line.split()[1] for line in heads[:-1]] == [(name + ":").split()[0] for name, _ in check.CHECKS]
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if line[0] in (WARNING, MISSING):
            assert after.startswith("    do this: ")
    assert code == any(line[0] == MISSING for line in heads)
    assert "Error" not in "\n".join(lines)


def test_a_check_that_breaks_is_a_finding(told, monkeypatch):
    monkeypatch.setattr(check, "CHECKS", (("clock", lambda told: 1 / 0), ("roster", check.roster)))
    found = dict(check.findings(told))
    assert found["clock"].sign == MISSING and "ZeroDivisionError" in found["clock"].seen
    assert found["roster"].sign == FINE


def test_it_does_without_root(told, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    found = dict(check.findings(told))
    assert found["root"].sign == WARNING and "sudo" in found["root"].advice
    assert found["fences"].sign == FINE and not any("Error" in one.seen for one in found.values())


@pytest.mark.parametrize("gib, sign", [(16, FINE), (4, WARNING), (1, MISSING)])
def test_memory_serves_so_many(told, monkeypatch, gib, sign):
    monkeypatch.setattr(capacity, "memory_here", lambda: gib * 1024)
    found = check.memory(told)
    assert found.sign == sign and f"{gib}.0 GiB" in found.seen
    if sign != FINE:
        assert "for 40 at once" in found.advice


def test_so_much_memory_serves_so_many_and_back():
    for learners in (1, 25, 40, 300):
        needed = capacity.memory_for(learners)
        assert capacity.learners_that_fit(needed + 1) == learners
        assert capacity.learners_that_fit(needed - capacity.NURSERY_MIB) < learners
    assert capacity.learners_that_fit(100) == 0


def test_a_port_that_is_held_names_who_holds_it(told, monkeypatch):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        found = check.port(Settings(told.folder, "127.0.0.1", port))
        assert found.sign == MISSING and str(os.getpid()) in found.seen and "--port" in found.advice
    assert check.port(Settings(told.folder, "127.0.0.1", port)).sign == FINE
    # Below 1024, who is not root cannot try; then it looks who listens.
    monkeypatch.setattr(socket.socket, "bind", lambda *_: (_ for _ in ()).throw(PermissionError()))
    monkeypatch.setattr(psutil, "net_connections", lambda kind: [])
    assert check.port(told).sign == FINE
    listens = namedtuple("C", "status laddr pid")("LISTEN", namedtuple("A", "port")(80), None)
    monkeypatch.setattr(psutil, "net_connections", lambda kind: [listens])
    assert check.port(told).sign == MISSING


def test_the_class_itself_holds_its_port(told, tmp_path, monkeypatch):
    place = tmp_path / "nursery.sock"
    monkeypatch.setattr(Settings, "nursery", place)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as served:
        served.bind(str(place))
        served.listen()
        assert "served just now" in check.port(told).seen
    assert "served just now" not in check.port(told).seen


@pytest.mark.parametrize(
    "text, sign, said",
    [
        ("id,name\nayesha,Ayesha\n", FINE, "1 learners, and teacher"),
        ("id,name\na,Ayesha\nb,Ayesha\n", WARNING, "2 learners"),
        ("id,name\na,A\na,B\n", MISSING, "cannot be read"),
        ("id,name\n", MISSING, "0 learners"),
        ("", MISSING, "cannot be read"),
        ("id,name\nteacher,Mallory\n", MISSING, "1 learners"),
        (None, WARNING, "none yet"),
    ],
)
def test_the_roster_is_looked_at(told, text, sign, said):
    path = told.folder / "roster.csv"
    path.unlink() if text is None else path.write_text(text)
    found = check.roster(told)
    assert (found.sign, said in found.seen) == (sign, True), found
    assert sign == FINE or found.advice


def test_a_missing_proxy_says_how_it_comes(told, monkeypatch):
    def gone():
        raise ClassroomError("JupyterHub's proxy is not here: qtrain hub DIR install --proxy fetches it")

    monkeypatch.setattr(proxy, "program", gone)
    found = check.proxy(told)
    assert found.sign == MISSING and found.advice.startswith("qtrain hub DIR install --proxy")


def test_an_old_jupyterhub_is_told(told, monkeypatch):
    from importlib import metadata

    assert check.jupyterhub(told).sign == FINE
    monkeypatch.setattr(metadata, "version", lambda name: "5.4.0")
    assert check.jupyterhub(told).sign == MISSING


def test_limits_that_are_too_low_are_told(told, monkeypatch):
    assert check.open_files(told).sign in (FINE, WARNING)
    monkeypatch.setattr(computer, "most_open_files", lambda: 1024)
    monkeypatch.setattr(computer, "most_processes", lambda: 1024)
    assert check.open_files(told).sign == check.processes(told).sign == WARNING


def test_a_full_disk_is_told(told, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda place: namedtuple("D", "free")(10**9))
    found = check.disk(Settings(told.folder / "not" / "yet"))
    assert found.sign == MISSING and str(told.folder) in found.seen


def test_wsl_and_containers_are_recognised(monkeypatch, tmp_path):
    monkeypatch.setattr(computer, "PROC", tmp_path / "proc")
    for name in ("container", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    assert computer.system().sign == FINE
    (tmp_path / ".dockerenv").touch()
    assert "docker" in computer.system().seen
    (tmp_path / ".dockerenv").unlink()
    (tmp_path / "proc" / "1").mkdir(parents=True)
    (tmp_path / "proc" / "1" / "environ").write_bytes(b"A=1\0container=lxc\0B=2")
    assert "lxc" in computer.system().seen
    monkeypatch.setattr("platform.release", lambda: "5.15.90.1-microsoft-standard-WSL2")
    assert "WSL" in computer.system().seen and "not tried" in computer.system().advice
    monkeypatch.setattr(sys, "platform", "darwin")
    assert computer.system().sign == MISSING


@pytest.mark.parametrize(
    "files, said",
    [
        ({"cgroup.controllers": "cpu memory pids"}, "version 2"),
        ({"memory/memory.limit_in_bytes": "9"}, "version 1"),
        ({"cgroup.controllers": "cpu"}, "no control groups"),
        ({}, "no control groups"),
    ],
)
def test_control_groups_of_either_version_or_none(tmp_path, monkeypatch, files, said):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(computer, "CGROUPS", tmp_path)
    assert said in computer.control_groups().seen


FIREWALLS = {
    "ufw open": ({("ufw", "status"): "Status: active\n\nTo Action From\n80/tcp ALLOW Anywhere"}, FINE),
    "ufw shut": ({("ufw", "status"): "Status: active\n\nTo Action From\n22/tcp ALLOW Anywhere\n"}, MISSING),
    "ufw off": ({("ufw", "status"): "Status: inactive"}, FINE),
    "firewalld open": ({("firewall-cmd", "--state"): "running", ("firewall-cmd", "--list-services"): "ssh http"}, FINE),
    "firewalld shut": ({("firewall-cmd", "--state"): "running", ("firewall-cmd", "--list-services"): "ssh"}, MISSING),
    "nftables": (
        {("nft", "list", "ruleset"): "type filter hook input priority 0; policy drop;\n tcp dport 22"},
        WARNING,
    ),
    "none": ({}, FINE),
}


@pytest.mark.parametrize("kind", FIREWALLS)
def test_a_firewall_is_told_and_how_it_opens(kind, monkeypatch):
    answers, sign = FIREWALLS[kind]
    monkeypatch.setattr(computer, "said", lambda *command: answers.get(command, ""))
    found = computer.firewall(80)
    assert found.sign == sign and (sign == FINE or "80" in found.advice)


def test_a_wrong_clock_and_a_battery_are_told(monkeypatch):
    assert computer.clock().sign == FINE
    monkeypatch.setattr("time.time", lambda: 86400.0)
    assert computer.clock().sign == MISSING
    battery = namedtuple("B", "percent power_plugged")
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery(40, False))
    assert computer.power().sign == WARNING and "40 %" in computer.power().seen
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery(40, True))
    assert computer.power().sign == FINE


def test_the_address_that_learners_reach_comes_first():
    names = [
        addresses.Address("127.0.0.1", "lo"),
        addresses.Address("172.17.0.1", "docker0"),
        addresses.Address("169.254.3.4", "eth1", wired=True),
        addresses.Address("10.8.0.2", "tun0"),
        addresses.Address("192.168.1.10", "wlan0", wireless=True),
        addresses.Address("192.0.2.7", "enp3s0", wired=True),
    ]
    ranked = [one.interface for one in sorted(names, key=lambda one: one.rank)]
    assert ranked[:2] in (["wlan0", "enp3s0"], ["enp3s0", "wlan0"]) and ranked[-1] == "lo"
    assert addresses.url("192.168.1.10", 80) == "http://192.168.1.10"
    assert addresses.url("fd00::1", 8000) == "http://[fd00::1]:8000"
    assert addresses.best() == addresses.addresses()[0].address


def test_without_a_network_it_says_so(told, monkeypatch):
    monkeypatch.setattr(check, "addresses", lambda: [addresses.Address("127.0.0.1", "lo")])
    monkeypatch.setattr(check, "best", lambda: "127.0.0.1")
    assert check.network(told).sign == WARNING


@pytest.mark.parametrize("able, sign", [(True, FINE), (None, FINE), (False, MISSING)])
def test_a_closed_folder_is_told_where_no_way_can_be_opened(told, monkeypatch, able, sign):
    from qtrain.classroom import reach

    monkeypatch.setattr(reach, "needed", lambda: [])
    monkeypatch.setattr(reach, "closed", lambda way: None)
    assert check.folder(told).seen.startswith("everybody")
    monkeypatch.setattr(reach, "closed", lambda way: way.parent)
    monkeypatch.setattr(computer, "may_fence", lambda: able)
    found = check.folder(told)
    assert found.sign == sign and str(told.folder.parent) in found.seen


def test_a_disk_without_owners_is_told(tmp_path, monkeypatch):
    if os.geteuid() == 0:
        assert computer.keeps_owners(tmp_path) is True
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fchown", lambda *_: (_ for _ in ()).throw(PermissionError()))
    assert computer.keeps_owners(tmp_path) is False


def test_what_the_system_says_is_asked_with_patience(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert computer.said("no-such-program") == ""
    for name, text in {"good": "echo ' here '", "bad": "echo x; exit 3"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    assert computer.said("good") == "here" and computer.said("bad") == ""
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: (_ for _ in ()).throw(subprocess.TimeoutExpired("x", 1)))
    assert computer.said("good") == ""
