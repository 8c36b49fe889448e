"""Returns of a price series."""

from typing import Literal

import numpy as np

from stablefit._types import FloatArray
from stablefit.errors import DataError


def price_returns(prices: FloatArray, kind: Literal["log", "simple"] = "log") -> FloatArray:
    """Return from each price to the next one that is there.

    Missing prices (nan) are left out first, so a return runs across a holiday as it runs across a weekend.

    Parameters
    ----------
    prices : ndarray, shape (n,)
        Positive prices in order of time, in any currency.
    kind : {"log", "simple"}
        ``log(p[i + 1] / p[i])`` or ``p[i + 1] / p[i] - 1``.

    Returns
    -------
    ndarray, shape (m - 1,)
        Of the m prices that are not nan; without unit.

    Raises
    ------
    DataError
        If a price is zero or negative.

    Examples
    --------
    >>> price_returns(np.array([100.0, np.nan, 110.0, 99.0]), "simple").round(12)
    array([ 0.1, -0.1])
    """
    present = prices[~np.isnan(prices)]
    wrong = np.flatnonzero(present <= 0)
    if wrong.size:
        raise DataError(
            f"prices must be positive, got {present[wrong[0]]:g}; fit numbers that are not prices as they are"
        )
    if kind == "log":
        return np.diff(np.log(present))
    return np.diff(present) / present[:-1]
