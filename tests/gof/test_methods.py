"""compare_methods: agreement where the law is right, disagreement where it is not."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import stablefit as sf
from stablefit.gof.methods import METHODS, MethodComparison, compare_methods


def result(alpha: float, error: float) -> Any:
    return SimpleNamespace(alpha=alpha, scale=1.0, bse={"alpha": error, "scale": 0.1})


@pytest.mark.unit
def test_distances_are_in_the_other_methods_errors() -> None:
    found = MethodComparison({"mle": result(1.5, 0.1), "ecf": result(1.4, 0.05), "quantile": result(1.6, 0.2)})
    assert found.distances() == {"ecf": pytest.approx(2.0), "quantile": pytest.approx(0.5)}
    assert found.differing() == []
    assert found.differing(1.5) == ["ecf"]


@pytest.mark.unit
def test_an_unknown_error_accuses_nobody() -> None:
    found = MethodComparison({"mle": result(1.5, 0.1), "ecf": result(1.0, math.nan)})
    assert math.isnan(found.distances()["ecf"])
    assert found.differing() == []


@pytest.mark.unit
def test_the_table_shows_what_fit_gives() -> None:
    x = sf.Stable(1.6, scale=3.0).rvs(1000, rng=5)
    found = compare_methods(x)
    assert list(found.fits) == list(METHODS)
    for method, row in zip(METHODS, str(found).splitlines()[1:], strict=False):
        single = sf.fit(x, method)
        assert row.split()[:3] == [method, f"{single.alpha:.4f}", f"{single.bse['alpha']:.4f}"]
    assert str(found).endswith("The methods agree on alpha within their standard errors.")
    assert found.to_dict()["ecf"]["params"]["alpha"] == found.fits["ecf"].alpha


@pytest.mark.statistical
def test_stable_draws_are_rarely_accused() -> None:
    """Of 800 comparisons with a nominal rate of .0027 twelve or more give alarm with probability 3e-6."""
    draws = sf.Stable(1.6).rvs((200, 1000), rng=11)
    alarms = sum(len(compare_methods(x).differing()) for x in draws)
    assert alarms < 12


@pytest.mark.statistical
def test_a_mixture_of_two_scales_is_seen() -> None:
    """Heavy in the middle, Gaussian in the tail: no stable law. The methods look at different parts and must differ."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=20_000) * rng.choice([1.0, 4.0], size=20_000, p=[0.8, 0.2])
    found = compare_methods(x)
    assert found.differing()
    assert "the data is not exactly stable" in str(found)
