"""The systems that a bundle can be made for, as ``pip download --platform`` names them."""

from __future__ import annotations

import sys

# The newest tag first; packages may carry any of them. Macs with Intel processors are missing: packages of the
# lock have no wheels for them any more.
PLATFORMS = {
    "linux": [
        "manylinux_2_28_x86_64",
        "manylinux_2_27_x86_64",
        "manylinux_2_24_x86_64",
        "manylinux_2_17_x86_64",
        "manylinux2014_x86_64",
        "manylinux_2_12_x86_64",
        "manylinux2010_x86_64",
        "manylinux_2_5_x86_64",
        "manylinux1_x86_64",
        "linux_x86_64",
    ],
    "windows": ["win_amd64"],
    "macos-arm": [
        "macosx_15_0_arm64",
        "macosx_14_0_arm64",
        "macosx_13_0_arm64",
        "macosx_12_0_arm64",
        "macosx_11_0_arm64",
        "macosx_10_9_universal2",
        "macosx_11_0_universal2",
    ],
}


# What the markers in the lock say about each of them.
MARKERS = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux", "platform_machine": "x86_64"},
    "windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows", "platform_machine": "AMD64"},
    "macos-arm": {
        "sys_platform": "darwin",
        "os_name": "posix",
        "platform_system": "Darwin",
        "platform_machine": "arm64",
    },
}


def this_one() -> str:
    """The name of the system that runs this."""
    if sys.platform.startswith("win"):
        return "windows"
    if sys.platform == "darwin":
        return "macos-arm"
    return "linux"
