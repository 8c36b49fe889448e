"""Readers, stores and the command line on damaged files and texts of no sense: documented errors and no others."""

import io
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import stablefit as sf
from adapters.torch import SGN
from stablefit.cli import app
from stablefit.reading import read_samples
from tests.trust.mutations import damaged, texts

SAMPLES = sf.Stable(1.7).rvs(12, rng=0)
FEW, MANY = 300, 25_000
"""Inputs for each reader: in `make test`, and in `make test-slow`, where they are more than 100,000 together."""


def survive(read: Callable[[Any], object], inputs: Iterable[Any], *documented: type[BaseException]) -> int:
    """Give a reader every input, and count those that it refused with an error that its documentation names."""
    refused = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for given in inputs:
            try:
                read(given)
            except documented:
                refused += 1
            except BaseException as error:
                raise AssertionError(f"{type(error).__name__}: {error} for {given!r}") from error
    return refused


def counts() -> list[Any]:
    return [pytest.param(FEW, marks=pytest.mark.unit), pytest.param(MANY, marks=pytest.mark.slow)]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("count", counts())
def test_texts(count: int) -> None:
    def read(text: str) -> None:
        values = read_samples(io.StringIO(text))
        assert values.dtype == np.float64
        assert values.ndim == 1

    refused = survive(read, texts(2 * count, seed=0), ValueError)
    assert 0 < refused < 2 * count


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One small file of each kind that is read."""
    folder = tmp_path_factory.mktemp("whole")
    np.save(folder / "samples.npy", SAMPLES)
    np.savez(folder / "samples.npz", close=SAMPLES, other=np.ones((3, 2)))
    np.savez_compressed(folder / "packed.npz", close=SAMPLES)
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pa.table({"close": SAMPLES}), folder / "samples.parquet")
    (folder / "samples.csv").write_text("day,close\n" + "\n".join(f"{i},{x}" for i, x in enumerate(SAMPLES)))
    sf.fit(SAMPLES, "ecf").save(folder / "fit.json")
    sf.fit(np.stack([SAMPLES, SAMPLES]), "ecf", axis=1).save(folder / "batch.npz", samples=True)
    labels = [("w", 0), ("w", 1)]
    noise = np.stack([SAMPLES, -SAMPLES], axis=1)
    SGN(noise, labels, np.zeros(2), np.zeros(2, int), {"seed": 1}).save(folder / "a.sgn")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def read_file(name: str, folder: Path) -> Callable[[bytes], object]:
    """Write the bytes to a file of that name, and read it as a user would."""
    path = folder / name

    def read(content: bytes) -> object:
        path.write_bytes(content)
        if name == "a.sgn":
            return SGN.load(path)
        if name in ("fit.json", "batch.npz"):
            return sf.load(path)
        return read_samples(path, None if name.endswith(".npy") else "close")

    return read


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("count", counts())
@pytest.mark.parametrize("name", ["samples.csv", "samples.npy", "samples.npz", "packed.npz", "samples.parquet"])
def test_damaged_samples(name: str, count: int, whole: dict[str, bytes], tmp_path: Path) -> None:
    refused = survive(read_file(name, tmp_path), damaged(whole[name], count // 2, seed=1), ValueError)
    assert refused > 0.1 * count / 2


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("count", counts())
@pytest.mark.parametrize("name", ["fit.json", "batch.npz", "a.sgn"])
def test_damaged_stores(name: str, count: int, whole: dict[str, bytes], tmp_path: Path) -> None:
    refused = survive(read_file(name, tmp_path), damaged(whole[name], count // 2, seed=2), sf.StoreError)
    assert refused > 0.1 * count / 2


OPTIONS = (
    ["--column", "close"], ["--column", "0"], ["-c", "zzz"], ["--returns", "log"], ["--returns", "what"], ["--json"],
    ["--method", "ecf"], ["--method", "mle"], ["--method", ""], ["--omit-nan"], ["--laws", "normal,stable"],
    ["--laws", "nobody"], ["--plot", "picture.xyz"], ["--nothing"], [""], ["--help"],
)  # fmt: skip


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("count", counts())
def test_the_command_line(count: int, whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 0, 1 with one line on standard error, or 2; never a traceback."""
    monkeypatch.chdir(tmp_path)
    rng, runner, seen = np.random.default_rng(3), CliRunner(), set()
    names = [name for name in whole if name.startswith("samples")]
    inputs = {name: damaged(whole[name], count, seed=4) for name in names}
    for _ in range(count // 10):
        name = names[rng.integers(len(names))]
        Path(name).write_bytes(whole[name] if rng.random() < 0.3 else next(inputs[name]))
        chosen = [OPTIONS[i] for i in rng.integers(len(OPTIONS), size=rng.integers(4))]
        arguments = [("fit", "compare")[rng.integers(2)], name, *(word for option in chosen for word in option)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            done = runner.invoke(app, arguments)
        told = f"{arguments}\n{done.output}"
        assert done.exit_code in (0, 1, 2), told
        assert done.exception is None or isinstance(done.exception, SystemExit), f"{done.exception!r} {told}"
        if done.exit_code == 1:
            lines = [
                line for line in done.stderr.splitlines() if not line.startswith(("stablefit: warning", "left out"))
            ]
            assert len(lines) == 1, told
        seen.add(done.exit_code)
    assert seen == {0, 1, 2}
