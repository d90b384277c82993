"""The country: what will read a file takes it, names fit together, and the arithmetic never gives too little."""

import argparse
import json
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import replace
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from qtrain import __version__
from qtrain.classroom import hub
from qtrain.classroom.capacity import HUB_MIB, IMMORTAL_MIB, NURSERY_MIB, STOCK_MIB
from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.kubernetes import command as command_module
from qtrain.classroom.kubernetes import planning, requirements
from qtrain.classroom.kubernetes.command import add_arguments, run
from qtrain.classroom.kubernetes.manifests import Settings
from qtrain.classroom.kubernetes.planning import Demand, Node, plan_class_pods, plan_learner_pods
from qtrain.classroom.kubernetes.table import table

ROOT = Path(__file__).parents[2]
KUBERNETES = ("1.29", "1.33", "1.37")  # the manifests keep to what all of them know
DIGEST = "3f" * 32
IMAGE = f"registry.example.org:5000/course/qtrain@sha256:{DIGEST}"
LOCK = "a==1 \\\n    --hash=sha256:0\n# extras\n" + "".join(
    f"{pin} \\\n    --hash=sha256:0\n" for pin in ("jinja2==3", "markupsafe==2", "z==1")
)
LAB = ["--learners", "90", "--class-size", "40", "--image", IMAGE, "--domain", "lab.example.org"]


def call(*words: str) -> int:
    parser = argparse.ArgumentParser(prog="qtrain hub")
    parser.add_argument("folder", type=Path)
    add_arguments(parser)
    return run(parser.parse_args(list(words)))


@pytest.fixture(scope="module", autouse=True)
def checkout(tmp_path_factory):
    """A small one: a lock of two packages, and extras that need no more."""
    checkout = tmp_path_factory.mktemp("checkout")
    (checkout / "requirements.lock").write_text(f"jupyterhub==6.1.1 \\\n    --hash=sha256:0\n{LOCK}")
    (checkout / "pyproject.toml").write_text("[project.optional-dependencies]\nhub = ['a']\ngrade = ['jinja2']\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command_module, "CHECKOUT", checkout)
        yield checkout


@pytest.fixture(scope="module")
def folder(tmp_path_factory, checkout):
    """What is written for 90 learners in classes of 40."""
    folder = tmp_path_factory.mktemp("cluster") / "country"
    assert call(str(folder), *LAB) == 0
    return folder


def documents(folder: Path, *names: str) -> list[dict]:
    return [found for name in names for found in yaml.safe_load_all((folder / name).read_text("utf-8"))]


@pytest.fixture(scope="module")
def manifests(folder):
    return documents(folder, "class-pods.yaml", "class-routes.yaml")


def of_kind(manifests, kind: str) -> list[dict]:
    return [one for one in manifests if one["kind"] == kind]


# -- manifests ---------------------------------------------------------------------------------------------------------


def test_every_manifest_is_one_that_kubernetes_takes(manifests):
    kinds = [one["kind"] for one in manifests]
    assert {"Namespace", "StatefulSet", "Service", "Ingress", "NetworkPolicy", "PodDisruptionBudget"} == set(kinds)
    for one in manifests:
        for version in KUBERNETES:
            kubernetes_validate.validate(one, version, strict=True)


@pytest.mark.parametrize("spoil", ["misspelt", "type", "missing"])
def test_a_manifest_that_kubernetes_does_not_take_is_found(manifests, spoil):
    wrong = json.loads(json.dumps(of_kind(manifests, "StatefulSet")[0]))
    if spoil == "misspelt":
        wrong["spec"]["template"]["spec"]["automountServiceAccountTokens"] = False
    elif spoil == "type":
        wrong["spec"]["replicas"] = "three"
    else:
        del wrong["spec"]["selector"]
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES[-1], strict=True)


def test_labels_select_what_they_shall_and_names_are_in_one_namespace(manifests):
    (pods,) = of_kind(manifests, "StatefulSet")
    labels = pods["spec"]["template"]["metadata"]["labels"]
    (namespace,) = of_kind(manifests, "Namespace")
    assert {one["metadata"].get("namespace") for one in manifests} == {None, namespace["metadata"]["name"]}
    named = [(one["kind"], one["metadata"]["name"]) for one in manifests]
    assert len(named) == len(set(named))
    for kind in ("StatefulSet", "PodDisruptionBudget"):
        (one,) = of_kind(manifests, kind)
        assert one["spec"]["selector"]["matchLabels"].items() <= labels.items()
    (policy,) = of_kind(manifests, "NetworkPolicy")
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    services = {one["metadata"]["name"]: one["spec"] for one in of_kind(manifests, "Service")}
    assert services[pods["spec"]["serviceName"]]["clusterIP"] == "None"
    replicas = {f"{pods['metadata']['name']}-{number}" for number in range(pods["spec"]["replicas"])}
    assert len(replicas) == 3 and services.keys() - {"classes"} == replicas
    for name, service in services.items():
        own = dict(service["selector"])
        assert own.pop("statefulset.kubernetes.io/pod-name", "classes") == name
        assert own.items() <= labels.items() and own


def test_every_port_that_is_named_is_the_containers(manifests):
    (pods,) = of_kind(manifests, "StatefulSet")
    (container,) = pods["spec"]["template"]["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    listens = re.search(r"--port (\d+)", " ".join(container["args"]))
    assert int(listens[1]) == ports["http"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        how = container[probe].get("httpGet") or container[probe]["tcpSocket"]
        assert how["port"] in ports
    for service in of_kind(manifests, "Service"):
        assert [port["targetPort"] in ports for port in service["spec"]["ports"]] == [True]
    (policy,) = of_kind(manifests, "NetworkPolicy")
    assert [port["port"] in ports for rule in policy["spec"]["ingress"] for port in rule["ports"]] == [True]
    services = {one["metadata"]["name"]: one["spec"]["ports"] for one in of_kind(manifests, "Service")}
    hosts = []
    for ingress in of_kind(manifests, "Ingress"):
        (rule,) = ingress["spec"]["rules"]
        (path,) = rule["http"]["paths"]
        to = path["backend"]["service"]
        assert to["port"]["name"] in {port["name"] for port in services[to["name"]]}
        assert rule["host"] == f"{to['name']}.lab.example.org"
        assert ingress["spec"]["tls"][0]["hosts"] == [rule["host"]]
        hosts.append(rule["host"])
    assert hosts == [f"class-{number}.lab.example.org" for number in range(3)]


def test_qtrain_hub_knows_what_a_pod_says_to_it(manifests):
    pod = of_kind(manifests, "StatefulSet")[0]["spec"]["template"]["spec"]
    *_, command = " ".join(pod["containers"][0]["args"]).partition("exec qtrain hub ")
    parser = argparse.ArgumentParser(exit_on_error=False)
    hub.add_arguments(parser)
    told = parser.parse_args(shlex.split(command.replace("$POD_NAME", "class-2")))
    assert told.action is None and (told.folder, told.roster) == (Path("/srv/class"), Path("/srv/roster.csv"))
    assert (told.port, told.seats, told.public) == (80, 40, "https://class-2.lab.example.org")
    assert hub.ACTIONS["k8s"][0] == command_module.__name__


def test_a_class_has_no_right_that_it_does_not_need(manifests, folder):
    pod = of_kind(manifests, "StatefulSet")[0]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    security = container["securityContext"]
    assert security["capabilities"]["drop"] == ["ALL"]
    # What the level "baseline" of the pod security standards lets a container add.
    baseline = {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
    }
    baseline |= {"SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"}
    assert {"SETUID", "SETGID", "CHOWN", "KILL"} <= set(security["capabilities"]["add"]) <= baseline
    (namespace,) = of_kind(manifests, "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "baseline"
    assert security["privileged"] is security["allowPrivilegeEscalation"] is False
    assert security["readOnlyRootFilesystem"] is True
    assert pod["automountServiceAccountToken"] is False and pod["enableServiceLinks"] is False
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys() and "fsGroup" not in pod["securityContext"]
    readme = (folder / "README.md").read_text("utf-8")
    assert all(f"- `{name}`: " in readme for name in security["capabilities"]["add"])


def test_what_is_mounted_is_there_and_nothing_else_is_written_to(manifests):
    (pods,) = of_kind(manifests, "StatefulSet")
    pod = pods["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    claims = {claim["metadata"]["name"] for claim in pods["spec"]["volumeClaimTemplates"]}
    assert mounts.keys() == claims | {volume["name"] for volume in pod["volumes"]}
    command = " ".join(container["args"])
    assert f"qtrain hub {mounts['class']['mountPath']} --roster {mounts['rosters']['mountPath']} " in command
    variables = {variable["name"] for variable in container["env"]}
    assert set(re.findall(r"\$\((\w+)\)", mounts["rosters"]["subPathExpr"])) <= variables
    assert all("sizeLimit" in volume["emptyDir"] for volume in pod["volumes"] if "emptyDir" in volume)


def test_no_request_leaves_a_class_unless_the_platform_is_named(tmp_path):
    assert call(str(tmp_path / "offline")) == 0
    (policy,) = of_kind(documents(tmp_path / "offline", "class-pods.yaml"), "NetworkPolicy")
    assert set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"} and policy["spec"]["egress"] == []
    assert call(str(tmp_path / "moodle"), "--moodle-cidr", "192.0.2.10/32") == 0
    (policy,) = of_kind(documents(tmp_path / "moodle", "class-pods.yaml"), "NetworkPolicy")
    kubernetes_validate.validate(policy, KUBERNETES[-1], strict=True)
    allowed = [
        (rule["to"][0].get("ipBlock", {}).get("cidr"), {p["port"] for p in rule["ports"]})
        for rule in policy["spec"]["egress"]
    ]
    assert allowed == [("192.0.2.10/32", {443}), (None, {53})]


def test_images_are_named_by_digest_alone(folder, manifests):
    pod = of_kind(manifests, "StatefulSet")[0]["spec"]["template"]["spec"]
    assert [container["image"] for container in pod["containers"]] == [IMAGE]
    image = documents(folder, "zero-to-jupyterhub.yaml")[0]["singleuser"]["image"]
    assert f"{image['name']}:{image['tag']}" == IMAGE


def test_a_secret_holds_a_hundred_rosters(tmp_path):
    for learners, secrets in ((100, 1), (101, 2), (250, 3)):
        assert call(str(tmp_path / str(learners)), "--learners", str(learners), "--class-size", "1") == 0
        pods = of_kind(documents(tmp_path / str(learners), "class-pods.yaml"), "StatefulSet")[0]["spec"]
        assert pods["replicas"] == learners
        rosters = next(v for v in pods["template"]["spec"]["volumes"] if v["name"] == "rosters")
        names = [source["secret"]["name"] for source in rosters["projected"]["sources"]]
        assert names == [f"rosters-{number}" for number in range(secrets)]


# -- values for Zero to JupyterHub -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chart():
    """The chart's schema; what it requires is in its own values, onto which Helm lays these."""

    def without_required(part):
        if isinstance(part, dict):
            return {
                key: without_required(value)
                for key, value in part.items()
                if key != "required" or isinstance(value, dict)
            }
        return [without_required(one) for one in part] if isinstance(part, list) else part

    schema = json.loads((Path(__file__).parent / "zero_to_jupyterhub.schema.json").read_text("utf-8"))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(without_required(schema))


@pytest.mark.parametrize("more", [[], ["--ingress-class", "traefik", "--storage-class", "fast.ssd"]])
def test_the_charts_schema_takes_the_values(chart, tmp_path, more):
    assert call(str(tmp_path / "a"), *LAB, *more) == 0
    (values,) = documents(tmp_path / "a", "zero-to-jupyterhub.yaml")
    assert [error.message for error in chart.iter_errors(values)] == []
    assert bool(more) == ("ingressClassName" in values["ingress"]) == ("dynamic" in values["singleuser"]["storage"])


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("singleuser.memmory", {"limit": "1G"}),
        ("cull.timeout", "an hour"),
        ("singleuser.networkPolicy.egressAllowRules.all", False),
    ],
)
def test_the_charts_schema_finds_a_mistake(chart, folder, place, value):
    (values,) = documents(folder, "zero-to-jupyterhub.yaml")
    *path, last = place.split(".")
    part = values
    for name in path:
        part = part[name]
    part[last] = value
    assert list(chart.iter_errors(values))


def test_a_learners_pod_is_nobody_and_reaches_nothing(folder):
    (values,) = documents(folder, "zero-to-jupyterhub.yaml")
    learner = values["singleuser"]
    assert learner["uid"] != 0 and learner["allowPrivilegeEscalation"] is False
    assert learner["cloudMetadata"]["blockWithIptables"] is False  # that would start a privileged container
    rules = learner["networkPolicy"]["egressAllowRules"]
    assert [name for name, allowed in rules.items() if allowed] == ["dnsPortsKubeSystemNamespace"]
    assert values["hub"]["config"]["JupyterHub"]["authenticator_class"] != "dummy"
    assert values["hub"]["activeServerLimit"] == 90


# -- the image ---------------------------------------------------------------------------------------------------------


def instructions(folder: Path) -> list[list[str]]:
    text = re.sub(r"^#.*\n", "", (folder / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    return [line.split() for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def test_every_file_that_the_image_copies_is_there(folder):
    make = subprocess.run(["make", "-n", "wheel", "DIST=HERE"], cwd=ROOT, capture_output=True, text=True)
    assert "--outdir HERE ." in make.stdout, make.stderr
    (folder / f"qtrain-{__version__}-py3-none-any.whl").touch()  # as the target above names it
    (folder / f"qtrain_teach-{__version__}-py3-none-any.whl").touch()
    copied = [words[1:-1] for words in instructions(folder) if words[0] in ("COPY", "ADD")]
    stages = {words[3] for words in instructions(folder) if words[0] == "FROM" and len(words) > 2}
    kept = {
        line.removeprefix("!") for line in (folder / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    patterns = []
    for words in copied:
        if words[0].startswith("--from="):
            assert words[0].removeprefix("--from=") in stages
            continue
        patterns += words
        for pattern in words:
            found = [path.name for path in folder.glob(pattern)]
            assert found, pattern
            assert not [name for name in found if "teach" in name]  # nothing that solves a problem set
    assert set(patterns) == kept
    for path in folder.glob("*.whl"):
        path.unlink()


def test_the_image_runs_as_nobody_and_names_no_host(folder):
    steps = instructions(folder)
    assert [words[1] for words in steps if words[0] == "USER"] == ["learner"]
    text = (folder / "Dockerfile").read_text("utf-8") + (folder / "requirements.txt").read_text("utf-8")
    assert "://" not in text and "--require-hashes" in text
    assert [words[1] for words in steps if words[0] == "FROM"] == ["${PYTHON}"] * 2
    (base,) = [words[1] for words in steps if words[0] == "ARG"]
    assert re.fullmatch(r"PYTHON=python:3\.1[23]-slim-\w+", base)  # immortal objects want 3.12 or 3.13


def test_what_the_image_calls_is_there(folder):
    called = re.findall(r"from (qtrain[\w.]*) import (\w+)", (folder / "Dockerfile").read_text("utf-8"))
    assert called and all(callable(getattr(import_module(module), name)) for module, name in called)


def test_the_images_packages_are_a_part_of_the_lock_with_all_that_they_need():
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = requirements.part_of_lock(lock, project)
    blocks = [block for block in re.split(r"\n(?=\S)", text.strip()) if not block.startswith("#")]
    assert all(block in lock and "--hash=sha256:" in block for block in blocks)
    names = {re.split(r"[=\[ ]", block)[0] for block in blocks}
    assert {"jupyterhub", "jupyterlab", "qiskit", "tornado", "alembic", "mako", "distributed", "sqlalchemy"} <= names
    assert not {"pytest", "playwright", "jupyter-book", "qiskit-aer", "ruff"} & names


def test_a_part_of_a_lock_has_what_is_needed_and_no_more():
    project = {"optional-dependencies": {"grade": ["jinja2>=3"], "hub": ["a"]}}
    part = requirements.part_of_lock(LOCK, project)
    assert part == LOCK.replace("# extras\n", "").partition("z==")[0]
    assert requirements.part_of_lock(LOCK, project, ("hub",)) == LOCK.partition("# extras")[0]


def test_what_a_lock_lacks_is_said():
    with pytest.raises(ClassroomError, match=r"has no markupsafe: run `make lock`"):
        requirements.part_of_lock(
            LOCK.replace("markupsafe", "other"), {"optional-dependencies": {"grade": ["jinja2"], "hub": []}}
        )
    with pytest.raises(ClassroomError, match="no extra hub; it has grade"):
        requirements.part_of_lock(LOCK, {"optional-dependencies": {"grade": ["jinja2"]}})


# -- arithmetic --------------------------------------------------------------------------------------------------------


def test_what_a_node_leaves_for_pods_by_hand():
    # 64 GiB: 1 of the first 4, 0.8 of the next 4, 0.8 of the next 8, 2.88 of the other 48: 5.48 GiB are kept.
    assert Node(64, 8).memory_mib == int((64 - 5.48) * 1024) - 100 == 59824
    # 256 GiB: 1 + 0.8 + 0.8 + 6.72 + 2.56 = 11.88
    assert Node(256, 8).memory_mib == int((256 - 11.88) * 1024) - 100
    # 8 cores: 60 m of the first, 10 of the second, 10 of the next two, 10 of the other four.
    assert Node(64, 8).millicores == 7910
    assert Node(64, 1).millicores == 940


def test_a_pod_a_learner_by_hand():
    plan = plan_learner_pods(Demand(3000), Node(64, 8))
    assert STOCK_MIB == 316 and plan.pod.request_mib == 422  # 316 is three quarters of 421.3
    assert (plan.pods, plan.volumes, plan.volume_gib) == (3000, 3000, 1)
    assert (plan.pods_per_node, plan.bound_by) == (100, "pods")  # memory would do for 141, cores for 158
    assert plan.nodes == 31  # and one for the hub
    assert plan.memory_gib == 1237  # 3000 · 422 / 1024 = 1236.3
    narrow = plan_learner_pods(Demand(3000), Node(32, 8, volumes=16))
    assert (narrow.pods_per_node, narrow.bound_by, narrow.nodes) == (16, "volumes", 189)  # 3000 / 16 = 187.5


def test_a_pod_a_class_by_hand():
    demand = Demand(3000, 40, millicores=10)
    plan = plan_class_pods(demand, Node(64, 8))
    assert (HUB_MIB, NURSERY_MIB, IMMORTAL_MIB) == (1200, 114, 51)
    assert plan.pod == planning.Pod(7680, 7680, 650)  # (1200 + 40 · 114) · 4/3 = 7680
    assert (plan.pods, plan.volumes, plan.volume_gib) == (75, 75, 40)
    assert (plan.pods_per_node, plan.bound_by, plan.nodes) == (7, "memory", 11)  # 59824 / 7680 = 7.8; 75 / 7 = 10.7
    immortal = plan_class_pods(demand, Node(64, 8), immortal=True)
    assert immortal.pod.request_mib == 4320  # (1200 + 40 · 51) · 4/3
    assert (immortal.pods_per_node, immortal.bound_by, immortal.nodes) == (12, "cores", 7)  # 7.91 cores / 0.65
    half = plan_class_pods(replace(demand, present=Fraction(1, 2)), Node(64, 8))
    assert half.pod == planning.Pod(4640, 7680, 450)  # sure of 20 learners' memory, and 40 learners' at most
    dear = plan_class_pods(Demand(30_000, 40), Node(64, 8))
    assert (dear.pods, dear.pods_per_node, dear.bound_by, dear.nodes) == (750, 3, "cores", 250)  # 2.25 of 7.91 cores


def test_a_month_by_hand():
    plan = plan_class_pods(Demand(3000, 40, millicores=10), Node(64, 8))
    assert plan.month(Fraction("0.5")) == 11 * 730 * Fraction(1, 2) == 4015
    assert plan.month(Fraction("0.5"), 200, Fraction("0.04")) == 1100 + 75 * 40 * Fraction("0.04") == 1220


sizes = st.integers(1, 60)
learners = st.integers(1, 40_000)
shares = st.fractions(Fraction(1, 100), 1, max_denominator=100)
nodes = st.builds(Node, st.integers(24, 512), st.integers(8, 128), st.integers(1, 127))
ways = st.sampled_from([plan_learner_pods, plan_class_pods, lambda demand, node: plan_class_pods(demand, node, True)])
demands = st.builds(Demand, learners, sizes, shares, st.integers(1, 20), st.integers(1, 100))


@given(ways, demands, nodes)
def test_there_is_always_enough(way, demand, node):
    plan = way(demand, node)
    there = demand.learners * demand.present
    assert plan.nodes * plan.pods_per_node >= plan.pods
    assert plan.pods_per_node * plan.pod.request_mib <= node.memory_mib
    assert plan.pods_per_node * plan.pod.millicores <= node.millicores
    assert plan.pods_per_node <= min(100, node.volumes)
    assert plan.pod.request_mib <= plan.pod.limit_mib <= node.memory_mib
    assert plan.volumes * plan.volume_gib >= demand.learners * demand.gib
    each = STOCK_MIB if way is plan_learner_pods else IMMORTAL_MIB
    assert plan.pods * plan.pod.request_mib * Fraction(3, 4) >= there * each
    assert plan.pods * plan.pod.millicores >= there * demand.millicores


@given(ways, demands, nodes, st.data())
def test_more_of_anything_never_takes_less(way, demand, node, data):
    plan = way(demand, node)
    more = way(replace(demand, learners=demand.learners + data.draw(st.integers(0, 5000))), node)
    assert more.pods >= plan.pods
    assert more.nodes >= plan.nodes and more.volumes >= plan.volumes and more.memory_gib >= plan.memory_gib
    fuller = way(replace(demand, present=data.draw(st.fractions(demand.present, 1, max_denominator=100))), node)
    assert fuller.nodes >= plan.nodes and fuller.memory_gib >= plan.memory_gib
    larger = way(demand, Node(node.memory_gib + data.draw(st.integers(0, 256)), node.cores, node.volumes))
    assert larger.nodes <= plan.nodes
    price = data.draw(st.fractions(0, 10, max_denominator=100))
    assert more.month(price) >= plan.month(price) >= 0


def test_a_class_that_no_node_carries_is_said():
    with pytest.raises(
        ClassroomError, match=r"class of 500 takes up to 77600 MiB, and a node of 64 GiB has 59824 MiB .*--node-memory"
    ):
        plan_class_pods(Demand(3000, 500), Node(64, 128))
    with pytest.raises(ClassroomError, match=r"takes 10.25 cores, and a node of 8 has 7.91 .*--node-cores"):
        plan_class_pods(Demand(3000, 200), Node(256, 8))
    with pytest.raises(ClassroomError, match="A learner's pod"):
        plan_learner_pods(Demand(), Node(1, 8))


# -- the command -------------------------------------------------------------------------------------------------------


def rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if re.match(r"\| +\d", line)
    ]


def test_the_readme_counts_for_three_and_thirty_thousand_and_for_what_was_asked(folder, capsys, tmp_path):
    assert call(str(tmp_path / "a"), *LAB, "--price", "0.5", "--storage-price", "0.04") == 0
    found = rows((tmp_path / "a" / "README.md").read_text("utf-8"))
    assert found == rows(capsys.readouterr().out)
    assert [row[0] for row in found] == ["90"] * 3 + ["3,000"] * 3 + ["30,000"] * 3
    assert found[3] == [
        "3,000",
        "a pod a learner",
        "3,000",
        "422",
        "1,237",
        "100",
        "pods",
        "31",
        "3,000 of 1 GiB",
        "11,435",
    ]
    assert {row[-1] for row in rows((folder / "README.md").read_text("utf-8"))} == {"give --price"}


def test_all_columns_of_the_table_are_as_wide_as_their_cells():
    lines = table([plan_learner_pods(Demand(3000), Node())], None, 730, None).splitlines()
    assert len({len(line) for line in lines}) == 1 and len({line.count("|") for line in lines}) == 1


def test_what_is_to_be_filled_in_is_listed_until_it_is(folder, tmp_path):
    heading = "To be filled in first"
    assert call(str(tmp_path / "a")) == 0
    text = (tmp_path / "a" / "README.md").read_text("utf-8")
    listed = re.findall(r"^- `(--\S+)", text, re.MULTILINE)
    assert heading in text and listed == ["--image", "--domain", "--moodle"]
    platform = ["--moodle", "https://moodle.example.edu/", "--client-id", "abc"]
    assert call(str(tmp_path / "b"), *LAB, *platform) == 0
    text = (tmp_path / "b" / "README.md").read_text("utf-8")
    assert heading not in text and "--moodle=https://moodle.example.edu" in text
    hub = documents(tmp_path / "b", "zero-to-jupyterhub.yaml")[0]["hub"]["config"]["LTI13Authenticator"]
    assert hub["authorize_url"] == "https://moodle.example.edu/mod/lti/auth.php" and hub["client_id"] == ["abc"]


def test_files_that_somebody_changed_stay(tmp_path, capsys):
    folder = tmp_path / "a"
    assert call(str(folder), *LAB) == 0
    assert call(str(folder), *LAB) == 0  # the same again harms nobody
    (folder / "class-pods.yaml").write_text("mine\n")
    assert call(str(folder), *LAB) == 1
    assert "already has class-pods.yaml" in capsys.readouterr().err
    assert (folder / "class-pods.yaml").read_text() == "mine\n"
    assert call(str(folder), *LAB, "--renew") == 0
    assert (folder / "class-pods.yaml").read_text().startswith("# A class in each pod")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("image", "registry.example.org/qtrain:latest"),
        ("image", f"Registry/qtrain@sha256:{'0' * 63}"),
        ("namespace", "Q train"),
        ("domain", "lab.example.org/x"),
        ("domain", "a\nb: c"),
        ("ingress_namespace", "-a"),
        ("ingress_class", "{{ x }}"),
        ("storage_class", "a b"),
        ("moodle", "http://moodle.example.org"),
        ("moodle_cidr", "anywhere"),
    ],
)
def test_what_cannot_stand_in_a_manifest_is_refused(field, value):
    with pytest.raises(ClassroomError, match=f"--{field.replace('_', '-')} got .*; it takes "):
        Settings(**{field: value})


@pytest.mark.parametrize(
    "words", [["--learners", "0"], ["--present", "1.1"], ["--present", "x"], ["--price", "-1"], ["--hours", "1/0"]]
)
def test_numbers_that_are_none_are_refused(tmp_path, capsys, words):
    with pytest.raises(SystemExit):
        call(str(tmp_path / "a"), *words)
    assert words[0] in capsys.readouterr().err and not (tmp_path / "a").exists()


def test_nothing_is_written_when_it_does_not_fit(tmp_path, capsys):
    assert call(str(tmp_path / "a"), "--class-size", "900") == 2
    assert "smaller classes" in capsys.readouterr().err and not (tmp_path / "a").exists()


def test_asking_for_help_imports_nothing_heavy():
    code = (
        "import sys, argparse; from qtrain.classroom.kubernetes.command import add_arguments; "
        "add_arguments(argparse.ArgumentParser()); print({'jinja2', 'numpy', 'jupyterhub', 'yaml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stdout + done.stderr
