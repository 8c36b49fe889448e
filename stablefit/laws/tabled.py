"""The tables of the symmetric density, loaded on first use, and the density at one alpha prepared from them."""

from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stablefit._types import FloatArray

if TYPE_CHECKING:
    from stablefit._kernels.density import Law


class Tables(NamedTuple):
    """Contents of density_table.npz: a row of specifications a piece, and the coefficients of all."""

    bulk: FloatArray
    wing: FloatArray
    coefficients: FloatArray


@cache
def tables() -> Tables:
    """Read the file that tools/density_table.py writes."""
    with as_file(files("stablefit.laws") / "density_table.npz") as path, np.load(path, allow_pickle=False) as archive:
        return Tables(*(archive[name] for name in Tables._fields))


@lru_cache(maxsize=128)
def prepared(alpha: float) -> "Law":
    """The polynomials at alpha: microseconds to sum, kept because callers ask for the same alpha again."""
    from stablefit._kernels import density

    return density.prepare(alpha, *tables())
