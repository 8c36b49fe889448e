"""The paper's two measures for streams of which only a sketch was kept."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from stablefit._types import AnyArray, FloatArray
from stablefit.estimators.batch import BatchFit
from stablefit.estimators.sketch import Sketch
from stablefit.gof.histogram import Histogram
from stablefit.gof.law import bin_probabilities, evaluate
from stablefit.gof.measures import relative_errors, squared_errors
from stablefit.laws.stable import Stable

_CHUNK = 2**16  # streams that are measured together


@dataclass(frozen=True, eq=False)
class SketchMeasures:
    """SSE and Chi2 of normal and stable laws, by law, each of shape (size,); nan for streams that have no fit.

    Attributes
    ----------
    sse : dict of str to ndarray
        Sum of squared errors of the density over the fourteen finite bins, in the inverse square of the values' unit.
    chi2 : dict of str to ndarray
        Sum of squared errors over the law's density, in the inverse of the unit.
    """

    sse: dict[str, FloatArray]
    chi2: dict[str, FloatArray]


def measure_sketch(sketch: Sketch, fit: BatchFit | None = None) -> SketchMeasures:
    """Measure how well normal and stable laws describe the streams of a sketch that kept histograms.

    The normal law has each stream's mean and variance, the stable one is the fit of its sums. Bins are wide, half a
    standard deviation of a normal stream, so that a law counts by its mean density over a bin and not by that in the
    middle. Measures of stored samples, of a hundred bins, are other numbers: compare laws, not sketches with samples.

    Parameters
    ----------
    sketch : Sketch
        Made with ``histogram=True``, and moments.
    fit : BatchFit, optional
        ``sketch.fit()``, where there is one already.

    Returns
    -------
    SketchMeasures

    Raises
    ------
    ValueError
        If the sketch kept no histograms or no moments.

    References
    ----------
    .. [1] B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the noise model of stochastic gradient descent",
       arXiv 2303.02749, Table 1.

    Examples
    --------
    Heavy tails are described better by the stable law, by a factor of hundred:

    >>> import stablefit as sf
    >>> sketch = sf.Sketch(2, histogram=True)
    >>> for row in sf.Stable([1.3, 2.0]).rvs((4000, 2), rng=0):
    ...     sketch.add(row)
    >>> found = sf.gof.measure_sketch(sketch)
    >>> found.sse["stable"] < 0.01 * found.sse["normal"]
    array([ True, False])
    """
    counts, moments = sketch.counts, sketch.moments
    if counts is None or moments is None:
        raise ValueError("sketch must have been made with histogram=True and moments=True, got one without")
    found = sketch.fit() if fit is None else fit
    mean, variance = np.asarray(sketch.mean), np.asarray(sketch.variance)
    names, edges = ("normal", "stable"), sketch.edges
    sse, chi2 = ({name: np.full(sketch.size, np.nan) for name in names} for _ in range(2))
    alpha, loc, scale = (np.asarray(found.params[name]) for name in ("alpha", "loc", "scale"))
    usable = np.flatnonzero(np.isfinite(alpha) & (variance > 0.0) & (sketch.n > 0))
    for first in range(0, usable.size, _CHUNK):
        rows = usable[first : first + _CHUNK]
        histogram = _histogram(counts[rows], edges[rows], sketch.n)
        laws = {
            "normal": Stable(2.0, loc=mean[rows], scale=np.sqrt(0.5 * variance[rows])),
            "stable": Stable(alpha[rows], loc=loc[rows], scale=scale[rows]),
        }
        for name, law in laws.items():
            probabilities = evaluate(partial(bin_probabilities, law), histogram.edges)
            density = probabilities / histogram.widths
            sse[name][rows] = squared_errors(histogram, density)
            chi2[name][rows] = relative_errors(histogram, density)
    return SketchMeasures(sse, chi2)


def _histogram(counts: AnyArray, edges: FloatArray, n: int) -> Histogram:
    """Return the finite bins as a histogram; what lies in the open ones counts as outside of it."""
    inner = counts[:, 1:-1].astype(np.int64)
    below, above = counts[:, 0].astype(np.int64), counts[:, -1].astype(np.int64)
    return Histogram(inner, edges[:, 1:-1], below, above, n)
