"""The paper's symbols, one value an axis, as its sections 3.2 and 4 define them."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.escape.axes import Measure, checked_axes
from stablefit.escape.decomposition.large_jumps import eps as noise_factor
from stablefit.laws.moments import levy_constant

Nu = Literal["mean_of", "at_mean_alpha"]
Prefactor = Literal["printed", "one"]


class Symbols(NamedTuple):
    """Values of shape (N,), except alpha_nu and beta_sum."""

    alpha: FloatArray
    scale: FloatArray  # 1^T lambda_l
    eps: FloatArray
    lower: FloatArray
    upper: FloatArray
    width: FloatArray  # Phi_l
    reach: FloatArray  # m_l
    intensity: FloatArray  # beta_l
    prefactor: FloatArray  # A_l,nu
    alpha_nu: float
    beta_sum: float

    @property
    def exit_rate(self) -> FloatArray:
        """m_l Phi_l, the rate of exits at s = 1."""
        return self.reach * self.width

    @property
    def weight(self) -> FloatArray:
        """beta_l / beta_S."""
        return self.intensity / self.beta_sum


def symbols(
    alpha: ArrayLike,
    scale: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    eta: float | None,
    eps: ArrayLike | None,
    rho: float,
    measure: Measure = "levy",
    nu: Nu = "mean_of",
    prefactor: Prefactor = "printed",
) -> Symbols:
    """Return the symbols; what the paper's average axis nu is, it leaves open, hence `nu`.

    Raises
    ------
    ValueError
        If a parameter lies outside its range, or not exactly one of eta and eps is given.
    """
    axes = checked_axes(alpha, scale, lower, upper, measure)
    a, lam, low, high = axes.alpha, axes.scale, axes.lower, axes.upper
    if (eta is None) == (eps is None):
        raise ValueError(f"eta or eps must be given, and not both, got eta={eta!r} and eps={eps!r}")
    noise = noise_factor(eta, a) if eta is not None else np.broadcast_to(np.asarray(eps, dtype=np.float64), a.shape)
    if not (noise > 0.0).all():
        raise ValueError(f"eps must be positive, got {noise.min()}")
    check_rho(rho)
    for name, value, known in (("nu", nu, ("mean_of", "at_mean_alpha")), ("prefactor", prefactor, ("printed", "one"))):
        if value not in known:
            raise ValueError(f"{name} must be {known[0]!r} or {known[1]!r}, got {value!r}")
    c = levy_constant(a) if measure == "sas" else np.ones_like(a)
    width = (-low) ** -a + high**-a
    reach = c * (lam * noise) ** a / a
    intensity = 2.0 * c * noise ** (rho * a) / a
    mean = float(a.mean())
    if nu == "mean_of":
        leaving = reach.mean() * width.mean() / intensity.mean()
    else:
        c_nu = float(levy_constant(np.array(mean))) if measure == "sas" else 1.0
        mean_noise, d_low, d_high = float(noise.mean()), float(-low.mean()), float(high.mean())
        m_nu = c_nu * (lam.mean() * mean_noise) ** mean / mean
        leaving = m_nu * (d_low**-mean + d_high**-mean) / (2.0 * c_nu * mean_noise ** (rho * mean) / mean)
    total = float(intensity.sum())
    loosening = (1.0 - leaving) * (1.0 - intensity / total) if prefactor == "printed" else np.ones_like(a)
    return Symbols(a, lam, noise, low, high, width, reach, intensity, loosening, mean, total)


def check_rho(rho: float) -> None:
    """ValueError unless rho lies in [0, 1); 0 is the limit of small ones."""
    if not 0.0 <= rho < 1.0:
        raise ValueError(f"rho must lie in (0, 1), or be 0 for the limit, got {rho}")


def check_gamma(gamma: float) -> None:
    """ValueError unless gamma is positive."""
    if not gamma > 0.0:
        raise ValueError(f"gamma must be positive, got {gamma}")
