"""Quantiles of the standard symmetric law on a device.

In the far tail Newton's method on the tail's series; elsewhere Newton's method in log z on the logarithm of the log
odds, kept between what is known to be too small and too large.
"""

import math

import torch
from torch import Tensor

from stablefit.laws.device import odds, tail
from stablefit.laws.device.tail import Tail

_MOST_STEPS = 60
_CLOSE = 1e-9  # in log z: convergence is quadratic, this step is the last that matters
_IN_TAIL = 12  # steps on the series, which is all but a power where it holds


def upper(q: Tensor, alpha: Tensor) -> Tensor:
    """z with P(Z > z) = q (k, n) in [0, 1/2]; nan elsewhere. The number of steps is the only thing that is waited for.

    Relative error against the kernels 1e-12 (tests/laws/test_device.py).
    """
    series = tail.prepare(alpha, 1)
    u_tail = _in_tail(torch.log(q), series)
    in_tail = u_tail >= torch.log(series.start)[:, None]
    ordinary = ~in_tail & (q > 0.0) & (q < 0.5)
    u = _between(torch.where(ordinary, q, 0.25), alpha)
    z = torch.exp(torch.where(in_tail, u_tail, u))
    z = torch.where(q == 0.5, 0.0, torch.where(q == 0.0, math.inf, z))
    return torch.where((q >= 0.0) & (q <= 0.5), z, math.nan)


def _in_tail(log_q: Tensor, series: Tail) -> Tensor:
    """Log z by the tail's series; the series need not hold there: the caller checks."""
    alpha = series.alpha[:, None]
    u = (torch.log(series.c[:, :1] / alpha) - log_q) / alpha
    for _ in range(_IN_TAIL):
        total, density, _ = tail.tail_sums(u, series, 1)
        u = u + (torch.log(total) - alpha * u - log_q) * total / density
    return torch.where(torch.isnan(u), -math.inf, u)


def _first_guess(q: Tensor, log_m: Tensor, alpha: Tensor) -> Tensor:
    """Log z: the straight line through the centre, or the tail's leading power where that is further out."""
    index = alpha[:, None]
    centre = log_m + math.log(0.25 * math.pi) - torch.lgamma(1.0 + 1.0 / index)
    sine = torch.sin(0.5 * math.pi * torch.minimum(index, 2.0 - index))
    power = (torch.lgamma(index) + torch.log(sine / math.pi) - torch.log(q)) / index
    power = torch.where(index > 1.2, power.clamp(max=3.0), power)
    return torch.where(q > 0.25, centre, torch.maximum(centre, power))


def _between(q: Tensor, alpha: Tensor) -> Tensor:
    """Log z for 0 < q < 1/2 where the tables hold."""
    log_m = torch.log(2.0 * torch.atanh(1.0 - 2.0 * q))
    log_m = torch.where(q < 0.25, torch.log(torch.log1p(-q) - torch.log(q)), log_m)
    u = _first_guess(q, log_m, alpha)
    low, high = torch.full_like(u, -math.inf), torch.full_like(u, math.inf)
    last, done = torch.full_like(u, math.inf), torch.zeros_like(u, dtype=torch.bool)
    for _ in range(_MOST_STEPS):
        z = torch.exp(u)
        found = odds.at(z, alpha, 1)
        gap = log_m - torch.log(found.m)
        low, high = torch.where(gap > 0.0, u, low), torch.where(gap > 0.0, high, u)
        move = gap * found.m / (found.in_z * z)
        new = u + move.clamp(-2.0, 2.0)
        bounded = (low > -math.inf) & (high < math.inf)
        halve = bounded & ((move.abs() > 0.5 * last) | ~((low < new) & (new < high)))
        close = move.abs() < _CLOSE
        new = torch.where(halve & ~close, 0.5 * (low + high), new)
        u, last = torch.where(done, u, new), move.abs()
        done = done | close | torch.isnan(move)
        if u.device.type == "meta" or bool(done.all()):
            break
    return u
