"""The table of what each way of serving takes, for people to read."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from . import planning
from .manifests import Settings

LEARNERS = (3_000, 30_000)


def plans(settings: Settings, learners: tuple[int, ...]) -> list[planning.Plan]:
    """Every way for every number of learners.

    Parameters
    ----------
    settings : Settings
    learners : tuple of int
    """
    return [
        plan
        for number in learners
        for demand in [replace(settings.demand, learners=number)]
        for plan in (
            planning.plan_learner_pods(demand, settings.node),
            planning.plan_class_pods(demand, settings.node),
            planning.plan_class_pods(demand, settings.node, immortal=True),
        )
    ]


def table(found: list[planning.Plan], price: Fraction | None, hours: int, storage_price: Fraction | None) -> str:
    """The plans as a table in Markdown.

    Parameters
    ----------
    found : list of Plan
    price : Fraction, optional
        Of a node for an hour.
    hours : int
        For which nodes run in a month.
    storage_price : Fraction, optional
        Of a GiB of volume for a month.
    """
    head = (
        "learners",
        "served by",
        "pods",
        "MiB a pod",
        "memory, GiB",
        "pods a node",
        "bound by",
        "nodes",
        "volumes",
        "a month",
    )
    rows = [
        (
            f"{plan.learners:,}",
            plan.way,
            f"{plan.pods:,}",
            f"{plan.pod.request_mib:,}",
            f"{plan.memory_gib:,}",
            f"{plan.pods_per_node}",
            plan.bound_by,
            f"{plan.nodes:,}",
            f"{plan.volumes:,} of {plan.volume_gib} GiB",
            "give --price" if price is None else f"{round(plan.month(price, hours, storage_price or Fraction(0))):,}",
        )
        for plan in found
    ]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    left = {1, 6, 9} if price is None else {1, 6}
    lines = [head, tuple(("-" if n in left else "-:").rjust(width, "-") for n, width in enumerate(widths)), *rows]
    return "\n".join(
        "| "
        + " | ".join(
            cell.ljust(w) if n in left else cell.rjust(w) for n, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in lines
    )


def cost_in_words(price: Fraction | None, hours: int, storage_price: Fraction | None) -> str:
    """What the last column counts.

    Parameters
    ----------
    price : Fraction, optional
    hours : int
    storage_price : Fraction, optional
    """
    if price is None:
        return "No price was given, so none is counted: --price is that of a node for an hour."
    storage = (
        f"volumes at {float(storage_price):g} for a GiB and month"
        if storage_price is not None
        else "without volumes (--storage-price)"
    )
    return (
        f"A month counts {hours} hours of each node at {float(price):g}, {storage}, in whatever money the prices are."
    )
