"""The estimators side by side on one sample: they agree where the law is right, and differ where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from stablefit.estimators.fitting import MethodName, fit
from stablefit.gof.tables import html_table, number, text_table

if TYPE_CHECKING:
    from stablefit.estimators.result import FitResult

METHODS: tuple[MethodName, ...] = ("mle", "ecf", "quantile", "logmoment", "mohammadi")


@dataclass(frozen=True)
class MethodComparison:
    """Fits of one sample by several methods.

    Attributes
    ----------
    fits : dict of str to FitResult
        By method; the first is the one that the others are compared with.
    """

    fits: dict[str, FitResult]

    def distances(self) -> dict[str, float]:
        """How far each alpha lies from the first method's, in standard errors.

        The first should be the efficient one, ``"mle"``: the difference between it and another consistent estimator has
        the variance ``se_other**2 - se_first**2`` where the law is right [1]_. Dividing by ``se_other`` alone makes the
        distance a little too small, and keeps it finite for a method that is as good.

        Returns
        -------
        dict of str to float
            By method, all but the first; nan where a standard error is not known.

        References
        ----------
        .. [1] J. A. Hausman, "Specification tests in econometrics", Econometrica 46 (1978), equation 2.4.
        """
        first, *others = self.fits
        reference = self.fits[first].alpha
        return {name: abs(self.fits[name].alpha - reference) / self.fits[name].bse["alpha"] for name in others}

    def differing(self, distance: float = 3.0) -> list[str]:
        """Methods whose alpha lies further from the first one's than `distance` standard errors.

        Where the law is right a method is named wrongly in at most 0.3 % of samples at the default distance.
        """
        return [name for name, found in self.distances().items() if found > distance]

    def to_dict(self) -> dict[str, Any]:
        """Return each fit's `to_dict()` by method."""
        return {name: result.to_dict() for name, result in self.fits.items()}

    @property
    def verdict(self) -> str:
        """Whether the methods agree, in words."""
        first = next(iter(self.fits))
        differing = self.differing()
        if differing:
            return (
                f"alpha by {', '.join(differing)} is further from {first}'s than standard errors explain:\n"
                "the data is not exactly stable, or its draws depend on each other."
            )
        return "The methods agree on alpha within their standard errors."

    def __str__(self) -> str:
        return f"{text_table(*self._cells())}\n{self.verdict}"

    def _repr_html_(self) -> str:
        return html_table(self.verdict, *self._cells())

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        rows = [
            [
                name,
                f"{result.alpha:.4f}",
                f"{result.bse['alpha']:.4f}",
                number(result.scale, 4),
                number(result.bse["scale"], 2),
            ]
            for name, result in self.fits.items()
        ]
        return ["method", "alpha", "std err", "scale", "std err"], rows


def compare_methods(samples: ArrayLike, methods: Sequence[MethodName] = METHODS) -> MethodComparison:
    """Fit one sample by several methods.

    Parameters
    ----------
    samples : array_like, shape (n,)
        Independent draws, in any unit.
    methods : sequence of str
        Methods of `stablefit.fit`; the first is compared with the others, and should be ``"mle"``.

    Returns
    -------
    MethodComparison
        `fits` by method, `distances()`, `differing()`; printing it shows the table.

    Raises
    ------
    DataError
        If a method cannot use the samples: see `stablefit.fit`.

    Examples
    --------
    >>> import stablefit as sf
    >>> x = sf.Stable(1.5).rvs(2000, rng=0)
    >>> compare_methods(x, ["mle", "ecf"]).differing()
    []
    """
    return MethodComparison({method: fit(samples, method) for method in methods})
