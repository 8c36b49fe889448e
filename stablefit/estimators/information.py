"""Fisher information of the symmetric law, and the covariance that it promises an efficient estimator."""

from functools import cache
from importlib.resources import as_file, files

import numpy as np

from stablefit._types import BoolArray, FloatArray

# At alpha = 2 the information about alpha is infinite; this close to it, the table still holds.
_CLOSEST = 2.0 - 1e-12


@cache
def information_table() -> tuple[float, float, FloatArray]:
    """Grid that tools/information_table.py writes: first place, step, values."""
    with (
        as_file(files("stablefit.estimators") / "information_table.npz") as path,
        np.load(path, allow_pickle=False) as f,
    ):
        return float(f["low"]), float(f["step"]), f["information"]


def expected_covariance(alpha: float, scale: float, n: float, free: BoolArray) -> FloatArray:
    """Inverse of n times the Fisher information over the free ones of (alpha, loc, scale), shape (3, 3).

    Zeros stand where a parameter is held. Scores of loc are uncorrelated with the others, by symmetry.
    """
    from stablefit._kernels.scoring import information

    i_aa, i_ag, i_gg, i_dd = information(min(alpha, _CLOSEST), *information_table())
    covariance = np.zeros((3, 3))
    if free[1]:
        covariance[1, 1] = scale**2 / (n * i_dd)
    if free[0] and free[2]:
        share = n * (i_aa * i_gg - i_ag**2)
        covariance[0, 0] = i_gg / share
        covariance[2, 2] = scale**2 * i_aa / share
        covariance[0, 2] = covariance[2, 0] = -scale * i_ag / share
    elif free[0]:
        covariance[0, 0] = 1.0 / (n * i_aa)
    elif free[2]:
        covariance[2, 2] = scale**2 / (n * i_gg)
    return covariance
