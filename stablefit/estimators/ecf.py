"""Fitting by the empirical characteristic function: generalised least squares at six octaves of frequency."""

from collections.abc import Mapping

import numpy as np

from stablefit.estimators.estimates import Estimates, estimated
from stablefit.estimators.standard import QUARTILES, Standard

PROBABILITIES = QUARTILES


def estimate(samples: Standard, held: Mapping[str, float]) -> Estimates:
    """Fit the empirical characteristic function of each row.

    Parameters
    ----------
    samples : Standard
        One sample a row, in standard units.
    held : mapping
        Values of the parameters that are not estimated: loc 0 and scale 1, as `Standard` has them.

    Returns
    -------
    Estimates
        Standard errors from the asymptotic covariance of the moments at the estimate.

    Notes
    -----
    Frequencies are .0625, .125, .25, .5, 1 and 2 over half the distance of the quartiles, which is close to the scale
    for every alpha above .8. Root mean squared error of alpha over the Cramer-Rao bound, n = 1000, by simulation: 1.13
    at alpha 1, 1.06 at 1.2, 1.05 at 1.5, 1.02 at 1.8 to 1.95; 1.7 at .5, where most of the information lies in the
    peak, beyond the highest frequency.

    References
    ----------
    .. [1] A. Feuerverger and P. McDunnough, "On the efficiency of empirical characteristic function procedures",
       J. R. Statist. Soc. B 43 (1981).
    .. [2] I. A. Koutrouvelis, "Regression-type estimation of the parameters of stable laws", J. Amer. Statist. Assoc.
       75 (1980).
    """
    from stablefit._kernels import ecf

    k = len(samples.rows)
    pilot = np.ones(k) if "scale" in held else 0.5 * (samples.quantiles[:, 1] - samples.quantiles[:, 0])
    given = held.get("alpha", np.nan), estimated(held)
    return Estimates.filled_symmetric(k, lambda *out: ecf.fill(samples.rows, samples.weights, pilot, *given, *out))
