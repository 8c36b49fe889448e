"""The tables of the symmetric laws, loaded on first use, and single laws prepared for many points."""

from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stablefit._types import FloatArray

if TYPE_CHECKING:
    from stablefit._kernels.density import Law as Density
    from stablefit._kernels.inverse import Inverse
    from stablefit._kernels.odds import Odds
    from stablefit._kernels.skewed_inverse import SkewedInverse
    from stablefit._kernels.skewed_table import SkewedTable


class Tables(NamedTuple):
    """One function of symmetric_table.npz: a row of specifications a piece, and the coefficients of all."""

    bulk: FloatArray
    wing: FloatArray
    coefficients: FloatArray


@cache
def tables(function: str = "density") -> Tables:
    """Read the file that tools/symmetric_table.py writes; `function` is "density" or "odds"."""
    path = files("stablefit.laws") / "symmetric_table.npz"
    with as_file(path) as file, np.load(file, allow_pickle=False) as archive:
        return Tables(archive["bulk"], archive["wing"], archive[function])


@lru_cache(maxsize=128)
def density_at(alpha: float) -> "Density":
    """The density's polynomials at alpha: microseconds to sum, kept because callers ask for the same alpha again."""
    from stablefit._kernels import density

    return density.prepare(alpha, *tables("density"))


@lru_cache(maxsize=128)
def odds_at(alpha: float) -> "Odds":
    """The distribution's."""
    from stablefit._kernels import odds

    return odds.prepare(alpha, *tables("odds"))


@lru_cache(maxsize=128)
def inverse_at(alpha: float) -> "Inverse":
    """The quantiles': a fraction of a millisecond."""
    from stablefit._kernels import inverse

    return inverse.prepare(odds_at(alpha))


def skewed_at(alpha: float, beta: float) -> "tuple[float, SkewedTable]":
    """Sign of beta, and the polynomials of the law at alpha and abs(beta): some milliseconds to make."""
    return (-1.0 if beta < 0.0 else 1.0), _skewed(float(alpha), float(abs(beta)))


def skewed_inverse_at(alpha: float, beta: float) -> "tuple[float, SkewedInverse]":
    """The same for its quantiles."""
    return (-1.0 if beta < 0.0 else 1.0), _skewed_inverse(float(alpha), float(abs(beta)))


@lru_cache(maxsize=128)
def _skewed(alpha: float, beta: float) -> "SkewedTable":
    from stablefit._kernels import skewed_table

    return skewed_table.prepare(alpha, beta)


@lru_cache(maxsize=128)
def _skewed_inverse(alpha: float, beta: float) -> "SkewedInverse":
    from stablefit._kernels import skewed_inverse

    return skewed_inverse.prepare(_skewed(alpha, beta))
