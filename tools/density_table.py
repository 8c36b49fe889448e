"""Write stablefit/laws/density_table.npz: log f of the symmetric laws as polynomials, from the table-free density.

For alpha in a piece [low, high] the variable s = z^2 + shift is cut where its exponent or one of its first `bits`
mantissa bits changes; on each such segment log f is a polynomial of degree 9 in t in [-1, 1], and each of its
coefficients a Chebyshev series in alpha. The shift makes the first segments hold z = 0. Between alpha = 1.95 and 2
the law turns from bulk to tail beyond z = 4, the more sharply the closer alpha is to 2: there the wing's table holds
h = (f - f at alpha = 2) / (2 - alpha), which is smooth in alpha.

    python tools/density_table.py          # ten seconds; prints the largest error of each piece between the nodes
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.polynomial import chebyshev, polynomial

from stablefit._kernels import point
from stablefit._kernels.density import DEGREE
from stablefit._types import FloatArray

TARGET = Path(__file__).parents[1] / "stablefit" / "laws" / "density_table.npz"
Function = Callable[[FloatArray, float], tuple[FloatArray, FloatArray]]


class Spec(NamedTuple):
    """One piece: powers of two of its edges in s, mantissa bits, Chebyshev terms in alpha."""

    low: float
    high: float
    shift: int
    bits: int
    bottom: int
    top: int
    terms: int


BULK = [
    Spec(0.20, 0.225, -47, 2, -47, 80, 18),
    Spec(0.225, 0.25, -41, 2, -41, 70, 17),
    Spec(0.25, 0.3, -36, 2, -36, 62, 19),
    Spec(0.3, 0.35, -29, 2, -29, 52, 17),
    Spec(0.35, 0.4, -23, 2, -23, 44, 16),
    Spec(0.4, 0.5, -18, 2, -18, 38, 17),
    Spec(0.5, 0.6, -13, 2, -13, 30, 13),
    Spec(0.6, 0.7, -10, 2, -10, 26, 13),
    Spec(0.7, 0.8, -7, 2, -7, 22, 13),
    Spec(0.8, 1.0, -5, 2, -5, 19, 14),
    Spec(1.0, 1.2, -2, 2, -2, 15, 14),
    Spec(1.2, 1.4, -1, 2, -1, 12, 14),
    Spec(1.4, 1.5, 0, 3, 0, 10, 12),
    Spec(1.5, 1.6, 0, 3, 0, 10, 12),
    Spec(1.6, 1.7, 0, 3, 0, 9, 12),
    Spec(1.7, 1.8, 0, 3, 0, 9, 14),
    Spec(1.8, 1.85, 0, 3, 0, 9, 12),
    Spec(1.85, 1.9, 0, 3, 0, 9, 14),
    Spec(1.9, 1.925, 0, 3, 0, 9, 13),
    Spec(1.925, 1.95, 0, 3, 0, 9, 14),
    Spec(1.95, 2.0, 0, 2, 0, 4, 13),
]
WING = [Spec(1.95, 2.0, 0, 3, 4, 9, 15)]


def log_density(z: FloatArray, alpha: float) -> tuple[FloatArray, FloatArray]:
    """Log f and its derivative in z^2, table-free."""
    out = np.empty((5, z.size))
    point.fill(z, np.array([alpha]), out)
    return out[0], out[3] / (2.0 * z)


def excess(z: FloatArray, alpha: float) -> tuple[FloatArray, FloatArray]:
    """(f - f2) / (2 - alpha), f2 = exp(-z^2/4) / (2 sqrt(pi)), and its derivative in z^2: the wing's function."""
    log_f, slope = log_density(z, alpha)
    f, f2 = np.exp(log_f), np.exp(-0.25 * z * z) / (2.0 * np.sqrt(np.pi))
    return (f - f2) / (2.0 - alpha), (f * slope + 0.25 * f2) / (2.0 - alpha)


def places(spec: Spec, t: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Z at the places t of every segment, shape (segments, t.size); half widths of the segments in s, (segments, 1)."""
    parts = 2**spec.bits
    octaves = 2.0 ** np.arange(spec.bottom, spec.top)[:, None]
    low = (octaves * (1.0 + np.arange(parts) / parts)).reshape(-1, 1)
    half = np.repeat(0.5 * octaves / parts, parts, axis=1).reshape(-1, 1)
    return np.sqrt(low + half * (1.0 + t) - 2.0**spec.shift), half


def reach(spec: Spec) -> tuple[float, float]:
    """Interval of the Chebyshev nodes: wider than the piece, as a series is least accurate at its ends.

    The bulk's function exists beyond alpha = 2 too; the wing's ends there, where f need not be positive.
    """
    margin = 0.04 * (spec.high - spec.low)
    return spec.low - margin, spec.high + margin if spec.bottom == spec.shift else min(spec.high + margin, 2.0)


def build(spec: Spec, function: Function) -> FloatArray:
    """Coefficients, shape (terms, segments, DEGREE + 1).

    The slope's polynomial is fitted, to relative precision even where the function is all but flat, and integrated;
    the function itself gives the constant.
    """
    nodes = chebyshev.chebpts1(DEGREE + 3)
    z, half = places(spec, nodes)
    low, high = reach(spec)
    a = chebyshev.chebpts1(spec.terms)
    # least squares in t, on a few more nodes than coefficients, in the Chebyshev basis
    project = np.linalg.pinv(chebyshev.chebvander(nodes, DEGREE - 1))
    in_t = np.empty((spec.terms, len(z), DEGREE + 1))
    for i, alpha in enumerate(0.5 * (low + high) + 0.5 * (high - low) * a):
        value, slope = (v.reshape(z.shape) for v in function(z.ravel(), alpha))
        series = chebyshev.chebint(project @ (slope * half).T)
        series[0] += np.mean(value - chebyshev.chebval(nodes, series), axis=1)
        in_t[i] = series.T
    powers = np.zeros((DEGREE + 1, DEGREE + 1))
    for k in range(DEGREE + 1):
        powers[k, : k + 1] = chebyshev.cheb2poly(np.eye(DEGREE + 1)[k])[: k + 1]
    return np.einsum("kj,jsd->ksd", np.linalg.inv(chebyshev.chebvander(a, spec.terms - 1)), in_t @ powers)


def largest_error(spec: Spec, table: FloatArray, function: Function, relative: bool) -> float:
    """Largest deviation between the nodes."""
    t = np.array([-0.97, -0.3, 0.1, 0.62, 0.99])
    z, _ = places(spec, t)
    low, high = reach(spec)
    worst = 0.0
    for alpha in np.linspace(spec.low, min(spec.high, 1.9995), 8):
        a = (alpha - 0.5 * (low + high)) / (0.5 * (high - low))
        rows = np.einsum("k,ksd->sd", chebyshev.chebvander(np.array([a]), spec.terms - 1)[0], table)
        got = polynomial.polyval(t, rows.T)
        want = function(z.ravel(), alpha)[0].reshape(z.shape)
        worst = max(worst, float(np.max(np.abs(got - want) / (np.abs(want) if relative else 1.0))))
    return worst


def main() -> None:
    """Build every piece and write the file."""
    rows: dict[str, list[list[float]]] = {"bulk": [], "wing": []}
    blocks: list[FloatArray] = []
    start = 0
    for name, specs, function in (("bulk", BULK, log_density), ("wing", WING, excess)):
        for spec in specs:
            table = build(spec, function)
            edges = [2.0**spec.shift, float(spec.bits), 2.0**spec.bottom, 2.0**spec.top]
            rows[name].append(
                [spec.low, spec.high, *reach(spec), *edges, float(spec.terms), float(table[0].size), float(start)]
            )
            blocks.append(table.ravel())
            start += table.size
            error = largest_error(spec, table, function, name == "wing")
            print(
                f"{name} {spec.low:5.3f} .. {spec.high:5.3f}: {table.nbytes / 1024:6.0f} KiB, error {error:.1e}",
                flush=True,
            )
    np.savez(TARGET, bulk=np.array(rows["bulk"]), wing=np.array(rows["wing"]), coefficients=np.concatenate(blocks))
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
