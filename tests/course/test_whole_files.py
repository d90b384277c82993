"""Saves that are cut, on a full disk, through links: the file is there, the old one or the new one."""

import asyncio
import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from tornado.web import HTTPError

from qtrain.course.whole_files import WholeCheckpoints, WholeFiles, whole

NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def manager(tmp_path):
    return WholeFiles(root_dir=str(tmp_path))


def run(coroutine):
    """In a thread of its own: a browser of other tests may have a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def cell(source):
    return {"cell_type": "markdown", "id": "one", "metadata": {}, "source": source}


def save(manager, source, path="work.ipynb"):
    content = {**NOTEBOOK, "cells": [cell(source)]}
    return run(manager.save({"type": "notebook", "format": "json", "content": content}, path))


def read(path):
    return "".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"])


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != ".ipynb_checkpoints")


def test_a_notebook_is_saved_and_nothing_lies_beside_it(manager, tmp_path):
    save(manager, "one")
    save(manager, "zwei 二 دو")
    assert read(tmp_path / "work.ipynb") == "zwei 二 دو"
    assert names(tmp_path) == ["work.ipynb"]


CUT = """
import os, sys
from {module} import {how}
with {how}(sys.argv[1]) as file:
    file.write("x" * 20)
    file.flush()
    os._exit(9)
"""


def test_a_save_that_is_cut_leaves_the_old_file(tmp_path):
    path = tmp_path / "work.ipynb"
    path.write_text(json.dumps({"cells": ["two hours of work"] * 2000}))
    before = path.read_bytes()
    for module, how in (
        ("qtrain.course.whole_files", "whole"),
        ("jupyter_server.services.contents.fileio", "atomic_writing"),
    ):
        ended = subprocess.run([sys.executable, "-c", CUT.format(module=module, how=how), str(path)])
        assert ended.returncode == 9
        # Jupyter's own loses it: when it no longer does, this module can go.
        assert (path.read_bytes() == before) == (how == "whole")


@pytest.mark.skipif(not ROOT or sys.platform != "linux", reason="needs root on Linux: a disk of its own that is full")
def test_a_full_disk_leaves_the_old_file_and_is_said(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("needs the right to mount: a disk of its own that is full")
    try:
        manager = WholeFiles(root_dir=str(disk))
        save(manager, "y" * 100)
        (disk / "filler").write_bytes(b"z" * (os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - 4096))
        with pytest.raises(HTTPError) as refused:
            save(manager, "n" * 60_000)
        assert refused.value.status_code == 507 and "as it was before" in refused.value.log_message
        assert read(disk / "work.ipynb") == "y" * 100 and names(disk) == ["filler", "work.ipynb"]
        (disk / "filler").unlink()
        save(manager, "n" * 60_000)
        assert read(disk / "work.ipynb") == "n" * 60_000
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_room_is_a_sentence_wherever_it_comes_from(manager, tmp_path, monkeypatch, number):
    save(manager, "one")

    def full(fd):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HTTPError, match="full"):
        save(manager, "two")
    assert read(tmp_path / "work.ipynb") == "one" and names(tmp_path) == ["work.ipynb"]
    with pytest.raises(HTTPError, match="your notebook is saved"):
        run(manager.create_checkpoint("work.ipynb"))


def test_another_error_of_the_disk_stays_itself(manager, monkeypatch):
    def broken(fd):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(HTTPError, match="Unexpected error while saving"):
        save(manager, "one")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes and links")
def test_modes_and_links_stay(manager, tmp_path):
    save(manager, "one")
    (tmp_path / "work.ipynb").chmod(0o640)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link.ipynb").symlink_to("../work.ipynb")
    save(manager, "two", "folder/link.ipynb")
    assert (tmp_path / "folder" / "link.ipynb").is_symlink() and read(tmp_path / "work.ipynb") == "two"
    assert (tmp_path / "work.ipynb").stat().st_mode & 0o777 == 0o640


def test_what_is_read_only_stays(manager, tmp_path, monkeypatch):
    save(manager, "one")
    file, refused = tmp_path / "work.ipynb", set()
    monkeypatch.setattr(os, "access", lambda path, mode, **_: os.fspath(path) not in refused)  # root may do everything
    refused.add(str(file))
    with pytest.raises(HTTPError, match="Permission denied"):
        save(manager, "two")
    assert read(file) == "one"
    # Where nothing can be written beside it, it is written in its place, as Jupyter does.
    refused.symmetric_difference_update({str(file), str(tmp_path)})
    before = file.stat().st_ino
    with whole(file) as opened:
        opened.write("{}")
    assert file.read_text() == "{}" and file.stat().st_ino == before


def test_a_checkpoint_comes_back_whole(manager, tmp_path):
    assert isinstance(manager.checkpoints, WholeCheckpoints)
    save(manager, "one")
    made = run(manager.create_checkpoint("work.ipynb"))
    save(manager, "two")
    run(manager.restore_checkpoint(made["id"], "work.ipynb"))
    assert read(tmp_path / "work.ipynb") == "one"


def test_a_text_keeps_its_bytes(manager, tmp_path):
    run(manager.save({"type": "file", "format": "text", "content": "a\r\nb\n"}, "a.txt"))
    assert (tmp_path / "a.txt").read_bytes() == b"a\r\nb\n"
