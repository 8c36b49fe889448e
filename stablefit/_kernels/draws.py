"""Symmetric draws by the method of Chambers, Mallows and Stuck (J.

Amer. Statist. Assoc. 71, 1976), from random numbers handed in.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel


@kernel
def symmetric(edge: np.ndarray, exponential: np.ndarray, alpha: np.ndarray, out: np.ndarray) -> None:
    """X = sin(alpha V) / cos(V)^(1/alpha) (cos((1 - alpha) V) / E)^((1 - alpha)/alpha) into out.

    `edge` is uniform on [-1, 1) and gives V = sign(edge) (pi/2) (1 - |edge|): the angle is counted from pi/2, where
    the tails come from, so that cos V = sin(pi |edge| / 2) keeps all its digits there. alpha of size 1 holds for all.
    """
    for i in range(out.size):
        a = alpha[i % alpha.size]
        gap = 0.5 * math.pi * abs(edge[i])
        v = 0.5 * math.pi - gap
        cos_v = math.sin(gap)
        body = math.sin(a * v) / math.pow(cos_v, 1.0 / a)
        x = body * math.pow(math.cos((1.0 - a) * v) / exponential[i], (1.0 - a) / a)
        out[i] = math.copysign(x, edge[i])
