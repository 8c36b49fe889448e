from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import stablefit as sf
from stablefit.errors import DataError
from stablefit.plotting.hill import expected_index, hill_estimates
from stablefit.plotting.laws import law_label, plot_laws
from stablefit.plotting.probability import band, stabilised

mpl.use("Agg")
KINDS = ["density", "cdf", "qq", "pp", "detrended", "tail", "hill"]


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
def found(samples: np.ndarray) -> sf.gof.Comparison:
    return sf.gof.compare(samples, folds=None)


def texts(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [entry.get_text() for entry in legend.get_texts()]


@pytest.mark.unit
@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_is_made_only_without_axes_and_never_shown(
    kind: str, found: sf.gof.Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib import pyplot as plt

    monkeypatch.setattr(plt, "show", lambda: pytest.fail("shown"))
    own = found.plot(kind)  # type: ignore[arg-type]
    assert plt.get_fignums() == [own.figure.number]  # type: ignore[union-attr]
    ax = Figure().subplots()
    assert found.plot(kind, ax) is ax  # type: ignore[arg-type]
    assert len(plt.get_fignums()) == 1
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert [text for text in texts(ax) if text.startswith("stable")] == [
        rf"stable, $\alpha = {found['stable']['params']['alpha']:.3g}$"
    ]
    assert len(texts(ax)) >= 4
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]


@pytest.mark.unit
@pytest.mark.parametrize("kind", KINDS)
def test_fits_and_foreign_laws_in_a_list(kind: str, samples: np.ndarray) -> None:
    laws = [sf.fit(samples), sf.fit(samples, "ecf"), scipy.stats.norm(2.0, 0.2)]
    ax = plot_laws(samples, laws, kind)  # type: ignore[arg-type]
    assert [text.rpartition(" ")[2] for text in texts(ax) if ", by " in text] == ["mle", "ecf"]
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]


@pytest.mark.unit
@pytest.mark.parametrize("kind", ["density", "cdf"])
def test_one_sample_far_out_does_not_squash_the_picture(kind: str, samples: np.ndarray) -> None:
    ax = plot_laws(np.append(samples, 1e9), [sf.Stable(1.5, loc=2.0, scale=0.1)], kind)  # type: ignore[arg-type]
    low, high = ax.get_xlim()
    assert 0.0 < low < 2.0 < high < 4.0
    assert any("outside" in text for text in texts(ax))


@pytest.mark.unit
@pytest.mark.parametrize("kind", KINDS)
def test_many_equal_samples_still_give_a_picture(kind: str) -> None:
    rounded = np.array([1.0] * 20 + [2.0] * 15 + [3.0, 5.0])
    plot_laws(rounded, [sf.Stable(1.5, loc=1.5)], kind).figure.draw_without_rendering()  # type: ignore[arg-type, union-attr]


@pytest.mark.unit
def test_labels() -> None:
    assert law_label("stable-skewed", sf.Stable(1.5, 0.25)) == r"stable-skewed, $\alpha = 1.5$, $\beta = 0.25$"
    light = sf.gof.compare(np.random.default_rng(0).uniform(size=100), ("t", "nig", "normal"), folds=None)
    assert law_label("t", light.laws["t"]) == r"t, $\nu = \infty$"
    assert law_label("normal", light.laws["normal"]) == "normal"


@pytest.mark.unit
def test_a_law_has_one_colour_in_every_picture(found: sf.gof.Comparison, samples: np.ndarray) -> None:
    alone = plot_laws(samples, {"t": found.laws["t"]}, "density").get_lines()[0].get_color()
    line = next(line for line in found.plot("cdf").get_lines() if str(line.get_label()).startswith("t,"))
    assert line.get_color() == alone


@pytest.mark.statistical
@pytest.mark.parametrize("n", [30, 1000])
def test_the_band_holds_all_points_at_once(n: int) -> None:
    """In 95 % of 2,000 samples, 4 standard errors of both simulations: false alarm 6e-5."""
    u = np.sort(np.random.default_rng(1).random((2000, n)), axis=1)
    held = np.max(np.abs(stabilised(u) - stabilised((np.arange(n) + 0.5) / n)), axis=1) <= band(n)
    assert held.mean() == pytest.approx(0.95, abs=4 * np.sqrt(2 * 0.95 * 0.05 / 2000))


@pytest.mark.unit
def test_the_band_shrinks_as_samples_grow() -> None:
    assert band(1_000_000) == pytest.approx(band(20_000) / np.sqrt(50), rel=1e-12)
    assert band(100) > band(1000) > band(20_000)


@pytest.mark.unit
def test_hill_finds_the_exponent_of_a_power() -> None:
    """Quantiles of Pareto's law with exponent 1.5, both signs, about 0."""
    d = (np.arange(2000) + 0.5) / 2000
    x = np.concatenate([d ** (-1 / 1.5), -(d ** (-1 / 1.5))])
    k, estimate = hill_estimates(x)
    assert k[0] == 10
    assert k[-1] == 2000
    np.testing.assert_allclose(estimate[k > 300], 1.5, rtol=0.02)


@pytest.mark.unit
def test_the_expected_index_of_a_cauchy_law() -> None:
    """P(D > u) = 1 - 2 atan(u) / pi, about u^-1: far out the index is 1; in the middle it is a quadrature."""
    shares = np.array([0.001, 0.2, 0.5])
    found = expected_index(sf.Stable(1.0), 0.0, shares)
    assert found[0] == pytest.approx(1.0, rel=1e-3)
    for share, index in zip(shares, found, strict=True):
        u = scipy.stats.cauchy.isf(share / 2)
        total, _ = scipy.integrate.quad(lambda t: 2 * scipy.stats.cauchy.sf(t) / t, u, np.inf)
        assert index == pytest.approx(share / total, rel=2e-3)


@pytest.mark.unit
def test_bad_input(samples: np.ndarray) -> None:
    law = sf.Stable(1.5)
    with pytest.raises(ValueError, match="kind must be one of density"):
        plot_laws(samples, [law], "violin")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one law"):
        plot_laws(samples, [])
    with pytest.raises(ValueError, match="more than 10 values"):
        plot_laws(samples[:9], [law], "hill")
    with pytest.raises(DataError, match="all be the same"):
        plot_laws([2.5] * 20, [law])
    with pytest.raises(DataError, match="finite"):
        plot_laws([1.0, np.nan], [law])
