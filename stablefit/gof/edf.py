"""Distances between the empirical distribution function of samples and a law's.

Each takes samples of shape (..., n), sorted along the last axis, and a law whose parameters broadcast against the rest.
None has a unit, and the distribution of each under a law with known parameters depends on n alone.
D'Agostino and Stephens, "Goodness-of-Fit Techniques", Dekker, 1986, section 4.2.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from stablefit._types import FloatArray
from stablefit.gof.characteristic import characteristic_distance
from stablefit.gof.law import evaluate, log_cdf, log_sf


def kolmogorov_smirnov(samples: FloatArray, law: Any) -> FloatArray:
    """Return D, the largest distance between the two distribution functions.

    Examples
    --------
    >>> import scipy.stats
    >>> float(kolmogorov_smirnov(np.array([0.25, 0.5]), scipy.stats.uniform()))  # 1 - 1/2, just after the last sample
    0.5
    """
    n = samples.shape[-1]
    u = evaluate(law.cdf, samples)
    steps = np.arange(n + 1) / n
    return np.asarray(np.maximum(steps[1:] - u, u - steps[:-1]).max(axis=-1))


def cramer_von_mises(samples: FloatArray, law: Any) -> FloatArray:
    """Return W^2, n times the mean squared distance under the law.

    Examples
    --------
    >>> import scipy.stats
    >>> float(cramer_von_mises(np.array([0.25, 0.75]), scipy.stats.uniform()))  # its least value, 1 / (12 n)
    0.041666666666666664
    """
    n = samples.shape[-1]
    u = evaluate(law.cdf, samples)
    middle = (2.0 * np.arange(1, n + 1) - 1.0) / (2.0 * n)
    return np.asarray(1.0 / (12.0 * n) + ((u - middle) ** 2).sum(axis=-1))


def anderson_darling(samples: FloatArray, law: Any) -> FloatArray:
    """Return A^2, which weighs the squared distance by 1 / (F (1 - F)): the tails count as much as the middle.

    Examples
    --------
    >>> import scipy.stats
    >>> float(anderson_darling(np.array([0.5]), scipy.stats.uniform()))  # 2 log 2 - 1
    0.3862943611198906
    """
    n = samples.shape[-1]
    lower = evaluate(lambda x: log_cdf(law, x), samples)
    upper = evaluate(lambda x: log_sf(law, x), samples)
    odd = 2.0 * np.arange(1, n + 1) - 1.0
    return np.asarray(-n - (odd * (lower + upper[..., ::-1])).sum(axis=-1) / n)


STATISTICS: dict[str, Callable[[FloatArray, Any], FloatArray]] = {  # by the names that `stablefit.gof.test` knows
    "ad": anderson_darling,
    "ks": kolmogorov_smirnov,
    "cvm": cramer_von_mises,
    "ecf": characteristic_distance,
}
