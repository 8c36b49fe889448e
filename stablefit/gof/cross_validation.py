"""The cross-validated log score: how well a law fitted to some of the samples foretells the others."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from stablefit._types import FloatArray
from stablefit.errors import DataError
from stablefit.gof.law import log_density


def folds_of(n: int, folds: int, rng: np.random.Generator) -> "list[np.ndarray[Any, np.dtype[np.int64]]]":
    """Cut the numbers below n, in random order, into parts whose sizes differ by one at most."""
    if not isinstance(folds, int | np.integer) or not 2 <= folds <= n:
        raise ValueError(f"folds must be an integer from 2 to the number of samples, {n}, or None, got {folds!r}")
    return np.array_split(rng.permutation(n), folds)


def log_score(values: FloatArray, parts: "list[Any]", fitted: Callable[[FloatArray], Any]) -> float:
    """Return the mean log density of the samples, each under the law fitted to the other parts.

    Parameters
    ----------
    values : ndarray, shape (n,)
        The samples.
    parts : list of ndarray of int
        Which samples are left out together.
    fitted : callable
        Returns the law fitted to its argument; where it raises DataError the score is nan.

    Examples
    --------
    >>> from stablefit.gof.rivals.normal import fit_normal
    >>> x = np.array([-1.0, 1.0, -1.0, 1.0])
    >>> round(log_score(x, [[0, 1], [2, 3]], fit_normal), 6)  # -log(2 pi)/2 - 1/2, always the same law
    -1.418939
    """
    total = 0.0
    for held_out in parts:
        rest = np.ones(values.size, dtype=bool)
        rest[held_out] = False
        try:
            law = fitted(values[rest])
        except DataError:
            return math.nan
        total += float(np.sum(log_density(law, values[held_out])))
    return total / values.size
