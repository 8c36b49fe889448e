"""Vuong's statistic for two laws of which neither contains the other."""

import math

import numpy as np

from stablefit._types import FloatArray


def vuong(first: FloatArray, other: FloatArray, more: int = 0) -> float:
    """Return Vuong's z from the log densities of two laws at each sample; nan where they coincide.

    Positive where the first law is closer to the truth. `more` is how many parameters it has more than the other, for
    Schwarz's correction.

    Examples
    --------
    >>> round(vuong(np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.0, 0.0])), 6)  # 2 / sqrt(2/3) * sqrt(3)
    4.242641
    """
    gain = first - other
    with np.errstate(invalid="ignore"):
        spread = float(np.std(gain))
    # Laws that coincide differ by the rounding of their log densities, a few units in the last place.
    if not spread > 1e-10 * float(np.max(np.abs(first))):
        return math.nan
    excess = float(np.sum(gain)) - 0.5 * more * math.log(gain.size)
    return excess / (math.sqrt(gain.size) * spread)
