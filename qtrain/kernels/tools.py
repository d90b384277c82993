"""A quick start for tools that run notebooks.

``pytest -p qtrain.kernels.tools --nbval``: a plugin that also makes warm kernels nbval's default;
``python -m qtrain.kernels.tools nbgrader autograde ps1 --Execute.kernel_name=qtrain``: any installed command.
"""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

from qtrain.address_grammars import without_address_grammars

with without_address_grammars():
    import nbformat  # noqa: F401


for _finder in sys.meta_path:
    # pytest rewrites the assertions in every plugin's modules, at each start where bytecode is not kept (a second for
    # Hypothesis); tests and their helpers are still rewritten.
    if type(_finder).__name__ == "AssertionRewritingHook" and hasattr(_finder, "_must_rewrite"):
        _finder._must_rewrite.clear()


def pytest_sessionfinish(session):
    """Leave Hypothesis alone where no test has used it: its plugin would import all of it for an empty summary."""
    manager = session.config.pluginmanager
    if "hypothesis" not in sys.modules and manager.hasplugin("hypothesispytest"):
        manager.unregister(name="hypothesispytest")


def pytest_configure(config):
    """Run notebooks on the kernelspec `qtrain` unless another was asked for."""
    if getattr(config.option, "nbval_kernel_name", "") is None and not config.option.nbval_current_env:
        config.option.nbval_kernel_name = "qtrain"


def main(arguments: list[str]) -> int | str | None:
    """Run the installed command `arguments[0]` in this process with the rest as its arguments."""
    if not arguments:
        return "usage: python -m qtrain.kernels.tools COMMAND ARGUMENTS..."
    found = list(entry_points(group="console_scripts", name=arguments[0]))
    if not found:
        return f"no command {arguments[0]!r} is installed in this environment"
    sys.argv = arguments
    return found[0].load()()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
