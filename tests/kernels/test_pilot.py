"""Centres and rates of streams from their first values, against NumPy's quantiles."""

import numpy as np
import pytest

from stablefit._kernels import pilot
from stablefit._kernels import sketch as kernels

pytestmark = pytest.mark.unit


def begun(rows):
    """Centre and pilot width of each column."""
    n, size = rows.shape
    padded = np.zeros((n, -(-size // kernels.BLOCK) * kernels.BLOCK), dtype=np.float32)
    padded[:, :size] = rows
    blocks = padded.reshape(n, -1, kernels.BLOCK)
    state = np.zeros((blocks.shape[1], kernels.STATE, kernels.BLOCK))
    pilot.begin(blocks, state)
    centre, rate = (state[:, row].reshape(-1)[:size] for row in (kernels.CENTRE, kernels.RATE))
    with np.errstate(divide="ignore"):
        return centre, kernels.SHARE / (kernels.TURN * rate)


@pytest.mark.parametrize("n", [8, 9, 13, 31, 32, 33, 64, 100])
def test_medians_and_quartiles_are_numpys(n):
    rng = np.random.default_rng(n)
    rows = np.where(rng.random((n, 700)) < 0.3, 1.0, rng.standard_cauchy((n, 700))).astype(np.float32)  # with ties
    centre, width = begun(rows)
    lower, middle, upper = np.quantile(rows.astype(float), (0.25, 0.5, 0.75), axis=0)
    np.testing.assert_allclose(centre, middle, rtol=1e-6, atol=1e-6)
    spread = upper > lower
    assert spread.mean() > 0.9
    np.testing.assert_allclose(width[spread], 0.5 * (upper - lower)[spread], rtol=2e-5)


def test_streams_without_quartiles():
    """Half the distance of the quartiles is 0: the farthest value instead; equal or infinite ones have no rate."""
    rows = np.zeros((32, 5), dtype=np.float32)
    rows[3, 1], rows[:, 2], rows[:, 3], rows[:, 4] = -7.0, 1e-42 * np.arange(32), np.inf, 4.0
    centre, width = begun(rows)
    np.testing.assert_allclose(width, [np.inf, 7.0, np.inf, np.inf, np.inf], rtol=1e-15)
    np.testing.assert_array_equal(centre[[0, 1, 4]], [0.0, 0.0, 4.0])
