"""Goodness of fit: how well a law describes samples, and whether another does better.

The names load on first use, so that importing this package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stablefit.gof.aggregation import aggregation_test as aggregation_test
    from stablefit.gof.aggregation_result import AggregationTest as AggregationTest
    from stablefit.gof.batch import compare_batch as compare_batch
    from stablefit.gof.batch_comparison import BatchComparison as BatchComparison
    from stablefit.gof.comparing import compare as compare
    from stablefit.gof.comparison import Comparison as Comparison
    from stablefit.gof.equal_alpha import test_equal_alpha as test_equal_alpha
    from stablefit.gof.equal_alpha_result import EqualAlphaTest as EqualAlphaTest
    from stablefit.gof.gaussian import test_gaussian as test_gaussian
    from stablefit.gof.gaussian_result import GaussianTest as GaussianTest
    from stablefit.gof.independence import test_independence as test_independence
    from stablefit.gof.independence_result import IndependenceTest as IndependenceTest
    from stablefit.gof.measures import chi2 as chi2
    from stablefit.gof.measures import sse as sse
    from stablefit.gof.methods import MethodComparison as MethodComparison
    from stablefit.gof.methods import compare_methods as compare_methods
    from stablefit.gof.multiplicity import Adjusted as Adjusted
    from stablefit.gof.multiplicity import adjust as adjust
    from stablefit.gof.pearson import PearsonChi2 as PearsonChi2
    from stablefit.gof.sketched import SketchMeasures as SketchMeasures
    from stablefit.gof.sketched import measure_sketch as measure_sketch
    from stablefit.gof.testing import TestResult as TestResult
    from stablefit.gof.testing import test as test

_HOME = {
    "Adjusted": "stablefit.gof.multiplicity",
    "AggregationTest": "stablefit.gof.aggregation_result",
    "BatchComparison": "stablefit.gof.batch_comparison",
    "Comparison": "stablefit.gof.comparison",
    "EqualAlphaTest": "stablefit.gof.equal_alpha_result",
    "GaussianTest": "stablefit.gof.gaussian_result",
    "IndependenceTest": "stablefit.gof.independence_result",
    "MethodComparison": "stablefit.gof.methods",
    "PearsonChi2": "stablefit.gof.pearson",
    "SketchMeasures": "stablefit.gof.sketched",
    "TestResult": "stablefit.gof.testing",
    "adjust": "stablefit.gof.multiplicity",
    "aggregation_test": "stablefit.gof.aggregation",
    "chi2": "stablefit.gof.measures",
    "compare": "stablefit.gof.comparing",
    "compare_batch": "stablefit.gof.batch",
    "compare_methods": "stablefit.gof.methods",
    "measure_sketch": "stablefit.gof.sketched",
    "sse": "stablefit.gof.measures",
    "test": "stablefit.gof.testing",
    "test_equal_alpha": "stablefit.gof.equal_alpha",
    "test_gaussian": "stablefit.gof.gaussian",
    "test_independence": "stablefit.gof.independence",
}

__all__ = [
    "Adjusted",
    "AggregationTest",
    "BatchComparison",
    "Comparison",
    "EqualAlphaTest",
    "GaussianTest",
    "IndependenceTest",
    "MethodComparison",
    "PearsonChi2",
    "SketchMeasures",
    "TestResult",
    "adjust",
    "aggregation_test",
    "chi2",
    "compare",
    "compare_batch",
    "compare_methods",
    "measure_sketch",
    "sse",
    "test",
    "test_equal_alpha",
    "test_gaussian",
    "test_independence",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'stablefit.gof' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
