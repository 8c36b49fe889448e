"""The fits of histograms: results of maximum likelihood that hold counts and edges in place of samples."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from stablefit._types import FloatArray, RandomState
from stablefit.estimators import binned_profile, intervals
from stablefit.estimators.batch import BatchFit
from stablefit.estimators.binned_tables import bin_tables
from stablefit.estimators.estimates import estimated
from stablefit.estimators.fixed import read_fixed
from stablefit.estimators.histograms import Histograms
from stablefit.estimators.result import FitResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _limit(result: FitResult) -> intervals.Limit:
    """Profiles of the likelihood of the counts, in units of the fit."""
    assert isinstance(result, BinnedFit)
    counts, edges = result.kept_counts()
    optimum = np.array([result.alpha, 0.0, 0.0, result.loglik])
    data = counts, (edges - result.loc) / result.scale, optimum, estimated(result.fixed)
    return intervals.symmetric_limit(result.alpha, lambda *asked: binned_profile.limit(*data, *asked))


def _refits(result: FitResult, n_boot: int, rng: RandomState) -> BatchFit:
    """Fits of counts drawn from the fitted law's probabilities."""
    from stablefit.estimators.binned import fit_histograms
    from stablefit.laws.random import generator

    assert isinstance(result, BinnedFit)
    draws = generator(rng).multinomial(round(result.nobs), result.bin_probabilities(), size=n_boot)
    return fit_histograms(Histograms(draws, (n_boot,), edges=result.kept_counts()[1]), read_fixed(result.fixed), None)


@dataclass(frozen=True, eq=False, repr=False)
class BinnedFit(FitResult):
    """A symmetric stable law fitted to the counts of a histogram; see `FitResult` for what is not listed here.

    Attributes
    ----------
    nobs : int or float
        Sum of the counts.
    loglik : float
        The multinomial's at the estimates, sum n_i log p_i without the coefficient n! / prod n_i!, p_i the probability
        of bin i given all bins. It can be compared with that of other laws on the same edges only, never with the
        likelihood of samples.
    samples, weights : None
        There are none.
    counts : ndarray, shape (bins,), or None
        What was fitted; None after loading a result that was saved without it.
    edges : ndarray, shape (bins + 1,), or None
        Ends of the bins.

    Examples
    --------
    >>> import numpy as np, stablefit as sf
    >>> x = sf.Stable(1.6).rvs(5000, rng=1)
    >>> result = sf.fit_binned(*np.histogram(x, bins=40, range=(-10, 10)))
    >>> result.counts.size, int(result.nobs), round(float(result.bin_probabilities().sum()), 12)
    (40, 4958, 1.0)
    """

    counts: FloatArray | None = field(default=None, kw_only=True)
    edges: FloatArray | None = field(default=None, kw_only=True)

    DATA: ClassVar[tuple[str, ...]] = ("counts", "edges")
    WAYS: ClassVar[intervals.Ways] = intervals.Ways(_limit, _refits)

    def kept_counts(self) -> tuple[FloatArray, FloatArray]:
        """Return counts and edges; ValueError if the result was loaded without them."""
        if self.counts is None or self.edges is None:
            raise ValueError("the result must hold its counts, got none; save it with samples=True")
        return self.counts, self.edges

    def kept_samples(self) -> FloatArray:
        """Raise ValueError: a histogram does not say where in its bins the samples lay."""
        raise ValueError(
            "the result must hold samples, got counts in bins; fit the samples with stablefit.fit, or compare counts "
            "with nobs * bin_probabilities()"
        )

    def bin_probabilities(self) -> FloatArray:
        """Return each bin's probability under the fitted law, given that a value lies in one of them."""
        from stablefit._kernels import bin_masses

        edges = (self.kept_counts()[1] - self.loc) / self.scale
        masses = np.empty((edges.size, 4))
        bin_masses.fill(edges, self.alpha, 0.0, 0.0, *bin_tables(), masses)
        inside = np.exp(masses[:-1, 0] - masses[-1, 0])
        return np.asarray(inside / inside.sum())

    def plot(self, kind: Literal["hist", "qq", "pp", "cdf", "tail"] = "hist", ax: "Axes | None" = None) -> "Axes":
        """Draw the histogram and the fitted density; other pictures need samples, and raise ValueError."""
        if kind != "hist":
            raise ValueError(
                f"kind must be 'hist' for a fit of counts in bins, got {kind!r}; fit the samples with stablefit.fit"
            )
        axes: Axes = import_module("stablefit.plotting.counts").plot_counts(self, *self.kept_counts(), ax)
        return axes


@dataclass(frozen=True, eq=False, repr=False)
class BinnedBatch(BatchFit):
    """Symmetric stable laws fitted to a batch of histograms on the same edges; see `BatchFit`.

    ``batch[i]`` is a `BinnedFit`, and `data` holds counts and edges.
    """

    ROW: ClassVar[type[FitResult]] = BinnedFit
