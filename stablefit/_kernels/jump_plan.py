"""Substeps of the jump-adapted scheme: each ends at the next large jump of its path, or with its step.

The driving processes have jumps beyond a cut, a Poisson process with sizes cut U^(-1/alpha), and smaller ones, which
are replaced by normal numbers of their variance (S. Asmussen, J. Rosinski, J. Appl. Probab. 38, 2001). All of it is in
the driving process's own time, its clock, which runs like the integral of s^(alpha - 1).
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.counter_draws import normal_pairs
from stablefit._kernels.exits import RUNNING
from stablefit._kernels.philox import pair

_TINY = 2.0**-54
_ONE = np.uint64(1)


class Jumps(NamedTuple):
    """Laws of the large jumps: of D driving processes, or of one process of random direction in N axes.

    cut: smallest size; rate: jumps per unit of the clock; alpha: of their sizes; spread: standard deviation of the
    small jumps of an axis per root of the clock; streams of random numbers for the waiting times and sizes, the normal
    numbers, and the directions.
    """

    isotropic: bool
    cut: np.ndarray
    rate: np.ndarray
    alpha: np.ndarray
    spread: np.ndarray
    waits: np.ndarray
    normals: np.ndarray
    directions: np.ndarray


class Travel(NamedTuple):
    """Where paths are on their way: the step each is in, the time within, substeps taken, jumps had and due."""

    cell: np.ndarray
    place: np.ndarray
    substeps: np.ndarray
    had: np.ndarray
    due: np.ndarray


@kernel
def first_jumps(key: np.uint64, paths: np.ndarray, jumps: Jumps, travel: Travel) -> None:
    """Clock times of the first large jump of each process into travel.due."""
    for i in range(paths.size):
        for d in range(jumps.rate.size):
            u, _ = pair(key, paths[i], np.uint64(0), jumps.waits[d])
            travel.due[i, d] = _wait(u) / jumps.rate[d] if jumps.rate[d] > 0.0 else math.inf


@kernel
def plan(
    key: np.uint64,
    paths: np.ndarray,
    status: np.ndarray,
    jumps: Jumps,
    travel: Travel,
    edges: np.ndarray,
    clock: np.ndarray,
    length: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    jump: np.ndarray,
) -> int:
    """Lengths of the next substep of every path, 0 where it waits at the end of the block; how many do not wait.

    Step c lies between edges[c] and edges[c + 1], where the clocks show clock[c] and clock[c + 1]. Into before and
    after go the two halves of the small jumps, into jump the large one at the end, all of the driving processes.
    """
    m, n_normals, n_clocks = paths.size, jumps.normals.size, jumps.rate.size
    spread, cell_of, place, substeps, due = jumps.spread, travel.cell, travel.place, travel.substeps, travel.due
    _normals(key, paths, jumps, travel, before, after)
    moving, last = 0, edges.size - 1
    for i in range(m):
        cell = cell_of[i]
        moves = status[i] == RUNNING and cell < last
        end, which, passed = place[i], -1, 0.0
        if moves:
            moving += 1
            substeps[i] += _ONE
            end, width = edges[cell + 1], edges[cell + 1] - edges[cell]
            for d in range(n_clocks):
                if due[i, d] <= clock[cell + 1, d]:
                    share = (due[i, d] - clock[cell, d]) / (clock[cell + 1, d] - clock[cell, d])
                    moment = edges[cell] + share * width
                    if moment < end or which < 0:
                        end, which = min(moment, end), d
            passed = max(end - place[i], 0.0) / width
        length[i] = max(end - place[i], 0.0)
        for d in range(n_normals):
            e = d if n_clocks > 1 else 0
            size = spread[d] * math.sqrt(0.5 * passed * (clock[cell + 1, e] - clock[cell, e])) if moves else 0.0
            before[i, d] *= size
            after[i, d] *= size
            jump[i, d] = 0.0
        place[i] = end
        if which >= 0:
            _leap(key, paths[i], jumps, travel, i, which, jump)
        elif moves:
            cell_of[i] += 1
    return moving


@kernel
def _normals(
    key: np.uint64, paths: np.ndarray, jumps: Jumps, travel: Travel, before: np.ndarray, after: np.ndarray
) -> None:
    """Standard normal numbers of the next substep of every path."""
    streams, substeps = jumps.normals, travel.substeps
    first, second = np.empty(paths.size), np.empty(paths.size)
    for d in range(streams.size):
        normal_pairs(key, paths, substeps, streams[d], first, second)
        for i in range(paths.size):
            before[i, d], after[i, d] = first[i], second[i]


@kernel
def _leap(key: np.uint64, path: np.uint64, jumps: Jumps, travel: Travel, i: int, d: int, jump: np.ndarray) -> None:
    """Size and sign of the large jump of process d that is due, and when the next is."""
    number = travel.had[i, d]
    _, v = pair(key, path, number, jumps.waits[d])
    sign, u = (1.0, 2.0 * v) if v < 0.5 else (-1.0, 2.0 * v - 1.0)
    size = jumps.cut[d] * (u + _TINY) ** (-1.0 / jumps.alpha[d])
    if jumps.isotropic:
        square = 0.0
        for a in range(jump.shape[1]):
            p, q = pair(key, path, number, jumps.directions[a])
            jump[i, a] = math.sqrt(-2.0 * math.log(1.0 - p)) * math.cos(2.0 * math.pi * q)
            square += jump[i, a] ** 2
        for a in range(jump.shape[1]):
            jump[i, a] *= size / math.sqrt(square)
    else:
        jump[i, d] = sign * size
    travel.had[i, d] = number + _ONE
    u, _ = pair(key, path, number + _ONE, jumps.waits[d])
    travel.due[i, d] += _wait(u) / jumps.rate[d]


@kernel
def _wait(u: float) -> float:
    """Standard exponential number of a uniform one."""
    return -math.log(u + _TINY)
