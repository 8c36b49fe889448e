import os
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import stablefit as sf
from stablefit.estimators import fitting, samples

pytestmark = pytest.mark.unit
X = sf.Stable(np.array([1.2, 1.5, 1.8]), loc=np.array([[0.0], [5.0]])).rvs((300, 2, 3), rng=0)


@pytest.fixture(scope="module")
def batch():
    return sf.fit(X, "ecf", axis=0)


def test_every_attribute_has_the_batchs_shape(batch):
    assert batch.shape == (2, 3)
    for name in ("alpha", "beta", "loc", "scale", "nobs", "loglik", "aic", "bic", "converged", "at_boundary", "status"):
        assert getattr(batch, name).shape == (2, 3), name
    assert batch.message.shape == (2, 3)
    assert batch.status.dtype == np.int64
    for values in (*batch.params.values(), *batch.bse.values()):
        assert values.shape == (2, 3)
    assert batch.cov.shape == (2, 3, 3, 3)
    assert all(interval.shape == (2, 3, 2) for interval in batch.conf_int().values())
    assert (batch.bse["beta"] == 0.0).all()
    np.testing.assert_allclose(batch.cov[..., 2, 2], batch.bse["scale"] ** 2, rtol=1e-12)


def test_the_axis_may_be_any():
    first = sf.fit(X, "ecf", axis=0)
    for axis, moved in ((-1, np.moveaxis(X, 0, -1)), (1, np.moveaxis(X, 0, 1))):
        np.testing.assert_array_equal(sf.fit(moved, "ecf", axis=axis).alpha, first.alpha)


def test_items_are_results(batch):
    one = batch[1, 2]
    assert isinstance(one, sf.FitResult)
    assert (one.alpha, one.loglik, one.bse["loc"]) == (batch.alpha[1, 2], batch.loglik[1, 2], batch.bse["loc"][1, 2])
    np.testing.assert_array_equal(one.samples, X[:, 1, 2])
    assert batch.message[1, 2] == one.message == "converged"


def test_parts_are_batches(batch):
    row = batch[1]
    assert isinstance(row, sf.BatchFit)
    np.testing.assert_array_equal(row.alpha, batch.alpha[1])
    np.testing.assert_array_equal(batch[:, ::-1].loglik, batch.loglik[:, ::-1])
    chosen = batch[batch.alpha > 1.4]
    np.testing.assert_array_equal(chosen.scale, batch.scale[batch.alpha > 1.4])
    assert [part.shape for part in batch] == [(3,), (3,)]
    assert len(batch) == 2
    with pytest.raises(IndexError):
        batch[2]


def test_threads_are_used_where_they_are_asked_for(monkeypatch):
    asked = []

    class Pool(ThreadPoolExecutor):
        def __init__(self, threads):
            asked.append(threads)
            super().__init__(threads)

    monkeypatch.setattr(fitting, "ThreadPoolExecutor", Pool)
    monkeypatch.setattr(samples, "BLOCK", 64)
    x = X.reshape(300, 6)[:32].T
    one, three, every = (sf.fit(x, "quantile", axis=1, n_jobs=n) for n in (1, 3, -1))
    assert asked == [3, os.cpu_count()]
    np.testing.assert_array_equal(three.alpha, one.alpha)
    np.testing.assert_array_equal(every.alpha, one.alpha)


def test_fixed_parameters_are_the_same_in_all():
    batch = sf.fit(X, "ecf", axis=0, fixed={"alpha": 1.5})
    assert (batch.alpha == 1.5).all()
    assert (batch.free, batch.fixed) == (("loc", "scale"), {"alpha": 1.5, "beta": 0.0})
    assert batch.cov.shape == (2, 3, 2, 2)
    assert batch[0, 0].cov.shape == (2, 2)
    np.testing.assert_array_equal(batch[0, 0].cov, batch.cov[0, 0])


def test_laws_come_as_one_array(batch):
    assert batch.law.shape == (2, 3)
    np.testing.assert_allclose(batch.law.logpdf(X).sum(axis=0), batch.loglik, rtol=1e-12)
    x = X[:, 0].copy()
    x[:, 1] = 0.0
    dead = sf.fit(x, "ecf", axis=0)
    with pytest.raises(
        sf.DataError, match="every sample must have been fitted to make an array of laws, got 1 without"
    ):
        dead.law  # noqa: B018
    assert dead[dead.converged].law.shape == (2,)


def test_frame_has_a_row_a_sample(batch):
    frame = batch.to_frame()
    assert frame.index.nlevels == 2
    assert frame.loc[(1, 2), "alpha"] == batch.alpha[1, 2]
    assert frame.loc[(0, 1), "scale_bse"] == batch.bse["scale"][0, 1]
    assert set(frame["status"]) == {"OK"}
    assert list(sf.fit(X[:, 0], "ecf", axis=0).to_frame().index) == [0, 1, 2]


def test_summary_counts_and_spreads(batch):
    text = batch.summary()
    assert "6 OK" in text
    row = next(line for line in text.splitlines() if line.startswith("alpha "))
    numbers = (batch.alpha.min(), np.median(batch.alpha), batch.alpha.max(), batch.alpha.mean())
    assert row.split() == ["alpha", *(f"{number:.5g}" for number in numbers)]
    assert max(len(line) for line in text.splitlines()) <= 66
    dead = sf.fit(np.zeros((3, 20)), axis=1)
    assert dead.summary().endswith("no sample was fitted")
    assert repr(dead) == "BatchFit(shape=(3,), method='mle', 3 DEAD)"


def test_html_counts_statuses(batch):
    assert "OK: 6" in batch._repr_html_()
    assert "DEAD: 3" in sf.fit(np.zeros((3, 20)), axis=1)._repr_html_()


def test_tables_show_the_spread_of_every_parameter():
    x = X[:, 0].copy()
    x[:, 2] = 0.0
    batch = sf.fit(x, "ecf", axis=0, fixed={"loc": 0.0})
    text, html = batch.summary(), batch._repr_html_()
    assert "2 OK, 1 DEAD" in text
    assert text.splitlines()[-2].split() == ["loc", "0", "held"]
    assert text.splitlines()[-3].split() == ["beta", "0", "held"]
    for name in ("alpha", "scale"):
        values, errors = batch.params[name][:2], batch.bse[name][:2]
        error = next(line for line in text.splitlines() if line.startswith(f"{name} std err"))
        spread = (errors.min(), np.median(errors), errors.max(), errors.mean())
        assert error.split()[3:] == [f"{number:.5g}" for number in spread]
        numbers = (values.min(), np.median(values), values.max(), np.median(errors))
        assert f"<td>{name}</td>" + "".join(f"<td>{number:.5g}</td>" for number in numbers) in html
    assert "<td>loc</td>" not in html
    assert "<td>" not in sf.fit(np.zeros((3, 20)), axis=1)._repr_html_()


def test_html_colours_statuses():
    x = np.stack([X[:40, 0, 0], np.linspace(-1.0, 1.0, 40), np.zeros(40)])
    html = sf.fit(x, axis=1)._repr_html_()
    for colour, text in (("#d4edda", "OK: 1"), ("#fff3cd", "BOUNDARY: 1"), ("#f8d7da", "DEAD: 1")):
        assert re.search(f"{colour}[^<]*{text}<", html), text


def test_log_likelihoods_leave_the_samples_alone(batch):
    x = X.copy()
    found = sf.fit(x, "ecf", axis=0)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(found.loglik, batch.loglik)
