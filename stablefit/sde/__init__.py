"""Stochastic differential equations driven by stable Levy processes: schedules, paths, first exits.

The names load on first use, so that importing this package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stablefit.sde.schedule import Function as Function
    from stablefit.sde.schedule import Schedule as Schedule
    from stablefit.sde.schedules import Constant as Constant
    from stablefit.sde.schedules import Cosine as Cosine
    from stablefit.sde.schedules import Exponential as Exponential
    from stablefit.sde.schedules import MultiStep as MultiStep
    from stablefit.sde.schedules import Power as Power

_HOME = {
    "Constant": "stablefit.sde.schedules",
    "Cosine": "stablefit.sde.schedules",
    "Exponential": "stablefit.sde.schedules",
    "Function": "stablefit.sde.schedule",
    "MultiStep": "stablefit.sde.schedules",
    "Power": "stablefit.sde.schedules",
    "Schedule": "stablefit.sde.schedule",
}

__all__ = [
    "Constant",
    "Cosine",
    "Exponential",
    "Function",
    "MultiStep",
    "Power",
    "Schedule",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'stablefit.sde' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
