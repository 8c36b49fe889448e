"""Taylor polynomials lowered in degree, for the elementary functions."""

from collections.abc import Sequence
from fractions import Fraction


def economised(taylor: Sequence[Fraction], low: Fraction, high: Fraction, degree: int) -> tuple[float, ...]:
    """Coefficients, lowest first, of a polynomial of this degree close to the given one on [low, high].

    Lanczos (Applied Analysis, 1956, section 7.4): from the top, each power is taken off with the Chebyshev polynomial
    that begins with it. In fractions, so that every machine gets the same bits.
    """
    middle, half = (low + high) / 2, (high - low) / 2
    chebyshev = [[Fraction(1)], [-middle / half, 1 / half]]
    for _ in taylor[2:]:
        before, last = [*chebyshev[-2], Fraction(0), Fraction(0)], chebyshev[-1]
        shifted = zip([Fraction(0), *last], [*last, Fraction(0)], before, strict=True)
        chebyshev.append([2 * (up - middle * same) / half - earlier for up, same, earlier in shifted])
    left = list(taylor)
    while len(left) > degree + 1:
        top = chebyshev[len(left) - 1]
        left = [c - left[-1] / top[-1] * t for c, t in zip(left, top, strict=True)][:-1]
    return tuple(float(c) for c in left)
