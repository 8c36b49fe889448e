"""Write tests/reference/exit_law.csv: exit laws of two axes by mpmath, in 40 digits, from their definition.

python tools/exit_law_reference.py      # half a minute; needs mpmath
"""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import mpmath as mp

TARGET = Path(__file__).parents[1] / "tests" / "reference" / "exit_law.csv"
LOWER, UPPER = (-1, -1), (1, 2)
FIELDS = ("clock", "alpha1", "alpha2", "scale", "gamma", "u", "hazard", "mean", "upper1", "upper2")

TIME = (
    ("1.3", "1.8", "0.1", "0.6"),
    ("1.05", "1.9999999", "1e-8", "0.3"),
    ("1.2", "1.7", "1e-60", "0.9"),
    ("0.6", "1.5", "0.01", "0.5"),
    ("1.2", "1.999", "0.001", "1.7"),
)
"""alpha, alpha, scale and the schedule's gamma."""
ITERATIONS = (
    ("1.3", "1.8", "0.1", "0.6", "12345"),
    ("1.3", "1.8", "0.3", "0.95", "1000000000"),
    ("1.2", "1.7", "1e-4", "0.9", "1000000000000"),
    ("1.5", "1.6", "1e-6", "0.2", "1000000"),
    ("1.001", "1.9", "1e-3", "0.001", "1000000000000"),
)
"""The same, and an iteration."""


def main() -> None:
    """Compute and write."""
    mp.mp.dps = 40
    with TARGET.open("w", newline="") as f:
        writer = csv.DictWriter(f, FIELDS)
        writer.writeheader()
        writer.writerows(rows())


def rows() -> Iterator[dict[str, str]]:
    """One for each law."""
    for *parameters, gamma in TIME:
        alpha, sides = coefficients(parameters)
        slopes = [1 + (mp.mpf(float(gamma)) - 1) * (a - 1) for a in alpha]

        def hazard(u: mp.mpf, sides: list = sides, slopes: list = slopes) -> mp.mpf:
            return sum(sum(side) * u**g / g for side, g in zip(sides, slopes, strict=True))

        middle = mp.findroot(lambda y, f=hazard: mp.log(f(mp.exp(y))), start_of(hazard))
        u = mp.mpf(float(mp.exp(middle)))
        points = [mp.mpf(0), *(u * mp.mpf(2) ** k for k in range(-80, 16)), mp.inf]
        mean = mp.quad(lambda t, f=hazard: mp.exp(-f(t)), points)
        shares = [
            mp.quad(lambda t, a=side[1], g=g, f=hazard: a * t ** (g - 1) * mp.exp(-f(t)), points)
            for side, g in zip(sides, slopes, strict=True)
        ]
        yield row("sde", parameters, gamma, u, hazard(u), mean, *shares)
    for *parameters, gamma, count in ITERATIONS:
        alpha, sides = coefficients(parameters)
        k = mp.mpf(count)
        powers = [(1 - mp.mpf(float(gamma))) * a for a in alpha]
        total = sum(sum(side) * (mp.zeta(q) - mp.zeta(q, k + 1)) for side, q in zip(sides, powers, strict=True))
        yield row("iteration", parameters, gamma, k, total)


def coefficients(parameters: list[str]) -> tuple[list, list]:
    """Alphas, and hazards at s = 1 beyond the lower and the upper boundary, the same on both clocks where eta is 1.

    The parameters are the numbers that float64 makes of them.
    """
    first, second, scale = (mp.mpf(float(x)) for x in parameters)
    alpha = [first, second]
    sides = []
    for a, low, high in zip(alpha, LOWER, UPPER, strict=True):
        front = mp.gamma(1 + a) * mp.sin(mp.pi * a / 2) / mp.pi / a
        sides.append([front * (scale / d) ** a for d in (-low, high)])
    return alpha, sides


def start_of(hazard: Callable[[mp.mpf], mp.mpf]) -> mp.mpf:
    """Log of a time at which the hazard is about 1."""
    y = mp.mpf(0)
    while hazard(mp.exp(y)) < 1:
        y += 1
    while hazard(mp.exp(y)) > 1:
        y -= 1
    return y


def row(clock: str, parameters: list[str], gamma: str, *values: mp.mpf) -> dict[str, str]:
    """Values in 25 digits; nothing where there is none."""
    numbers = [mp.nstr(value, 25) for value in values]
    numbers += [""] * (5 - len(numbers))
    return dict(zip(FIELDS, (clock, *parameters, gamma, *numbers), strict=True))


if __name__ == "__main__":
    main()
