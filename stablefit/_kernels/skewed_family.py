"""Every skewed law at once: densities over an envelope, as polynomials in place, alpha and beta.

With s = (x - centre) / width of skewed_point.frame and the place w = asinh(s), the density is

    f = G / width (1 + s^2)^(-(1 + alpha) / 2),    G = H, or near alpha = 2   G = (2 - alpha) H + N,

N being the normal density over that envelope. H(w, alpha, beta) is bounded, goes to a constant in either tail, and is
analytic in beta across 1. tools/skewed_family_table.py tabulates it on pieces of the (alpha, beta) plane, each with
segments of w of its own; `member` sums the series in alpha and beta, which leaves polynomials in w for H and its
derivatives in alpha and beta. G is known to 4e-9, its derivatives to 1e-6: what a step of scoring needs, at a
hundredth of the time of making the law (skewed_score.py).
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import branchless, segments, tail
from stablefit._kernels.compile import inlined, kernel
from stablefit._kernels.elements import sum_of
from stablefit._kernels.segments import HEAD, NODES, ORDER, WEIGHTS, Segments
from stablefit._kernels.skewed_point import CUSP, frame
from stablefit._kernels.skewed_table import BLOCK, located
from stablefit._kernels.zolotarev_gradient import values

NEAR_NORMAL = 1.8  # alpha from which N is split off
_FAINT = 1e-3  # of G: below, the point is left to zolotarev_gradient.values ...
_DARK = 1e-5  # ... and a node of the information to nothing
_LEAST = 1e-100  # keeps what is not used free of inf and nan
_WIDTH = HEAD + 3 * ORDER
_NORMAL = 0.5 / math.sqrt(math.pi)
_MOST_DEGREES = 16


class SkewedFamily(NamedTuple):
    """The table.

    A row of `pieces`: alpha from, to, beta from, to, first place, cells in a unit; then its part of the other arrays:
    first term, terms, first cell, cells, first segment, segments, first coefficient.
    """

    pieces: np.ndarray
    terms: np.ndarray  # degrees in alpha and in beta, a row a term
    cells: np.ndarray  # number of the segment in its piece
    ends: np.ndarray  # middle and 2 / length, a row a segment
    coefficients: np.ndarray  # of powers of the place, ORDER a segment, segment by segment, term by term


class SkewedMember(NamedTuple):
    """A law with beta >= 0."""

    alpha: float
    beta: float
    centre: float
    width: float
    centre_in_alpha: float
    centre_in_beta: float
    log_width_in_alpha: float
    rest: float  # 2 - alpha where N is split off, else 1
    normal: float  # 1 / (2 sqrt(pi)) there, else 0
    segments: Segments  # of w: H, its derivative in alpha, that in beta
    information: np.ndarray  # of one observation about (alpha, beta, loc, log scale) at scale 1


@kernel
def piece(alpha: float, beta: float, family: SkewedFamily) -> int:
    """The piece that holds a law with beta >= 0; -1 where none does."""
    for k in range(family.pieces.shape[0]):
        row = family.pieces[k]
        if row[0] <= alpha and (alpha < row[1] or row[1] == 2.0) and row[2] <= beta <= row[3]:
            return k
    return -1


@kernel
def _chebyshev(x: float, low: float, high: float, value: np.ndarray, slope: np.ndarray) -> None:
    """Chebyshev polynomials of x in [low, high], and their derivatives."""
    inner = 2.0 / (high - low)
    t = (x - low) * inner - 1.0
    value[0], value[1], slope[0], slope[1] = 1.0, t, 0.0, inner
    for k in range(2, value.size):
        value[k] = 2.0 * t * value[k - 1] - value[k - 2]
        slope[k] = 2.0 * inner * value[k - 1] + 2.0 * t * slope[k - 1] - slope[k - 2]


@kernel
def _summed(alpha: float, beta: float, row: np.ndarray, family: SkewedFamily) -> np.ndarray:
    """A row a segment: its head, and the polynomials of H, its derivative in alpha and that in beta."""
    in_alpha, slope_alpha = np.empty(_MOST_DEGREES), np.empty(_MOST_DEGREES)
    in_beta, slope_beta = np.empty(_MOST_DEGREES), np.empty(_MOST_DEGREES)
    _chebyshev(alpha, row[0], row[1], in_alpha, slope_alpha)
    _chebyshev(beta, row[2], row[3], in_beta, slope_beta)
    first, count = int(row[10]), int(row[11])
    rows = np.zeros((count, _WIDTH))
    for j in range(count):
        rows[j, 0], rows[j, 1] = family.ends[first + j, 0], family.ends[first + j, 1]
    at = int(row[12])
    for k in range(int(row[6]), int(row[6]) + int(row[7])):
        a, b = family.terms[k, 0], family.terms[k, 1]
        term, by_alpha, by_beta = in_alpha[a] * in_beta[b], slope_alpha[a] * in_beta[b], in_alpha[a] * slope_beta[b]
        for j in range(count):
            for i in range(ORDER):
                c = family.coefficients[at + i]
                rows[j, HEAD + i] += term * c
                rows[j, HEAD + ORDER + i] += by_alpha * c
                rows[j, HEAD + 2 * ORDER + i] += by_beta * c
            at += ORDER
    return rows


@inlined
def _score(
    s: float, h: float, in_alpha: float, in_beta: float, in_w: float, law: SkewedMember
) -> tuple[float, float, float, float, float]:
    """G over 2 - alpha near alpha = 2, log f, and the derivatives of the latter in x, alpha and beta."""
    power, square = 1.0 + law.alpha, 1.0 + s * s
    far = 0.5 * branchless.log(square)
    g, in_s = h, in_w / math.sqrt(square)
    if law.normal > 0.0:
        n, _ = branchless.exp_expm1(power * far - 0.25 * s * s)
        n *= law.normal
        g = law.rest * h + n
        in_s = law.rest * in_s + n * s * (power / square - 0.5)
        in_alpha = law.rest * in_alpha - h + n * far
        in_beta *= law.rest
    known = g if g > _LEAST else _LEAST
    inverse = 1.0 / known
    in_s = in_s * inverse - power * s / square
    in_alpha = in_alpha * inverse - far - law.log_width_in_alpha
    in_alpha -= in_s * (law.centre_in_alpha / law.width + s * law.log_width_in_alpha)
    in_beta = in_beta * inverse - in_s * (law.centre_in_beta / law.width)
    log_f = branchless.log(known) - power * far - math.log(law.width)
    return g / law.rest, log_f, in_s / law.width, in_alpha, in_beta


@kernel
def _information(law: SkewedMember) -> None:
    """Fill the law's information: Fejer's rule on each segment."""
    rows, s, mass, scores = law.segments.rows, np.empty(ORDER), np.empty(ORDER), np.empty((5, ORDER))
    law.information[:, :] = 0.0
    for at in range(0, rows.size, _WIDTH):
        middle, per_unit, half, j = rows[at], rows[at + 1], 1.0 / rows[at + 1], at + HEAD
        for i in range(ORDER):
            scores[0, i] = segments.polynomial(rows, j, NODES[i])
            scores[1, i] = segments.polynomial(rows, j + ORDER, NODES[i])
            scores[2, i] = segments.polynomial(rows, j + 2 * ORDER, NODES[i])
            scores[3, i] = segments.slope(rows, j, NODES[i]) * per_unit
        for i in range(ORDER):
            up, _ = branchless.exp_expm1(middle + half * NODES[i])
            s[i] = 0.5 * (up - 1.0 / up)
            g, log_f, in_x, scores[0, i], scores[1, i] = _score(
                s[i], scores[0, i], scores[1, i], scores[2, i], scores[3, i], law
            )
            f, _ = branchless.exp_expm1(log_f)
            f *= law.width * 0.5 * (up + 1.0 / up)
            mass[i] = half * WEIGHTS[i] * (f if g > _DARK else 0.0)
            scores[2, i] = -in_x
            scores[3, i] = -1.0 - (law.centre + law.width * s[i]) * in_x
        for k in range(4):
            for m in range(k + 1):
                total = 0.0
                for i in range(ORDER):
                    total += mass[i] * scores[k, i] * scores[m, i]
                law.information[k, m] += total
    for k in range(4):
        for m in range(k):
            law.information[m, k] = law.information[k, m]


@kernel
def member(alpha: float, beta: float, at: int, family: SkewedFamily) -> SkewedMember:
    """The law of a piece at alpha and beta >= 0."""
    row = family.pieces[at]
    first, count = int(row[8]), int(row[9])
    cells = family.cells[first : first + count] * _WIDTH
    rows = _summed(alpha, beta, row, family).reshape(-1)
    table = Segments(row[4], row[4] + count / row[5], row[5], cells, rows)
    centre, width = frame(alpha, beta)
    centre_in_alpha, centre_in_beta, log_width_in_alpha = 0.0, 0.0, 0.0
    if alpha < CUSP:
        t = math.tan(0.5 * math.pi * alpha)
        centre_in_alpha, centre_in_beta = -0.5 * math.pi * beta * (1.0 + t * t), -t
        log_width_in_alpha = 3.0 * tail.digamma(1.0 + 3.0 / alpha) - tail.digamma(1.0 + 1.0 / alpha)
        log_width_in_alpha /= alpha * alpha
    near = alpha >= NEAR_NORMAL
    rest, normal = (2.0 - alpha, _NORMAL) if near else (1.0, 0.0)
    law = SkewedMember(
        alpha,
        beta,
        centre,
        width,
        centre_in_alpha,
        centre_in_beta,
        log_width_in_alpha,
        rest,
        normal,
        table,
        np.empty((4, 4)),
    )
    _information(law)
    return law


@kernel
def likelihood(
    x: np.ndarray, weights: np.ndarray, loc: float, log_scale: float, side: float, law: SkewedMember, out: np.ndarray
) -> None:
    """Log-likelihood of x and its derivatives in (alpha, beta, loc, log scale) into out (5,).

    The law is that of loc + side scale Z, Z following `law`; weights say how often each value counts, and are empty
    where each counts once. Sums go in blocks of a fixed length.
    """
    index, t, z, one = np.empty(BLOCK, dtype=np.int64), np.empty(BLOCK), np.empty(BLOCK), np.ones(BLOCK)
    scores = np.empty((5, BLOCK))  # the polynomials, then what `_score` makes of them
    rows, inverse = law.segments.rows, math.exp(-log_scale)
    out[:] = 0.0
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        for i in range(count):
            z[i] = min(max(side * ((x[begin + i] - loc) * inverse), -1e300), 1e300)
        located(z, count, 1.0, law.centre, law.width, law.segments, index, t)
        for i in range(count):
            j = max(index[i], 0) + HEAD
            scores[0, i] = segments.polynomial(rows, j, t[i])
            scores[1, i] = segments.polynomial(rows, j + ORDER, t[i])
            scores[2, i] = segments.polynomial(rows, j + 2 * ORDER, t[i])
            scores[3, i] = segments.slope(rows, j, t[i]) * rows[j - 1]
        for i in range(count):
            s = (z[i] - law.centre) / law.width
            scores[4, i], scores[0, i], scores[3, i], scores[1, i], scores[2, i] = _score(
                s, scores[0, i], scores[1, i], scores[2, i], scores[3, i], law
            )
        for i in range(count):
            if index[i] < 0 or not scores[4, i] > _FAINT:
                scores[0, i], scores[3, i], scores[1, i], scores[2, i] = values(z[i], law.alpha, law.beta)
        weight = one[:count] if weights.size == 0 else weights[begin : begin + count]
        total, sum_alpha, sum_beta, sum_x, sum_scale = 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(count):
            total += weight[i] * scores[0, i]
            sum_alpha += weight[i] * scores[1, i]
            sum_beta += weight[i] * scores[2, i]
            sum_x += weight[i] * scores[3, i]
            sum_scale += weight[i] * (1.0 + z[i] * scores[3, i])
        out[0] += total
        out[1] += sum_alpha
        out[2] += side * sum_beta
        out[3] -= side * sum_x * inverse
        out[4] -= sum_scale
    out[0] -= log_scale * (float(x.size) if weights.size == 0 else sum_of(weights))


@kernel
def log_likelihood(x: np.ndarray, alpha: float, beta: float, loc: float, scale: float, family: SkewedFamily) -> float:
    """Sum of the log densities of x; nan where the table has no such law."""
    at = piece(alpha, abs(beta), family)
    if at < 0:
        return math.nan
    out = np.empty(5)
    side = -1.0 if beta < 0.0 else 1.0
    likelihood(x, np.empty(0), loc, math.log(scale), side, member(alpha, abs(beta), at, family), out)
    return float(out[0])
