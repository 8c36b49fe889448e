"""The table of all skewed laws against laws made one by one."""

import numpy as np
import pytest

import stablefit as sf
from stablefit._kernels import skewed_family as laws
from stablefit._kernels.zolotarev_gradient import values
from stablefit.estimators.skewed_family import skewed_family

pytestmark = pytest.mark.unit

FAMILY = skewed_family(1)
NONE = np.empty(0)


def score(x, alpha, beta, side=1.0):
    """Log f and its derivatives in alpha, beta, loc and log scale at one x."""
    law = laws.member(alpha, beta, laws.piece(alpha, beta, FAMILY), FAMILY)
    out = np.empty(5)
    laws.likelihood(np.array([x]), NONE, 0.0, 0.0, side, law, out)
    return out


@pytest.mark.parametrize("alpha", [0.31, 0.5, 0.7999, 0.8, 0.97, 1.0, 1.2, 1.5, 1.7999, 1.8, 1.95, 1.9999, 2.0 - 1e-9])
@pytest.mark.parametrize("beta", [0.0, 0.03, 0.5, 0.9, 0.999])
def test_the_score_is_that_of_the_integral(alpha, beta):
    for x in sf.Stable(alpha, beta).ppf([1e-4, 0.01, 0.2, 0.4, 0.7, 0.95, 0.9999]):
        log_f, in_x, in_alpha, in_beta = values(x, alpha, max(beta, 1e-12))
        want = np.array([log_f, in_alpha, in_beta, -in_x, -1.0 - x * in_x])
        limits = np.array([1e-7, 3e-5, 3e-5, 3e-5, 3e-5])
        assert np.all(np.abs(score(x, alpha, beta) - want) <= limits * np.maximum(np.abs(want), 1.0))


def test_a_point_in_the_dark_is_left_to_the_integral():
    """Beyond the support of a one-sided law there is no density, and close to its end hardly any."""
    assert score(-100.0, 0.7, 1.0)[0] == -np.inf
    log_f = values(-3.5, 1.2, 1.0)[0]
    assert log_f < np.log(1e-3)
    assert score(-3.5, 1.2, 1.0)[0] == pytest.approx(log_f, rel=1e-12)


def test_the_other_side():
    """A law with beta < 0 is the mirror image."""
    mirror = score(1.3, 1.4, 0.6, side=-1.0) * [1.0, 1.0, -1.0, -1.0, 1.0]
    np.testing.assert_array_equal(mirror, score(-1.3, 1.4, 0.6))


@pytest.mark.parametrize(("alpha", "beta"), [(0.7, 0.4), (1.3, 0.0), (1.9, 0.8)])
def test_information_is_the_mean_square_of_the_score(alpha, beta):
    """By the law's own quantiles at the middles of 2,000 equal probabilities."""
    law = laws.member(alpha, beta, laws.piece(alpha, beta, FAMILY), FAMILY)
    x = sf.Stable(alpha, beta).ppf((np.arange(2000) + 0.5) / 2000)
    scores = np.array([score(z, alpha, beta)[1:] for z in x])
    ratio = (scores.T @ scores / len(x)) / law.information
    assert np.abs(np.diag(ratio) - 1.0).max() < 0.02


def test_outside_of_the_table_there_is_no_law():
    assert laws.piece(0.29, 0.5, FAMILY) == -1
    assert np.isnan(laws.log_likelihood(np.ones(3), 0.29, 0.5, 0.0, 1.0, FAMILY))
    assert len(skewed_family(10**6).pieces) == 0


def test_log_likelihood_of_a_sample():
    law = sf.Stable(1.4, -0.6, loc=3.0, scale=2.0)
    x = law.rvs(500, rng=3)
    found = laws.log_likelihood(x, 1.4, -0.6, 3.0, 2.0, FAMILY)
    assert found == pytest.approx(law.logpdf(x).sum(), rel=1e-10)
