"""Strategies for those who test estimators of their own with hypothesis: laws, samples, batches, and what is nasty.

``hypothesis.strategies.from_type(stablefit.Stable)`` works wherever both packages are installed.
"""

from stablefit.extras import extra

with extra("testing"):
    from stablefit.testing.kinds import CORRUPT, KINDS
    from stablefit.testing.laws import stable_laws
    from stablefit.testing.samples import batches, nasty_samples, stable_samples

__all__ = ["CORRUPT", "KINDS", "batches", "nasty_samples", "stable_laws", "stable_samples"]
