"""The result of fits of times of exit."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.extras import extra
from stablefit.gof.tables import html_table, number, text_table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_SLOPES = {"levy": "alpha", "mori": "b", "xie": "b"}


@dataclass(frozen=True)
class EscapeFit:
    """One theory's fit of log tau = level + slope x + what is known, see `fit_escape_times`.

    Attributes
    ----------
    theory : str
        "levy", "mori" or "xie".
    level, level_se : float
        The constant a, and its standard error.
    slope, slope_se : float
        alpha of "levy", b of the others; error 0 where it was given.
    slope_known : bool
        Whether it was given by measured quantities.
    chi2 : float
        Sum of squared residuals of log tau, in standard errors where those are known.
    pvalue : float
        P(a sum as large if the theory holds); nan without standard errors.
    loglik, aicc : float
        Log-likelihood of the logarithms, and Akaike's criterion corrected for the number of values.
    """

    theory: str
    level: float
    level_se: float
    slope: float
    slope_se: float
    slope_known: bool
    chi2: float
    pvalue: float
    loglik: float
    aicc: float


@dataclass(frozen=True, eq=False)
class EscapeFits:
    """Fits of times of exit by several theories, the best by AICc first. Printing it shows the table.

    Attributes
    ----------
    eta, batch_size, tau : ndarray, shape (n,)
        What was fitted.
    se : ndarray, shape (n,), or None
        Standard errors of tau.
    fits : list of EscapeFit
        One for each theory; ``result["levy"]`` is one of them.
    clock : str
        "iteration" or "sde".
    """

    eta: FloatArray
    batch_size: FloatArray
    tau: FloatArray
    se: FloatArray | None
    fits: list[EscapeFit]
    clock: str

    def __getitem__(self, theory: str) -> EscapeFit:
        for fit in self.fits:
            if fit.theory == theory:
                return fit
        raise KeyError(f"theory must be one of {[fit.theory for fit in self.fits]}, got {theory!r}")

    def __iter__(self) -> Iterator[EscapeFit]:
        return iter(self.fits)

    def __len__(self) -> int:
        return len(self.fits)

    @property
    def best(self) -> str:
        """The theory of the smallest AICc; of theories that are the same curve, the first that was asked for."""
        return self.fits[0].theory

    @property
    def same_curve(self) -> list[tuple[str, ...]]:
        """Theories that are one curve in these variables, whatever the data: those with the same free slope."""
        free = tuple(sorted(fit.theory for fit in self.fits if fit.theory != "levy" and not fit.slope_known))
        return [free] if len(free) > 1 else []

    @property
    def weights(self) -> dict[str, float]:
        """Akaike weights; theories that are the same curve have one weight together, and each shows it."""
        once = {fit.theory: fit.aicc for fit in self.fits}
        for group in self.same_curve:
            for theory in group[1:]:
                del once[theory]
        least = min(once.values())
        raw = {theory: float(np.exp(-0.5 * (aicc - least))) for theory, aicc in once.items()}
        total = sum(raw.values())
        shown = {theory: weight / total for theory, weight in raw.items()}
        for group in self.same_curve:
            shown |= dict.fromkeys(group, shown[group[0]])
        return {fit.theory: shown[fit.theory] for fit in self.fits}

    def predict(self, theory: str, eta: ArrayLike, batch_size: ArrayLike | None = None) -> FloatArray:
        """Return the fitted mean time at learning rates and batch sizes, which broadcast.

        Parameters
        ----------
        theory : str
            One of those that were fitted.
        eta : array_like
            Learning rates.
        batch_size : array_like, optional
            The fitted ones' by default, where that was one.
        """
        from stablefit.escape.escape_times import offset_and_slope

        if batch_size is None:
            if np.ptp(self.batch_size) > 0.0:
                raise ValueError("batch_size must be given, since the fitted times are of several")
            batch_size = self.batch_size[0]
        rate, size = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (eta, batch_size)))
        offset, x = offset_and_slope(theory, rate, size, self.clock)
        fit = self[theory]
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(fit.level + fit.slope * x + offset))

    def to_frame(self) -> "pd.DataFrame":
        """Return a pandas DataFrame with a row a theory."""
        with extra("stats"):
            import pandas as pd

        weights = self.weights
        rows = [
            {**vars(fit), "delta": fit.aicc - self.fits[0].aicc, "weight": weights[fit.theory]} for fit in self.fits
        ]
        return pd.DataFrame(rows).set_index("theory")

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the times against the learning rate with every distinct curve."""
        axes: Axes = import_module("stablefit.plotting.escape").plot_escape_fits(self, ax)
        return axes

    def __str__(self) -> str:
        return "\n".join([self._title(), text_table(*self._cells()), *self._remarks()])

    def _repr_html_(self) -> str:
        remarks = "".join(f"<p>{remark}</p>" for remark in self._remarks())
        return html_table(self._title(), *self._cells()) + remarks

    def _title(self) -> str:
        unit = "iterations" if self.clock == "iteration" else "units of time"
        errors = "" if self.se is not None else ", without standard errors"
        return f"{self.tau.size} mean times of exit in {unit}{errors}"

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        weights, rows = self.weights, []
        for fit in self.fits:
            error = "given" if fit.slope_known else f"± {number(fit.slope_se, 2)}"
            slope = f"{_SLOPES[fit.theory]} = {number(fit.slope)} {error}"
            rows.append(
                [
                    fit.theory,
                    f"{number(fit.level)} ± {number(fit.level_se, 2)}",
                    slope,
                    number(fit.chi2),
                    "" if np.isnan(fit.pvalue) else number(fit.pvalue, 2),
                    f"{fit.aicc - self.fits[0].aicc:.2f}",
                    f"{weights[fit.theory]:.3f}",
                ]
            )
        return ["theory", "a", "slope", "chi2", "p", "AICc above best", "weight"], rows

    def _remarks(self) -> list[str]:
        return [
            f"{' and '.join(group)} are the same curve in these variables: no times can tell them apart. "
            "Give curvature, loss and barrier to fix their slopes."
            for group in self.same_curve
        ]
