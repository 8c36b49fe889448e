"""The paper's tables and figures: every script at its smallest size, and what they are made of."""

import csv
import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

import stablefit as sf

pytestmark = pytest.mark.adapters

SCRIPTS = Path(__file__).parents[2] / "examples" / "paper"
SHARING = ("table1", "table2", "figure1", "figure5")
"""Scripts that use the same networks."""
ALONE = ("schedules", "figure4", "figure6", "theorems")
LONGER = ("table3", "figure2", "figure3")
"""Scripts that have little of their own that the others have not, and take longer."""
VERDICTS = {"holds", "holds in part", "does not hold here", "cannot be told apart"}


@pytest.fixture(scope="module", autouse=True)
def scripts() -> Iterator[None]:
    """The folder's modules by their own names, as for a script in it."""
    before = set(sys.modules)
    sys.path.insert(0, str(SCRIPTS))
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    sys.path.remove(str(SCRIPTS))
    for name in set(sys.modules) - before:
        if (SCRIPTS / f"{name}.py").exists():
            del sys.modules[name]


def module(name: str) -> Any:
    found: ModuleType = importlib.import_module(name)
    return found


def claims() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((SCRIPTS / "claims.json").read_text(encoding="utf-8"))
    return found


def run(name: str, out: Path, *more: str) -> dict[str, Any]:
    module(name).main(["--preset", "smoke", "--data", "synthetic", "--quiet", "--out", str(out), *more])
    return check(name, out)


def check(name: str, out: Path) -> dict[str, Any]:
    """Everything is written; every claim of the script has a finding, with a verdict and a reason."""
    assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    with (out / f"{name}.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert len(header) > 2
    assert rows
    found: dict[str, Any] = json.loads((out / f"{name}.json").read_text(encoding="utf-8"))
    assert {finding["claim"] for finding in found["findings"]} == {
        key for key in claims() if key.startswith(f"{name}/")
    }
    text = (out / f"{name}.txt").read_text(encoding="utf-8")
    for finding in found["findings"]:
        assert finding["verdict"] in VERDICTS
        assert finding["ours"] in text
        assert finding["null"] in text
        assert finding["why"] in text
    return found


def kept(out: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (out / "store").iterdir()}


@pytest.mark.parametrize("name", [*ALONE, *(pytest.param(name, marks=pytest.mark.slow) for name in LONGER)])
def test_script(name: str, tmp_path: Path) -> None:
    found = run(name, tmp_path)
    assert found["preset"] == "smoke"


def test_scripts_that_share_networks(tmp_path: Path) -> None:
    for name in SHARING[:3]:
        assert run(name, tmp_path)["made-up data"]
    before = kept(tmp_path)
    assert run(SHARING[3], tmp_path)["made-up data"]
    assert kept(tmp_path) == before  # all that Figure 5 needs was there already


def test_what_is_finished_is_not_done_again(tmp_path: Path) -> None:
    run("figure6", tmp_path)
    table, before = (tmp_path / "figure6.csv").read_bytes(), kept(tmp_path)
    lost = next(iter(before))
    (tmp_path / "store" / lost).unlink()  # as after a run that was stopped
    run("figure6", tmp_path)
    assert (tmp_path / "figure6.csv").read_bytes() == table
    after = kept(tmp_path)
    assert {name for name in after if after[name] != before[name]} == {lost}


def test_the_page_has_every_finding(tmp_path: Path) -> None:
    found = [run(name, tmp_path) for name in ("figure6", "theorems")]
    page = tmp_path / "docs" / "paper.md"
    page.parent.mkdir()
    module("summary").main(["--runs", str(tmp_path), "--page", str(page)])
    text = page.read_text(encoding="utf-8")
    for content in found:
        for finding in content["findings"]:
            assert f"**{finding['verdict']}**" in text
            assert finding["ours"].replace("|", "\\|") in text
    assert "- Table 1" in text.partition("## Not run")[2]
    assert (page.parent / "images" / "paper" / "figure6.png").exists()


def test_claims_have_what_the_page_shows() -> None:
    titles = module("summary").TITLES
    for key, claim in claims().items():
        assert key.partition("/")[0] in titles
        assert claim["where"]
        assert claim["says"].endswith(".")
        assert module("findings").printed_text(claim["printed"])
    assert {key.partition("/")[0] for key in claims()} == set(titles) == {*SHARING, *ALONE, *LONGER}


@pytest.mark.parametrize("data", [[], ["--data", "/nowhere"]])
def test_data_that_is_not_there_is_a_usage_error(
    data: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("STABLEFIT_DATA", raising=False)
    with pytest.raises(SystemExit) as caught:
        module("table1").main(data)
    assert caught.value.code == 2
    assert "--data must name a folder" in capsys.readouterr().err


def test_an_empty_folder_names_what_it_should_hold(tmp_path: Path) -> None:
    images, cola, anomalies = (module(name) for name in ("images", "cola", "anomalies"))
    for read, wanted in (
        (lambda: images.read_images(tmp_path, "subset", device="cpu", seed=0), images.SUBSET),
        (lambda: images.read_images(tmp_path, "CIFAR-100", device="cpu", seed=0), "train.bin"),
        (lambda: images.read_images(tmp_path, "CINIC-10", device="cpu", seed=0), "CINIC-10"),
        (lambda: cola.read_cola(tmp_path, device="cpu", seed=0), cola.TRAIN),
        (lambda: anomalies.read_measurements(tmp_path, "Cardio", device="cpu", seed=0), "odds_cardio.npz"),
    ):
        with pytest.raises(FileNotFoundError, match=wanted):
            read()
    assert anomalies.read_measurements(tmp_path, "Speech", device="cpu", seed=0).made_up


def write_cifar100(folder: Path, images: int) -> None:
    """Made-up images in the form of CIFAR-100's binary version."""
    rng = np.random.default_rng(0)
    for name, count in (("train.bin", images), ("test.bin", images // 2)):
        records = rng.integers(256, size=(count, 3074), dtype=np.uint8)
        records[:, 1] = np.arange(count) % 100
        records.tofile(folder / name)


def test_the_full_preset_runs_on_official_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The full preset's own path, with networks and numbers cut down."""
    folder = tmp_path / "cifar-100-binary"
    folder.mkdir()
    write_cifar100(folder, 200)
    tables, resnet, training = (module(name) for name in ("tables_of_resnets", "resnet", "training"))
    full = tables.SIZES["full"]
    assert full.networks is resnet.PAPER
    small = replace(full, networks=resnet.TINY, steps=training.course(2, 0.1, 50, (1,)), batches=40, batch_size=20, k=4)
    monkeypatch.setitem(tables.SIZES, "full", small)
    module("table1").main(["--preset", "full", "--data", str(tmp_path), "--quiet", "--out", str(tmp_path / "out")])
    found = check("table1", tmp_path / "out")
    assert not found["made-up data"]
    assert "CIFAR-100, 200 images of 32 x 32 pixels" in found["setting"]


def test_folders_of_images_are_read_by_class(tmp_path: Path) -> None:
    from PIL import Image

    for split in ("train", "test"):
        for level, name in enumerate(("ant", "bee")):
            folder = tmp_path / "CINIC-10" / split / name
            folder.mkdir(parents=True)
            for i in range(2):
                Image.fromarray(np.full((32, 32, 3), 50 * level + i, np.uint8)).save(folder / f"{i}.png")
    data = module("images").read_images(tmp_path, "CINIC-10", device="cpu", seed=0)
    assert data.y.tolist() == [0, 0, 1, 1]
    assert data.x.shape == (4, 3, 32, 32)
    assert data.classes == 2
    assert data.x[0].mean() < data.x[3].mean()


def test_residual_networks_have_the_published_number_of_weights() -> None:
    """11,173,962 weights of a ResNet-18 for ten classes, and 23,705,252 of a ResNet-50 for a hundred."""
    resnet = module("resnet")
    counts = {}
    with torch.device("meta"):
        for key, classes in (("ResNet18", 10), ("ResNet50", 100)):
            counts[key] = sum(part.numel() for part in resnet.PAPER[key].build(classes).parameters())
    assert counts == {"ResNet18": 11_173_962, "ResNet50": 23_705_252}
    thin = resnet.PAPER["ResNet110"]
    assert 2 * sum(thin.stages) + 2 == 110


def test_training_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    """Four epochs at once, and two of them taken up later, give the same bits; so do courses that begin alike."""
    images, training, resnet, options = (module(name) for name in ("images", "training", "resnet", "options"))
    data = images.read_images(None, "subset", pixels=8, limit=120, device="cpu", seed=0)
    network = resnet.TINY["ResNet18"]
    steps = training.course(4, 0.1, 40, (3,))
    assert steps == ((0.1, 40), (0.1, 40), (0.1, 40), (0.01, 40))

    def weights(out: Path, *courses: Any) -> list[torch.Tensor]:
        told = options.Options("smoke", "cpu", None, out, 0, False)
        for course in courses:
            found = training.train(lambda: network.build(10), network.name, data, course, told)
        assert found.loss.size == 4
        return list(found.model.state_dict().values())

    whole, taken_up = weights(tmp_path / "a", steps), weights(tmp_path / "b", steps[:2], steps)
    assert all(torch.equal(one, other) for one, other in zip(whole, taken_up, strict=True))
    assert training.course(2, 0.1, 40, (1,), by="batch") == ((0.1, 40), (0.1, 400))


def test_paths_do_not_depend_on_each_other() -> None:
    ackley = module("ackley")
    how = {"eta": 1e-4, "scale": 100.0, "radius": 0.4, "longest": 10_000, "seed": 1}
    alphas = np.array([1.2, 1.8])
    steps, axes = ackley.exits(alphas, paths=range(6), **how)
    again = ackley.exits(alphas, paths=range(4, 5), **how)
    assert (steps[4], axes[4]) == (again[0][0], again[1][0])


def test_ackleys_gradient_is_that_of_the_function() -> None:
    def value(x: float, y: float) -> float:
        waves = np.exp(0.5 * (np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)))
        return float(-20.0 * np.exp(-0.2 * np.sqrt(0.5 * (x * x + y * y))) - waves)

    ackley, h = module("ackley"), 1e-6
    for x, y in ((0.3, -0.2), (-1.4, 0.9)):
        expected = [(value(x + h, y) - value(x - h, y)) / (2 * h), (value(x, y + h) - value(x, y - h)) / (2 * h)]
        np.testing.assert_allclose(ackley.gradient(x, y), expected, rtol=1e-7)
    assert ackley.gradient(0.0, 0.0) == (0.0, 0.0)


def test_stacked_networks_step_as_each_does_alone(tmp_path: Path) -> None:
    """A step of three stacked networks is plain SGD of each on its own rows and rate."""
    escaping, anomalies, options = (module(name) for name in ("escaping", "anomalies", "options"))
    data = anomalies.read_measurements(None, "Cardio", device="cpu", seed=0)
    told = options.Options("smoke", "cpu", None, tmp_path, 0, False)
    basin = escaping.minimum(data, escaping.Escape(steps=20), told)
    model = escaping.module_of(basin)
    np.testing.assert_allclose(
        model(data.x[:5]).detach(), escaping.outputs(basin.weights, data.x[None, :5])[0], rtol=1e-5, atol=1e-6
    )
    weights = escaping.tracked([part.expand(3, -1, -1) for part in basin.weights])
    rates, rows = torch.tensor([0.1, 0.2, 0.3])[:, None, None], torch.arange(24).view(3, 8)
    escaping.step(weights, data.x[rows], data.y[rows], rates)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(model(data.x[rows[1]]), data.y[rows[1]])
    loss.backward()
    with torch.no_grad():
        for part in model.parameters():
            part -= 0.2 * part.grad
    alone = [part.T if part.ndim == 2 else part[None] for part in model.parameters()]
    for stacked, one in zip(weights, alone, strict=True):
        np.testing.assert_allclose(stacked[1].detach(), one.detach(), rtol=1e-5, atol=1e-6)


@pytest.mark.statistical
def test_exponential_times_are_told_from_others() -> None:
    """Seeded; either test rejects exponential times with probability .05, and misses Weibull's shape 2 below 1e-6."""
    exponential, rng = module("exponential"), np.random.default_rng(0)
    times = np.ceil(rng.exponential(200.0, 300) / 5.0).astype(np.int64) * 5
    found = exponential.exponentiality(times, 5, 100_000, seed=0)
    assert found.agrees
    assert found.tail_pvalue > 0.05
    assert abs(found.mean - times.mean() + 2.5) < 1.0
    aged = np.ceil(200.0 * rng.weibull(2.0, 300) / 5.0).astype(np.int64) * 5
    other = exponential.exponentiality(aged, 5, 100_000, seed=0)
    assert not other.agrees
    assert 1.7 < other.shape < 2.3


@pytest.mark.statistical
def test_censored_runs_do_not_bend_the_shape() -> None:
    """Half of the runs are cut off at 140: the shape of what is left stays 1 within four standard errors (.25)."""
    exponential, rng = module("exponential"), np.random.default_rng(1)
    times = rng.exponential(200.0, 400)
    steps = np.where(times < 140.0, np.ceil(times / 5.0) * 5.0, 0.0).astype(np.int64)
    found = exponential.exponentiality(steps, 5, 140, seed=0)
    assert found.censored > 150
    assert abs(found.shape - 1.0) < 0.25
    assert abs(found.mean / 200.0 - 1.0) < 0.3


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("law", "verdict"), [("normal", "cannot be told apart"), ("stable", "holds"), ("t", "holds in part")]
)
def test_verdicts_on_known_noise(law: str, verdict: str, tmp_path: Path) -> None:
    """Seeded; Gaussian noise passes for more with probability .01, the level of the rule."""
    goodness, options = module("goodness"), module("options")
    rng = np.random.default_rng(2)
    draws = {
        "normal": rng.normal(size=(400, 24)),
        "stable": sf.Stable(1.6).rvs((400, 24), rng=rng),
        "t": rng.standard_t(3.0, size=(400, 24)),
    }[law]
    noise = module("observed").SGN(
        draws, [("w", i) for i in range(24)], np.zeros(24), np.zeros(24, dtype=int), {"batch_size": 1}
    )
    told = options.Options("smoke", "cpu", None, tmp_path, 0, False)
    row = goodness.compare_row("w", "w", noise, told)
    assert goodness.judged(row, "sse")[0] == verdict
    whole = goodness.law_finding("table1/stable", {"w": row})
    assert whole.verdict == ("holds" if law == "stable" else "does not hold here")
