"""Functions of (z, alpha) as polynomials on a device: the tables of laws/symmetric_table.npz, and how to look them up.

What `stablefit._kernels.pieces` does for one alpha on the host, for many at once: the pieces are padded to one size, so
that their Chebyshev series in alpha are summed by one product of matrices and no step depends on the numbers.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from stablefit._kernels.pieces import DEGREE, WIDTH
from stablefit._types import FloatArray
from stablefit.laws.tabled import tables

_SHARED = 16  # as many points of one alpha are worth its polynomials on all segments
_MANY = 64  # laws from which on it is worth to wait for the numbers of those in each piece


class Table(NamedTuple):
    """One function on a device."""

    high: Tensor  # (rows,), largest alpha of each piece
    shape: Tensor  # (rows, 7): shift, start, per_unit, segments, top, middle and half length of the interval in alpha
    series: Tensor  # (rows, terms, segments, WIDTH), zeros where a piece has fewer


class Local(NamedTuple):
    """Segments and places of points."""

    inside: Tensor  # (k, n), whether the polynomials reach the point
    row: Tensor  # (k,), piece
    segment: Tensor  # (k, n)
    t: Tensor  # (k, n), place in the segment, in [-1, 1]
    slope: Tensor  # (k, n), dt/dz
    bend: Tensor  # (k, n), its derivative in z


@cache
def table(function: str, kind: str, device: torch.device, dtype: torch.dtype) -> Table:
    """The table of a `function`, "density" or "odds", of one `kind` of pieces, "bulk" or "wing"."""
    specs: FloatArray = getattr(tables(function), kind)
    coefficients = tables(function).coefficients
    series = np.zeros((len(specs), int(specs[:, 8].max()), int(specs[:, 7].max()), WIDTH))
    for row, spec in zip(series, specs, strict=True):
        segments, terms, offset = (int(value) for value in spec[7:10])
        part = coefficients[offset : offset + terms * segments * WIDTH]
        row[:terms, :segments] = part.reshape(terms, segments, WIDTH)
    top = np.exp(specs[:, 5] + specs[:, 7] / specs[:, 6])
    middle, half = 0.5 * (specs[:, 2] + specs[:, 3]), 0.5 * (specs[:, 3] - specs[:, 2])
    shape = np.column_stack([specs[:, 4:8], top, middle, half])
    return Table(*(torch.tensor(part, dtype=dtype, device=device) for part in (specs[:, 1], shape, series)))


def located(z: Tensor, alpha: Tensor, pieces: Table) -> Local:
    """Find the segments of points z (k, n) of laws alpha (k,)."""
    row = torch.searchsorted(pieces.high, alpha.contiguous()).clamp(max=len(pieces.high) - 1)
    shift, start, per_unit, segments, top = pieces.shape[row, :5].T[:, :, None].unbind()
    s = z * z + shift
    inside = s < top
    s = torch.where(inside, s, shift)
    middle = ((torch.log(s) - start) * per_unit - 0.5).clamp(min=-0.5)
    middle = torch.minimum(middle, segments - 0.5 - 1e-9)
    index = torch.round(middle)
    rate = 4.0 * per_unit / s
    return Local(inside, row, index.long(), 2.0 * (middle - index), rate * z, rate * (1.0 - 2.0 * z * z / s))


def summed(alpha: Tensor, row: Tensor, pieces: Table, order: int) -> list[Tensor]:
    """Polynomials on all segments of each law, and their derivatives in alpha up to `order`: (WIDTH, k, segments).

    Few laws are one product with the series of all pieces. Many are one a piece, once it is known which occur.
    """
    bases = _chebyshev(alpha, row, pieces, order)
    flat = pieces.series.transpose(2, 3).flatten(2)  # (rows, terms, WIDTH segments)
    rows, terms, _ = flat.shape
    if alpha.numel() < _MANY or alpha.device.type == "meta":
        own = torch.nn.functional.one_hot(row, rows).to(alpha.dtype)[:, :, None]
        products = [
            (own * basis[:, None]).reshape(-1, rows * terms) @ flat.reshape(rows * terms, -1) for basis in bases
        ]
    else:
        places, counts = torch.argsort(row), torch.bincount(row, minlength=rows).tolist()
        products = [alpha.new_empty(alpha.numel(), flat.shape[2]) for _ in bases]
        for series, chosen in zip(flat, torch.split(places, counts), strict=True):
            for product, basis in zip(products, bases, strict=True):
                if chosen.numel():
                    product[chosen] = basis[chosen] @ series
    return [product.reshape(alpha.numel(), WIDTH, -1).transpose(0, 1) for product in products]


def coefficients(alpha: Tensor, local: Local, pieces: Table, order: int) -> list[Tensor]:
    """Polynomials at the points, and their derivatives in alpha up to `order`: (WIDTH, k, n)."""
    k, n = local.segment.shape
    if n >= _SHARED:
        places = local.segment[None].expand(WIDTH, k, n)
        return [torch.gather(whole, 2, places) for whole in summed(alpha, local.row, pieces, order)]
    _, terms, segments, _ = pieces.series.shape
    flat = pieces.series.reshape(-1, WIDTH)
    first = local.row[:, None] * (terms * segments) + local.segment
    found = [flat.new_zeros(k, n, WIDTH) for _ in range(order + 1)]
    bases = _chebyshev(alpha, local.row, pieces, order)
    for term in range(terms):
        part = flat[first + term * segments]
        found = [
            torch.addcmul(total, basis[:, term, None, None], part) for total, basis in zip(found, bases, strict=True)
        ]
    return [total.permute(2, 0, 1) for total in found]


def derivatives(alpha: Tensor, local: Local, pieces: Table, order: int, *, alpha_held: bool = False) -> list[Tensor]:
    """The function at the points; up to `order` its derivatives in z, alpha, then zz, z alpha, alpha alpha.

    Where alpha is held, function and derivative in z, at half the price.
    """
    if alpha_held:
        value, in_t = _horner(coefficients(alpha, local, pieces, 0)[0], local.t, 1)
        return [value, in_t * local.slope]
    polynomials = coefficients(alpha, local, pieces, order)
    value, *slopes = _horner(polynomials[0], local.t, order)
    if order == 0:
        return [value]
    in_alpha, *both = _horner(polynomials[1], local.t, order - 1)
    first = [value, slopes[0] * local.slope, in_alpha]
    if order == 1:
        return first
    in_zz = 2.0 * slopes[1] * local.slope * local.slope + slopes[0] * local.bend
    return [*first, in_zz, both[0] * local.slope, *_horner(polynomials[2], local.t, 0)]


def _chebyshev(alpha: Tensor, row: Tensor, pieces: Table, order: int) -> list[Tensor]:
    """Chebyshev's T_k at the place of each alpha in its piece, and derivatives in alpha up to `order`: (k, terms)."""
    middle, half = pieces.shape[row, 5], pieces.shape[row, 6]
    a = (alpha - middle) / half
    twice, rate, zero, one = 2.0 * a, 2.0 / half, torch.zeros_like(a), torch.ones_like(a)
    t, d, e = [one, a], [zero, one / half], [zero, zero]
    for _ in range(2, pieces.series.shape[1]):
        if order > 1:
            e.append(torch.addcmul(torch.addcmul(-e[-2], twice, e[-1]), 2.0 * rate, d[-1]))
        if order > 0:
            d.append(torch.addcmul(torch.addcmul(-d[-2], twice, d[-1]), rate, t[-1]))
        t.append(torch.addcmul(-t[-2], twice, t[-1]))
    return [torch.stack(part, dim=1) for part in (t, d, e)[: order + 1]]


def _horner(c: Tensor, t: Tensor, order: int) -> list[Tensor]:
    """A polynomial and its derivatives in t up to `order`."""
    # The first steps, written out: derivatives begin where there is something to differentiate.
    found = [c[DEGREE], c[DEGREE], c[DEGREE]][: order + 1]
    for k in range(DEGREE - 1, -1, -1):
        if order > 1 and k < DEGREE - 1:
            found[2] = torch.addcmul(found[1], found[2], t) if k < DEGREE - 2 else found[1]
        if order > 0 and k < DEGREE - 1:
            found[1] = torch.addcmul(found[0], found[1], t)
        found[0] = torch.addcmul(c[k], found[0], t)
    return found
