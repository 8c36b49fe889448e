import math

import numpy as np
import pytest

import stablefit as sf

pytestmark = pytest.mark.unit


def test_missing_pvalues_are_left_out_and_counted() -> None:
    given = np.array([[0.001, math.nan], [0.02, 0.9]])
    found = sf.gof.adjust(given)
    np.testing.assert_allclose(found.pvalues, [[0.003, math.nan], [0.03, 0.9]], rtol=1e-12)
    np.testing.assert_array_equal(found.rejected, [[True, False], [True, False]])
    assert (found.tested, found.missing) == (3, 1)
    assert str(found) == "2 of 3 rejected at 5 % (Benjamini-Hochberg), 1 without a p-value"


def test_yekutieli_is_hochberg_times_the_harmonic_number() -> None:
    given = np.array([0.001, 0.004, 0.03, 0.2])
    by, bh = (sf.gof.adjust(given, method).pvalues for method in ("by", "bh"))  # type: ignore[arg-type]
    np.testing.assert_allclose(by, np.minimum(bh * (1 + 1 / 2 + 1 / 3 + 1 / 4), 1.0), rtol=1e-12)


def test_without_a_correction_nothing_changes() -> None:
    given = np.array([0.04, 0.06])
    found = sf.gof.adjust(given, None)
    np.testing.assert_array_equal(found.pvalues, given)
    np.testing.assert_array_equal(found.rejected, [True, False])


@pytest.mark.parametrize("given", [[], [math.nan, math.nan], 0.3])
def test_little_or_nothing_to_adjust(given: object) -> None:
    found = sf.gof.adjust(given)  # type: ignore[arg-type]
    assert found.pvalues.shape == np.shape(given)
    assert not found.rejected.any()


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"pvalues must lie in \[0, 1\], got 1.5"):
        sf.gof.adjust([0.5, 1.5])
    with pytest.raises(ValueError, match="method must be one of bh, by, None, got 'holm'"):
        sf.gof.adjust([0.5], "holm")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"level must lie in \(0, 1\), got 5"):
        sf.gof.adjust([0.5], level=5)
