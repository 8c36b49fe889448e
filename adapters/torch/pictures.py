"""Pictures of collected noise."""

from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from adapters.torch.arguments import check_choice
from stablefit._types import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from adapters.torch.noise import SGN
    from stablefit import BatchFit

Kind = Literal["alpha", "hist", "violin", "map", "pvalue"]
KINDS = ("alpha", "hist", "violin", "map", "pvalue")


def draw(
    sgn: "SGN", kind: Kind, *, column: int, parameter: str | None, method: Any, fit: "BatchFit | None", ax: Any
) -> "Axes":
    """Draw one of the pictures of `SGN.plot`, which documents them."""
    from stablefit.plotting import noise, pvalues, violins

    check_choice("kind", kind, KINDS)
    whole = sgn.sketch is not None and kind in ("violin", "map", "pvalue")
    if kind == "map" and not whole:
        raise ValueError("kind must be 'alpha', 'hist', 'violin' or 'pvalue' without a sketch, got 'map'")
    method = method or ("sketch" if whole or not sgn.labels else "mle")
    fit = sgn.fit(method) if fit is None else fit
    if kind == "hist":
        name, index = sgn.labels[column]
        return noise.histogram(np.asarray(sgn.samples[:, column]), fit[column], ax=ax, title=f"{name}[{index}]")
    if kind == "map":
        return _map(sgn, parameter, fit, ax)
    table = sgn.to_frame(fit=fit)
    alpha = table["alpha"].where(table["status"].isin(["OK", "BOUNDARY"])).to_numpy()
    null = sgn.null_alpha(cast(Any, fit.method))
    if kind == "pvalue":
        return pvalues.pvalue_histogram(pvalue_of(alpha, null), ax=ax)
    layers = table["layer"].astype(str)
    if kind == "alpha":
        return noise.alpha_by_group(alpha, list(layers), null=null, ax=ax)
    by_layer = {layer: alpha[(layers == layer).to_numpy()] for layer in dict.fromkeys(layers)}
    return violins.alpha_violins(by_layer, null, ax)


def pvalue_of(alpha: FloatArray, null: FloatArray) -> FloatArray:
    """Return the probability of an alpha as small in normal noise, from simulated ones; nan where alpha is nan."""
    below = np.searchsorted(np.sort(null), alpha, side="right")
    return np.where(np.isnan(alpha), np.nan, (1.0 + below) / (1.0 + null.size))


def _map(sgn: "SGN", parameter: str | None, fit: "BatchFit", ax: "Axes | None") -> "Axes":
    from stablefit.plotting.maps import alpha_map

    sketch = sgn.sketch
    assert sketch is not None, "checked before"
    sizes = [part.size for part in sketch.parts]
    name = sketch.names[int(np.argmax(sizes))] if parameter is None else parameter
    check_choice("parameter", name, sketch.names)
    return alpha_map(
        np.asarray(fit.alpha)[sketch.places(name)], sketch.shapes[sketch.names.index(name)], title=name, ax=ax
    )
