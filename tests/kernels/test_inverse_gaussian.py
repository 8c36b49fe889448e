import math

import numpy as np
import pytest
import scipy.stats

from stablefit._kernels.inverse_gaussian import log_density, log_tail, quantile
from stablefit._kernels.inverse_gaussian_likelihood import derivatives, maximise

# mpmath 1.3, 30 digits, from the density's integral: z, a, log P(Z > z)
TAILS = [
    (0.5, 0.01, -1.0470408633644601),
    (1.0, 1.0, -2.0871932777071451),
    (3.0, 2.0, -7.4174056937543261),
    (20.0, 1.0, -24.489978095550942),
    (0.1, 1000.0, -7.1433047021646871),
    (100.0, 0.001, -5.8968339007072484),
]


@pytest.mark.reference
@pytest.mark.parametrize(("z", "a", "expected"), TAILS)
def test_tails_have_their_digits(z: float, a: float, expected: float) -> None:
    assert log_tail(z, a) == pytest.approx(expected, abs=1e-12)


@pytest.mark.unit
@pytest.mark.parametrize("a", [1e-8, 1e-3, 0.5, 20.0, 1e5])
def test_half_lies_on_either_side_and_quantiles_invert(a: float) -> None:
    assert log_tail(0.0, a) == pytest.approx(math.log(0.5), abs=1e-12)
    assert quantile(0.5, a) == 0.0
    for q in (0.499, 0.3, 1e-3, 1e-20):
        assert log_tail(quantile(q, a), a) == pytest.approx(math.log(q), rel=1e-12, abs=1e-12)


@pytest.mark.unit
@pytest.mark.parametrize("a", [1e-3, 1.0, 100.0])
def test_density_is_the_slope_of_the_tail(a: float) -> None:
    for z in (0.2, 1.0, 8.0):
        h = 1e-5 * z
        slope = (log_tail(z - h, a) - log_tail(z + h, a)) / (2 * h)
        assert math.exp(log_density(z, a) - log_tail(z, a)) == pytest.approx(slope, rel=1e-6)


@pytest.mark.unit
def test_ends() -> None:
    assert log_tail(1e200, 0.5) == pytest.approx(-0.5e200, rel=1e-12)
    assert log_tail(math.inf, 0.5) == -math.inf
    # at a = 0 the law is Cauchy's
    assert log_tail(3.0, 1e-12) == pytest.approx(scipy.stats.cauchy.logsf(3.0), abs=1e-9)


@pytest.mark.unit
@pytest.mark.parametrize("a", [1e-3, 0.5, 3.0, 60.0])
def test_derivatives_are_slopes(a: float) -> None:
    x = np.random.default_rng(0).standard_t(3, 40)
    g, up, down, h, spare = np.empty(3), np.empty(3), np.empty(3), np.empty((3, 3)), np.empty((3, 3))
    fit = derivatives(x, 0.1, 1.3, a, g, h)
    assert fit == pytest.approx(scipy.stats.norminvgauss(a, 0.0, 0.1, 1.3).logpdf(x).sum(), rel=1e-11)
    e = 1e-5
    for j in range(3):
        d = np.zeros(3)
        d[j] = e
        higher = derivatives(x, 0.1 + 1.3 * d[0], 1.3 * math.exp(d[1]), a * math.exp(d[2]), up, spare)
        lower = derivatives(x, 0.1 - 1.3 * d[0], 1.3 * math.exp(-d[1]), a * math.exp(-d[2]), down, spare)
        assert g[j] == pytest.approx((higher - lower) / (2 * e), rel=1e-6, abs=1e-6)
        seen = (down - up) / (2 * e)
        if j == 1:
            seen[0] += g[0]  # loc is counted in units of scale, which this step has changed
        np.testing.assert_allclose(h[j], seen, rtol=1e-5, atol=1e-5)


@pytest.mark.unit
def test_the_end_where_the_law_is_cauchys_is_found() -> None:
    x = np.sort(np.random.default_rng(1).standard_cauchy(300)) ** 3  # far heavier than Cauchy's tail
    out = np.empty(4)
    assert maximise(x, float(np.median(x)), 1.0, 1.0, out)
    assert 0.0 < out[2] < 1e-6
