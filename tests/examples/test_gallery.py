"""Every page of the gallery runs, draws its pictures without a warning, and finds what its words say."""

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import stablefit as sf

pytestmark = pytest.mark.adapters

GALLERY = Path(__file__).parents[2] / "examples" / "gallery"


@pytest.fixture(autouse=True)
def pictures(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    plt.switch_backend("Agg")
    yield
    plt.close("all")


def run(name: str, figures: int) -> dict[str, Any]:
    """Run a page, draw all of its figures, and return its names."""
    names = runpy.run_path(str(GALLERY / f"{name}.py"), run_name="__main__")
    assert len(plt.get_fignums()) == figures
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()
    return names


def test_every_page_is_tested() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [path.stem for path in GALLERY.glob("*.py") if f'run("{path.stem}", ' not in source] == []


def test_returns(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Expected shortfall against the normal law's own formula, and a large sample; infinite from alpha = 1 down."""
    monkeypatch.delenv("STABLEFIT_DATA", raising=False)
    shortfall = run("returns", 2)["expected_shortfall"]
    assert "these returns are drawn, not observed" in capsys.readouterr().out
    assert shortfall(sf.Stable(2.0, scale=0.5**0.5), 0.01) == pytest.approx(2.665214220345808, rel=1e-9)
    assert shortfall(sf.Stable(1.0), 0.01) == shortfall(sf.Stable(0.7), 0.2) == np.inf
    law = sf.Stable(1.8, loc=0.3)
    sample = np.sort(law.rvs(1_000_000, rng=0))
    assert shortfall(law, 0.05) == pytest.approx(-sample[:50_000].mean(), rel=0.03)


@pytest.mark.slow
@pytest.mark.data
def test_returns_of_prices(capsys: pytest.CaptureFixture[str]) -> None:
    fits = run("returns", 2)["fits"]
    assert {name: fit.nobs for name, fit in fits.items()} == {"S&P 500": 5030, "Bitcoin": 2722}
    assert "drawn" not in capsys.readouterr().out


@pytest.mark.slow
def test_impulsive_noise() -> None:
    names = run("impulsive_noise", 2)
    signal = names["signal"][names["inside"]]
    error = {name: np.sqrt(np.mean((values - signal) ** 2)) for name, values in names["filtered"].items()}
    assert error["score"] < error["median"] < 0.2 * error["mean"]
    assert abs(names["alpha"] - 1.3) < 0.1


@pytest.mark.slow
def test_levy_flights(capsys: pytest.CaptureFixture[str]) -> None:
    run("levy_flights", 2)
    lines = capsys.readouterr().out.splitlines()
    pvalues = [float(line.rpartition("= ")[2]) for line in lines if " p = " in line]
    assert pvalues[0] > 0.05 > pvalues[1]


@pytest.mark.slow
def test_gradient_noise() -> None:
    names = run("gradient_noise", 2)
    medians = [float(line.rpartition(" ")[2]) for line in names["table"]]
    assert medians == sorted(medians)
    assert medians[0] < np.quantile(names["null"], 0.01)


@pytest.mark.slow
def test_larger_than_memory() -> None:
    names = run("larger_than_memory", 1)
    assert (names["inside"].alpha == names["batch"].alpha[names["some"]]).all()
    assert names["peak"] < 0.5 * names["CHANNELS"] * names["LENGTH"] * 8
    assert np.sqrt(np.mean(names["error"] ** 2)) < 0.1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # what Lightning warns of is its own
def test_lightning_run() -> None:
    """Tails grow as most examples are learned."""
    history = run("lightning_run", 1)["callback"].history
    assert list(history) == [100, 200, 300, 400, 500]
    first, *_, last = (table["alpha_median"].to_numpy() for table in history.values())
    assert (last < first - 0.1).all()


def test_pages_begin_with_a_title() -> None:
    for path in GALLERY.glob("*.py"):
        _, title, rule, *_ = path.read_text(encoding="utf-8").splitlines()
        assert set(rule) == {"="}
        assert len(rule) == len(title)
