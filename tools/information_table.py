"""Write stablefit/estimators/information_table.npz: Fisher information of (alpha, log scale, loc), by quadrature.

One observation at scale 1. They range over twenty powers of ten: that of loc as alpha -> 0, that of alpha like
1 / (4 (2 - alpha) log(1 / (2 - alpha))) as alpha -> 2 (DuMouchel, Ann. Statist. 1, 1973). So the table holds the
logarithms of the diagonal, and the correlation of the scores of alpha and log scale, on a uniform grid in log(alpha
/ (2 - alpha)); the kernel interpolates by cubics.

    python tools/information_table.py      # two minutes; prints the largest deviation from
    tests/reference/fisher.csv, if it is there
"""

import csv
from pathlib import Path

import numpy as np

from stablefit._kernels import point
from stablefit._types import FloatArray

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "stablefit" / "estimators" / "information_table.npz"
CERTIFIED = ROOT / "tests" / "reference" / "fisher.csv"
LOW, HIGH, STEP = -3.0, 28.5, 0.05


def information(alpha: float) -> FloatArray:
    """I_aa, I_ag, I_gg, I_dd: twice the integral over z > 0, by the trapezoidal rule in u = log z."""
    step = 0.004 if alpha > 1.5 else 0.02
    u = np.arange(-40.0 / min(alpha, 1.0), 40.0 / alpha + 20.0, step)
    z = np.exp(u)
    out = np.empty((5, z.size))
    point.fill(z, np.array([alpha]), out)
    log_f, _, _, d_z, d_alpha = out
    weight = 2.0 * step * np.exp(log_f + u)
    used = weight > 1e-40
    score_a, score_g, score_d = d_alpha[used], -1.0 - z[used] * d_z[used], -d_z[used]
    return np.array(
        [np.sum(weight[used] * product) for product in (score_a**2, score_a * score_g, score_g**2, score_d**2)]
    )


def main() -> None:
    """Compute the grid, compare with the certified values, write."""
    logit = LOW + STEP * np.arange(round((HIGH - LOW) / STEP) + 1)
    rest = 2.0 / (1.0 + np.exp(logit))
    i_aa, i_ag, i_gg, i_dd = np.array([information(2.0 - r) for r in rest]).T
    table = np.array([np.log(i_aa), i_ag / np.sqrt(i_aa * i_gg), np.log(i_gg), np.log(i_dd)]).T
    np.savez(TARGET, low=LOW, step=STEP, information=table)
    print(f"{TARGET.name}: {len(table)} rows")
    if CERTIFIED.exists():
        worst = 0.0
        for row in csv.DictReader(line for line in CERTIFIED.open() if not line.startswith("#")):
            if float(row["alpha"]) < 2.0:
                want = np.array([float(row[name]) for name in ("I_aa", "I_ag", "I_gg", "I_dd")])
                worst = max(worst, float(np.max(np.abs(information(float(row["alpha"])) / want - 1.0))))
        print(f"largest relative deviation of the quadrature from the certified values: {worst:.1e}")


if __name__ == "__main__":
    main()
