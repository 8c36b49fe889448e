"""What the paper says of the process between large jumps: (6), (9), (10) and (11)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.escape.decomposition.flow import relaxation_bound
from stablefit.escape.decomposition.large_jumps import checked_noise


def equation_6(mu: ArrayLike, excess: ArrayLike, t: ArrayLike) -> Any:
    r"""Bound of the squared distance to the minimum, Lemma 3.1 (6): :math:`\frac{2 \tilde U}{\mu} e^{-2 \mu t}`.

    Right as printed; see `decomposition.relaxation_bound`, which this is.

    Parameters
    ----------
    mu, excess, t : array_like
        Strong convexity, U(w) - U(W*), and time.

    Examples
    --------
    >>> float(equation_6(2.0, 9.0, 0.0))
    9.0
    """
    return relaxation_bound(mu, excess, t)


def equation_9(
    alpha: ArrayLike, eps: ArrayLike, *, rho: float, theta: float, constant: float = 1.0, check: bool = True
) -> Any:
    r"""Bound of P(sup abs(Z - Y) >= c eps^theta), Proposition 3.2 (9).

    :math:`C \epsilon^{2 - 2 \theta - \rho (1 - \alpha)}`.

    The exponent is too large by rho (alpha + 1): the small jumps reach up to eps^(1 - rho), their supremum is of that
    size, and where theta > 1 - rho the probability tends to 1 while the printed bound tends to 0. Doob's inequality
    gives 2 - 2 theta - 2 rho, `decomposition.small_jump_bound`. The printed range of theta, (0, (2 - alpha) / 4), does
    not exclude that: rho = .9 and alpha = 1.2 allow theta = .15 > .1.

    Parameters
    ----------
    alpha, eps : array_like
        Index of stability, and noise factor times s^((alpha - 1) / alpha); they broadcast.
    rho, theta : float
        Exponents; theta in (0, (2 - alpha) / 4).
    constant : float, default 1
        The paper's C_theta, which it leaves open.

    Raises
    ------
    ValueError
        If theta lies outside its range, unless check is False.

    Examples
    --------
    >>> round(float(equation_9(1.5, 0.01, rho=0.4, theta=0.1)), 12)  # 0.01^(2 - 0.2 + 0.2)
    0.0001
    """
    a, noise, _ = checked_noise(alpha, eps, rho, 1.0)
    if check and not (0.0 < theta < np.min((2.0 - a) / 4.0)):
        raise ValueError(f"theta must lie in (0, (2 - alpha) / 4), got {theta}")
    return (constant * noise ** (-rho * (1.0 - a) + 2.0 - 2.0 * theta))[()]


def equation_10(w: ArrayLike, h: ArrayLike, t: float, alpha: ArrayLike, *, eps: ArrayLike, rho: float) -> FloatArray:
    r"""Second moments E[Z_l Z_j] of the process of small jumps, Lemma 3.3 (10).

    .. math:: w_l w_j e^{-(h_l + h_j) t} + A_{jl} + A_{lj}, \quad
              A_{lj} = \epsilon_l w_j e^{-h_j t} \mu_l \left(2 t + \frac{1 - e^{-h_l t}}{h_l}\right), \quad
              \mu_l = 2 t \frac{\epsilon_l^{-\rho (1 - \alpha_l)} - 1}{1 - \alpha_l}

    mu / t is the mean size of the jumps between 1 and O; their mean is 0 by symmetry, and with it A. And a mu that is
    already integrated over time is multiplied by time once more. What it leaves out is the variance of the noise on the
    diagonal. For alpha = 1.5, eps = .05, rho = .5, t = 1, w = (.5, .4), h = (1, 2) it has .0721 off the diagonal, where
    the moment is .00996, in simulations too; `decomposition.small_jump_second_moment` is exact.

    Parameters
    ----------
    w, h : array_like, shape (N,)
        Starting point, and curvature of each axis.
    t : float
        Time since the large jump.
    alpha, eps : array_like, shape (N,) or ()
        Index of stability, and noise factor times s^((alpha - 1) / alpha).
    rho : float
        Exponent of the threshold, in (0, 1).

    Returns
    -------
    ndarray, shape (N, N)

    Examples
    --------
    >>> equation_10([0.5, 0.4], [1.0, 2.0], 1.0, 1.5, eps=0.05, rho=0.5).round(4).tolist()
    [[0.1359, 0.0721], [0.0721, 0.0307]]
    """
    start, curvature = (np.asarray(x, dtype=np.float64) for x in (w, h))
    a, noise, _ = checked_noise(alpha, eps, rho, 1.0)
    a, noise = np.broadcast_to(a, start.shape), np.broadcast_to(noise, start.shape)
    exponent = 1.0 - a
    log_threshold = -rho * np.log(noise)
    safe = np.where(exponent == 0.0, 1.0, exponent)
    mu = 2.0 * t * np.where(exponent == 0.0, log_threshold, np.expm1(exponent * log_threshold) / safe)
    flown = start * np.exp(-curvature * t)
    fallen = np.where(curvature == 0.0, t, -np.expm1(-curvature * t) / np.where(curvature == 0.0, 1.0, curvature))
    own = noise * mu * (2.0 * t + fallen)
    cross = np.outer(own, flown)
    return np.asarray(np.outer(flown, flown) + cross + cross.T)


def equation_11(
    gradients: ArrayLike,
    hessians: ArrayLike,
    w: ArrayLike,
    t: float,
    alpha: ArrayLike,
    *,
    eps: ArrayLike,
    rho: float,
    n_examples: int,
) -> FloatArray:
    r"""Row sums of the noise covariance, Proposition 3.4 (11).

    .. math:: \frac{1}{D} \sum_j \bar u_{lj} + \sum_{j,m,p} \bar h_{l,m,p,j} E[Z_m Z_p], \quad
              \bar h_{l,m,p,j} = \frac{1}{B} \sum_b h_{b,l,m} h_{b,p,j} - h_{l,m} h_{p,j}

    with the moments of (10). The first term carries 1 / D and the second none, where both need 1 / B; the term that is
    linear in x is missing, and so are the moments' variances. u-bar is not defined: it is read as the mean over b of
    u_bl u_bj. `decomposition.row_sum_covariance` is exact for quadratic losses.

    Parameters
    ----------
    gradients : array_like, shape (B, N)
        u_b at the minimum.
    hessians : array_like, shape (B, N, N)
        h_b.
    w, t, alpha, eps, rho
        As for `equation_10`; h are the diagonal entries of the mean Hessian.
    n_examples : int
        D.

    Returns
    -------
    ndarray, shape (N,)

    Examples
    --------
    >>> equation_11([[-2.0], [2.0]], [[[2.0]], [[2.0]]], [0.0], 1.0, 1.5, eps=0.05, rho=0.5, n_examples=2).tolist()
    [2.0]
    """
    u, h = np.asarray(gradients, dtype=np.float64), np.asarray(hessians, dtype=np.float64)
    if u.ndim != 2 or h.shape != (*u.shape, u.shape[1]):
        raise ValueError(f"gradients and hessians must be (B, N) and (B, N, N), got {u.shape} and {h.shape}")
    whole = h.mean(axis=0)
    moments = equation_10(w, np.diagonal(whole), t, alpha, eps=eps, rho=rho)
    first = u.T @ u.sum(axis=1) / len(u) / n_examples
    rows = np.einsum("blm,bp->lmp", h, h.sum(axis=2)) / len(u) - whole[:, :, None] * whole.sum(axis=1)
    return np.asarray(first + np.einsum("lmp,mp->l", rows, moments))


lemma_3_1 = equation_6
proposition_3_2 = equation_9
lemma_3_3 = equation_10
proposition_3_4 = equation_11
