"""The one place that holds Numba's options.

Compilation is lazy (eager signatures cost seconds at import) and cached on disk. ``nogil`` lets fixed chunks run on
threads with the same bits for any number of them. There is no ``fastmath``: under it ``isnan(nan)`` is False.
``error_model="numpy"`` makes a division by zero give inf or nan as an array would.

Kernels are never called through C's function pointers, and get no wrappers for them.

NamedTuples that kernels take have names of their own across all modules: where two share one, Numba looks the type up
anew at each call, which takes a hundred microseconds.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` on first use; with NUMBA_DISABLE_JIT=1 it stays plain Python."""
    return cast(Callable[P, R], numba.njit(cache=True, **_OPTIONS)(function))


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` into its callers: a loop over one too long for LLVM to inline unasked is not vectorised."""
    return cast(Callable[P, R], numba.njit(cache=True, forceinline=True, **_OPTIONS)(function))


def spliced(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` as part of its callers only: a wrapper of much code costs its compilation once more."""
    return cast(Callable[P, R], numba.njit(cache=True, inline="always", **_OPTIONS)(function))


def generic(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function`, which takes compiled functions as arguments, anew for each of them; not cached."""
    return cast(Callable[P, R], numba.njit(**_OPTIONS)(function))
