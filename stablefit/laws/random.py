"""Random number generators by seed, and draws from the symmetric law."""

import numpy as np

from stablefit._types import FloatArray, RandomState

_CHUNK = 8192  # draws at a time: their uniforms stay in the second-level cache


def generator(rng: RandomState) -> np.random.Generator:
    """A Generator from a Generator, an integer seed or None, as SPEC 7 has it."""
    if rng is None or isinstance(rng, int | np.integer):
        return np.random.default_rng(rng)
    if isinstance(rng, np.random.Generator):
        return rng
    raise TypeError(f"rng must be a numpy.random.Generator, an int or None, got {rng!r}")


def symmetric_draws(alpha: FloatArray, shape: tuple[int, ...], rng: RandomState) -> FloatArray:
    """Standard symmetric draws of the given shape; alpha broadcasts against it.

    Two uniforms a draw, in its order: the first draws of a long run are those of a short one.
    """
    from stablefit._kernels import draws

    source = generator(rng)
    alphas = alpha.reshape(1) if alpha.size == 1 else np.ascontiguousarray(np.broadcast_to(alpha, shape)).reshape(-1)
    out = np.empty(shape)
    flat = out.reshape(-1)
    uniforms = np.empty(2 * min(flat.size, _CHUNK))
    for begin in range(0, flat.size, _CHUNK):
        part = flat[begin : begin + _CHUNK]
        source.random(out=uniforms[: 2 * part.size])
        draws.symmetric(uniforms, alphas if alphas.size == 1 else alphas[begin : begin + _CHUNK], part)
    return out
