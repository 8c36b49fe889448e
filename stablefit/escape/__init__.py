"""Escape from a basin of attraction under stable noise.

The names load on first use, so that importing this package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stablefit.escape import decomposition as decomposition
    from stablefit.escape import printed as printed
    from stablefit.escape.exit_law import ExitLaw as ExitLaw

_HOME = {
    "ExitLaw": "stablefit.escape.exit_law",
}
_SUBPACKAGES = ("decomposition", "printed")

__all__ = [
    "ExitLaw",
    "decomposition",
    "printed",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    elif name in _SUBPACKAGES:
        value = import_module(f"stablefit.escape.{name}")
    else:
        raise AttributeError(f"module 'stablefit.escape' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
