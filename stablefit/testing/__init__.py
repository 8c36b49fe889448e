"""Strategies for those who test estimators of their own with hypothesis: laws, samples, batches, and what is nasty.

``hypothesis.strategies.from_type(stablefit.Stable)`` works wherever both packages are installed.
"""

from stablefit.testing.kinds import CORRUPT as CORRUPT
from stablefit.testing.kinds import KINDS as KINDS
from stablefit.testing.laws import stable_laws as stable_laws
from stablefit.testing.samples import batches as batches
from stablefit.testing.samples import nasty_samples as nasty_samples
from stablefit.testing.samples import stable_samples as stable_samples

__all__ = ["CORRUPT", "KINDS", "batches", "nasty_samples", "stable_laws", "stable_samples"]
