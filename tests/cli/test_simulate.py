"""`stablefit simulate` and `stablefit paths`: the library's own numbers, in every format that can be read back."""

import json

import numpy as np
import pytest

import stablefit as sf
from stablefit.reading import read_samples

pytestmark = pytest.mark.unit

LAW = ("--alpha", 1.7, "--beta", 0.5, "--loc", 2.0, "--scale", 0.1, "--seed", 3)
DRAWS = sf.Stable(1.7, 0.5, 2.0, 0.1).rvs(50, rng=3)


def test_draws_are_those_of_the_law(run):
    outcome = run("simulate", *LAW, "--size", 50)
    assert outcome.exit_code == 0
    assert outcome.stderr == ""
    assert [float(line) for line in outcome.stdout.splitlines()] == DRAWS.tolist()
    classical = run("simulate", *LAW, "--size", 50, "--param", "S1").stdout
    assert float(classical.split()[0]) == sf.Stable(1.7, 0.5, 2.0, 0.1, param="S1").rvs(50, rng=3)[0]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".npy", ".npz", ".parquet"])
def test_files_give_the_same_bits_back(run, suffix, tmp_path):
    path = tmp_path / f"draws{suffix}"
    outcome = run("simulate", *LAW, "--size", 50, "--out", path)
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert read_samples(path).tolist() == DRAWS.tolist()
    assert json.loads(run("fit", path, "--json").stdout)["nobs"] == 50


def test_what_is_drawn_can_be_piped_into_a_fit(run):
    drawn = run("simulate", *LAW, "--size", 300)
    fitted = run("fit", "-", "--json", stdin=drawn.stdout)
    assert json.loads(fitted.stdout)["params"]["alpha"] == sf.fit(sf.Stable(1.7, 0.5, 2.0, 0.1).rvs(300, rng=3)).alpha


def test_json_says_what_was_drawn(run, tmp_path):
    content = json.loads(run("simulate", *LAW, "--size", 50, "--json", "--out", tmp_path / "x.csv").stdout)
    assert content["params"] == {"alpha": 1.7, "beta": 0.5, "loc": 2.0, "scale": 0.1}
    assert content["samples"] == DRAWS.tolist()
    assert read_samples(tmp_path / "x.csv").tolist() == DRAWS.tolist()


def test_paths_are_those_of_the_equation(run):
    problem = sf.sde.LevySDE(sf.sde.Quadratic([1.0, 2.0]), [1.2, 1.8], [0.1, 0.1])
    expected = sf.sde.simulate(problem, [0.5, 0.5], 3.0, 0.5, n_paths=2, method="ou", save=2, rng=4)
    options = ("--alpha", "1.2,1.8", "--scale", 0.1, "--hessian", "1,2", "--start", 0.5, "--method", "ou", "--seed", 4)
    options += ("--until", 3, "--step", 0.5, "--paths", 2, "--keep", 2)
    content = json.loads(run("paths", *options, "--json").stdout)
    assert content["t"] == expected.t.tolist()
    assert content["x"] == expected.x.tolist()
    assert content["exploded"] == [False, False]
    lines = run("paths", *options).stdout.splitlines()
    assert lines[0] == "t,x0_0,x0_1,x1_0,x1_1"
    rows = np.array([[float(field) for field in line.split(",")] for line in lines[1:]])
    np.testing.assert_array_equal(rows[:, 0], expected.t)
    np.testing.assert_array_equal(rows[:, 4], expected.x[1, :, 1])


def test_paths_of_descent_are_kept_whole_in_npz(run, tmp_path):
    path = tmp_path / "paths.npz"
    options = ("--alpha", 1.5, "--eta", 0.1, "--schedule", "multistep:4=0.1", "--clock", "iteration", "--until", 8)
    assert run("paths", *options, "--seed", 1, "--paths", 3, "--out", path).exit_code == 0
    schedule = sf.sde.MultiStep([4.0], [0.1])
    problem = sf.sde.LevySDE(None, 1.5, 1.0, eta=0.1, schedule=schedule, clock="iteration")
    expected = sf.sde.simulate(problem, 0.0, 8, n_paths=3, save=1, rng=1)
    with np.load(path) as archive:
        np.testing.assert_array_equal(archive["t"], expected.t)
        np.testing.assert_array_equal(archive["x"], expected.x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("simulate",), "--alpha"),
        (("simulate", "--alpha", 3), "alpha must lie in (0, 2], got 3.0"),
        (("simulate", "--alpha", 1, "--beta", -2), "beta must lie in [-1, 1], got -2.0"),
        (("simulate", "--alpha", 1, "--size", 0), "--size"),
        (("simulate", "--alpha", 1, "--out", "x.xlsx"), "must end in .csv, .tsv, .parquet, .npy, .npz, got 'x.xlsx'"),
        (("paths", "--alpha", "1,x", "--until", 1, "--step", 1), "must be numbers with commas between, got '1,x'"),
        (("paths", "--alpha", 1.5, "--until", 1), "--step"),
        (("paths", "--alpha", "1,1.5", "--scale", "1,2,3", "--until", 1, "--step", 1), "got"),
        (("paths", "--alpha", 1.5, "--until", -1, "--step", 1), "t_end must"),
        (("paths", "--alpha", 1.5, "--until", 1, "--step", 1, "--schedule", "linear"), "must be constant, power:GAMMA"),
        (("paths", "--alpha", 1.5, "--until", 1, "--step", 1, "--schedule", "power:a"), "could not convert"),
        (("paths", "--alpha", 1.5, "--until", 1, "--step", 1, "--schedule", "power:1:2:3"), "must be constant, power"),
        (("paths", "--alpha", 1.5, "--until", 1, "--step", 1, "--schedule", "cosine:-1"), "length must be positive"),
    ],
    ids=str,
)
def test_wrong_usage_ends_with_status_2(run, arguments, message):
    outcome = run(*arguments)
    assert outcome.exit_code == 2
    assert outcome.stdout == ""
    assert message in " ".join(outcome.stderr.split())


def test_lists_have_a_number_for_each_axis(run):
    outcome = run("paths", "--alpha", "1.5", "--hessian", "1,2,3", "--start", "1,2", "--until", 1, "--step", 1)
    assert outcome.exit_code == 2
    assert "--start: must be one number or 3, one an axis, got 2" in " ".join(outcome.stderr.split())


@pytest.mark.parametrize(
    "call",
    [
        ("simulate", "--alpha", 1.5, "--out"),
        ("paths", "--alpha", 1.5, "--until", 1, "--step", 1, "--out"),
        ("fit", "-", "--plot"),
        ("fit", "-", "--save"),
        ("compare", "-", "--plot"),
        ("report", "-", "--out"),
        ("sgn", "train:setup", "--out"),
        ("sgn", "train:setup", "--plot"),
    ],
    ids=lambda call: f"{call[0]} {call[-1]}",
)
def test_a_folder_that_is_not_there_is_wrong_usage_before_any_work(run, call, tmp_path):
    outcome = run(*call, tmp_path / "nowhere" / "x.npy", stdin="")
    assert outcome.exit_code == 2
    assert "there is no folder" in outcome.stderr
