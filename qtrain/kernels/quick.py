"""A pytest plugin for ``pytest -p qtrain.kernels.quick --nbval``: warm kernels by default, and a quick start.

`nbformat` imports `jsonschema`, which compiles the grammars of international web addresses (a second) for checks that a
notebook's schema doesn't ask for. `without_address_grammars` leaves them out, in the process that asks for it.
"""

from __future__ import annotations

import contextlib
import sys

_GRAMMARS = "rfc3987_syntax"


@contextlib.contextmanager
def without_address_grammars():
    """Within this, `import nbformat` doesn't compile them; jsonschema then has no checks for "iri" formats."""
    if "jsonschema" in sys.modules or _GRAMMARS in sys.modules:
        yield
        return
    sys.modules[_GRAMMARS] = None  # an import of it raises ImportError, which jsonschema foresees
    try:
        import jsonschema  # noqa: F401

        yield
    finally:
        del sys.modules[_GRAMMARS]


with without_address_grammars():
    import nbformat  # noqa: F401


def pytest_configure(config):
    """Run notebooks on the kernelspec `qtrain` unless another was asked for."""
    if getattr(config.option, "nbval_kernel_name", "") is None and not config.option.nbval_current_env:
        config.option.nbval_kernel_name = "qtrain"
