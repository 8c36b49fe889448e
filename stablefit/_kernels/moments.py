"""Moments at octaves of frequency: debiased squared moduli of the empirical characteristic function, and covariances.

g(t) = (n |phi(t)|^2 - 1) / (n - 1) is the mean of cos t(X - X') over all pairs of the sample, so it does not know the
location, and E g(t) = exp(-2 (scale t)^alpha) for every n. Frequencies are t = m LOWEST in units of 1 / pilot, with
m = 1, 2, 4, ..., 32.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel

OCTAVES = 6
LOWEST = 0.0625
WEIGHTS_UP_TO = 1.95  # beyond this alpha the best weights rest on differences that data of another alpha do not have


# Sums and differences of two octaves, in ascending order: half of an even one is among them.
_MULTIPLES = np.array(sorted({2**j + s * 2**k for j in range(OCTAVES) for k in range(j + 1) for s in (1, -1)} - {0}))


@kernel
def decays(alpha: float, log_scale: float, out: np.ndarray) -> None:
    """1 - exp(-(scale m LOWEST)^alpha) into out[m] for every sum and difference m of two octaves; out[0] = 0.

    out has room for the octaves that are used, 2^octaves + 1.
    """
    lowest, double = math.exp(alpha * (math.log(LOWEST) + log_scale)), math.exp(alpha * math.log(2.0))
    for m in _MULTIPLES:
        if m < out.size:
            out[m] = double * out[m // 2] if m % 2 == 0 else lowest * math.exp(alpha * math.log(m))
    for m in _MULTIPLES:
        if m < out.size:
            out[m] = -math.expm1(-out[m])
    out[0] = 0.0


@kernel
def covariances(e: np.ndarray, n: float, even: np.ndarray, odd: np.ndarray) -> None:
    """Covariance matrices of g(t) into even, and of Im phi(t) about the location into odd, at sample size n.

    With e(t) = 1 - E cos(t X), as `decays` has it, cov(cos tX, cos uX) = e(t) + e(u) - e(t) e(u) - (e(t + u) + e(t -
    u)) / 2, which loses no digits for small t, and cov(sin tX, sin uX) = (e(t + u) - e(t - u)) / 2. g is a U-statistic
    of order two: its variance is (4 (n - 2) first + 2 second) / (n (n - 1)) (Hoeffding, Ann. Math. Statist. 19, 1948,
    section 5).
    """
    for j in range(even.shape[0]):
        for k in range(j + 1):
            at_j, at_k, plus, minus = e[2**j], e[2**k], e[2**j + 2**k], e[2**j - 2**k]
            first = (1.0 - at_j) * (1.0 - at_k) * (at_j + at_k - at_j * at_k - 0.5 * (plus + minus))
            # the same for the difference of two draws, whose characteristic function is the square
            a, b = at_j * (2.0 - at_j), at_k * (2.0 - at_k)
            second = a + b - a * b - 0.5 * (plus * (2.0 - plus) + minus * (2.0 - minus))
            even[j, k] = even[k, j] = (4.0 * (n - 2.0) * first + 2.0 * second) / (n * (n - 1.0))
            odd[j, k] = odd[k, j] = 0.5 * (plus - minus) / n


@kernel
def first_alpha(g: np.ndarray) -> float:
    """Alpha from two frequencies: log(-log g) rises by alpha log 4 from m = 4 to m = 16."""
    low, high = -math.log(min(max(g[2], 1e-9), 0.999999)), -math.log(min(max(g[4], 1e-9), 0.999999))
    return min(max(math.log(high / low) / math.log(4.0), 0.3), WEIGHTS_UP_TO)
