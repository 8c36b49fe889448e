"""The paper's section 3.2 and the beginning of section 4: large jumps, (12) to (15)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.escape.axes import checked_axes
from stablefit.escape.decomposition.large_jumps import checked_noise


def equation_12(alpha: ArrayLike, eps: ArrayLike, *, rho: float, s: ArrayLike = 1.0) -> Any:
    """Intensity of large jumps, equation (12): (2 / alpha) s^(rho (alpha - 1)) eps^(rho alpha).

    Right for the Levy measure abs(y)^(-1-alpha) dy, and to be multiplied by c_alpha for a standard stable process, as
    `decomposition.jump_intensity` does. The set of integration printed as R / [-O, O] is the complement of [-O, O].

    Parameters
    ----------
    alpha, eps, s : array_like
        Index of stability, noise factor, and the schedule's factor; they broadcast.
    rho : float
        Exponent of the threshold between small and large jumps, in (0, 1).

    Examples
    --------
    >>> round(float(equation_12(1.5, 0.01, rho=0.5)), 9)  # 4/3 * 0.01^0.75
    0.042163702
    """
    a, noise, factor = checked_noise(alpha, eps, rho, s)
    return (2.0 / a * factor ** (rho * (a - 1.0)) * noise ** (rho * a))[()]


def equation_13(
    alpha: ArrayLike,
    scale: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    eps: ArrayLike,
    rho: float,
    s: float = 1.0,
) -> FloatArray:
    """P(a large jump leaves the basin), equation (13): m_l Phi_l s^(alpha - 1) / beta_l(t).

    m_l = lambda eps^alpha / alpha is printed below (13) with lambda to the power 1, and below Theorem 4.1 with the
    power alpha, which is right: here the probability is wrong by the factor lambda^(1 - alpha), 10 for lambda = .01 and
    alpha = 1.5, and may exceed 1. The left side is printed with s_t eps in front of the jump, where the process has
    s_t^((alpha - 1) / alpha) eps.

    Parameters
    ----------
    alpha, scale, lower, upper
        Of the axes, as for `ExitLaw`.
    eps : array_like
        Noise factor of each axis.
    rho, s : float
        Exponent of the threshold, and the schedule's factor.

    Returns
    -------
    ndarray, shape (N,)

    Examples
    --------
    >>> right = equation_13(1.5, 1.0, -1.0, 1.0, eps=0.01, rho=0.5)
    >>> wrong = equation_13(1.5, 0.01, -1.0, 1.0, eps=0.01, rho=0.5) / 0.01**1.5
    >>> round(float(right[0]), 6), round(float(wrong[0] / right[0]), 6)
    (0.031623, 10.0)
    """
    axes = checked_axes(alpha, scale, lower, upper, "levy")
    a, noise, factor = checked_noise(axes.alpha, eps, rho, s)
    reach = axes.scale * noise**a / a
    width = (-axes.lower) ** -a + axes.upper**-a
    return np.asarray(reach * width * factor ** (a - 1.0) / equation_12(a, noise, rho=rho, s=factor))


def equation_14(eps: ArrayLike, *, constant: float = 1.0) -> Any:
    """Bound of the relaxation time, equation (14): C_1 abs(ln eps).

    Right, with a C_1 that the paper leaves open: in a quadratic basin of curvature h and half width d the relaxation
    time to eps^zeta is (ln d + zeta abs(ln eps)) / h, see `decomposition.relaxation_time`.

    Parameters
    ----------
    eps : array_like
        Noise factor times s^((alpha - 1) / alpha).
    constant : float, default 1
        C_1.

    Examples
    --------
    >>> round(float(equation_14(0.01)), 6)
    4.60517
    """
    return (constant * np.abs(np.log(np.asarray(eps, dtype=np.float64))))[()]


def equation_15(alpha: ArrayLike, eps: ArrayLike, *, rho: float, s: ArrayLike = 1.0) -> Any:
    """Mean time between large jumps, equation (15): (alpha / 2) s^(-rho alpha) eps^(-rho alpha).

    Not the inverse of (12), whose exponent of s is rho (alpha - 1): too long by s^-rho under a decayed rate, a factor
    3.2 for s = .1 and rho = .5. And under a schedule the time to the next jump is not 1 / beta(t), since beta changes
    meanwhile; `decomposition.LargeJumps` has its law.

    Parameters
    ----------
    alpha, eps, rho, s
        As for `equation_12`.

    Examples
    --------
    >>> round(float(equation_15(1.5, 0.01, rho=0.5, s=0.1) * equation_12(1.5, 0.01, rho=0.5, s=0.1)), 6)  # 0.1^-0.5
    3.162278
    """
    a, noise, factor = checked_noise(alpha, eps, rho, s)
    return (0.5 * a * (factor * noise) ** (-rho * a))[()]
