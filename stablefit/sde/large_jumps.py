"""The law of the jumps beyond a cut, and of what is left below it."""

import math
from typing import TYPE_CHECKING

import numpy as np

from stablefit._types import FloatArray
from stablefit.laws.moments import levy_constant
from stablefit.sde.dynamics import Dynamics
from stablefit.sde.streams import Purpose

if TYPE_CHECKING:
    from stablefit._kernels.jump_plan import Jumps

EVENTS = 0.2
"""Large jumps of a process in a step of average length on the clock. More cost substeps; with fewer the cut rises, and
the error of the normal numbers with it: tests/sde/test_orders.py."""


def jumps_of(dynamics: Dynamics, step: FloatArray) -> "Jumps":
    """Return the jumps of the driving processes for steps of these lengths on their clocks, shape (D,).

    With the Levy measure c |y|^(-1-alpha) dy of scale 1, jumps beyond a cut come at the rate 2 c cut^-alpha / alpha,
    and those below have the variance 2 c cut^(2-alpha) / (2-alpha) per unit of the clock: 2 at alpha = 2, where there
    are no others. An isotropic process has a measure of such a form along every direction.
    """
    from stablefit._kernels.jump_plan import Jumps

    alpha, n_drivers = dynamics.alpha, dynamics.alpha.size
    n_clocks = 1 if dynamics.isotropic else n_drivers
    index = alpha[:n_clocks]
    mass = np.full(1, _radial_mass(float(index[0]), n_drivers)) if dynamics.isotropic else 2.0 * levy_constant(index)
    with np.errstate(divide="ignore", invalid="ignore"):
        cut = np.where(index < 2.0, (mass * step[:n_clocks] / (index * EVENTS)) ** (1.0 / index), 1.0)
        rate = np.where(index < 2.0, mass / index * cut**-index, 0.0)
        variance = np.where(index < 2.0, mass * cut ** (2.0 - index) / (2.0 - index), 2.0 * (n_drivers / n_clocks))
    # the variance of the radius is shared by the axes
    spread = np.sqrt(np.repeat(variance / n_drivers, n_drivers) if dynamics.isotropic else variance)
    streams = [
        np.array([purpose.stream(axis) for axis in range(count)], dtype=np.uint64)
        for purpose, count in ((Purpose.JUMPS, n_clocks), (Purpose.NORMALS, n_drivers), (Purpose.DIRECTIONS, n_drivers))
    ]
    return Jumps(dynamics.isotropic, cut, rate, index, spread, *streams)


def _radial_mass(alpha: float, n: int) -> float:
    """C of the radial Levy measure C r^(-1-alpha) dr of the isotropic process with exponent |u|^alpha in n axes.

    C = 2^alpha alpha Gamma((n + alpha)/2) / (Gamma(n/2) Gamma(1 - alpha/2)), twice c_alpha for n = 1 (N. S. Landkof,
    "Foundations of modern potential theory", Springer, 1972); 0 at alpha = 2.
    """
    if alpha == 2.0:
        return 0.0
    logs = math.lgamma(0.5 * (n + alpha)) - math.lgamma(0.5 * n) - math.lgamma(1.0 - 0.5 * alpha)
    return float(2.0**alpha * alpha * math.exp(logs))
