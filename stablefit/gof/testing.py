# ruff: noqa: PT028 - `test` is the public name, and no test of ours
"""Tests of fit by distribution or characteristic function, with p-values that allow for estimated parameters."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray, RandomState
from stablefit.errors import StablefitWarning
from stablefit.gof.batch_comparison import usable
from stablefit.gof.candidates import stable_candidate
from stablefit.gof.edf import STATISTICS
from stablefit.gof.law import Law, unwrap
from stablefit.gof.samples import along_last
from stablefit.gof.simulation import share_as_large, simulate

Statistic = Literal["ad", "ks", "cvm", "ecf"]


@dataclass(frozen=True)
class TestResult:
    """A test of fit.

    Attributes
    ----------
    statistic : str
        "ad", "ks", "cvm" or "ecf".
    value : float
        Its value for the samples, without a unit.
    pvalue : float
        Probability of a value as large if the law is right.
    nobs : int
        Number of samples.
    n_boot : int
        Simulated samples that the p-value rests on; 0 where it is computed.
    refitted : bool
        Whether each of them was refitted, as the samples were.
    """

    __test__ = False  # pytest would take it for a test

    statistic: str
    value: float
    pvalue: float
    nobs: int
    n_boot: int
    refitted: bool


def test(
    samples: ArrayLike,
    fit_or_law: Any,
    *,
    statistic: Statistic = "ad",
    n_boot: int = 999,
    params_known: bool = False,
    rng: RandomState = None,
    n_jobs: int = 1,
) -> TestResult:
    """Test whether samples come from a stable law.

    A fitted law is closer to its samples than the true one is, so the tables for known parameters give p-values far too
    large. The parametric bootstrap repeats what was done: draw from the fitted law, fit the draws, take the statistic.

    Parameters
    ----------
    samples : array_like, shape (n,)
        Independent draws, in any unit.
    fit_or_law : FitResult, or a law with ``cdf`` and ``sf``
        The fit of these samples; or, with `params_known`, a law that was chosen without looking at them.
    statistic : {"ad", "ks", "cvm", "ecf"}, default "ad"
        Anderson-Darling, which feels the tails; Kolmogorov-Smirnov; Cramer-von Mises; or the weighted distance between
        the characteristic functions, `stablefit.gof.characteristic.characteristic_distance`, at n = 1000 by far the
        most powerful against symmetric laws with a finite variance, and less so against asymmetric ones: docs/power.md.
    n_boot : int, default 999
        Simulated samples. The p-value is at least 1 / (n_boot + 1).
    params_known : bool, default False
        True for a law whose parameters were not estimated from the samples. The p-value is then exact for "ks", within
        scipy's approximation for "cvm", and from `n_boot` simulated samples without fits for "ad" and "ecf".
    rng : numpy.random.Generator, int or None
        Source of the simulated samples.
    n_jobs : int, default 1
        Threads; the result does not depend on it.

    Returns
    -------
    TestResult
        `value`, `pvalue` and how it was found.

    Raises
    ------
    ValueError
        If `statistic` or `n_boot` is none of those above, or a bare law is given without `params_known`.
    TypeError
        If the law has no pdf and cdf; for "ecf", if it has no cf, loc, scale and rvs: that is for stable laws.
    DataError
        If the samples are empty or not finite.

    Warns
    -----
    StablefitWarning
        If `params_known` is set for a fit with estimated parameters.

    References
    ----------
    .. [1] W. Stute, W. Gonzalez Manteiga, M. Presedo Quindimil, "Bootstrap based goodness-of-fit-tests", Metrika 40
       (1993), 243-256.

    Examples
    --------
    >>> import stablefit as sf
    >>> samples = sf.Stable(1.5).rvs(200, rng=0)
    >>> test(samples, sf.Stable(1.5), statistic="ks", params_known=True).pvalue > 0.05
    True
    """
    law, free = unwrap(fit_or_law)
    _check(statistic, n_boot, law)
    ordered = np.sort(along_last(samples))
    value = float(STATISTICS[statistic](ordered, law))
    generator = np.random.default_rng(rng)
    if params_known:
        if free:
            warnings.warn(_KNOWN_BUT_ESTIMATED, StablefitWarning, stacklevel=2)
        pvalue, draws = _known(statistic, value, ordered, law, n_boot, generator, n_jobs)
        return TestResult(statistic, value, pvalue, ordered.size, draws, refitted=False)
    if not hasattr(fit_or_law, "free"):
        raise ValueError(
            "fit_or_law must be the fit of the samples where params_known is False, got a law; pass the result of "
            "stablefit.fit, or params_known=True if the law was chosen without these samples"
        )
    drawn = _bootstrap(STATISTICS[statistic], fit_or_law, ordered.size, n_boot, generator, n_jobs)
    used = int(np.sum(~np.isnan(drawn)))
    return TestResult(statistic, value, share_as_large(value, drawn), ordered.size, used, refitted=True)


_KNOWN_BUT_ESTIMATED = (
    "params_known is True, but the fit's parameters were estimated: the p-value is too large, often by far; "
    "leave params_known out"
)


def _check(statistic: str, n_boot: int, law: Law) -> None:
    if statistic not in STATISTICS:
        raise ValueError(f"statistic must be one of {', '.join(STATISTICS)}, got {statistic!r}")
    if n_boot < 1:
        raise ValueError(f"n_boot must be at least 1, got {n_boot}")
    if statistic == "ecf" and not all(hasattr(law, name) for name in ("cf", "loc", "scale", "rvs")):
        raise TypeError(f"law must have cf, loc, scale and rvs for statistic='ecf', got {type(law).__name__}")


def _known(
    statistic: str, value: float, ordered: FloatArray, law: Law, n_boot: int, rng: np.random.Generator, n_jobs: int = 1
) -> tuple[float, int]:
    """Return the p-value for a law with known parameters, and how many simulated samples it rests on."""
    from scipy import stats

    nobs = ordered.size
    if statistic == "ks":
        return float(stats.kstwo.sf(value, nobs)), 0
    if statistic == "cvm":
        return float(stats.cramervonmises(ordered, law.cdf).pvalue), 0
    # the distribution of "ecf" depends on the law, that of "ad" does not
    source: Any = law if statistic == "ecf" else stats.uniform()

    def one_chunk(count: int, stream: np.random.Generator) -> FloatArray:
        draws = source.rvs((count, nobs), rng=stream) if statistic == "ecf" else stream.random((count, nobs))
        return STATISTICS[statistic](np.sort(draws, axis=1), source)

    drawn = simulate(one_chunk, n_boot, nobs, rng, n_jobs, "simulated samples")
    return share_as_large(value, drawn), drawn.size


def _bootstrap(
    distance: Callable[[FloatArray, Any], FloatArray],
    fitted: Any,
    nobs: int,
    n_boot: int,
    rng: np.random.Generator,
    n_jobs: int,
) -> FloatArray:
    """Return the statistic of samples drawn from the fitted law, each against its own fit; nan where that failed."""
    from stablefit.estimators.fitting import fit

    held = dict(fitted.fixed)
    symmetric = held.get("beta") == 0.0

    def one_chunk(count: int, stream: np.random.Generator) -> FloatArray:
        draws = np.sort(fitted.law.rvs((count, nobs), rng=stream), axis=1)
        again = fit(draws, fitted.method, axis=1, symmetric=symmetric, fixed=held or None)
        used = np.flatnonzero(usable(again.status))
        values = np.full(count, np.nan)
        values[used] = distance(draws[used], stable_candidate(again, used, nobs).law)
        return values

    return simulate(one_chunk, n_boot, nobs, rng, n_jobs, "refits")
