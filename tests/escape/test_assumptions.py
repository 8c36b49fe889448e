import numpy as np
import pytest

import stablefit as sf
from stablefit.escape import ExitLaw, check_assumptions
from stablefit.sde import Power

LAW = ExitLaw([1.3, 1.6], [0.001, 0.002], [-1.0, -0.5], [1.0, 2.0], eta=1.0)


@pytest.mark.unit
def test_small_noise_in_a_steep_basin_is_fine() -> None:
    report = check_assumptions(LAW, [1.0, 2.0], rho=0.4)
    assert [check.name for check in report.checks] == [
        "width",
        "relaxation",
        "memory",
        "gaussian",
        "step",
        "alignment",
    ]
    assert report["width"].value == pytest.approx(0.002 * 3.2 ** (-1 / 1.6) / 0.5)
    assert report["width"].axis == 1
    assert report["gaussian"].value == 1.6
    assert report["memory"].value < 0.1
    assert report["alignment"].holds


@pytest.mark.unit
def test_return_time_over_waiting_time() -> None:
    """By its parts at constant s: log(d / (lambda eps^(1 - rho))) / h times beta_S."""
    law = ExitLaw([1.4, 1.4], 0.5, -1.0, 1.0, eta=1e-5)
    eps = sf.escape.decomposition.eps(1e-5, 1.4)
    back = np.log(1.0 / (0.5 * eps**0.6)) / 3.0
    jumps = sf.escape.decomposition.LargeJumps([1.4, 1.4], eps, 0.4)
    report = check_assumptions(law, 3.0, rho=0.4)
    assert report["relaxation"].value == pytest.approx(back / jumps.mean_wait(), rel=1e-12)
    assert report["memory"].value == pytest.approx(back / law.mean(), rel=1e-12)
    assert report["step"].value == pytest.approx(3e-5)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("law", "curvature", "name"),
    [
        (ExitLaw(1.5, 0.4, -1.0, 1.0, eta=1.0), 0.5, "width"),
        (ExitLaw(1.5, 0.01, -1.0, 1.0, eta=1.0), 0.05, "relaxation"),
        (ExitLaw(1.5, 0.3, -1.0, 1.0, eta=1.0), 0.1, "memory"),
        (ExitLaw(1.95, 0.01, -1.0, 1.0, eta=1e-3), 1.0, "gaussian"),
        (ExitLaw(1.5, 0.01, -1.0, 1.0, eta=0.1, clock="iteration"), 5.0, "step"),
    ],
)
def test_each_may_fail(law: ExitLaw, curvature: float, name: str) -> None:
    report = check_assumptions(law, curvature)
    assert not report[name].holds
    assert not report.hold
    assert "in doubt" in str(report)


@pytest.mark.unit
def test_directions() -> None:
    hessian = [[1.0, 0.5], [0.5, 2.0]]
    assert check_assumptions(LAW, hessian)["coupling"].value == pytest.approx(0.5 / np.sqrt(2.0))
    own = check_assumptions(LAW, 1.0, mixing=[[1.0, 0.0], [0.2, 1.0]])["alignment"]
    assert own.value == pytest.approx(0.2 / 0.5)
    other = check_assumptions(LAW, 1.0, mixing=[[1.0, 0.0], [2.0, 1.0]])["alignment"]
    assert (other.holds, other.axis) == (False, 0)
    assert check_assumptions(LAW, 1.0, mixing=np.eye(2))["alignment"].value == 0.0


@pytest.mark.unit
def test_a_law_that_traps_or_has_quiet_axes() -> None:
    fading = ExitLaw(1.5, 0.001, -1.0, 1.0, eta=1.0, schedule=Power(0.2), clock="iteration")
    assert fading.mean() == np.inf
    assert np.isfinite([check.value for check in check_assumptions(fading, 1.0).checks]).all()
    quiet = ExitLaw([1.5, 2.0], [0.001, 0.0], -1.0, 1.0, eta=1.0)
    assert check_assumptions(quiet, 1.0)["gaussian"].value == 1.5


@pytest.mark.unit
def test_it_shows_itself() -> None:
    report = check_assumptions(LAW, 1.0)
    frame = report.to_frame()
    assert list(frame.index) == [check.name for check in report.checks]
    assert frame["holds"].all() == report.hold
    assert "<table>" in report._repr_html_()
    with pytest.raises(KeyError, match="name must be one of"):
        report["other"]


@pytest.mark.unit
def test_errors() -> None:
    with pytest.raises(ValueError, match=r"curvature must have shape \(2,\) or \(2, 2\)"):
        check_assumptions(LAW, [1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match=r"curvature must be positive and finite, got -1\.0 on axis 1"):
        check_assumptions(LAW, [1.0, -1.0])
    with pytest.raises(ValueError, match=r"mixing must have shape \(2, 2\)"):
        check_assumptions(LAW, 1.0, mixing=[1.0])
