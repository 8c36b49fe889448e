"""Samples checked, and brought into units of their own width about their own centre, on a device."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from stablefit._kernels import order
from stablefit.estimators.device.sweeps import parts
from stablefit.estimators.standard import FEWEST
from stablefit.estimators.status import Status

_LARGEST = 1e290  # as in the kernel for the host


class Standard(NamedTuple):
    """What `stablefit.estimators.standard.Standard` holds, as tensors, without weights."""

    rows: Tensor  # (k, n), float64
    quantiles: Tensor  # (k, m)
    ends: Tensor  # (k, 2), smallest and largest value
    centre: Tensor  # (k,)
    width: Tensor  # (k,)
    status: Tensor  # (k,)

    def take(self, rows: Tensor) -> "Standard":
        """Return some of the samples."""
        return Standard(*(part[rows] for part in self))


def standardise(rows: Tensor, probabilities: tuple[float, ...], held: Mapping[str, float]) -> Standard:
    """Check samples (k, n) and bring them into standard units; they are left as they are.

    Sorted in parts: order statistics, as n p - 1/2 by Hazen, and equal neighbours tell everything.
    """
    k, n = rows.shape
    out = torch.empty((k, n), dtype=torch.float64, device=rows.device)
    pieces = [_part(rows[part], out[part], probabilities, held) for part in parts(k, n)]
    pieces = pieces or [_part(rows, out, probabilities, held)]
    return Standard(out, *(torch.cat(columns) for columns in zip(*pieces, strict=True)))


def _part(
    rows: Tensor, out: Tensor, probabilities: tuple[float, ...], held: Mapping[str, float]
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Standardise some rows into out; the other fields of `Standard`."""
    k, n = rows.shape
    if n == 0:
        nothing = out.new_full((k, 2 + len(probabilities)), math.nan)
        status = torch.full((k,), int(Status.TOO_FEW), device=rows.device)
        return nothing[:, 2:], nothing[:, :2], nothing[:, 0], nothing[:, 0], status
    ordered = torch.sort(rows.contiguous(), dim=-1).values
    status = _status(ordered)
    quantiles = torch.stack([_quantile(ordered, p) for p in probabilities], dim=1)
    lower, upper = quantiles[:, 0], quantiles[:, 1]
    centre = torch.full_like(lower, held["loc"]) if "loc" in held else 0.5 * lower + 0.5 * upper
    width = torch.full_like(lower, held["scale"]) if "scale" in held else _power_of_two(lower, upper)
    # divided by in two factors, because 1 / width overflows for the smallest widths
    exponent = torch.frexp(width).exponent
    first = torch.exp2(-torch.div(exponent, 2, rounding_mode="floor").to(width.dtype))[:, None]
    second = 1.0 / (width[:, None] * first)
    origin = centre[:, None] * first * second

    def in_units(x: Tensor) -> Tensor:
        return (x.to(torch.float64) * first * second - origin).clamp(-_LARGEST, _LARGEST)

    out.copy_(in_units(rows))
    return in_units(quantiles), in_units(ordered[:, [0, -1]]), centre, width, status


def _status(ordered: Tensor) -> Tensor:
    """Status of each sorted row: nan come last, equal values lie together."""
    n = ordered.shape[1]
    low, high = ordered[:, 0], ordered[:, -1]
    constant = low == high
    status = torch.where(low == 0, int(Status.DEAD), int(Status.CONSTANT))
    run = n // 5
    inflated = (ordered[:, run:] == ordered[:, : n - run]).any(dim=1) if run else torch.zeros_like(constant)
    status = torch.where(constant, status, torch.where(inflated, int(Status.ZERO_INFLATED), int(Status.OK)))
    if n < FEWEST:
        status = torch.full_like(status, int(Status.TOO_FEW))
    finite = torch.isfinite(low) & torch.isfinite(high)
    return torch.where(finite, status, int(Status.NONFINITE))


def _quantile(ordered: Tensor, p: float) -> Tensor:
    """Hazen's p-quantile of each sorted row, as order.py has it."""
    n = ordered.shape[1]
    place, own, following = order.place(n, p)
    value = ordered[:, place].to(torch.float64)
    after = ordered[:, min(place + 1, n - 1)].to(torch.float64)
    return torch.where(value == after, value, own * value + following * after) if following else value


def _power_of_two(lower: Tensor, upper: Tensor) -> Tensor:
    """Power of two next above upper - lower."""
    distance = (upper - lower).clamp(max=2.0**1022)
    power = torch.exp2(torch.frexp(distance).exponent.to(distance.dtype))
    return torch.where(distance > 0.0, power, torch.ones_like(power))
