"""Paths, and the survival of exits beside a law."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import stablefit as sf
from stablefit.sde import Box, LevySDE, Quadratic, first_exit, simulate

pytestmark = pytest.mark.unit

SDE = LevySDE(Quadratic(1.0), 1.4, 0.2)


class Exponential:
    def survival(self, u: np.ndarray) -> np.ndarray:
        return np.exp(-0.1 * u)


def test_paths_are_drawn_as_they_are() -> None:
    paths = simulate(SDE, [0.0, 1.0], 2.0, 0.1, n_paths=30, save=1, rng=1)
    ax = paths.plot(axis=1, ax=Figure().subplots(), most=5)
    assert len(ax.lines) == 5
    np.testing.assert_array_equal(ax.lines[-1].get_ydata(), paths.x[0, :, 1])
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), paths.t)
    assert ax.get_title() == "5 of 30 paths"
    assert ax.get_ylabel() == "axis 1"


def test_survival_is_drawn_on_a_logarithmic_scale_beside_a_law() -> None:
    exits = first_exit(SDE, Box(-1.0, 1.0), 0.0, t_max=20.0, dt=0.1, n_paths=50, rng=1)
    ax = exits.plot(Exponential(), ax=Figure().subplots())
    survival, law = ax.lines
    np.testing.assert_array_equal(survival.get_ydata(), exits.survival(survival.get_xdata()))
    np.testing.assert_allclose(law.get_ydata(), np.exp(-0.1 * law.get_xdata()))
    assert ax.get_yscale() == "log"
    assert survival.get_xdata()[-1] == (20.0 if exits.censored.any() else exits.time.max())
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["95 % interval", "50 paths", "law"]
    assert isinstance(exits, sf.sde.ExitSample)
