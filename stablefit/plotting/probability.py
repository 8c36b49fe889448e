"""Stabilised probability plots: probabilities after the arcsine of their square root, with a band for all points."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import FloatArray
from stablefit.plotting import style
from stablefit.plotting.shown import spread_out

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVEL = 0.95
TICKS = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)


def stabilised(probability: Any) -> FloatArray:
    """(2 / pi) arcsin sqrt(p), which gives the order statistics of uniform p one variance (Michael 1983).

    Examples
    --------
    >>> stabilised([0.0, 0.5, 1.0]).round(12).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.asarray(2.0 / np.pi * np.arcsin(np.sqrt(np.asarray(probability, dtype=np.float64))))


@lru_cache(maxsize=64)
def band(n: int, level: float = LEVEL) -> float:
    """Return the distance that no point of a sample of n from the law exceeds, with that probability: by simulation.

    Beyond 20,000 samples the distance for 20,000 is scaled by the square root of n, which makes the band too narrow by
    less than 5 % up to a million.
    """
    simulated = min(n, 20_000)
    draws = int(np.clip(4_000_000 // simulated, 200, 4000))
    rng = np.random.default_rng(0)
    expected = stabilised((np.arange(simulated) + 0.5) / simulated)
    farthest = [np.max(np.abs(stabilised(_ordered_uniform(simulated, rng)) - expected)) for _ in range(draws)]
    return float(np.quantile(farthest, level) * np.sqrt(simulated / n))


def draw_probability(values: FloatArray, entries: list[Any], ax: "Axes") -> None:
    """Draw the share of samples against the probability under each law."""
    shown, seen, half = _begin(values, ax)
    ends = np.array([0.0, 1.0])
    ax.fill_between(
        ends, ends - half, ends + half, color=style.REFERENCE, alpha=0.3, lw=0, label="95 % band, all points"
    )
    for label, law, line in entries:
        ax.plot(stabilised(law.cdf(values[shown])), seen, label=label, **line)
    ax.set_yticks(stabilised(TICKS), [f"{p:g}" for p in TICKS])
    ax.set_xticks(stabilised(TICKS), [f"{p:g}" for p in TICKS])
    ax.set(xlabel="probability under the law", ylabel="share of samples", ylim=(0, 1), aspect="equal")


def draw_detrended(values: FloatArray, entries: list[Any], ax: "Axes") -> None:
    """Draw the difference of the two, which is small in a large sample, against the share of samples."""
    shown, seen, half = _begin(values, ax)
    ax.axhspan(-half, half, color=style.REFERENCE, alpha=0.3, lw=0, label="95 % band, all points")
    ax.axhline(0.0, color=style.REFERENCE, lw=1.0)
    farthest = half
    for label, law, line in entries:
        gap = seen - stabilised(law.cdf(values[shown]))
        ax.plot(seen, gap, label=label, **line)
        farthest = max(farthest, float(np.max(np.abs(gap))))
    ax.set_xticks(stabilised(TICKS), [f"{p:g}" for p in TICKS])
    most = 1.08 * min(farthest, 6.0 * half)  # a law that is far off must not hide the others
    ax.set(xlabel="share of samples", ylabel="share - probability, stabilised", ylim=(-most, most))


def _begin(values: FloatArray, ax: "Axes") -> tuple[Any, FloatArray, float]:
    shown = spread_out(values.size)
    ax.set_xlim(0.0, 1.0)
    return shown, stabilised((shown + 0.5) / values.size), band(values.size)


def _ordered_uniform(n: int, rng: np.random.Generator) -> FloatArray:
    """Order statistics of n uniform draws, by sums of exponential ones."""
    sums = np.cumsum(rng.standard_exponential(n + 1))
    return np.asarray(sums[:-1] / sums[-1])
