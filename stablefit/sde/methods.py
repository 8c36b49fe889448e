"""Which stepper takes an equation forward."""

from typing import Any, Literal, get_args

import numpy as np

from stablefit.sde.domains import Domain
from stablefit.sde.drifts import Quadratic
from stablefit.sde.dynamics import Dynamics
from stablefit.sde.euler_stepper import ArrayStepper, CompiledStepper
from stablefit.sde.grid import Grid
from stablefit.sde.jump_stepper import ArrayJumpStepper, CompiledJumpStepper, LinearJumpStepper
from stablefit.sde.linear_stepper import LinearStepper
from stablefit.sde.ou_stepper import OUStepper
from stablefit.sde.stepper import Stepper

Method = Literal["euler", "ou", "jump"]
_STEPPERS: dict[tuple[str, str], type[Stepper]] = {
    ("euler", "linear"): LinearStepper,
    ("euler", "compiled"): CompiledStepper,
    ("euler", "array"): ArrayStepper,
    ("ou", "linear"): OUStepper,
    ("jump", "linear"): LinearJumpStepper,
    ("jump", "compiled"): CompiledJumpStepper,
    ("jump", "array"): ArrayJumpStepper,
}


def stepper_for(
    method: Method, dynamics: Dynamics, grid: Grid, domain: Domain, key: np.uint64, device: str | None
) -> Stepper:
    """Return a solver; ValueError where the method does not fit the equation."""
    if method not in get_args(Method):
        raise ValueError(f"method must be one of {', '.join(get_args(Method))}, got {method!r}")
    if dynamics.sde.clock == "iteration" and method != "euler":
        raise ValueError(f"method must be 'euler' on the iteration clock, whose steps are exact, got {method!r}")
    if device is not None:
        return _on_device(method, dynamics, grid, domain, key, device)
    kind = _kind(dynamics) if domain.region(dynamics.n_axes) is not None else "array"
    if (method, kind) not in _STEPPERS:
        raise ValueError(
            "drift must be a Quadratic, scale an array and the domain a Box or a Ball for method 'ou', got others; use"
            " method='euler' or 'jump'"
        )
    return _STEPPERS[method, kind](dynamics, grid, domain, key)


def _on_device(method: Method, dynamics: Dynamics, grid: Grid, domain: Domain, key: np.uint64, device: str) -> Stepper:
    from stablefit.sde.torch_stepper import TorchStepper

    if method != "euler":
        raise ValueError(f"method must be 'euler' on a device, got {method!r}")
    return TorchStepper(dynamics, grid, domain, key, device)


def _kind(dynamics: Dynamics) -> str:
    """How the drift can be computed."""
    if isinstance(dynamics.sde.drift, Quadratic) and dynamics.amplitude is None:
        return "linear"
    functions = [dynamics.sde.drift] + ([] if dynamics.amplitude is None else [dynamics.amplitude])
    return "compiled" if all(is_compiled(function) for function in functions) else "array"


def is_compiled(function: Any) -> bool:
    """Whether numba compiled it."""
    return type(function).__module__.startswith("numba.") and hasattr(function, "py_func")
