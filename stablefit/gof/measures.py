"""The two measures that the paper judges fits by: the sum of squared errors and Chi2 between histogram and law.

The paper (arXiv 2303.02749, Tables 1 to 3) prints neither the bins nor the normalisation. What is here by default, the
*density* histogram with 100 equal bins over the full range, is the reading that agrees with its tables: there Chi2
grows like the square root of SSE from network to network, as it does when the unit of the samples changes.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.gof.histogram import Bins, Histogram, Range, histogram, robust_scale
from stablefit.gof.law import evaluate, unwrap
from stablefit.gof.pearson import pearson_of, plain
from stablefit.gof.samples import along_last

Normalise = Literal["scale"] | None
Kind = Literal["density", "pearson"]


def sse(
    samples: ArrayLike,
    law: Any,
    *,
    bins: Bins = 100,
    range: Range = None,
    normalise: Normalise = None,
    axis: int | None = None,
) -> Any:
    """Sum of squared errors between the density histogram of the samples and a law's density at the bin centres.

    SSE = sum_b (h_b - f(x_b))**2, with h_b the share of the samples in bin b over its width.

    Parameters
    ----------
    samples : array_like, shape (n,)
        Finite values. With `axis`, any shape: one sample lies along that axis.
    law : object with ``pdf``, or a fit
        The law, in the samples' units. With `axis`, its parameters broadcast against the remaining shape.
    bins : int, "fd" or array_like, default 100
        Number of equal bins; the Freedman-Diaconis rule; or edges, in the samples' units. Edges at equal shares of the
        samples, ``np.quantile(samples, np.linspace(0, 1, 101))``, put as many samples in each bin.
    range : (low, high), float or None, default None
        Where the bins lie: everywhere from the smallest to the largest sample, between two values, or over the central
        share of the samples that the float names, such as 0.99. Heavy tails stretch the full range until most samples
        fall into a few bins.
    normalise : None or "scale", default None
        None: the SSE of a density has the unit 1 / samples**2, so samples ten times smaller give an SSE a hundred
        times larger, and a mean over columns is a mean of the narrow ones. "scale": as if each sample were first
        divided by its robust scale, its interquartile range / 1.349.
    axis : int, optional
        Axis along which one sample lies, for more than one dimension.

    Returns
    -------
    float, or ndarray of the remaining shape where `axis` is given.

    Raises
    ------
    ValueError
        If an option is none of those above.
    DataError
        If the samples hold nan or inf, or are empty.
    TypeError
        If the samples are not real numbers, or `law` has no pdf and cdf.

    References
    ----------
    .. [1] B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the noise model of stochastic gradient descent",
       arXiv 2303.02749, Table 1.

    Examples
    --------
    Two samples, two bins of width 1/2, so h = 1 in each; the uniform density is 1 as well:

    >>> import scipy.stats
    >>> sse([0.0, 1.0], scipy.stats.uniform(), bins=2)
    0.0
    >>> sse([0.0, 1.0], scipy.stats.uniform(0.0, 2.0), bins=2)
    0.5
    """
    rows = along_last(samples, axis)
    found = histogram(rows, bins, range)
    return plain(squared_errors(found, evaluate(unwrap(law)[0].pdf, found.centres)) * unit(rows, normalise) ** 2)


def chi2(
    samples: ArrayLike,
    law: Any,
    *,
    bins: Bins = 100,
    range: Range = None,
    normalise: Normalise = None,
    kind: Kind = "density",
    min_expected: float = 5.0,
    ddof: int | None = None,
    axis: int | None = None,
) -> Any:
    """Chi2 between the histogram of the samples and a law.

    Kind "density" is the paper's measure as far as its tables tell: sum_b (h_b - f(x_b))**2 / f(x_b), of the same
    density histogram as `sse`. It has the unit 1 / samples and no p-value. A bin that holds samples where the law's
    density underflows to 0, as a normal law's does beyond 38 standard deviations, makes it inf; an empty bin there
    adds 0. It is huge long before: a normal law has the density 5e-15 at 8 standard deviations, and one sample there
    divides by it.

    Kind "pearson" is the classical test on counts: sum_b (O_b - E_b)**2 / E_b with E_b from the cdf, the outer bins
    open to infinity (samples outside the range count in them), neighbours merged from the left until each
    E_b >= `min_expected`.

    Parameters
    ----------
    samples, bins, range, normalise, axis
        As for `sse`; "pearson" has no unit and ignores `normalise`.
    law : object with ``pdf`` ("density") or ``cdf`` ("pearson"), or a fit
        The law, in the samples' units.
    kind : {"density", "pearson"}, default "density"
        Which of the two.
    min_expected : float, default 5
        Smallest expected count of a cell, for "pearson".
    ddof : int, optional
        How many parameters of the law were estimated from these samples, for "pearson". None: as many as are free in a
        fit, 0 for a bare law.

    Returns
    -------
    float (an ndarray with `axis`) for "density"; PearsonChi2 for "pearson".

    Raises
    ------
    ValueError
        If an option is none of those above.
    DataError
        If the samples hold nan or inf, or are empty.
    TypeError
        If the samples are not real numbers, or `law` has no pdf and cdf.

    Notes
    -----
    With parameters estimated from the ungrouped samples the statistic lies between chi-square with cells - 1 - ddof and
    with cells - 1 degrees of freedom [1]_: the p-value given is then somewhat too small. The edges follow the samples
    too. For a p-value that is right, use `stablefit.gof.test`.

    References
    ----------
    .. [1] H. Chernoff, E. L. Lehmann, "The use of maximum likelihood estimates in chi-square tests for goodness of
       fit", Ann. Math. Stat. 25 (1954), 579-586.

    Examples
    --------
    >>> import scipy.stats
    >>> chi2([0.0, 1.0], scipy.stats.uniform(0.0, 2.0), bins=2)  # h = 1 and f = 1/2 in two bins
    1.0
    >>> samples, law = [1, 2, 3, 4, 5, 6, 7, 10], scipy.stats.uniform(0, 12)
    >>> result = chi2(samples, law, bins=[0, 6, 12], kind="pearson", min_expected=4)
    >>> result.statistic, result.dof, round(result.pvalue, 3)  # 5 and 3 where 4 and 4 are expected: (1 + 1) / 4
    (0.5, 1, 0.48)
    """
    check_kind(kind)
    rows, (given, free) = along_last(samples, axis), unwrap(law)
    found = histogram(rows, bins, range)
    if kind == "density":
        return plain(relative_errors(found, evaluate(given.pdf, found.centres)) * unit(rows, normalise))
    return pearson_of(found, given, min_expected, free if ddof is None else ddof)


def squared_errors(found: Histogram, density: FloatArray) -> FloatArray:
    """Return the SSE of each row, given the law's density at the centres; in 1 / units**2."""
    return _total(found, (found.density - density) ** 2)


def relative_errors(found: Histogram, density: FloatArray) -> FloatArray:
    """Return Chi2 of each row, given the law's density at the centres: 0/0 adds 0, h/0 adds inf; in 1 / units."""
    gap = found.density - density
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        terms = np.where(gap == 0.0, 0.0, gap / density * gap)
    return _total(found, terms)


def unit(rows: FloatArray, normalise: Normalise) -> Any:
    """Return what densities are multiplied by, 1 or each row's robust scale: the same as dividing the samples by it."""
    if normalise is None:
        return 1.0
    if normalise != "scale":
        raise ValueError(f"normalise must be None or 'scale', got {normalise!r}")
    return robust_scale(rows)


def check_kind(kind: str) -> None:
    """Raise ValueError for a kind of Chi2 that there is not."""
    if kind not in ("density", "pearson"):
        raise ValueError(f"kind must be 'density' or 'pearson', got {kind!r}")


def _total(found: Histogram, terms: FloatArray) -> FloatArray:
    """Return the sum over the bins that a row has; nan for a row without any."""
    total = np.where(np.isnan(found.edges[..., 1:]), 0.0, terms).sum(axis=-1)
    return np.asarray(np.where(found.usable, total, np.nan))
