"""Hill's estimate of the tail index by the number of outer samples, beside what laws lead to expect."""

from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import FloatArray
from stablefit.plotting import style
from stablefit.plotting.shown import DRAWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST = 10
"""Outer samples from which the first estimate is drawn: its standard error is already a third of it."""


def hill_estimates(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return k = 10, 11, ..., n/2 and Hill's estimate of the tail index from the k samples farthest from the median.

    1 / (mean of log d_i, i = 1..k, - log d_(k+1)), with distances d in falling order.

    Examples
    --------
    >>> d = np.exp(-np.arange(40.0))
    >>> k, estimate = hill_estimates(np.concatenate([d, -d]))  # logs of distances: 0, 0, -1, -1, ...
    >>> int(k[0]), round(float(estimate[0]), 12)  # the first ten have the mean -2, the next one is -5
    (10, 0.333333333333)
    """
    distances = np.sort(np.abs(values - np.median(values)))[::-1]
    logs = np.log(distances[distances > 0.0])
    k = np.arange(FEWEST, max(values.size // 2, FEWEST) + 1)
    k = k[k < logs.size]
    excess = np.cumsum(logs)[k - 1] / k - logs[k]
    with np.errstate(divide="ignore"):
        return k.astype(np.float64), 1.0 / excess


def expected_index(law: Any, middle: float, shares: FloatArray) -> FloatArray:
    """Return what Hill's estimate tends to, where the outer `shares` of a law about `middle` enter it.

    P(D > u) over the integral of P(D > t) / t from u to infinity, for the distance D; the integral is a sum over log t
    as far as the law has a millionth of the smallest share.
    """
    start = max(abs(float(law.isf(0.5 * shares.max())) - middle), abs(float(law.ppf(0.5 * shares.max())) - middle))
    end = max(abs(float(law.isf(5e-7 * shares.min())) - middle), abs(float(law.ppf(5e-7 * shares.min())) - middle))
    log_t = np.linspace(np.log(0.5 * start), np.log(end), 2000)
    t = np.exp(log_t)
    beyond = np.asarray(law.sf(middle + t) + law.cdf(middle - t))
    steps = 0.5 * (beyond[1:] + beyond[:-1]) * np.diff(log_t)
    integral = np.append(np.cumsum(steps[::-1])[::-1], 0.0)
    inside = integral > 0.0
    index = beyond[inside] / integral[inside]
    return np.asarray(np.interp(np.log(shares), np.log(beyond[inside][::-1]), index[::-1]))


def draw_hill(values: FloatArray, entries: list[Any], ax: "Axes") -> None:
    """Draw the estimates with 95 % intervals, and each law's expectation."""
    k, estimate = hill_estimates(values)
    if not k.size:
        raise ValueError(f"samples must hold more than {FEWEST} values for a Hill plot, got {values.size}")
    shown = np.unique(np.geomspace(1, k.size, DRAWN).astype(np.int64)) - 1
    k, estimate = k[shown], estimate[shown]
    error = 1.96 * estimate / np.sqrt(k)
    label = f"Hill, of {values.size:,} samples, 95 % intervals"
    ax.fill_between(k, estimate - error, estimate + error, color=style.DATA, lw=0)
    ax.plot(k, estimate, color=style.POINTS, lw=1.2, label=label)
    places = np.geomspace(k[0], k[-1], 120)
    middle = float(np.median(values))
    for name, law, line in entries:
        ax.plot(places, expected_index(law, middle, places / values.size), label=name, **line)
    finite = estimate[np.isfinite(estimate)]
    ax.set(xscale="log", xlabel="number $k$ of outer samples", ylabel="tail index", xlim=(k[0], k[-1]))
    ax.set_ylim(0.0, 2.2 * float(np.quantile(finite, 0.9)) if finite.size else 4.0)
