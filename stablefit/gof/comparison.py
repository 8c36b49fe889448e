"""Several laws compared on one sample."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.errors import DataError
from stablefit.gof.candidates import Candidate, checked_names, fit_rival, stable_candidate
from stablefit.gof.edf import anderson_darling, kolmogorov_smirnov
from stablefit.gof.histogram import Bins, Range
from stablefit.gof.law import log_density
from stablefit.gof.measures import Kind, Normalise, chi2, sse
from stablefit.gof.samples import along_last
from stablefit.gof.tables import html_table, number, text_table

if TYPE_CHECKING:
    import pandas as pd

    from stablefit.estimators.fitting import MethodName

FEWEST = 8
"""Values below which no law is fitted."""

_COLUMNS = {"loglik": "loglik", "aic": "AIC", "dbic": "ΔBIC", "sse": "SSE", "chi2": "Chi2", "ks": "KS", "ad": "AD"}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Laws fitted to one sample, the one with the smallest BIC first. Printing it shows the table.

    Attributes
    ----------
    rows : list of dict
        One a law: "law" its name, "params" a dict, "free" how many were estimated, "loglik", "aic", "bic", "dbic" the
        difference from the first row's, "sse", "chi2", "ks", "ad", and "vuong", Vuong's z against the first row:
        positive where the first is closer to the truth, beyond 1.96 with 95 % confidence; nan for the first itself and
        for a law that coincides with it.
    laws : dict of str to law
        The fitted laws by name, each with pdf, cdf, sf, ppf.
    nobs : int
        Number of samples.
    """

    rows: list[dict[str, Any]]
    laws: dict[str, Any]
    nobs: int

    @property
    def best(self) -> str:
        """Name of the law with the smallest BIC."""
        return str(self.rows[0]["law"])

    def __getitem__(self, law: str) -> dict[str, Any]:
        for row in self.rows:
            if row["law"] == law:
                return row
        raise KeyError(f"{law!r} was not compared; there are {', '.join(self.laws)}")

    def to_frame(self) -> "pd.DataFrame":
        """Return the rows as a pandas DataFrame, indexed by law, a column for each parameter."""
        import pandas as pd

        flat = [{**{k: v for k, v in row.items() if k != "params"}, **row["params"]} for row in self.rows]
        return pd.DataFrame(flat).set_index("law")

    def __str__(self) -> str:
        return f"{self._title()}\n{text_table(*self._cells())}"

    def _repr_html_(self) -> str:
        return html_table(self._title(), *self._cells())

    def _title(self) -> str:
        return f"{self.nobs:,} samples, the law with the smallest BIC first"

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        rows = [
            [
                row["law"],
                ", ".join(f"{name} {number(value, 4)}" for name, value in row["params"].items()),
                *(f"{row[name]:.2f}" for name in ("loglik", "aic", "dbic")),
                *(number(row[name]) for name in ("sse", "chi2", "ks", "ad")),
                "" if math.isnan(row["vuong"]) else f"{row['vuong']:.2f}",
            ]
            for row in self.rows
        ]
        return ["law", "parameters", *_COLUMNS.values(), "Vuong z"], rows


def compare(
    samples: ArrayLike,
    laws: Sequence[str] = ("normal", "stable", "t", "laplace"),
    *,
    method: "MethodName" = "mle",
    bins: Bins = 100,
    range: Range = None,
    normalise: Normalise = None,
    kind: Kind = "density",
    min_expected: float = 5.0,
) -> Comparison:
    """Fit several laws to one sample and compare them.

    Parameters
    ----------
    samples : array_like, shape (n,)
        Independent draws, in any unit; n >= 8.
    laws : sequence of str
        Of "normal", "stable", "t", "laplace".
    method : str, default "mle"
        How the stable law is fitted, see `stablefit.fit`; the others by maximum likelihood. BIC and Vuong's z suppose
        maximum likelihood throughout.
    bins, range, normalise, kind, min_expected
        Of SSE and Chi2: see `stablefit.gof.sse` and `stablefit.gof.chi2`.

    Returns
    -------
    Comparison
        `rows` sorted by BIC, `best`, `laws`, `to_frame()`.

    Raises
    ------
    ValueError
        If `laws` holds an unknown name, or an option is none of those above.
    DataError
        If the samples are not finite, are fewer than 8, or all the same; with "stable" among the laws, if one value
        makes up more than 20 % of them, where its likelihood is unbounded. A t fit that fails there is nan, and last.
    TypeError
        If the samples are not real numbers.

    Notes
    -----
    Vuong's z [1]_ is for laws of which neither contains the other. The normal law lies within both the stable and the
    t family: between these, read BIC, or test alpha = 2.

    References
    ----------
    .. [1] Q. H. Vuong, "Likelihood ratio tests for model selection and non-nested hypotheses", Econometrica 57 (1989),
       307-333, equation 5.6.

    Examples
    --------
    >>> import stablefit as sf
    >>> found = compare(sf.Stable(1.5).rvs(2000, rng=0))
    >>> found.best
    'stable'
    >>> found.rows[0]["dbic"]
    0.0
    """
    names = checked_names(laws)
    values = along_last(samples)
    if values.size < FEWEST:
        raise DataError(f"samples must hold at least {FEWEST} finite values, got {values.size}")
    if values.min() == values.max():
        raise DataError(f"samples must not all be the same, got {values.size} times {values[0]}")
    fitted = sorted((_fit(name, values, method) for name in names), key=lambda law: (math.isnan(law.bic), law.bic))
    ordered = np.sort(values)
    rows = []
    for law in fitted:
        row = {"law": law.name, "params": {name: float(value) for name, value in law.params.items()}, "free": law.free}
        row |= {"loglik": float(law.loglik), "aic": float(law.aic), "bic": float(law.bic)}
        row["dbic"] = float(law.bic - fitted[0].bic)
        row["sse"] = sse(values, law.law, bins=bins, range=range, normalise=normalise)
        row["chi2"] = _chi2(values, law, kind, bins=bins, range=range, normalise=normalise, min_expected=min_expected)
        row["ks"] = float(kolmogorov_smirnov(ordered, law.law))
        row["ad"] = float(anderson_darling(ordered, law.law))
        row["vuong"] = vuong(log_density(fitted[0].law, values), log_density(law.law, values))
        rows.append(row)
    return Comparison(rows, {law.name: law.law for law in fitted}, values.size)


def vuong(first: FloatArray, other: FloatArray) -> float:
    """Return Vuong's z from the log densities of two laws at each sample; nan where they coincide.

    Positive where the first law is closer to the truth.

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
    return math.sqrt(gain.size) * float(np.mean(gain)) / spread


def _fit(name: str, values: FloatArray, method: "MethodName") -> Candidate:
    from stablefit.estimators.fitting import fit

    return stable_candidate(fit(values, method), ..., values.size) if name == "stable" else fit_rival(name, values)


def _chi2(values: FloatArray, law: Candidate, kind: Kind, **options: Any) -> float:
    found = chi2(values, law.law, kind=kind, ddof=law.free, **options)
    return float(found if kind == "density" else found.statistic)
