"""Fitting general laws by the empirical characteristic function: moduli and phases at octaves of frequency."""

from collections.abc import Mapping

import numpy as np

from stablefit.estimators.estimates import Estimates, estimated
from stablefit.estimators.fixed import PARAMETERS
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
    Real and imaginary parts at frequencies from 1/32 to 8 over the scale, weighted by their inverse covariance; in S0
    all is continuous at alpha = 1. Root mean squared errors over the Cramer-Rao bound, n = 1000, by simulation: within
    1.13 for every parameter from alpha 1.2 on and |beta| up to .9, to 1.3 at alpha .8. Near alpha = 2 nothing tells
    beta; at beta = -1 and 1 its standard error is that of an estimate free to go beyond.

    References
    ----------
    .. [1] I. A. Koutrouvelis, "Regression-type estimation of the parameters of stable laws", J. Amer. Statist. Assoc.
       75 (1980).
    .. [2] S. M. Kogon and D. B. Williams, "Characteristic function based estimation of stable distribution
       parameters", in A Practical Guide to Heavy Tails (1998).
    """
    from stablefit._kernels import skewed_ecf

    k = len(samples.rows)
    pilot = np.ones(k) if "scale" in held else 0.5 * (samples.quantiles[:, 1] - samples.quantiles[:, 0])
    given = held.get("alpha", np.nan), held.get("beta", np.nan), estimated(held, PARAMETERS)
    return Estimates.filled(k, lambda *out: skewed_ecf.fill(samples.rows, samples.weights, pilot, *given, *out))
