"""Escape from a basin of attraction under stable noise.

The names load on first use, so that importing this package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stablefit.escape import decomposition as decomposition
    from stablefit.escape import printed as printed
    from stablefit.escape.assumptions import Assumptions as Assumptions
    from stablefit.escape.assumptions import Check as Check
    from stablefit.escape.assumptions import check_assumptions as check_assumptions
    from stablefit.escape.escape_fits import EscapeFit as EscapeFit
    from stablefit.escape.escape_fits import EscapeFits as EscapeFits
    from stablefit.escape.escape_times import fit_escape_times as fit_escape_times
    from stablefit.escape.exit_law import ExitLaw as ExitLaw
    from stablefit.escape.gaussian_theories import kramers_time as kramers_time
    from stablefit.escape.gaussian_theories import mori_time as mori_time
    from stablefit.escape.gaussian_theories import xie_time as xie_time

_HOME = {
    "Assumptions": "stablefit.escape.assumptions",
    "Check": "stablefit.escape.assumptions",
    "EscapeFit": "stablefit.escape.escape_fits",
    "EscapeFits": "stablefit.escape.escape_fits",
    "ExitLaw": "stablefit.escape.exit_law",
    "check_assumptions": "stablefit.escape.assumptions",
    "fit_escape_times": "stablefit.escape.escape_times",
    "kramers_time": "stablefit.escape.gaussian_theories",
    "mori_time": "stablefit.escape.gaussian_theories",
    "xie_time": "stablefit.escape.gaussian_theories",
}
_SUBPACKAGES = ("decomposition", "printed")

__all__ = [
    "Assumptions",
    "Check",
    "EscapeFit",
    "EscapeFits",
    "ExitLaw",
    "check_assumptions",
    "decomposition",
    "fit_escape_times",
    "kramers_time",
    "mori_time",
    "printed",
    "xie_time",
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
