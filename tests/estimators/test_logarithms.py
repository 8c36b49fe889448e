import math

import numpy as np
import pytest

import stablefit as sf
from stablefit.estimators import logarithms, mohammadi

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("alpha", [0.7, 1.0, 1.5, 1.9])
def test_cumulants_are_derivatives_of_the_log_moments(alpha):
    """Derivatives at 0 of log E abs(X)^p by central differences of the moments."""
    h = 0.02

    def log_moment(p):
        return math.log(sf.Stable(alpha).moment(p))

    values = [log_moment(j * h) for j in range(-4, 5)]
    first = np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0, 4 / 5, -1 / 5, 4 / 105, -1 / 280]) @ values / h
    second = np.array([-1 / 560, 8 / 315, -1 / 5, 8 / 5, -205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560]) @ values / h**2
    third = np.array([-7 / 240, 3 / 10, -169 / 120, 61 / 30, 0, -61 / 30, 169 / 120, -3 / 10, 7 / 240]) @ values / h**3
    fourth = (
        np.array([7 / 240, -2 / 5, 169 / 60, -122 / 15, 91 / 8, -122 / 15, 169 / 60, -2 / 5, 7 / 240]) @ values / h**4
    )
    assert logarithms.scale_from(np.array([first]), np.array([alpha]))[0] == pytest.approx(1.0, abs=1e-6)
    assert logarithms.variance(alpha) == pytest.approx(second, rel=1e-6)
    assert logarithms.third_cumulant(alpha) == pytest.approx(third, rel=1e-3, abs=1e-3)
    assert logarithms.fourth_cumulant(alpha) == pytest.approx(fourth, rel=1e-3)


def test_the_median_of_an_odd_sample_is_left_out():
    x = sf.Stable(1.5).rvs(101, rng=0)
    logs = logarithms.log_distances(x[None], np.median(x)[None])
    assert logs.size[0] == 100
    assert logs.mean()[0] == pytest.approx(np.log(np.delete(abs(x - np.median(x)), np.argsort(x)[50])).mean())


def test_log_moments_by_hand():
    x = sf.Stable(1.3, loc=2.0, scale=5.0).rvs(400, rng=1)
    logs = np.log(abs(x - 2.0))
    alpha = (6.0 * logs.var(ddof=1) / np.pi**2 - 0.5) ** -0.5
    result = sf.fit(x, "logmoment", fixed={"loc": 2.0})
    assert result.alpha == pytest.approx(alpha, rel=1e-12)
    assert result.scale == pytest.approx(np.exp(logs.mean() - np.euler_gamma * (1.0 / alpha - 1.0)), rel=1e-12)


def test_block_sums_by_hand():
    x = sf.Stable(1.3, scale=5.0).rvs(1000, rng=1)
    sums = x.reshape(40, 25).sum(axis=1)
    inverse = (np.log(abs(sums)).mean() - np.log(abs(x)).mean()) / np.log(25.0)
    result = sf.fit(x, "mohammadi", fixed={"loc": 0.0})
    assert result.alpha == pytest.approx(1.0 / inverse, rel=1e-12)
    assert result.message == "converged; blocks of 25"


@pytest.mark.parametrize("n", range(8, 400))
def test_blocks_are_long_and_few_samples_are_dropped(n):
    length, blocks = mohammadi.block_lengths(n)
    used = length * blocks
    assert length <= blocks
    assert length >= 0.5 * math.sqrt(used)
    assert 0 <= n - used < 10
    assert max(d for d in range(1, math.isqrt(used) + 1) if used % d == 0) == length


def test_blocks_need_four_values():
    assert mohammadi.block_lengths(4) == (2, 2)
    with pytest.raises(ValueError, match="n must be at least 4, got 3"):
        mohammadi.block_lengths(3)


def test_dropped_samples_are_reported_and_not_used():
    x = sf.Stable(1.5).rvs(1009, rng=1)
    result = sf.fit(x, "mohammadi", fixed={"loc": 0.0})
    assert "the last 1 of 1009 samples were left out" in result.message
    assert result.alpha == sf.fit(x[:1008], "mohammadi", fixed={"loc": 0.0}).alpha
