"""Paths of a stochastic differential equation."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import AnyArray, FloatArray, IntArray, RandomState
from stablefit.errors import StablefitWarning
from stablefit.sde.domains import Everywhere
from stablefit.sde.dynamics import Dynamics
from stablefit.sde.grid import Grid
from stablefit.sde.methods import Method, stepper_for
from stablefit.sde.paths import Paths
from stablefit.sde.positions import Start
from stablefit.sde.problem import LevySDE
from stablefit.sde.ranges import Workers
from stablefit.sde.run import checkpoint_for, key_for
from stablefit.sde.stepper import RUNNING, Stepper

if TYPE_CHECKING:
    from dask.distributed import Client


def simulate(
    sde: LevySDE,
    x0: ArrayLike,
    t_end: float,
    dt: float | None = None,
    *,
    n_paths: int = 1,
    method: Method = "euler",
    save: int | ArrayLike | None = None,
    rng: RandomState = None,
    n_jobs: int = 1,
    client: "Client | None" = None,
    device: str | None = None,
    checkpoint: str | Path | None = None,
    progress: bool = True,
) -> Paths:
    """Simulate paths of an equation driven by stable noise.

    Parameters
    ----------
    sde : LevySDE
        Drift, noise, schedule and clock.
    x0 : array_like, scalar, shape (N,) or (n_paths, N)
        Where the paths begin at the time `sde.schedule.start`.
    t_end : float
        Last time, in the unit of the drift; or number of iterations.
    dt : float
        Length of a step in the same unit; not used on the iteration clock.
    n_paths : int, default 1
        Number of independent paths.
    method : {"euler", "ou", "jump"}, default "euler"
        Solver: ``"euler"`` for every drift, ``"ou"`` exact for a `Quadratic`, ``"jump"`` for small noise and rare
        exits. The page "Simulations and first exits" says more.
    save : int or array_like, optional
        Which positions to keep beside the first and the last: those of every save-th step, or those of the steps that
        end nearest to given times. None keeps none: memory does not grow with the number of steps.
    rng : numpy.random.Generator, int or None
        Source of randomness. Path i is the same for any n_paths, n_jobs and client.
    n_jobs : int, default 1
        Threads; -1 for as many as there are processors.
    client : dask.distributed.Client, optional
        A cluster to compute on, instead of threads.
    device : str, optional
        A torch device such as "cuda", for ensembles of many paths: drift and scale are functions of tensors, or the
        drift is a Quadratic or a Gradient; method "euler"; the domain a Box or a Ball. Paths are the same up to
        rounding.
    checkpoint : path, optional
        A file (npz) that holds finished paths: a run with the same arguments, or with more paths, goes on from it. rng
        must be an int then.
    progress : bool, default True
        Whether a bar shows on a terminal's stderr when it takes long.

    Returns
    -------
    Paths
        `t` and `x`, shape (n_paths, n_times, N).

    Raises
    ------
    ValueError
        If an argument is not of the kind above, or the drift returns nan or a wrong shape.
    StoreError
        If the checkpoint is damaged or of another run.

    Warns
    -----
    StablefitWarning
        If paths exploded, and how many; they are nan from then on.

    See Also
    --------
    stablefit.sde.first_exit : Only when and where the paths leave a domain.

    References
    ----------
    .. [1] A. Janicki, A. Weron, "Simulation and Chaotic Behavior of alpha-Stable Stochastic Processes", 1994: Euler's
       method.
    .. [2] S. Asmussen, J. Rosinski, "Approximations of small jumps of Levy processes with a view towards simulation",
       J. Appl. Probab. 38 (2001), 482-493: small jumps as normal numbers, in ``"jump"``.

    Examples
    --------
    The scale of a stationary Ornstein-Uhlenbeck process is scale (alpha hessian)**(-1/alpha): here 1/4.

    >>> import stablefit as sf
    >>> sde = sf.sde.LevySDE(sf.sde.Quadratic(2.0), alpha=1.0, scale=0.5)
    >>> paths = sf.sde.simulate(sde, 0.0, 10.0, 1.0, n_paths=20_000, method="ou", rng=1)
    >>> median = np.median(np.abs(paths.final))  # of a Cauchy law its scale
    >>> paths.x.shape, round(float(median), 2)
    ((20000, 2, 1), 0.25)
    """
    start = Start.of(x0, n_paths)
    dynamics = Dynamics.of(sde, start.n_axes)
    grid = Grid.of("t_end", sde.schedule, sde.clock, t_end, dt)
    kept = _kept(save, grid)
    if device is None:
        dynamics.check_start(grid.start, start.some())
    task = PathTask(dynamics, start, grid, method, key_for(rng, checkpoint), device, tuple(kept.tolist()))
    task.stepper()  # says what does not fit before any work
    run = {"what": "simulate", "kept": kept.tolist()}
    workers = Workers(n_jobs, client, checkpoint_for(checkpoint, run, task, rng), progress)
    found = workers.run(task, start.n_paths, "paths")
    if found["exploded"].any():
        count = int(found["exploded"].sum())
        warnings.warn(
            f"{count} of {start.n_paths} paths exploded: their numbers went out of bounds; take a smaller dt",
            StablefitWarning,
            stacklevel=2,
        )
    return Paths(grid.times(kept), found["x"], found["exploded"])


@dataclass(frozen=True)
class PathTask:
    """Positions of a range of paths after some numbers of steps, which increase from 0."""

    dynamics: Dynamics
    start: Start
    grid: Grid
    method: Method
    key: np.uint64
    device: str | None
    kept: tuple[int, ...]

    def stepper(self) -> Stepper:
        """Return a solver."""
        return stepper_for(self.method, self.dynamics, self.grid, Everywhere(), self.key, self.device)

    @property
    def largest(self) -> int:
        """Paths that are computed together at most."""
        return self.stepper().largest

    def __call__(self, begin: int, end: int, finished: Callable[[int], None]) -> dict[str, AnyArray]:
        """Return positions, (paths, times, N), of the paths begin, ..., end - 1, and which of them exploded."""
        out = np.full((end - begin, len(self.kept), self.start.n_axes), np.nan)
        stepper = self.stepper()
        stepper.start(np.arange(begin, end, dtype=np.uint64), self.start.of_paths(begin, end))
        step = 0
        for place, target in enumerate(self.kept):
            while step < target and stepper.paths.size:
                count = min(stepper.steps_at_once(), target - step)
                stepper.advance(step, count)
                step += count
                if (stepper.status != RUNNING).any():
                    stepper.keep(stepper.status == RUNNING)
            out[stepper.paths.astype(np.int64) - begin, place] = stepper.x
        finished(end - begin)
        return {"x": out, "exploded": np.isnan(out[:, -1, 0])}


def _kept(save: int | ArrayLike | None, grid: Grid) -> IntArray:
    """Numbers of steps after which positions are kept, from 0 to the last."""
    last = len(grid)
    if save is None:
        return np.array([0, last])
    given = np.asarray(save)
    if given.ndim == 0:
        if given.dtype.kind not in "iu" or given < 1:
            raise ValueError(f"save must be a positive number of steps, or times, got {save!r}")
        return np.unique(np.append(np.arange(0, last, int(given)), last))
    times = np.asarray(given, dtype=np.float64)
    if times.ndim > 1 or not ((times >= grid.start) & (times <= grid.end)).all():
        raise ValueError(f"save must hold times from {grid.start:g} to {grid.end:g}, got {save!r}")
    return np.unique(np.concatenate([[0, last], _nearest(times, grid)])).astype(np.int64)


def _nearest(times: FloatArray, grid: Grid) -> FloatArray:
    """Numbers of the steps that end nearest to the times."""
    return np.minimum(np.rint((times - grid.start) / grid.dt), len(grid))
