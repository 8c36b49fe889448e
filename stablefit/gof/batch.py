"""Laws compared over many samples at once, beside a Gaussian null of the same size: the paper's Tables 1 to 3."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray, RandomState
from stablefit.errors import DataError
from stablefit.estimators.samples import read
from stablefit.gof.batch_comparison import FIGURES, BatchComparison, Options, usable
from stablefit.gof.candidates import SYMMETRIC, Candidate, checked_names, fit_rival, stable_candidate
from stablefit.gof.histogram import Bins, Histogram, Range, histogram
from stablefit.gof.law import evaluate
from stablefit.gof.measures import Kind, Normalise, relative_errors, squared_errors, unit
from stablefit.gof.pearson import pearson_of

if TYPE_CHECKING:
    from stablefit.estimators.fitting import MethodName

CHUNK = 256
"""Columns measured together: what is held of them stays a few megabytes."""


def compare_batch(
    samples: ArrayLike,
    axis: int = 0,
    laws: Sequence[str] = ("normal", "stable"),
    *,
    method: "MethodName" = "mle",
    bins: Bins = 100,
    range: Range = None,
    normalise: Normalise = None,
    kind: Kind = "density",
    min_expected: float = 5.0,
    null: bool = True,
    rng: RandomState = 0,
    n_jobs: int = 1,
) -> BatchComparison:
    """Compare laws over many samples, with the same comparison of normal samples beside it.

    The paper's Tables 1 to 3 average SSE and Chi2 of a normal and a stable fit over parameters, and conclude from the
    smaller mean. A stable law has one parameter more, and wins on normal samples too: only the difference from the
    Gaussian null, measured in the same way, says anything about tails.

    Parameters
    ----------
    samples : array_like
        Many samples, one along `axis`: with axis=0 an array of shape (1000, 40) is 40 samples.
    axis : int, default 0
        Axis along which one sample lies.
    laws : sequence of str
        Of "normal", "stable", "t", "laplace", "gennorm", "nig"; the first is the baseline that the others are paired
        with. A stable law is fitted in any case: its status says which columns can be used.
    method : str, default "mle"
        How the stable law is fitted: a method of `stablefit.fit`. The other laws are fitted by maximum likelihood. By
        "mle" most normal samples give alpha = 2 exactly, where the stable law is the normal one: ties. By "ecf" the
        estimates of loc and scale differ from the normal law's, and so do the measures, even there.
    bins, range, normalise, kind, min_expected
        As for `stablefit.gof.sse` and `chi2`.
    null : bool, default True
        Whether to compare the laws on normal samples as well: as many columns as were usable, of the same length and
        the same standard deviations.
    rng : numpy.random.Generator, int or None, default 0
        Source of the normal samples.
    n_jobs : int, default 1
        Threads for the stable fits; the result does not depend on it.

    Returns
    -------
    BatchComparison
        Its text has the paper's row and the paired figures, each above the null's.

    Raises
    ------
    ValueError
        If an option is not one of those above, or samples have one dimension only.
    DataError
        If there are no samples. A bad column raises nothing: its status says what is wrong.
    TypeError
        If the samples are not real numbers.

    References
    ----------
    .. [1] B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the noise model of stochastic gradient descent",
       arXiv 2303.02749, Tables 1 to 3.

    Examples
    --------
    >>> import stablefit as sf
    >>> samples = sf.Stable(1.5).rvs((500, 20), rng=0)
    >>> found = sf.gof.compare_batch(samples, null=False)
    >>> [(row.measure, row.won) for row in found.paired]
    [('sse', 1.0), ('chi2', 1.0)]
    """
    names = checked_names(laws, SYMMETRIC)
    options = Options(bins, range, normalise, kind, min_expected)
    data = read(samples, axis)
    if not data.shape:
        raise ValueError(f"samples must have two dimensions or more, got shape {data.rows[0].shape}; use compare")
    if data.rows.size == 0:
        raise DataError(f"samples must hold at least one value, got {len(data.rows)} samples of {data.rows.shape[1]}")
    rows = np.ascontiguousarray(data.rows, dtype=np.float64)
    found = _compare_rows(rows, names, method, options, n_jobs)
    if null:
        drawn = _gaussian_rows(rows[found.usable], np.random.default_rng(rng))
        beside = replace(_compare_rows(drawn, names, method, options, n_jobs), source="gaussian null")
        found = replace(found, null=beside)
    return found.reshaped(data.shape)


def _gaussian_rows(rows: FloatArray, rng: np.random.Generator) -> FloatArray:
    return np.asarray(rng.standard_normal(rows.shape) * np.std(rows, axis=1, keepdims=True))


def _compare_rows(
    rows: FloatArray, names: tuple[str, ...], method: "MethodName", options: Options, n_jobs: int
) -> BatchComparison:
    """Compare the laws on each row; rows that the stable fit cannot use stay nan."""
    from stablefit.estimators.fitting import fit

    fitted = fit(rows, method, axis=1, nan_policy="propagate", n_jobs=n_jobs)
    table = {figure: {name: np.full(len(rows), np.nan) for name in names} for figure in FIGURES}
    good = np.flatnonzero(usable(fitted.status))
    for start in np.arange(0, good.size, CHUNK):
        chosen = good[start : start + CHUNK]
        part = rows[chosen]
        found = histogram(part, options.bins, options.range)
        for name in names:
            law = stable_candidate(fitted, chosen, part.shape[1]) if name == "stable" else fit_rival(name, part)
            figures = (*_measures(found, part, law, options), law.loglik, law.aic, law.bic)
            for figure, values in zip(FIGURES, figures, strict=True):
                table[figure][name][chosen] = values
    nobs = rows.shape[1]
    sse, chi2, loglik, aic, bic = (table[figure] for figure in FIGURES)
    return BatchComparison(names, method, options, nobs, fitted.status, fitted.alpha, sse, chi2, loglik, aic, bic)


def _measures(found: Histogram, rows: FloatArray, law: Candidate, options: Options) -> tuple[FloatArray, FloatArray]:
    """SSE and Chi2 of each row, the density evaluated once for both."""
    density = evaluate(law.law.pdf, found.centres)
    scale = unit(rows, options.normalise)
    sse = squared_errors(found, density) * scale**2
    if options.kind == "density":
        return sse, relative_errors(found, density) * scale
    return sse, np.asarray(pearson_of(found, law.law, options.min_expected, law.free).statistic)
