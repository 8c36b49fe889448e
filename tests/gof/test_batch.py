import math

import numpy as np
import pytest

import stablefit as sf
from stablefit.errors import DataError
from stablefit.gof.rivals.normal import fit_normal


@pytest.fixture(scope="module")
def stable() -> np.ndarray:
    return 0.01 * sf.Stable(1.5).rvs((1000, 40), rng=0)


@pytest.fixture(scope="module")
def gaussian() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((1000, 100)) * np.geomspace(1e-3, 1e3, 100)


@pytest.fixture(scope="module")
def by_mle(gaussian: np.ndarray) -> sf.gof.BatchComparison:
    return sf.gof.compare_batch(gaussian)


@pytest.fixture(scope="module")
def by_ecf(gaussian: np.ndarray) -> sf.gof.BatchComparison:
    return sf.gof.compare_batch(gaussian, method="ecf")


@pytest.mark.unit
def test_columns_are_single_fits(stable: np.ndarray) -> None:
    found = sf.gof.compare_batch(stable, null=False)
    for i in (0, 7, 39):
        column = stable[:, i]
        fit, normal = sf.fit(column), fit_normal(column)
        assert found.alpha[i] == pytest.approx(fit.alpha, rel=1e-9)
        assert found.sse["stable"][i] == pytest.approx(sf.gof.sse(column, fit), rel=1e-6)
        assert found.chi2["stable"][i] == pytest.approx(sf.gof.chi2(column, fit), rel=1e-6)
        assert found.sse["normal"][i] == pytest.approx(sf.gof.sse(column, normal), rel=1e-9)
        assert found.chi2["normal"][i] == pytest.approx(sf.gof.chi2(column, normal), rel=1e-9)
        assert found.bic["stable"][i] == pytest.approx(fit.bic, rel=1e-9)


@pytest.mark.statistical
def test_by_mle_gaussian_columns_are_ties(by_mle: sf.gof.BatchComparison) -> None:
    """Of normal samples of 1,000, 83 % have alpha = 2 exactly by maximum likelihood, and 17 +- 4 of 100 do not.

    Four standard errors: false alarm 6e-5. There the stable fit is the normal one, and so is its SSE, to rounding.
    """
    for part in by_mle.parts:
        row = part.pair("sse", "stable")
        assert row.tied == pytest.approx(0.83, abs=4 * math.sqrt(0.83 * 0.17 / 100))
        assert row.median_ratio == pytest.approx(1.0, abs=1e-9)
        at_two = part.alpha == 2.0
        np.testing.assert_allclose(part.sse["stable"][at_two], part.sse["normal"][at_two], rtol=1e-9)
        np.testing.assert_allclose(part.chi2["stable"][at_two], part.chi2["normal"][at_two], rtol=1e-9)


@pytest.mark.statistical
def test_by_ecf_gaussian_columns_are_lower_without_being_stable(by_ecf: sf.gof.BatchComparison) -> None:
    """The stable law's SSE is the smaller one on 60 to 90 % of normal samples, by one percent in the median."""
    for part in by_ecf.parts:
        row = part.pair("sse", "stable")
        assert 0.6 <= row.lower <= 0.9
        assert 0.98 <= row.ratio_of_medians <= 1.0


@pytest.mark.statistical
@pytest.mark.parametrize("method", ["mle", "ecf"])
def test_stable_columns_are_won(stable: np.ndarray, method: str) -> None:
    found = sf.gof.compare_batch(stable, method=method)
    row = found.pair("sse", "stable")
    assert row.won == 1.0
    assert row.ratio_of_medians < 0.05
    assert row.pvalue < 1e-6
    assert found.preferred("stable") == 1.0
    assert found.null is not None
    assert found.null.preferred("stable") < 0.1


@pytest.mark.unit
def test_the_null_has_the_same_shape_and_standard_deviations(
    gaussian: np.ndarray, by_mle: sf.gof.BatchComparison
) -> None:
    null = by_mle.null
    assert null is not None
    assert null.source == "gaussian null"
    assert null.status.shape == by_mle.status.shape
    assert null.nobs == by_mle.nobs
    # the normal law's SSE scales as 1 / std**2, over six decades here
    ratio = null.sse["normal"] / by_mle.sse["normal"]
    assert np.all((ratio > 0.2) & (ratio < 5.0))


@pytest.mark.unit
def test_bad_columns_are_marked_left_out_and_counted(stable: np.ndarray) -> None:
    bad = stable[:, :6].copy()
    bad[:, 1] = 3.0
    bad[5, 3] = np.nan
    bad[:500, 4] = 0.0
    found = sf.gof.compare_batch(bad)
    assert [sf.Status(s).name for s in found.status[[1, 3, 4]]] == ["CONSTANT", "NONFINITE", "ZERO_INFLATED"]
    np.testing.assert_array_equal(found.usable, [True, False, True, False, False, True])
    assert np.isnan(found.sse["normal"][~found.usable]).all()
    assert found.pair("sse", "stable").columns == 3
    assert found.null is not None
    assert found.null.status.size == 3
    good = sf.gof.compare_batch(bad[:, found.usable])
    assert good.paired == found.paired
    assert "left out: 1 CONSTANT, 1 ZERO_INFLATED, 1 NONFINITE" in str(found)


@pytest.mark.unit
def test_nothing_usable_is_nan_and_no_error() -> None:
    found = sf.gof.compare_batch(np.ones((50, 3)))
    row = found.pair("sse", "stable")
    assert row.columns == 0
    assert math.isnan(row.won)
    assert "3 CONSTANT" in str(found)


@pytest.mark.unit
def test_axis_and_shape(stable: np.ndarray) -> None:
    cube = stable[:, :6].reshape(1000, 2, 3)
    found, flat = sf.gof.compare_batch(cube), sf.gof.compare_batch(stable[:, :6])
    assert found.status.shape == found.alpha.shape == found.sse["stable"].shape == (2, 3)
    np.testing.assert_array_equal(found.sse["stable"].ravel(), flat.sse["stable"])
    assert found.paired == flat.paired
    turned = sf.gof.compare_batch(stable[:, :6].T, axis=1)
    np.testing.assert_array_equal(turned.chi2["normal"], flat.chi2["normal"])
    assert list(found.to_frame().index[:4]) == [(0, 0), (0, 1), (0, 2), (1, 0)]


@pytest.mark.unit
def test_columns_do_not_depend_on_their_neighbours_or_on_threads() -> None:
    many = sf.Stable(1.7).rvs((60, 300), rng=2)  # more than one chunk
    whole = sf.gof.compare_batch(many, null=False, n_jobs=2)
    part = sf.gof.compare_batch(many[:, 250:270], null=False)
    for law in whole.laws:
        np.testing.assert_array_equal(whole.sse[law][250:270], part.sse[law])
        np.testing.assert_array_equal(whole.bic[law][250:270], part.bic[law])


@pytest.mark.unit
def test_the_same_seed_gives_the_same_null(stable: np.ndarray) -> None:
    few = stable[:, :4]
    first, again, other = (sf.gof.compare_batch(few, rng=seed).null for seed in (5, 5, 6))
    assert first is not None
    assert again is not None
    assert other is not None
    np.testing.assert_array_equal(first.sse["normal"], again.sse["normal"])
    assert not np.array_equal(first.sse["normal"], other.sse["normal"])


@pytest.mark.unit
def test_other_laws_and_options(stable: np.ndarray) -> None:
    few = stable[:, :5]
    found = sf.gof.compare_batch(few, laws=("normal", "stable", "t", "laplace"), bins=30, normalise="scale")
    assert {row.rival for row in found.paired} == {"stable", "t", "laplace"}
    assert len(found.paired) == 12
    law = fit_normal(few.T)
    np.testing.assert_allclose(
        found.sse["normal"], sf.gof.sse(few, law, bins=30, normalise="scale", axis=0), rtol=1e-12
    )
    pearson = sf.gof.compare_batch(few, kind="pearson", null=False)
    expected = sf.gof.chi2(few, law, kind="pearson", axis=0).statistic
    np.testing.assert_allclose(pearson.chi2["normal"], expected, rtol=1e-12)


@pytest.mark.unit
def test_shown_as_text_html_and_frames(by_mle: sf.gof.BatchComparison) -> None:
    text = str(by_mle)
    assert text.startswith(
        "100 columns of 1,000 samples: normal against stable (stable by mle; 100 bins, density Chi2)"
    )
    assert text.count("gaussian null") >= 4
    assert "Wilcoxon p" in text
    assert max(len(line) for line in text.splitlines()) <= 140
    assert by_mle._repr_html_().count("<table>") == 2
    frame = by_mle.to_frame()
    assert frame.shape == (100, 12)
    np.testing.assert_array_equal(frame["sse_stable"], by_mle.sse["stable"])
    paired = by_mle.paired_frame()
    assert list(paired["source"]) == ["samples", "gaussian null"] * 2


@pytest.mark.unit
def test_bad_input(stable: np.ndarray) -> None:
    with pytest.raises(ValueError, match="two dimensions"):
        sf.gof.compare_batch(stable[:, 0])
    with pytest.raises(ValueError, match="did you mean 't'"):
        sf.gof.compare_batch(stable, laws=("normal", "student"))
    with pytest.raises(ValueError, match="kind must"):
        sf.gof.compare_batch(stable, kind="g")  # type: ignore[call-overload, arg-type]
    with pytest.raises(DataError, match="at least one value"):
        sf.gof.compare_batch(np.empty((0, 3)))
    with pytest.raises(TypeError, match="real numbers"):
        sf.gof.compare_batch(np.array([["a", "b"], ["c", "d"]]))
