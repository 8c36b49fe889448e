"""Samples that break estimators, by what is nasty about them."""

from collections.abc import Callable

import numpy as np

from stablefit._types import AnyArray, FloatArray
from stablefit.laws.stable import Stable

Kind = Callable[[np.random.Generator, int], AnyArray]
"""From a source of randomness, a sample of so many values."""


def stable(rng: np.random.Generator, n: int) -> FloatArray:
    """Draws of a symmetric stable law, of alpha from .3 to 2."""
    return Stable(rng.uniform(0.3, 2.0), loc=rng.normal(), scale=10.0 ** rng.uniform(-2, 2)).rvs(n, rng=rng)


def far_values(rng: np.random.Generator, n: int) -> FloatArray:
    """One to three values far from the others."""
    x = stable(rng, n)
    many = min(int(rng.integers(1, 4)), n)
    x[:many] = rng.choice([-1.0, 1.0]) * 10.0 ** rng.uniform(3, 306)
    return x


def tied(rng: np.random.Generator, n: int) -> FloatArray:
    """A share of up to two fifths has one value."""
    x = stable(rng, n)
    x[: int(rng.uniform(0.0, 0.4) * n)] = rng.choice([0.0, x[-1]])
    return x


def mixture(rng: np.random.Generator, n: int) -> FloatArray:
    """Two clusters, of any distance, widths and shares."""
    first = rng.random(n) < rng.uniform(0.05, 0.95)
    widths = 10.0 ** rng.uniform(-4, 0, 2)
    return np.where(first, rng.normal(0.0, widths[0], n), rng.normal(10.0 ** rng.uniform(-1, 4), widths[1], n))


def constant(rng: np.random.Generator, n: int) -> FloatArray:
    """One value, which may be 0, huge or the smallest there is."""
    return np.full(n, rng.choice([0.0, 1.0, -3e300, 5e-324]))


def two_values(rng: np.random.Generator, n: int) -> FloatArray:
    """Two values, in any shares."""
    return np.where(rng.random(n) < rng.uniform(0.01, 0.99), rng.normal(), rng.normal())


def nearly_constant(rng: np.random.Generator, n: int) -> FloatArray:
    """Neighbouring floating-point numbers."""
    return np.asarray(1.0 + rng.integers(0, rng.integers(2, 20), n) * 2.0**-52)


def wide(rng: np.random.Generator, n: int) -> FloatArray:
    """Every order of magnitude up to some reach."""
    return np.asarray(10.0 ** (rng.uniform(-1, 1, n) * rng.uniform(1, 300)))


def with_nan(rng: np.random.Generator, n: int) -> FloatArray:
    """Missing values, up to all of them."""
    return np.where(rng.random(n) < rng.choice([0.01, 0.5, 1.0]), np.nan, stable(rng, n))


def with_inf(rng: np.random.Generator, n: int) -> FloatArray:
    """Infinite values, of either sign or both."""
    return np.where(rng.random(n) < 0.1, rng.choice([-np.inf, np.inf], n), stable(rng, n))


KINDS: dict[str, Kind] = {
    "stable": stable,
    "huge": lambda rng, n: 1e300 * np.clip(stable(rng, n), -1e7, 1e7),
    "tiny": lambda rng, n: 1e-300 * stable(rng, n),
    "subnormal": lambda rng, n: 1e-320 * np.clip(stable(rng, n), -1e3, 1e3),
    "rounded": lambda rng, n: np.round(stable(rng, n), int(rng.integers(-1, 3))),
    "integers": lambda rng, n: rng.integers(-(10 ** rng.integers(0, 6)), 10 ** rng.integers(0, 6), n),
    "single precision": lambda rng, n: stable(rng, n).astype(np.float32),
    "shifted": lambda rng, n: stable(rng, n) + 10.0 ** rng.uniform(3, 15),
    "far values": far_values,
    "tied": tied,
    "mixture": mixture,
    "constant": constant,
    "two values": two_values,
    "nearly constant": nearly_constant,
    "wide": wide,
    "exponential": lambda rng, n: rng.exponential(size=n) ** rng.integers(1, 4),
    "uniform": lambda rng, n: rng.random(n),
    "even": lambda rng, n: np.arange(n, dtype=float) ** rng.integers(1, 4),
    "normal": lambda rng, n: rng.standard_normal(n),
    "sparse": lambda rng, n: stable(rng, n) * (rng.random(n) < rng.uniform(0.8, 1.0)),
    "mixed signs": lambda rng, n: np.abs(stable(rng, n)) * np.where(rng.random(n) < 0.5, -1.0, 1.0),
}
"""Samples of finite numbers, by what they are."""

CORRUPT: dict[str, Kind] = {"with nan": with_nan, "with inf": with_inf}
"""Samples that are no samples of numbers."""
