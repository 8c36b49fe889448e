"""Many p-values at once: which to reject, so that few of the rejections are false alarms."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import BoolArray, FloatArray
from stablefit.extras import extra
from stablefit.gof.options import check_correction, check_level

Correction = Literal["bh", "by"]

TITLES = {"bh": "Benjamini-Hochberg", "by": "Benjamini-Yekutieli", None: "no correction"}


@dataclass(frozen=True, eq=False)
class Adjusted:
    """p-values adjusted for their number; arrays have the shape of what was given.

    Attributes
    ----------
    pvalues : ndarray
        Adjusted p-values: the smallest false discovery rate at which each would be rejected; nan where there was none.
    rejected : ndarray of bool
        Where the adjusted p-value is at most `level`; False where it is nan.
    method : {"bh", "by"} or None
        The correction.
    level : float
        False discovery rate, or without a correction the probability of a false alarm of each test.
    tested, missing : int
        How many p-values there were, and how many nan among what was given.
    """

    pvalues: FloatArray
    rejected: BoolArray
    method: Correction | None
    level: float
    tested: int
    missing: int

    def __str__(self) -> str:
        missing = f", {self.missing} without a p-value" if self.missing else ""
        of = f"{int(self.rejected.sum())} of {self.tested} rejected"
        return f"{of} at {100.0 * self.level:g} % ({TITLES[self.method]}){missing}"


def adjust(pvalues: ArrayLike, method: Correction | None = "bh", *, level: float = 0.05) -> Adjusted:
    """Adjust p-values for their number.

    Of a hundred tests at 5 % five reject where there is nothing to find. These corrections bound the expected share of
    false alarms among the rejections instead.

    Parameters
    ----------
    pvalues : array_like, any shape
        In [0, 1]; nan where a test gave none. They are left out, and counted.
    method : {"bh", "by"} or None, default "bh"
        ``"bh"``: Benjamini and Hochberg, for tests that are independent or positively dependent. ``"by"``: Benjamini
        and Yekutieli, for any dependence, at the cost of a factor of about log(number of tests). Parameters of one
        network are dependent. None: no correction.
    level : float, default 0.05
        False discovery rate, in (0, 1).

    Returns
    -------
    Adjusted
        `pvalues`, `rejected`, `tested`, `missing`.

    Raises
    ------
    ValueError
        If a p-value is outside [0, 1], or an option is none of those above.

    Notes
    -----
    Computed by ``statsmodels.stats.multitest.multipletests``, whose every answer is nan if one p-value is.

    References
    ----------
    .. [1] Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate", J. R. Statist. Soc. B 57 (1995), 289-300.
    .. [2] Y. Benjamini, D. Yekutieli, "The control of the false discovery rate in multiple testing under dependency",
       Ann. Statist. 29 (2001), 1165-1188.

    Examples
    --------
    >>> found = adjust([0.01, 0.04, float("nan"), 0.03])  # 3 * .01; 3 * .03 / 2 is more than 3 * .04 / 3
    >>> found.pvalues.round(6).tolist(), found.rejected.tolist(), found.missing
    ([0.03, 0.04, nan, 0.04], [True, True, False, True], 1)
    """
    check_correction("method", method)
    check_level(level)
    given = np.asarray(pvalues, dtype=np.float64)
    outside = (given < 0.0) | (given > 1.0)
    if outside.any():
        raise ValueError(f"pvalues must lie in [0, 1], got {given[outside][0]} ({int(outside.sum())} outside)")
    present = ~np.isnan(given)
    adjusted = given.copy()
    if method is not None and present.any():
        adjusted[present] = _adjusted(given[present], method)
    tested = int(present.sum())
    return Adjusted(adjusted, np.asarray(adjusted <= level), method, float(level), tested, given.size - tested)


def _adjusted(pvalues: FloatArray, method: Correction) -> FloatArray:
    """Adjusted p-values, none of which is nan."""
    with extra("stats"):
        from statsmodels.stats.multitest import multipletests

    found: FloatArray = multipletests(pvalues, method=f"fdr_{method}")[1]
    return found
