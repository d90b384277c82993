"""``qtrain learn`` as a student meets it: JupyterLab is served, and its kernel runs the learner's copy of a lesson."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
import uuid

import pytest
from websocket import create_connection

from qtrain.course import load

LESSON = "1_qubits/1_6_conventions.ipynb"
START_S, CELL_S = 90, 60

# Exercise 1.6.c: the state (|000000⟩ + |b⟩)/√2, with b as Qiskit writes it.
IMPORTS = "import cirq\nfrom qiskit import QuantumCircuit\nfrom qtrain import check, variant\np = variant('1.6.c')"
ANSWERS = {
    "qiskit": """
ones = [k for k in range(6) if p.bits[5 - k] == "1"]
answer = QuantumCircuit(6)
answer.h(ones[0])
for other in ones[1:]:
    answer.cx(ones[0], other)
check("1.6.c", answer)
""",
    "cirq": """
q = cirq.LineQubit.range(6)
ones = [k for k in range(6) if p.bits[5 - k] == "1"]
answer = cirq.Circuit(cirq.H(q[ones[0]]), [cirq.CNOT(q[ones[0]], q[k]) for k in ones[1:]])
check("1.6.c", answer)
""",
}
ANSWERS["reversed"] = ANSWERS["qiskit"].replace("p.bits[5 - k]", "p.bits[k]")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """(folder, address, token) of a server on loopback, ended by its own process id."""
    folder = tmp_path_factory.mktemp("learner") / "course"
    env = {**os.environ, "QTRAIN_NO_BROWSER": "1", "PYTHONUNBUFFERED": "1"}
    env.pop("QTRAIN_LEARNER", None)
    with open(folder.parent / "log", "w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "qtrain", "learn", str(folder)], stdout=log, stderr=log, env=env
        )
        try:
            yield folder, *_address(process, folder.parent / "log")
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(process, log):
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        found = re.search(r"(http://127\.0\.0\.1:\d+)/\S*token=(\w+)", log.read_text())
        if found:
            try:
                urllib.request.urlopen(f"{found[1]}/api/status?token={found[2]}", timeout=5).read()
                return found[1], found[2]
            except OSError:
                time.sleep(0.3)
        assert process.poll() is None, log.read_text()
        time.sleep(0.3)
    pytest.fail(f"no server after {START_S} s: {log.read_text()}")


class Kernel:
    """A kernel of the server, started for one notebook as JupyterLab does."""

    def __init__(self, address, token, path):
        body = {"path": path, "type": "notebook", "name": "", "kernel": {"name": "python3"}}
        request = urllib.request.Request(
            f"{address}/api/sessions?token={token}", json.dumps(body).encode(), method="POST"
        )
        session = json.load(urllib.request.urlopen(request, timeout=CELL_S))
        kernel = session["kernel"]["id"]
        self.socket = create_connection(f"ws{address[4:]}/api/kernels/{kernel}/channels?token={token}", timeout=CELL_S)

    def run(self, code):
        """The outputs' plain text; an exception in the cell fails the test."""
        message = uuid.uuid4().hex
        header = {"msg_id": message, "username": "", "session": "test", "msg_type": "execute_request", "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        self.socket.send(
            json.dumps(
                {
                    "header": header,
                    "parent_header": {},
                    "metadata": {},
                    "content": content,
                    "channel": "shell",
                    "buffers": [],
                }
            )
        )
        texts, idle, replied = [], False, False
        while not (idle and replied):
            got = json.loads(self.socket.recv())
            if got["parent_header"].get("msg_id") != message:
                continue
            content = got["content"]
            if got["msg_type"] in ("display_data", "execute_result"):
                texts.append(content["data"]["text/plain"])
            elif got["msg_type"] == "stream":
                texts.append(content["text"])
            elif got["msg_type"] == "error":
                pytest.fail(f"{content['ename']}: {content['evalue']}\nin the cell:\n{code}")
            idle |= got["msg_type"] == "status" and content["execution_state"] == "idle"
            replied |= got["msg_type"] == "execute_reply"
        return "\n".join(texts)


def test_the_learners_copy_runs_and_answers_are_judged(server):
    folder, address, token = server
    with urllib.request.urlopen(f"{address}/lab?token={token}", timeout=30) as page:
        assert b"JupyterLab" in page.read()
    kernel = Kernel(address, token, LESSON)
    cells = json.loads((folder / LESSON).read_text(encoding="utf-8"))["cells"]
    verdicts = [kernel.run("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    said = [text for text in verdicts if re.match(r"… 1\.6\.\w not yet", text)]
    asked = len(load().lesson("1.6").exercises)
    assert len(said) == asked, verdicts

    kernel.run(IMPORTS)
    assert "qubit-order" in kernel.run(ANSWERS["reversed"])
    assert kernel.run(ANSWERS["qiskit"]).startswith("✔ 1.6.c right")
    assert kernel.run(ANSWERS["cirq"]).startswith("✔ 1.6.c right")
    done = subprocess.run(
        [sys.executable, "-m", "qtrain", "progress", str(folder)],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100"},
    )
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if "1.6" in line)
    assert re.search(rf"\b1 of +{asked} done", line), done.stdout
