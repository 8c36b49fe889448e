"""Every function of the symmetric law against values certified to 30 digits. The worst row counts."""

import csv
from pathlib import Path

import numpy as np
import pytest

import stablefit as sf
from stablefit._kernels import density_gradient, point
from stablefit.estimators.information import information_table
from stablefit.laws.tabled import density_at

pytestmark = pytest.mark.reference
FOLDER = Path(__file__).parents[1] / "reference"


def read(name):
    with (FOLDER / f"{name}.csv").open() as f:
        rows = list(csv.DictReader(f))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "checks"}


@pytest.fixture(scope="module")
def certified():
    return read("sas_reference")


def worst(got, want, floor=0.0):
    """Largest error relative to max(abs(want), floor); equal infinities count as no error."""
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.where(got == want, 0.0, np.abs(got - want) / np.maximum(np.abs(want), floor))
    assert np.all(np.isfinite(error))
    return error.max()


def test_the_tables_cover_the_claims(certified):
    assert certified["alpha"].size == 588
    assert certified["alpha"].min() == 0.1
    assert {1.0, 1.9999, 2.0} <= set(certified["alpha"])
    assert certified["x"].max() >= 1e12


@pytest.mark.parametrize(
    ("function", "floor"),
    [("pdf", 1e-300), ("logpdf", 1.0), ("cdf", 0.0), ("sf", 1e-300), ("logsf", 1.0)],
)
def test_values_to_1e_12(certified, function, floor):
    law = sf.Stable(certified["alpha"])
    # where pdf or sf underflow their logarithms are compared, relative to max(1, |log|)
    used = (
        np.abs(certified[f"log{function}" if function in ("pdf", "sf") else "logsf"]) < 500
        if function != "logpdf"
        else slice(None)
    )
    got = getattr(law, function)(certified["x"])
    assert worst(got[used], certified[function][used], floor) <= 1e-12


def test_lower_tail_equals_upper_tail(certified):
    law = sf.Stable(certified["alpha"])
    np.testing.assert_array_equal(law.cdf(-certified["x"]), law.sf(certified["x"]))
    np.testing.assert_array_equal(law.logcdf(-certified["x"]), law.logsf(certified["x"]))


def test_derivative_in_x(certified):
    used = certified["x"] > 0.0
    law = sf.Stable(certified["alpha"][used])
    assert worst(law.dlogpdf(certified["x"][used]), certified["dlogpdf_dx"][used]) <= 1e-9


def test_derivative_in_alpha(certified):
    used = np.isfinite(certified["dlogpdf_dalpha"])
    law = sf.Stable(certified["alpha"][used])
    assert worst(law.logpdf_grad(certified["x"][used])[2], certified["dlogpdf_dalpha"][used], 1e-2) <= 1e-9


def test_table_free_kernel(certified):
    """The judge of the fast path, to its own tighter bounds."""
    out = np.empty((5, certified["x"].size))
    point.fill(certified["x"], certified["alpha"], out)
    assert worst(out[0], certified["logpdf"], 1.0) <= 5e-15
    assert worst(out[2], certified["logsf"], 1.0) <= 5e-15
    assert worst(out[1], certified["cdf"] - 0.5, 1.0) <= 5e-15
    assert worst(out[3], certified["dlogpdf_dx"], 1e-300) <= 1e-11


def test_quantiles_to_1e_11():
    rows = read("sas_quantiles")
    assert worst(sf.Stable(rows["alpha"]).ppf(rows["p"]), rows["quantile"]) <= 1e-11


@pytest.mark.parametrize("log10_rest", [-1.5, -3, -5, -7, -9, -11, -13])
def test_fast_path_near_alpha_two(log10_rest):
    """Between bulk, wing and tail, where interpolations break."""
    alpha = 2.0 - 10.0**log10_rest
    z = np.linspace(0.0, 30.0, 400)
    judge, fast = np.empty((5, z.size)), np.empty((3, z.size))
    point.fill(z, np.array([alpha]), judge)
    density_gradient.gradient(z, 0.0, 1.0, density_at(alpha), fast)
    assert worst(fast[0], judge[0], 1.0) <= 2e-13
    assert worst(fast[1], judge[3], 1e-3) <= 1e-9
    assert worst(fast[2], judge[4], 1e-1) <= 1e-9


@pytest.mark.parametrize(
    "alpha",
    [
        0.1,
        0.117,
        0.15,
        0.19,
        0.213,
        0.3,
        0.47,
        0.5,
        0.64,
        0.75,
        0.93,
        1.0,
        1.1,
        1.33,
        1.45,
        1.62,
        1.77,
        1.83,
        1.91,
        1.94,
        1.97,
    ],
)
def test_fast_path_across_segments(alpha):
    z = np.exp(np.linspace(-100.0 if alpha < 0.5 else -15.0, 25.0, 1500))
    judge, fast = np.empty((5, z.size)), np.empty((3, z.size))
    point.fill(z, np.array([alpha]), judge)
    density_gradient.gradient(z, 0.0, 1.0, density_at(alpha), fast)
    assert worst(fast[0], judge[0], 1.0) <= 2e-13
    assert worst(fast[1], judge[3]) <= 1e-9
    assert worst(fast[2], judge[4], 1e-2) <= 1e-9


def test_information():
    from stablefit._kernels.scoring import information

    rows = read("fisher")
    below = rows["alpha"] < 2.0
    got = np.array([information(a, *information_table()) for a in rows["alpha"][below]])
    want = np.array([rows[name][below] for name in ("I_aa", "I_ag", "I_gg", "I_dd")]).T
    # cubic interpolation in a grid of step .05: good for steps and standard errors
    np.testing.assert_allclose(got, want, rtol=1e-5)


@pytest.mark.parametrize(
    ("alpha", "x", "log_f", "upper"),
    [  # `values` of tools/skewed_reference.py, 64 and 80 nodes a piece agreeing to 1e-20
        (0.01, 0.01, -1.69401177588036497, 0.323467029760659403),
        (0.01, 3, -7.39710930414868641, 0.312978107346619119),
        (0.01, 1e8, -24.7359858793526047, 0.281316512145665202),
        (0.03, 0.01, -0.602542424746174269, 0.338225143586321524),
        (0.03, 3, -6.29989922874554805, 0.306821750098404347),
        (0.03, 1e8, -23.7560104372363383, 0.216005777044281962),
        (0.05, 0.01, -0.106601957367779706, 0.352812521845510076),
        (0.05, 3, -5.79178655483944735, 0.300688450832133896),
        (0.05, 1e8, -23.4462074257891423, 0.160463002036022005),
        (0.09, 0.01, 0.425488087111628812, 0.380986175814262205),
        (0.09, 3, -5.21297162705004944, 0.288543406915605717),
        (0.09, 1e8, -23.4108472539329569, 0.0829357670536185205),
    ],
)
def test_below_the_tables(alpha, x, log_f, upper):
    law = sf.Stable(alpha)
    assert law.logpdf(x) == pytest.approx(log_f, abs=4e-15)
    assert law.sf(x) == pytest.approx(upper, rel=4e-15)
    assert law.isf(upper) == pytest.approx(x, rel=1e-11)
