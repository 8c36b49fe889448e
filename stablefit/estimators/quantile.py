"""Fitting by quantiles: McCulloch's estimator for symmetric laws."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files

import numpy as np

from stablefit._types import FloatArray
from stablefit.estimators.estimates import Estimates, estimated
from stablefit.estimators.standard import QUARTILES, Standard

PROBABILITIES = (*QUARTILES, 0.05, 0.95, 0.5)


@cache
def table() -> FloatArray:
    """Chebyshev series that tools/mcculloch_table.py writes."""
    with as_file(files("stablefit.estimators") / "mcculloch.npz") as path, np.load(path, allow_pickle=False) as archive:
        return np.ascontiguousarray(archive["table"])


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
        alpha from (q95 - q05) / (q75 - q25), scale from q75 - q25, loc the median. With scale held, alpha comes from
        q95 - q05. Standard errors from the asymptotic covariance of sample quantiles.

    Notes
    -----
    Standard deviation of alpha over the Cramer-Rao bound: 1.2 to 1.3 for alpha in [1, 1.5], 1.5 at .7, 1.7 at 1.7, 3.3
    at 1.9: five quantiles know little about the far tail, which is what tells alpha near 2.

    References
    ----------
    .. [1] J. H. McCulloch, "Simple consistent estimators of stable distribution parameters", Commun. Statist. Simula.
       15 (1986).
    """
    from stablefit._kernels import mcculloch

    k = len(samples.rows)
    given = held.get("alpha", np.nan), estimated(held), table()
    return Estimates.filled_symmetric(k, lambda *out: mcculloch.fill(samples.quantiles, samples.size, *given, *out))


def start(quantiles: FloatArray, held: Mapping[str, float]) -> FloatArray:
    """Return alpha, loc and scale (3, k), held ones too, from quantiles (k, 5) as `estimate` does: where to begin."""
    from stablefit._kernels import mcculloch

    out = np.empty((3, len(quantiles)))
    mcculloch.begin(quantiles, held.get("alpha", np.nan), estimated(held), table(), out)
    return out
