"""Row sums of the noise covariance near a minimum: the exact form of Proposition 3.4 (11)."""

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray


def row_sum_covariance(
    gradients: ArrayLike,
    hessians: ArrayLike,
    mean: ArrayLike,
    second_moment: ArrayLike,
    *,
    batch_size: int,
    replacement: bool = True,
) -> FloatArray:
    r"""Row sums of the covariance of mini-batch noise, where every example has a quadratic loss.

    Example d has the gradient g_d + H_d x at distance x from the minimum, and the g_d have mean 0. Then

    .. math:: E (\mathrm{Cov} 1)_l = \frac{k_B}{B} \left[S0_l +
              \sum_p S1_{l,p} E x_p + \sum_{m,p} S2_{l,mp} E x_m x_p\right]

    with S0_l = mean_d g_dl G_d, S1_lp = mean_d (g_dl K_dp + h_d,lp G_d), S2_l,mp = mean_d h_d,lm K_dp - h_lm K_p, where
    G_d is the sum of the entries of g_d and K_dp that of column p of H_d. The paper's (11) has no linear term, mixes
    1 / D with 1 / B, and puts the wrong moments of (10) in. At present weights `adapters.torch.row_sum_covariance` has
    the same quantity of a network, without its Hessians.

    Parameters
    ----------
    gradients : array_like, shape (D, N)
        Gradients of the examples at the minimum.
    hessians : array_like, shape (D, N, N)
        Their Hessians.
    mean, second_moment : array_like, shapes (N,) and (N, N)
        E x and E x x^T; see `small_jump_mean` and `small_jump_second_moment`.
    batch_size : int
        Examples in a mini-batch, B.
    replacement : bool, default True
        Whether they are drawn independently; else k_B = (D - B) / (D - 1).

    Returns
    -------
    ndarray, shape (N,)

    Raises
    ------
    ValueError
        If shapes do not fit, or a batch without replacement is larger than the data.

    Examples
    --------
    Two examples with losses (w - 1)^2 and (w + 1)^2: gradients -2 and 2 at w = 0, and the same Hessian.

    >>> row_sum_covariance([[-2.0], [2.0]], [[[2.0]], [[2.0]]], [0.0], [[0.0]], batch_size=2).tolist()
    [2.0]
    """
    g, h = np.asarray(gradients, dtype=np.float64), np.asarray(hessians, dtype=np.float64)
    x, xx = np.asarray(mean, dtype=np.float64), np.asarray(second_moment, dtype=np.float64)
    if g.ndim != 2 or h.shape != (*g.shape, g.shape[1]) or x.shape != g.shape[1:] or xx.shape != h.shape[1:]:
        shapes = f"{g.shape}, {h.shape}, {x.shape}, {xx.shape}"
        raise ValueError(f"gradients, hessians and moments must be (D, N), (D, N, N), (N,), (N, N), got {shapes}")
    n = len(g)
    if batch_size < 1 or not (replacement or batch_size <= n):
        raise ValueError(f"batch_size must lie between 1 and {n}, got {batch_size}")
    g = g - g.mean(axis=0)
    sums, columns = g.sum(axis=1), h.sum(axis=1)
    moments = columns @ xx  # sum_p K_dp E x_p x_m
    constant = g.T @ sums / n
    linear = g.T @ (columns @ x) / n + np.einsum("dlp,p,d->l", h, x, sums) / n
    quadratic = np.einsum("dlm,dm->l", h, moments) / n - np.einsum("lm,m->l", h.mean(axis=0), moments.mean(axis=0))
    factor = 1.0 if replacement or n == 1 else (n - batch_size) / (n - 1)
    return np.asarray(factor / batch_size * (constant + linear + quadratic))
