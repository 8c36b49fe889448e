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


def standard_draws(alpha: FloatArray, beta: FloatArray, shape: tuple[int, ...], rng: RandomState) -> FloatArray:
    """Draws of the standard S0 law of the given shape; alpha and beta broadcast against it.

    Two uniforms a draw, in its order: the first draws of a long run are those of a short one.
    """
    from stablefit._kernels import draws

    source = generator(rng)
    out = np.empty(shape)
    flat = out.reshape(-1)
    symmetric = not np.any(beta)
    one = symmetric and alpha.size == 1
    alphas = alpha.reshape(1) if one else _spread(alpha, shape)
    betas = alphas if symmetric else _spread(beta, shape)
    uniforms = np.empty(2 * min(flat.size, _CHUNK))
    for begin in range(0, flat.size, _CHUNK):
        chunk = slice(begin, begin + _CHUNK)
        part = flat[chunk]
        source.random(out=uniforms[: 2 * part.size])
        if symmetric:
            draws.symmetric(uniforms, alphas if one else alphas[chunk], part)
        else:
            draws.skewed(uniforms, alphas[chunk], betas[chunk], part)
    return out


def _spread(values: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    return np.ascontiguousarray(np.broadcast_to(values, shape)).reshape(-1)
