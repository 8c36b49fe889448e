"""The motion without noise: the paper's (5), Lemma 3.1 (6) and the relaxation time (14)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray


def deterministic_flow(gradient: Callable[[FloatArray], ArrayLike], w: ArrayLike, t: ArrayLike) -> FloatArray:
    """Return the path Y of dY = -grad U(Y) dt from w, equation (5), by an adaptive method to 1e-9.

    Parameters
    ----------
    gradient : callable
        Of a point, shape (N,); returns the gradient of U there.
    w : array_like, shape (N,)
        Where it starts, at time 0.
    t : array_like, shape (T,)
        Times, increasing from 0 or later.

    Returns
    -------
    ndarray, shape (T, N)

    Raises
    ------
    ValueError
        If the times do not increase from 0 or later.
    RuntimeError
        If the path cannot be followed, as where the gradient is nan.

    Examples
    --------
    >>> path = deterministic_flow(lambda y: 2.0 * y, [1.0, -3.0], [0.0, 0.5])
    >>> path.round(6).tolist()  # exp(-1)
    [[1.0, -3.0], [0.367879, -1.103638]]
    """
    from scipy.integrate import solve_ivp

    times, start = np.asarray(t, dtype=np.float64), np.asarray(w, dtype=np.float64)
    if times.ndim != 1 or not times.size or times[0] < 0.0 or not (np.diff(times) > 0.0).all():
        raise ValueError(f"t must increase from 0 or later, got {t!r}")
    found = solve_ivp(
        lambda _, y: -np.asarray(gradient(y)), (0.0, times[-1]), start, "DOP853", times, rtol=1e-10, atol=1e-14
    )
    if not found.success:
        raise RuntimeError(f"the flow could not be followed beyond t = {found.t[-1] if found.t.size else 0.0}")
    return np.asarray(found.y.T)


def relaxation_bound(mu: ArrayLike, excess: ArrayLike, t: ArrayLike) -> Any:
    r"""Bound of the squared distance to the minimum, Lemma 3.1 (6): :math:`\frac{2 \tilde U}{\mu} e^{-2 \mu t}`.

    It holds as printed, where U is mu-strongly convex on a convex set that the path does not leave, such as a level
    set: :math:`\frac{\mu}{2} |y - W^*|^2 \le U - U^*`, and :math:`\frac{d}{dt} (U - U^*) = -|\nabla U|^2 \le -2 \mu (U
    - U^*)`. With U = mu abs(y)^2 / 2 it is an equality.

    Parameters
    ----------
    mu : array_like
        Smallest curvature, positive.
    excess : array_like
        U(w) - U(W*) at the start.
    t : array_like
        Time since then.

    Raises
    ------
    ValueError
        If mu is not positive, or the excess is negative.

    Examples
    --------
    >>> round(float(relaxation_bound(2.0, 9.0, 0.5)), 6)  # |w|^2 = 9 shrinks by exp(-2)
    1.218018
    """
    curvature, height = np.asarray(mu, dtype=np.float64), np.asarray(excess, dtype=np.float64)
    if not (curvature > 0.0).all():
        raise ValueError(f"mu must be positive, got {curvature.min()}")
    if not (height >= 0.0).all():
        raise ValueError(f"excess must not be negative, got {height.min()}")
    return (2.0 * height / curvature * np.exp(-2.0 * curvature * np.asarray(t, dtype=np.float64)))[()]


def relaxation_time(derivative: Callable[[float], float] | float, lower: float, upper: float, delta: float) -> float:
    r"""Time in which the flow on one axis comes from the boundary to within delta of the minimum, equation (14).

    :math:`\max\{\int_{d^-}^{-\delta} \frac{dy}{-U'(y)}, \int_\delta^{d^+} \frac{dy}{U'(y)}\}`, as printed; the paper's
    delta is eps^zeta.

    Parameters
    ----------
    derivative : callable or float
        U'(y), y relative to the minimum; or the curvature h of U = h y^2 / 2.
    lower, upper : float
        The boundaries, lower < 0 < upper. An infinite one is left out.
    delta : float
        Distance that counts as arrived, positive.

    Raises
    ------
    ValueError
        If a value lies outside its range, or U' does not lead to the minimum everywhere.

    Examples
    --------
    >>> round(relaxation_time(2.0, -1.0, 0.5, 0.01), 9)  # log(100) / 2
    2.302585093
    >>> round(relaxation_time(lambda y: y + y**3, -1.0, 1.0, 0.01), 9)
    4.258646...
    """
    if not lower < 0.0 < upper:
        raise ValueError(f"lower and upper must lie on either side of 0, got {lower} and {upper}")
    if not delta > 0.0:
        raise ValueError(f"delta must be positive, got {delta}")
    sides = [(sign, float(d)) for sign, d in ((-1.0, -lower), (1.0, upper)) if np.isfinite(d) and d > delta]
    if isinstance(derivative, int | float):
        if not derivative > 0.0:
            raise ValueError(f"derivative must be a positive curvature or a function, got {derivative}")
        return max((float(np.log(d / delta)) / derivative for _, d in sides), default=0.0)
    return max((_time_of_one_side(derivative, sign, delta, d) for sign, d in sides), default=0.0)


def _time_of_one_side(derivative: Callable[[float], float], sign: float, delta: float, distance: float) -> float:
    from scipy.integrate import quad

    def pace(x: float) -> float:
        y = np.exp(x)
        force = sign * float(derivative(sign * y))
        if not force > 0.0:
            raise ValueError(f"derivative must lead to the minimum everywhere, got {sign * force} at {sign * y}")
        return float(y / force)  # dy / U', in logarithms: even where the flow slows down

    return float(quad(pace, np.log(delta), np.log(distance), epsrel=1e-11, limit=200)[0])
