"""`stablefit escape`: the exit law's own numbers."""

import json

import numpy as np
import pytest

import stablefit as sf

pytestmark = pytest.mark.unit

BOX = ("--alpha", "1.2,1.8", "--scale", "0.01", "--lower", "-1", "--upper", "1,2")
LAW = sf.escape.ExitLaw([1.2, 1.8], 0.01, -1.0, [1.0, 2.0], eta=1.0)


def test_json_holds_the_law(run):
    content = json.loads(run("escape", *BOX, "--at", "10,1000", "--json").stdout)
    assert content["mean"] == LAW.mean()
    assert content["median"] == LAW.median()
    assert content["quantiles"] == {"0.05": LAW.ppf(0.05), "0.95": LAW.ppf(0.95)}
    assert content["exit_probabilities"] == LAW.exit_probabilities().tolist()
    assert content["survival"] == {"10.0": LAW.survival(10.0), "1000.0": LAW.survival(1000.0)}
    assert content["trapping_probability"] == 0.0


def test_the_table_shows_times_and_sides(run):
    text = run("escape", *BOX, "--at", "1000").stdout
    for number in (LAW.mean(), LAW.median(), LAW.ppf(0.95), LAW.survival(1000.0)):
        assert f"{number:.6g}" in text
    rows = [line.split() for line in text.splitlines() if line.strip().startswith(("0 ", "1 "))]
    assert [[float(p) for p in row[-2:]] for row in rows] == LAW.exit_probabilities().round(4).tolist()
    assert max(len(line) for line in text.splitlines()) <= 66


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("constant", sf.sde.Constant()),
        ("power:0.6", sf.sde.Power(0.6)),
        ("power:0.3:2", sf.sde.Power(0.3, 2.0)),
        ("exponential:0.01", sf.sde.Exponential(0.01)),
        ("cosine:100:0.1", sf.sde.Cosine(100.0, 0.1)),
        ("multistep:30=0.1,60=0.01", sf.sde.MultiStep([30.0, 60.0], [0.1, 0.01])),
    ],
)
def test_schedules(run, text, schedule):
    options = ("--alpha", 1.5, "--scale", 0.1, "--width", 1, "--eta", 0.1, "--schedule", text, "--json")
    content = json.loads(run("escape", *options).stdout)
    law = sf.escape.ExitLaw(1.5, 0.1, -1.0, 1.0, eta=0.1, schedule=schedule)
    assert content["schedule"] == repr(schedule)
    assert content["median"] == (law.median() if np.isfinite(law.median()) else None)
    assert content["trapping_probability"] == law.trapping_probability()


def test_a_saved_fit_gives_an_axis_a_parameter(run, tmp_path):
    noise = sf.Stable(1.5, scale=np.linspace(0.01, 0.02, 15)).rvs((400, 15), rng=0)
    batch = sf.fit(noise, "ecf", axis=0)
    batch.save(tmp_path / "noise.npz")
    options = ("--fit", tmp_path / "noise.npz", "--width", 0.5, "--eta", 0.1, "--clock", "iteration")
    law = sf.escape.ExitLaw.from_sgn(batch, -0.5, 0.5, 0.1)
    assert json.loads(run("escape", *options, "--json").stdout)["mean"] == law.mean()
    assert "and 3 axes less likely" in run("escape", *options).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--alpha", 1.5), "must be given, or both --lower and --upper"),
        (("--alpha", 1.5, "--width", 1, "--lower", -1), "must be given, or both --lower and --upper"),
        (("--width", 1), "must be given, or --fit, and not both"),
        (("--alpha", 2.0, "--width", 1), "alpha must"),
        (("--alpha", 1.5, "--width", -1), "lower must be negative"),
        (("--alpha", 1.5, "--width", "wide"), "must be numbers with commas between, got 'wide'"),
        (("--fit", "nowhere.npz", "--width", 1), "there is no file 'nowhere.npz'"),
    ],
    ids=str,
)
def test_wrong_usage_ends_with_status_2(run, arguments, message):
    outcome = run("escape", *arguments)
    assert outcome.exit_code == 2
    assert message in " ".join(outcome.stderr.split())


def test_a_damaged_fit_is_bad_data(run, tmp_path):
    (tmp_path / "noise.npz").write_bytes(b"PK rubbish")
    outcome = run("escape", "--fit", tmp_path / "noise.npz", "--width", 1)
    assert outcome.exit_code == 1
    assert outcome.stderr.startswith("stablefit: noise.npz must be a whole file that stablefit saved")
    assert outcome.stderr.count("\n") == 1
