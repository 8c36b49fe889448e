"""Commands that read no file, on options of every kind: status 0, 1 with one line, or 2; no traceback, no warning."""

import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from stablefit.cli import app

ODD = (
    "0", "-0", "-1", "2", "2.0000001", "0.5", "1e-17", "1e-300", "5e-324", "1e300", "1e308", "-1e308", "nan", "inf",
    "-inf", "x", "", " ", "1_0", "1,", "1,2,3", "0.1,nan", "-1,-2", "inf,inf", "٣",
)  # fmt: skip
USUAL = {
    "--alpha": ("1.5", "1.2", "1.2,1.8", "0.7", "1", "1.999999", "0.01", "1e-5"),
    "--scale": ("0.01", "0.1", "0.1,0.2", "1", "1e-17", "1e-300", "1e300"),
    "--width": ("1", "0.3", "1,2", "0.5", "1e-300", "1e300"),
    "--lower": ("-1", "-1,-2", "-inf", "-1e-300"),
    "--upper": ("1", "inf", "1e300"),
    "--eta": ("0.1", "1e-300", "1e300"),
    "--at": ("1", "1,10", "0", "inf", "1e-300", "1e300"),
    "--beta": ("0", "0.5", "1", "-1"),
    "--loc": ("0", "-3", "1e300"),
    "--seed": ("0", "1"),
    "--size": ("50", "3", "1"),
    "--clock": ("sde", "iteration"),
    "--measure": ("sas", "levy"),
    "--param": ("S0", "S1"),
    "--out": ("x.csv", "x.tsv", "x.npy", "x.npz", "x.parquet", "x.doc", "nowhere/x.csv"),
    "--schedule": (
        "constant", "constant:1", "power:0.6", "power:0.6:2", "power:-1", "power:2", "power:1e6", "power:1e300", ":",
        "exponential:2", "exponential:-1", "exponential:0", "exponential:1e-300", "exponential:1e300", "cosine:10",
        "cosine:10:0.1", "cosine:1e-320", "cosine:10:2", "multistep:5=0.1", "multistep:5=0", "multistep:5=0.1,3=0.2",
        "multistep:5=1e-320,6=1e100", "multistep:", "power", ":::", "nobody",
    ),
}  # fmt: skip
COMMANDS = {
    "escape": {"--alpha": 0.9, "--scale": 0.6, "--width": 0.9, "--lower": 0.05, "--upper": 0.05, "--eta": 0.4}
    | {"--at": 0.4, "--schedule": 0.6, "--clock": 0.5, "--measure": 0.3},
    "simulate": {"--alpha": 0.95, "--beta": 0.5, "--loc": 0.5, "--scale": 0.5, "--seed": 0.4, "--size": 0.9}
    | {"--param": 0.3, "--out": 0.3},
}
"""How often each option is given."""


def arguments(rng: np.random.Generator) -> list[str]:
    """A command with some of its options, one in ten with a value that nobody would give."""
    command = ("escape", "simulate")[rng.integers(2)]
    chosen = [command, "--json"][: rng.integers(1, 3)]
    for option, share in COMMANDS[command].items():
        if rng.random() < share:
            values = ODD if rng.random() < 0.1 else USUAL[option]
            chosen.append(f"{option}={values[rng.integers(len(values))]}")
    return chosen


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "count", [pytest.param(60, marks=pytest.mark.unit), pytest.param(10_000, marks=pytest.mark.slow)]
)
def test_options(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng, runner, seen = np.random.default_rng(5), CliRunner(), Counter[tuple[str, int]]()
    for _ in range(count):
        given = arguments(rng)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if given[0] == "simulate":  # draws beyond 1.8e308 are inf, as numpy's arithmetic tells who asked for them
                warnings.filterwarnings("ignore", "overflow encountered", RuntimeWarning)
            done = runner.invoke(app, given)
        told = f"{given}\n{done.output}"
        assert done.exit_code in (0, 1, 2), told
        assert done.exception is None or isinstance(done.exception, SystemExit), f"{done.exception!r} {told}"
        lines = len(done.stderr.splitlines())
        assert lines == done.exit_code or done.exit_code == 2, told
        seen[given[0], done.exit_code] += 1
    assert min(seen[command, 0] for command in COMMANDS) > 0.1 * count
