"""The one place that holds Numba's options.

Compilation is lazy (eager signatures cost seconds at import) and cached on disk. ``nogil`` lets fixed chunks run on threads with the
same bits for any number of them. There is no ``fastmath``: under it ``isnan(nan)`` is False. ``error_model="numpy"`` makes a division by
zero give inf or nan as an array would.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile `function` on first use; with NUMBA_DISABLE_JIT=1 it stays plain Python."""
    compiled: F = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled
