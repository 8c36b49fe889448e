"""Write tests/reference/skewed_random.csv: random S0 laws and points, to thirty digits.

pip install mpmath gmpy2
python tools/skewed_reference.py          # a quarter of an hour

Zolotarev's integral (One-dimensional Stable Distributions, 1986, section 2.2) in arithmetic of 80 digits, by
Gauss-Legendre between the places where its exponent g passes powers of e. A row is kept where 48 and 64 nodes a piece
agree to 1e-16; no code is shared with the library.
"""

import csv
import random
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import mpmath as mp
import numpy as np

TARGET = Path(__file__).parents[1] / "tests" / "reference" / "skewed_random.csv"
LAWS, POINTS, SEED = 300, 2, 20261
LONGEST = 4  # of a piece, in the logit of the place in the interval
LEVELS = (*range(-120, -20, 10), -18, -10, -6, -3, -1, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5)  # of log g
ABOVE = (*(10.0**k for k in range(-30, 0, 3)), 0.5, 1, 2, 4, 8, 16, 32, 64, 128)  # of g over a large minimum
HOPELESS = 50  # log g whose exp(-g) is not worth a row
NOTHING = 1e4  # g over its minimum beyond which exp(-g) counts for nothing
mp.mp.dps = 80

Values = tuple[mp.mpf, mp.mpf, mp.mpf]


@cache
def legendre(n: int) -> list[tuple[mp.mpf, mp.mpf]]:
    """Nodes and weights."""
    rule = []
    for start in np.polynomial.legendre.leggauss(n)[0]:
        x = mp.mpf(float(start))
        for _ in range(6):
            before, last = mp.mpf(1), x
            for k in range(2, n + 1):
                before, last = last, ((2 * k - 1) * x * last - (k - 1) * before) / k
            slope = n * (x * last - before) / (x * x - 1)
            x -= last / slope
        rule.append((x, 2 / ((1 - x * x) * slope * slope)))
    return rule


class Side:
    """The integrals where y = x + beta tan(pi alpha / 2) > 0."""

    def __init__(self, y: mp.mpf, alpha: mp.mpf, skew: mp.mpf) -> None:
        self.y, self.alpha = y, alpha
        self.theta0 = mp.atan(skew) / alpha
        self.length = mp.pi / 2 + self.theta0

    def place(self, p: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
        """Distances from both ends of the interval at the logit p."""
        e = mp.exp(-p)
        return self.length / (1 + e), self.length * e / (1 + e)

    def log_g(self, p: mp.mpf) -> mp.mpf:
        """Log of the exponent at the logit p."""
        u, v = self.place(p)
        a, bent = self.alpha - 1, self.alpha * self.theta0
        ratio = mp.log(mp.sin(v) / mp.sin(self.alpha * u))
        last = mp.log(mp.cos(bent + a * (u - self.theta0)) / mp.sin(v))
        return self.alpha / a * (mp.log(self.y) + ratio) + mp.log(mp.cos(bent)) / a + last

    def pieces(self, least: mp.mpf) -> Iterator[tuple[mp.mpf, mp.mpf]]:
        """Stretches of the logit on which the integrand is smooth."""
        levels = [mp.log(least + up) for up in ABOVE] if least > 1 else [mp.mpf(level) for level in LEVELS]
        sign = 1 if self.alpha < 1 else -1
        places = {mp.mpf(p) for p in (-90, -80, -20, -5, 0, 5, 20, 80, 90)}
        for level in levels:
            low, high = mp.mpf(-90), mp.mpf(90)
            if sign * self.log_g(low) < sign * level < sign * self.log_g(high):
                for _ in range(60):
                    middle = (low + high) / 2
                    low, high = (middle, high) if sign * self.log_g(middle) < sign * level else (low, middle)
                places.add(low)
        ends = sorted(places)
        for low, high in pairwise(ends):
            count = max(1, int(mp.ceil((high - low) / LONGEST)))
            step = (high - low) / count
            yield from ((low + i * step, low + (i + 1) * step) for i in range(count))

    def values(self, order: int) -> Values:
        """Log density, P(X <= x) and P(X > x)."""
        lowest = min(self.log_g(mp.mpf(-90)), self.log_g(mp.mpf(90)))
        if lowest > HOPELESS:
            raise ValueError("the logarithm of the density has more than 21 digits")
        least = mp.exp(lowest)
        whole = below = above = mp.mpf(0)
        for low, high in self.pieces(least):
            for node, weight in legendre(order):
                p = (low + high) / 2 + (high - low) / 2 * node
                u, v = self.place(p)
                share = weight * (high - low) / 2 * u * v / self.length
                log_g = self.log_g(p)
                g = mp.exp(log_g) if log_g < HOPELESS + 10 else mp.inf
                above -= share * mp.expm1(-g)
                if g - least < NOTHING:
                    whole += share * g * mp.exp(least - g)
                    below += share * mp.exp(least - g)
        below, above = below * mp.exp(-least) / mp.pi, above / mp.pi
        log_f = mp.log(self.alpha / (mp.pi * abs(1 - self.alpha) * self.y) * whole) - least
        outside = (mp.pi - self.length) / mp.pi if self.alpha > 1 else (mp.pi / 2 - self.theta0) / mp.pi
        return (log_f, outside + below, above) if self.alpha < 1 else (log_f, outside + above, below)


def values(x: float, alpha: float, beta: float, order: int) -> Values:
    """Log density, P(X <= x) and P(X > x) of a standard S0 law, alpha not 1."""
    a, skew = mp.mpf(alpha), mp.mpf(beta) * mp.tan(mp.pi * mp.mpf(alpha) / 2)
    y = mp.mpf(x) + skew
    if y == 0 or (abs(beta) == 1 and a < 1 and y * beta < 0):
        raise ValueError("no point for the integral")
    if y > 0:
        return Side(y, a, skew).values(order)
    log_f, lower, upper = Side(-y, a, -skew).values(order)
    return log_f, upper, lower


def random_law(rng: random.Random) -> tuple[float, float]:
    """Alpha and beta: a fifth of alpha next to 1, a third in [1.9, 2); beta at both ends and next to 0 and 1."""
    kind, sign = rng.random(), rng.choice((-1.0, 1.0))
    if kind < 0.2:
        alpha = 1.0 + rng.choice((-1.0, 1.0)) * 10.0 ** rng.uniform(-12, -2)
    elif kind < 0.5:
        alpha = rng.uniform(1.9, 2.0) if kind < 0.4 else 2.0 - 10.0 ** rng.uniform(-10, -1)
    else:
        alpha = rng.uniform(0.3, 1.9)
    kind = rng.random()
    size = 1.0 if kind < 0.15 else 10.0 ** rng.uniform(-6, 0) if kind < 0.3 else rng.random()
    return alpha, sign * (1.0 - 10.0 ** rng.uniform(-8, -1) if 0.3 <= kind < 0.4 else size)


def random_point(rng: random.Random) -> float:
    """x from 1e-8 to 1e10, most of them where most of the law is."""
    return rng.choice((-1.0, 1.0)) * 10.0 ** (rng.uniform(-8, 10) if rng.random() < 0.4 else rng.uniform(-1.5, 1.5))


def main() -> None:
    """Draw, integrate twice, write what agrees."""
    rng = random.Random(SEED)
    with TARGET.open("w", newline="", buffering=1) as f:
        table = csv.writer(f)
        table.writerow(["alpha", "beta", "x", "logpdf", "logcdf", "logsf"])
        for _ in range(LAWS):
            alpha, beta = random_law(rng)
            for x in (random_point(rng) for _ in range(POINTS)):
                try:
                    coarse, fine = (values(x, alpha, beta, order) for order in (48, 64))
                except ValueError:  # beyond the support, or where g is too large even for its logarithm
                    continue
                if max(abs(b / a - 1) for a, b in zip(coarse, fine, strict=True)) < 1e-16:
                    logs = (fine[0], mp.log(fine[1]), mp.log(fine[2]))
                    table.writerow([repr(alpha), repr(beta), repr(x), *(mp.nstr(value, 30) for value in logs)])


if __name__ == "__main__":
    main()
