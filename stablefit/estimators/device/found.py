"""What an estimator on a device hands back."""

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor

from stablefit.estimators.estimates import SYMMETRIC, Estimates


class Found(NamedTuple):
    """Estimates of k samples in standard units: what `Estimates` holds at beta = 0, as tensors."""

    alpha: Tensor
    loc: Tensor
    scale: Tensor
    cov: Tensor  # (k, 3, 3), of alpha, loc and scale
    status: Tensor

    def to_host(self) -> Estimates:
        """Return the same as arrays."""
        return Estimates.symmetric(*(part.cpu().numpy() for part in self))


def estimated(held: Mapping[str, float]) -> tuple[bool, bool, bool]:
    """Which of alpha, loc and scale are estimated."""
    alpha, loc, scale = (name not in held for name in SYMMETRIC)
    return alpha, loc, scale
