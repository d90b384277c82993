"""Functions of several parties, decoders and Stim's objects, through confined kernels to the gradebook."""

import classroom as small
import pytest

EXERCISES = """
import numpy as np

from qtrain.checking import Decoder, Estimator, Game, Must, Protocol, StabilizerGroup, Step, StimProgram
from qtrain.authoring import Exercise


def chsh(asked, said):
    return said[0] ^ said[1] == asked[0] & asked[1]


def secrets(random):
    key, text = random.getrandbits(8), random.getrandbits(8)
    return {"alice.key": key, "bob.key": key, "alice.text": text}


STEPS = [Step("alice", "encrypt", ("alice.key", "alice.text"), ("sent",)),
         Step("bob", "decrypt", ("bob.key", "sent"), ("bob.text",))]
MUSTS = [Must("Bob reads something else.", lambda board: board["bob.text"] == board["alice.text"])]


def shots(random):
    p = random.uniform(0.3, 0.7)
    hits = int(np.random.default_rng(random.getrandbits(32)).binomial(1000, p))
    return (hits, 1000), p, (p * (1 - p) / 1000) ** 0.5


def memory():
    import stim

    return stim.Circuit.generated("repetition_code:memory", distance=3, rounds=2)


problem_1 = Exercise(id="1.P.1", kind="build",
             target=lambda p: Game(chsh, [(0, 0), (0, 1), (1, 0), (1, 1)], 0.75, shared=True))
problem_2 = Exercise(id="1.P.2", kind="build", target=lambda p: Protocol(STEPS, secrets, MUSTS))
problem_3 = Exercise(id="1.P.3", kind="build", target=lambda p: StabilizerGroup(["XXXX", "ZZZZ"]))
problem_4 = Exercise(id="1.P.4", kind="build", target=lambda p: StimProgram(memory()))
problem_5 = Exercise(id="1.P.5", kind="build",
             target=lambda p: Decoder([[1, 1, 0], [0, 1, 1]], [[1, 0, 0]], 0.1, 0.028, shots=2000))
problem_6 = Exercise(id="1.P.6", kind="measure", target=lambda p: Estimator(shots))
"""


def answer(title, variable, solution):
    return title, variable, f"{variable} = None", f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION"


ANSWERS = {
    "1.P.1": answer("A game", "players", "players = (lambda x, shared: 0, lambda y, shared: 0)"),
    "1.P.2": answer(
        "A cipher", "parties", "def xor(a, b):\n    return a ^ b\nparties = {'encrypt': xor, 'decrypt': xor}"
    ),
    "1.P.3": answer("A group", "group", "import stim\ngroup = [stim.PauliString('XXXX'), stim.PauliString('ZZZZ')]"),
    "1.P.4": answer(
        "A memory",
        "memory",
        "import stim\nmemory = stim.Circuit.generated('repetition_code:memory', distance=3, rounds=2)",
    ),
    "1.P.5": answer(
        "A decoder",
        "decode",
        "import numpy as np\nimport pymatching\nmatching = pymatching.Matching(np.array([[1, 1, 0], [0, 1, 1]]))\n"
        "def decode(syndrome):\n    return matching.decode(np.array(syndrome))",
    ),
    "1.P.6": answer(
        "A share",
        "share",
        "def share(hits, shots):\n    p = hits / shots\n    return p, (p * (1 - p) / shots) ** 0.5",
    ),
}


@pytest.fixture
def parties(tmp_path, monkeypatch):
    monkeypatch.setattr(small, "EXERCISES", EXERCISES)
    monkeypatch.setattr(small, "ANSWERS", ANSWERS)
    return small.Classroom(tmp_path, learners=("anna", "bob"))


def test_right_and_wrong_functions_are_graded_as_in_the_notebook(parties):
    parties.hand_in("anna.ipynb", parties.solved("anna"))
    wrong = {
        "p1": "players = (lambda x, shared: 0, lambda y, shared: y)",
        "p2": "parties = {'encrypt': lambda key, text: text, 'decrypt': lambda key, sent: sent ^ key}",
        "p3": "import stim\ngroup = [stim.PauliString('XXXX'), stim.PauliString('-ZZZZ')]",
        "p4": "memory = 'R 0 1\\nM 0 1\\nDETECTOR rec[-1]'",
        "p5": "def decode(syndrome):\n    return [0, 0, 0]",
        "p6": "def share(hits, shots):\n    return hits / shots, 0.5 * (0.25 / shots) ** 0.5",
    }
    parties.hand_in("bob.ipynb", parties.solved("bob", **wrong))
    grades = parties.grade()
    told = {name: {a["exercise"]: a for a in grades[name]["answers"]} for name in ("anna", "bob")}
    assert {exercise: a["status"] for exercise, a in told["anna"].items()} == dict.fromkeys(ANSWERS, "right")
    status = {exercise: a["status"] for exercise, a in told["bob"].items()}
    # The other best classical strategy is right, too.
    assert status == {**dict.fromkeys(ANSWERS, "wrong"), "1.P.1": "right"}
