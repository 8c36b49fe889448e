from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
import scipy.stats
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import stablefit as sf
from stablefit.errors import DataError
from stablefit.plotting.fits import plot_fit, stable_label
from stablefit.plotting.shown import robust_limits

mpl.use("Agg")
KINDS = ["hist", "qq", "pp", "cdf", "tail"]
pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    from matplotlib import pyplot as plt

    before = plt.get_fignums()
    yield
    assert not before
    plt.close("all")


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    return sf.Stable(1.5, loc=2.0, scale=0.1).rvs(500, rng=0)


@pytest.fixture(scope="module")
def fit(samples: np.ndarray) -> sf.FitResult:
    return sf.fit(samples)


def texts(ax: Axes) -> str:
    legend = ax.get_legend()
    assert legend is not None
    return "\n".join(entry.get_text() for entry in legend.get_texts())


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_is_made_only_without_axes_and_never_shown(
    kind: str, fit: sf.FitResult, samples: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib import pyplot as plt

    monkeypatch.setattr(plt, "show", lambda: pytest.fail("shown"))
    own = plot_fit(fit, samples, kind)  # type: ignore[arg-type]
    assert plt.get_fignums() == [own.figure.number]  # type: ignore[union-attr]
    ax = Figure().subplots()
    assert plot_fit(fit, samples, kind, ax) is ax  # type: ignore[arg-type]
    assert len(plt.get_fignums()) == 1
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert rf"$\alpha$ = {fit.alpha:.3f} $\pm$ {fit.bse['alpha']:.2g}" in texts(ax)
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]


def test_one_sample_far_out_does_not_squash_the_picture(fit: sf.FitResult, samples: np.ndarray) -> None:
    far = np.append(samples, [1e6, -1e9])
    for kind in ("hist", "cdf"):
        ax = plot_fit(fit, far, kind)  # type: ignore[arg-type]
        low, high = ax.get_xlim()
        assert 0.0 < low < 2.0 < high < 4.0
        outside = np.sum((far < low) | (far > high))
        assert outside >= 2
        assert f"502 samples, {outside} outside" in texts(ax)


def test_heights_are_densities_of_all_samples(fit: sf.FitResult, samples: np.ndarray) -> None:
    ax = plot_fit(fit, samples, "hist")
    values, edges, _ = ax.patches[0].get_data()  # type: ignore[attr-defined]
    inside = np.mean((samples >= edges[0]) & (samples <= edges[-1]))
    assert np.sum(values * np.diff(edges)) == pytest.approx(inside, rel=1e-12)


def test_curves_are_the_laws(fit: sf.FitResult, samples: np.ndarray) -> None:
    stable, normal = plot_fit(fit, samples, "hist").get_lines()
    np.testing.assert_allclose(stable.get_ydata(), fit.law.pdf(stable.get_xdata()), rtol=1e-12)
    moments = scipy.stats.norm(samples.mean(), samples.std())
    np.testing.assert_allclose(normal.get_ydata(), moments.pdf(normal.get_xdata()), rtol=1e-9)


def test_tail_shows_every_sample_of_a_small_set(fit: sf.FitResult, samples: np.ndarray) -> None:
    few = samples[:100]
    ax = plot_fit(fit, few, "tail")
    points, stable, _ = ax.get_lines()
    np.testing.assert_allclose(points.get_xdata(), np.sort(np.abs(few - fit.loc)), rtol=1e-12)
    np.testing.assert_allclose(points.get_ydata()[[0, -1]], [0.995, 0.005], rtol=1e-12)
    t = np.asarray(stable.get_xdata())
    np.testing.assert_allclose(stable.get_ydata(), 2.0 * fit.law.sf(fit.loc + t), rtol=1e-9)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_qq_of_many_samples_keeps_the_outer_ones(fit: sf.FitResult) -> None:
    many = sf.Stable(1.5, loc=2.0, scale=0.1).rvs(20_000, rng=1)
    ax = plot_fit(fit, many, "qq")
    drawn = np.asarray(ax.get_lines()[1].get_ydata())
    ordered = np.sort(many)
    assert drawn.size <= 400
    np.testing.assert_array_equal(drawn[:50], ordered[:50])
    np.testing.assert_array_equal(drawn[-50:], ordered[-50:])


@pytest.mark.statistical
def test_qq_band_holds_a_sample_with_its_probability() -> None:
    """Per rank the band holds a sample with probability .95: 200 sets of 40, 4 standard errors (false alarm 6e-5)."""
    law = sf.Stable(1.7)
    rows = law.rvs((200, 40), rng=2)
    band = plot_fit(law, rows[0], "qq").collections[0].get_paths()[0].vertices
    lower, upper = np.asarray(band)[1:41, 1], np.asarray(band)[42:82, 1][::-1]
    held = (np.sort(rows, axis=1) > lower) & (np.sort(rows, axis=1) < upper)
    # ranks of one set move together, so the standard error is that of 200 sets
    assert held.mean(axis=1).mean() == pytest.approx(0.95, abs=4 * held.mean(axis=1).std() / np.sqrt(200))


def test_qq_is_linear_where_nothing_lies_far_out() -> None:
    light = np.random.default_rng(3).standard_normal(300)
    assert plot_fit(sf.Stable(2.0, scale=0.5**0.5), light, "qq").get_xscale() == "linear"


def test_labels(fit: sf.FitResult) -> None:
    assert stable_label(sf.Stable(1.234)) == r"S$\alpha$S, $\alpha$ = 1.234"
    light = sf.fit(np.random.default_rng(4).uniform(size=200))
    assert stable_label(light) == r"S$\alpha$S, $\alpha$ = 2 (the normal law)"
    held = sf.fit(fit.samples, fixed={"alpha": 1.5})  # known, so it has no error to show
    assert stable_label(held) == r"S$\alpha$S, $\alpha$ = 1.500"
    assert stable_label(scipy.stats.norm()) == "rv_continuous_frozen"


def test_the_method_of_a_fit_draws_the_same(fit: sf.FitResult) -> None:
    own, here = fit.plot("tail"), plot_fit(fit, fit.samples, "tail")
    for ours, drawn in zip(own.get_lines(), here.get_lines(), strict=True):
        np.testing.assert_array_equal(ours.get_xydata(), drawn.get_xydata())


def test_a_bare_law_of_another_family_can_be_drawn(samples: np.ndarray) -> None:
    for kind in KINDS:
        plot_fit(scipy.stats.norm(2.0, 0.2), samples, kind).figure.draw_without_rendering()  # type: ignore[arg-type, union-attr]


def test_robust_limits() -> None:
    values = np.sort(np.concatenate([np.linspace(-1.0, 1.0, 101), [-1e9, 50.0]]))
    low, high = robust_limits(values)
    assert low == pytest.approx(-4.0, rel=0.05)
    assert high == pytest.approx(4.0, rel=0.05)
    assert robust_limits(np.array([1.0, 1.0, 1.0, 1.0, 9.0])) == (1.0, 9.0)


@pytest.mark.parametrize("kind", KINDS)
def test_many_equal_samples_still_give_a_picture(kind: str, fit: sf.FitResult) -> None:
    rounded = np.array([1.0] * 20 + [2.0] * 5)
    plot_fit(fit, rounded, kind).figure.draw_without_rendering()  # type: ignore[arg-type, union-attr]


def test_bad_input(fit: sf.FitResult, samples: np.ndarray) -> None:
    with pytest.raises(ValueError, match="kind must be one of hist"):
        plot_fit(fit, samples, "violin")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="finite"):
        plot_fit(fit, [1.0, np.nan])
    with pytest.raises(DataError, match="all be the same"):
        plot_fit(fit, [2.5] * 20)
    with pytest.raises(DataError, match="at least one value"):
        plot_fit(fit, [])
