"""The jump-adapted scheme: half of the small jumps, the drift's flow, the other half, the large jump if one is due.

The flow is by Runge and Kutta's fourth-order rule. Paths are at different times: each has its own substeps.
"""

from collections.abc import Callable

import numpy as np

from stablefit._kernels.compile import generic, kernel
from stablefit._kernels.exits import RUNNING, Region, fate, undefined
from stablefit._kernels.jump_plan import Jumps, Travel, plan
from stablefit._kernels.noise import mix


@kernel
def depart(x: np.ndarray, kick: np.ndarray, status: np.ndarray) -> None:
    """x += kick where a path runs."""
    for i in range(x.shape[0]):
        if status[i] == RUNNING:
            for a in range(x.shape[1]):
                x[i, a] += kick[i, a]


@kernel
def flow(
    x: np.ndarray,
    length: np.ndarray,
    k1: np.ndarray,
    k2: np.ndarray,
    k3: np.ndarray,
    k4: np.ndarray,
    status: np.ndarray,
) -> None:
    """Runge and Kutta's step where a path runs; its state where the first slope is not defined."""
    for i in range(x.shape[0]):
        if status[i] == RUNNING:
            total = 0.0
            for a in range(x.shape[1]):
                total += k1[i, a]
            if np.isnan(total):
                status[i] = undefined(x, i)
            else:
                for a in range(x.shape[1]):
                    x[i, a] += length[i] / 6.0 * (k1[i, a] + 2.0 * (k2[i, a] + k3[i, a]) + k4[i, a])


@kernel
def arrive(
    x: np.ndarray,
    kick: np.ndarray,
    jump: np.ndarray,
    place: np.ndarray,
    region: Region,
    status: np.ndarray,
    time: np.ndarray,
) -> None:
    """x += kick, then x += jump, where a path runs; when and where it finishes."""
    lower, upper, middle, limit = region
    for i in range(x.shape[0]):
        if status[i] == RUNNING:
            for a in range(x.shape[1]):
                x[i, a] += kick[i, a]
            status[i] = fate(x, i, lower, upper, middle, limit)
            if status[i] == RUNNING:
                for a in range(x.shape[1]):
                    x[i, a] += jump[i, a]
                status[i] = fate(x, i, lower, upper, middle, limit)
        if status[i] != RUNNING and np.isnan(time[i]):
            time[i] = place[i]


@generic
def jump_steps(
    drift: Callable[[np.ndarray, np.ndarray], np.ndarray],
    amplitude: Callable[[np.ndarray, np.ndarray], np.ndarray] | None,
    mixing: np.ndarray | None,
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
    """All paths to edges[-1], substep by substep."""
    m = x.shape[0]
    length, shape = np.empty(m), (m, strength.size)
    before, after, jump = np.empty(shape), np.empty(shape), np.empty(shape)
    while plan(key, paths, status, jumps, travel, edges, clock, length, before, after, jump) > 0:
        h = length.reshape(m, 1)
        end = travel.place.reshape(m, 1)
        begin = end - h
        depart(x, _moved(amplitude, mixing, strength, begin, x, before), status)
        k1 = drift(begin, x)
        k2 = drift(begin + 0.5 * h, x + 0.5 * h * k1)
        k3 = drift(begin + 0.5 * h, x + 0.5 * h * k2)
        k4 = drift(end, x + h * k3)
        flow(x, length, k1, k2, k3, k4, status)
        kick = _moved(amplitude, mixing, strength, end, x, after)
        leap = _moved(amplitude, mixing, strength, end, x, jump)
        arrive(x, kick, leap, travel.place, region, status, time)


@generic
def _moved(
    amplitude: Callable[[np.ndarray, np.ndarray], np.ndarray] | None,
    mixing: np.ndarray | None,
    strength: np.ndarray,
    t: np.ndarray,
    x: np.ndarray,
    driven: np.ndarray,
) -> np.ndarray:
    """What the driving processes do to the axes."""
    out = np.empty(x.shape)
    scaled: np.ndarray = strength * driven
    if amplitude is not None:
        scaled = amplitude(t, x) * scaled
    if mixing is None:
        return scaled
    mix(mixing, scaled, out)
    return out
