"""Write stablefit/estimators/skewed_family.npz: all skewed laws as polynomials (_kernels/skewed_family.py).

A rectangle of the (alpha, beta) plane is a piece if Chebyshev series of fixed degrees, on segments of w halved until
polynomials of fixed degree hold, describe H on it; else it is halved in the direction that lacks.

    python tools/skewed_family_table.py      # a minute; prints pieces, and errors at random points
"""

import math
from pathlib import Path

import numpy as np

from stablefit._kernels import segments, skewed_family, skewed_point, zolotarev_gradient
from stablefit._kernels.segments import NODES, ORDER
from stablefit._kernels.skewed_family import NEAR_NORMAL, SkewedFamily
from stablefit._kernels.skewed_point import CUSP
from stablefit._kernels.skewed_scoring import LOWEST
from stablefit._types import FloatArray
from stablefit.laws.stable import Stable

TARGET = Path(__file__).parents[1] / "stablefit" / "estimators" / "skewed_family.npz"
DEGREES = (10, 12)  # terms in alpha and in beta
TOLERANCE = 4e-9  # of the last two coefficients in each direction
DROPPED = 2e-10  # coefficients below are left out
QUANTUM = 2.0**-37  # and the rest rounded to multiples of it: they take less room
REACH = 23.0  # of alpha log |x|
SHORTEST = 1.0 / 64.0
FAINTEST = 1e-9  # stands for beta = 0

Rectangle = tuple[float, float, float, float]  # alpha from, to, beta from, to


def chebyshev_nodes(n: int, low: float, high: float) -> FloatArray:
    """Nodes of the first kind, from high to low."""
    return 0.5 * (low + high) + 0.5 * (high - low) * np.cos((np.arange(n) + 0.5) * np.pi / n)


def series(values: FloatArray, axis: int) -> FloatArray:
    """Chebyshev coefficients along an axis of values at the nodes."""
    n = values.shape[axis]
    angles = (np.arange(n) + 0.5) * np.pi / n
    matrix = (2.0 - (np.arange(n) == 0))[:, None] / n * np.cos(np.arange(n)[:, None] * angles)
    return np.moveaxis(np.tensordot(matrix, values, (1, axis)), 0, axis)


def heights(w: FloatArray, alpha: FloatArray, beta: FloatArray, near_normal: bool) -> FloatArray:
    """H at every combination of places, alpha and beta."""
    h = np.empty((len(w), len(alpha), len(beta)))
    for j, a in enumerate(alpha):
        for k, b in enumerate(np.maximum(beta, FAINTEST)):
            centre, width = skewed_point.frame(a, b)
            for i, place in enumerate(w):
                x, y = skewed_point.framed(place, a, b, centre, width)
                log_f, _, _ = skewed_point.values_at(x, y, a, b)
                log_envelope = -(1.0 + a) * math.log(math.cosh(place)) - math.log(width)
                if near_normal:
                    normal = math.exp(-0.25 * x * x) / (2.0 * math.sqrt(math.pi))
                    h[i, j, k] = (math.exp(log_f) - normal) / ((2.0 - a) * math.exp(log_envelope))
                else:
                    h[i, j, k] = math.exp(log_f - log_envelope)
    return h


def segmented(rectangle: Rectangle, near_normal: bool) -> tuple[list[tuple[float, float]], list[FloatArray]]:
    """Segments (begin, length) of w, and the coefficients of each in (w, alpha, beta)."""
    a_low, a_high, b_low, b_high = rectangle
    alpha, beta = chebyshev_nodes(DEGREES[0], a_low, a_high), chebyshev_nodes(DEGREES[1], b_low, b_high)
    longest = 4.0 if a_low >= 0.7 else 8.0
    widths = [skewed_point.frame(a, 1.0)[1] for a in (a_low, 0.999 * a_high)]
    half = math.ceil((REACH / a_low - math.log(min(widths)) + math.log(2.0)) / longest)
    waiting = [(k * longest, longest) for k in range(-half, half)]
    found = []
    while waiting:
        begin, size = waiting.pop()
        if not segments.coarse(begin, size):
            w = begin + 0.5 * size + 0.5 * size * NODES
            c = series(series(series(heights(w, alpha, beta, near_normal), 0), 1), 2)
            if np.abs(c[-2:]).max() <= TOLERANCE or size <= SHORTEST:
                found.append(((begin, size), c))
                continue
        waiting += [(begin, 0.5 * size), (begin + 0.5 * size, 0.5 * size)]
    found.sort(key=lambda one: one[0])
    return [one[0] for one in found], [one[1] for one in found]


def pieces(rectangle: Rectangle, near_normal: bool) -> list[tuple[Rectangle, list[tuple[float, float]], FloatArray]]:
    """The pieces of a rectangle, with coefficients of shape (segments, w, alpha, beta)."""
    places, found = segmented(rectangle, near_normal)
    c = np.array(found)
    in_alpha, in_beta = np.abs(c[:, :, -2:]).max(), np.abs(c[:, :, :, -2:]).max()
    if max(in_alpha, in_beta) <= TOLERANCE:
        print(f"{rectangle}: {len(places)} segments, last coefficients {in_alpha:.0e} {in_beta:.0e}", flush=True)
        return [(rectangle, places, c)]
    a_low, a_high, b_low, b_high = rectangle
    if in_alpha > in_beta:
        middle = round(0.5 * (a_low + a_high), 4)
        halves = ((a_low, middle, b_low, b_high), (middle, a_high, b_low, b_high))
    else:
        middle = round(0.5 * (b_low + b_high), 4)
        halves = ((a_low, a_high, b_low, middle), (a_low, a_high, middle, b_high))
    return [one for half in halves for one in pieces(half, near_normal)]


def gathered(found: list[tuple[Rectangle, list[tuple[float, float]], FloatArray]]) -> SkewedFamily:
    """All pieces in flat arrays."""
    to_powers = np.zeros((ORDER, ORDER))
    for k in range(ORDER):
        power = np.polynomial.chebyshev.cheb2poly([0.0] * k + [1.0])
        to_powers[: power.size, k] = power
    rows, terms, cells, ends, coefficients = [], [], [], [], []
    counts = np.zeros(4, dtype=np.int64)  # terms, cells, segments, coefficients so far
    for rectangle, places, c in found:
        used = np.argwhere(np.abs(c).max(axis=(0, 1)) > DROPPED)
        powers = np.einsum("pw,nwab->nabp", to_powers, c)
        part = np.round(np.array([powers[:, a, b] for a, b in used]) / QUANTUM) * QUANTUM
        shortest = min(size for _, size in places)
        numbers = np.concatenate([np.full(round(size / shortest), k) for k, (_, size) in enumerate(places)])
        layout = (counts[0], len(used), counts[1], numbers.size, counts[2], len(places), counts[3])
        rows.append((*rectangle, places[0][0], 1.0 / shortest, *layout))
        terms.append(used)
        cells.append(numbers)
        ends.append([(begin + 0.5 * size, 2.0 / size) for begin, size in places])
        coefficients.append(part.ravel())
        counts += (len(used), numbers.size, len(places), part.size)
    return SkewedFamily(
        np.array(rows), np.concatenate(terms), np.concatenate(cells), np.concatenate(ends), np.concatenate(coefficients)
    )


def deviations(family: SkewedFamily, laws: int = 200, points: int = 50) -> FloatArray:
    """Largest errors of log f and of its derivatives in x, alpha and beta, relative where these exceed 1."""
    rng, worst = np.random.default_rng(5), np.zeros(4)
    for alpha, beta in rng.uniform((LOWEST, 0.0), (2.0, 1.0), (laws, 2)):
        law = skewed_family.member(alpha, beta, skewed_family.piece(alpha, beta, family), family)
        for x in Stable(alpha, beta).rvs(points, rng=rng):
            want = np.array(zolotarev_gradient.values(x, alpha, beta))
            sums = np.empty(5)
            skewed_family.likelihood(np.array([x]), np.empty(0), 0.0, 0.0, 1.0, law, sums)
            found = np.array([sums[0], -sums[3], sums[1], sums[2]])
            worst = np.maximum(worst, np.abs(found - want) / np.maximum(np.abs(want), 1.0))
    return worst


def main() -> None:
    """Find the pieces, write them, compare with the integral."""
    found = pieces((LOWEST, CUSP, 0.0, 1.0), near_normal=False)
    found += pieces((CUSP, NEAR_NORMAL, 0.0, 1.0), near_normal=False)
    found += pieces((NEAR_NORMAL, 2.0, 0.0, 1.0), near_normal=True)
    family = gathered(found)
    np.savez_compressed(TARGET, **family._asdict())
    print(f"{TARGET.name}: {len(found)} pieces, {family.coefficients.size} numbers, {TARGET.stat().st_size} bytes")
    errors = ", ".join(f"{error:.0e}" for error in deviations(family))
    print(f"largest errors of log f and of its derivatives in x, alpha and beta: {errors}")


if __name__ == "__main__":
    main()
