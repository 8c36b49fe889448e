"""Goodness of fit: how well a law describes samples, and whether another does better.

The names load on first use, so that importing this package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stablefit.gof.batch import compare_batch as compare_batch
    from stablefit.gof.batch_comparison import BatchComparison as BatchComparison
    from stablefit.gof.comparison import Comparison as Comparison
    from stablefit.gof.comparison import compare as compare
    from stablefit.gof.measures import PearsonChi2 as PearsonChi2
    from stablefit.gof.measures import chi2 as chi2
    from stablefit.gof.measures import sse as sse
    from stablefit.gof.methods import MethodComparison as MethodComparison
    from stablefit.gof.methods import compare_methods as compare_methods
    from stablefit.gof.testing import TestResult as TestResult
    from stablefit.gof.testing import test as test

_HOME = {
    "BatchComparison": "stablefit.gof.batch_comparison",
    "Comparison": "stablefit.gof.comparison",
    "MethodComparison": "stablefit.gof.methods",
    "PearsonChi2": "stablefit.gof.measures",
    "TestResult": "stablefit.gof.testing",
    "chi2": "stablefit.gof.measures",
    "compare": "stablefit.gof.comparison",
    "compare_batch": "stablefit.gof.batch",
    "compare_methods": "stablefit.gof.methods",
    "sse": "stablefit.gof.measures",
    "test": "stablefit.gof.testing",
}

__all__ = [
    "BatchComparison",
    "Comparison",
    "MethodComparison",
    "PearsonChi2",
    "TestResult",
    "chi2",
    "compare",
    "compare_batch",
    "compare_methods",
    "sse",
    "test",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'stablefit.gof' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
