"""Warm kernels: a fork server with the frameworks already imported, for Jupyter's tools and for running cells."""

from qtrain.kernels.policy import FENCES, UNLIMITED, Confinement, KernelError, Limits

__all__ = ["FENCES", "UNLIMITED", "Confinement", "KernelError", "Limits", "Result", "Session"]


def __getattr__(name):
    if name in ("Session", "Result"):
        from qtrain.kernels import runner

        return getattr(runner, name)
    raise AttributeError(f"module 'qtrain.kernels' has no attribute {name!r}")
