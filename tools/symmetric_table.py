"""Write stablefit/laws/symmetric_table.npz: density and distribution of the symmetric laws as polynomials.

For alpha in a piece [low, high] the variable u = log(z^2 + shift) is cut into segments of equal length; on each the
function is a polynomial of degree 9 in t in [-1, 1], and each of its coefficients a Chebyshev series in alpha
(stablefit/_kernels/pieces.py). The functions are log f and, with m = log(cdf / sf) the log odds, log(m sqrt(z^2 +
shift) / z): both even and smooth at 0, and in the tails smooth in the logarithm of z.

Between alpha = 1.95 and 2 the law turns from bulk to tail beyond z = 4, the more sharply the closer alpha is to 2:
there the wing's tables hold (f - f2) / (2 - alpha) and (sf - sf2) / (2 - alpha), f2 and sf2 those at alpha = 2, which
are smooth in alpha.

    python tools/symmetric_table.py        # half a minute; prints the largest error of each piece between the nodes
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.polynomial import chebyshev, polynomial
from scipy.special import erfc

from stablefit._kernels import point, quantile, tail
from stablefit._kernels.pieces import DEGREE
from stablefit._types import FloatArray

TARGET = Path(__file__).parents[1] / "stablefit" / "laws" / "symmetric_table.npz"
RARE = 1e-3  # so few points beyond either end may cost ten times as much
WING = math.log(16.0)  # u where the wing begins


class Spec(NamedTuple):
    """One piece: powers of two of its shift, segments in a unit of u, Chebyshev terms in alpha."""

    low: float
    high: float
    shift: int
    per_unit: float
    terms: int


class Values(NamedTuple):
    """A function at some z, its derivative in z^2, and what an error of the function is to be multiplied by."""

    value: FloatArray
    slope: FloatArray
    weight: FloatArray


Function = Callable[[FloatArray, float, float], Values]  # of z, alpha and shift

BULK = [
    Spec(0.10, 0.112, -140, 0.5, 17),
    Spec(0.112, 0.125, -122, 0.5, 16),
    Spec(0.125, 0.14, -108, 0.5, 16),
    Spec(0.14, 0.16, -95, 0.5, 17),
    Spec(0.16, 0.18, -80, 1.0, 15),
    Spec(0.18, 0.20, -70, 1.0, 14),
    Spec(0.20, 0.225, -60, 1.0, 14),
    Spec(0.225, 0.25, -52, 1.0, 13),
    Spec(0.25, 0.3, -46, 1.0, 17),
    Spec(0.3, 0.35, -36, 1.0, 14),
    Spec(0.35, 0.4, -30, 1.5, 13),
    Spec(0.4, 0.5, -24, 1.5, 17),
    Spec(0.5, 0.6, -16, 1.5, 15),
    Spec(0.6, 0.7, -12, 1.5, 14),
    Spec(0.7, 0.8, -8, 2.0, 12),
    Spec(0.8, 1.0, -6, 2.0, 16),
    Spec(1.0, 1.2, -3, 2.5, 13),
    Spec(1.2, 1.4, -2, 3.0, 13),
    Spec(1.4, 1.5, 0, 4.0, 12),
    Spec(1.5, 1.6, 0, 4.0, 12),
    Spec(1.6, 1.7, 0, 5.0, 12),
    Spec(1.7, 1.8, 0, 6.0, 14),
    Spec(1.8, 1.85, 0, 7.0, 12),
    Spec(1.85, 1.9, 0, 8.0, 14),
    Spec(1.9, 1.925, 0, 8.0, 13),
    Spec(1.925, 1.95, 0, 10.0, 14),
    Spec(1.95, 2.0, 0, 6.0, 15),
]


def at(z: FloatArray, alpha: float) -> FloatArray:
    """Log f, P(0 < Z < z), log P(Z > z) and the derivatives of log f in z and alpha, table-free."""
    out = np.empty((5, z.size))
    point.fill(z, np.array([alpha]), out)
    return out


def log_density(z: FloatArray, alpha: float, _: float) -> Values:
    """Log f."""
    out = at(z, alpha)
    return Values(out[0], out[3] / (2.0 * z), np.ones(z.size))


def log_odds(z: FloatArray, alpha: float, shift: float) -> Values:
    """Log(m sqrt(z^2 + shift) / z), m = log(cdf / sf); an error of it counts m-fold in log sf."""
    log_f, core, log_tail, _, _ = at(z, alpha)
    with np.errstate(divide="ignore"):
        m = np.where(core < 0.25, 2.0 * np.arctanh(np.minimum(2.0 * core, 0.9)), np.log1p(-np.exp(log_tail)) - log_tail)
    m_z = np.exp(log_f - log_tail - np.log1p(-np.exp(log_tail)))
    s = z * z + shift
    return Values(np.log(m * np.sqrt(s) / z), (m_z / m - 1.0 / z) / (2.0 * z) + 0.5 / s, np.maximum(m, 1.0))


def excess_density(z: FloatArray, alpha: float, _: float) -> Values:
    """(f - f2) / (2 - alpha), f2 = exp(-z^2/4) / (2 sqrt(pi))."""
    log_f, _, _, slope, _ = at(z, alpha)
    f, f2 = np.exp(log_f), np.exp(-0.25 * z * z) / (2.0 * np.sqrt(np.pi))
    rest = 2.0 - alpha
    return Values((f - f2) / rest, (f * slope / (2.0 * z) + 0.25 * f2) / rest, rest / f)


def excess_tail(z: FloatArray, alpha: float, shift: float) -> Values:
    """(sf - sf2) / (2 - alpha), sf2 = erfc(z/2) / 2."""
    sf, rest = np.exp(at(z, alpha)[2]), 2.0 - alpha
    slope = -excess_density(z, alpha, shift).value / (2.0 * z)
    return Values((sf - 0.5 * erfc(0.5 * z)) / rest, slope, rest / sf)


def end(spec: Spec, wing: bool) -> float:
    """Where the last segment may end in u: where the tail's series holds and few points are left."""
    if spec.high == 2.0 and not wing:
        return WING
    z = max(max(tail.start(alpha), quantile.upper(RARE, alpha)) for alpha in (spec.low, min(spec.high, 1.999)))
    return 2.0 * math.log(z) + 0.01


def span(spec: Spec, wing: bool) -> tuple[float, float, int]:
    """Where the first segment begins in u, segments in a unit of u, and their number."""
    start = WING if wing else spec.shift * math.log(2.0)
    length = end(spec, wing) - start
    count = math.ceil(length * spec.per_unit)
    return start, count / length, count


def places(spec: Spec, wing: bool, t: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Z at the places t of every segment, shape (segments, t.size), and d z^2 / dt there."""
    start, per_unit, count = span(spec, wing)
    half = 0.5 / per_unit
    u = start + half * (2.0 * np.arange(count)[:, None] + 1.0 + t)
    shift = 2.0**spec.shift
    square = np.exp(u) - shift if wing else shift * np.expm1(u - start)
    return np.sqrt(square), half * np.exp(u)


def reach(spec: Spec) -> tuple[float, float]:
    """Interval of the Chebyshev nodes: wider than the piece, as a series is least accurate at its ends."""
    margin = 0.04 * (spec.high - spec.low)
    return spec.low - margin, min(spec.high + margin, 2.0)


def build(spec: Spec, wing: bool, function: Function) -> FloatArray:
    """Coefficients, shape (terms, segments, DEGREE + 1).

    The slope's polynomial is fitted, to relative precision even where the function is all but flat, and integrated;
    the function itself gives the constant.
    """
    nodes = chebyshev.chebpts1(DEGREE + 3)
    z, rate = places(spec, wing, nodes)
    low, high = reach(spec)
    a = chebyshev.chebpts1(spec.terms)
    # least squares in t, on a few more nodes than coefficients, in the Chebyshev basis
    project = np.linalg.pinv(chebyshev.chebvander(nodes, DEGREE - 1))
    in_t = np.empty((spec.terms, len(z), DEGREE + 1))
    for i, alpha in enumerate(0.5 * (low + high) + 0.5 * (high - low) * a):
        value, slope, _ = (v.reshape(z.shape) for v in function(z.ravel(), alpha, 2.0**spec.shift))
        series = chebyshev.chebint(project @ (slope * rate).T)
        series[0] += np.mean(value - chebyshev.chebval(nodes, series), axis=1)
        in_t[i] = series.T
    powers = np.zeros((DEGREE + 1, DEGREE + 1))
    for k in range(DEGREE + 1):
        powers[k, : k + 1] = chebyshev.cheb2poly(np.eye(DEGREE + 1)[k])[: k + 1]
    to_series = np.linalg.inv(chebyshev.chebvander(a, spec.terms - 1))
    table: FloatArray = np.einsum("kj,jsd->ksd", to_series, in_t @ powers)
    return table


def largest_error(spec: Spec, wing: bool, table: FloatArray, function: Function) -> float:
    """Largest deviation between the nodes."""
    t = np.array([-0.97, -0.3, 0.1, 0.62, 0.99])
    z, _ = places(spec, wing, t)
    low, high = reach(spec)
    worst = 0.0
    for alpha in np.linspace(spec.low, min(spec.high, 1.9995), 8):
        a = (alpha - 0.5 * (low + high)) / (0.5 * (high - low))
        rows = np.einsum("k,ksd->sd", chebyshev.chebvander(np.array([a]), spec.terms - 1)[0], table)
        got = polynomial.polyval(t, rows.T)
        want, _, weight = (v.reshape(z.shape) for v in function(z.ravel(), alpha, 2.0**spec.shift))
        worst = np.maximum(worst, np.max(np.abs(got - want) * weight))
    return float(worst)


def main() -> None:
    """Build every piece and write the file."""
    wings = [Spec(1.95, 2.0, 0, 10.0, 17)]
    specs: dict[str, list[list[float]]] = {"bulk": [], "wing": []}
    blocks: dict[str, list[FloatArray]] = {"density": [], "odds": []}
    offset = 0
    for wing, pieces, functions in (
        (False, BULK, (log_density, log_odds)),
        (True, wings, (excess_density, excess_tail)),
    ):
        for spec in pieces:
            start, per_unit, count = span(spec, wing)
            shape = [2.0**spec.shift, start, per_unit, float(count), float(spec.terms), float(offset)]
            specs["wing" if wing else "bulk"].append([spec.low, spec.high, *reach(spec), *shape])
            errors = []
            for name, function in zip(blocks, functions, strict=True):
                table = build(spec, wing, function)
                blocks[name].append(table.ravel())
                errors.append(largest_error(spec, wing, table, function))
            offset += table.size
            kind = "wing" if wing else "bulk"
            print(
                f"{kind} {spec.low:5.3f} .. {spec.high:5.3f}: {count:3d} segments, {table.nbytes / 1024:5.0f} KiB,"
                f" errors {errors[0]:.1e} {errors[1]:.1e}",
                flush=True,
            )
    joined = {name: np.concatenate(parts) for name, parts in blocks.items()}
    np.savez(TARGET, bulk=specs["bulk"], wing=specs["wing"], density=joined["density"], odds=joined["odds"])
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
