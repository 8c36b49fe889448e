import csv
from pathlib import Path

import numpy as np
import pytest

import stablefit as sf
from stablefit._kernels import mcculloch
from stablefit.estimators.quantile import PROBABILITIES, table

FREE = np.array([True, True, True])


def certified():
    with (Path(__file__).parents[1] / "reference" / "mcculloch_symmetric.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in ("alpha", "nu_alpha", "q75", "q95")}


def solve(quantiles, n=1000, alpha=np.nan, free=FREE):
    out, cov, state = np.empty((3, 1)), np.empty((1, 3, 3)), np.empty(1, dtype=np.int64)
    mcculloch.fill(np.array([quantiles]), np.array([float(n)]), alpha, free, table(), out, cov, state)
    return out[:, 0], cov[0], state[0]


@pytest.mark.reference
def test_the_table_holds_the_certified_quantiles():
    """To 1e-11, below what any sample can tell."""
    want = certified()
    for name, row in (("q75", 0), ("q95", 1)):
        got = [np.exp(mcculloch.series(table()[row], mcculloch.place(alpha))[0]) for alpha in want["alpha"]]
        np.testing.assert_allclose(got, want[name], rtol=1e-11)


@pytest.mark.reference
def test_certified_ratios_are_inverted():
    want = certified()
    for alpha, nu in zip(want["alpha"][1:], want["nu_alpha"][1:], strict=True):
        x, state = mcculloch.invert(table()[1] - table()[0], np.log(nu))
        if alpha > 0.1:
            assert state == mcculloch.OK
        assert mcculloch.alpha_at(x) == pytest.approx(alpha, rel=1e-10)


@pytest.mark.unit
def test_the_series_has_its_derivative():
    c, x, step = table()[1], 0.3, 1e-6
    slope = (mcculloch.series(c, x + step)[0] - mcculloch.series(c, x - step)[0]) / (2 * step)
    assert mcculloch.series(c, x)[1] == pytest.approx(slope, rel=1e-8)


@pytest.mark.unit
@pytest.mark.parametrize("alpha", [0.25, 0.9, 1.5, 1.99])
def test_quantiles_of_a_law_give_the_law(alpha):
    law = sf.Stable(alpha, loc=0.3, scale=1.7)
    (found, loc, scale), _, state = solve(law.ppf(PROBABILITIES))
    assert (found, loc, scale) == pytest.approx((alpha, 0.3, 1.7), rel=1e-9)
    assert state == mcculloch.OK


@pytest.mark.unit
def test_thinner_tails_than_normal_stop_at_two():
    (alpha, _, scale), cov, state = solve([-1.0, 1.0, -2.0, 2.0, 0.0])
    assert (alpha, state) == (2.0, mcculloch.BOUNDARY)
    assert scale == pytest.approx(1.0 / sf.Stable(2.0).ppf(0.75), rel=1e-10)
    assert cov[0, 0] > 0.0


@pytest.mark.unit
def test_held_parameters_leave_the_others_to_be_found():
    law = sf.Stable(1.4, scale=1.0)
    (alpha, _, _), cov, _ = solve(law.ppf(PROBABILITIES), free=np.array([True, True, False]))
    assert alpha == pytest.approx(1.4, rel=1e-9)
    assert cov[2, 2] == cov[0, 2] == 0.0
    (_, _, scale), cov, _ = solve(
        sf.Stable(1.4, scale=3.0).ppf(PROBABILITIES), 1000, 1.4, np.array([False, True, True])
    )
    assert scale == pytest.approx(3.0, rel=1e-9)
    assert cov[0, 0] == 0.0
    # the quartiles' own variance, from cov(q_p, q_r) = p (1 - r) / (n f f)
    standard = sf.Stable(1.4)
    upper = standard.ppf(0.75)
    expected = (0.25 / (standard.pdf(upper) * upper)) ** 2 / 1000
    assert cov[2, 2] == pytest.approx(9.0 * expected, rel=1e-9)
