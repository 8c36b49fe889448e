"""Confidence intervals of many fits: Wald's all at once, the others one by one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from stablefit._types import BoolArray, FloatArray, IntArray, RandomState
from stablefit.estimators.intervals import LIKELIHOODS, NEAR, RANGES, check, check_likelihood, half_width, of_fit
from stablefit.estimators.samples import Samples

if TYPE_CHECKING:
    from stablefit.estimators.batch import BatchFit


def of_batch(batch: "BatchFit", level: float, method: str, n_boot: int, rng: RandomState) -> dict[str, FloatArray]:
    """Return intervals of a batch by name, shape (..., 2)."""
    from stablefit.laws.random import generator

    check(level, method, n_boot)
    if method == "profile":
        check_likelihood(batch.method)
    source = generator(rng) if method == "bootstrap" else None
    flat = batch.flat()
    ends = _wald_of_batch(flat, level)
    one_by_one = _near_two(flat) if method == "wald" else np.ones(flat.shape, dtype=bool)
    for places, part in _in_memory(flat, one_by_one, method):
        for i in np.flatnonzero(one_by_one[places]):
            for name, interval in of_fit(part[int(i)], level, method, n_boot, source).items():
                ends[name][places[i]] = interval
    return {name: pairs.reshape(*batch.shape, 2) for name, pairs in ends.items()}


def _wald_of_batch(flat: "BatchFit", level: float) -> dict[str, FloatArray]:
    """Wald's intervals of a batch with one dimension, shape (k, 2); value and value where there is no other."""
    z, fitted = half_width(level), np.isfinite(flat.scale)
    ends = {}
    for name, value in flat.params.items():
        reach = z * np.where(fitted, flat.bse[name], 0.0) if name in flat.free else np.zeros_like(value)
        ends[name] = np.stack([value - reach, value + reach], axis=-1).clip(*RANGES[name])
    return ends


def _near_two(flat: "BatchFit") -> BoolArray:
    """Where Wald's interval of alpha gives way to the profile's."""
    if flat.method not in LIKELIHOODS or "alpha" not in flat.free:
        return np.zeros(flat.shape, dtype=bool)
    return np.asarray(np.isfinite(flat.scale) & (flat.alpha + NEAR * flat.bse["alpha"] > 2.0))


def _in_memory(flat: "BatchFit", wanted: BoolArray, method: str) -> "Iterator[tuple[IntArray, BatchFit]]":
    """Return the batch in parts whose samples are in memory, each with its places; parts without a wanted one may lack.

    The bootstrap draws samples of its own, and its draws follow the batch's order: one part.
    """
    data = flat.data
    if data is None or isinstance(data, Samples):
        yield np.arange(flat.shape[0]), flat
    elif method == "bootstrap":
        yield np.arange(flat.shape[0]), replace(flat, data=None)
    else:
        bare = replace(flat, data=None)
        for places, samples in data.parts(wanted):
            yield places, replace(bare[places], data=samples)
