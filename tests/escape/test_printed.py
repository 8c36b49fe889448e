import numpy as np
import pytest
from scipy.integrate import quad

import stablefit as sf
from stablefit.escape import ExitLaw, printed
from stablefit.sde import Power

ONE = {"alpha": 1.5, "scale": 0.02, "lower": -1.0, "upper": 1.0}
UNEQUAL = {"alpha": [1.3, 1.8], "scale": 0.1, "lower": -1.0, "upper": 1.0}


def equal(n: int) -> dict[str, object]:
    return {"alpha": np.full(n, 1.5), "scale": 1.0, "lower": -1.0, "upper": 1.0}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("n", "exact", "theorem", "corollary", "direction"),
    [(1, 67.1, np.inf, np.inf, np.inf), (2, 33.5, 143.9, 71.9, 144.0), (10, 6.7, 79.9, 40.0, 80.0)],
)
def test_equal_axes(n: int, exact: float, theorem: float, corollary: float, direction: float) -> None:
    """Printed bounds beside the exact mean; alpha 1.5, eps .05, rho .4."""
    law = ExitLaw(np.full(n, 1.5), 0.05, -1.0, 1.0, eta=1.0, measure="levy")
    assert law.mean() == pytest.approx(exact, abs=0.05)
    np.testing.assert_allclose(law.exit_probabilities(), 0.5 / n, rtol=1e-13)
    assert printed.theorem_4_1(**equal(n), gamma=1.0, rho=0.4, eps=0.05) == pytest.approx(theorem, abs=0.05)
    assert printed.equation_16(**equal(n), rho=0.4, eps=0.05) == pytest.approx(corollary, abs=0.05)
    np.testing.assert_allclose(printed.equation_18(**equal(n), gamma=1.0, rho=0.4, eps=0.05), direction, atol=0.5)


@pytest.mark.unit
def test_power_schedule_of_one_axis() -> None:
    """6848 and .979, .752, .516, .268 as printed with A = 1, where 4145 and .737, ... are exact."""
    given = {"gamma": 0.6, "rho": 0.4, "eta": 1.0, "measure": "sas"}
    assert printed.theorem_4_1(**ONE, **given, prefactor="one") == pytest.approx(6848, abs=0.5)
    assert printed.theorem_4_1(**ONE, **given) == np.inf
    u = np.array([0.2, 0.5, 1.0, 2.0]) * ExitLaw(**ONE, eta=1.0, schedule=Power(0.6)).mean()
    found = printed.theorem_4_5(u, **ONE, **given, prefactor="one")
    np.testing.assert_allclose(found, [0.979, 0.752, 0.516, 0.268], atol=5e-4)


@pytest.mark.unit
def test_power_schedule_of_two_axes() -> None:
    """5193 with equal weights; with the printed ones, beta_l / beta_S at rho = 0, it is 2785."""
    given = {"gamma": 0.6, "rho": 0.0, "eta": 1.0, "measure": "sas", "prefactor": "one"}
    assert printed.theorem_4_1(**UNEQUAL, **given, weights=[0.5, 0.5]) == pytest.approx(5193, abs=0.5)
    weights = sf.Stable([1.3, 1.8]).levy_constant / np.array([1.3, 1.8])
    own = printed.theorem_4_1(**UNEQUAL, **given)
    assert own == pytest.approx(printed.theorem_4_1(**UNEQUAL, **given, weights=weights / weights.sum()), rel=1e-12)


@pytest.mark.unit
@pytest.mark.parametrize("gamma", [1.0, 0.6])
def test_the_bounds_are_integrals_of_one_function(gamma: float) -> None:
    """Mean and survival as printed are int t f and int_u f, f = sum (beta_l / beta_S)(t) r_l exp(-t r_l)."""
    alpha, rho, u = np.array([1.3, 1.7]), 0.4, 3.0
    given = {"alpha": alpha, "scale": 0.5, "lower": -1.0, "upper": 1.0}
    reach = 0.5**alpha / alpha * 2.0
    beta = 2.0 / alpha

    def f(t: float) -> float:
        s = t ** (gamma - 1.0)
        rate = reach * s ** (alpha - 1.0)
        return float(np.sum(beta / beta.sum() * s ** (rho * (alpha - alpha.mean())) * rate * np.exp(-t * rate)))

    options = {"gamma": gamma, "rho": rho, "eta": 1.0, "prefactor": "one"}
    mean = printed.theorem_4_1(**given, **options)
    assert mean == pytest.approx(quad(lambda t: t * f(t), 0.0, np.inf, limit=400)[0], rel=1e-7)
    late = printed.theorem_4_5(u, **given, **options)
    assert late == pytest.approx(quad(f, u, np.inf, limit=400)[0], rel=1e-7)


@pytest.mark.unit
def test_one_axis_is_too_long_by_a_power_of_gamma() -> None:
    for gamma in (0.9, 0.5, 0.2):
        shape = 1.0 + (gamma - 1.0) * 0.5
        found = printed.theorem_4_1(**ONE, gamma=gamma, rho=0.3, eta=1.0, prefactor="one")
        exact = ExitLaw(**ONE, eta=1.0, measure="levy", schedule=Power(gamma)).mean()
        assert found / exact == pytest.approx(shape ** -(1.0 + 1.0 / shape), rel=1e-12)
        at_zero = printed.theorem_4_5(0.0, **ONE, gamma=gamma, rho=0.3, eta=1.0, prefactor="one")
        assert at_zero == pytest.approx(1.0 / shape, rel=1e-12)


@pytest.mark.unit
@pytest.mark.parametrize("gamma", [1.0, 0.8, 0.5])
@pytest.mark.parametrize("rho", [0.1, 0.5, 0.9])
def test_theorem_stays_above_the_exact_mean(gamma: float, rho: float) -> None:
    """The exact mean lies below it in all of these, unequal alphas under a decay included."""
    for alpha in ([1.5, 1.5], [1.2, 1.8], [1.1, 1.5, 1.9]):
        given = {"alpha": alpha, "scale": 0.1, "lower": -1.0, "upper": [1.0, 2.0, 0.5][: len(alpha)]}
        exact = ExitLaw(**given, eta=1.0, measure="levy", schedule=Power(gamma)).mean()
        assert printed.theorem_4_1(**given, gamma=gamma, rho=rho, eta=1.0, prefactor="one") > exact


@pytest.mark.unit
def test_limit_of_no_decay() -> None:
    given = {"rho": 0.4, "eta": 0.1}
    late = printed.corollary_4_6([0.0, 5.0], **equal(3), **given)
    np.testing.assert_allclose(late, printed.theorem_4_5([0.0, 5.0], **equal(3), gamma=1.0, **given), rtol=1e-12)
    mean = printed.theorem_4_1(**equal(3), gamma=1.0, **given)
    assert printed.corollary_4_2(**equal(3), **given) == pytest.approx(mean / 2.0, rel=1e-12)


@pytest.mark.unit
def test_equation_16_is_no_bound() -> None:
    small = {"alpha": [1.5, 1.5], "scale": 0.001, "lower": -1.0, "upper": 1.0}
    exact = ExitLaw(**small, eta=1.0, measure="levy").mean()
    assert printed.equation_16(**small, rho=0.4, eta=1.0) < 0.2 * exact


@pytest.mark.unit
def test_what_nu_means() -> None:
    """For equal axes both readings agree, for others not."""
    for name, same in (("equal", True), ("unequal", False)):
        given = equal(2) if name == "equal" else {**UNEQUAL, "scale": [0.1, 0.9]}
        one, other = (
            printed.theorem_4_1(**given, gamma=0.8, rho=0.4, eta=0.5, nu=nu) for nu in ("mean_of", "at_mean_alpha")
        )
        assert (one == pytest.approx(other, rel=1e-12)) is same


@pytest.mark.unit
def test_direction() -> None:
    two = {"alpha": [1.3, 1.7], "scale": 1.0, "lower": -1.0, "upper": 1.0}
    assert printed.corollary_4_4(0, 1, **two, rho=0.4, eps=0.05) == pytest.approx(0.05**-0.24, rel=1e-12)
    assert printed.equation_21(1.3, 1.7, 0.05) == pytest.approx(0.05**-0.4, rel=1e-12)
    exact = ExitLaw([1.3, 1.7], 0.05, -1.0, 1.0, eta=1.0, measure="levy").ratio(0, 1)
    assert exact == pytest.approx(1.7 / 1.3 * 0.05**-0.4, rel=1e-12)
    shares = printed.theorem_4_3(**two, gamma=0.6, rho=0.4, eps=0.05)
    assert shares.min() > 10.0
    assert printed.equation_19(**two, gamma=0.6, rho=0.4, eps=0.05) == pytest.approx(shares / 2.0)  # Phi is 2


@pytest.mark.unit
def test_jumps() -> None:
    assert printed.equation_12(1.5, 0.1, rho=0.4, s=0.5) == pytest.approx(2 / 1.5 * 0.5**0.2 * 0.1**0.6)
    inverse = printed.equation_12(1.5, 0.1, rho=0.4, s=0.5) * printed.equation_15(1.5, 0.1, rho=0.4, s=0.5)
    assert inverse == pytest.approx(0.5**-0.4, rel=1e-12)
    assert printed.equation_14(0.1, constant=3.0) == pytest.approx(3 * np.log(10))
    one = {"alpha": 1.5, "scale": 1.0, "lower": -0.5, "upper": 1.0}
    found = printed.equation_13(**one, eps=0.1, rho=0.4, s=0.5)
    threshold = (0.1 * 0.5 ** (1 / 3)) ** -0.4
    reach = 0.1 * 0.5 ** (1 / 3)
    tail = 0.5 * sum((d / reach / threshold) ** -1.5 for d in (0.5, 1.0))
    assert found == pytest.approx(tail, rel=1e-12)


@pytest.mark.unit
def test_covariance_of_one_example_each() -> None:
    """Without Hessians both forms are the mean of g (1 g), over D as printed and over B in truth."""
    g = np.array([[1.0, 2.0], [-1.0, -2.0]])
    found = printed.proposition_3_4(g, np.zeros((2, 2, 2)), [1.0, 1.0], 1.0, 1.5, eps=0.1, rho=0.5, n_examples=2)
    np.testing.assert_allclose(found, [1.5, 3.0], rtol=1e-13)


@pytest.mark.unit
def test_printed_moments_at_alpha_one_are_continuous() -> None:
    near, at = (printed.lemma_3_3([1.0], [1.0], 1.0, a, eps=0.1, rho=0.5)[0, 0] for a in (1.0 + 1e-9, 1.0))
    assert at == pytest.approx(near, rel=1e-7)


@pytest.mark.unit
def test_learning_rate_of_equation_17() -> None:
    given = {"width": [2.0, 3.0], "prefactor": 0.5, "coefficients": [[1.0, 2.0], [3.0, 4.0]], "w": [0.1, 0.2]}
    alpha, eta, c = np.array([1.3, 1.7]), 0.01, 0.7
    total = 0.0
    for i in range(2):
        below = sum(given["coefficients"][i][j] * eta ** ((alpha[i] - alpha[j]) / 2) for j in range(2))
        for j in range(2):
            for k in range(2):
                for p in range(2):
                    power = 1 + (alpha[i] - alpha[j]) / 2
                    below += c * eta ** (power + (alpha[p] - 1) / alpha[p]) * given["w"][p]
                    below += c * eta ** (power + (alpha[k] - 1) / alpha[k]) * given["w"][k]
        total += 1.0 / (given["width"][i] * 0.5 * below)
    assert printed.equation_17(eta, alpha, coefficient=c, **given) == pytest.approx(total, rel=1e-12)
    with pytest.raises(ValueError, match="coefficients must have shape"):
        printed.equation_17(eta, alpha, coefficient=c, **(given | {"coefficients": [1.0]}))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"eta": None}, "eta or eps must be given, and not both, got eta=None and eps=None"),
        ({"eps": 0.1}, "eta or eps must be given, and not both"),
        ({"eta": None, "eps": 0.0}, "eps must be positive, got 0"),
        ({"rho": 1.0}, "rho must lie in"),
        ({"gamma": 0.0}, "gamma must be positive, got 0"),
        ({"nu": "mean"}, "nu must be 'mean_of' or 'at_mean_alpha', got 'mean'"),
        ({"prefactor": "none"}, "prefactor must be"),
        ({"upper": -1.0}, "upper must be positive"),
    ],
)
def test_errors(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        printed.theorem_4_1(**({**ONE, "gamma": 0.6, "rho": 0.4, "eta": 1.0} | changed))


@pytest.mark.unit
def test_theta_has_a_range() -> None:
    with pytest.raises(ValueError, match="theta must lie in"):
        printed.equation_9(1.5, 0.1, rho=0.5, theta=0.2)
    assert printed.proposition_3_2(1.5, 0.1, rho=0.5, theta=0.2, check=False) == pytest.approx(0.1**1.85)
    with pytest.raises(ValueError, match="gradients and hessians must be"):
        printed.equation_11([1.0], [1.0], [1.0], 1.0, 1.5, eps=0.1, rho=0.5, n_examples=2)
