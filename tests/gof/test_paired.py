import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stablefit.gof.paired import PairedRow, paired_row

NAMES = ("normal", "stable")


def row(baseline: list[float], rival: list[float], same: list[bool] | None = None) -> PairedRow:
    marked = np.zeros(len(baseline), bool) if same is None else np.array(same)
    return paired_row("sse", "samples", NAMES, np.array(baseline), np.array(rival), marked)


@pytest.mark.unit
def test_by_hand() -> None:
    found = row([1.0, 2.0, 4.0, 5.0], [0.5, 2.0, 5.0, 1.0])
    assert (found.won, found.tied, found.lost, found.lower) == (0.5, 0.25, 0.25, 0.5)
    assert found.median_difference == -0.25  # of -.5, 0, 1, -4
    assert found.median_ratio == 0.75  # of .5, 1, 1.25, .2
    assert found.ratio_of_medians == 0.5  # 1.5 / 3
    assert (found.baseline_mean, found.rival_mean) == (3.0, 2.125)
    assert found.baseline_std == pytest.approx(math.sqrt(10.0 / 3.0), rel=1e-12)
    assert found.columns == 4


@pytest.mark.unit
def test_a_fit_of_the_same_family_is_a_tie_whatever_its_number() -> None:
    found = row([1.0, 1.0, 1.0], [0.9, 1.1, 0.5], [True, True, False])
    assert (found.won, found.tied, found.lost) == (pytest.approx(1 / 3), pytest.approx(2 / 3), 0.0)
    assert found.lower == pytest.approx(2 / 3)


@pytest.mark.unit
def test_numbers_equal_to_rounding_are_ties() -> None:
    assert row([1.0, 1.0], [1.0 + 1e-10, 1.0 - 1e-8]).tied == 0.5


@pytest.mark.unit
def test_wilcoxon_leaves_ties_out() -> None:
    rng = np.random.default_rng(0)
    baseline, rival = rng.gamma(2.0, size=60), rng.gamma(2.0, size=60)
    same = np.arange(60) < 20
    found = paired_row("sse", "samples", NAMES, baseline, rival, same)
    assert found.pvalue == pytest.approx(scipy.stats.wilcoxon((rival - baseline)[20:]).pvalue, rel=1e-12)
    assert math.isnan(row([1.0, 1.0], [1.0, 1.0]).pvalue)


@pytest.mark.unit
def test_infinite_measures_of_an_underflowing_baseline() -> None:
    found = row([math.inf, math.inf, 2.0, 3.0], [1.0, math.inf, 1.0, 4.0])
    assert (found.won, found.tied, found.lost) == (0.5, 0.25, 0.25)
    assert found.baseline_mean == math.inf
    assert math.isnan(found.baseline_std)
    assert found.median_ratio == 0.75  # of 0, 1, .5, 4/3
    assert 0.0 < found.pvalue <= 1.0


@pytest.mark.unit
@pytest.mark.parametrize("size", [0, 1])
def test_too_few_columns_to_summarise(size: int) -> None:
    found = row([1.0] * size, [2.0] * size)
    assert found.columns == size
    assert math.isnan(found.baseline_std)
    assert math.isnan(found.won) if size == 0 else found.lost == 1.0


POSITIVE = hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(1e-3, 1e3), unique=True)


@pytest.mark.properties
@given(baseline=POSITIVE, factor=st.floats(0.5, 2.0))
def test_shares_add_up_and_a_constant_factor_is_the_ratio(baseline: np.ndarray, factor: float) -> None:
    found = paired_row("sse", "samples", NAMES, baseline, factor * baseline, np.zeros(baseline.size, bool))
    assert found.won + found.tied + found.lost == pytest.approx(1.0, abs=1e-12)
    assert found.median_ratio == pytest.approx(factor, rel=1e-12)
    assert found.ratio_of_medians == pytest.approx(factor, rel=1e-12)
    swapped = paired_row("sse", "samples", NAMES, factor * baseline, baseline, np.zeros(baseline.size, bool))
    assert (swapped.won, swapped.lost) == (found.lost, found.won)


@pytest.mark.unit
def test_a_dict_holds_every_figure() -> None:
    found = row([1.0, 2.0], [2.0, 1.0])
    assert found.to_dict()["measure"] == "sse"
    assert set(found.to_dict()) == set(PairedRow.__dataclass_fields__)
