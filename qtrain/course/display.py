"""Whether a browser can be opened here."""

from __future__ import annotations

import os
import sys


def can_show() -> bool:
    """False when ``QTRAIN_NO_BROWSER=1`` says so, or when there is no display to open a browser on."""
    if os.environ.get("QTRAIN_NO_BROWSER", "") not in ("", "0"):
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER"))
