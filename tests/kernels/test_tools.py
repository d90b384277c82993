"""nbclient, nbval and JupyterLab on the kernelspec `qtrain`, and what happens where nothing can be forked."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: elsewhere nothing is forked")
SERVER = "qtrain.kernels.__main__"  # in the fork server's command line, and in no other
CELLS = ["import os\nprint(os.getppid())", "1 / 1", "import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.show()"]


def write_notebook(path, cells=CELLS, kernel="python3"):
    """A notebook without outputs."""
    import nbformat

    metadata = {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=metadata)
    nbformat.write(notebook, path)
    return path


def test_the_kernelspecs_are_installed_and_name_the_provisioner():
    """Both specs are found, and without qtrain's provisioner they would be ordinary ones."""
    for name in ("qtrain", "qtrain-confined"):
        spec = KernelSpecManager().get_kernel_spec(name)
        assert spec.metadata["kernel_provisioner"]["provisioner_name"] == "qtrain-provisioner"
        assert spec.argv[1:3] == ["-m", "ipykernel_launcher"]


@linux
def test_nbclient_runs_a_notebook_on_a_warm_kernel(tmp_path):
    """The notebook says python3; the tool is pointed at qtrain."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(write_notebook(tmp_path / "a.ipynb"), 4)
    executor = NotebookClient(notebook, kernel_name="qtrain", resources={"metadata": {"path": str(tmp_path)}})
    executor.execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert int(outputs[0][0].text) != os.getpid()  # its parent is the server
    assert outputs[1][0].data["text/plain"] == "1.0" and "image/png" in outputs[2][0].data


@linux
def test_nbval_runs_on_a_warm_kernel_by_default_with_the_plugin(tmp_path):
    """`-p qtrain.kernels.tools` chooses the kernel; `--nbval-kernel-name` still decides."""
    import nbformat

    cell = f"import os\nassert {SERVER!r} in open(f'/proc/{{os.getppid()}}/cmdline').read()"
    write_notebook(tmp_path / "a.ipynb", [cell])
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--rootdir",
        str(tmp_path),
        "-p",
        "qtrain.kernels.tools",
        "--nbval-lax",
        str(tmp_path / "a.ipynb"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout
    done = subprocess.run(
        [*command, "--nbval-kernel-name=python3"], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 1 and "1 failed" in done.stdout
    assert nbformat.read(tmp_path / "a.ipynb", 4).metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("program", ["jupyterlab.labapp", "jupyterhub.app"])
def test_jupyters_programs_start_without_grammars_of_addresses(program):
    """Only the grammars are left out, and their name is free again afterwards; notebooks are still validated."""
    code = (
        "import sys\nfrom qtrain.address_grammars import without_address_grammars\n"
        f"with without_address_grammars():\n    import {program}\n"
        "assert 'jsonschema' in sys.modules and 'lark' not in sys.modules and 'rfc3987_syntax' not in sys.modules\n"
        "import nbformat\nnbformat.validate(nbformat.v4.new_notebook())\n"
        "try:\n    nbformat.validate({'nbformat': 4, 'nbformat_minor': 5, 'metadata': 1, 'cells': []})\n"
        "except nbformat.ValidationError:\n    import rfc3987_syntax\n"
        "else:\n    sys.exit('no notebook, and nobody says so')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_jsonschema_that_was_imported_before_is_left_whole():
    code = (
        "import sys, jsonschema\nfrom qtrain.address_grammars import without_address_grammars\n"
        "with without_address_grammars():\n    import nbformat\n"
        "assert 'iri' in jsonschema.FormatChecker.checkers and 'rfc3987_syntax' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_plugin_leaves_out_what_notebooks_do_not_use_and_tests_keep_it(tmp_path):
    """Hypothesis is not imported where no test uses it, and a test's assertions still say what they compared."""
    (tmp_path / "conftest.py").write_text(
        "import sys\ndef pytest_unconfigure(config):\n    print('hypothesis' in sys.modules, 'at the end')\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", "."]
    for source, seen in (
        ("def test_it():\n    one = 1\n    assert one == 2\n", "assert 1 == 2"),
        (
            "from hypothesis import given, strategies\n@given(strategies.integers())\n"
            "def test_it(n):\n    assert n < 50\n",
            "n=50",
        ),
    ):
        (tmp_path / "test_it.py").write_text(source)
        done = subprocess.run(
            [*command, "-p", "qtrain.kernels.tools", "."], capture_output=True, text=True, cwd=tmp_path, check=False
        )
        assert done.returncode == 1 and seen in done.stdout
        assert f"{'hypothesis' in source} at the end" in done.stdout


def test_tools_runs_an_installed_command_and_says_when_there_is_none():
    """The command's own exit code comes back."""
    command = [sys.executable, "-m", "qtrain.kernels.tools"]
    done = subprocess.run([*command, "jupyter-kernelspec", "list"], capture_output=True, text=True, check=True)
    assert "qtrain" in done.stdout + done.stderr
    done = subprocess.run([*command, "no-such-command"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "no command" in done.stderr


def test_where_nothing_can_be_forked_an_ordinary_kernel_starts_and_a_line_says_so(monkeypatch, tmp_path, caplog):
    """The same kernelspec, slower."""
    monkeypatch.setenv("QTRAIN_KERNELS", "ordinary")
    manager = KernelManager(kernel_name="qtrain")
    with caplog.at_level("WARNING"):
        manager.log.propagate = True
        manager.start_kernel(cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        assert client.execute_interactive("1", timeout=60, output_hook=print)["content"]["status"] == "ok"
        assert isinstance(manager.provisioner.process, subprocess.Popen)
        assert "ordinary kernel" in caplog.text
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@linux
@pytest.mark.parametrize(("wanted", "started"), [("", 0), ("2", 1)])
def test_linear_algebra_in_a_kernel_has_one_thread_or_as_many_as_one_asks_for(monkeypatch, tmp_path, wanted, started):
    """On a busy machine two that wait for each other take longer than one."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    if wanted:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", wanted)
    count = "len(os.listdir('/proc/self/task'))"
    code = (
        f"import os, numpy as np\nbefore = {count}\nnp.linalg.svd(np.ones((300, 300)))\nmore = {count} - before\n"
        "more = min(more, 1) if len(os.sched_getaffinity(0)) > 1 else 'one processor'"
    )
    manager = KernelManager(kernel_name="qtrain")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        told = client.execute_interactive(code, user_expressions={"more": "more"}, timeout=60)["content"]
        said = told["user_expressions"]["more"]["data"]["text/plain"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert said in (str(started), "'one processor'")


def test_required_confinement_refuses_a_kernel_without_it(monkeypatch, tmp_path):
    """No fences, no kernel."""
    monkeypatch.setenv("QTRAIN_KERNELS", "ordinary")
    manager = KernelManager(kernel_name="qtrain-confined")
    manager.kernel_spec.metadata["kernel_provisioner"]["config"] = {"require_confinement": True}
    with pytest.raises(RuntimeError, match="required"):
        manager.start_kernel(cwd=str(tmp_path))


@linux
def test_a_kernel_is_waited_for_as_long_as_one_says_and_is_gone_when_it_was_asked_to_end(tmp_path):
    manager = KernelManager(kernel_name="qtrain")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready()
        manager.signal_kernel(signal.SIGSTOP)
        status = Path(f"/proc/{manager.provisioner.pid}/status")
        while "T (stopped)" not in status.read_text():
            time.sleep(0.01)
        with pytest.raises(RuntimeError, match="didn't respond in 1 seconds"):
            client.wait_for_ready(timeout=1)
        manager.signal_kernel(signal.SIGCONT)
        manager.request_shutdown()
        assert not manager.is_alive()  # without a second look
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@linux
def test_a_confined_kernel_speaks_jupyter_and_is_confined(tmp_path):
    """Its sockets are files; it restarts; it has no network and no view of the folder's neighbours."""
    (tmp_path / "here.txt").write_text("here")
    manager = KernelManager(kernel_name="qtrain-confined")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    texts = []

    def run(source):
        texts.clear()
        client.execute_interactive(source, timeout=60, output_hook=lambda m: texts.append(m["content"].get("text", "")))
        return "".join(filter(None, texts))

    try:
        client.wait_for_ready(timeout=60)
        assert manager.transport == "ipc" and "network" in manager.provisioner.fences
        assert run("print(open('here.txt').read())") == "here\n"
        assert run("import os, socket\ntry: socket.socket()\nexcept OSError as e: print('refused')") == "refused\n"
        assert run(f"print(os.path.exists({str(tmp_path)!r}))") == "False\n"
        assert run("import matplotlib.pyplot as plt\nplt.plot([1])\nprint('drawn')") == "drawn\n"
        client.stop_channels()
        manager.restart_kernel(now=True)
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        assert run("print('os' in globals())") == "False\n"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert not manager.is_alive()


@linux
def test_jupyterlab_runs_a_notebook_on_a_warm_kernel_in_a_browser(tmp_path):
    """Opened, run and shut down by hand, as it were, in Chromium."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if not browser:
        pytest.skip("needs Chromium: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    pytest.importorskip("jupyterlab")
    write_notebook(tmp_path / "a.ipynb", ["print('parent', __import__('os').getppid())", "print(6 * 7)"], "qtrain")
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "HOME": str(tmp_path),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
    }
    lab = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            "--ServerApp.port=0",
            "--IdentityProvider.token=word",
            "--allow-root",
            f"--ServerApp.root_dir={tmp_path}",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        base = _address(lab)
        # In a thread of its own: the test's own thread may have an event loop, which playwright does not share.
        with ThreadPoolExecutor(1) as thread:
            shown = thread.submit(_run_all_cells, playwright, browser, f"{base}/lab/tree/a.ipynb?token=word").result()
        parent = re.search(r"parent (\d+)", shown)[1]
        assert SERVER in Path(f"/proc/{parent}/cmdline").read_text()
        request = urllib.request.Request(f"{base}/api/kernels?token=word")
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)[0]["name"] == "qtrain"
    finally:
        lab.terminate()
        with suppress(subprocess.TimeoutExpired):
            lab.wait(10)
        lab.kill()
        lab.stderr.close()


def _run_all_cells(playwright, browser, address):
    """The first output of the notebook, after all its cells were run from JupyterLab's menu."""
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with playwright.sync_playwright() as tool:
        with tool.chromium.launch(executable_path=browser, headless=True, args=flags) as window:
            page = window.new_page()
            page.goto(address, timeout=60_000)
            page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
            page.wait_for_selector("text=/warm.* Idle/", timeout=60_000)
            page.get_by_text("Run", exact=True).first.click()
            page.get_by_text("Run All Cells", exact=True).first.click()
            page.wait_for_selector(".jp-OutputArea-output >> text=42", timeout=60_000)
            return page.locator(".jp-OutputArea-output").first.inner_text()


def _address(lab):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        line = lab.stderr.readline()
        if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab\?", line):
            import threading

            threading.Thread(target=lab.stderr.read, daemon=True).start()
            return found[1]
        if not line and lab.poll() is not None:
            break
    raise AssertionError("JupyterLab did not start")
