"""Fitting general laws by quantiles: McCulloch's estimator."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files

import numpy as np

from stablefit._types import FloatArray
from stablefit.estimators import quantile
from stablefit.estimators.estimates import Estimates, estimated
from stablefit.estimators.fixed import PARAMETERS
from stablefit.estimators.standard import Standard

PROBABILITIES = quantile.PROBABILITIES


@cache
def table() -> FloatArray:
    """Chebyshev series that tools/skewed_mcculloch_table.py writes."""
    file = files("stablefit.estimators") / "skewed_mcculloch.npz"
    with as_file(file) as path, np.load(path, allow_pickle=False) as archive:
        return np.asarray(archive["table"])


def estimate(samples: Standard, held: Mapping[str, float]) -> Estimates:
    """Fit five quantiles of each row.

    Parameters
    ----------
    samples : Standard
        One sample a row, in standard units, with quantiles at `PROBABILITIES`.
    held : mapping
        Values of the parameters that are not estimated: loc 0 and scale 1, as `Standard` has them.

    Returns
    -------
    Estimates
        alpha and beta from (q95 - q05) / (q75 - q25) and (q95 + q05 - 2 q50) / (q95 - q05), scale from q75 - q25, loc
        from the median. Standard errors from the asymptotic covariance of sample quantiles.

    Notes
    -----
    For alpha from 0.5 to 2: below, two laws may have the same quantiles. Standard deviations over the Cramer-Rao bound
    are 1.1 to 1.5 for alpha from 1 to 1.5 and beta = 0, but 2 to 3 at |beta| = .9, where the tail that tells beta has
    one quantile only.

    References
    ----------
    .. [1] J. H. McCulloch, "Simple consistent estimators of stable distribution parameters", Commun. Statist. Simula.
       15 (1986).
    """
    from stablefit._kernels import skewed_mcculloch

    k = len(samples.rows)
    given = held.get("alpha", np.nan), held.get("beta", np.nan), estimated(held, PARAMETERS), table()
    return Estimates.filled(k, lambda *out: skewed_mcculloch.fill(samples.quantiles, samples.size, *given, *out))
