"""Pictures and tables of the noise of all parameters of a network."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from adapters.torch import collect_sgn

pytestmark = pytest.mark.adapters


@pytest.fixture(scope="module")
def sgn(make_case):
    case = make_case("cnn", torch.float32)
    return collect_sgn(case.model, case.loader, n_batches=64, k=5, progress=False)


def test_every_kind(sgn):
    axes = [Figure().subplots() for _ in range(4)]
    sgn.plot("violin", ax=axes[0])
    table = sgn.to_frame(by="layer", method="sketch")
    expected = [f"{row.layer} ({row.fitted})" for row in table.itertuples()]
    assert [tick.get_text() for tick in axes[0].get_yticklabels()] == expected
    sgn.plot("map", ax=axes[1])
    assert axes[1].get_title() == "5.weight"  # the largest
    assert np.asarray(axes[1].images[0].get_array()).shape == (3, 64)
    sgn.plot("map", parameter="0.weight", ax=axes[2])
    image = np.asarray(axes[2].images[0].get_array())
    np.testing.assert_array_equal(image.ravel(), sgn.fit("sketch").alpha[sgn.sketch.places("0.weight")])
    sgn.plot("pvalue", ax=axes[3])
    shares = axes[3].get_legend().get_texts()[0].get_text()
    p = sgn.sketch.gaussian_pvalue(sgn.fit("sketch"))
    assert shares == f"{np.mean(p[np.isfinite(p)] <= 0.05):.1%} at most 0.05"


def test_shares_by_layer(sgn):
    fit = sgn.fit("sketch")
    limit = np.quantile(sgn.null_alpha("sketch"), 0.05)
    alpha = fit.alpha[sgn.sketch.places("0.weight").start : sgn.sketch.places("0.bias").stop]
    table = sgn.to_frame(by="layer", fit=fit).set_index("layer")
    assert table.loc["0", "heavy"] == np.mean(alpha[np.isfinite(alpha)] < limit)
    by_likelihood = sgn.to_frame(by="layer")
    fitted = by_likelihood["fitted"] > 0
    assert fitted.any()
    assert by_likelihood.loc[fitted, "heavy"].between(0.0, 1.0).all()
    assert by_likelihood.loc[~fitted, "heavy"].isna().all()


def test_without_a_sketch(sgn):
    few = replace(sgn, sketch=None)
    figure = Figure()
    few.plot("violin", ax=figure.subplots())
    few.plot("pvalue", ax=figure.subplots())
    with pytest.raises(ValueError, match="must be 'alpha', 'hist', 'violin' or 'pvalue' without a sketch, got 'map'"):
        few.plot("map")
    with pytest.raises(ValueError, match=r"parameter must be one of .*, got '0\.weigth'; did you mean"):
        sgn.plot("map", parameter="0.weigth")
    with pytest.raises(ValueError, match="got 'sketch'; this noise holds no sketch"):
        few.null_alpha("sketch")
