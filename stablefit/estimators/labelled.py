"""Fits as an xarray Dataset: every number with its labels."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit.estimators.fixed import PARAMETERS
from stablefit.estimators.status import Status
from stablefit.extras import extra

if TYPE_CHECKING:
    import xarray as xr

    from stablefit.estimators.batch import BatchFit
    from stablefit.estimators.result import FitResult

NAMES = {"alpha": "index of stability", "beta": "skewness", "loc": "location", "scale": "scale"}
FIGURES = {
    "nobs": "number of values",
    "loglik": "log-likelihood",
    "aic": "Akaike's criterion",
    "bic": "Schwarz's criterion",
    "converged": "estimates are estimates",
    "at_boundary": "alpha or beta lies at an end of its range",
}


def names_of_dims(dims: str | Sequence[str] | None, ndim: int) -> tuple[str, ...]:
    """Return names for the dimensions of a batch; ValueError if those given are not as many, or taken."""
    if dims is None:
        return ("sample",) if ndim == 1 else tuple(f"sample_{i}" for i in range(ndim))
    names = (dims,) if isinstance(dims, str) else tuple(dims)
    if len(names) != ndim or len(set(names)) != ndim:
        raise ValueError(f"dims must be {ndim} different names, one for each dimension of the batch, got {names}")
    taken = {"parameter", "other", "limit", "interval", "cov", "status", *PARAMETERS, *FIGURES}
    for name in names:
        if name in taken:
            raise ValueError(f"dims must not be names of the dataset's own, got {name!r}")
    return names


def dataset(found: "FitResult | BatchFit", dims: tuple[str, ...], level: float | None) -> "xr.Dataset":
    """Return everything but the samples; see `BatchFit.to_xarray`."""
    with extra("stats"):
        import xarray as xr
    from stablefit import __version__

    variables: dict[str, Any] = {}
    for name, value in found.params.items():
        variables[name] = (dims, value, {"long_name": NAMES[name]})
        variables[f"{name}_bse"] = (dims, found.bse[name], {"long_name": f"standard error of {name}"})
    for name, words in FIGURES.items():
        variables[name] = (dims, getattr(found, name), {"long_name": words})
    meanings = {"flag_values": [int(s) for s in Status], "flag_meanings": " ".join(s.name for s in Status)}
    codes = np.asarray(found.status, dtype=np.int8)
    variables["status"] = (dims, codes, {"long_name": "outcome of the fit", **meanings})
    variables["cov"] = ((*dims, "parameter", "other"), found.cov, {"long_name": "covariance of the free parameters"})
    attrs: dict[str, Any] = {"method": found.method, "param": "S0", "fixed": json.dumps(found.fixed)}
    attrs["stablefit_version"] = __version__
    free = np.array(found.free, dtype="U5")
    coords: dict[str, Any] = {"parameter": free, "other": free}
    if level is not None:
        ends = found.conf_int(level)
        pairs = np.stack([np.asarray(pair) for pair in ends.values()], axis=-2)  # of all four: none may be free
        chosen = np.flatnonzero([name in found.free for name in PARAMETERS])
        about = {"long_name": f"interval of level {level}"}
        variables["interval"] = ((*dims, "parameter", "limit"), pairs[..., chosen, :], about)
        coords["limit"] = ["lower", "upper"]
        attrs["level"] = level
    coords |= {name: np.arange(size) for name, size in zip(dims, np.shape(found.alpha), strict=True)}
    return xr.Dataset(variables, coords, attrs)
