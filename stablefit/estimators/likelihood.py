"""Log-likelihood of samples under the laws fitted to them."""

import numpy as np

from stablefit._types import FloatArray
from stablefit.laws.tabled import prepared


def log_likelihood(sample: FloatArray, alpha: float, loc: float, scale: float) -> float:
    """Sum of the log densities of one sample, shape (n,); nan where there is no law."""
    from stablefit._kernels import density

    if not np.isfinite(scale):
        return np.nan
    with np.errstate(over="ignore"):
        z = np.nan_to_num((sample - loc) / scale)  # beyond float64 in units of the scale: the largest float64
    values = np.empty_like(z)
    density.logpdf(z, 0.0, 1.0, prepared(alpha), values)
    return float(values.sum()) - z.size * float(np.log(scale))
