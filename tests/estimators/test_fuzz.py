"""Samples of every kind through every method: no exception but those that are documented, no number without sense."""

import warnings

import numpy as np
import pytest

import stablefit as sf
from stablefit._kernels.scoring import LOWEST
from stablefit.estimators.fixed import ALPHA_MIN
from stablefit.estimators.methods import METHODS
from stablefit.testing import KINDS

S = sf.Status
SIZES = (1, 7, 8, 9, 10, 12, 20, 40, 63, 64, 65, 100, 257, 500)
HOPELESS = ("wide", "subnormal")  # hundreds of orders of magnitude in one sample; values of one or two digits


def fitted(x, method):
    """The fit, or None where a DataError says why there is none; the only warning is that of a search that failed."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = sf.fit(x, method)
        except sf.DataError:
            return None
    assert len(caught) == (result.status is S.NOT_CONVERGED), [str(one.message) for one in caught]
    assert all(one.category is sf.StablefitWarning for one in caught)
    return result


def check(x, result):
    """Estimates that call themselves so make sense."""
    low, q25, q75, high = (float(q) for q in np.quantile(np.asarray(x, dtype=np.float64), (0.0, 0.25, 0.75, 1.0)))
    assert np.isfinite([*result.params.values(), *result.bse.values()]).all()
    assert not np.isnan(result.loglik)
    assert 0.0 < result.alpha <= 2.0
    assert (result.alpha in (ALPHA_MIN, LOWEST, 2.0)) == result.at_boundary
    assert result.scale > 0.0
    assert result.scale <= 10.0 * (high - low) or result.alpha < 0.5  # there the quartiles are far closer than a scale
    rounding = 1e-12 * (0.5 * q75 - 0.5 * q25) + 1e-15 * abs(result.loc)
    assert low - rounding <= result.loc <= high + rounding
    if result.scale > 1e-300:  # below that errors may vanish
        assert min(result.bse["alpha"], result.bse["loc"], result.bse["scale"]) > 0.0


def run(count, seed):
    """Fit samples by every method; return the samples by size with their statuses, None where a fit was refused."""
    rng = np.random.default_rng(seed)
    kinds, seen, lost = list(KINDS), {}, 0
    for i in range(count):
        kind, n = kinds[i % len(kinds)], int(rng.choice(SIZES))
        x = KINDS[kind](rng, n)
        statuses = {}
        for method in METHODS:
            result = fitted(x, method)
            statuses[method] = None if result is None else result.status
            if result is not None and result.converged:
                check(x, result)
            lost += result is not None and not result.converged and kind not in HOPELESS
        seen.setdefault(n, []).append((np.asarray(x, dtype=np.float64), statuses))
    assert lost <= 0.001 * count * len(METHODS)
    return seen


@pytest.mark.unit
def test_two_thousand_fits_and_the_same_in_batches():
    for group in run(400, seed=1).values():
        x = np.stack([sample for sample, _ in group])
        for method in METHODS:
            batch = sf.fit(x, method, axis=1)
            for status, (_, alone) in zip(batch.status, group, strict=True):
                assert status == alone[method] or (alone[method] is None and status > S.NOT_CONVERGED)
            np.testing.assert_array_equal(np.isnan(batch.alpha), batch.status > S.NOT_CONVERGED)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_fits():
    run(20_000, seed=2)


def check_skewed(batch):
    """One fit in a batch: estimates that call themselves so make sense, and what is none is nan."""
    values = np.array([batch.params[name][0] for name in batch.params])
    errors = np.array([batch.bse[name][0] for name in batch.bse])
    if batch.converged[0]:
        alpha, beta, _, scale = values
        assert np.isfinite([*values, *errors]).all()
        assert 0.0 < alpha <= 2.0
        assert -1.0 <= beta <= 1.0
        assert scale > 0.0
        assert errors.min() >= 0.0
    elif batch.status[0] > S.NOT_CONVERGED:
        assert np.isnan([*values, *errors]).all()


@pytest.mark.unit
@pytest.mark.parametrize(("method", "count", "most"), [("ecf", 168, 500), ("quantile", 168, 500), ("mle", 42, 20)])
def test_skewed_fits_of_every_kind(method, count, most):
    rng = np.random.default_rng(7)
    sizes = [n for n in SIZES if n <= most]
    for i in range(count):
        x = KINDS[list(KINDS)[i % len(KINDS)]](rng, int(rng.choice(sizes)))
        check_skewed(sf.fit(np.asarray(x)[None], method, symmetric=False, axis=1))
