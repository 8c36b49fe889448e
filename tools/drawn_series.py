"""What tools/tests_of_the_claim.py draws: samples of laws by name, and series whose order means something."""

from collections.abc import Callable

import numpy as np

import stablefit as sf
from stablefit._types import FloatArray

Draw = Callable[[np.random.Generator, tuple[int, int]], FloatArray]


def stable(alpha: float) -> Draw:
    """Draws from a symmetric stable law."""
    return lambda rng, size: np.asarray(sf.Stable(alpha).rvs(size, rng=rng))


LAWS: dict[str, Draw] = {
    "normal": lambda rng, size: rng.standard_normal(size),
    "stable 1.99": stable(1.99),
    "stable 1.95": stable(1.95),
    "stable 1.9": stable(1.9),
    "stable 1.5": stable(1.5),
    "stable 1.2": stable(1.2),
    "t3": lambda rng, size: rng.standard_t(3, size),
    "t5": lambda rng, size: rng.standard_t(5, size),
    "t10": lambda rng, size: rng.standard_t(10, size),
    "Laplace": lambda rng, size: rng.laplace(size=size),
    "uniform": lambda rng, size: rng.random(size),
}


def series() -> dict[str, Draw]:
    """Series of the given shape, time along the last axis: independent ones first."""

    def autoregressive(rng: np.random.Generator, size: tuple[int, int]) -> FloatArray:
        x = stable(1.5)(rng, size)
        for t in range(1, size[1]):
            x[:, t] += 0.1 * x[:, t - 1]
        return x

    def clustered(rng: np.random.Generator, size: tuple[int, int]) -> FloatArray:
        log_size = 0.3 * rng.standard_normal(size)
        for t in range(1, size[1]):
            log_size[:, t] += 0.8 * log_size[:, t - 1]
        return rng.standard_normal(size) * np.exp(log_size)

    def trend(rng: np.random.Generator, size: tuple[int, int]) -> FloatArray:
        return rng.standard_normal(size) + np.linspace(0.0, 0.5, size[1])

    names = ("normal", "stable 1.5", "t3", "Laplace")
    independent = {f"independent {name}": LAWS[name] for name in names}
    independent["independent, rounded to integers"] = lambda rng, size: np.round(rng.standard_normal(size))
    return independent | {
        "autoregressive, .1 of the last, stable 1.5": autoregressive,
        "normal, sizes in clusters": clustered,
        "normal, a trend of half a standard deviation": trend,
    }
