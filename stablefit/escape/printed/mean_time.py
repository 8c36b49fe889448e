"""The paper's mean time of exit: Theorem 4.1, Corollary 4.2 (16), and (17)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit.escape.axes import Measure
from stablefit.escape.printed.symbols import Nu, Prefactor, check_gamma, symbols


def theorem_4_1(
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
    weights: ArrayLike | None = None,
) -> float:
    r"""Bound of the mean time of exit under s = t^(gamma - 1), Theorem 4.1.

    .. math:: \sum_l A_l^{-1} \frac{\beta_l}{\beta_S} \frac{(m_l \Phi_l)^{1 - C_l}}{\gamma_l} \Gamma(C_l), \quad
              C_l = \frac{2 + (\gamma - 1)(\alpha_l - 1 + \rho (\alpha_l - \alpha_\nu))}{\gamma_l}, \quad
              \gamma_l = 1 + (\gamma - 1)(\alpha_l - 1)

    What is wrong with it, against `ExitLaw.mean`:

    - It is the integral of t f(t) for f = sum of (beta_l / beta_S) r_l exp(-t r_l), r_l the rate at time t. The
      survival of a rate that changes is exp of minus its integral, not exp(-t r). Alone this makes one axis' mean too
      long by gamma_l^-(1 + 1 / gamma_l): 1.65 for gamma_l = .8, 8 for .5.
    - It mixes the axes where they compete: N equal axes leave N times as fast as one, here just as slowly.
    - A = (1 - m_nu Phi_nu / beta_nu) (1 - beta_l / beta_S) is 0 for one axis, which makes the bound infinite, and only
      loosens it for others: 143.9 instead of 33.5 for two equal axes with alpha = 1.5, eps = .05, rho = .4.
    - The sum is printed from l = 0; there is no such axis.

    Parameters
    ----------
    alpha, scale, lower, upper
        Of the axes, as for `ExitLaw`.
    gamma : float
        Of the schedule, which the paper calls exponential; it is a power of time.
    rho : float
        Exponent of the threshold between small and large jumps, in (0, 1); 0 for the limit.
    eta : float, optional
        Learning rate, from which eps_l = eta^((alpha_l - 1) / alpha_l).
    eps : array_like, optional
        The noise factors themselves. One of the two must be given.
    measure : {"levy", "sas"}, default "levy"
        Levy measure: the paper's, or that of the standard stable law, for comparison with an `ExitLaw` of fitted noise.
    nu : {"mean_of", "at_mean_alpha"}
        How m_nu, beta_nu and Phi_nu belong to alpha_nu, the mean alpha, which the paper leaves open: means of the axes'
        values, or values for an axis of mean alpha, scale, eps and distances.
    prefactor : {"printed", "one"}
        A as printed, or 1.
    weights : array_like, shape (N,), optional
        In place of beta_l / beta_S.

    Returns
    -------
    float

    Examples
    --------
    >>> import stablefit as sf
    >>> one = dict(alpha=1.5, scale=0.02, lower=-1.0, upper=1.0)
    >>> printed = theorem_4_1(**one, gamma=0.6, rho=0.4, eta=1.0, measure="sas", prefactor="one")
    >>> exact = sf.escape.ExitLaw(**one, eta=1.0, schedule=sf.sde.Power(0.6)).mean()
    >>> round(printed), round(exact), round(printed / exact, 4), round(0.8 ** -(1 + 1 / 0.8), 4)
    (6848, 4145, 1.6521, 1.6521)
    >>> theorem_4_1(**one, gamma=0.6, rho=0.4, eta=1.0)
    inf
    """
    from scipy.special import gamma as gamma_function

    check_gamma(gamma)
    a = symbols(alpha, scale, lower, upper, eta=eta, eps=eps, rho=rho, measure=measure, nu=nu, prefactor=prefactor)
    shape = 1.0 + (gamma - 1.0) * (a.alpha - 1.0)
    c = (2.0 + (gamma - 1.0) * (a.alpha - 1.0 + rho * (a.alpha - a.alpha_nu))) / shape
    weight = a.weight if weights is None else np.asarray(weights, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return float(np.sum(weight / a.prefactor * a.exit_rate ** (1.0 - c) * gamma_function(c) / shape))


def equation_16(
    alpha: ArrayLike,
    scale: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    rho: float,
    eta: float | None = None,
    eps: ArrayLike | None = None,
    nu: Nu = "mean_of",
    prefactor: Prefactor = "printed",
) -> float:
    r"""Bound of the mean time of exit at constant s, Corollary 4.2 (16).

    .. math:: \sum_l A_l^{-1} \frac{1}{\beta_S \lambda_l \epsilon_l^{\alpha_l (1 - \rho)} \Phi_l}

    Theorem 4.1 with gamma = 1 has 2 in the numerator and lambda to the power alpha. Half the theorem's value, and no
    bound: for a small lambda it falls below the truth by lambda^(alpha - 1), by 5 for lambda = .01 and alpha = 1.5
    with A = 1 and one axis.

    Parameters
    ----------
    alpha, scale, lower, upper, rho, eta, eps, nu, prefactor
        As for `theorem_4_1`.

    Returns
    -------
    float

    Examples
    --------
    >>> import stablefit as sf
    >>> one = dict(alpha=1.5, scale=0.01, lower=-1.0, upper=1.0)
    >>> printed = equation_16(**one, rho=0.4, eps=1.0, prefactor="one")
    >>> exact = sf.escape.ExitLaw(**one, eta=1.0, measure="levy").mean()
    >>> round(printed, 6), round(exact, 6)
    (37.5, 750.0)
    """
    a = symbols(alpha, scale, lower, upper, eta=eta, eps=eps, rho=rho, nu=nu, prefactor=prefactor)
    with np.errstate(divide="ignore"):
        return float(np.sum(1.0 / (a.prefactor * a.beta_sum * a.scale * a.eps ** (a.alpha * (1.0 - rho)) * a.width)))


def equation_17(
    eta: ArrayLike,
    alpha: Sequence[float],
    *,
    width: ArrayLike,
    prefactor: ArrayLike,
    coefficients: ArrayLike,
    coefficient: float,
    w: ArrayLike,
) -> Any:
    r"""Mean time of exit against the learning rate, equation (17).

    .. math:: \sum_l \frac{\Phi_l^{-1} A_l^{-1}}{\sum_i C_{l,i} \eta^{(\alpha_l - \alpha_i)/2} + C \sum_{i,k,p}
              (\eta^{1 + (\alpha_l - \alpha_i)/2 + (\alpha_p - 1)/\alpha_p} w_p + \eta^{1 + (\alpha_l - \alpha_i)/2 +
              (\alpha_k - 1)/\alpha_k} w_k)}

    Its exponents do not follow from (16): eps_l^alpha_l = eta^(alpha_l - 1) gives rho (alpha_i - alpha_l) + alpha_l -
    1, and with equal alphas the printed leading term does not depend on eta at all, where the truth is eta^-(alpha - 1)
    in units of time and eta^-alpha in iterations. What is left of it is that 1 / tau is a sum of
    powers of eta.

    Parameters
    ----------
    eta : array_like
        Learning rates, of any shape.
    alpha : sequence of float, length N
        Indices of stability.
    width, prefactor : array_like, shape (N,) or ()
        Phi_l and A_l.
    coefficients : array_like, shape (N, N)
        C_l,i.
    coefficient : float
        The paper's C with an index that it does not explain.
    w : array_like, shape (N,)
        Starting point.

    Returns
    -------
    ndarray of eta's shape

    Examples
    --------
    >>> own = dict(width=2.0, prefactor=1.0, coefficients=[[1.0]], coefficient=0.0, w=[0.0])
    >>> equation_17([0.1, 0.01], [1.5], **own).tolist()
    [0.5, 0.5]
    """
    rate, a = np.asarray(eta, dtype=np.float64)[..., None, None], np.asarray(alpha, dtype=np.float64)
    c, start, n = np.asarray(coefficients, dtype=np.float64), np.asarray(w, dtype=np.float64), a.size
    if c.shape != (n, n):
        raise ValueError(f"coefficients must have shape {(n, n)}, one for each pair of axes, got {c.shape}")
    between = 0.5 * (a[:, None] - a)
    first = np.sum(c * rate**between, axis=-1)
    # the sums over k and over p are the same, and the other of the two indices only counts n times
    own = np.sum(start * rate[..., 0] ** (1.0 + (a - 1.0) / a), axis=-1)[..., None]
    second = 2.0 * n * own * np.sum(rate**between, axis=-1)
    return np.sum(1.0 / (np.asarray(width) * np.asarray(prefactor) * (first + coefficient * second)), axis=-1)[()]


corollary_4_2 = equation_16
