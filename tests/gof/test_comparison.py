import math

import numpy as np
import pytest
import scipy.stats

import stablefit as sf
from stablefit.errors import DataError
from stablefit.gof.vuong import vuong

DRAWS = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "stable": lambda rng, n: sf.Stable(1.5).rvs(n, rng=rng),
    "t": lambda rng, n: rng.standard_t(3, n),
    "laplace": lambda rng, n: rng.laplace(size=n),
}


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    return 3.0 + 0.01 * sf.Stable(1.5).rvs(2000, rng=0)


@pytest.fixture(scope="module")
def found(samples: np.ndarray) -> sf.gof.Comparison:
    return sf.gof.compare(samples)


@pytest.mark.statistical
@pytest.mark.parametrize("family", DRAWS)
def test_bic_finds_the_true_family(family: str) -> None:
    """Of 50 samples of 4,000, BIC misses at most 3; it misses about 0.5 % of them (false alarm 1e-4)."""
    rng = np.random.default_rng(1)
    drawn = np.array([5.0 + 2.0 * DRAWS[family](rng, 4000) for _ in range(50)])
    found = sf.gof.compare_batch(drawn, axis=1, laws=tuple(DRAWS), null=False)
    best = np.argmin([found.bic[law] for law in DRAWS], axis=0)
    assert np.sum(best == list(DRAWS).index(family)) >= 47
    assert sf.gof.compare(drawn[0]).best == list(DRAWS)[best[0]]


@pytest.mark.unit
def test_rows_are_sorted_and_consistent(found: sf.gof.Comparison, samples: np.ndarray) -> None:
    assert [row["bic"] for row in found.rows] == sorted(row["bic"] for row in found.rows)
    assert found.best == "stable"
    for row in found.rows:
        law = found.laws[row["law"]]
        assert row["loglik"] == pytest.approx(np.sum(law.logpdf(samples)), rel=1e-9)
        assert row["aic"] == pytest.approx(2 * row["free"] - 2 * row["loglik"], rel=1e-12)
        k = row["free"]
        assert row["aicc"] == pytest.approx(row["aic"] + 2 * k * (k + 1) / (2000 - k - 1), rel=1e-12)
        assert row["bic"] == pytest.approx(row["free"] * math.log(2000) - 2 * row["loglik"], rel=1e-12)
        assert row["dbic"] == pytest.approx(row["bic"] - found.rows[0]["bic"], abs=1e-9)
        assert row["sse"] == pytest.approx(sf.gof.sse(samples, law), rel=1e-9)
        assert row["chi2"] == pytest.approx(sf.gof.chi2(samples, law), rel=1e-9)
        assert row["ks"] == pytest.approx(scipy.stats.kstest(samples, law.cdf).statistic, rel=1e-9)
    assert [found[name]["free"] for name in ("normal", "stable", "t", "laplace")] == [2, 3, 3, 2]
    assert [*found["stable"]["params"]] == ["alpha", "loc", "scale"]


@pytest.mark.unit
def test_the_stable_row_is_the_fit(found: sf.gof.Comparison, samples: np.ndarray) -> None:
    fit = sf.fit(samples)
    row = found["stable"]
    assert row["params"] == {"alpha": fit.alpha, "loc": fit.loc, "scale": fit.scale}
    assert row["loglik"] == pytest.approx(fit.loglik, rel=1e-12)
    assert row["bic"] == pytest.approx(fit.bic, rel=1e-12)


@pytest.mark.unit
def test_options_reach_the_measures(samples: np.ndarray) -> None:
    found = sf.gof.compare(samples, ("normal", "stable"), bins=40, range=0.95, normalise="scale", kind="pearson")
    row = found["stable"]
    law = found.laws["stable"]
    assert row["sse"] == sf.gof.sse(samples, law, bins=40, range=0.95, normalise="scale")
    assert row["chi2"] == sf.gof.chi2(samples, law, bins=40, range=0.95, kind="pearson").statistic


@pytest.mark.unit
def test_method_is_the_stable_fits(samples: np.ndarray) -> None:
    found = sf.gof.compare(samples, ("stable",), method="quantile")
    assert found["stable"]["params"]["alpha"] == sf.fit(samples, "quantile").alpha


@pytest.mark.unit
def test_vuong_of_laws_that_coincide_is_nan() -> None:
    """By maximum likelihood a light sample gives alpha = 2 and df = inf: three names for one law."""
    light = np.random.default_rng(2).uniform(size=500)
    found = sf.gof.compare(light, ("normal", "stable", "t"))
    assert found["stable"]["params"]["alpha"] == 2.0
    assert found["t"]["params"]["df"] == math.inf
    assert found.best == "normal"
    assert all(math.isnan(row["vuong"]) for row in found.rows)
    assert found["stable"]["loglik"] == pytest.approx(found["normal"]["loglik"], rel=1e-10)


@pytest.mark.statistical
def test_vuong_is_standard_normal_between_equally_wrong_laws() -> None:
    """Two normal laws equally far from the truth: 2,000 z, 4 standard errors of mean and variance (alarm 1.3e-4)."""
    x = np.random.default_rng(3).standard_normal((2000, 200))
    left, right = scipy.stats.norm(-0.5, 1.0).logpdf(x), scipy.stats.norm(0.5, 1.0).logpdf(x)
    z = np.array([vuong(a, b) for a, b in zip(left, right, strict=True)])
    assert z.mean() == pytest.approx(0.0, abs=4 / math.sqrt(2000))
    assert z.var() == pytest.approx(200 / 198, abs=4 * math.sqrt(2 / 2000))


@pytest.mark.unit
def test_vuong_with_schwarz_correction_has_the_sign_of_the_difference_in_bic() -> None:
    x = np.random.default_rng(4).standard_t(12, 300)
    found = sf.gof.compare(x, ("normal", "t", "laplace", "nig"), folds=None)
    for row in found.rows[1:]:
        assert (row["vuong_bic"] > 0.0) == (row["dbic"] > 0.0)
        gap = row["free"] - found.rows[0]["free"]
        gain = found.rows[0]["loglik"] - row["loglik"]
        if gap:
            assert row["vuong_bic"] / row["vuong"] == pytest.approx((gain + gap * math.log(300) / 2) / gain, rel=1e-9)


@pytest.mark.unit
def test_log_score_is_the_mean_log_density_of_what_was_left_out(samples: np.ndarray) -> None:
    found = sf.gof.compare(samples, ("normal", "stable"), folds=4, rng=5)
    parts = np.array_split(np.random.default_rng(5).permutation(2000), 4)
    total = 0.0
    for part in parts:
        rest = np.delete(samples, part)
        total += scipy.stats.norm(rest.mean(), rest.std()).logpdf(samples[part]).sum()
    assert found["normal"]["cv"] == pytest.approx(total / 2000, rel=1e-12)
    assert found["stable"]["cv"] > found["normal"]["cv"]
    assert found["stable"]["cv"] < found["stable"]["loglik"] / 2000
    assert math.isnan(sf.gof.compare(samples, ("normal",), folds=None)["normal"]["cv"])
    again = sf.gof.compare(samples, ("normal", "stable"), folds=4, rng=5)
    assert again["stable"]["cv"] == found["stable"]["cv"]


@pytest.mark.unit
def test_too_few_samples_for_the_folds_give_no_score() -> None:
    found = sf.gof.compare(np.random.default_rng(6).standard_normal(9), ("normal", "stable"))
    assert math.isfinite(found["normal"]["cv"])
    assert math.isnan(found["stable"]["cv"])  # 7 values are too few for a fit
    for folds in (1, 10, 2.5):
        with pytest.raises(ValueError, match="folds must be an integer from 2"):
            sf.gof.compare(np.arange(9.0), ("normal",), folds=folds)  # type: ignore[arg-type]


@pytest.mark.unit
def test_a_skewed_stable_law_can_be_compared() -> None:
    x = sf.Stable(1.5, 0.9).rvs(500, rng=7)
    found = sf.gof.compare(x, ("stable", "stable-skewed", "t"), method="ecf", folds=2)
    assert found.best == "stable-skewed"
    assert found["stable-skewed"]["params"]["beta"] == sf.fit(x, "ecf", symmetric=False).beta
    assert (found["stable"]["free"], found["stable-skewed"]["free"]) == (3, 4)
    with pytest.raises(ValueError, match="laws must be of normal, stable, t"):
        sf.gof.compare_batch(x.reshape(250, 2), laws=("normal", "stable-skewed"))


@pytest.mark.unit
def test_shown_as_text_html_and_frame(found: sf.gof.Comparison) -> None:
    text = str(found)
    assert "2,000 samples" in text
    assert text.index("stable") < text.index("normal")
    assert "alpha" in text
    assert found._repr_html_().count("<tr>") == 5
    frame = found.to_frame()
    assert list(frame.index) == [row["law"] for row in found.rows]
    assert frame.loc["stable", "alpha"] == found["stable"]["params"]["alpha"]
    assert math.isnan(frame.loc["normal", "alpha"])


@pytest.mark.unit
def test_bad_input(samples: np.ndarray) -> None:
    with pytest.raises(ValueError, match="did you mean 'normal'"):
        sf.gof.compare(samples, ("gauss",))
    with pytest.raises(ValueError, match="each once"):
        sf.gof.compare(samples, ("t", "t"))
    with pytest.raises(ValueError, match="at least one"):
        sf.gof.compare(samples, ())
    with pytest.raises(TypeError, match="sequence of names"):
        sf.gof.compare(samples, "normal")
    for bad in ([], [1.0] * 20, [1.0, 2.0, 3.0], [*range(10), math.nan], [*range(10), math.inf]):
        with pytest.raises(DataError):
            sf.gof.compare(bad)
        with pytest.raises(DataError):
            sf.gof.compare(bad, ("normal", "t"))
    with pytest.raises(ValueError, match="one-dimensional"):
        sf.gof.compare(samples.reshape(40, 50))
    with pytest.raises(KeyError, match="not compared"):
        sf.gof.compare(samples, ("normal",))["stable"]
