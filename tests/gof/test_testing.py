import math

import numpy as np
import pytest
import scipy.stats

import stablefit as sf


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    return 2.0 + 0.1 * sf.Stable(1.5).rvs(100, rng=0)


@pytest.mark.unit
def test_known_parameters_are_scipys_tests() -> None:
    x = np.random.default_rng(0).standard_normal(80) + 0.2
    law = scipy.stats.norm()
    for name, expected in (("ks", scipy.stats.kstest(x, law.cdf)), ("cvm", scipy.stats.cramervonmises(x, law.cdf))):
        found = sf.gof.test(x, law, statistic=name, params_known=True)  # type: ignore[arg-type]
        assert found.value == pytest.approx(expected.statistic, rel=1e-12)
        assert found.pvalue == pytest.approx(expected.pvalue, rel=1e-9)
        assert (found.n_boot, found.refitted) == (0, False)


@pytest.mark.statistical
def test_ad_with_known_parameters_has_its_known_quantile() -> None:
    """A^2 = 2.492 has p = .05 (Stephens 1974); 4,000 draws, 4 standard errors: false alarm 6e-5."""
    x, law = np.array([0.2, 0.5, 0.9]), scipy.stats.uniform()
    value = sf.gof.test(x, law, params_known=True, n_boot=4000, rng=1)
    assert value.n_boot == 4000
    from stablefit.gof.testing import _known

    pvalue, _ = _known("ad", 2.492, np.sort(np.random.default_rng(2).random(100)), law, 4000, np.random.default_rng(3))
    assert pvalue == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / 4000))


@pytest.mark.unit
@pytest.mark.parametrize("statistic", ["ad", "ks", "cvm", "ecf"])
def test_the_right_law_is_kept_and_a_wrong_one_rejected(samples: np.ndarray, statistic: str) -> None:
    options = {"statistic": statistic, "n_boot": 99, "rng": 1}
    right = sf.gof.test(samples, sf.fit(samples, "ecf"), **options)  # type: ignore[arg-type]
    assert right.pvalue > 0.05
    assert right.refitted
    assert right.nobs == 100
    wrong = np.concatenate([np.random.default_rng(2).normal(side, 0.5, 50) for side in (-3.0, 3.0)])
    assert sf.gof.test(wrong, sf.fit(wrong, "ecf"), **options).pvalue == 1 / 100  # type: ignore[arg-type]


@pytest.mark.statistical
def test_size_with_refitting_by_the_warp_speed_bootstrap() -> None:
    """Samples and their one bootstrap sample each, all statistics pooled: 5 % of 400 rejected, 4 standard errors.

    Giacomini, Politis and White, Econometric Theory 29 (2013). The quantile compared with is estimated from 400
    values too, which doubles the variance. False alarm 6e-5.
    """
    from stablefit.gof.edf import anderson_darling

    rows = np.sort(sf.Stable(1.5).rvs((400, 60), rng=3), axis=1)
    fits = sf.fit(rows, "ecf", axis=1)
    law = sf.Stable(fits.alpha, 0.0, fits.loc, fits.scale)
    again_rows = np.sort(law.rvs((60, 400), rng=4).T, axis=1)
    again = sf.fit(again_rows, "ecf", axis=1)
    drawn = anderson_darling(again_rows, sf.Stable(again.alpha, 0.0, again.loc, again.scale))
    share = np.mean(anderson_darling(rows, law) > np.quantile(drawn, 0.95))
    assert share == pytest.approx(0.05, abs=4 * math.sqrt(2 * 0.05 * 0.95 / 400))


@pytest.mark.unit
def test_refitting_gives_smaller_pvalues_than_pretending(samples: np.ndarray) -> None:
    fit = sf.fit(samples, "ecf")
    honest = sf.gof.test(samples, fit, statistic="ks", n_boot=199, rng=5)
    with pytest.warns(sf.StablefitWarning, match="estimated"):
        pretended = sf.gof.test(samples, fit, statistic="ks", params_known=True)
    assert honest.pvalue < pretended.pvalue


@pytest.mark.unit
def test_the_same_seed_gives_the_same_pvalue_for_any_number_of_threads(samples: np.ndarray) -> None:
    fit = sf.fit(samples, "ecf")
    one, two = (sf.gof.test(samples, fit, n_boot=150, rng=6, n_jobs=jobs) for jobs in (1, 2))
    assert one == two


@pytest.mark.unit
def test_held_parameters_stay_held(samples: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    from stablefit.estimators import fitting

    fit = sf.fit(samples, fixed={"loc": 2.0})
    seen = []
    original = fitting.fit

    def spy(*args: object, **options: object) -> object:
        seen.append(options)
        return original(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(fitting, "fit", spy)
    sf.gof.test(samples, fit, n_boot=5, rng=7)
    assert seen[0]["fixed"] == {"beta": 0.0, "loc": 2.0}
    assert seen[0]["symmetric"] is True


@pytest.mark.unit
def test_bad_input(samples: np.ndarray) -> None:
    fit = sf.fit(samples, "ecf")
    with pytest.raises(ValueError, match="params_known=True"):
        sf.gof.test(samples, sf.Stable(1.5))
    with pytest.raises(TypeError, match="cf, loc, scale and rvs"):
        sf.gof.test(samples, scipy.stats.norm(), statistic="ecf", params_known=True)
    with pytest.raises(ValueError, match="statistic must be"):
        sf.gof.test(samples, fit, statistic="kuiper")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="n_boot must"):
        sf.gof.test(samples, fit, n_boot=0)
    with pytest.raises(sf.DataError, match="finite"):
        sf.gof.test([1.0, math.nan], fit)
