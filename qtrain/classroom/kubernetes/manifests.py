"""The files of a folder for Kubernetes, filled in from what was asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from math import ceil

from ..errors import ClassroomError
from . import planning

CLASSES_PER_SECRET = 100  # a secret holds at most 1 MiB
# What the class's root parts do that no other user may; everything else is dropped.
CAPABILITIES = {
    "SETUID": "the nursery becomes the learner for whom it forks",
    "SETGID": "and leaves root's groups",
    "CHOWN": "a learner's new folder is given to them",
    "FOWNER": "and closed to everybody else after that",
    "FSETID": "the folder of a learner's sockets passes its group on, so that the hub can reach them",
    "DAC_OVERRIDE": "files of the hub's own user are written before it starts",
    "KILL": "servers and kernels of learners are ended",
    "NET_BIND_SERVICE": "the proxy, which has this right alone, listens on a port that no learner's program can take",
}
NO_DIGEST = "0" * 64
EXAMPLE_IMAGE = f"registry.example.org/qtrain@sha256:{NO_DIGEST}"
EXAMPLE_DOMAIN = "classes.example.org"
EXAMPLE_MOODLE = "https://moodle.example.org"
EXAMPLE_CLIENT = "client-id-of-moodle"


DEMAND, NODE = planning.Demand(), planning.Node()


@dataclass(frozen=True)
class Settings:
    """What the files depend on.

    Parameters
    ----------
    demand : qtrain.classroom.kubernetes.planning.Demand
    node : qtrain.classroom.kubernetes.planning.Node
    image : str
        With its digest.
    namespace, domain : str
    ingress_namespace, ingress_class : str
        Where the ingress runs, and its class (the cluster's own when empty).
    storage_class : str
        Of the volumes (the cluster's own when empty).
    moodle, client_id : str
        The learning platform's address, and what it calls this course's server.
    moodle_cidr : str
        The addresses to which classes' pods may send requests; none when empty.
    immortal : bool
        Whether a class's pod gets the memory that it takes with immortal objects.
    """

    demand: planning.Demand = DEMAND
    node: planning.Node = NODE
    image: str = EXAMPLE_IMAGE
    namespace: str = "qtrain"
    domain: str = EXAMPLE_DOMAIN
    ingress_namespace: str = "ingress"
    ingress_class: str = ""
    storage_class: str = ""
    moodle: str = EXAMPLE_MOODLE
    client_id: str = EXAMPLE_CLIENT
    moodle_cidr: str = ""
    immortal: bool = False

    def __post_init__(self):
        label = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
        host = rf"{label}(\.{label})*"
        self._fits(
            "image",
            r"[a-z0-9][\w./:-]*@sha256:[0-9a-f]{64}",
            "NAME@sha256:… with the 64 digits that `docker push` prints",
        )
        self._fits("namespace", label, "small letters, digits and hyphens")
        self._fits("domain", host, "a host name, such as classes.example.org")
        self._fits("ingress_namespace", label, "small letters, digits and hyphens")
        self._fits("ingress_class", rf"({host})?", "small letters, digits, dots and hyphens")
        self._fits("storage_class", rf"({host})?", "small letters, digits, dots and hyphens")
        self._fits(
            "moodle", rf"https://{host}(:\d+)?(/[\w./~-]*[\w~-])?", "an address with https:// and no / at its end"
        )
        self._fits("moodle_cidr", r"([0-9a-f.:]+/\d{1,3})?", "a range of addresses, such as 192.0.2.10/32")

    def _fits(self, name: str, pattern: str, wanted: str) -> None:
        if not re.fullmatch(pattern, value := getattr(self, name)):
            raise ClassroomError(f"--{name.replace('_', '-')} got {value!r}; it takes {wanted}.")

    def to_fill_in(self) -> list[str]:
        """What still has an example's value."""
        examples = {
            "`--image NAME@sha256:…`: the image, once it is built; until then no pod starts": self.image
            == EXAMPLE_IMAGE,
            "`--domain NAME`: the host under which learners find it": self.domain == EXAMPLE_DOMAIN,
            "`--moodle ADDRESS --client-id ID`: for a pod a learner, which lets nobody in until then": (
                self.moodle == EXAMPLE_MOODLE or self.client_id == EXAMPLE_CLIENT
            ),
        }
        return [line for line, still in examples.items() if still]


def fill_in(settings: Settings, told: dict) -> dict[str, str]:
    """File names and their contents.

    Parameters
    ----------
    settings : Settings
    told : dict
        What else stands in the README.
    """
    from jinja2 import Environment, StrictUndefined

    templates = resources.files(__package__) / "templates"
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    demand = settings.demand
    class_plan = planning.plan_class_pods(demand, settings.node, settings.immortal)
    repository, _, digest = settings.image.partition("@sha256:")
    values = {
        **{name: getattr(settings, name) for name in settings.__dataclass_fields__},
        "pod": class_plan.pod,
        "volume_gib": class_plan.volume_gib,
        "pod_learner_limit": planning.LEARNER_LIMIT_MIB,
        "learner": planning.plan_learner_pods(demand, settings.node).pod,
        "placeholders": max(1, ceil(demand.at_once / 100)),
        "repository": repository,
        "digest": digest,
        "capabilities": CAPABILITIES,
        "roster_secrets": ceil(demand.classes / CLASSES_PER_SECRET),
        "classes_per_secret": CLASSES_PER_SECRET,
        "open": settings.to_fill_in(),
        **told,
    }
    return {
        file.name: environment.from_string(file.read_text(encoding="utf-8")).render(values)
        for file in sorted(templates.iterdir(), key=lambda file: file.name)
    }
