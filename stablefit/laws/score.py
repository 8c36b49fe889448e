"""Derivatives of the log density: in x and alpha, and the score in all four parameters."""

import numpy as np

from stablefit._types import FloatArray
from stablefit.laws import symmetric
from stablefit.laws.parametrisation import tangent
from stablefit.laws.points import Points


def log_density_gradient(points: Points) -> FloatArray:
    """Log density of the standard S0 law and its derivatives in x and alpha, shape (3, n)."""
    if points.symmetric:
        return symmetric.log_density_gradient(points)
    points = points.each()
    out, chosen = np.empty((3, points.x.size)), points.skewed
    out[:, ~chosen] = symmetric.log_density_gradient(points.only(~chosen))
    out[:, chosen] = _by_contour(points.x[chosen], points.alpha[chosen], points.beta[chosen])[:3]
    return out


def derivatives(points: Points) -> FloatArray:
    """Log density of the standard S0 law and its derivatives in x, alpha and beta, shape (4, n)."""
    if points.symmetric:
        return np.vstack([symmetric.log_density_gradient(points), _in_beta(points)])
    points = points.each()
    out, chosen = np.empty((4, points.x.size)), points.skewed
    out[:, ~chosen] = derivatives(points.only(~chosen))
    out[:, chosen] = _by_contour(points.x[chosen], points.alpha[chosen], points.beta[chosen])
    return out


def standard_score(points: Points) -> tuple[FloatArray, FloatArray]:
    """Log density of the standard S0 law, shape (n,), and its derivatives in alpha, beta, loc and scale, (4, n)."""
    log_f, d_x, d_alpha, d_beta = derivatives(points)
    with np.errstate(invalid="ignore", over="ignore"):
        # x f' / f tends to -(1 + alpha) in a heavy tail
        heavy = np.isinf(points.x) & (d_x == 0.0)
        elasticity = np.where(heavy, -1.0 - points.alpha, points.x * d_x)
    return log_f, np.array([d_alpha, d_beta, -d_x, -1.0 - elasticity])


def own_score(
    score: FloatArray, alpha: FloatArray, beta: FloatArray, scale: FloatArray, *, classical: bool
) -> FloatArray:
    """Score of a law with this scale, in its own parametrisation, from that of the standard one; shape (..., 4)."""
    in_alpha, in_beta, in_loc, in_scale = score
    in_loc, in_scale = in_loc / scale, in_scale / scale
    if classical:
        a, b, s = shift_gradient(alpha, beta, scale)
        in_alpha, in_beta, in_scale = (
            derivative + _through(moved, in_loc) for derivative, moved in ((in_alpha, a), (in_beta, b), (in_scale, s))
        )
    return np.stack([in_alpha, in_beta, in_loc, in_scale], axis=-1)


def _through(moved: FloatArray, in_loc: FloatArray) -> FloatArray:
    """What the location that moves with a parameter adds: 0 where it does not, also at infinity."""
    with np.errstate(invalid="ignore"):
        return np.where(moved == 0.0, 0.0, moved * in_loc)


def shift_gradient(alpha: FloatArray, beta: FloatArray, scale: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Derivatives of `parametrisation.shift` in alpha, beta and scale; that in alpha is nan at alpha = 1, beta not 0.

    There S1 is no continuous family: its location runs off to infinity on either side.
    """
    t = tangent(alpha)
    at_one = alpha == 1.0
    with np.errstate(invalid="ignore"):
        t_alpha = np.where(at_one, np.nan, 0.5 * np.pi * (1.0 + t * t))
        in_alpha = np.where(beta == 0.0, 0.0, scale * beta * t_alpha)
        in_beta = scale * np.where(at_one, (2.0 / np.pi) * np.log(scale), t)
        in_scale = np.where(beta == 0.0, 0.0, beta * np.where(at_one, (2.0 / np.pi) * (np.log(scale) + 1.0), t))
    return in_alpha, in_beta, in_scale


def _in_beta(points: Points) -> FloatArray:
    """Derivative of the log density in beta at symmetric points: odd in x; 0 at alpha = 2, where beta has no effect."""
    alpha = np.broadcast_to(points.alpha, points.x.shape)
    out = np.where(np.isnan(points.x), np.nan, 0.0)
    matters = (alpha < 2.0) & (points.x != 0.0)
    out[matters] = _by_contour(points.x[matters], alpha[matters], np.zeros(int(matters.sum())))[3]
    return out


def _by_contour(x: FloatArray, alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """Log density and its derivatives in x, alpha and beta, shape (4, n), table-free."""
    from stablefit._kernels import zolotarev_gradient

    out = np.empty((4, x.size))
    zolotarev_gradient.fill(x, alpha, beta, out)
    return out
