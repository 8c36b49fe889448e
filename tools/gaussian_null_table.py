"""Write stablefit/gof/gaussian_null.npz: how the likelihood ratio of alpha = 2 is distributed for normal samples.

Of normal samples most have their maximum at alpha = 2 exactly, where the ratio is 0; the rest owe it to a few far
values. Drawing normal samples alone, a billion of them would be needed for a ratio of p-value 1e-9. So a part of the
samples is normal, and the others come from stable laws cut off and brought to the normal law's variance, among which
such ratios are common; each counts with its density under the normal law over that under the mixture (importance
sampling from a mixture that holds the law itself: Hesterberg, Technometrics 37, 1995). In small samples large ratios
come from values that lie close together, not far away, and all samples are normal.

    python tools/gaussian_null_table.py      # ten minutes; prints the Monte Carlo errors, which the file holds too
"""

import math
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

import stablefit as sf
from stablefit._types import FloatArray
from stablefit.estimators import quantile, restarts
from stablefit.estimators.mle import HIGHEST_START
from stablefit.estimators.standard import standardise

TARGET = Path(__file__).parents[1] / "stablefit" / "gof" / "gaussian_null.npz"
SIZES = (8, 10, 14, 20, 30, 40, 60, 100, 170, 300, 550, 1000, 1800, 3200, 6000, 10_000, 18_000, 32_000, 100_000)
SECONDS = 22.0
LONGER, FROM = 50.0, 6000
"""Seconds for samples of `FROM` or more."""
ROOTS = np.linspace(0.0, 8.0, 81)
"""Square roots of the ratios in the table."""
FARTHEST = 9.0
"""Where stable laws are cut off, in scales: 6.4 standard deviations of the normal law."""
PULLS = (3.0, 10.0, 30.0, 100.0)
"""2 - alpha of the stable laws, times n: from less than one far value in a sample to several."""
LEAST_ALPHA = 1.5
FEWEST = 40
"""Values in a sample from which on stable laws are drawn from as well."""
NORMAL_SHARE = 0.3
NEGLIGIBLE = np.log(1e-20)
LARGEST_ERROR = 0.15
"""Relative Monte Carlo error at which a column of the table ends."""


class Law(NamedTuple):
    """A stable law cut off at `FARTHEST` times its scale, of variance 2, and the logarithm of what is left of it."""

    whole: sf.Stable
    log_left: float

    @classmethod
    def cut(cls, alpha: float) -> "Law":
        """Return the law of this alpha."""
        z, law = np.linspace(0.0, FARTHEST, 4001), sf.Stable(alpha)
        left = 1.0 - 2.0 * float(law.sf(FARTHEST))
        variance = 2.0 * np.trapezoid(z * z * law.pdf(z), z) / left
        return cls(sf.Stable(alpha, scale=math.sqrt(2.0 / variance)), math.log(left))

    def draw(self, k: int, n: int, rng: np.random.Generator) -> FloatArray:
        """Draw k samples of n."""
        x = np.asarray(self.whole.rvs((k, n), rng=rng))
        while (far := np.abs(x) > FARTHEST * self.whole.scale).any():
            x[far] = self.whole.rvs(int(far.sum()), rng=rng)
        return x

    def loglik(self, x: FloatArray) -> FloatArray:
        """Log-likelihood of each sample."""
        inside = np.abs(x).max(axis=1) <= FARTHEST * self.whole.scale
        return np.where(inside, self.whole.logpdf(x).sum(axis=1) - x.shape[1] * self.log_left, -np.inf)


def mixture(n: int) -> tuple[list[Law], FloatArray]:
    """Laws of the mixture and their shares; the normal law comes first, and is not cut off."""
    laws = [Law.cut(max(2.0 - pull / n, LEAST_ALPHA)) for pull in PULLS] if n >= FEWEST else []
    share = NORMAL_SHARE if laws else 1.0
    return [Law(sf.Stable(2.0), 0.0), *laws], np.array([share, *[(1.0 - share) / max(len(laws), 1)] * len(laws)])


def log_weights(x: FloatArray, laws: list[Law], shares: FloatArray) -> FloatArray:
    """Log of the density under the normal law over that under the mixture."""
    normal = laws[0].whole.logpdf(x).sum(axis=1)
    parts = [np.full(len(x), np.log(shares[0]))]
    parts += [np.log(share) + law.loglik(x) - normal for law, share in zip(laws[1:], shares[1:], strict=True)]
    return -np.asarray(np.logaddexp.reduce(parts, axis=0))


def ratios(x: FloatArray) -> FloatArray:
    """Likelihood ratio of each sample, as `stablefit.fit` finds it, but without standard errors."""
    samples = standardise(x.copy(), quantile.PROBABILITIES, {})
    start = quantile.start(samples.quantiles, {})
    free, found = np.full(3, True), np.empty(4)
    out = np.empty(len(x))
    for i, row in enumerate(samples.rows):
        z = (row - start[1, i]) / start[2, i]
        first = np.array([min(start[0, i], HIGHEST_START), 0.0, 0.0])
        restarts.maximise(z, np.empty(0), first, free, found)
        normal = -0.5 * z.size * (np.log(2.0 * np.pi * z.var()) + 1.0)
        out[i] = 0.0 if found[0] == 2.0 else max(2.0 * (found[3] - normal), 0.0)
    return out


def check(n: int, rng: np.random.Generator) -> None:
    """Stop if these are not the ratios of the library's own fits."""
    x = np.concatenate([law.draw(40, n, rng) for law in mixture(n)[0]])
    fits = sf.fit(x, axis=1)
    normal = -0.5 * n * (np.log(2.0 * np.pi * x.var(axis=1)) + 1.0)
    want = np.where(fits.alpha == 2.0, 0.0, np.maximum(2.0 * (fits.loglik - normal), 0.0))
    good = fits.converged
    np.testing.assert_allclose(ratios(x)[good], want[good], atol=1e-6)


def column(n: int) -> tuple[FloatArray, FloatArray, int]:
    """Log probabilities of a ratio beyond each root squared, their relative errors, and the number of samples."""
    rng = np.random.default_rng([2, n])
    check(n, rng)
    laws, shares = mixture(n)
    chunk = max(1, min(2000, 2**21 // n))
    sums, squares, drawn = np.zeros(ROOTS.size), np.zeros(ROOTS.size), 0
    start = time.process_time()
    while time.process_time() - start < (LONGER if n >= FROM else SECONDS):
        counts = rng.multinomial(chunk, shares)
        x = np.concatenate([law.draw(count, n, rng) for law, count in zip(laws, counts, strict=True)])
        log_weight = log_weights(x, laws, shares)
        used = log_weight > NEGLIGIBLE
        weight, root = np.exp(log_weight[used]), np.sqrt(ratios(x[used]))
        for power, total in ((1, sums), (2, squares)):
            order = np.argsort(root)
            above = np.append(np.cumsum((weight**power)[order][::-1])[::-1], 0.0)
            total += above[np.searchsorted(root[order], ROOTS, side="right")]
        drawn += chunk
    share = sums / drawn
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt((squares / drawn - share**2) / drawn) / share
        known = np.logical_and.accumulate(error < LARGEST_ERROR)
        log_share = np.log(share)
    return np.where(known, log_share, log_share[known][-1]), np.where(known, error, np.nan), drawn


def main() -> None:
    """Simulate, print, write."""
    columns = []
    print("n        samples   P(ratio > 0)   relative Monte Carlo error at p = .05, .01, .001   smallest p")
    for n in SIZES:
        log_share, error, drawn = column(n)
        columns.append((log_share, error, drawn))
        places = [int(np.argmin(np.abs(log_share - np.log(p)))) for p in (0.05, 0.01, 0.001)]
        shown = "  ".join(f"{100.0 * error[i]:.1f} %" for i in places)
        print(f"{n:<8} {drawn:<9} {np.exp(log_share[0]):.4f}         {shown}   {np.exp(log_share[-1]):.1e}", flush=True)
    log_share, error, drawn = (np.array(part) for part in zip(*columns, strict=True))
    np.savez_compressed(
        TARGET,
        nobs=np.array(SIZES),
        root=ROOTS,
        log_share=log_share.astype(np.float32),
        error=error.astype(np.float32),
        drawn=drawn,
    )
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
