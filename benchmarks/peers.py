"""Other libraries' stable laws behind one interface: what benchmarks/laws.py compares with, where it is installed."""

import csv
import importlib.util
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import stats

import stablefit as sf
from stablefit._types import FloatArray

REFERENCE = Path(__file__).parents[1] / "tests" / "reference"
FUNCTIONS = ("pdf", "cdf", "sf")
OFF = 1e-6  # relative error that counts as a wrong value
UNDERFLOW = 650.0  # values below exp(-650) are not compared

Function = Callable[[str, FloatArray, float, float], FloatArray]


class Peer(NamedTuple):
    """A library: its function(name, x, alpha, beta) of the standard S0 law, and the alpha that it knows."""

    name: str
    function: Function
    least_alpha: float


def _ours(name: str, x: FloatArray, alpha: float, beta: float) -> FloatArray:
    return np.asarray(getattr(sf.Stable(alpha, beta), name)(x))


def _scipy(name: str, x: FloatArray, alpha: float, beta: float) -> FloatArray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its integrator
        return np.asarray(getattr(stats.levy_stable(*sf.Stable(alpha, beta).to_scipy()), name)(x))


def _levy(name: str, x: FloatArray, alpha: float, beta: float) -> FloatArray:
    import levy

    if name == "sf":  # it has none
        return np.asarray(1.0 - levy.cdf(x, alpha=alpha, beta=beta))
    return np.asarray(getattr(levy, name)(x, alpha=alpha, beta=beta))


OURS = Peer("stablefit", _ours, 0.0)


def installed() -> tuple[list[Peer], str]:
    """The other libraries at hand, and a sentence on them."""
    found = [Peer("scipy.stats.levy_stable", _scipy, 0.0)]
    if importlib.util.find_spec("levy") is None:
        return found, "The package `levy-stable` (extra `bench`) was not installed: nothing here is compared with it."
    found.append(Peer("levy-stable", _levy, 0.5))
    return found, (
        f"`levy-stable` is version {version('levy-stable')}, which interpolates a table for alpha >= 0.5; it has no sf,"
        " and 1 - cdf is taken for it."
    )


def _certified(name: str) -> dict[str, FloatArray]:
    with (REFERENCE / f"{name}.csv").open() as f:
        rows = list(csv.DictReader(f))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "checks"}


def errors(peer: Peer, function: str) -> FloatArray:
    """Relative errors over all certified points of laws that the peer knows; nan counts as 1."""
    symmetric, general = _certified("sas_reference"), _certified("stable_reference")
    parts = []
    for table, beta in ((symmetric, np.zeros(symmetric["alpha"].size)), (general, general["beta"])):
        with np.errstate(divide="ignore"):
            log = table.get(f"log{function}", np.log(table[function]))
        used = (table["alpha"] >= peer.least_alpha) & (np.abs(log) < UNDERFLOW)
        for alpha, skew in sorted(set(zip(table["alpha"][used], beta[used], strict=True))):
            here = used & (table["alpha"] == alpha) & (beta == skew)
            want = table[function][here]
            got = peer.function(function, table["x"][here], float(alpha), float(skew))
            with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
                error = np.where(got == want, 0.0, np.abs(got / want - 1.0))
            parts.append(np.where(np.isfinite(error), error, 1.0))
    return np.concatenate(parts)


def error_table(peers: list[Peer]) -> list[str]:
    """Largest and typical errors over the certified tables."""
    lines = [
        "## Errors over the certified tables",
        "",
        "All laws and points of `tests/reference` with alpha in the range of the library; relative errors.",
        "",
        f"| library | function | points | median | largest | share off by more than {OFF:g} |",
        "|---|---|---|---|---|---|",
    ]
    for peer in (OURS, *peers):
        for function in FUNCTIONS:
            e = errors(peer, function)
            row = (
                f"| {peer.name} | {function} | {e.size} | {np.median(e):.1e} | {e.max():.1e} | {np.mean(e > OFF):.1%} |"
            )
            lines.append(row)
    return [*lines, ""]
