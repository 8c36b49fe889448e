"""Which stepper takes an equation forward."""

from typing import Any, Literal, get_args

import numpy as np

from stablefit.sde.domains import Domain
from stablefit.sde.drifts import Quadratic
from stablefit.sde.dynamics import Dynamics
from stablefit.sde.grid import Grid
from stablefit.sde.stepper import Stepper

Method = Literal["euler", "ou", "jump"]


def stepper_for(method: Method, dynamics: Dynamics, grid: Grid, domain: Domain, key: np.uint64) -> Stepper:
    """Return a solver; ValueError where the method does not fit the equation."""
    if method not in get_args(Method):
        raise ValueError(f"method must be one of {', '.join(get_args(Method))}, got {method!r}")
    if dynamics.sde.clock == "iteration" and method != "euler":
        raise ValueError(f"method must be 'euler' on the iteration clock, whose steps are exact, got {method!r}")
    linear = isinstance(dynamics.sde.drift, Quadratic) and dynamics.amplitude is None
    compiled = domain.region(dynamics.n_axes) is not None
    if method == "ou":
        return _ou(linear and compiled, dynamics, grid, domain, key)
    if linear and compiled:
        from stablefit.sde.linear_stepper import LinearStepper

        return LinearStepper(dynamics, grid, domain, key)
    from stablefit.sde.euler_stepper import ArrayStepper, CompiledStepper

    functions = [dynamics.sde.drift] + ([] if dynamics.amplitude is None else [dynamics.amplitude])
    kind = CompiledStepper if compiled and all(is_compiled(f) for f in functions) else ArrayStepper
    return kind(dynamics, grid, domain, key)


def _ou(linear: bool, dynamics: Dynamics, grid: Grid, domain: Domain, key: np.uint64) -> Stepper:
    from stablefit.sde.ou_stepper import OUStepper

    if not linear:
        raise ValueError(
            "drift must be a Quadratic, scale an array and the domain a Box or a Ball for method 'ou', got others; use"
            " method='euler' or 'jump'"
        )
    return OUStepper(dynamics, grid, domain, key)


def is_compiled(function: Any) -> bool:
    """Whether numba compiled it."""
    return type(function).__module__.startswith("numba.") and hasattr(function, "py_func")
