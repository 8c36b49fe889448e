"""The tables that the likelihood of counts in bins needs, together."""

from functools import cache
from typing import TYPE_CHECKING

from stablefit.laws.tabled import tables

if TYPE_CHECKING:
    from stablefit._kernels.binned_scoring import BinTables


@cache
def bin_tables() -> "BinTables":
    """Return the tables of the distribution and of the density, which share their rows of specifications."""
    from stablefit._kernels.binned_scoring import BinTables

    odds, density = tables("odds"), tables("density")
    return BinTables(odds.bulk, odds.wing, odds.coefficients, density.coefficients)
