"""The table of all skewed laws, loaded on first use."""

from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from stablefit._kernels.skewed_family import SkewedFamily

_MOST = 100_000  # values beyond which the law is made at every step: it costs less than the sums, and is exact


@cache
def _whole() -> "SkewedFamily":
    from stablefit._kernels.skewed_family import SkewedFamily

    path = files("stablefit.estimators") / "skewed_family.npz"
    with as_file(path) as file, np.load(file, allow_pickle=False) as archive:
        return SkewedFamily(*(archive[name] for name in SkewedFamily._fields))


def skewed_family(n: int) -> "SkewedFamily":
    """The table that tools/skewed_family_table.py writes, for samples of n values; without pieces if n is large."""
    whole = _whole()
    return whole if n <= _MOST else whole._replace(pieces=whole.pieces[:0])
