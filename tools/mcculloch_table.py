"""Write stablefit/estimators/mcculloch.npz: two quantiles of the symmetric laws, and the densities there, by alpha.

McCulloch's estimator (Commun. Statist. Simula. 15, 1986) inverts nu = (q95 - q05) / (q75 - q25), a function of alpha
alone. Rows of the table are Chebyshev coefficients of log q75, log q95, log f(q75) and log f(q95) in x, the square
root of alpha on [.1, 2] mapped to [-1, 1], from this package's own table-free quantiles and densities.

    python tools/mcculloch_table.py        # two seconds; prints the largest deviation from
    tests/reference/mcculloch_symmetric.csv, if it is there
"""

import csv
from pathlib import Path

import numpy as np
from numpy.polynomial import chebyshev

from stablefit._kernels import mcculloch, point, quantile
from stablefit._types import FloatArray

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "stablefit" / "estimators" / "mcculloch.npz"
CERTIFIED = ROOT / "tests" / "reference" / "mcculloch_symmetric.csv"
TERMS = 64


def functions(x: FloatArray) -> FloatArray:
    """Log q75, log q95, log f(q75), log f(q95) at each x, shape (4, n)."""
    alpha = np.array([mcculloch.alpha_at(u) for u in x])
    out = np.empty((4, x.size))
    for row, tail in enumerate((0.25, 0.05)):
        z, values = np.empty(x.size), np.empty((5, x.size))
        quantile.fill(np.full(x.size, tail), alpha, z)
        point.fill(z, alpha, values)
        out[row], out[2 + row] = np.log(z), values[0]
    return out


def main() -> None:
    """Interpolate at the Chebyshev points, look between them, compare with the certified values, write."""
    table = chebyshev.chebinterpolate(lambda x: functions(x).T, TERMS - 1).T
    between = np.linspace(-1.0, 1.0, 501)
    worst = np.abs(chebyshev.chebval(between, table.T) - functions(between)).max(axis=1)
    np.savez(TARGET, table=table)
    print(f"{TARGET.name}: {table.shape}, largest error of each row {', '.join(f'{error:.1e}' for error in worst)}")
    if CERTIFIED.exists():
        rows = list(csv.DictReader(line for line in CERTIFIED.open() if not line.startswith("#")))
        x = np.array([mcculloch.place(float(row["alpha"])) for row in rows])
        for series, name in zip(table, ("q75", "q95"), strict=False):
            error = np.abs(np.exp(chebyshev.chebval(x, series)) / [float(row[name]) for row in rows] - 1.0).max()
            print(f"largest relative deviation of {name} from the certified values: {error:.1e}")


if __name__ == "__main__":
    main()
