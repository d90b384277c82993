"""JupyterLab with the class's buttons in a browser: a release appears and is handed in; work leaves and comes."""

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
import zipfile
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from fake_hub import service, until
from in_class import ADA

pytest.importorskip("jupyterhub", reason="needs JupyterHub: pip install 'qtrain[hub]'")
if not hasattr(socket, "AF_UNIX"):
    pytest.skip("needs Unix sockets", allow_module_level=True)

LAB = [
    "--ServerApp.jpserver_extensions={'qtrain.classroom.extension': True}",
    "--ServerApp.contents_manager_class=qtrain.course.whole_files.WholeFiles",
    "--ServerApp.port=0",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.open_browser=False",
    "--LabApp.news_url=",
    "--LabApp.extension_manager=readonly",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--allow-root",
]


@contextmanager
def lab(root, **environment):
    """A learner's JupyterLab on loopback; its address."""
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}", *LAB]
    own = {
        name: str(root.parent / name)
        for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    process = subprocess.Popen(command, env={**os.environ, **own, **environment}, stderr=subprocess.PIPE, text=True)
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/lab\?token=(\w+)", line):
                break
        else:
            raise AssertionError("".join(said))
        with open(root.parent / "lab.log", "w") as log:
            drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=log)
        yield f"http://127.0.0.1:{found[1]}/lab", found[2]
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stderr.close()
        drain.wait(10)


@pytest.fixture
def seat(room, hub, tmp_path):
    """A learner's JupyterLab in a class to which nothing was given out yet."""
    room.releases.prepare("ps1", "1")
    url = f"http+unix://{quote(str(tmp_path / 's.sock'), safe='')}"
    root = tmp_path / "home" / "course"
    (root / ".qtrain").mkdir(parents=True)
    (root / "start_here.md").write_text("# Start here\n")
    with service(room.folder, hub, url) as process:
        told = {"QTRAIN_CLASS_URL": f"{url}/services/class", "JUPYTERHUB_API_TOKEN": hub.sign_in(ADA)}
        with lab(root, **told) as (address, token):
            yield SimpleNamespace(root=root, room=room, hub=hub, address=address, token=token, process=process)


def test_a_learner_hands_in(seat, browser, tmp_path):
    context = browser.new_context(viewport={"width": 1200, "height": 800}, accept_downloads=True)
    page = context.new_page()
    asked = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(f"{seat.address}?token={seat.token}")
    page.locator("#jp-main-dock-panel").wait_for(timeout=60_000)
    page.locator(".jp-DirListing-item[title*=start_here]").wait_for()
    seat.room.releases.open("ps1")
    # Within 15 s it is in the file browser, and a word says so.
    page.locator(".jp-DirListing-item[title*=released]").wait_for(timeout=60_000)
    page.get_by_text("was given out: it is in released/ps1").first.wait_for(timeout=60_000)
    notebook = seat.root / "released" / "ps1" / "problem_set.ipynb"
    page.goto(f"{seat.address}/tree/released/ps1/problem_set.ipynb")
    button = page.locator(".qtrain-hand-in").first
    button.wait_for(timeout=60_000)
    # What was typed last is what is handed in: it is saved first.
    page.locator(".jp-Notebook .jp-Cell", has_text="next_one = None").locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nnext_one = p.n + 1  # typed just now")
    button.click()
    dialog = page.locator(".jp-Dialog")
    dialog.get_by_text("Handed in", exact=True).wait_for(timeout=30_000)
    page.screenshot(path=tmp_path / "handed-in.png")
    data = notebook.read_bytes()
    assert b"typed just now" in data
    digest = hashlib.sha256(data).hexdigest()
    assert digest in dialog.text_content() and "It is in time." in dialog.text_content()
    assert [one.digest for one in seat.room.database.hand_ins()] == [digest]
    assert json.loads((notebook.parent / "receipt-1.json").read_text())["digest"] == digest
    dialog.get_by_role("button", name="Ok").click()
    # The service is away: a sentence, and the work is on the disk.
    seat.process.kill()
    seat.process.wait()
    page.locator(".jp-Notebook .jp-Cell", has_text="typed just now").locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n# and more")
    button.click()
    dialog.get_by_text("Your work is saved: hand it in again in a while").wait_for(timeout=30_000)
    assert b"# and more" in notebook.read_bytes() and len(seat.room.database.hand_ins()) == 1
    dialog.get_by_role("button", name="Ok").click()
    # Everything leaves as a zip, by the menu.
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.screenshot(path=tmp_path / "menu.png")
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Download Everything of Mine").click()
    download.value.save_as(tmp_path / "mine.zip")
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        assert {"released/ps1/problem_set.ipynb", "released/ps1/receipt-1.json", "start_here.md"} <= set(
            archive.namelist()
        )
    # And a notebook from another computer comes.
    page.get_by_role("menuitem", name="File", exact=True).click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("menuitem", name="Bring Work from Another Computer").click()
    chooser.value.set_files({"name": "from home.ipynb", "mimeType": "application/json", "buffer": data})
    dialog.get_by_text("1 file came.").wait_for(timeout=30_000)
    assert (seat.root / "from home.ipynb").read_bytes() == data
    dialog.get_by_role("button", name="Ok").click()
    assert all(url.startswith(("http://127.0.0.1:", "data:", "blob:", "ws://127.0.0.1:")) for url in asked)
    context.close()


def test_only_a_releases_notebook_has_the_button_also_on_a_phone_in_the_dark(seat, browser, tmp_path):
    seat.room.releases.open("ps1")
    own = json.loads((seat.room.folder / "releases" / "ps1" / ADA / "problem_set.ipynb").read_text("utf-8"))
    own["metadata"]["qtrain"].pop("release")
    (seat.root / "own.ipynb").write_text(json.dumps(own))
    notebook = seat.root / "released" / "ps1" / "problem_set.ipynb"
    until(notebook.exists)
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{seat.address}/tree/released/ps1/problem_set.ipynb?token={seat.token}")
    button = page.locator(".qtrain-hand-in").first
    button.wait_for(timeout=60_000)
    page.screenshot(path=tmp_path / "phone.png")
    box = button.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 360
    page.locator(".jp-Notebook .jp-Cell", has_text="next_one = None").locator(".cm-content").click()
    page.goto(f"{seat.address}/tree/own.ipynb?reset")
    shown = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    shown.locator(".jp-Notebook .jp-Cell", has_text="Problem set").first.wait_for(timeout=60_000)
    shown.locator(".jp-NotebookPanel-toolbar jp-button").first.wait_for()
    assert "own.ipynb" in page.title() and shown.locator(".qtrain-hand-in").count() == 0
    # Where the learner is reaches their teacher.
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.open(f"{seat.hub.url}/services/class/").read()

    def line():
        with opener.open(f"{seat.hub.url}/services/class/state") as reply:
            return next(one for one in json.loads(reply.read())["lines"] if one["id"] == ADA)

    shown.locator(".jp-Notebook .jp-Cell", has_text="next_one = None").locator(".cm-content").click()
    until(lambda: line()["here"] and (line()["document"], line()["exercise"]) == ("1.P", "1.P.1"), 30)
    context.close()
