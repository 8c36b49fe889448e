"""`stablefit sgn` and `stablefit report`: a model from a module of the current folder, its noise, and the reports."""

import json

import numpy as np
import pytest

import stablefit as sf

pytestmark = pytest.mark.adapters

MODULE = """
import torch


def setup():
    torch.manual_seed(0)
    data = torch.utils.data.TensorDataset(torch.randn(120, 5), torch.randn(120, 1))
    return torch.nn.Linear(5, 1), torch.utils.data.DataLoader(data, batch_size=8)


def with_loss():
    return *setup(), lambda model, batch: (model(batch[0]) - batch[1]).abs().mean()


def one():
    return setup()[0]


def raises():
    import no_such_package
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a module that no other test has imported."""
    (tmp_path / f"{tmp_path.name}.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_noise_is_collected_fitted_and_kept(run, here):
    from adapters.torch import SGN

    outcome = run("sgn", f"{here.name}:setup", "-n", 60, "-k", 4, "--by", "parameter", "--json", "-q", "--out", "x.sgn")
    assert outcome.exit_code == 0, outcome.stderr
    content, noise = json.loads(outcome.stdout), SGN.load(here / "x.sgn")
    assert noise.samples.shape == (60, 4)
    assert content["metadata"]["loss"] == "mse"
    found = noise.fit()
    np.testing.assert_array_equal([row["alpha"] for row in content["parameter"]], found.alpha)
    table = run("sgn", f"{here.name}:setup", "-n", 60, "-k", 4, "-q").stdout
    assert table.startswith("SGN(n_batches=60, k=4")
    assert "alpha_median" in table


def test_progress_goes_to_standard_error(run, here):
    outcome = run("sgn", f"{here.name}:setup", "-n", 20, "-k", 2, "--method", "ecf", "--json")
    json.loads(outcome.stdout)
    assert "gradient noise" in outcome.stderr


def test_the_loss_may_be_ones_own_and_every_parameter_fitted(run, here):
    outcome = run("sgn", f"{here.name}:with_loss", "-n", 64, "--every", "--by", "parameter", "--json", "-q")
    assert outcome.exit_code == 0, outcome.stderr
    assert len(json.loads(outcome.stdout)["parameter"]) == 6


def test_pictures(run, here):
    outcome = run("sgn", f"{here.name}:setup", "-n", 20, "-k", 3, "--method", "ecf", "-q", "--plot", "alpha.png")
    assert outcome.exit_code == 0, outcome.stderr
    assert (here / "alpha.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("{module}", "must be a module and a function in it, got"),
        ("{module}:", "must be a module and a function in it, got"),
        ("no_such_module:setup", "there is no module 'no_such_module' here"),
        ("{module}:nothing", "there is no function 'nothing' in"),
        ("{module}:one", "must return model, loader and perhaps a loss, got Linear"),
    ],
)
def test_a_wrong_target_is_wrong_usage(run, here, target, message):
    outcome = run("sgn", target.format(module=here.name))
    assert outcome.exit_code == 2
    assert message in " ".join(outcome.stderr.replace("│", " ").split())


def test_what_the_function_lacks_is_said_as_it_is(run, here):
    outcome = run("sgn", f"{here.name}:raises")
    assert outcome.exit_code == 1
    assert outcome.stderr == "stablefit: No module named 'no_such_package'\n"


def test_options_that_exclude_each_other(run, here):
    assert run("sgn", f"{here.name}:setup", "--every", "--plot", "x.png").exit_code == 2
    outcome = run("sgn", f"{here.name}:setup", "--sampling", "loader", "--batch-size", 4, "-q")
    assert outcome.exit_code == 2
    assert "batch_size" in outcome.stderr


def test_noise_leaves_a_box(run, tmp_path):
    from adapters.torch import SGN

    samples, labels = sf.Stable(1.5, scale=[0.01, 0.02]).rvs((300, 2), rng=0), [("w", 0), ("w", 1)]
    noise = SGN(samples, labels, np.zeros(2), np.zeros(2, dtype=int), {})
    noise.save(tmp_path / "x.sgn")
    options = ("--width", 0.5, "--eta", 0.1, "--clock", "iteration", "--json")
    law = sf.escape.ExitLaw.from_sgn(noise.fit(), -0.5, 0.5, 0.1)
    assert json.loads(run("escape", "--fit", tmp_path / "x.sgn", *options).stdout)["mean"] == law.mean()


def test_reports_of_columns_and_of_noise(run, here):
    np.save("draws.npy", sf.Stable(1.7).rvs(40, rng=0))
    outcome = run("report", "draws.npy", "--laws", "stable,normal")
    assert (outcome.exit_code, outcome.stdout) == (0, "draws.html\n")
    text = (here / "draws.html").read_text(encoding="utf-8")
    assert "<html" in text
    assert f"{sf.fit(np.load('draws.npy')).alpha:.3f}"[:4] in text
    assert json.loads(run("report", "draws.npy", "--laws", "stable", "--json").stdout) == {"report": "draws.html"}
    assert run("report", "-", stdin="1 2 3").exit_code == 2
    assert run("report", "draws.npy", "--laws", "stable,student").exit_code == 2
    (here / "bad.sgn").write_bytes(b"nothing")
    assert run("report", "bad.sgn").exit_code == 1
