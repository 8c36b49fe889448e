"""Fitting by the empirical characteristic function on a device: `stablefit._kernels.ecf` for samples in lock step."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from stablefit._kernels.moments import LOWEST, OCTAVES, WEIGHTS_UP_TO
from stablefit.estimators.device import moments
from stablefit.estimators.device.found import Found, estimated
from stablefit.estimators.device.standard import Standard
from stablefit.estimators.device.sweeps import where
from stablefit.estimators.fixed import ALPHA_MIN
from stablefit.estimators.status import Status

# Constants of the kernel, whose decisions these are.
_MOST_STEPS = 100
_FLAT = 1e-3
_TIGHT = 1e-12
_FARTHEST = 7.0
_MOST_ATTEMPTS = 5
_CLOSER = 0.125


class _Point(NamedTuple):
    """Model and weighted residuals at one alpha and scale a sample."""

    w: Tensor  # (m, OCTAVES, 3): residuals, derivatives of the model in alpha and log scale, all weighted
    model: Tensor  # (m, OCTAVES)
    power: Tensor
    square: Tensor  # (m,), sum of squares

    def put(self, rows: Tensor, other: "_Point") -> None:
        for mine, theirs in zip(self, other, strict=True):
            mine[rows] = theirs


def estimate(samples: Standard, held: Mapping[str, float]) -> Found:
    """Fit the empirical characteristic function of each row; see `stablefit.estimators.ecf.estimate`."""
    k, n = samples.rows.shape
    free = estimated(held)
    half = 0.5 * (samples.quantiles[:, 1] - samples.quantiles[:, 0])
    pilot = half if free[2] else torch.ones_like(half)
    everyone = torch.arange(k, device=half.device)
    phi = moments.octaves(samples.rows, everyone, LOWEST / pilot)
    g = moments.squared_moduli(phi, n)
    first = moments.first_alpha(g) if free[0] else torch.full_like(half, held["alpha"])
    alpha, log_scale, lower, point, status = _weighted_fit(g, first, free, n)
    for attempt in range(1, _MOST_ATTEMPTS):
        lost = where(status == Status.NOT_CONVERGED)
        if not lost.numel() or (attempt > 1 and not free[2]):
            break
        if attempt > 1:
            _look_closer(samples, lost, pilot, phi, g)
        first = torch.full_like(pilot[lost], 1.0 if free[0] else held["alpha"])
        found = _weighted_fit(g[lost], first, free, n)
        alpha[lost], log_scale[lost], lower[lost], status[lost] = found[0], found[1], found[2], found[4]
        point.put(lost, found[3])
    lost = where(status == Status.NOT_CONVERGED)
    if lost.numel() and free[2]:
        _look_closer(samples, lost, pilot, phi, g)
    e = moments.decays(alpha, log_scale)
    even, odd = moments.covariances(e, n)
    scale = pilot * torch.exp(log_scale)
    cov = _spread(lower, point, even, free, scale)
    loc = torch.zeros_like(scale)
    if free[1]:
        loc, variance, settled = _locate(phi, e, odd)
        loc, cov[:, 1, 1] = pilot * loc, pilot * pilot * variance
        # beyond the quartiles, as of two clusters: never beyond the sample
        bounded = torch.minimum(torch.maximum(loc, samples.ends[:, 0]), samples.ends[:, 1])
        loc = torch.where(loc.abs() > pilot, bounded, loc) if free[2] else bounded
        status = torch.where(settled, status, int(Status.NOT_CONVERGED))
    return Found(alpha, loc, scale, cov, status)


def _look_closer(samples: Standard, lost: Tensor, pilot: Tensor, phi: Tensor, g: Tensor) -> None:
    """Take the moments of some rows at higher frequencies, in place."""
    pilot[lost] *= _CLOSER
    phi[:, lost] = moments.octaves(samples.rows, lost, LOWEST / pilot[lost])
    g[lost] = moments.squared_moduli(phi[:, lost], samples.rows.shape[1])


def _weighted_fit(
    g: Tensor, first: Tensor, free: tuple[bool, bool, bool], n: int
) -> tuple[Tensor, Tensor, Tensor, _Point, Tensor]:
    """Alpha and log of scale over pilot by weights for a first alpha; those weights, the point, and statuses."""
    zero = torch.zeros_like(first)
    even, _ = moments.covariances(moments.decays(first.clamp(max=WEIGHTS_UP_TO), zero), n)
    lower = moments.factor(even)
    alpha, log_scale = first.clone(), zero
    point = _weigh(g, alpha, log_scale, lower)
    status = torch.full_like(first, int(Status.NOT_CONVERGED), dtype=torch.int64)
    active = torch.arange(first.numel(), device=first.device)
    for _ in range(_MOST_STEPS):
        if not active.numel():
            break
        a, s, low, values = alpha[active], log_scale[active], lower[active], g[active]
        here = _Point(*(part[active] for part in point))
        in_alpha, in_scale, gain = _move(a, s, free, low, here)
        new = _weigh(values, a + in_alpha, s + in_scale, low)
        while (high := where((gain > _TIGHT) & (new.square > here.square))).numel():
            in_alpha[high], in_scale[high], gain[high] = 0.5 * in_alpha[high], 0.5 * in_scale[high], 0.5 * gain[high]
            new.put(high, _weigh(values[high], (a + in_alpha)[high], (s + in_scale)[high], low[high]))
        a, s = a + in_alpha, s + in_scale
        far = s.abs() > _FARTHEST
        done = ~far & (gain <= _TIGHT)
        at_edge = ((a >= 2.0) | (a <= ALPHA_MIN)) if free[0] else torch.zeros_like(done)
        ended = torch.where(at_edge, int(Status.BOUNDARY), int(Status.OK))
        status[active] = torch.where(done, ended, int(Status.NOT_CONVERGED))
        alpha[active] = torch.where(done, a.clamp(ALPHA_MIN, 2.0), a) if free[0] else a
        log_scale[active] = s
        point.put(active, new)
        active = active[~(far | done)]
    return alpha, log_scale, lower, point, status


def _weigh(g: Tensor, alpha: Tensor, log_scale: Tensor, lower: Tensor) -> _Point:
    """Weighted residuals of g, and derivatives of the model exp(-2 power), power = (scale t)^alpha."""
    u = _log_frequencies(g) + log_scale[:, None]
    power = torch.exp(alpha[:, None] * u)
    model = torch.exp(-2.0 * power)
    slope = -2.0 * model * power
    w = moments.forward(lower, torch.stack([g - model, slope * u, slope * alpha[:, None]], dim=2))
    return _Point(w, model, power, (w[:, :, 0] * w[:, :, 0]).sum(dim=1))


def _log_frequencies(like: Tensor) -> Tensor:
    return math.log(LOWEST) + math.log(2.0) * torch.arange(OCTAVES, dtype=like.dtype, device=like.device)


def _move(
    alpha: Tensor, log_scale: Tensor, free: tuple[bool, bool, bool], lower: Tensor, here: _Point
) -> tuple[Tensor, Tensor, Tensor]:
    """Newton's step, Gauss and Newton's where that may not descend, and the gain it promises; see the kernel."""
    products = torch.bmm(here.w.transpose(1, 2), here.w)
    a, g, aa, ag, gg = (products[:, i, j] for i, j in ((1, 0), (2, 0), (1, 1), (1, 2), (2, 2)))
    u = _log_frequencies(alpha) + log_scale[:, None]
    both = 2.0 * moments.backward(lower, here.w[:, :, 0]) * here.model * here.power
    bend = 1.0 - 2.0 * here.power
    more_aa = (both * bend * u * u).sum(dim=1)
    more_ag = (both * (1.0 + bend * alpha[:, None] * u)).sum(dim=1)
    more_gg = (both * bend).sum(dim=1) * alpha * alpha
    zero, one = torch.zeros_like(alpha), torch.ones_like(alpha)
    if not free[0]:
        a, aa, ag, more_aa, more_ag = zero, one, zero, zero, zero
    if not free[2]:
        g, gg, ag, more_gg, more_ag = zero, one, zero, zero, zero
    det = (aa + more_aa) * (gg + more_gg) - (ag + more_ag) ** 2
    newton = (aa + more_aa > _FLAT * aa) & (gg + more_gg > _FLAT * gg) & (det > _FLAT * (aa * gg - ag * ag))
    aa, ag, gg = (torch.where(newton, x + more, x) for x, more in ((aa, more_aa), (ag, more_ag), (gg, more_gg)))
    in_alpha = (gg * a - ag * g) / (aa * gg - ag * ag)
    if free[0]:
        in_alpha = torch.minimum(torch.maximum(in_alpha, ALPHA_MIN - alpha), 2.0 - alpha)
    in_scale = (g - ag * in_alpha) / gg
    gain = in_alpha * (2.0 * a - aa * in_alpha) + in_scale * (2.0 * (g - ag * in_alpha) - gg * in_scale)
    share = 1.0 / in_scale.abs().clamp(min=1.0)
    return share * in_alpha, share * in_scale, share * gain


def _spread(lower: Tensor, point: _Point, even: Tensor, free: tuple[bool, bool, bool], scale: Tensor) -> Tensor:
    """Covariance of alpha, loc and scale, that of loc left at 0: B^-1 A' V A B^-1, A the weighted derivatives."""
    slopes = point.w[:, :, 1:]
    a = moments.backward(lower, slopes)
    meat = torch.bmm(a.transpose(1, 2), torch.bmm(even, a))
    bread = torch.bmm(slopes.transpose(1, 2), slopes)
    aa, ag, gg = bread[:, 0, 0], bread[:, 0, 1], bread[:, 1, 1]
    cov = scale.new_zeros(scale.numel(), 3, 3)
    if free[0] and free[2]:
        inverse = torch.stack([gg, -ag, -ag, aa], dim=1).reshape(-1, 2, 2) / (aa * gg - ag * ag)[:, None, None]
        pair = torch.bmm(inverse, torch.bmm(meat, inverse))
        cov[:, 0, 0], cov[:, 2, 2] = pair[:, 0, 0], scale * scale * pair[:, 1, 1]
        cov[:, 0, 2] = cov[:, 2, 0] = scale * pair[:, 0, 1]
    elif free[0]:
        cov[:, 0, 0] = meat[:, 0, 0] / (aa * aa)
    elif free[2]:
        cov[:, 2, 2] = scale * scale * meat[:, 1, 1] / (gg * gg)
    return cov


def _locate(phi: Tensor, e: Tensor, odd: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Location in units of the pilot, its variance, and whether it was found; see the kernel."""
    lower = moments.factor(odd)
    octave = 2 ** torch.arange(OCTAVES, device=e.device)
    frequency = LOWEST * octave
    weight = moments.forward(lower, frequency * (1.0 - e[:, octave]))
    information = (weight * weight).sum(dim=1)
    loc, found = torch.zeros_like(information), torch.zeros_like(information, dtype=torch.bool)
    active = torch.arange(loc.numel(), device=loc.device)
    for i in range(_MOST_STEPS):
        if not active.numel():
            break
        angle = frequency * loc[active, None]
        c, s = torch.cos(angle), torch.sin(angle)
        real, imaginary = phi[0, active], phi[1, active]
        both = torch.stack([imaginary * c - real * s, frequency * (real * c + imaginary * s)], dim=2)
        both = (weight[active, :, None] * moments.forward(lower[active], both)).sum(dim=1)
        # a share of the expected slope at least, a smaller one the longer it takes: a flat stretch is crossed in time
        step = both[:, 0] / torch.maximum(both[:, 1], 0.3 * information[active] / (1.0 + i))
        loc[active] += step.clamp(-0.5, 0.5)
        close = step.abs() < 1e-5
        found[active] = close
        active = active[~close]
    return loc, 1.0 / information, found
