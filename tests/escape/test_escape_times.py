import matplotlib as mpl
import numpy as np
import pytest

import stablefit as sf
from stablefit.escape import fit_escape_times, kramers_time, mori_time, xie_time

mpl.use("agg")

ETA = np.geomspace(0.01, 0.2, 7)


def noisy(tau: np.ndarray, seed: int, relative: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    return tau * np.exp(relative * np.random.default_rng(seed).standard_normal(tau.size)), relative * tau


@pytest.mark.unit
def test_exact_times_give_their_parameters() -> None:
    size = np.array([8.0, 8, 16, 16, 32, 32, 64])
    fits = fit_escape_times(ETA, 5.0 * ETA**-1.6 * size**0.6, se=ETA**-1.6, batch_size=size)
    assert fits["levy"].slope == pytest.approx(1.6, rel=1e-12)
    assert fits["levy"].level == pytest.approx(np.log(5.0), rel=1e-12)
    assert fits["levy"].chi2 == pytest.approx(0.0, abs=1e-20)
    assert fits.best == "levy"
    other = fit_escape_times(ETA, np.exp(1.0 + 0.002 * size / ETA) / ETA, batch_size=size)
    assert other["mori"].slope == pytest.approx(0.002, rel=1e-12)
    assert other["mori"].level == pytest.approx(1.0, rel=1e-12)


@pytest.mark.unit
def test_least_squares_by_hand() -> None:
    tau, se = noisy(3.0 * ETA**-1.3, 0, 0.1)
    design = np.stack([np.ones(7), -np.log(ETA)], axis=1)
    weight = np.diag((tau / se) ** 2)
    normal = design.T @ weight @ design
    level, slope = np.linalg.solve(normal, design.T @ weight @ np.log(tau))
    fit = fit_escape_times(ETA, tau, se)["levy"]
    assert (fit.level, fit.slope) == (pytest.approx(level, rel=1e-10), pytest.approx(slope, rel=1e-10))
    errors = np.sqrt(np.diagonal(np.linalg.inv(normal)))
    np.testing.assert_allclose([fit.level_se, fit.slope_se], errors, rtol=1e-9)
    rest = np.log(tau) - level + slope * np.log(ETA)
    assert fit.chi2 == pytest.approx(rest @ weight @ rest, rel=1e-9)
    sd = se / tau
    loglik = np.sum(-0.5 * (rest / sd) ** 2 - np.log(sd) - 0.5 * np.log(2 * np.pi))
    assert fit.loglik == pytest.approx(loglik, rel=1e-10)
    assert fit.aicc == pytest.approx(-2 * loglik + 2 * 2 + 2 * 2 * 3 / (7 - 2 - 1), rel=1e-10)
    unknown = fit_escape_times(ETA, tau)["levy"]
    ordinary = np.linalg.lstsq(design, np.log(tau), rcond=None)
    assert unknown.slope == pytest.approx(ordinary[0][1], rel=1e-10)
    loglik = -0.5 * 7 * (np.log(2 * np.pi * ordinary[1][0] / 7) + 1)
    assert unknown.aicc == pytest.approx(-2 * loglik + 2 * 3 + 2 * 3 * 4 / (7 - 3 - 1), rel=1e-9)
    assert np.isnan(unknown.pvalue)


@pytest.mark.unit
def test_two_theories_are_one_curve_until_their_slopes_are_known() -> None:
    size = np.array([8.0, 8, 16, 16, 32, 32, 64])
    tau, se = noisy(2.0 * ETA**-1.4 * size**0.4, 1)
    free = fit_escape_times(ETA, tau, se, size)
    assert free.same_curve == [("mori", "xie")]
    assert free["mori"].aicc == free["xie"].aicc
    assert free.weights["mori"] == free.weights["xie"]
    assert free.weights["mori"] + free.weights["levy"] == pytest.approx(1.0)
    assert "mori and xie are the same curve" in str(free)
    measured = fit_escape_times(ETA, tau, se, size, curvature=4.0, loss=0.1, barrier=0.05)
    assert measured.same_curve == []
    assert measured["mori"].slope == pytest.approx(np.log(1.5) / 4.0)
    assert measured["xie"].slope == pytest.approx(2 * 0.05 / 4.0)
    assert measured["mori"].slope_se == 0.0
    assert "given" in str(measured)
    assert sum(measured.weights.values()) == pytest.approx(1.0)
    assert fit_escape_times(ETA, tau, se, alpha=1.4)["levy"].slope_known


@pytest.mark.unit
@pytest.mark.parametrize("clock", ["sde", "iteration"])
def test_measured_slopes_are_those_of_the_theories(clock: str) -> None:
    """The theories' own times are fitted exactly by their own forms."""
    size = 32.0
    basin = {"curvature": 2.0, "saddle_curvature": 1.0, "barrier": 0.03}
    unit = ETA if clock == "iteration" else 1.0
    mori = mori_time(ETA, size, loss=0.2, **basin) / unit
    xie = xie_time(ETA, size, split=0.3, **basin) / unit
    for name, tau in (("mori", mori), ("xie", xie)):
        fits = fit_escape_times(ETA, tau, batch_size=size, clock=clock, loss=0.2, split=0.3, **basin)
        assert fits[name].chi2 == pytest.approx(0.0, abs=1e-20)
        assert fits.best == name
        np.testing.assert_allclose(fits.predict(name, ETA), tau, rtol=1e-9)
    law = sf.escape.ExitLaw(1.4, 0.3, -1.0, 1.0, eta=1.0, clock=clock)
    tau = np.array([1.0 / sf.escape.ExitLaw(1.4, 0.3, -1.0, 1.0, eta=eta, clock=clock).rate(1.0) for eta in ETA])
    levy = fit_escape_times(ETA, tau, clock=clock)["levy"]
    assert levy.slope == pytest.approx(1.4, rel=1e-10)
    assert np.exp(-levy.level) == pytest.approx(law.rate(1.0), rel=1e-9)


@pytest.mark.unit
def test_mean_times_by_hand() -> None:
    assert kramers_time(1.0, 2.0, 0.5, 0.25) == pytest.approx(2 * np.pi * np.exp(4.0))
    one = mori_time(0.1, 4, curvature=2.0, saddle_curvature=0.5, loss=0.2, barrier=0.1)
    assert one == pytest.approx(2 * np.pi / np.sqrt(2.0 * 0.5) * 1.5 ** (0.5 + 4 / 0.2))
    two = mori_time(0.1, 4, curvature=2.0, saddle_curvature=0.5, loss=0.2, barrier=0.1, n=2, determinant_ratio=9.0)
    assert two == pytest.approx(2 * np.pi / 0.5 / 3.0 * 1.5**20.0)
    flat = xie_time(0.1, 4, curvature=2.0, saddle_curvature=0.5, barrier=0.1)
    assert flat == pytest.approx(2 * np.pi / 0.5 * np.exp(8.0 * (0.25 + 1.0)))


@pytest.mark.statistical
def test_the_true_theory_is_chosen_and_its_interval_covers() -> None:
    """Errors of alpha beyond 1.96 standard errors in 5 % of 200 sets: 24 or more by chance in 5e-5."""
    wrong = missed = 0
    for seed in range(200):
        fits = fit_escape_times(ETA, *noisy(3.0 * ETA**-1.4, seed, 0.1))
        wrong += fits.best != "levy"
        missed += abs(fits["levy"].slope - 1.4) > 1.96 * fits["levy"].slope_se
    assert wrong <= 4
    assert missed < 24


@pytest.mark.unit
def test_it_shows_itself() -> None:
    tau, se = noisy(3.0 * ETA**-1.4, 3)
    fits = fit_escape_times(ETA, tau, se, 16)
    frame = fits.to_frame()
    assert list(frame.index) == [fit.theory for fit in fits]
    assert frame.loc["levy", "slope"] == fits["levy"].slope
    assert frame["delta"].iloc[0] == 0.0
    assert len(fits) == 3
    assert "7 mean times of exit in iterations" in str(fits)
    assert "<table>" in fits._repr_html_()
    ax = fits.plot()
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "Mori et al. and Xie et al." in labels
    assert sum("Xie" in label for label in labels) == 1
    assert fits.predict("levy", 0.05) == pytest.approx(fits.predict("levy", [0.05], 16)[0])
    with pytest.raises(KeyError, match="theory must be one of"):
        fits["own"]
    several = fit_escape_times(ETA, tau, se, np.array([8.0, 8, 16, 16, 32, 32, 64]))
    with pytest.raises(ValueError, match="batch_size must be given"):
        several.predict("levy", 0.1)
    several.plot(several.plot().figure.add_subplot())


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"tau": [1.0, 2.0, 3.0]}, ValueError, r"tau must have eta's shape \(7,\), got \(3,\)"),
        ({"tau": np.full(7, -1.0)}, sf.DataError, "tau must be positive and finite, got -1.0"),
        ({"tau": np.full(7, np.inf)}, sf.DataError, "leave such runs out"),
        ({"eta": np.full(7, 0.1)}, sf.DataError, "eta must take different values"),
        ({"eta": [0.1, 0.2], "tau": [2.0, 1.0]}, sf.DataError, "at least 5 values, got 2"),
        ({"theories": ["kramers"]}, ValueError, "theories must be among"),
        ({"theories": []}, ValueError, "theories must be among"),
        ({"clock": "epochs"}, ValueError, "clock must be"),
        ({"alpha": 3.0}, ValueError, r"alpha must lie in \(0, 2\]"),
        ({"split": 1.0}, ValueError, r"split must lie in \(0, 1\)"),
        ({"curvature": -1.0}, ValueError, "curvature must be positive"),
        ({"curvature": 1.0, "barrier": 1.0}, ValueError, "batch_size must be given where curvature"),
        ({"eta": np.ones((2, 2))}, ValueError, "eta must have one dimension"),
    ],
)
def test_errors(changed: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        fit_escape_times(**({"eta": ETA, "tau": 1.0 / ETA} | changed))


@pytest.mark.unit
def test_theories_check_their_arguments() -> None:
    with pytest.raises(ValueError, match="barrier must be positive and finite, got 0"):
        kramers_time(0.0, 1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="split must lie in"):
        xie_time(0.1, 1, curvature=1.0, saddle_curvature=1.0, barrier=1.0, split=2.0)
