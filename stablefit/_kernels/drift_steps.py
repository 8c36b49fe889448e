"""Euler's steps with a drift, and perhaps an amplitude, that a user compiled."""

from collections.abc import Callable

import numpy as np

from stablefit._kernels.compile import generic
from stablefit._kernels.exits import RUNNING, UNDEFINED, Region, fate, undefined
from stablefit._kernels.noise import mix


@generic
def drift_steps(
    drift: Callable[[float, np.ndarray], np.ndarray],
    amplitude: Callable[[float, np.ndarray], np.ndarray] | None,
    mixing: np.ndarray | None,
    x: np.ndarray,
    noise: np.ndarray,
    begins: np.ndarray,
    ends: np.ndarray,
    weights: np.ndarray,
    region: Region,
    status: np.ndarray,
    time: np.ndarray,
) -> None:
    """x += weights[k] drift(begins[k], x) + noise[k]; all paths take a step, then the next.

    With an amplitude noise[k] is that of the driving processes, which it multiplies before they are mixed. A path that
    has left the region stays where it was found.
    """
    for k in range(noise.shape[0]):
        force = drift(begins[k], x)
        if amplitude is not None:
            moved = amplitude(begins[k], x) * noise[k]
            if mixing is not None:
                kick = np.empty(x.shape)
                mix(mixing, moved, kick)
            else:
                kick = moved
        else:
            kick = noise[k]
        for i in range(x.shape[0]):
            if status[i] == RUNNING:
                total = 0.0
                for a in range(x.shape[1]):
                    total += force[i, a] + kick[i, a]
                state = undefined(x, i) if np.isnan(total) else RUNNING
                if state != UNDEFINED:
                    for a in range(x.shape[1]):
                        x[i, a] += weights[k] * force[i, a] + kick[i, a]
                if state == RUNNING:
                    state = fate(x, i, region)
                if state != RUNNING:
                    status[i], time[i] = state, ends[k]
