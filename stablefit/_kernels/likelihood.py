"""Log-likelihood of samples under the laws fitted to them."""

import math

import numpy as np

from stablefit._kernels import density
from stablefit._kernels.compile import kernel

_BLOCK = 1024
_LARGEST = 1.7976931348623157e308


@kernel
def fill(
    rows: np.ndarray,
    alpha: np.ndarray,
    loc: np.ndarray,
    scale: np.ndarray,
    bulk: np.ndarray,
    wing: np.ndarray,
    coefficients: np.ndarray,
    out: np.ndarray,
) -> None:
    """Sum of the log densities of each row; nan where there is no law. The sums' order is fixed."""
    z, values = np.empty(_BLOCK), np.empty(_BLOCK)
    for i in range(rows.shape[0]):
        out[i] = math.nan
        if not 0.0 < scale[i] < math.inf:
            continue
        law = density.prepare(alpha[i], bulk, wing, coefficients)
        total = 0.0
        for begin in range(0, rows.shape[1], _BLOCK):
            count = min(_BLOCK, rows.shape[1] - begin)
            for j in range(count):
                z[j] = min(max((rows[i, begin + j] - loc[i]) / scale[i], -_LARGEST), _LARGEST)
            density.logpdf(z[:count], 0.0, 1.0, law, values[:count])
            part = 0.0
            for j in range(count):
                part += values[j]
            total += part
        out[i] = total - rows.shape[1] * math.log(scale[i])
