"""Samples on a device."""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stablefit._types import AnyArray, FloatArray, IntArray
from stablefit.estimators.device.likelihood import log_likelihood
from stablefit.estimators.estimates import Fits
from stablefit.estimators.on_host import OnHost
from stablefit.estimators.samples import Samples, check_axis, missing_values

BLOCK = 2**26
"""Values that are fitted together: half a gigabyte in float64, and three times as much on the way."""


class DeviceSamples(Samples):
    """A batch of samples on a device, or one; `rows` copies them to the host when it is first asked for.

    Attributes
    ----------
    tensor : Tensor, shape (k, n)
        One sample a row, in the numbers' own type; a view where that is possible.
    """

    rows = OnHost()  # type: ignore[assignment]
    tensor: Tensor

    def __init__(self, tensor: Tensor, shape: tuple[int, ...]) -> None:
        super().__init__(tensor, shape)  # type: ignore[arg-type]
        object.__setattr__(self, "tensor", tensor)

    def blocks(self) -> list[slice]:
        """Return slices of rows that hold about `BLOCK` values each."""
        k, n = self.tensor.shape
        step = max(1, BLOCK // max(n, 1))
        return [slice(first, min(first + step, k)) for first in range(0, k, step)]

    def fields_of_row(self, i: int) -> dict[str, Any]:
        """Return one sample as the fields of a result, on its device."""
        row = self.tensor[i]
        return {"samples": row[~torch.isnan(row)] if bool(torch.isnan(row).any()) else row, "weights": None}

    def take(self, where: IntArray, shape: tuple[int, ...]) -> "DeviceSamples":
        """Return some of the samples, as a batch of this shape."""
        return DeviceSamples(self.tensor[torch.as_tensor(where, device=self.tensor.device)], shape)

    def log_likelihoods(self, fits: Fits) -> FloatArray:
        """Log-likelihoods of symmetric laws fitted to the samples, computed on the device."""
        laws = torch.as_tensor(np.array([fits.alpha, fits.loc, fits.scale]), device=self.tensor.device)
        parts = [log_likelihood(self.tensor[block], *laws[:, block]) for block in self.blocks()]
        found: AnyArray = torch.cat(parts).cpu().numpy() if parts else fits.alpha
        return found

    def refuse_nan(self) -> None:
        """Raise DataError if any sample holds nan."""
        missing = torch.isnan(self.tensor)
        if count := int(missing.sum()):
            first = int(missing.reshape(-1).to(torch.uint8).argmax())
            raise missing_values(count, first, tuple(missing.shape), self.shape)


def read(samples: Tensor, axis: int | None) -> DeviceSamples:
    """Read a tensor as `stablefit.estimators.samples.read` reads arrays."""
    if samples.dtype is torch.bool or samples.is_complex():
        raise TypeError(f"samples must be real numbers, got values of dtype {samples.dtype}")
    tensor = samples.detach()
    if tensor.ndim == 0:
        raise ValueError(f"samples must be a one-dimensional array of values, got the single number {tensor.item()}")
    if tensor.ndim == 1:
        if axis not in (None, 0, -1):
            raise np.exceptions.AxisError(axis, 1)
        return DeviceSamples(tensor[None], ())
    moved = tensor.movedim(check_axis(tuple(tensor.shape), axis), -1)
    return DeviceSamples(moved.reshape(math.prod(moved.shape[:-1]), moved.shape[-1]), tuple(moved.shape[:-1]))
