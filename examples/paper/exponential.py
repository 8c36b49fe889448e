"""Are waiting times exponential? The shape of a Weibull law, and a Kolmogorov-Smirnov test with the mean estimated."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

FloatArray = NDArray[np.float64]
DRAWN = 999
"""Simulated samples of each test, and bootstrap samples of each interval."""
FEWEST = 8
"""Runs that must have ended."""


@dataclass(frozen=True)
class Exponentiality:
    """What is known of a law of waiting times.

    Attributes
    ----------
    mean, se : float
        Total time over number of exits, and its standard error.
    censored : int
        Runs that had not ended.
    shape : float
        Of the Weibull law, by maximum likelihood; 1 for an exponential law.
    interval : tuple of float
        95 % bootstrap interval of the shape.
    ks, pvalue : float
        Largest distance from the exponential law of the same mean, and how often exponential samples are as far.
    tail_pvalue : float
        The same for what is left of the times beyond their first quartile.
    """

    mean: float
    se: float
    censored: int
    shape: float
    interval: tuple[float, float]
    ks: float
    pvalue: float
    tail_pvalue: float

    @property
    def agrees(self) -> bool:
        """Whether neither the shape nor the distance speaks against an exponential law, at 5 %."""
        return self.interval[0] <= 1.0 <= self.interval[1] and self.pvalue > 0.05


def exponentiality(steps: NDArray[np.int64], every: int, longest: int, seed: int) -> Exponentiality:
    """Test waiting times that are known to the last `every` steps; 0 stands for runs that outlasted `longest`.

    Where in those steps the exit was is drawn at random. Where runs are censored the tests are of the times before. All
    is nan where fewer than eight runs have ended.
    """
    rng = np.random.default_rng([seed, 11])
    ended = steps > 0
    times = np.where(ended, steps - rng.uniform(0.0, every, steps.size), float(longest))
    exits = int(ended.sum())
    if exits < FEWEST:
        return Exponentiality(np.nan, np.nan, steps.size - exits, np.nan, (np.nan, np.nan), np.nan, np.nan, np.nan)
    mean = float(times.sum() / exits)
    shapes = []
    for _ in range(DRAWN):
        chosen = rng.integers(times.size, size=times.size)
        if ended[chosen].sum() >= 2:
            shapes.append(weibull_shape(times[chosen], ended[chosen]))
    low, high = np.quantile(shapes, (0.025, 0.975))
    ks, pvalue = distance_test(times, ended, rng)
    quartile = np.quantile(times, 0.25)
    beyond = times > quartile
    _, tail_pvalue = distance_test(times[beyond] - quartile, ended[beyond], rng)
    shape = weibull_shape(times, ended)
    spread = mean / np.sqrt(exits) if exits < steps.size else float(times.std() / np.sqrt(exits))
    return Exponentiality(mean, spread, steps.size - exits, shape, (float(low), float(high)), ks, pvalue, tail_pvalue)


def weibull_shape(times: FloatArray, ended: NDArray[np.bool_]) -> float:
    """Return the maximum-likelihood shape of a Weibull law, with runs that had not ended."""
    logs = np.log(times / times.max())
    middle = logs[ended].mean()

    def slope(shape: float) -> float:
        powers = np.exp(shape * logs)
        return float(np.sum(powers * logs) / np.sum(powers) - 1.0 / shape - middle)

    return float(brentq(slope, 1e-3, 1e3))


def distance_test(times: FloatArray, ended: NDArray[np.bool_], rng: np.random.Generator) -> tuple[float, float]:
    """Return the distance from the exponential law of the same mean, and its p-value by simulation.

    Simulated runs are cut at the longest time where runs of the sample were.
    """
    cut = np.inf if ended.all() else float(times[~ended].min())
    mean = times.sum() / ended.sum()
    ours = distance(times, ended)
    drawn = np.minimum(rng.exponential(mean, (DRAWN, times.size)), cut)
    distances = np.array([distance(row, row < cut) for row in drawn])
    return ours, float((1 + np.sum(distances >= ours)) / (1 + DRAWN))


def distance(times: FloatArray, ended: NDArray[np.bool_]) -> float:
    """Return the largest distance between the sample's law and the exponential law of its mean, before any cut."""
    if not ended.any():
        return 0.0
    mean = times.sum() / ended.sum()
    expected = -np.expm1(-np.sort(times[ended]) / mean)
    below = np.arange(ended.sum()) / times.size
    return float(np.max(np.maximum(np.abs(expected - below), np.abs(expected - below - 1.0 / times.size))))
