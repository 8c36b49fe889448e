"""The paper's probability of staying: Theorem 4.5 (22) and Corollary 4.6 (23)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit.escape.axes import Measure
from stablefit.escape.printed.symbols import Nu, Prefactor, check_gamma, symbols


def equation_22(
    u: ArrayLike,
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
) -> Any:
    r"""Bound of P(exit after u) under s = t^(gamma - 1), Theorem 4.5 (22).

    .. math:: \sum_l A_l^{-1} \frac{\beta_l}{\beta_S} \frac{(m_l \Phi_l)^{1 - \kappa_l}}{\gamma_l}
              \Gamma(\kappa_l, m_l \Phi_l u^{\gamma_l}), \quad
              \kappa_l = \frac{1 + (\gamma - 1)(\alpha_l - 1 + \rho (\alpha_l - \alpha_\nu))}{\gamma_l}

    The integral from u on of the same f as in `theorem_4_1`, with the same errors. At u = 0 it is 1 / gamma_l for equal
    axes and A = 1, 1.25 for alpha = 1.5 and gamma = .6, and it stays above the exact law: .979, .752, .516, .268 where
    `ExitLaw.survival` has .737, .530, .331, .146, at .2, .5, 1 and 2 times the mean, which simulations confirm.

    Parameters
    ----------
    u : array_like
        Times, of any shape.
    alpha, scale, lower, upper, gamma, rho, eta, eps, measure, nu, prefactor
        As for `theorem_4_1`.

    Returns
    -------
    ndarray of u's shape

    Examples
    --------
    >>> import stablefit as sf
    >>> one = dict(alpha=1.5, scale=0.02, lower=-1.0, upper=1.0)
    >>> law = sf.escape.ExitLaw(**one, eta=1.0, schedule=sf.sde.Power(0.6))
    >>> u = [0.0, law.mean()]
    >>> equation_22(u, **one, gamma=0.6, rho=0.4, eta=1.0, measure="sas", prefactor="one").round(3).tolist()
    [1.25, 0.516]
    >>> law.survival(u).round(3).tolist()
    [1.0, 0.331]
    """
    from scipy.special import gamma as gamma_function
    from scipy.special import gammaincc

    check_gamma(gamma)
    a = symbols(alpha, scale, lower, upper, eta=eta, eps=eps, rho=rho, measure=measure, nu=nu, prefactor=prefactor)
    time = np.asarray(u, dtype=np.float64)[..., None]
    shape = 1.0 + (gamma - 1.0) * (a.alpha - 1.0)
    kappa = (1.0 + (gamma - 1.0) * (a.alpha - 1.0 + rho * (a.alpha - a.alpha_nu))) / shape
    upper_gamma = gamma_function(kappa) * gammaincc(kappa, a.exit_rate * time**shape)
    with np.errstate(divide="ignore"):
        terms = a.weight / a.prefactor * a.exit_rate ** (1.0 - kappa) / shape * upper_gamma
    return terms.sum(axis=-1)[()]


def equation_23(
    u: ArrayLike,
    alpha: ArrayLike,
    scale: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    rho: float,
    eta: float | None = None,
    eps: ArrayLike | None = None,
    measure: Measure = "levy",
    nu: Nu = "mean_of",
    prefactor: Prefactor = "printed",
) -> Any:
    r"""Bound of P(exit after u) at constant s, Corollary 4.6 (23).

    .. math:: \sum_l A_l^{-1} \frac{\beta_l}{\beta_S} e^{-m_l \Phi_l u}

    Exponential for each axis, rightly, but a mixture of the axes in place of exp of minus the sum of their rates: for N
    equal axes the decay is N times too slow. Its u is time of the differential equation, and not the iterations of
    which the paper speaks below it; an `ExitLaw` on that clock has eta^alpha in place of eta^(alpha - 1).

    Parameters
    ----------
    u, alpha, scale, lower, upper, rho, eta, eps, measure, nu, prefactor
        As for `equation_22`.

    Returns
    -------
    ndarray of u's shape

    Examples
    --------
    >>> import numpy as np, stablefit as sf
    >>> ten = dict(alpha=np.full(10, 1.5), scale=0.05, lower=-1.0, upper=1.0)
    >>> round(float(equation_23(20.0, **ten, rho=0.4, eta=1.0, prefactor="one")), 4)
    0.7422
    >>> round(float(sf.escape.ExitLaw(**ten, eta=1.0, measure="levy").survival(20.0)), 4)  # its tenth power
    0.0507
    """
    a = symbols(alpha, scale, lower, upper, eta=eta, eps=eps, rho=rho, measure=measure, nu=nu, prefactor=prefactor)
    time = np.asarray(u, dtype=np.float64)[..., None]
    with np.errstate(divide="ignore"):
        return (a.weight / a.prefactor * np.exp(-a.exit_rate * time)).sum(axis=-1)[()]


theorem_4_5 = equation_22
corollary_4_6 = equation_23
