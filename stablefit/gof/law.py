"""What a goodness-of-fit measure needs of a law: `pdf` and `cdf`, and nothing of its name or origin."""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import numpy as np

from stablefit._types import FloatArray


@runtime_checkable
class Law(Protocol):
    """Anything with a density and a distribution function: stablefit's laws, scipy's frozen ones, yours."""

    def pdf(self, x: Any, /) -> Any:
        """Density at `x`."""

    def cdf(self, x: Any, /) -> Any:
        """Probability of a value up to `x`."""


def unwrap(law_or_fit: Any) -> tuple[Law, int]:
    """Return the law, and how many of its parameters were estimated: a fit knows, a bare law counts as given (0)."""
    law = getattr(law_or_fit, "law", law_or_fit)
    if not isinstance(law, Law):
        raise TypeError(f"law must have pdf and cdf, got {type(law_or_fit).__name__}")
    return law, len(getattr(law_or_fit, "free", ()))


def log_density(law: Any, x: FloatArray) -> FloatArray:
    """Return the law's own logpdf where it has one, else the logarithm of pdf (-inf where that underflows)."""
    return _logarithm(law, "pdf", x)


def log_cdf(law: Any, x: FloatArray) -> FloatArray:
    """Return the law's own logcdf where it has one, else the logarithm of cdf."""
    return _logarithm(law, "cdf", x)


def log_sf(law: Any, x: FloatArray) -> FloatArray:
    """Return the law's own logsf where it has one, else log(sf), else log1p(-cdf), good to the rounding of cdf."""
    if hasattr(law, "logsf") or hasattr(law, "sf"):
        return _logarithm(law, "sf", x)
    with np.errstate(divide="ignore"):
        return np.log1p(-np.asarray(law.cdf(x), dtype=np.float64))


def _logarithm(law: Any, name: str, x: FloatArray) -> FloatArray:
    if hasattr(law, "log" + name):
        return np.asarray(getattr(law, "log" + name)(x), dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.log(np.asarray(getattr(law, name)(x), dtype=np.float64))


def bin_probabilities(law: Any, edges: FloatArray) -> FloatArray:
    """Return the probability between neighbouring edges along the first axis; edges may be infinite.

    Where the law has sf, the difference above the median is taken of sf, which keeps its relative accuracy there.
    """
    inside = np.isfinite(edges)
    safe = np.where(inside, edges, 0.0)
    cdf = np.where(inside, law.cdf(safe), edges > 0.0)
    below = np.diff(cdf, axis=0)
    if not hasattr(law, "sf"):
        return below
    above = -np.diff(np.where(inside, law.sf(safe), edges < 0.0), axis=0)
    return np.where(cdf[:-1] < 0.5, below, above)


def evaluate(function: Callable[[FloatArray], Any], points: FloatArray) -> FloatArray:
    """Return `function` at points of shape (*batch, n), where its law's parameters broadcast against the batch."""
    return np.moveaxis(np.asarray(function(np.moveaxis(points, -1, 0)), dtype=np.float64), 0, -1)
