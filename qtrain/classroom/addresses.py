"""The addresses of this computer in the local network, and the one that learners are told."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path

# Names of interfaces that lead to containers and virtual machines of this computer alone, or into a tunnel.
_INNER = (
    "docker",
    "veth",
    "virbr",
    "br-",
    "lxc",
    "lxd",
    "cni",
    "flannel",
    "podman",
    "tun",
    "tap",
    "wg",
    "zt",
    "tailscale",
)


@dataclass(frozen=True)
class Address:
    """One address of an interface that is up.

    Attributes
    ----------
    address : str
        IPv4.
    interface : str
        Its name, such as ``wlan0``.
    wired, wireless : bool
        Whether there is a real adapter behind it.
    """

    address: str
    interface: str
    wired: bool = False
    wireless: bool = False

    @property
    def rank(self) -> tuple:
        """The lower, the likelier that learners reach it."""
        ip = ipaddress.ip_address(self.address)
        return (
            ip.is_loopback,
            self.interface.startswith(_INNER),
            ip.is_link_local,
            not (self.wired or self.wireless),
            not ip.is_private,
            self.interface,
            int(ip),
        )


def addresses() -> list[Address]:
    """IPv4 addresses of this computer, the one to tell learners first, loopback last.

    IPv6 is left out: nobody types such an address from a slip.
    """
    import psutil

    up = {name for name, told in psutil.net_if_stats().items() if told.isup}
    found = [
        Address(one.address, name, *_adapter(name))
        for name, ones in psutil.net_if_addrs().items()
        for one in ones
        if one.family == socket.AF_INET and name in up
    ]
    return sorted(found, key=lambda one: one.rank)


def best() -> str:
    """The address that learners are told; loopback where there is no network."""
    found = addresses()
    return found[0].address if found else "127.0.0.1"


def url(address: str, port: int) -> str:
    """What is typed into a browser.

    Parameters
    ----------
    address : str
        An IP address or a name.
    port : int
        80 need not be typed.
    """
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"


def _adapter(interface: str) -> tuple[bool, bool]:
    """Whether a cable or a radio is behind an interface."""
    place = Path("/sys/class/net") / interface
    if not (place / "device").exists():
        return False, False
    wireless = (place / "wireless").exists() or (place / "phy80211").exists()
    return not wireless, wireless
