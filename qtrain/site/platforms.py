"""The systems that a bundle can be made for, as ``pip download --platform`` names them."""

from __future__ import annotations

import platform
import sys

# The newest tag first; packages may carry any of them.
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
        "macosx_14_0_arm64",
        "macosx_13_0_arm64",
        "macosx_12_0_arm64",
        "macosx_11_0_arm64",
        "macosx_10_9_universal2",
        "macosx_11_0_universal2",
    ],
    "macos-intel": [
        "macosx_14_0_x86_64",
        "macosx_13_0_x86_64",
        "macosx_12_0_x86_64",
        "macosx_11_0_x86_64",
        "macosx_10_13_x86_64",
        "macosx_10_12_x86_64",
        "macosx_10_9_x86_64",
        "macosx_10_9_universal2",
    ],
}


def this_one() -> str:
    """The name of the system that runs this."""
    if sys.platform.startswith("win"):
        return "windows"
    if sys.platform == "darwin":
        return "macos-arm" if platform.machine() == "arm64" else "macos-intel"
    return "linux"
