"""The draws of _kernels/counter_draws.py on a torch device: the same up to the rounding of elementary functions.

Words of 32 bits are kept in int64, whose products are right modulo 2^64.
"""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import AnyArray

if TYPE_CHECKING:
    import torch

_LOW = 0xFFFFFFFF
_FACTOR_0, _FACTOR_1 = 0xD2511F53, 0xCD9E8D57
_WEYL_0, _WEYL_1 = 0x9E3779B9, 0xBB67AE85
_TINY = 2.0**-54
_UNIT = 2.0**-53


def uniforms(
    key: np.uint64, paths: "torch.Tensor", step: int, streams: AnyArray
) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Return two uniforms in [0, 1) of each stream and path, shape (streams, paths); see _kernels/philox.py."""
    import torch

    c3: Any = torch.as_tensor(streams.astype(np.int64), device=paths.device)[:, None]
    c0: Any = step & _LOW
    c1: Any = step >> 32
    c2: Any = paths[None, :]
    k0, k1 = int(key) & _LOW, int(key) >> 32
    for _ in range(10):
        first, second = c0 * _FACTOR_0, c2 * _FACTOR_1
        c0, c1 = ((second >> 32) & _LOW) ^ c1 ^ k0, second & _LOW
        c2, c3 = ((first >> 32) & _LOW) ^ c3 ^ k1, first & _LOW
        k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    high, low = ((c1 << 32) | c0) >> 11, ((c3 << 32) | c2) >> 11
    mask = (1 << 53) - 1
    return (high & mask).double() * _UNIT, (low & mask).double() * _UNIT


def symmetric(u: "torch.Tensor", v: "torch.Tensor", alpha: "torch.Tensor") -> "torch.Tensor":
    """Return symmetric stable draws of scale 1; alpha of shape (streams, 1). See _kernels/draws.py."""
    import torch

    angle, waiting = u - 0.5 + 0.5 * _TINY, torch.clamp(-torch.log(v + _TINY), min=_TINY)
    gap = angle.abs() * math.pi
    above = alpha > 1.0
    start = 0.5 * math.pi * torch.where(above, 2.0 - alpha, alpha)
    turned = start + torch.where(above, alpha, -alpha) * gap
    wave = torch.sin(torch.minimum(turned, math.pi - turned))
    level = torch.sin(start + torch.where(above, alpha - 1.0, 1.0 - alpha) * gap)
    thin = waiting * torch.sin(gap)
    share = 1.0 / (level * thin)
    body = torch.copysign(wave * waiting * thin * share, angle)
    return body * (level * level * share) ** (1.0 / alpha)


def mixing_roots(u: "torch.Tensor", v: "torch.Tensor", alpha: float) -> "torch.Tensor":
    """Return what normal draws of variance 2 are multiplied by for an isotropic one; see _kernels/counter_draws.py."""
    import torch

    a = 0.5 * alpha
    rest = 1.0 - a if a < 1.0 else 1e-140
    angle, waiting = math.pi * (u + _TINY), torch.clamp(-torch.log(v + _TINY), min=_TINY)

    def sine(x: "torch.Tensor") -> "torch.Tensor":
        return torch.sin(torch.minimum(x, math.pi - x))

    level = sine(rest * angle)
    return torch.sqrt(sine(a * angle) * waiting / level * (level / (waiting * sine(angle))) ** (1.0 / a))
