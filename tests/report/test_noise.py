"""The report of gradient noise: layers in their order, extremes of very many parameters, hostile names."""

import re
from pathlib import Path

import numpy as np
import pytest

import stablefit as sf
from adapters.torch import SGN
from stablefit.report.noise import ROWS, Noise, write_noise

pytestmark = pytest.mark.adapters

ALPHA = np.array([1.3, 1.6, 2.0])
NAMES = ["first.weight", "second.<b>$x_{$.weight", "bias"]


@pytest.fixture(scope="module")
def sgn() -> SGN:
    samples = sf.Stable(np.tile(ALPHA, 8)).rvs((300, 24), rng=0)
    samples[:, 4], samples[:200, 7] = 0.0, 0.0
    labels = [(NAMES[i % 3], i // 3) for i in range(24)]
    return SGN(samples, labels, np.zeros(24), (samples == 0).sum(axis=0), {"batch_size": 8, "mode": "eval"})


@pytest.fixture(scope="module")
def page(sgn: SGN, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "noise.html"
    sgn.report(path, method="ecf")
    return path.read_text(encoding="utf-8")


def test_layers_stand_in_the_order_of_the_model(page: str) -> None:
    table = page[page.index('aria-label="Alpha by layer') :]
    assert re.findall(r'<th scope="row">([^<]+)</th>', table)[:3] == ["first", "second.&lt;b&gt;$x_{$", "bias"]


def test_medians_are_those_of_the_fit(page: str, sgn: SGN) -> None:
    alpha = sgn.fit("ecf").alpha[::3]
    assert f'data-key="{np.median(alpha)}"' in page


def test_every_parameter_and_its_trouble_is_shown(page: str) -> None:
    table = page[page.index('aria-label="Alpha by parameter') :]
    assert table.count('<th scope="row">') == 24
    assert (table.count("<td>DEAD</td>"), table.count("<td>ZERO_INFLATED</td>")) == (1, 1)
    assert "1 of 24 parameters never had a gradient" in page


def test_gaussian_noise_stands_beside(page: str) -> None:
    assert "gaussian null" in page
    assert "Mean ± standard deviation over parameters" in page
    assert re.search(r"\d+% of 22 parameters lie below 1\.\d+, where 5% of Gaussian noise does", page)


def test_of_very_many_parameters_the_extremes(tmp_path: Path) -> None:
    k = 100_000
    rows = sf.Stable(1.7).rvs((k, 8), rng=0)
    fit = sf.fit(rows, "quantile", axis=1)
    place = np.repeat(np.arange(4), k // 4)
    noise = Noise([f"layer{i}.weight" for i in range(4)], place, np.tile(np.arange(k // 4), 4), fit, fit.alpha[:500])
    write_noise(noise, tmp_path / "noise.html")
    page = (tmp_path / "noise.html").read_text(encoding="utf-8")
    table = page[page.index('aria-label="Alpha by parameter') :]
    assert table.count('<th scope="row">') == ROWS
    assert f'data-key="{np.nanmin(noise.alpha)}"' in table
    assert "The 500 smallest and the 500 largest of 100,000 are shown." in page
    assert len(page) < 1e6


def test_noise_that_cannot_be_fitted_has_a_report(tmp_path: Path) -> None:
    fit = sf.fit(np.zeros((10, 2)), "ecf", axis=0)
    write_noise(Noise(["w"], np.zeros(2, int), np.arange(2), fit, np.full(20, 1.99)), tmp_path / "noise.html")
    assert "None of 2 parameters could be fitted." in (tmp_path / "noise.html").read_text(encoding="utf-8")


def test_a_sketch_reports_every_parameter(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from adapters.torch import collect_sgn

    torch.manual_seed(0)
    model = torch.nn.Linear(6, 2)
    data = torch.utils.data.TensorDataset(torch.randn(200, 6), torch.randint(2, (200,)))
    loader = torch.utils.data.DataLoader(data, batch_size=8)
    collect_sgn(model, loader, n_batches=60, keep=None, progress=False).report(tmp_path / "noise.html")
    page = (tmp_path / "noise.html").read_text(encoding="utf-8")
    assert page[page.index('aria-label="Alpha by parameter') :].count('<th scope="row">') == 14
