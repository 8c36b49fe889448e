"""McCulloch's quantile estimator for symmetric laws, from Chebyshev series of two quantiles and the densities there.

The series are in x, the square root of alpha on [ALPHA_MIN, 2] mapped to [-1, 1]; tools/mcculloch_table.py makes them.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel, spliced

ALPHA_MIN = 0.1
OK, BOUNDARY = 0, 1
_LOW, _HIGH = math.sqrt(ALPHA_MIN), math.sqrt(2.0)
_MOST_STEPS = 100


@kernel
def series(c: np.ndarray, x: float) -> tuple[float, float]:
    """Sum of c[k] T_k(x) and its derivative in x, by Clenshaw's recurrence."""
    b, b_old, d, d_old = 0.0, 0.0, 0.0, 0.0
    for k in range(c.size - 1, 0, -1):
        b, b_old, d, d_old = 2.0 * x * b - b_old + c[k], b, 2.0 * (b + x * d) - d_old, d
    return x * b - b_old + c[0], b + x * d - d_old


@spliced
def place(alpha: float) -> float:
    """The x of an alpha."""
    return (2.0 * math.sqrt(alpha) - _LOW - _HIGH) / (_HIGH - _LOW)


@spliced
def alpha_at(x: float) -> float:
    """The alpha of an x; exact at the ends of the range."""
    if abs(x) >= 1.0:
        return 2.0 if x > 0.0 else ALPHA_MIN
    root = 0.5 * (_LOW + _HIGH + x * (_HIGH - _LOW))
    return root * root


@kernel
def invert(c: np.ndarray, target: float) -> tuple[float, int]:
    """The x at which a falling series takes the value target; the end of the range, and BOUNDARY, where it does not."""
    if target <= series(c, 1.0)[0]:
        return 1.0, BOUNDARY
    if target >= series(c, -1.0)[0]:
        return -1.0, BOUNDARY
    low, high, x = -1.0, 1.0, 0.5
    for _ in range(_MOST_STEPS):
        value, slope = series(c, x)
        if value > target:
            low = x
        else:
            high = x
        move = (target - value) / slope
        if abs(move) < 1e-14:
            break
        x = x + move if low < x + move < high else 0.5 * (low + high)
    return x, OK


@kernel
def estimates(
    quantiles: np.ndarray, held_alpha: float, free: np.ndarray, table: np.ndarray
) -> tuple[float, float, float, float, int]:
    """Alpha, loc and scale from (q25, q75, q05, q95, q50), the x of alpha, and a state; see `fill`.

    With I = (q75 - q25) / 2 and W = (q95 - q05) / 2 of the sample, alpha solves log W - log I = log q95 - log q75, and
    log scale is log I - log q75(alpha). With scale held, alpha solves log W = log q95(alpha).
    """
    inner, outer = table[0], table[1]
    log_i = math.log(0.5 * quantiles[1] - 0.5 * quantiles[0])
    log_w = math.log(0.5 * quantiles[3] - 0.5 * quantiles[2])
    x, state = place(held_alpha) if not free[0] else 0.0, OK
    if free[0]:
        x, state = invert(outer - inner, log_w - log_i) if free[2] else invert(outer, log_w)
    alpha = alpha_at(x) if free[0] else held_alpha
    scale = math.exp(log_i - series(inner, x)[0]) if free[2] else 1.0
    return alpha, quantiles[4] if free[1] else 0.0, scale, x, state


@spliced
def _covariance(
    alpha: float, scale: float, x: float, n: float, free: np.ndarray, table: np.ndarray, cov: np.ndarray
) -> None:
    """Asymptotic covariance of the estimates of (alpha, loc, scale) into cov (3, 3).

    The covariances of log I and log W follow from cov(q_p, q_r) = p (1 - r) / (n f_p f_r) for p < r.
    """
    (log_q75, rise_75), (log_q95, rise_95) = series(table[0], x), series(table[1], x)
    a = 0.25 * math.exp(-log_q75 - series(table[2], x)[0])
    b = 0.15 * math.exp(-log_q95 - series(table[3], x)[0])
    v_ii, v_ww, v_iw = a * a / n, b * b / n, a * b / (3.0 * n)
    # alpha = h(x): derivatives of the estimates in (log I, log W)
    rate = (_HIGH - _LOW) * math.sqrt(alpha)
    in_i = -rate / (rise_95 - rise_75) if free[0] and free[2] else 0.0
    in_w = (rate / (rise_95 - rise_75) if free[2] else rate / rise_95) if free[0] else 0.0
    scale_i = 1.0 - rise_75 / rate * in_i
    scale_w = -rise_75 / rate * in_w
    cov[:] = 0.0
    cov[0, 0] = in_i * in_i * v_ii + 2.0 * in_i * in_w * v_iw + in_w * in_w * v_ww
    if free[2]:
        cov[2, 2] = (
            scale * scale * (scale_i * scale_i * v_ii + 2.0 * scale_i * scale_w * v_iw + scale_w * scale_w * v_ww)
        )
        cross = in_i * scale_i * v_ii + (in_i * scale_w + in_w * scale_i) * v_iw + in_w * scale_w * v_ww
        cov[0, 2] = cov[2, 0] = scale * cross
    if free[1]:
        cov[1, 1] = (0.5 * scale * math.pi / math.gamma(1.0 + 1.0 / alpha)) ** 2 / n


@kernel
def fill(
    quantiles: np.ndarray,
    n: np.ndarray,
    held_alpha: float,
    free: np.ndarray,
    table: np.ndarray,
    out: np.ndarray,
    cov: np.ndarray,
    state: np.ndarray,
) -> None:
    """Fit each row: (alpha, loc, scale) into out (3, k), their asymptotic covariance into cov (k, 3, 3), a state.

    quantiles (k, 5) are those of n (k,) values at .25, .75, .05, .95 and .5; free says which of (alpha, loc, scale) are
    estimated; a held loc is 0 and a held scale 1.
    """
    for i in range(quantiles.shape[0]):
        out[0, i], out[1, i], out[2, i], x, state[i] = estimates(quantiles[i], held_alpha, free, table)
        _covariance(out[0, i], out[2, i], x, n[i], free, table, cov[i])


@kernel
def begin(quantiles: np.ndarray, held_alpha: float, free: np.ndarray, table: np.ndarray, out: np.ndarray) -> None:
    """`fill` without the covariances: where a search may begin."""
    for i in range(quantiles.shape[0]):
        out[0, i], out[1, i], out[2, i], _, _ = estimates(quantiles[i], held_alpha, free, table)
