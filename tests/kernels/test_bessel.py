import math

import numpy as np
import pytest
from scipy.special import k0e, k1e, kve

from stablefit._kernels.bessel import bend_of_log_k1, log_k1_and_ratio

POINTS = [*np.geomspace(1e-10, 1e8, 73).tolist(), 1.999999, 2.0, 2.000001, 39.999, 40.0]

# mpmath 1.3, 30 digits: y, log(exp(y) K1(y)), K0(y) / K1(y)
DIGITS = [
    (1e-6, 13.815511557957058, 1.3931442073726945e-5),
    (0.5, 1.0046713973046512, 0.55807541847658534),
    (3.0, -0.21497267387733562, 0.86510437830936464),
    (50.0, -1.722793870183626, 0.99014707616260224),
]


@pytest.mark.unit
@pytest.mark.parametrize("y", POINTS)
def test_they_are_scipys(y: float) -> None:
    """scipy's own are good to some 1e-15."""
    log_k1, ratio = log_k1_and_ratio(y)
    assert log_k1 == pytest.approx(math.log(k1e(y)), abs=1e-14)
    assert ratio == pytest.approx(k0e(y) / k1e(y), rel=2e-14)


@pytest.mark.reference
@pytest.mark.parametrize(("y", "log_k1", "ratio"), DIGITS)
def test_they_have_fifteen_digits(y: float, log_k1: float, ratio: float) -> None:
    found = log_k1_and_ratio(y)
    assert found[0] == pytest.approx(log_k1, abs=4e-15)
    assert found[1] == pytest.approx(ratio, rel=6e-15)


@pytest.mark.unit
@pytest.mark.parametrize("y", [0.01, 1.0, 30.0, 39.999, 40.001, 1e3])
def test_bend_is_the_derivative_of_the_ratio(y: float) -> None:
    """The derivative by the quotient rule from scipy's K0, K1 and K2: K0' = -K1, K1' = -(K0 + K2) / 2."""
    k0, k1, k2 = (kve(order, y) for order in (0, 1, 2))
    slope = (-k1 * k1 + 0.5 * k0 * (k0 + k2)) / (k1 * k1)
    lack, bend = bend_of_log_k1(y, log_k1_and_ratio(y)[1])
    assert lack == pytest.approx(y * (1 - k0 / k1), abs=4e-15 * (1 + y))
    assert bend == pytest.approx(y * y * slope, abs=4e-15 * (1 + y * y))
