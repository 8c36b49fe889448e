"""Maximum likelihood of the generalised normal law, with the density shape exp(-|z|^shape) / (2 Gamma(1/shape)).

Scale has a closed form given the others. Location and shape, which are orthogonal as in every symmetric law, are found
in turns: the shape as a root in one variable; the location, where shape > 1, as the zero of a rising function, and
otherwise among the samples, one of which has the greatest likelihood.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel

SMALLEST_SHAPE, LARGEST_SHAPE = 0.2, 50.0
"""As shape falls to 0 the likelihood rises without bound about any sample; beyond 50 the law is the uniform one."""

_MOST_TURNS, _MOST_STEPS = 50, 100
_NEAR = 4  # ranks on either side of the best one that are looked at last
_COARSE = 16  # parts into which the middle half of the ranks is first cut


@kernel
def digamma_and_slope(x: float) -> tuple[float, float]:
    """Digamma and trigamma of x > 0 by their asymptotic series from 10 on; absolute error below 1e-13 (1 + 1/x^2)."""
    value, slope = 0.0, 0.0
    while x < 10.0:
        value -= 1.0 / x
        slope += 1.0 / (x * x)
        x += 1.0
    w = 1.0 / (x * x)
    value += math.log(x) - 0.5 / x
    value -= w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w * (1 / 132 - w * 691 / 32760)))))
    slope += 1.0 / x + 0.5 * w
    slope += w / x * (1 / 6 - w * (1 / 30 - w * (1 / 42 - w * (1 / 30 - w * (5 / 66 - w * 691 / 2730)))))
    return value, slope


@kernel
def _logarithms(x: np.ndarray, loc: float, out: np.ndarray) -> float:
    """Log of |x - loc| over its largest value, which is returned as a logarithm; -inf where x = loc."""
    largest = max(abs(x[0] - loc), abs(x[x.size - 1] - loc))
    for i in range(x.size):
        distance = abs(x[i] - loc) / largest
        out[i] = math.log(distance) if distance > 0.0 else -math.inf
    return math.log(largest)


@kernel
def _moments(logs: np.ndarray, shape: float) -> tuple[float, float, float]:
    """Mean of exp(shape logs), and mean and variance of logs under these weights."""
    m0, m1, m2 = 0.0, 0.0, 0.0
    for value in logs:
        if value > -math.inf:
            weight = math.exp(shape * value)
            m0 += weight
            m1 += weight * value
            m2 += weight * value * value
    m1, m2 = m1 / m0, m2 / m0
    return m0 / logs.size, m1, m2 - m1 * m1


@kernel
def best_shape(logs: np.ndarray, shape: float) -> float:
    """Shape of greatest likelihood given the location: Newton's method for the slope, kept between two bounds."""
    low, high = SMALLEST_SHAPE, LARGEST_SHAPE
    for _ in range(_MOST_STEPS):
        m0, mean, variance = _moments(logs, shape)
        psi, psi_slope = digamma_and_slope(1.0 / shape)
        # shape^2 times the slope of the profile likelihood per sample, and its derivative
        slope = shape + psi + math.log(shape * m0) - shape * mean
        bend = 1.0 + 1.0 / shape - psi_slope / (shape * shape) - shape * variance
        if slope > 0.0:
            low = shape
        else:
            high = shape
        new = shape - slope / bend if bend < 0.0 else (high if slope > 0.0 else low)
        if not low <= new <= high:
            new = math.sqrt(low * high)
        if new == low == SMALLEST_SHAPE or new == high == LARGEST_SHAPE or high - low < 1e-13 * high:
            end, _, _ = _moments(logs, new)
            return new if end > 0.0 else shape
        if abs(new - shape) < 1e-11 * shape:
            return new
        shape = new
    return shape


@kernel
def _cost(x: np.ndarray, loc: float, shape: float, unit: float) -> float:
    """Sum of (|x - loc| / unit)^shape."""
    total = 0.0
    for value in x:
        distance = abs(value - loc) / unit
        if distance > 0.0:
            total += math.exp(shape * math.log(distance))
    return total


@kernel
def _best_sample(x: np.ndarray, shape: float, unit: float, rank: int, wide: bool) -> int:
    """Rank of the sample about which the cost is least: coarsely, then ever closer to the best one so far."""
    n = x.size
    best, least = rank, _cost(x, x[rank], shape, unit)
    step = max(n // (2 * _COARSE), 1) if wide else 1
    reach = _COARSE // 2 if step > 1 else _NEAR
    while True:
        centre = best
        for k in range(-reach, reach + 1):
            i = centre + k * step
            if k != 0 and 0 <= i < n:
                cost = _cost(x, x[i], shape, unit)
                if cost < least:
                    best, least = i, cost
        if step == 1 and best == centre:
            return best
        step, reach = max(step // 4, 1), _NEAR


@kernel
def _balance(x: np.ndarray, loc: float, shape: float, unit: float) -> tuple[float, float]:
    """Slope of the cost in loc, over shape, and its derivative, with distances in units of `unit`."""
    total, rise = 0.0, 0.0
    for value in x:
        distance = abs(value - loc) / unit
        if distance > 0.0:
            power = math.exp((shape - 1.0) * math.log(distance))
            total += power if value < loc else -power
            rise += power / distance
    return total, (shape - 1.0) * rise / unit


@kernel
def _balanced(x: np.ndarray, loc: float, shape: float, unit: float) -> float:
    """Location where the cost is least, shape > 1: Newton's method for its slope, kept between two bounds."""
    low, high = x[0], x[x.size - 1]
    before = high - low
    for _ in range(_MOST_STEPS):
        total, rise = _balance(x, loc, shape, unit)
        if total < 0.0:
            low = loc
        else:
            high = loc
        new = loc - total / rise if rise > 0.0 else low
        if not low < new < high or abs(new - loc) > 0.5 * before:
            # bisection, about the samples' middle first: the ends may lie far out
            new = 0.5 * (max(low, loc - unit) + min(high, loc + unit))
        before = abs(new - loc)
        loc = new
        if before < 1e-11 * unit:
            return loc
    return loc


@kernel
def maximise(x: np.ndarray, unit: float, out: np.ndarray) -> bool:
    """Write loc, scale, shape and the log-likelihood into `out`; True where the turns converged.

    x is sorted, unit > 0 near its scale.
    """
    n = x.size
    logs = np.empty(n)
    rank = n // 2
    loc, shape = 0.5 * (x[(n - 1) // 2] + x[n // 2]), 1.0
    wide = True
    for _ in range(_MOST_TURNS):
        largest = _logarithms(x, loc, logs)
        new_shape = best_shape(logs, shape)
        if new_shape > 1.0:
            new_loc = _balanced(x, loc, new_shape, unit)
        else:
            rank = _best_sample(x, new_shape, unit, rank, wide)
            new_loc, wide = x[rank], False
        done = abs(new_loc - loc) < 1e-9 * unit and abs(new_shape - shape) < 1e-9 * shape
        loc, shape = new_loc, new_shape
        if done:
            m0, _, _ = _moments(logs, shape)
            log_scale = largest + math.log(shape * m0) / shape
            out[0], out[1], out[2] = loc, math.exp(log_scale), shape
            out[3] = n * (math.log(0.5 * shape) - math.lgamma(1.0 / shape) - 1.0 / shape - log_scale)
            return True
    return False
