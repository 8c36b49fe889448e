"""Moments and Levy measure of the symmetric law, in closed form."""

import numpy as np

from stablefit._types import FloatArray


def absolute_moment(p: float, alpha: FloatArray) -> FloatArray:
    """E|Z|^p of the standard symmetric law: inf for p >= alpha < 2 and for p <= -1.

    Zolotarev (1986), section 2.1: 2^p Gamma((1 + p)/2) Gamma(1 - p/alpha) / (sqrt(pi) Gamma(1 - p/2)); at alpha = 2
    the two Gamma functions that share a pole cancel.
    """
    from scipy.special import gamma

    if p <= -1.0:
        return np.full_like(alpha, np.inf)
    normal = 2.0**p * gamma(0.5 * (1.0 + p)) / np.sqrt(np.pi)
    if p == 0.0:
        return np.ones_like(alpha)
    finite = (p < alpha) | (alpha == 2.0)
    safe = np.where(finite & (alpha < 2.0), alpha, 2.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(safe < 2.0, gamma(1.0 - p / safe) / gamma(1.0 - 0.5 * p), 1.0)
    return np.where(finite, normal * ratio, np.inf)


def levy_constant(alpha: FloatArray) -> FloatArray:
    """c_alpha of the Levy measure c_alpha |y|^(-1-alpha) dy: Gamma(1 + alpha) sin(pi alpha/2) / pi, 0 at alpha = 2."""
    from scipy.special import gamma

    # sin(pi alpha/2) through 2 - alpha, which is exact: no digit is lost near alpha = 2
    sine = np.where(alpha > 1.0, np.sin(0.5 * np.pi * (2.0 - alpha)), np.sin(0.5 * np.pi * alpha))
    return gamma(1.0 + alpha) * sine / np.pi
