import inspect
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate

import stablefit as sf
from stablefit.estimators.binned_result import BinnedFit

pytestmark = pytest.mark.unit
X = sf.Stable(1.5, loc=3.0, scale=2.0).rvs(800, rng=0)


@pytest.fixture(scope="module")
def result():
    return sf.fit(X)


def test_parameters_errors_and_covariance_agree(result):
    assert list(result.params) == list(result.bse) == ["alpha", "beta", "loc", "scale"]
    assert result.params == {"alpha": result.alpha, "beta": 0.0, "loc": result.loc, "scale": result.scale}
    assert result.free == ("alpha", "loc", "scale")
    assert result.fixed == {"beta": 0.0}
    np.testing.assert_allclose(np.sqrt(np.diagonal(result.cov)), [result.bse[name] for name in result.free], rtol=1e-12)
    assert result.bse["beta"] == 0.0
    np.testing.assert_array_equal(result.cov, result.cov.T)
    assert (np.linalg.eigvalsh(result.cov) > 0.0).all()


@pytest.mark.parametrize("method", ["mle", "ecf", "quantile", "logmoment", "mohammadi"])
def test_likelihood_and_criteria_are_the_laws(method):
    result = sf.fit(X, method)
    assert result.method == method
    assert result.loglik == pytest.approx(result.law.logpdf(X).sum(), rel=1e-12)
    assert result.aic == pytest.approx(6.0 - 2.0 * result.loglik)
    assert result.bic == pytest.approx(3.0 * np.log(800) - 2.0 * result.loglik)
    assert result.law == sf.Stable(result.alpha, 0.0, result.loc, result.scale)


def test_criteria_count_free_parameters():
    result = sf.fit(X, fixed={"loc": 3.0, "beta": 0.0})
    assert result.free == ("alpha", "scale")
    assert result.fixed == {"beta": 0.0, "loc": 3.0}
    assert result.aic == pytest.approx(4.0 - 2.0 * result.loglik)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (sf.FitResult, {"weights", "rng"}),
        (BinnedFit, {"weights", "rng", "counts", "edges"}),
        (sf.BatchFit, {"known_loglik"}),
    ],
)
def test_what_a_result_may_hold_is_given_by_name(kind, names):
    asked = inspect.signature(kind).parameters.values()
    assert {parameter.name for parameter in asked if parameter.kind is inspect.Parameter.KEYWORD_ONLY} == names


def test_everything_held_is_a_law_with_a_likelihood():
    result = sf.fit(X, fixed={"alpha": 1.5, "loc": 3.0, "scale": 2.0})
    assert (result.free, result.cov.shape, result.status) == ((), (0, 0), sf.Status.OK)
    assert result.loglik == pytest.approx(sf.Stable(1.5, 0.0, 3.0, 2.0).logpdf(X).sum(), rel=1e-12)
    assert result.conf_int()["alpha"] == (1.5, 1.5)


def test_maximum_likelihood_is_no_less_likely_than_any_other(result):
    for method in ("ecf", "quantile", "logmoment", "mohammadi"):
        assert sf.fit(X, method).loglik < result.loglik


def test_one_dimension_gives_one_result_whatever_the_axis(result):
    assert sf.fit(X, axis=0).alpha == sf.fit(X, axis=-1).alpha == result.alpha


def test_repr_is_short(result):
    expected = f"FitResult(alpha={result.alpha:.6g}, beta=0, loc={result.loc:.6g}, scale={result.scale:.6g}"
    assert repr(result) == f"{expected}, param='S0', method='mle', nobs=800, status=OK)"


def test_dict_is_plain_json(result):
    content = json.loads(json.dumps(result.to_dict()))
    assert content["params"] == result.params
    assert content["cov"] == result.cov.tolist()
    assert (content["status"], content["converged"], content["at_boundary"]) == ("OK", True, False)


def test_summary_shows_every_number(result):
    text = result.summary()
    assert max(len(line) for line in text.splitlines()) == 66
    intervals = result.conf_int()
    for name in result.free:
        row = next(line for line in text.splitlines() if line.startswith(name))
        want = [f"{value:.6g}" for value in (result.params[name], result.bse[name], *intervals[name])]
        assert row.split() == [name, *want]
    for part in ("maximum likelihood", "800", f"{result.loglik:.6g}", f"{result.aic:.6g}", f"{result.bic:.6g}", "OK"):
        assert part in text
    assert "held" in next(line for line in text.splitlines() if line.startswith("beta"))
    assert text.endswith("converged")


def test_html_colours_what_to_look_at(result):
    html = result._repr_html_()
    assert html.count("#d4edda") == 3
    assert f"{result.alpha:.6g}" in html
    assert "<script" not in html
    normal = sf.fit(np.linspace(-1.0, 1.0, 50))
    assert normal._repr_html_().count("#fff3cd") == 2
    lost = replace(result, status=sf.Status.NOT_CONVERGED)
    assert lost._repr_html_().count("#f8d7da") == 2


def test_html_shows_every_number():
    result = sf.fit(X, fixed={"loc": 3.0})
    html, intervals = result._repr_html_(), result.conf_int()
    rows = re.findall("<tr>(<td>.*?)</tr>", html)
    cells = [re.findall("<td>(.*?)</td>", row) for row in rows]
    alpha, scale = (
        [name, f"{result.params[name]:.6g}", f"{result.bse[name]:.3g}", *(f"{end:.6g}" for end in intervals[name])]
        for name in ("alpha", "scale")
    )
    assert cells == [alpha, ["beta", "0", "held", "", ""], ["loc", "3", "held", "", ""], scale]
    figures = f"800 samples, log-likelihood {result.loglik:.6g}, AIC {result.aic:.6g}, BIC {result.bic:.6g}"
    assert f"by maximum likelihood, {figures}" in html
    assert re.findall("<th>(.*?)</th>", html) == ["", "estimate", "std err", "2.5 %", "97.5 %"]


def test_fits_of_bad_samples_have_no_law():
    lost = sf.fit(np.ones((1, 20)), axis=1)[0]
    with pytest.raises(sf.DataError, match="no law was fitted: not fitted: all values are equal"):
        lost.law  # noqa: B018
    assert np.isnan(lost.conf_int()["alpha"]).all()
    assert "CONSTANT" in lost.summary()
    assert "CONSTANT" in lost._repr_html_()


def test_plots_and_tests_are_handed_on(result):
    import matplotlib as mpl

    with mpl.rc_context({"backend": "agg"}):
        import matplotlib.pyplot as plt

        axes = result.plot("hist")
        assert axes.get_ylabel() == "density"
        assert result.plot("qq", ax=axes) is axes
        plt.close("all")
    with pytest.raises(ValueError, match="kind must be one of"):
        result.plot("pie")
    found = result.gof(statistic="ks", n_boot=19, rng=0)
    assert 0.0 < found.pvalue <= 1.0


def test_an_estimate_of_the_density_integrates_to_one(result):
    total = integrate.quad(result.law.pdf, -np.inf, np.inf, limit=200)[0]
    assert total == pytest.approx(1.0, abs=1e-6)


@pytest.mark.data
def test_real_returns_have_the_known_fit(data_folder):
    """Daily log returns of the S&P 500: an independent fit gives alpha 1.5355, loc .000487, scale .005913."""
    with np.load(data_folder / "series" / "arch_sp500.npz") as archive:
        returns = np.diff(np.log(archive["close"]))
    result = sf.fit(returns, nan_policy="omit")
    assert (result.nobs, result.status) == (5030, sf.Status.OK)
    assert result.alpha == pytest.approx(1.536, abs=0.002)
    assert result.scale == pytest.approx(0.00591, rel=0.01)
    assert result.loc == pytest.approx(0.000487, abs=result.bse["loc"])
