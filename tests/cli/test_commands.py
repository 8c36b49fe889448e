"""The `stablefit` command: what it prints, where, and its exit status."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

import stablefit as sf

pytestmark = pytest.mark.unit

Run = Callable[..., Result]
METHODS = ("mle", "ecf", "quantile", "logmoment", "mohammadi")


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    return sf.Stable(1.5, scale=0.01).rvs(2000, rng=7)


@pytest.fixture(scope="module")
def csv(draws: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "noise.csv"
    path.write_text("step,noise\n" + "".join(f"s{i},{float(x)!r}\n" for i, x in enumerate(draws)), encoding="utf-8")
    return path


def test_fit_prints_the_summary_and_the_other_methods(run: Run, csv: Path, draws: np.ndarray) -> None:
    outcome = run("fit", csv)
    assert outcome.exit_code == 0
    assert outcome.stderr == ""
    assert outcome.stdout.startswith(sf.fit(draws).summary())
    table = outcome.stdout[len(sf.fit(draws).summary()) :]
    for method in METHODS:
        assert f"{sf.fit(draws, method).alpha:.4f}" in table
    assert "The methods agree on alpha within their standard errors." in table


@pytest.mark.parametrize("method", METHODS)
def test_json_is_the_result_in_dictionary_form(run: Run, csv: Path, draws: np.ndarray, method: str) -> None:
    outcome = run("fit", csv, "--column", "noise", "--method", method, "--json")
    assert outcome.exit_code == 0
    content = json.loads(outcome.stdout)
    expected = sf.fit(draws, method)
    assert content["method"] == method
    assert content["params"]["alpha"] == expected.alpha
    assert content["params"]["scale"] == expected.scale


def test_json_of_all_methods(run: Run, csv: Path) -> None:
    content = json.loads(run("fit", csv, "--method", "all", "--json").stdout)
    assert list(content) == list(METHODS)


def test_json_has_null_and_never_nan(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "gauss.npy"
    np.save(path, np.random.default_rng(0).normal(size=200))

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    outcome = run("fit", path, "--method", "all", "--json")
    json.loads(outcome.stdout, parse_constant=refuse)


def test_standard_input(run: Run, draws: np.ndarray, csv: Path) -> None:
    piped = run("fit", "-", "--json", stdin=" ".join(map(repr, draws.tolist())))
    assert piped.exit_code == 0
    assert json.loads(piped.stdout) == json.loads(run("fit", csv, "--json").stdout)


def test_pipes_with_a_name(run: Run, draws: np.ndarray, csv: Path, tmp_path: Path) -> None:
    """What a shell makes of <(...)."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=[csv.read_text()])
    writer.start()
    outcome = run("fit", pipe, "--json")
    writer.join()
    assert json.loads(outcome.stdout)["params"]["alpha"] == sf.fit(draws).alpha
    assert run("fit", tmp_path).exit_code == 2


def test_returns_leave_out_missing_prices_and_say_so(run: Run, tmp_path: Path) -> None:
    logarithms = np.cumsum(sf.Stable(1.7, scale=0.01).rvs(500, rng=1))
    prices = np.insert(np.exp(logarithms), [10, 20], np.nan)
    path = tmp_path / "prices.npz"
    np.savez(path, date=np.arange(502).astype("datetime64[D]"), close=prices)
    outcome = run("fit", path, "--returns", "log", "--json")
    assert outcome.exit_code == 0
    assert outcome.stderr == "left out 2 missing values of 502\n"
    assert json.loads(outcome.stdout)["nobs"] == 499
    assert json.loads(outcome.stdout)["params"]["alpha"] == pytest.approx(sf.fit(np.diff(logarithms)).alpha, abs=1e-6)


def test_plot_writes_a_picture(run: Run, csv: Path, tmp_path: Path) -> None:
    picture = tmp_path / "fit.png"
    assert run("fit", csv, "--plot", picture).exit_code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_compare_ranks_the_stable_law_first_on_stable_draws(run: Run, csv: Path) -> None:
    outcome = run("compare", csv)
    assert outcome.exit_code == 0
    laws = {"normal", "stable", "t", "laplace"}
    rows = [line.split()[0] for line in outcome.stdout.splitlines() if line.strip()]
    assert next(row for row in rows if row in laws) == "stable"
    assert {row["law"] for row in json.loads(run("compare", csv, "--json").stdout)} == laws


def test_compare_takes_other_laws_and_writes_pictures(run: Run, csv: Path, tmp_path: Path) -> None:
    picture = tmp_path / "laws.png"
    outcome = run("compare", csv, "--laws", "stable, nig", "--plot", picture, "--json")
    assert outcome.exit_code == 0
    assert {row["law"] for row in json.loads(outcome.stdout)} == {"stable", "nig"}
    assert picture.read_bytes().startswith(b"\x89PNG")
    wrong = run("compare", csv, "--laws", "stable,student")
    assert wrong.exit_code == 2
    assert "did you mean 't'" in " ".join(wrong.stderr.split())
    assert run("compare", csv, "--plot", tmp_path / "laws.xyz").exit_code == 2


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        pytest.param("x\n1\n2\n", (), "samples must hold at least 8 finite values, got 2", id="too few"),
        pytest.param("x\n" + "3\n" * 50, (), "constant", id="constant"),
        pytest.param("x\n1\nfish\n", (), "column x must hold numbers, got 'fish' in row 2", id="not a number"),
        pytest.param("x\n" + "1\n2\nNA\n" * 9, (), "must be finite, got 9 nan (first at 2); use --omit-nan", id="nan"),
        pytest.param("x\n" + "1\n2\ninf\n" * 9, (), "inf", id="inf"),
        pytest.param("x\n1\n0\n2\n", ("--returns", "log"), "prices must be positive, got 0", id="free of charge"),
        pytest.param("", (), "the input must hold numbers, got no line of data", id="empty"),
    ],
)
def test_bad_data_ends_with_status_1_and_one_line(
    run: Run, content: str, arguments: tuple[str, ...], message: str
) -> None:
    outcome = run("fit", "-", *arguments, stdin=content)
    assert outcome.exit_code == 1
    assert outcome.stdout == ""
    assert outcome.stderr.startswith("stablefit: ")
    assert message in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_omit_nan_says_how_many(run: Run, draws: np.ndarray) -> None:
    lines = ["x", *map(repr, draws.tolist()), "nan", "NA"]
    outcome = run("fit", "-", "--omit-nan", "--json", stdin="\n".join(lines))
    assert outcome.stderr == "left out 2 missing values of 2002\n"
    assert json.loads(outcome.stdout)["nobs"] == 2000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("fit", "nowhere.csv"), "there is no file 'nowhere.csv'", id="no such file"),
        pytest.param(("fit", "-", "--column", "y"), "column must be one of a, b, got 'y'", id="no such column"),
        pytest.param(("fit", "-"), "column must be given where there are several of numbers: a, b", id="which column"),
        pytest.param(("fit", "-", "--method", "guess"), "--method", id="no such method"),
        pytest.param(("fit",), "FILE", id="no file"),
        pytest.param(("fti", "-"), "fti", id="no such command"),
    ],
)
def test_wrong_usage_ends_with_status_2(run: Run, arguments: tuple[str, ...], message: str) -> None:
    outcome = run(*arguments, stdin="a,b\n1,2\n3,4\n")
    assert outcome.exit_code == 2
    assert outcome.stdout == ""
    assert message in " ".join(outcome.stderr.split())


def test_a_picture_of_unknown_form_is_wrong_usage(run: Run, csv: Path, tmp_path: Path) -> None:
    outcome = run("fit", csv, "--plot", tmp_path / "fit.xyz")
    assert outcome.exit_code == 2
    assert "--plot" in outcome.stderr


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"stablefit {sf.__version__}\n"


def test_the_installed_command(run: Run, csv: Path) -> None:
    command = Path(sys.executable).with_name("stablefit")
    done = subprocess.run([command, "fit", csv, "--json"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == json.loads(run("fit", csv, "--json").stdout)
    assert done.stderr == ""


def test_without_typer_the_command_names_the_extra() -> None:
    code = "import sys; sys.modules['typer'] = None; from stablefit.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == 'stablefit: typer is not installed; install it with: pip install "stablefit[cli]"\n'


def test_skewed_fits_are_kept(run: Run, csv: Path, draws: np.ndarray, tmp_path: Path) -> None:
    kept = tmp_path / "fit.json"
    outcome = run("fit", csv, "--skewed", "--method", "quantile", "--json", "--save", kept)
    expected = sf.fit(draws, "quantile", symmetric=False)
    assert json.loads(outcome.stdout)["params"] == expected.params
    assert sf.load(kept).params == expected.params
    assert run("fit", csv, "--skewed", "--method", "quantile").stdout == f"{expected.summary()}\n"
    assert run("fit", csv, "--skewed", "--method", "logmoment").exit_code == 2


@pytest.mark.data
def test_daily_returns(run: Run, data_folder: Path) -> None:
    """The S&P 500, 1999-2018: the estimates of an independent maximum-likelihood fit, to the digits it is good for."""
    path = data_folder / "series" / "arch_sp500.npz"
    outcome = run("fit", path, "--column", "close", "--returns", "log", "--json")
    content = json.loads(outcome.stdout)
    assert content["nobs"] == 5030
    assert content["params"]["alpha"] == pytest.approx(1.536, abs=0.002)
    assert content["params"]["scale"] == pytest.approx(0.00591, rel=0.01)
    assert "the data is not exactly stable" in run("fit", path, "--returns", "log").stdout
