"""When and where paths leave a domain."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import AnyArray, FloatArray, RandomState
from stablefit.sde.domains import Domain, as_domain
from stablefit.sde.dynamics import Dynamics
from stablefit.sde.exit_sample import ExitSample
from stablefit.sde.grid import Grid
from stablefit.sde.methods import Method, stepper_for
from stablefit.sde.positions import Start
from stablefit.sde.problem import LevySDE
from stablefit.sde.ranges import Workers
from stablefit.sde.run import checkpoint_for, key_for
from stablefit.sde.stepper import RUNNING

if TYPE_CHECKING:
    from dask.distributed import Client

    Inside = Domain | Callable[[FloatArray], Any]


def first_exit(
    sde: LevySDE,
    domain: "Inside",
    x0: ArrayLike,
    *,
    t_max: float,
    dt: float | None = None,
    n_paths: int = 1000,
    method: Method = "euler",
    rng: RandomState = None,
    n_jobs: int = 1,
    client: "Client | None" = None,
    device: str | None = None,
    checkpoint: str | Path | None = None,
    progress: bool = True,
) -> ExitSample:
    """Follow paths until they leave a domain, or until t_max.

    Parameters
    ----------
    sde : LevySDE
        Drift, noise, schedule and clock.
    domain : Box, Ball, Sublevel or callable
        A function of positions, shape (n, N), that is true inside, is slower than the first two.
    x0 : array_like, scalar, shape (N,) or (n_paths, N)
        Where the paths begin, inside the domain, at the time `sde.schedule.start`.
    t_max : float
        Time, or number of iterations, at which paths are given up: they are censored.
    dt : float
        Length of a step; not used on the iteration clock. Exits are found at the ends of steps.
    n_paths : int, default 1000
        Number of independent paths.
    method : {"euler", "ou", "jump"}, default "euler"
        Solver: ``"euler"`` for every drift, ``"ou"`` exact for a `Quadratic`, ``"jump"`` for small noise and rare
        exits. The page "Simulations and first exits" says more.
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
    ExitSample
        `time`, `axis`, `side`, `censored`, each of shape (n_paths,), with `mean()`, `survival(u)`,
        `exit_probabilities()` and their intervals.

    Raises
    ------
    ValueError
        If an argument is not of the kind above, x0 lies outside the domain, or the drift returns nan or a wrong shape.
    StoreError
        If the checkpoint is damaged or of another run.

    Warns
    -----
    StablefitWarning
        If paths exploded, and how many.

    See Also
    --------
    stablefit.escape.ExitLaw : The law of these exits as the noise becomes small.

    References
    ----------
    .. [1] R. K. Getoor, "First passage times for symmetric stable processes in space", Trans. Amer. Math. Soc. 101
       (1961), 75-90: the mean in the example.

    Examples
    --------
    A Cauchy process in (-1, 1) leaves from 0 after a mean time of 1 [1]_.

    >>> import stablefit as sf
    >>> sde, interval = sf.sde.LevySDE(None, alpha=1.0, scale=1.0), sf.sde.Box(-1.0, 1.0)
    >>> exits = sf.sde.first_exit(sde, interval, 0.0, t_max=50.0, dt=0.002, n_paths=4000, rng=1)
    >>> exits.mean(), int(exits.censored.sum())
    (0.9992 (95 %: 0.9715 to 1.027), 0)
    """
    start = Start.of(x0, n_paths)
    dynamics, inside = Dynamics.of(sde, start.n_axes), as_domain(domain)
    grid = Grid.of("t_max", sde.schedule, sde.clock, t_max, dt)
    if not inside.contains(start.x0 if start.x0.ndim == 2 else start.x0[None]).all():
        raise ValueError("x0 must lie inside the domain, got a place outside")
    if device is None:
        dynamics.check_start(grid.start, start.some())
    task = ExitTask(dynamics, inside, start, grid, method, key_for(rng, checkpoint), device)
    task.stepper()  # says what does not fit before any work
    run = {"what": "first_exit", "domain": repr(inside)}
    workers = Workers(n_jobs, client, checkpoint_for(checkpoint, run, task, rng), progress)
    found = workers.run(task, start.n_paths, "first exits")
    return ExitSample.of(found["time"], found["status"], found["position"], inside, grid.start, grid.end)


@dataclass(frozen=True)
class ExitTask:
    """Exits of a range of paths."""

    dynamics: Dynamics
    domain: Domain
    start: Start
    grid: Grid
    method: Method
    key: np.uint64
    device: str | None

    def stepper(self) -> Any:
        """Return a solver."""
        return stepper_for(self.method, self.dynamics, self.grid, self.domain, self.key, self.device)

    @property
    def largest(self) -> int:
        """Paths that are computed together at most."""
        return int(self.stepper().largest)

    def __call__(self, begin: int, end: int, finished: Callable[[int], None]) -> dict[str, AnyArray]:
        """Return time, status and position of the paths begin, ..., end - 1."""
        time = np.full(end - begin, self.grid.end)
        status = np.zeros(end - begin, dtype=np.int8)
        stepper = self.stepper()
        stepper.start(np.arange(begin, end, dtype=np.uint64), self.start.of_paths(begin, end))
        position = stepper.x.copy()
        first, last = 0, len(self.grid)
        while first < last and stepper.paths.size:
            count = min(stepper.steps_at_once(), last - first)
            stepper.advance(first, count)
            first += count
            over = stepper.status != RUNNING
            if over.any():
                rows = stepper.paths[over].astype(np.int64) - begin
                time[rows], status[rows], position[rows] = stepper.time[over], stepper.status[over], stepper.x[over]
                stepper.keep(~over)
                finished(rows.size)
        position[stepper.paths.astype(np.int64) - begin] = stepper.x
        finished(stepper.paths.size)
        return {"time": time, "status": status, "position": position}
