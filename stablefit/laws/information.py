"""Fisher information of one observation, by quadrature of the score."""

import numpy as np

from stablefit._types import FloatArray
from stablefit.laws.parametrisation import tangent
from stablefit.laws.points import flatten
from stablefit.laws.score import shift_gradient, standard_score

_SETTLED = 1e-10  # change at the last halving, relative to the diagonal
_STEPS = tuple(0.25 * 0.5**k for k in range(6))
_NOTHING = 40.0  # exp(-40): what is left out at either end
_OFF_CENTRE = 0.9  # alpha below which the density is no longer smooth at the point that S1 calls its location


def fisher_information(alpha: float, beta: float, scale: float, *, classical: bool) -> FloatArray:
    """Information about (alpha, beta, loc, scale), shape (4, 4), in S1 if classical, else in S0."""
    standard = _at_two() if alpha == 2.0 else _standard(alpha, beta)
    units = np.array([1.0, 1.0, 1.0 / scale, 1.0 / scale])
    information = standard * np.outer(units, units)
    if classical and alpha < 2.0:
        # loc in S0 is loc in S1 plus a shift that depends on the other parameters
        chain = np.eye(4)
        chain[2, [0, 1, 3]] = shift_gradient(np.array(alpha), np.array(beta), np.array(scale))
        information = chain.T @ information @ chain
    return information


def _at_two() -> FloatArray:
    """Normal law of variance 2: beta is without effect, and alpha, at its end, has no finite information."""
    information = np.diag([np.inf, 0.0, 0.5, 2.0])
    information[0, 3] = information[3, 0] = -np.inf
    return information


def _standard(alpha: float, beta: float) -> FloatArray:
    """Information in S0 at scale 1: the trapezoidal rule in the logarithm of the distance from a centre, halved."""
    centre = -beta * float(tangent(np.array(alpha))) if alpha < _OFF_CENTRE else 0.0
    total = np.zeros((4, 4))
    for step in _STEPS:
        before, total = total, 0.5 * total + step * _nodes(alpha, beta, centre, step)
        size = np.sqrt(np.diag(total))
        if step < _STEPS[0] and np.all(np.abs(total - before) <= _SETTLED * np.outer(size, size)):
            break
    total = 0.5 * (total + total.T)
    if beta == 0.0:  # the scores of beta and loc are odd in x, the others even
        total[np.ix_([1, 2], [0, 3])] = total[np.ix_([0, 3], [1, 2])] = 0.0
    if abs(beta) == 1.0:
        # a heavy tail appears where there was a light one: infinitely much is learnt about beta there
        total[1, :] = total[:, 1] = np.nan
        total[1, 1] = np.inf
    return total


def _nodes(alpha: float, beta: float, centre: float, step: float) -> FloatArray:
    """Sum over the nodes that are new at this step."""
    low, high = -_NOTHING - 10.0 / alpha, (_NOTHING + 2.0 * np.log(_NOTHING / alpha)) / alpha
    first, stride = (0, 1) if step == _STEPS[0] else (1, 2)
    u = step * np.arange(2 * int(low / (2.0 * step)) + first, high / step, stride)
    distance = np.exp(np.minimum(u, 700.0))
    x = centre + np.concatenate([-distance, distance])
    log_f, score = standard_score(flatten(x, np.array([alpha]), np.array([beta])))
    weight = np.exp(log_f + np.concatenate([u, u]))
    known = weight > 0.0
    known &= np.all(np.isfinite(score), axis=0) | (abs(beta) < 1.0)
    used = score[:, known]
    if abs(beta) == 1.0:
        used[1] = 0.0
    return np.asarray((used * weight[known]) @ used.T)
