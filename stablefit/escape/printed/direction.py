"""The paper's direction of the exit: Theorem 4.3 (18), (19), and Corollary 4.4 (20), (21)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.escape.axes import Measure
from stablefit.escape.printed.symbols import Nu, Prefactor, Symbols, check_gamma, symbols


def equation_18(
    alpha: ArrayLike,
    scale: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    gamma: float,
    rho: float,
    eta: float | None = None,
    eps: ArrayLike | None = None,
    measure: Measure = "levy",
    nu: Nu = "mean_of",
    prefactor: Prefactor = "printed",
) -> FloatArray:
    r"""Bound of P(exit through the upper boundary of axis i) under s = t^(gamma - 1), Theorem 4.3 (18).

    .. math:: \frac{m_i \Phi_i}{\beta_i} (d_i^+)^{-\alpha_i} \sum_l A_l^{-1} \frac{\beta_l^2 (m_l \Phi_l)^{-C_l}}
              {\beta_S \gamma_l} \Gamma(C_l)

    It bounds nothing that is below 1: for eps = .05, alpha = 1.5 and rho = .4 it is 144 with two equal axes, where the
    probability is .25, and 80 with ten, where it is .05. Phi_i counts twice, once too often, and C_l holds one power of
    time too many (kappa of Theorem 4.5 is meant). Even then it is right for one axis only, since its sum mixes axes
    that compete: ten equal ones get .5 each. `ExitLaw.exit_probabilities` has the exact ones.

    Parameters
    ----------
    alpha, scale, lower, upper, gamma, rho, eta, eps, measure, nu, prefactor
        As for `theorem_4_1`.

    Returns
    -------
    ndarray, shape (N,)
        One for each i.

    Examples
    --------
    >>> import stablefit as sf
    >>> two = dict(alpha=[1.5, 1.5], scale=1.0, lower=-1.0, upper=1.0)
    >>> equation_18(**two, gamma=1.0, rho=0.4, eps=0.05).round().tolist()
    [144.0, 144.0]
    >>> sf.escape.ExitLaw(**two, eta=1.0).exit_probabilities()[:, 1].tolist()
    [0.25, 0.25]
    """
    check_gamma(gamma)
    a = symbols(alpha, scale, lower, upper, eta=eta, eps=eps, rho=rho, measure=measure, nu=nu, prefactor=prefactor)
    return np.asarray(a.exit_rate / a.intensity * a.upper**-a.alpha * _common_sum(a, gamma, rho))


def equation_19(
    alpha: ArrayLike,
    scale: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    gamma: float,
    rho: float,
    eta: float | None = None,
    eps: ArrayLike | None = None,
    measure: Measure = "levy",
    nu: Nu = "mean_of",
    prefactor: Prefactor = "printed",
) -> FloatArray:
    r"""What (18) is said to come to, equation (19): (m_i / beta_i) (d_i^+)^-alpha_i times a sum that all axes share.

    The factor Phi_i of (18) is gone, rightly. The share of axis i is still wrong by beta_i, the number of its jumps, as
    in `equation_20`; the exact rate is m_i (d_i^+)^-alpha_i.

    Parameters
    ----------
    alpha, scale, lower, upper, gamma, rho, eta, eps, measure, nu, prefactor
        As for `theorem_4_1`.

    Returns
    -------
    ndarray, shape (N,)

    Examples
    --------
    >>> two = dict(alpha=[1.5, 1.5], scale=1.0, lower=-1.0, upper=1.0)
    >>> equation_19(**two, gamma=1.0, rho=0.4, eps=0.05).round().tolist()  # Phi is 2
    [72.0, 72.0]
    """
    check_gamma(gamma)
    a = symbols(alpha, scale, lower, upper, eta=eta, eps=eps, rho=rho, measure=measure, nu=nu, prefactor=prefactor)
    return np.asarray(a.reach / a.intensity * a.upper**-a.alpha * _common_sum(a, gamma, rho))


def _common_sum(a: Symbols, gamma: float, rho: float) -> float:
    """The sum over l; the 2 alpha_l - alpha_nu - alpha_l printed in its C_l is alpha_l - alpha_nu."""
    from scipy.special import gamma as gamma_function

    shape = (gamma - 1.0) * (a.alpha - 1.0) + 1.0
    c = ((gamma - 1.0) * (a.alpha - 1.0 + rho * (a.alpha - a.alpha_nu)) + 2.0) / shape
    with np.errstate(divide="ignore"):
        terms = a.intensity**2 * a.exit_rate**-c / (a.prefactor * a.beta_sum * shape) * gamma_function(c)
    return float(terms.sum())


def equation_20(
    axis: int,
    other: int,
    alpha: ArrayLike,
    scale: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    rho: float,
    eta: float | None = None,
    eps: ArrayLike | None = None,
) -> float:
    r"""Ratio of the probabilities to exit through the upper boundaries of two axes, Corollary 4.4 (20).

    .. math:: \frac{\lambda_l^{\alpha_l}}{\lambda_j^{\alpha_j}} \epsilon^{(\alpha_l - \alpha_j)(1 - \rho)}
              \frac{(d_l^+)^{-\alpha_l}}{(d_j^+)^{-\alpha_j}}

    That is the ratio of P(exit | a large jump of the axis) without regard to how many such jumps there are. The exact
    ratio at constant s, `ExitLaw.ratio`, is an equality, has no 1 - rho, and has the factor (alpha_j / alpha_l) (c_l /
    c_j): for eps = .05, alpha 1.3 and 1.7 and rho = .4 it is 4.33 in the paper's measure, and 2.05 as printed.

    Parameters
    ----------
    axis, other : int
        l and j, counted from 0.
    alpha, scale, lower, upper, rho, eta, eps
        As for `theorem_4_1`. With an eps for each axis, eps^((alpha_l - alpha_j) (1 - rho)) is read as the ratio of
        eps_l^(alpha_l (1 - rho)) and eps_j^(alpha_j (1 - rho)).

    Examples
    --------
    >>> import stablefit as sf
    >>> two = dict(alpha=[1.3, 1.7], scale=1.0, lower=-1.0, upper=1.0)
    >>> round(equation_20(0, 1, **two, rho=0.4, eps=0.05), 2)
    2.05
    >>> two["scale"] = 0.05
    >>> round(sf.escape.ExitLaw(**two, eta=1.0, measure="levy").ratio(0, 1), 2)
    4.33
    """
    a = symbols(alpha, scale, lower, upper, eta=eta, eps=eps, rho=rho, prefactor="one")
    share = a.scale**a.alpha * a.eps ** (a.alpha * (1.0 - rho)) * a.upper**-a.alpha
    return float(share[axis] / share[other])


def equation_21(alpha_l: ArrayLike, alpha_j: ArrayLike, eps: ArrayLike) -> Any:
    """What the ratio (20) is said to be proportional to, equation (21): eps^(alpha_l - alpha_j).

    It contradicts (20), which has 1 - rho in the exponent, and is right, for an eps that all axes share. With
    eps_l = eta^((alpha_l - 1) / alpha_l) the ratio of rates is proportional to eta^(alpha_l - alpha_j).

    Parameters
    ----------
    alpha_l, alpha_j, eps : array_like
        They broadcast.

    Examples
    --------
    >>> round(float(equation_21(1.3, 1.7, 0.05)), 2)
    3.31
    """
    power = np.asarray(alpha_l, dtype=np.float64) - np.asarray(alpha_j, dtype=np.float64)
    return (np.asarray(eps, dtype=np.float64) ** power)[()]


theorem_4_3 = equation_18
corollary_4_4 = equation_20
