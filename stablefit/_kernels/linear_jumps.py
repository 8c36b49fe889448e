"""The jump-adapted scheme for linear drifts, kept on disk like other kernels."""

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.exits import RUNNING, Region
from stablefit._kernels.jump_plan import Jumps, Travel, plan
from stablefit._kernels.jump_steps import arrive, depart, flow
from stablefit._kernels.noise import mix


@kernel
def linear_jump_steps(
    hessian: np.ndarray,
    centre: np.ndarray,
    mixing: np.ndarray,
    strength: np.ndarray,
    key: np.uint64,
    paths: np.ndarray,
    x: np.ndarray,
    jumps: Jumps,
    travel: Travel,
    edges: np.ndarray,
    clock: np.ndarray,
    region: Region,
    status: np.ndarray,
    time: np.ndarray,
) -> None:
    """All paths to edges[-1] under -hessian (x - centre); hessian (1, N): a diagonal, mixing (0, 0): none."""
    m, n = x.shape
    length, shape = np.empty(m), (m, strength.size)
    before, after, jump = np.empty(shape), np.empty(shape), np.empty(shape)
    kick, leap = np.empty((m, n)), np.empty((m, n))
    k1, k2, k3, k4, y = np.empty((m, n)), np.empty((m, n)), np.empty((m, n)), np.empty((m, n)), np.empty((m, n))
    while plan(key, paths, status, jumps, travel, edges, clock, length, before, after, jump) > 0:
        _moved(mixing, strength, before, kick)
        depart(x, kick, status)
        if hessian.shape[0] == 1:
            _decay(hessian[0], centre, x, length, status)
        else:
            _slope(hessian, centre, x, k1)
            _along(x, length, 0.5, k1, y)
            _slope(hessian, centre, y, k2)
            _along(x, length, 0.5, k2, y)
            _slope(hessian, centre, y, k3)
            _along(x, length, 1.0, k3, y)
            _slope(hessian, centre, y, k4)
            flow(x, length, k1, k2, k3, k4, status)
        _moved(mixing, strength, after, kick)
        _moved(mixing, strength, jump, leap)
        arrive(x, kick, leap, travel.place, region, status, time)


@kernel
def _decay(curvature: np.ndarray, centre: np.ndarray, x: np.ndarray, length: np.ndarray, status: np.ndarray) -> None:
    """Runge and Kutta's step on every axis alone: the factor is exp(z) up to z^4, z = -curvature length."""
    for i in range(x.shape[0]):
        if status[i] == RUNNING:
            for a in range(x.shape[1]):
                z = -curvature[a] * length[i]
                factor = 1.0 + z * (1.0 + z * (0.5 + z * (1.0 / 6.0 + z * (1.0 / 24.0))))
                x[i, a] = centre[a] + factor * (x[i, a] - centre[a])


@kernel
def _slope(hessian: np.ndarray, centre: np.ndarray, x: np.ndarray, out: np.ndarray) -> None:
    """out = -hessian (x - centre)."""
    for i in range(x.shape[0]):
        for a in range(x.shape[1]):
            total = 0.0
            for b in range(x.shape[1]):
                total -= hessian[a, b] * (x[i, b] - centre[b])
            out[i, a] = total


@kernel
def _along(x: np.ndarray, length: np.ndarray, share: float, slope: np.ndarray, out: np.ndarray) -> None:
    """out = x + share length slope."""
    for i in range(x.shape[0]):
        for a in range(x.shape[1]):
            out[i, a] = x[i, a] + share * length[i] * slope[i, a]


@kernel
def _moved(mixing: np.ndarray, strength: np.ndarray, driven: np.ndarray, out: np.ndarray) -> None:
    """What the driving processes do to the axes; driven is multiplied by strength in place."""
    for i in range(driven.shape[0]):
        for d in range(driven.shape[1]):
            driven[i, d] *= strength[d]
            if mixing.size == 0:
                out[i, d] = driven[i, d]
    if mixing.size:
        mix(mixing, driven, out)
