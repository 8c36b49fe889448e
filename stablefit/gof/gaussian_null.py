"""How the likelihood ratio of alpha = 2 is distributed for normal samples, by simulation."""

from functools import cache
from importlib.resources import as_file, files
from typing import NamedTuple

import numpy as np

from stablefit._types import AnyArray, FloatArray


class Null(NamedTuple):
    """What tools/gaussian_null_table.py wrote.

    Attributes
    ----------
    nobs : ndarray, shape (k,)
        Sizes of samples.
    root : ndarray, shape (m,)
        Square roots of likelihood ratios, evenly spaced from 0 on.
    log_share : ndarray, shape (k, m)
        Log of the probability of a larger ratio. The first column is that of any ratio but 0; from where the Monte
        Carlo error was 15 % on a row goes on as it was.
    error : ndarray, shape (k, m)
        Relative Monte Carlo error of the probability, one standard deviation; nan where the row goes on as it was.
    drawn : ndarray, shape (k,)
        Samples that were drawn.
    """

    nobs: AnyArray
    root: FloatArray
    log_share: FloatArray
    error: FloatArray
    drawn: AnyArray


@cache
def table() -> Null:
    """Return the table, read on first use."""
    with as_file(files("stablefit.gof") / "gaussian_null.npz") as path, np.load(path, allow_pickle=False) as stored:
        return Null(*(stored[name] for name in Null._fields))


def pvalues(statistic: FloatArray, nobs: AnyArray) -> FloatArray:
    """Return the probability of a likelihood ratio as large in n normal values.

    Parameters
    ----------
    statistic : ndarray
        Likelihood ratios, not negative; nan gives nan.
    nobs : ndarray
        Sizes of the samples, which broadcast against them.

    Returns
    -------
    ndarray
        1 where the ratio is 0. Interpolated in the table, the logarithm linearly in the root of the ratio and in log n;
        beyond 100,000 values the last row serves, which gives larger p-values than the truth. p-values that are too
        small for the simulation are given as the smallest that it could tell.

    Examples
    --------
    >>> pvalues(np.array([0.0, 3.841]), np.array([1000, 1000])).round(2)  # chi-square would give .05
    array([1.  , 0.01])
    """
    known = table()
    size = np.clip(np.asarray(nobs, dtype=np.float64), known.nobs[0], known.nobs[-1])
    row, up = _place(np.log(size), np.log(known.nobs))
    column, right = _place(np.sqrt(np.minimum(statistic, known.root[-1] ** 2)), known.root)
    upper, lower = (
        (1.0 - right) * known.log_share[i, column] + right * known.log_share[i, column + 1] for i in (row, row + 1)
    )
    found = np.exp((1.0 - up) * upper + up * lower)
    return np.where(np.isnan(statistic), np.nan, np.where(statistic == 0.0, 1.0, found))


def _place(values: FloatArray, grid: FloatArray) -> tuple[AnyArray, FloatArray]:
    """Return the index of the grid's interval that holds each value, and where in it, as a share."""
    known = np.where(np.isnan(values), grid[0], values)
    index = np.clip(np.searchsorted(grid, known, side="right") - 1, 0, grid.size - 2)
    return index, (known - grid[index]) / (grid[index + 1] - grid[index])
