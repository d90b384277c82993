"""How many pods, nodes, volumes and how much money a number of learners takes, from memory that was measured."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from ..capacity import IMMORTAL_MIB, NURSERY_MIB, STOCK_MIB, memory_for
from ..errors import ClassroomError

# Thousandths of a core, not measured: a learner's are those of Zero to JupyterHub's guide on optimization.
LEARNER_MILLICORES = 50
HUB_MILLICORES = 250
LEARNER_LIMIT_MIB = 1024  # what one learner may take at most

# Kubernetes, "Considerations for large clusters": at most 110 pods on a node; some are the system's.
PODS_PER_NODE = 110
SYSTEM_PODS = 10
# What a node keeps for itself, as Google documents it for its clusters ("Plan GKE Standard node sizes"), in steps:
# (GiB or cores, share of them that is kept), and the share of what lies above the last step. Other clusters differ.
KEPT_MEMORY = ((4, Fraction(25, 100)), (4, Fraction(20, 100)), (8, Fraction(10, 100)), (112, Fraction(6, 100)))
KEPT_MEMORY_ABOVE = Fraction(2, 100)
KEPT_FOR_EVICTION_MIB = 100
KEPT_CORES = ((1, Fraction(6, 100)), (1, Fraction(1, 100)), (2, Fraction(5, 1000)))
KEPT_CORES_ABOVE = Fraction(25, 10000)
HOURS = 730  # in a month


@dataclass(frozen=True)
class Demand:
    """Who is to be served.

    Parameters
    ----------
    learners, class_size : int
    present : Fraction
        The share of the learners who are there at once.
    gib : int
        Of volume, for each learner.
    millicores : int
        Thousandths of a core that each learner who is there is sure of.
    """

    learners: int = 3000
    class_size: int = 40
    present: Fraction = Fraction(1)
    gib: int = 1
    millicores: int = LEARNER_MILLICORES

    @property
    def classes(self) -> int:
        """The number of classes; the last one may be smaller."""
        return ceil(Fraction(self.learners, self.class_size))

    @property
    def at_once(self) -> int:
        """How many learners are there at once."""
        return ceil(self.learners * self.present)


@dataclass(frozen=True)
class Node:
    """A computer of the cluster.

    Parameters
    ----------
    memory_gib, cores : int
        As it is sold.
    volumes : int
        How many volumes it can carry at once; clouds allow 16 to 127.
    """

    memory_gib: int = 64
    cores: int = 8
    volumes: int = PODS_PER_NODE

    @property
    def memory_mib(self) -> int:
        """What pods can have of its memory."""
        kept = _in_steps(self.memory_gib, KEPT_MEMORY, KEPT_MEMORY_ABOVE)
        return int((self.memory_gib - kept) * 1024) - KEPT_FOR_EVICTION_MIB

    @property
    def millicores(self) -> int:
        """What pods can have of its cores."""
        return int((self.cores - _in_steps(self.cores, KEPT_CORES, KEPT_CORES_ABOVE)) * 1000)


@dataclass(frozen=True)
class Pod:
    """What one pod asks for.

    Parameters
    ----------
    request_mib, limit_mib : int
        Memory that it is sure of, and that it can have at most.
    millicores : int
        Thousandths of a core that it is sure of.
    """

    request_mib: int
    limit_mib: int
    millicores: int


@dataclass(frozen=True)
class Plan:
    """What a number of learners takes.

    Parameters
    ----------
    way : str
        How they are served.
    learners, pods, nodes, volumes, volume_gib : int
        Volumes are of `volume_gib` each.
    pod : Pod
    pods_per_node : int
    bound_by : str
        What keeps another pod from fitting on a node.
    """

    way: str
    learners: int
    pod: Pod
    pods: int
    pods_per_node: int
    bound_by: str
    nodes: int
    volumes: int
    volume_gib: int

    @property
    def memory_gib(self) -> int:
        """What all pods are sure of, together."""
        return ceil(Fraction(self.pods * self.pod.request_mib, 1024))

    def month(self, price: Fraction, hours: int = HOURS, storage_price: Fraction = Fraction(0)) -> Fraction:
        """The cost of a month.

        Parameters
        ----------
        price : Fraction
            Of a node for an hour.
        hours : int
            For which the nodes run.
        storage_price : Fraction
            Of a GiB of volume for a month.
        """
        return self.nodes * hours * price + self.volumes * self.volume_gib * storage_price


def learner_pod(demand: Demand) -> Pod:
    """One learner in a pod of their own.

    Parameters
    ----------
    demand : Demand
    """
    return Pod(ceil(memory_for(1, STOCK_MIB) - memory_for(0)), LEARNER_LIMIT_MIB, demand.millicores)


def class_pod(demand: Demand, immortal: bool = False) -> Pod:
    """A class in one pod: sure of memory for those who are there on average, limited to memory for the whole class.

    Parameters
    ----------
    demand : Demand
    immortal : bool
        With immortal objects in the template.
    """
    there = ceil(demand.class_size * demand.present)
    each = IMMORTAL_MIB if immortal else NURSERY_MIB
    request, limit = (ceil(memory_for(number, each)) for number in (there, demand.class_size))
    return Pod(request, limit, HUB_MILLICORES + there * demand.millicores)


def plan_learner_pods(demand: Demand, node: Node) -> Plan:
    """A pod and a volume a learner; one more node is for the hub, the proxy and the scheduler.

    Parameters
    ----------
    demand : Demand
    node : Node
    """
    pod = learner_pod(demand)
    per_node, bound_by = _on_a_node(pod, node, "A learner's pod")
    nodes = ceil(Fraction(demand.at_once, per_node)) + 1
    return Plan(
        "a pod a learner",
        demand.learners,
        pod,
        demand.at_once,
        per_node,
        bound_by,
        nodes,
        demand.learners,
        demand.gib,
    )


def plan_class_pods(demand: Demand, node: Node, immortal: bool = False) -> Plan:
    """A pod and a volume a class; all of them run all the time.

    Parameters
    ----------
    demand : Demand
    node : Node
    immortal : bool
        With immortal objects in the template.
    """
    pod = class_pod(demand, immortal)
    per_node, bound_by = _on_a_node(pod, node, f"The pod of a class of {demand.class_size}")
    return Plan(
        "a pod a class, immortal objects" if immortal else "a pod a class",
        demand.learners,
        pod,
        demand.classes,
        per_node,
        bound_by,
        ceil(Fraction(demand.classes, per_node)),
        demand.classes,
        demand.class_size * demand.gib,
    )


def _on_a_node(pod: Pod, node: Node, what: str) -> tuple[int, str]:
    """How many such pods a node carries, and what keeps it from one more."""
    # A limit above what a node has could never be reached: the node would end the pod first.
    if max(pod.request_mib, pod.limit_mib) > node.memory_mib:
        raise ClassroomError(
            f"{what} takes up to {pod.limit_mib} MiB, and a node of {node.memory_gib} GiB has "
            f"{max(0, node.memory_mib)} MiB for pods: take larger nodes (--node-memory) or smaller classes "
            "(--class-size)."
        )
    if pod.millicores > node.millicores:
        raise ClassroomError(
            f"{what} takes {pod.millicores / 1000:g} cores, and a node of {node.cores} has {node.millicores / 1000:g} "
            "for pods: take nodes with more cores (--node-cores) or smaller classes (--class-size)."
        )
    room = {
        "memory": node.memory_mib // pod.request_mib,
        "cores": node.millicores // pod.millicores,
        "pods": PODS_PER_NODE - SYSTEM_PODS,
        "volumes": node.volumes,
    }
    bound_by = min(room, key=lambda kind: room[kind])
    return room[bound_by], bound_by


def _in_steps(total: int, steps, above: Fraction) -> Fraction:
    kept, left = Fraction(0), total
    for size, share in steps:
        kept += min(left, size) * share
        left = max(0, left - size)
    return kept + left * above
