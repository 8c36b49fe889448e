"""McCulloch's estimator for general laws: a true table, an exact inverse, its ends, its errors."""

from functools import cache
from importlib.resources import files

import numpy as np
import pytest

import stablefit as sf
from stablefit._kernels import mcculloch, skewed_mcculloch, skewed_mcculloch_table, skewed_step

LEVELS = (0.25, 0.75, 0.05, 0.95, 0.5)
FREE = np.ones(4, dtype=bool)
K = 500
ROOM = 3.9 / np.sqrt(2 * K)  # of root mean squares of K estimates: true values exceed it once in 20,000
GRID = [(a, b) for a in (0.52, 0.75, 0.9, 1.0, 1.2, 1.5, 1.8, 1.95) for b in (-0.97, -0.5, 0.0, 0.1, 0.3, 0.9)]


@cache
def table(name="skewed_mcculloch"):
    with (files("stablefit.estimators") / f"{name}.npz").open("rb") as file:
        return np.load(file)["table"]


def solve(quantiles, n=1000, alpha=np.nan, beta=np.nan, free=FREE):
    quantiles = np.ascontiguousarray(np.atleast_2d(quantiles))
    k = len(quantiles)
    out, cov, state = np.empty((4, k)), np.empty((k, 4, 4)), np.empty(k, dtype=np.int64)
    skewed_mcculloch.fill(quantiles, np.full(k, float(n)), alpha, beta, free, table(), out, cov, state)
    return out, cov, state


def contrasts(alpha, beta):
    out = np.empty((4, 3))
    skewed_mcculloch_table.contrasts(table(), alpha, beta, out)
    return out


@cache
def fitted(alpha, beta, n):
    x = sf.Stable(alpha, beta).rvs((K, n), rng=round(1000 * alpha + 10 * beta) + n)
    out, cov, state = solve(np.quantile(x, LEVELS, axis=1, method="hazen").T, n)
    return out, np.sqrt(np.diagonal(cov, axis1=1, axis2=2)).T, state


@pytest.mark.unit
def test_the_table_holds_the_laws_quantiles_and_densities():
    """To 1e-5 and 3e-4, what tools/skewed_mcculloch_table.py measures; samples of 1e6 know quantiles to 1e-3."""
    rng = np.random.default_rng(3)
    for alpha, beta in zip(rng.uniform(0.5, 2.0, 60), rng.uniform(-1.0, 1.0, 60), strict=True):
        law, got = sf.Stable(alpha, beta), np.empty((6, 3))
        skewed_mcculloch_table.upper(table(), alpha, beta, got)
        want = law.ppf([0.75, 0.95, 0.5])
        np.testing.assert_allclose(got[:3, 0], want, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(got[3:, 0], law.logpdf(want), atol=3e-4)


@pytest.mark.unit
def test_the_contrasts_have_their_derivatives():
    alpha, beta, step = 1.3, 0.4, 1e-5
    got = contrasts(alpha, beta)
    in_alpha = (contrasts(alpha + step, beta) - contrasts(alpha - step, beta))[:, 0] / (2 * step)
    in_beta = (contrasts(alpha, beta + step) - contrasts(alpha, beta - step))[:, 0] / (2 * step)
    np.testing.assert_allclose(got[:, 1], in_alpha, rtol=1e-6)
    np.testing.assert_allclose(got[:, 2], in_beta, rtol=1e-6)


@pytest.mark.unit
def test_the_functions_tell_all_laws_apart():
    """The inversion rests on it: the ratio falls with alpha, and along its level lines the skewness rises with beta."""
    for alpha in np.linspace(0.5, 1.999, 60):
        for beta in np.linspace(0.0, 1.0, 41):
            c = contrasts(alpha, beta)
            assert c[1, 2] > c[1, 1] * c[0, 2] / c[0, 1]
            assert c[0, 1] < 0.0


@pytest.mark.unit
@pytest.mark.parametrize(("alpha", "beta"), GRID)
def test_quantiles_of_a_law_give_the_law(alpha, beta):
    out, _, state = solve(sf.Stable(alpha, beta, 0.3, 1.7).ppf(LEVELS))
    np.testing.assert_allclose(out[:, 0], (alpha, beta, 0.3, 1.7), atol=2e-4)
    assert state == skewed_mcculloch.OK


@pytest.mark.unit
@pytest.mark.parametrize(("alpha", "beta"), [(0.8, 0.7), (1.0, -0.3), (1.6, 0.5)])
def test_estimates_follow_shifts_scales_and_reflections(alpha, beta):
    q = sf.Stable(alpha, beta).rvs((3, 400), rng=1)
    q = np.quantile(q, LEVELS, axis=1).T
    out, cov, state = solve(q)
    for factor, shift in ((-1.0, 0.0), (1.0, 2.0), (0.25, -1.0)):
        other = factor * q + shift
        if factor < 0.0:
            other = other[:, [1, 0, 3, 2, 4]]
        got, cov_got, state_got = solve(other)
        sign = np.sign(factor)
        np.testing.assert_allclose(got[0], out[0], rtol=1e-9)
        np.testing.assert_allclose(got[1], sign * out[1], rtol=1e-9)
        np.testing.assert_allclose(got[2], factor * out[2] + shift, atol=1e-9)
        np.testing.assert_allclose(got[3], abs(factor) * out[3], rtol=1e-9)
        turn = np.diag([1.0, sign, factor, abs(factor)])
        np.testing.assert_allclose(cov_got, turn @ cov @ turn, rtol=1e-6, atol=1e-12)
        np.testing.assert_array_equal(state_got, state)


@pytest.mark.unit
def test_symmetric_laws_are_those_of_the_symmetric_estimator():
    """With beta held at 0: estimates of mcculloch.py; the skewness tells a little more about loc than the median."""
    q = np.array([[-1.0, 1.0, -3.6, 3.6, 0.0]])
    free, three = np.array([True, False, True, True]), np.ones(3, dtype=bool)
    out, cov, _ = solve(q, 500, beta=0.0, free=free)
    want, cov_want, state = np.empty((3, 1)), np.empty((1, 3, 3)), np.empty(1, dtype=np.int64)
    mcculloch.fill(q, np.array([500.0]), np.nan, three, table("mcculloch"), want, cov_want, state)
    np.testing.assert_allclose(out[[0, 2, 3]], want, atol=1e-5)
    np.testing.assert_allclose(cov[0][np.ix_([0, 3], [0, 3])], cov_want[0][np.ix_([0, 2], [0, 2])], atol=1e-6)
    assert 0.95 * cov_want[0, 1, 1] < cov[0, 2, 2] < cov_want[0, 1, 1]


@pytest.mark.unit
def test_continuous_at_one():
    law, free = sf.Stable(1.0, 0.6), np.array([False, True, True, True])
    q = law.ppf(LEVELS)
    one, cov, _ = solve(q, alpha=1.0, free=free)
    np.testing.assert_allclose(one[:, 0], [1.0, 0.6, 0.0, 1.0], atol=1e-5)
    for step in (-1e-9, 1e-9):
        near, cov_near, _ = solve(q, alpha=1.0 + step, free=free)
        np.testing.assert_allclose(near, one, atol=1e-5)
        np.testing.assert_allclose(cov_near, cov, rtol=1e-3)


@pytest.mark.unit
def test_data_that_no_law_has_end_at_the_edge_of_the_laws():
    ends = {
        (-1.0, 1.0, -2.0, 2.0, 0.0): (2.0, 0.0),  # thinner tails than normal
        (-1.0, 1.0, -2.0, 2.5, 0.0): (2.0, 0.0),
        (-1.0, 1.0, -2.0, 3.5, 0.0): (None, 1.0),  # more skewed than any law with such tails
        (-1.0, 1.0, -3.5, 2.0, 0.0): (None, -1.0),
        (-1.0, 1.0, -900.0, 900.0, 0.0): (0.5, 0.0),  # heavier tails than the lowest alpha
        (-1.0, 1.0, -2.0, 900.0, 0.0): (0.5, 1.0),
    }
    for q, (alpha, beta) in ends.items():
        out, cov, state = solve(q)
        assert state == skewed_mcculloch.BOUNDARY
        assert out[1, 0] == pytest.approx(beta, abs=1e-9)
        if alpha is None:
            assert contrasts(*out[:2, 0])[0, 0] == pytest.approx(np.log((q[3] - q[2]) / 2.0), abs=1e-9)
        else:
            assert out[0, 0] == alpha
        assert np.isfinite(cov).all()
        assert (np.diag(cov[0]) > 0.0).all()
        if alpha == 2.0:
            assert cov[0, 1, 1] == skewed_step.BETA_UNKNOWN


@pytest.mark.unit
def test_held_parameters_leave_the_others_to_be_found():
    truth = np.array([1.4, 0.5, 0.0, 1.0])
    q = sf.Stable(*truth[:2]).ppf(LEVELS)
    _, whole, _ = solve(q)
    for held in ((0,), (1,), (2,), (3,), (0, 1), (1, 3), (0, 3), (0, 1, 2), (1, 2, 3), (0, 1, 2, 3)):
        free = np.array([k not in held for k in range(4)])
        out, cov, state = solve(q, 1000, truth[0] if 0 in held else np.nan, truth[1] if 1 in held else np.nan, free)
        np.testing.assert_allclose(out[:, 0], truth, atol=1e-5)
        assert state == skewed_mcculloch.OK
        assert (cov[0][~free] == 0.0).all()
        assert (np.diag(cov[0])[free] > 0.0).all()
        assert (np.diag(cov[0])[free] < 1.001 * np.diag(whole[0])[free]).all()  # to know more never hurts
    out, _, state = solve(q, alpha=0.4, free=np.array([False, True, True, True]))
    assert np.isnan(out).all()
    assert state == skewed_mcculloch.NOT_CONVERGED


@pytest.mark.statistical
@pytest.mark.parametrize("beta", [0.0, 0.3])
@pytest.mark.parametrize(
    ("alpha", "limits"),
    [(0.8, (1.70, 1.95, 1.33, 1.55)), (1.2, (1.38, 1.50, 1.17, 1.22)), (1.5, (1.42, 1.19, 1.19, 1.23))],
)
def test_as_precise_as_promised(alpha, beta, limits):
    """Root mean squared error over the Cramer-Rao bound at n = 1000."""
    out, _, _ = fitted(alpha, beta, 1000)
    truth = np.array([alpha, beta, 0.0, 1.0])[:, None]
    error = np.sqrt(np.mean((out - truth) ** 2, axis=1))
    bound = np.sqrt(np.diag(np.linalg.inv(sf.Stable(alpha, beta).fisher_information())))
    np.testing.assert_array_less(error * np.sqrt(1000) / bound, np.array(limits) * (1.0 + ROOM))


@pytest.mark.statistical
@pytest.mark.parametrize(("alpha", "beta"), [(0.8, -0.5), (1.0, 0.0), (1.2, 0.3), (1.5, 0.0)])
def test_standard_errors_are_what_estimates_do(alpha, beta):
    """4 % for the next order in 1/n, beside the Monte Carlo error; none of these laws is near an end of a range."""
    out, errors, state = fitted(alpha, beta, 2000)
    assert (state == skewed_mcculloch.OK).mean() > 0.99
    np.testing.assert_array_less(np.abs(np.mean(errors, axis=1) / np.std(out, axis=1) - 1.0), ROOM + 0.04)


@pytest.mark.statistical
@pytest.mark.parametrize("beta", [-1.0, -0.5, 0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("alpha", [0.55, 0.8, 1.0, 1.2, 1.5, 1.8, 1.95])
def test_consistent(alpha, beta):
    """Within 4.5 standard errors at n = 100,000, in each parameter: one of the 168 beyond once in 900 runs."""
    x = sf.Stable(alpha, beta).rvs(100_000, rng=round(100 * alpha + 10 * beta) + 77)
    out, cov, _ = solve(np.quantile(x, LEVELS), x.size)
    gap = np.abs(out[:, 0] - [alpha, beta, 0.0, 1.0])
    np.testing.assert_array_less(gap, 4.5 * np.sqrt(np.diag(cov[0])))
