"""What the server imports before it forks. Import freely, never run: see `warm`."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import inspect
import io
import os
import sys
import warnings
from importlib import import_module

_SET_THREADS = (
    "openblas_set_num_threads",
    "openblas_set_num_threads64_",
    "scipy_openblas_set_num_threads",
    "scipy_openblas_set_num_threads64_",
    "omp_set_num_threads",
)
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS")
_threading: list[ctypes.CDLL] = []
INLINE = "module://matplotlib_inline.backend_inline"

# What lessons import, and what a shell, a kernel and a first plot would otherwise import one by one in every child.
IMPORTS = (
    "numpy",
    "numpy.random",
    "numpy.testing",
    "scipy",
    "scipy.linalg",
    "scipy.optimize",
    "scipy.sparse",
    "scipy.stats",
    "matplotlib",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib_inline.backend_inline",
    "PIL.Image",
    "PIL.PngImagePlugin",
    "mpl_toolkits.mplot3d",
    "matplotlib.patches",
    "qiskit",
    "qiskit.circuit.library",
    "qiskit.quantum_info",
    "qiskit.primitives",
    "qiskit.transpiler",
    "qiskit.transpiler.preset_passmanagers",
    "qiskit.visualization",
    "qiskit.qasm2",
    "qiskit.qasm3",
    "qiskit.synthesis",
    "qiskit.visualization.circuit.text",
    "qiskit.visualization.circuit.matplotlib",
    "qiskit.visualization.bloch",
    "qiskit_aer",
    "stim",
    "pymatching",
    "cirq",
    "sympy",
    "networkx",
    "pandas",
    "IPython",
    "IPython.core.interactiveshell",
    "IPython.core.magics",
    "IPython.lib.pretty",
    "IPython.core.completerlib",
    "IPython.core.oinspect",
    "IPython.core.logger",
    "IPython.core.debugger",
    "IPython.core.magic_arguments",
    "IPython.core.magics.ast_mod",
    "IPython.core.magics.execution",
    "IPython.core.magics.namespace",
    "IPython.core.magics.display",
    "IPython.utils.wildcard",
    "IPython.utils.timing",
    "ipykernel.debugger",
    "faulthandler",
    "pygments.formatters.html",
    "pygments.styles.default",
    "PIL.BmpImagePlugin",
    "PIL.GifImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.PpmImagePlugin",
    "qiskit.transpiler.passes.synthesis.hls_plugins",
    "pandas.io.formats.string",
    "pandas.io.formats.html",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.eventloops",
    "ipykernel.displayhook",
    "ipykernel.comm.manager",
    "ipywidgets",
    "debugpy",
    "psutil",
    "sqlite3",
    "jedi",
    "tornado.platform.asyncio",
    "zmq.eventloop.zmqstream",
    "pygments.lexers.python",
    "pygments.formatters.terminal256",
    "stack_data",
    "executing",
    "asttokens",
    "concurrent.futures.thread",
    "concurrent.futures.process",
    "multiprocessing.pool",
    "fractions",
    "dataclasses",
    "json",
    "timeit",
    "unittest",
    "pdb",
    "qtrain",
    "qtrain.notebook",
    "qtrain.repeating",
    "qtrain.circuits",
    "qtrain.checking",
    "qtrain.drawing",
    "qtrain.course",
    "qtrain.grading.extract",
    "qtrain.kernels.child",
    "qtrain.kernels.direct",
    "qtrain.kernels.kernel",
    "qtrain.kernels.confinement",
)


def warm(imports=IMPORTS) -> list[str]:
    """Import all of `imports` and fill caches; returns the names that could not be imported.

    Nothing is called that computes in parallel: such a section run here (transpiling, say) leaves its locks and its
    idea of a thread pool to every child, which then hangs at its own first one.
    """
    os.environ["MPLBACKEND"] = INLINE  # before Matplotlib is imported
    missing = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in imports:
            try:
                import_module(name)
            except ImportError:
                missing.append(name)
        _fill_caches()
    del os.environ["MPLBACKEND"]
    _stop_blas_threads()
    gc.collect()
    gc.freeze()  # so that a collection in a child doesn't touch, and thereby copy, what is shared
    return missing


def _fill_caches() -> None:
    """Do once what each child's first plot, traceback and transpilation would do again: plain Python, one thread."""
    if "matplotlib" in sys.modules:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure()
        axes = figure.add_subplot(xlabel="x", ylabel="y", title="$x$")
        axes.bar(["a", "b"], [0, 1], label="c")
        axes.legend()
        FigureCanvasAgg(figure).print_png(io.BytesIO(), metadata={})  # finds the fonts
    inspect.getmodule(_fill_caches.__code__)  # which module is in which file, for tracebacks
    if "qiskit" in sys.modules and (stevedore := sys.modules.get("stevedore")):
        stages = ("init", "layout", "routing", "translation", "optimization", "scheduling")
        for group in (
            *(f"qiskit.transpiler.{stage}" for stage in stages),
            "qiskit.synthesis",
            "qiskit.unitary_synthesis",
        ):
            stevedore.ExtensionManager(group)  # reads the entry points; builds nothing


def _stop_blas_threads() -> None:
    """OpenBLAS starts its threads when it is loaded; stopped, they start again at a child's first use."""
    with open("/proc/self/maps") as maps:
        paths = {line.split(maxsplit=5)[5].strip() for line in maps if "openblas" in line or "libgomp" in line}
    for path in sorted(paths):
        with contextlib.suppress(OSError):
            _threading.append(ctypes.CDLL(path))
    for library in _threading:
        if hasattr(library, "blas_thread_shutdown_"):
            library.blas_thread_shutdown_()


def use_one_thread() -> None:
    """In a child: where others are at work, too, threads that wait for each other cost most of the time."""
    for library in _threading:
        for name in _SET_THREADS:
            if hasattr(library, name):
                getattr(library, name)(1)
        if hasattr(library, "blas_thread_shutdown_"):
            library.blas_thread_shutdown_()  # being asked for one, OpenBLAS first starts as many as before, which spin
    os.environ.update(dict.fromkeys(THREADS, "1"))
