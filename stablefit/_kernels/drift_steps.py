"""Euler's steps with a drift that a user wrote: compiled into the loop, or called between two steps."""

from collections.abc import Callable

import numpy as np

from stablefit._kernels.compile import generic, inlined, kernel
from stablefit._kernels.exits import RUNNING, Region, undefined, verdict
from stablefit._kernels.noise import mix


@kernel
def push(
    x: np.ndarray,
    force: np.ndarray,
    weight: float,
    kick: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    middle: np.ndarray,
    limit: float,
    status: np.ndarray,
) -> int:
    """x += weight force + kick where a path runs, and its state; the number of paths that have just finished."""
    return _push(x, force, weight, kick, lower, upper, middle, limit, status, np.empty(x.shape[1]))


@inlined
def _push(
    x: np.ndarray,
    force: np.ndarray,
    weight: float,
    kick: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    middle: np.ndarray,
    limit: float,
    status: np.ndarray,
    before: np.ndarray,
) -> int:
    """`push` with a region's fields and scratch; a path whose drift is not defined stays where it was."""
    finished = 0
    for i in range(x.shape[0]):
        if status[i] == RUNNING:
            beyond, square, total = False, 0.0, 0.0
            for a in range(x.shape[1]):
                move = weight * force[i, a] + kick[i, a]
                value = x[i, a] + move
                beyond |= not lower[a] < value < upper[a]
                square += (value - middle[a]) ** 2
                total += move
                before[a], x[i, a] = x[i, a], value
            if beyond or not square <= limit:
                finished += 1
                status[i] = verdict(x, i)
                if np.isnan(total):
                    x[i] = before
                    status[i] = undefined(x, i)
    return finished


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
    has finished stays where it was found.
    """
    lower, upper, middle, limit = region
    before = np.empty(x.shape[1])
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
        if _push(x, force, weights[k], kick, lower, upper, middle, limit, status, before):
            for i in range(x.shape[0]):
                if status[i] != RUNNING and np.isnan(time[i]):
                    time[i] = ends[k]
