"""Simulated samples through a statistic, in chunks that do not depend on the number of threads."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from stablefit._types import FloatArray
from stablefit.gof.progress import bar

VALUES = 2**20
"""Values drawn together."""
_MOST = 64
"""Replications drawn together, from one stream of random numbers."""


def simulate(
    statistic: Callable[[int, np.random.Generator], FloatArray],
    n_boot: int,
    size: int,
    rng: np.random.Generator,
    n_jobs: int,
    description: str,
) -> FloatArray:
    """Return the statistics of `n_boot` replications.

    Parameters
    ----------
    statistic : callable
        Of how many replications to draw and the generator to draw them with; returns one row a replication.
    n_boot : int
        Replications.
    size : int
        Values in one of them.
    rng : numpy.random.Generator
        Parent of the generators.
    n_jobs : int
        Threads; -1 for as many as there are processors.
    description : str
        What the bar on stderr says, should it take long.

    Returns
    -------
    ndarray, shape (n_boot, ...)
    """
    if n_jobs < 1 and n_jobs != -1:
        raise ValueError(f"n_jobs must be a positive integer or -1, got {n_jobs}")
    step = int(np.clip(VALUES // size, 1, _MOST))
    counts = [min(step, n_boot - start) for start in range(0, n_boot, step)]
    streams = rng.spawn(len(counts))
    with ThreadPoolExecutor(os.cpu_count() if n_jobs == -1 else n_jobs) as pool:
        return np.concatenate(list(bar(pool.map(statistic, counts, streams), len(counts), description)))


def share_as_large(value: float, drawn: FloatArray) -> float:
    """Return the p-value: the share of values as large, the samples' own among them; nan where it is nan.

    Davison and Hinkley, "Bootstrap methods and their application", Cambridge, 1997, section 4.2.

    Examples
    --------
    >>> share_as_large(2.0, np.array([1.0, 2.0, 3.0]))
    0.75
    """
    known = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not known.size:
        return float("nan")
    # estimates at the end of their range give the same value often, which rounding must not tell apart
    rounding = 1e-12 * max(abs(value), float(np.max(np.abs(known))))
    return float((1 + np.sum(known >= value - rounding)) / (1 + known.size))
