"""Random number generators by seed, and draws."""

import numpy as np

from stablefit._types import FloatArray, RandomState

_CHUNK = 16384  # draws at a time: their uniforms stay in the second-level cache


def generator(rng: RandomState) -> np.random.Generator:
    """A Generator from a Generator, an integer seed or None, as SPEC 7 has it."""
    if rng is None or isinstance(rng, int | np.integer):
        return np.random.default_rng(rng)
    if isinstance(rng, np.random.Generator):
        return rng
    raise TypeError(f"rng must be a numpy.random.Generator, an int or None, got {rng!r}")


def draws(
    alpha: FloatArray, beta: FloatArray, loc: FloatArray, scale: FloatArray, shape: tuple[int, ...], rng: RandomState
) -> FloatArray:
    """Draws of the S0 law of the given shape; the parameters broadcast against it.

    Two uniforms a draw, in its order: the first draws of a long run are those of a short one.
    """
    from stablefit._kernels import draws as kernels

    source = generator(rng)
    out = np.empty(shape)
    flat = out.reshape(-1)
    symmetric = not np.any(beta)
    if symmetric:
        beta = np.zeros(1)
    alphas, betas, locs, scales = (_spread(values, shape) for values in (alpha, beta, loc, scale))
    uniforms = np.empty(2 * min(flat.size, _CHUNK))
    for begin in range(0, flat.size, _CHUNK):
        chunk = slice(begin, begin + _CHUNK)
        part = flat[chunk]
        source.random(out=uniforms[: 2 * part.size])
        at, of = _of(locs, chunk), _of(scales, chunk)
        if symmetric:
            kernels.symmetric(uniforms, _of(alphas, chunk), at, of, part)
        else:
            kernels.skewed(uniforms, _of(alphas, chunk), _of(betas, chunk), at, of, part)
    return out


def _spread(values: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """One value for all draws, or one each."""
    return values.reshape(1) if values.size == 1 else np.ascontiguousarray(np.broadcast_to(values, shape)).reshape(-1)


def _of(values: FloatArray, chunk: slice) -> FloatArray:
    return values if values.size == 1 else values[chunk]
