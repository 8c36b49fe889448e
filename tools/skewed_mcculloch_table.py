"""Write stablefit/estimators/skewed_mcculloch.npz: quantiles of the S0 laws and the densities there, by alpha and beta.

McCulloch's estimator (Commun. Statist. Simula. 15, 1986) inverts two functions of five quantiles. The table holds
Chebyshev coefficients of q75, q95, q50 and the log densities there on pieces of the (alpha, beta) plane
(stablefit/_kernels/skewed_mcculloch_table.py), from this package's own table-free quantiles and densities.

    python tools/skewed_mcculloch_table.py        # ten seconds; prints the largest deviations between the nodes
"""

from pathlib import Path

import numpy as np
from numpy.polynomial import chebyshev

from stablefit._kernels import point, quantile, skewed_point, skewed_quantile
from stablefit._kernels.skewed_mcculloch_table import ALPHAS, BETAS, TERMS, upper
from stablefit._types import FloatArray

TARGET = Path(__file__).parents[1] / "stablefit" / "estimators" / "skewed_mcculloch.npz"
TAILS = (0.25, 0.05, 0.5)


def functions(alpha: float, beta: float) -> FloatArray:
    """The quantiles q75, q95, q50 and the log densities there."""
    if alpha == 2.0 or beta == 0.0:
        z = [quantile.upper(tail, alpha) for tail in TAILS]
        return np.array(z + [point.values(x, alpha)[0] for x in z])
    z = [skewed_quantile.quantile(tail, True, alpha, beta) for tail in TAILS]
    return np.array(z + [skewed_point.values(x, alpha, beta)[0] for x in z])


def nodes(low: float, high: float) -> FloatArray:
    """Chebyshev points of a piece."""
    return 0.5 * (low + high) + 0.5 * (high - low) * chebyshev.chebpts1(TERMS)


def piece(alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """Coefficients of the polynomials through the functions at all pairs of nodes, shape (6, TERMS, TERMS)."""
    solve = np.linalg.inv(chebyshev.chebvander(chebyshev.chebpts1(TERMS), TERMS - 1))
    values = np.array([[functions(a, b) for b in beta] for a in alpha])
    return np.einsum("ij,jlk,ml->kim", solve, values, solve)


def main() -> None:
    """Interpolate, look between the nodes, write."""
    table = np.array(
        [
            [piece(nodes(*ALPHAS[i : i + 2]), nodes(*BETAS[j : j + 2])) for j in range(BETAS.size - 1)]
            for i in range(ALPHAS.size - 1)
        ]
    )
    np.savez(TARGET, table=table)
    worst, rng = np.zeros(6), np.random.default_rng(0)
    for alpha, beta in zip(rng.uniform(ALPHAS[0], 2.0, 20_000), rng.uniform(-1.0, 1.0, 20_000), strict=True):
        got, want = np.empty((6, 3)), functions(alpha, beta)
        upper(table, alpha, beta, got)
        unit = np.array([*np.maximum(1.0, np.abs(want[:3])), 1.0, 1.0, 1.0])
        worst = np.maximum(worst, np.abs(got[:, 0] - want) / unit)
    print(f"{TARGET.name}: {table.shape}, largest error of each row {', '.join(f'{error:.1e}' for error in worst)}")


if __name__ == "__main__":
    main()
