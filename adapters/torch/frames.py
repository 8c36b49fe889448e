"""Fits of gradient noise as tables."""

from typing import TYPE_CHECKING

import numpy as np

from stablefit._types import FloatArray
from stablefit.extras import extra

if TYPE_CHECKING:
    import pandas as pd

    from adapters.torch.noise import SGN
    from adapters.torch.sketching import GradientSketch
    from stablefit import BatchFit


def by_parameter(sgn: "SGN", fit: "BatchFit") -> "pd.DataFrame":
    """Return a row a column of `sgn`, in its order: where it is, alpha, loc and scale with errors, zeros, status."""
    with extra("stats"):
        import pandas as pd

    from stablefit import Status

    return pd.DataFrame(
        {
            "layer": sgn.layers,
            "parameter": [name for name, _ in sgn.labels],
            "index": [index for _, index in sgn.labels],
            "alpha": fit.alpha,
            "alpha_bse": fit.bse["alpha"],
            "loc": fit.loc,
            "scale": fit.scale,
            "zeros": sgn.zeros,
            "status": [Status(value).name for value in np.asarray(fit.status)],
        }
    )


def of_sketch(sketch: "GradientSketch", fit: "BatchFit") -> "pd.DataFrame":
    """Return a row an entry of the model, in `named_parameters()` order, as `by_parameter` does."""
    with extra("stats"):
        import pandas as pd

    from stablefit import Status

    sizes = [part.size for part in sketch.parts]
    names = pd.Categorical.from_codes(np.repeat(np.arange(len(sizes)), sizes), categories=pd.Index(sketch.names))
    layers = [name.rpartition(".")[0] or name for name in sketch.names]
    known = list(dict.fromkeys(layers))
    places = np.repeat([known.index(layer) for layer in layers], sizes)
    status = pd.Categorical.from_codes(np.asarray(fit.status), categories=pd.Index([status.name for status in Status]))
    return pd.DataFrame(
        {
            "layer": pd.Categorical.from_codes(places, categories=pd.Index(known)),
            "parameter": names,
            "index": np.concatenate([np.arange(size) for size in sizes]),
            "alpha": fit.alpha,
            "alpha_bse": fit.bse["alpha"],
            "loc": fit.loc,
            "scale": fit.scale,
            "zeros": sketch.zeros,
            "status": status,
        }
    )


def by_layer(table: "pd.DataFrame", null: FloatArray) -> "pd.DataFrame":
    """Return a row a layer, in the order of the model: parameters, fitted ones, quartiles of alpha, troubles.

    `heavy` is the share of fitted ones whose alpha is below the 5 % point of `null`, alpha of normal noise: of layers
    without heavy tails it is 0.05.
    """
    with extra("stats"):
        import pandas as pd

    limit = np.quantile(null, 0.05)
    rows = []
    for layer, part in table.groupby("layer", sort=False, observed=True):
        fitted = part.loc[part["status"].isin(["OK", "BOUNDARY"]), "alpha"]
        low, median, high = fitted.quantile(np.array([0.25, 0.5, 0.75]))
        rows.append(
            {
                "layer": layer,
                "parameters": len(part),
                "fitted": len(fitted),
                "alpha_q25": low,
                "alpha_median": median,
                "alpha_q75": high,
                "heavy": float((fitted < limit).mean()) if np.isfinite(limit) else np.nan,
                "dead": int((part["status"] == "DEAD").sum()),
                "zero_inflated": int((part["status"] == "ZERO_INFLATED").sum()),
            }
        )
    return pd.DataFrame(rows)
