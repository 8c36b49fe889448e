"""Several laws compared on one sample."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray, RandomState
from stablefit.errors import DataError
from stablefit.gof.candidates import Candidate, checked_names, fit_named
from stablefit.gof.comparison import Comparison
from stablefit.gof.cross_validation import folds_of, log_score
from stablefit.gof.edf import anderson_darling, kolmogorov_smirnov
from stablefit.gof.histogram import Bins, Range
from stablefit.gof.law import log_density
from stablefit.gof.measures import Kind, Normalise, chi2, sse
from stablefit.gof.samples import along_last
from stablefit.gof.vuong import vuong

if TYPE_CHECKING:
    from stablefit.estimators.fitting import MethodName

FEWEST = 8
"""Values below which no law is fitted."""


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
    folds: int | None = 5,
    rng: RandomState = 0,
) -> Comparison:
    """Fit several laws to one sample and compare them.

    Parameters
    ----------
    samples : array_like, shape (n,)
        Independent draws, in any unit; n >= 8.
    laws : sequence of str
        Of "normal", "stable" (symmetric), "stable-skewed", "t", "laplace", "gennorm" (generalised normal, exponential
        power) and "nig" (symmetric normal inverse Gaussian).
    method : str, default "mle"
        How the stable law is fitted, see `stablefit.fit`; the others by maximum likelihood. BIC and Vuong's z suppose
        maximum likelihood throughout.
    bins, range, normalise, kind, min_expected
        Of SSE and Chi2: see `stablefit.gof.sse` and `stablefit.gof.chi2`.
    folds : int or None, default 5
        Parts into which the samples are cut for the cross-validated log score; None leaves it out.
    rng : numpy.random.Generator, int or None, default 0
        Source of the random cut, which is the same for every law.

    Returns
    -------
    Comparison
        `rows` sorted by BIC, `best`, `laws`, `to_frame()`, `plot(kind)`.

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
    Vuong's z [1]_ is the mean of the n differences in log density over its standard error, for laws of which neither
    contains the other. It does not know that one law may have more parameters. "vuong_bic" does: there (p - q) log(n) /
    2 is taken from the sum of the differences, where p and q count the parameters of the first law and of the other
    (equation 5.9 there), so that z has the sign of the difference in BIC. Where p = q the two are equal.

    The normal law lies within every other family but Laplace's, and Laplace's within "gennorm": between these, read
    BIC, or test alpha = 2.

    The log score needs no count of parameters; a difference of d between two laws means that the better one foretells
    n new samples exp(n d) times as well.

    See Also
    --------
    stablefit.gof.compare_batch : The same over many samples, beside a Gaussian null.
    stablefit.gof.test_gaussian : Is alpha 2?
    stablefit.gof.aggregation_test : Is it stable under sums?

    References
    ----------
    .. [1] Q. H. Vuong, "Likelihood ratio tests for model selection and non-nested hypotheses", Econometrica 57 (1989),
       307-333, equation 5.6.
    .. [2] C. M. Hurvich, C.-L. Tsai, "Regression and time series model selection in small samples", Biometrika 76
       (1989), 297-307: AICc.

    Examples
    --------
    >>> import stablefit as sf
    >>> found = sf.gof.compare(sf.Stable(1.5).rvs(2000, rng=0))
    >>> found.best
    'stable'
    >>> for row in found.rows:  # the difference in BIC from the first
    ...     print(f"{row['law']:<8} {row['dbic']:7.1f}")
    stable       0.0
    t           16.1
    laplace    776.9
    normal    5641.0
    """
    names = checked_names(laws)
    values = along_last(samples)
    if values.size < FEWEST:
        raise DataError(f"samples must hold at least {FEWEST} finite values, got {values.size}")
    if values.min() == values.max():
        raise DataError(f"samples must not all be the same, got {values.size} times {values[0]}")
    parts = None if folds is None else folds_of(values.size, folds, np.random.default_rng(rng))
    fitted = sorted((fit_named(name, values, method) for name in names), key=lambda law: (math.isnan(law.bic), law.bic))
    ordered = np.sort(values)
    measures: dict[str, Any] = {"bins": bins, "range": range, "normalise": normalise}
    rows = []
    for law in fitted:
        row = {"law": law.name, "params": {name: float(value) for name, value in law.params.items()}, "free": law.free}
        row |= {name: float(getattr(law, name)) for name in ("loglik", "aic", "aicc", "bic")}
        row["dbic"] = float(law.bic - fitted[0].bic)
        row["sse"] = sse(values, law.law, **measures)
        row["chi2"] = _chi2(values, law, kind, min_expected=min_expected, **measures)
        row["ks"] = float(kolmogorov_smirnov(ordered, law.law))
        row["ad"] = float(anderson_darling(ordered, law.law))
        row["cv"] = math.nan if parts is None else log_score(values, parts, _refit(law.name, method))
        gain = log_density(fitted[0].law, values), log_density(law.law, values)
        row["vuong"] = vuong(*gain)
        row["vuong_bic"] = vuong(*gain, fitted[0].free - law.free)
        rows.append(row)
    return Comparison(rows, {law.name: law.law for law in fitted}, values)


def _refit(name: str, method: "MethodName") -> Callable[[FloatArray], Any]:
    return lambda values: fit_named(name, values, method).law


def _chi2(values: FloatArray, law: Candidate, kind: Kind, **options: Any) -> float:
    found = chi2(values, law.law, kind=kind, ddof=law.free, **options)
    return float(found if kind == "density" else found.statistic)
