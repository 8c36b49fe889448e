"""Confidence intervals: Wald's, by profile likelihood, and by parametric bootstrap."""

import math
import warnings
from collections.abc import Callable
from functools import partial
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from stablefit._types import RandomState
from stablefit.errors import StablefitWarning
from stablefit.estimators import profile, skewed_profile
from stablefit.estimators.estimates import SYMMETRIC, estimated
from stablefit.estimators.fixed import PARAMETERS

if TYPE_CHECKING:
    from stablefit.estimators.batch import BatchFit
    from stablefit.estimators.result import FitResult

Interval = tuple[float, float]
Limit = Callable[[str, float, float, float], float]
"""End of a profile in units of the fit: name of the parameter, side, first step, drop of the log-likelihood.

For scale, step and end are those of its logarithm.
"""


class Ways(NamedTuple):
    """What intervals need of the data: the ends of profiles, and refits to data drawn from the fitted law."""

    limit: "Callable[[FitResult], Limit]"
    refits: "Callable[[FitResult, int, RandomState], BatchFit]"


LIKELIHOODS = ("mle", "binned")
"""Methods whose estimates maximise a likelihood, which then has profiles."""
RANGES = {"alpha": (0.0, 2.0), "beta": (-1.0, 1.0), "loc": (-math.inf, math.inf), "scale": (0.0, math.inf)}
NEAR = 3.0
"""Standard errors from 2 within which Wald's interval of alpha is replaced by the profile's."""


def of_fit(result: "FitResult", level: float, method: str, n_boot: int, rng: RandomState) -> dict[str, Interval]:
    """Return intervals of one fit by name; see `FitResult.conf_int`."""
    check(level, method, n_boot)
    if method == "profile":
        check_likelihood(result.method)
        if getattr(result, result.DATA[0]) is None:
            raise ValueError(f"the result must hold its {result.DATA[0]}, got none; save it with samples=True")
    if not (np.isfinite(result.scale) and result.free):
        return {name: (value, value) for name, value in result.params.items()}
    if method == "bootstrap":
        found = _bootstrap(result, level, n_boot, rng)
    elif method == "profile":
        found = _profile(result, level, result.free)
    else:
        found = _wald(result, level)
        if result.method in LIKELIHOODS and "alpha" in result.free and result.alpha + NEAR * result.bse["alpha"] > 2.0:
            if getattr(result, result.DATA[0]) is not None:
                found |= _profile(result, level, ("alpha",))
            else:
                warnings.warn(
                    f"the result holds no {result.DATA[0]}: alpha's interval is Wald's, which covers too little near 2",
                    StablefitWarning,
                    stacklevel=3,
                )
    return {name: found.get(name, (value, value)) for name, value in result.params.items()}


def check(level: float, method: str, n_boot: int) -> None:
    """Raise ValueError if an option of `of_fit` is none."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie in (0, 1), got {level}")
    if method not in ("wald", "profile", "bootstrap"):
        raise ValueError(f"method must be one of wald, profile, bootstrap, got {method!r}")
    if n_boot < 1:
        raise ValueError(f"n_boot must be at least 1, got {n_boot}")


def check_likelihood(method: str) -> None:
    """Raise ValueError if a method of fitting maximises no likelihood."""
    if method not in LIKELIHOODS:
        raise ValueError(
            f"method must be 'wald' or 'bootstrap' for a fit by {method!r}, got 'profile', which needs 'mle'"
        )


def half_width(level: float) -> float:
    """Return half the width of Wald's interval in standard errors: the normal quantile."""
    return NormalDist().inv_cdf(0.5 + 0.5 * level)


def _wald(result: "FitResult", level: float) -> dict[str, Interval]:
    """Estimate and standard errors, within the parameters' ranges; one-sided at the ends of alpha and beta."""
    z = half_width(level)
    found = {}
    for name in result.free:
        value, reach = result.params[name], z * result.bse[name]
        least, most = RANGES[name]
        found[name] = (max(value - reach, least), min(value + reach, most))
    return found


def _profile(result: "FitResult", level: float, names: tuple[str, ...]) -> dict[str, Interval]:
    """Where the profile likelihood has fallen by half the chi-square quantile; in units of the fit."""
    limit = result.WAYS.limit(result)
    half = half_width(level)
    back: dict[str, Callable[[float], float]] = {
        "alpha": lambda end: end,
        "beta": lambda end: end,
        "loc": lambda end: result.loc + result.scale * end,
        "scale": lambda end: result.scale * math.exp(end),
    }
    found = {}
    for name in names:
        first = half * result.bse[name] / (result.scale if name in ("loc", "scale") else 1.0)
        ends = [limit(name, side, first, 0.5 * half**2) for side in (-1.0, 1.0)]
        found[name] = (back[name](ends[0]), back[name](ends[1]))
    return found


def symmetric_limit(alpha: float, limit: Callable[[int, float, float, float], float]) -> Limit:
    """Turn a limit by index, with alpha's steps in -log(2 - alpha), into one by name."""

    def by_name(name: str, side: float, first: float, drop: float) -> float:
        step = first / max(2.0 - alpha, 0.5 * first) if name == "alpha" else first
        return limit(SYMMETRIC.index(name), side, step, drop)

    return by_name


def _limit_by_samples(result: "FitResult") -> Limit:
    """Profiles of the likelihood of the samples, about (0, 1)."""
    samples = result.samples if result.samples is not None else result.kept_samples()
    with np.errstate(over="ignore"):
        z = np.nan_to_num((samples - result.loc) / result.scale)  # inf becomes the largest float64
    weights = np.empty(0) if result.weights is None else result.weights
    known = result.loglik + result.nobs * math.log(result.scale)
    if result.fixed.get("beta") == 0.0:
        optimum, free = np.array([result.alpha, 0.0, 0.0, known]), estimated(result.fixed)
        return symmetric_limit(result.alpha, partial(profile.limit, z, weights, optimum, free))
    optimum = np.array([result.alpha, result.beta, 0.0, 0.0, known])
    free = estimated(result.fixed, PARAMETERS)

    def limit(name: str, side: float, first: float, drop: float) -> float:
        return skewed_profile.limit(z, weights, optimum, free, PARAMETERS.index(name), side, first, drop)

    return limit


def _bootstrap(result: "FitResult", level: float, n_boot: int, rng: RandomState) -> dict[str, Interval]:
    """Quantiles of the estimates that the fitted law's own data give."""
    again = result.WAYS.refits(result, n_boot, rng)
    used = again.converged
    if used.mean() < 0.9:
        warnings.warn(
            f"{int((~used).sum())} of {n_boot} refits failed and were left out", StablefitWarning, stacklevel=4
        )
    tails = (0.5 - 0.5 * level, 0.5 + 0.5 * level)
    ends = {name: np.quantile(again.params[name][used], tails) for name in result.free}
    return {name: (float(low), float(high)) for name, (low, high) in ends.items()}


def _refits_of_samples(result: "FitResult", n_boot: int, rng: RandomState) -> "BatchFit":
    from stablefit.estimators.fitting import MethodName, fit

    draws = result.law.rvs((n_boot, round(result.nobs)), rng=rng)
    symmetric = result.fixed.get("beta") == 0.0
    return fit(draws, cast(MethodName, result.method), symmetric=symmetric, fixed=result.fixed, axis=1)


OF_SAMPLES = Ways(_limit_by_samples, _refits_of_samples)
