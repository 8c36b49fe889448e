"""Counter-keyed numbers: the known answers of Philox, and draws that depend on nothing but their counter."""

import numpy as np
import pytest
from scipy import stats

from stablefit._kernels import counter_draws, philox

pytestmark = pytest.mark.unit

KEY = np.uint64(0x0123456789ABCDEF)


@pytest.mark.parametrize(
    ("counter", "key", "want"),
    [
        ([0, 0, 0, 0], [0, 0], [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_known_answers(counter: list[int], key: list[int], want: list[int]) -> None:
    """Of the authors' implementation, Random123."""
    assert [int(word) for word in philox.words(*map(np.uint64, [*counter, *key]))] == want


def test_a_number_depends_on_its_counter_only() -> None:
    paths, steps = np.arange(300, dtype=np.uint64), np.arange(1000, 1300, dtype=np.uint64)
    whole = np.empty(2 * 300 * 7)
    philox.uniforms(KEY, paths, steps, 7, np.uint64(3), whole)
    part = np.empty(2 * 5 * 4)
    philox.uniforms(KEY, paths[11:16].copy(), steps[11:16] + np.uint64(2), 4, np.uint64(3), part)
    np.testing.assert_array_equal(part.reshape(4, 5, 2), whole.reshape(7, 300, 2)[2:6, 11:16])
    assert len(np.unique(whole)) == whole.size
    assert 0.0 <= whole.min() < whole.max() < 1.0


def test_steps_beyond_32_bits_and_streams_differ() -> None:
    one = np.array([philox.pair(KEY, np.uint64(5), np.uint64(s), np.uint64(a)) for s in (0, 2**32) for a in (0, 1)])
    assert len(np.unique(one)) == one.size


@pytest.mark.statistical
def test_normal_pairs_are_normal_and_independent() -> None:
    """Kolmogorov and a chi-square of the angle's octants, at a false-alarm rate of 1e-3 each."""
    n = 20_000
    paths, steps = np.arange(n, dtype=np.uint64), np.full(n, 9, dtype=np.uint64)
    a, b = np.empty(n), np.empty(n)
    counter_draws.normal_pairs(KEY, paths, steps, np.uint64(2), a, b)
    assert stats.kstest(a, "norm").pvalue > 1e-3
    assert stats.kstest(b, "norm").pvalue > 1e-3
    octants = np.bincount(np.floor(np.arctan2(b, a) / (np.pi / 4)).astype(int) + 4, minlength=8)
    assert stats.chisquare(octants).pvalue > 1e-3


@pytest.mark.statistical
@pytest.mark.parametrize("alpha", [0.7, 1.5, 2.0])
def test_mixing_roots_have_their_laplace_transform(alpha: float) -> None:
    """Within four standard errors, a false-alarm rate of 6e-5."""
    n = 20_000
    paths, steps = np.arange(n, dtype=np.uint64), np.zeros(n, dtype=np.uint64)
    roots, work = np.empty(n), np.empty(2 * n)
    counter_draws.mixing_roots(KEY, paths, steps, 1, np.uint64(1), alpha, work, roots)
    for s in (0.3, 2.0):
        values = np.exp(-s * roots**2)
        assert abs(values.mean() - np.exp(-(s ** (0.5 * alpha)))) <= 4.0 * values.std() / np.sqrt(n) + 1e-15
