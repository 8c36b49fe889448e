"""Fits of counts in bins: intervals, pictures and files of the results, and counts that cannot be fitted."""

import json
import math
import re

import matplotlib as mpl
import numpy as np
import pytest

import stablefit as sf
from stablefit.estimators.binned_profile import limit

mpl.use("Agg")
X = sf.Stable(1.5, loc=3.0, scale=2.0).rvs(2000, rng=0)
COUNTS, EDGES = np.histogram(X, bins=50, range=(-15.0, 21.0))
OPEN = np.r_[-np.inf, EDGES[1:-1], np.inf]


# --- results --------------------------------------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.parametrize("name", ["alpha", "loc", "scale"])
def test_profile_ends_where_the_likelihood_has_fallen(name):
    """By half the 90 % point of chi-square with one degree of freedom, 2.7055."""
    result = sf.fit_binned(COUNTS, EDGES)
    for end in result.conf_int(0.9, "profile")[name]:
        fallen = result.loglik - sf.fit_binned(COUNTS, EDGES, fixed={name: end}).loglik
        assert fallen == pytest.approx(0.5 * 2.705543454, abs=1e-4)


@pytest.mark.unit
@pytest.mark.parametrize("index", [0, 1, 2])
def test_profiles_that_do_not_fall_as_far_have_no_end(index):
    result = sf.fit_binned(COUNTS, EDGES)
    edges, free = (EDGES - result.loc) / result.scale, np.ones(3, dtype=bool)
    optimum = np.array([result.alpha, 0.0, 0.0, result.loglik])
    assert math.isnan(limit(COUNTS, edges, optimum + np.array([0.0, 0.0, 0.0, 9.0]), free, index, -1.0, 0.1, 1.0))
    assert index == 0 or math.isnan(limit(COUNTS, edges, optimum, free, index, -1.0, 0.1, 1e9))


@pytest.mark.unit
def test_profiles_at_two_begin_where_they_have_not_fallen():
    counts, edges = np.histogram(np.random.default_rng(0).standard_normal(2000).clip(-3, 3), bins=40, range=(-4.0, 4.0))
    result = sf.fit_binned(counts, edges)
    assert result.alpha == 2.0
    optimum, free = np.array([2.0, 0.0, 0.0, result.loglik]), np.ones(3, dtype=bool)
    drops = (1e-6, 1e-3, 0.1, 2.0)
    ends = [limit(counts, (edges - result.loc) / result.scale, optimum, free, 0, -1.0, 1.0, drop) for drop in drops]
    assert 2.0 > ends[0] > ends[1] > ends[2] > ends[3]
    for end, drop in zip(ends[1:], drops[1:], strict=True):
        fallen = result.loglik - sf.fit_binned(counts, edges, fixed={"alpha": end}).loglik
        assert fallen == pytest.approx(drop, rel=1e-2)


@pytest.mark.unit
@pytest.mark.parametrize("held", [{}, {"loc": 0.0}])
@pytest.mark.parametrize("unit", [1e-20, 1e20])
def test_units_do_not_matter_where_most_counts_lie_in_an_open_bin(unit, held):
    counts, edges = [80, 9, 5, 4, 2, 1, 1], np.array([-np.inf, 0.0, 1.0, 2.0, 3.0, 5.0, 8.0, np.inf])
    one, other = sf.fit_binned(counts, edges, fixed=held), sf.fit_binned(counts, unit * edges, fixed=held)
    assert one.converged
    assert other.alpha == pytest.approx(one.alpha, rel=1e-6)
    assert (other.loc / unit, other.scale / unit) == pytest.approx((one.loc, one.scale), rel=1e-6)


@pytest.mark.unit
def test_bootstrap_redraws_the_counts():
    result = sf.fit_binned(COUNTS, EDGES, fixed={"loc": 3.0}, rng=5)
    found = result.conf_int(method="bootstrap", n_boot=400)
    assert found == result.conf_int(method="bootstrap", n_boot=400)  # the seed given to fit_binned
    assert found["loc"] == (3.0, 3.0)
    for name in result.free:
        for end, wald in zip(found[name], result.conf_int()[name], strict=True):
            assert abs(end - wald) < 0.5 * result.bse[name]


@pytest.mark.unit
def test_results_say_what_they_are():
    result = sf.fit_binned(COUNTS, EDGES)
    assert isinstance(result, sf.FitResult)
    assert (result.method, result.nobs, result.samples) == ("binned", COUNTS.sum(), None)
    assert "likelihood of counts" in result.summary()
    assert "likelihood of counts" in result._repr_html_()
    assert repr(result).startswith("BinnedFit(alpha=")
    content = json.loads(json.dumps(result.to_dict()))
    assert content["aic"] == pytest.approx(6.0 - 2.0 * result.loglik)
    with pytest.raises(ValueError, match="the result must hold samples, got counts in bins"):
        result.gof()
    with pytest.raises(ValueError, match=re.escape("kind must be 'hist' for a fit of counts in bins, got 'qq'")):
        result.plot("qq")


@pytest.mark.unit
def test_histograms_are_drawn_as_densities():
    from matplotlib import pyplot as plt

    counts = np.r_[7, COUNTS, 9]
    result = sf.fit_binned(counts, np.r_[-np.inf, EDGES, np.inf])
    ax = result.plot()
    heights, edges, _ = ax.patches[0].get_data()
    assert heights @ np.diff(edges) == pytest.approx(COUNTS.sum() / counts.sum())
    assert "16 in open bins" in ax.get_legend().get_texts()[0].get_text()
    x, y = ax.lines[0].get_data()
    np.testing.assert_allclose(y, result.law.pdf(x))
    window = sf.fit_binned(COUNTS, EDGES)
    heights, edges, _ = window.plot().patches[0].get_data()
    assert heights @ np.diff(edges) == pytest.approx(1.0 - window.law.cdf(-15.0) - window.law.sf(21.0))
    with pytest.raises(ValueError, match="edges must bound at least one bin to draw"):
        sf.fit_binned([40, 60], [-np.inf, 0.0, np.inf], fixed={"alpha": 1.5, "scale": 1.0}).plot()
    plt.close("all")


@pytest.mark.unit
def test_results_are_saved_and_loaded(tmp_path):
    result = sf.fit_binned(COUNTS, OPEN)
    result.save(tmp_path / "fit.json")
    again = sf.load(tmp_path / "fit.json")
    assert type(again) is type(result)
    assert again.to_dict() == result.to_dict()
    np.testing.assert_array_equal(again.edges, OPEN)
    assert again.conf_int(method="profile") == result.conf_int(method="profile")
    result.save(tmp_path / "bare.json", samples=False)
    with pytest.raises(ValueError, match="the result must hold its counts, got none; save it with samples=True"):
        sf.load(tmp_path / "bare.json").conf_int(method="profile")
    with pytest.raises(ValueError, match="the result must hold its counts, got none; save it with samples=True"):
        sf.load(tmp_path / "bare.json").bin_probabilities()


@pytest.mark.unit
def test_batches_are_the_fits_of_their_rows(tmp_path):
    counts = np.stack([COUNTS, COUNTS[::-1], 2 * COUNTS]).T.reshape(50, 3, 1)
    batch = sf.fit_binned(counts, EDGES, axis=0)
    assert batch.shape == (3, 1)
    for i in range(3):
        one = sf.fit_binned(counts[:, i, 0], EDGES)
        assert batch[i, 0].to_dict() == one.to_dict()
    batch.save(tmp_path / "batch.npz", samples=True)
    again = sf.load(tmp_path / "batch.npz")
    assert type(again) is type(batch)
    assert again.to_dict() == batch.to_dict()
    assert again[1:].conf_int(method="profile")["loc"].shape == (2, 1, 2)
    np.testing.assert_array_equal(again[2, 0].counts, 2 * COUNTS)
    batch.save(tmp_path / "bare.npz")
    assert sf.load(tmp_path / "bare.npz")[0, 0].counts is None


# --- bad input ------------------------------------------------------------------------------------------------------

BAD = {
    "NONFINITE": ([5, np.nan, 9, 9, 9, 9], "counts must be finite and not negative, got nan at index 1"),
    "DEAD": ([0] * 6, "counts must not all be zero, got 6 zeros"),
    "CONSTANT": ([0, 0, 50, 0, 0, 0], "counts must lie in more than one bin, got all 50 in that from 2.0 to 3.0"),
    "TOO_FEW": ([1, 1, 1, 1, 1, 2], "counts must sum to at least 8, got 7"),
}
SIX = np.arange(7.0)


@pytest.mark.unit
@pytest.mark.parametrize("name", BAD)
def test_bad_counts_raise_alone_and_have_a_status_in_a_batch(name):
    counts, message = BAD[name]
    with pytest.raises(sf.DataError, match=re.escape(message)):
        sf.fit_binned(counts, SIX)
    batch = sf.fit_binned([counts, [3, 9, 30, 20, 9, 4]], SIX, axis=1)
    assert batch.status.tolist() == [sf.Status[name], sf.Status.OK]
    assert batch.message[0].startswith("not fitted: ")
    for values in (*batch.params.values(), *batch.bse.values(), batch.loglik):
        assert np.isnan(values[0])
        assert np.isfinite(values[1])
    assert np.isnan(batch.conf_int()["alpha"][0]).all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([9, -1.5, 9, 9, 9, 9], "counts must be finite and not negative, got -1.5 at index 1"),
        ([9, 9, 9, 9, 9, np.inf], "counts must be finite and not negative, got inf at index 5"),
        (
            [0, 9, 20, 9, 0, 0],
            "counts must lie in at least 4 bins to identify 3 free parameters, got 3; use finer bins",
        ),
    ],
)
def test_other_bad_counts(counts, message):
    with pytest.raises(sf.DataError, match=re.escape(message)):
        sf.fit_binned(counts, SIX)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], SIX), "counts must hold one number a bin, 6 for 7 edges, got 2"),
        (([1, 2], [0.0, 1.0, 1.0]), "edges must be strictly increasing, got 1.0 and then 1.0 at index 2"),
        (([1, 2], [0.0, np.inf, 1.0]), "edges must be strictly increasing, got inf and then 1.0 at index 2"),
        (([1, 2], [0.0, np.nan, 1.0]), "edges must not hold nan, got nan at index 1"),
        (([1, 2], [[0.0, 1.0, 2.0]]), "edges must be one-dimensional"),
        (([[1, 2]], [0.0, 1.0, 2.0]), "counts must be one-dimensional where axis is None, got shape (1, 2)"),
        ((5, [0.0, 1.0]), "counts must be a one-dimensional array of values, got the single number 5"),
    ],
)
def test_wrong_shapes_and_edges(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        sf.fit_binned(*arguments)


@pytest.mark.unit
def test_wrong_options():
    with pytest.raises(TypeError, match="counts must be real numbers, got strings"):
        sf.fit_binned(["many"], [0.0, 1.0])
    with pytest.raises(ValueError, match="symmetric must be True, got False"):
        sf.fit_binned(COUNTS, EDGES, symmetric=False)
    with pytest.raises(ValueError, match="did you mean 'loc'"):
        sf.fit_binned(COUNTS, EDGES, fixed={"lok": 0.0})


@pytest.mark.unit
@pytest.mark.parametrize(
    ("counts", "edges", "held"),
    [
        ([10, 20, 20, 10], [-np.inf, 0.0, 1.0, 2.0, np.inf], {}),  # by symmetry, two numbers for three parameters
        ([10] * 10, np.arange(11.0), {}),  # uniform: the likelihood rises as the law gets ever wider
        ([40, 60], [-np.inf, 1.0, np.inf], {"alpha": 1.5, "loc": 0.0}),  # no scale makes the upper bin likelier
    ],
)
def test_bins_that_identify_nothing_are_said_to(counts, edges, held):
    with pytest.warns(sf.StablefitWarning, match="the bins do not identify the parameters"):
        result = sf.fit_binned(counts, edges, fixed=held)
    assert result.status is sf.Status.NOT_CONVERGED
    assert np.isnan([result.bse[name] for name in result.free]).all()
