import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stablefit._kernels import ecf, mcculloch, order, standard
from stablefit.estimators import blocks, fixed, quantile
from stablefit.estimators.standard import FEWEST, standardise
from stablefit.estimators.status import Status

P = np.array(quantile.PROBABILITIES)


def look(rows):
    quantiles, commonest = np.empty((len(rows), P.size)), np.empty(len(rows), dtype=np.int64)
    order.fill(rows, P, quantiles, commonest)
    return quantiles, commonest


def largest_count(row):
    count = int(np.unique(row, return_counts=True)[1].max())
    return count if 5 * count > row.size else 0


@pytest.mark.unit
@pytest.mark.parametrize("n", [1, 2, 5, 8, 40, 41, 100, 1001, 20_000])
@pytest.mark.parametrize("draw", ["standard_normal", "standard_cauchy", "standard_exponential"])
def test_quantiles_are_numpys(n, draw):
    rows = getattr(np.random.default_rng(n), draw)((3, n))
    np.testing.assert_allclose(look(rows)[0], np.quantile(rows, P, axis=1, method="hazen").T, rtol=1e-13)


@pytest.mark.properties
@given(
    hnp.arrays(np.float64, st.integers(1, 300), elements=st.sampled_from([0.0, -0.0, 1.0, 1.5, -7.0, 1e300, 5e-324]))
)
def test_ties_are_counted(row):
    quantiles, commonest = look(row[None])
    assert commonest[0] == largest_count(row)
    np.testing.assert_allclose(quantiles[0], np.quantile(row, P, method="hazen"), rtol=1e-13, atol=5e-324)


@pytest.mark.properties
@given(hnp.arrays(np.float64, st.integers(41, 200), elements=st.floats(-1.7e308, 1.7e308)))
def test_any_finite_sample_has_its_quantiles(row):
    with np.errstate(over="ignore"):  # NumPy's own interpolation takes a difference
        expected = np.quantile(row / 4.0, P, method="hazen") * 4.0
    np.testing.assert_allclose(look(row[None])[0][0], expected, rtol=1e-12, atol=1e-307)


@pytest.mark.unit
def test_sorted_and_periodic_samples_are_no_trap():
    """The first look takes every n-th value: the bins may then lie badly, and the result is the same."""
    x = np.random.default_rng(0).standard_normal(1024)
    for row in (np.sort(x), np.tile([0.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0], 128) + 1e-3 * x):
        np.testing.assert_allclose(look(row[None])[0][0], np.quantile(row, P, method="hazen"), rtol=1e-12)


@pytest.mark.unit
def test_what_is_not_finite_has_no_quantiles():
    rows = np.ones((3, 10))
    rows[0, 3], rows[1, 4] = np.nan, -np.inf
    assert np.isnan(look(rows)[0]).all(axis=1).tolist() == [True, True, False]


@pytest.mark.unit
def test_kernels_and_package_hold_the_same_constants():
    codes = {name: getattr(standard, name) for name in Status.__members__ if name != "BOUNDARY"}
    assert codes == {name: int(Status[name]) for name in codes}
    assert standard.FEWEST == FEWEST
    assert max(Status) == blocks._NONFINITE
    assert ecf.ALPHA_MIN == mcculloch.ALPHA_MIN == fixed.ALPHA_MIN


@pytest.mark.unit
@pytest.mark.parametrize("factor", [1.0, 2.0**1000, 2.0**-1040])
def test_standard_units_divide_by_a_power_of_two(factor):
    x = np.random.default_rng(5).standard_cauchy(101) * factor
    found = standardise(x[None].copy(), (0.25, 0.75), {})
    np.testing.assert_array_equal(found.rows[0], x / found.width - found.centre / found.width)
    assert np.frexp(found.width[0])[0] == 0.5
    assert 0.5 <= found.quantiles[0, 1] - found.quantiles[0, 0] <= 1.0


@pytest.mark.unit
def test_values_beyond_float64_in_units_of_the_width_are_drawn_in():
    x = np.append(np.random.default_rng(5).standard_normal(50) * 1e-300, [1e300, -1e300])
    found = standardise(x[None].copy(), (0.25, 0.75), {})
    assert found.rows[0, -2:].tolist() == [1e290, -1e290]
