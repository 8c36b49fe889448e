"""price_returns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stablefit.errors import DataError
from stablefit.returns import price_returns

pytestmark = pytest.mark.unit


def test_both_kinds() -> None:
    prices = np.array([100.0, 110.0, 99.0])
    np.testing.assert_allclose(price_returns(prices, "simple"), [0.1, -0.1], rtol=1e-14)
    np.testing.assert_allclose(price_returns(prices, "log"), [np.log(1.1), np.log(0.9)], rtol=1e-14)


def test_a_return_runs_across_missing_prices() -> None:
    assert price_returns(np.array([np.nan, 1.0, np.nan, 2.0]), "simple").tolist() == [1.0]


@pytest.mark.parametrize("price", [0.0, -3.0])
def test_prices_are_positive(price: float) -> None:
    with pytest.raises(DataError, match=f"prices must be positive, got {price:g}"):
        price_returns(np.array([1.0, price, 2.0]))


@given(st.lists(st.floats(1e-3, 1e6), min_size=2, max_size=30), st.floats(1e-3, 1e3))
def test_the_currency_does_not_matter(prices: list[float], rate: float) -> None:
    # two logarithms of at most log(1e9), each off by less than two units in the last place
    series = np.array(prices)
    np.testing.assert_allclose(
        price_returns(series * rate), price_returns(series), rtol=0, atol=4 * np.finfo(float).eps * np.log(1e9)
    )
