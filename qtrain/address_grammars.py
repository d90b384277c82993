"""Start Jupyter's programs without a wait for what they never use.

`nbformat` and `jupyter_events` import `jsonschema`, which compiles the grammars of international web addresses (two
seconds) for checks that no notebook's and no event's schema asks for.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

_GRAMMARS = "rfc3987_syntax"


@contextlib.contextmanager
def without_address_grammars() -> Iterator[None]:
    """Import `jsonschema` without them, in this process: it has no checks for "iri" formats then."""
    if "jsonschema" in sys.modules or _GRAMMARS in sys.modules:
        yield
        return
    sys.modules[_GRAMMARS] = None  # type: ignore[assignment]  # its import raises ImportError, which jsonschema foresees
    try:
        with contextlib.suppress(ImportError):  # where it is missing, whoever needs it says so
            import jsonschema  # noqa: F401

        yield
    finally:
        del sys.modules[_GRAMMARS]
