"""Starts the four parts of a class's server and starts again whichever ends.

It is root, as it gives the parts their users, and so does little: it hears nobody, and reads only what is root's or the
hub's. Proxy, hub and service are the hub's user; the nursery is root.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from qtrain import atomic
from qtrain.classroom import cgroups, settings
from qtrain.classroom.settings import HUB_UID, Settings
from qtrain.kernels.confinement.nursery import BASE_UID

TICK_S, END_S = 0.2, 10.0
"""

"""
TOKENS = ("CONFIGPROXY_AUTH_TOKEN", "QTRAIN_SERVICE_TOKEN", "QTRAIN_KEEPER_TOKEN")
