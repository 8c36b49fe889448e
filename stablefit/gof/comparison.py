"""The result of comparing several laws on one sample."""

import math
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from stablefit._types import FloatArray
from stablefit.extras import extra
from stablefit.gof.tables import html_table, number, text_table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

LawPlot = Literal["density", "cdf", "qq", "pp", "detrended", "tail", "hill"]

_CRITERIA = {"loglik": "loglik", "aic": "AIC", "aicc": "AICc", "dbic": "ΔBIC"}
_DISTANCES = {"sse": "SSE", "chi2": "Chi2", "ks": "KS", "ad": "AD"}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Laws fitted to one sample, the one with the smallest BIC first. Printing it shows the table.

    Attributes
    ----------
    rows : list of dict
        One a law: "law" its name, "params" a dict, "free" how many were estimated, "loglik", "aic",
        "aicc" with the correction for small samples, "bic", "dbic" the difference from the first row's, "sse", "chi2",
        "ks", "ad", "cv" the cross-validated mean log density of a sample (nan with folds=None), and "vuong", Vuong's z
        against the first row: positive where the first is closer to the truth, beyond 1.96 with 95 % confidence; nan
        for the first itself and for a law that coincides with it. "vuong_bic" is the same after Schwarz's penalty for
        the difference in the number of parameters.
    laws : dict of str to law
        The fitted laws by name, each with pdf, cdf, sf, ppf.
    samples : ndarray, shape (nobs,)
        What they were fitted to.
    """

    rows: list[dict[str, Any]]
    laws: dict[str, Any]
    samples: FloatArray

    @property
    def nobs(self) -> int:
        """Number of samples."""
        return int(self.samples.size)

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
        with extra("stats"):
            import pandas as pd

        flat = [{**{k: v for k, v in row.items() if k != "params"}, **row["params"]} for row in self.rows]
        return pd.DataFrame(flat).set_index("law")

    def plot(self, kind: LawPlot = "density", ax: "Axes | None" = None) -> "Axes":
        """Draw the samples and the fitted laws, the best first. Needs the extra `plot`.

        Parameters
        ----------
        kind : {"density", "cdf", "qq", "pp", "detrended", "tail", "hill"}
            ``"density"``, ``"cdf"``: histogram or distribution function. ``"tail"``: P(abs(X - m) > t) about the median
            m, both axes logarithmic. ``"qq"``: samples against quantiles. ``"pp"``: probabilities against
            probabilities, stabilised, with a band for all points at once; ``"detrended"``: the same as differences.
            ``"hill"``: Hill's estimate of the tail index, beside what each law leads to expect.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default. Nothing is shown.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ValueError
            If `kind` is none of these.
        """
        axes: Axes = import_module("stablefit.plotting.laws").plot_laws(self.samples, self.laws, kind, ax)
        return axes

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
                *(f"{row[name]:.2f}" for name in _CRITERIA),
                *(number(row[name]) for name in _DISTANCES),
                "" if math.isnan(row["cv"]) else f"{row['cv']:.4f}",
                "" if math.isnan(row["vuong"]) else f"{row['vuong']:.2f}",
            ]
            for row in self.rows
        ]
        return ["law", "parameters", *_CRITERIA.values(), *_DISTANCES.values(), "CV", "Vuong z"], rows
