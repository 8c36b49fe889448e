"""Random number generators by seed, and draws from the symmetric law."""

import numpy as np

from stablefit._types import FloatArray, RandomState


def generator(rng: RandomState) -> np.random.Generator:
    """A Generator from a Generator, an integer seed or None, as SPEC 7 has it."""
    if rng is None or isinstance(rng, int | np.integer):
        return np.random.default_rng(rng)
    if isinstance(rng, np.random.Generator):
        return rng
    raise TypeError(f"rng must be a numpy.random.Generator, an int or None, got {rng!r}")


def symmetric_draws(alpha: FloatArray, shape: tuple[int, ...], rng: RandomState) -> FloatArray:
    """Standard symmetric draws of the given shape; alpha broadcasts against it."""
    from stablefit._kernels import draws

    source = generator(rng)
    size = int(np.prod(shape, dtype=np.int64))
    edge = source.random(size)
    edge *= 2.0
    edge -= 1.0
    exponential = source.standard_exponential(size)
    alphas = alpha.reshape(1) if alpha.size == 1 else np.ascontiguousarray(np.broadcast_to(alpha, shape)).reshape(-1)
    draws.symmetric(edge, exponential, alphas, edge)
    return edge.reshape(shape)
