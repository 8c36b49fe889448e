"""The process between large jumps: the paper's (7), (8), Proposition 3.2 (9) and Lemma 3.3 (10), with exact forms."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray, RandomState
from stablefit.escape.axes import Measure
from stablefit.escape.decomposition.large_jumps import checked_noise
from stablefit.escape.panels import gauss, integrate
from stablefit.laws.moments import levy_constant
from stablefit.laws.random import generator
from stablefit.sde.schedule import as_schedule


@dataclass(frozen=True)
class SmallJumps:
    """The process xi of the jumps of L up to a threshold, a martingale with moments of every order.

    Its increments are independent and stationary, so that what begins anew after a large jump, (7), is the same
    process.

    Parameters
    ----------
    alpha : float
        Index of stability, in (0, 2).
    threshold : float
        Size of the largest jump, O; see `jump_threshold`.
    measure : {"sas", "levy"}, default "sas"
        As for `ExitLaw`.

    Raises
    ------
    ValueError
        If a parameter lies outside its range.

    Examples
    --------
    >>> round(SmallJumps(1.5, 4.0, "levy").variance_rate, 12)  # 2 O^(2 - alpha) / (2 - alpha)
    8.0
    """

    alpha: float
    threshold: float
    measure: Measure = "sas"

    def __post_init__(self) -> None:
        if not 0.0 < self.alpha < 2.0:
            raise ValueError(f"alpha must lie in (0, 2), got {self.alpha}")
        if not 0.0 < self.threshold < np.inf:
            raise ValueError(f"threshold must be positive and finite, got {self.threshold}")

    @property
    def _constant(self) -> float:
        return float(levy_constant(np.array(self.alpha))) if self.measure == "sas" else 1.0

    @property
    def variance_rate(self) -> float:
        """Variance per unit of time."""
        return self._variance_of(self.threshold)

    def _variance_of(self, size: float) -> float:
        return float(2.0 * self._constant * size ** (2.0 - self.alpha) / (2.0 - self.alpha))

    def increments(self, dt: float, size: int | tuple[int, ...], rng: RandomState = None, *, cut: float = 0.01) -> Any:
        """Draw independent increments over dt.

        Jumps beyond cut * threshold one by one, the others as a Gaussian of their variance.

        Parameters
        ----------
        dt : float
            Time, positive.
        size : int or tuple of int
            Shape of the draws.
        rng : numpy.random.Generator, int or None
            Source of randomness.
        cut : float, default 0.01
            In (0, 1); smaller is closer and slower.

        References
        ----------
        .. [1] S. Asmussen, J. Rosinski, "Approximations of small jumps of Levy processes with a view towards
           simulation", 2001.
        """
        if not dt > 0.0:
            raise ValueError(f"dt must be positive, got {dt}")
        if not 0.0 < cut < 1.0:
            raise ValueError(f"cut must lie in (0, 1), got {cut}")
        source, a, most = generator(rng), self.alpha, self.threshold
        shape = (size,) if isinstance(size, int) else tuple(size)
        least = cut * most
        total = np.sqrt(self._variance_of(least) * dt) * source.standard_normal(shape)
        beyond = 2.0 * self._constant / a * (least**-a - most**-a)
        numbers = source.poisson(beyond * dt, shape)
        u, sign = source.random(int(numbers.sum())), source.random(int(numbers.sum()))
        jumps = np.where(sign < 0.5, -1.0, 1.0) * (least**-a - u * (least**-a - most**-a)) ** (-1.0 / a)
        owner = np.repeat(np.arange(total.size), numbers.ravel())
        return total + np.bincount(owner, jumps, total.size).reshape(shape)


def small_jump_mean(w: ArrayLike, hessian: ArrayLike, t: float) -> FloatArray:
    """Mean of the process of small jumps under U = w H w / 2: exp(-H t) w, shape (N,).

    Examples
    --------
    >>> small_jump_mean([0.5, 0.4], [1.0, 2.0], 1.0).round(6).tolist()  # a diagonal is enough
    [0.18394, 0.054134]
    """
    curvature, axes = _spectrum(hessian)
    start = np.asarray(w, dtype=np.float64)
    return np.asarray(axes @ (np.exp(-curvature * t) * (axes.T @ start)))


def small_jump_second_moment(
    w: ArrayLike,
    hessian: ArrayLike,
    t: float,
    alpha: ArrayLike,
    scale: ArrayLike = 1.0,
    *,
    eps: ArrayLike,
    rho: float,
    schedule: Any = None,
    begin: float | None = None,
    measure: Measure = "sas",
) -> FloatArray:
    r"""Second moments E[Z_l Z_j] of the process of small jumps in a quadratic basin, the exact form of (10).

    :math:`e^{-Ht} w w^T e^{-Ht} + \int_0^t e^{-H(t-p)} \mathrm{diag}(q(p)) e^{-H(t-p)} dp`, where q_l is the variance
    of the small jumps of axis l per unit of time. Independent axes have no cross terms but through H: the paper's A is
    0, since the small jumps have mean 0 by symmetry.

    Parameters
    ----------
    w : array_like, shape (N,)
        Where it starts, relative to the minimum.
    hessian : array_like, shape (N, N) or (N,)
        H, symmetric, or its diagonal.
    t : float
        Time since the start.
    alpha, scale, eps : array_like, shape (N,) or ()
        Of the noise; alpha in (0, 2).
    rho : float
        Exponent of the threshold, in (0, 1).
    schedule : Schedule or callable, optional
        The schedule's factor, which changes both the noise and the threshold; constant by default.
    begin : float, optional
        Its time at the start, by default the schedule's own.
    measure : {"sas", "levy"}, default "sas"
        As for `ExitLaw`.

    Returns
    -------
    ndarray, shape (N, N)

    Raises
    ------
    ValueError
        If a parameter lies outside its range.

    Examples
    --------
    >>> two = dict(w=[0.5, 0.4], t=1.0, alpha=1.5, eps=0.05, rho=0.5)
    >>> small_jump_second_moment(hessian=[1.0, 2.0], **two, measure="levy").round(5).tolist()
    [[0.04298, 0.00996], [0.00996, 0.00812]]
    """
    curvature, axes = _spectrum(hessian)
    start = np.asarray(w, dtype=np.float64)
    a, noise, _ = checked_noise(alpha, eps, rho, 1.0)
    if not (a < 2.0).all():
        raise ValueError(f"alpha must lie below 2, got {a.max()}: Gaussian noise has no jumps")
    c = levy_constant(a) if measure == "sas" else 1.0
    # q = (eps s^((a - 1)/a) scale)^2 2 c O^(2 - a) / (2 - a), O = (eps s^((a - 1)/a))^-rho
    power = 2.0 - rho * (2.0 - a)
    rate = np.broadcast_to(2.0 * c / (2.0 - a) * np.asarray(scale) ** 2 * noise**power, start.shape)
    mean = axes.T @ small_jump_mean(start, hessian, t)
    sums = curvature[:, None] + curvature
    if schedule is None:
        grown = np.where(sums == 0.0, t, -np.expm1(-sums * t) / np.where(sums == 0.0, 1.0, sums))
        noise_part = axes.T @ (rate[:, None] * axes) * grown
    else:
        noise_part = _scheduled(as_schedule(schedule), begin, t, axes, sums, rate, (a - 1.0) / a * power)
    return np.asarray(axes @ (np.outer(mean, mean) + noise_part) @ axes.T)


def _scheduled(
    plan: Any, begin: float | None, t: float, axes: FloatArray, sums: FloatArray, rate: FloatArray, power: FloatArray
) -> FloatArray:
    """The integral of exp(-(h_i + h_j) (t - p)) sum_l v_li v_lj q_l(p), where q_l goes with a power of s."""
    start = plan.start if begin is None else begin
    powers = np.broadcast_to(power, rate.shape)

    def parts(low: FloatArray, nodes: FloatArray, weights: FloatArray) -> FloatArray:
        factor = np.asarray(plan.s(start + nodes))[..., None] ** powers
        left = np.exp(-sums * (t - nodes)[..., None, None])
        return np.asarray(np.einsum("kn,knij,knl->kijl", weights, left, factor).reshape(low.size, -1))

    edges = np.concatenate([[0.0], np.geomspace(t * 2.0**-60, t, 61)])
    n = rate.size
    each = integrate(parts, edges, gauss).reshape(n, n, n)
    return np.asarray(np.einsum("ijl,li,lj,l->ij", each, axes, axes, rate))


def small_jump_bound(
    alpha: ArrayLike,
    scale: ArrayLike = 1.0,
    *,
    eps: ArrayLike,
    rho: float,
    theta: float,
    constant: float = 1.0,
) -> Any:
    r"""Bound of P(sup abs(Z - Y) >= constant eps^theta) up to the next large jump, what (9) should say.

    :math:`\frac{16 \alpha \lambda^2}{(2 - \alpha) c_0^2} \epsilon^{2 - 2 \rho - 2 \theta}`, by Doob's inequality: the
    small jumps have variance 2 c O^(2 - alpha) / (2 - alpha) a unit of time, the time has mean alpha O^alpha / (2 c),
    c cancels, and a drift that pulls back at most doubles a deviation. It falls with eps only where theta < 1 - rho,
    since the jumps reach eps^(1 - rho); the printed exponent 2 - 2 theta + rho (alpha - 1) knows nothing of that.

    Parameters
    ----------
    alpha, scale, eps : array_like
        Index of stability in (0, 2), amplitude lambda, and noise factor; they broadcast.
    rho : float
        Exponent of the threshold, in (0, 1).
    theta, constant : float
        The deviation asked for is constant * eps**theta.

    Returns
    -------
    ndarray, at most 1 as a probability is

    Examples
    --------
    >>> round(float(small_jump_bound(1.5, eps=1e-8, rho=0.3, theta=0.2)), 12)  # 48 * 1e-8
    4.8e-07
    """
    a, noise, _ = checked_noise(alpha, eps, rho, 1.0)
    if not (a < 2.0).all():
        raise ValueError(f"alpha must lie below 2, got {a.max()}")
    front = 16.0 * a * np.asarray(scale, dtype=np.float64) ** 2 / ((2.0 - a) * constant**2)
    return np.minimum(front * noise ** (2.0 - 2.0 * rho - 2.0 * theta), 1.0)[()]


def _spectrum(hessian: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues and eigenvectors of a symmetric matrix or a diagonal."""
    h = np.asarray(hessian, dtype=np.float64)
    if h.ndim == 1:
        return h, np.eye(h.size)
    if h.ndim != 2 or h.shape[0] != h.shape[1] or not np.allclose(h, h.T, rtol=1e-10, atol=0.0):
        raise ValueError(f"hessian must be a symmetric matrix or its diagonal, got shape {h.shape}")
    curvature, axes = np.linalg.eigh(h)
    return np.asarray(curvature), np.asarray(axes)
