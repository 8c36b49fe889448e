"""Stochastic differential equations driven by stable Levy processes: schedules, paths, first exits.

The names load on first use, so that importing this package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stablefit.sde.domains import Ball as Ball
    from stablefit.sde.domains import Box as Box
    from stablefit.sde.domains import Sublevel as Sublevel
    from stablefit.sde.drifts import Quadratic as Quadratic
    from stablefit.sde.estimate import Estimate as Estimate
    from stablefit.sde.exit_sample import ExitSample as ExitSample
    from stablefit.sde.exits import first_exit as first_exit
    from stablefit.sde.gradient import Gradient as Gradient
    from stablefit.sde.increments import levy_increments as levy_increments
    from stablefit.sde.paths import Paths as Paths
    from stablefit.sde.problem import LevySDE as LevySDE
    from stablefit.sde.schedule import Function as Function
    from stablefit.sde.schedule import Schedule as Schedule
    from stablefit.sde.schedules import Constant as Constant
    from stablefit.sde.schedules import Cosine as Cosine
    from stablefit.sde.schedules import Exponential as Exponential
    from stablefit.sde.schedules import MultiStep as MultiStep
    from stablefit.sde.schedules import Power as Power
    from stablefit.sde.simulating import simulate as simulate

_HOME = {
    "Gradient": "stablefit.sde.gradient",
    "levy_increments": "stablefit.sde.increments",
    "simulate": "stablefit.sde.simulating",
    "Paths": "stablefit.sde.paths",
    "LevySDE": "stablefit.sde.problem",
    "Quadratic": "stablefit.sde.drifts",
    "Box": "stablefit.sde.domains",
    "Ball": "stablefit.sde.domains",
    "Sublevel": "stablefit.sde.domains",
    "first_exit": "stablefit.sde.exits",
    "ExitSample": "stablefit.sde.exit_sample",
    "Estimate": "stablefit.sde.estimate",
    "Constant": "stablefit.sde.schedules",
    "Cosine": "stablefit.sde.schedules",
    "Exponential": "stablefit.sde.schedules",
    "Function": "stablefit.sde.schedule",
    "MultiStep": "stablefit.sde.schedules",
    "Power": "stablefit.sde.schedules",
    "Schedule": "stablefit.sde.schedule",
}

__all__ = [
    "Ball",
    "Box",
    "Constant",
    "Cosine",
    "Estimate",
    "ExitSample",
    "Exponential",
    "Function",
    "Gradient",
    "LevySDE",
    "MultiStep",
    "Paths",
    "Power",
    "Quadratic",
    "Schedule",
    "Sublevel",
    "first_exit",
    "levy_increments",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'stablefit.sde' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
