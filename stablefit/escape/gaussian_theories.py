"""Mean times of exit by other theories of gradient noise, which is Gaussian in all of them."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray


def kramers_time(barrier: ArrayLike, curvature: ArrayLike, saddle_curvature: ArrayLike, diffusion: ArrayLike) -> Any:
    r"""Mean time of exit over a barrier by Brownian noise: :math:`\frac{2 \pi}{\sqrt{h |h_s|}} e^{\Delta L / D}`.

    What takes the place of `ExitLaw` at alpha = 2: exponential in the barrier's height, whatever its distance.

    Parameters
    ----------
    barrier : array_like
        Height of the saddle above the minimum.
    curvature, saddle_curvature : array_like
        Second derivatives along the way at the minimum and, its absolute value, at the saddle.
    diffusion : array_like
        D in dX = -U' dt + sqrt(2 D) dW; for noise of scale sigma = eps * scale at alpha = 2, sigma squared.

    Returns
    -------
    ndarray of the shape to which they broadcast, in units of time of the differential equation

    Raises
    ------
    ValueError
        If one of them is not positive.

    References
    ----------
    .. [1] H. A. Kramers, "Brownian motion in a field of force and the diffusion model of chemical reactions", 1940.

    Examples
    --------
    >>> round(float(kramers_time(0.1, 4.0, 1.0, 0.05)), 6)  # pi exp(2)
    23.213404
    """
    height, h, saddle, d = _positive(
        barrier=barrier, curvature=curvature, saddle_curvature=saddle_curvature, diffusion=diffusion
    )
    return (2.0 * np.pi / np.sqrt(h * saddle) * np.exp(height / d))[()]


def mori_time(
    eta: ArrayLike,
    batch_size: ArrayLike,
    *,
    curvature: ArrayLike,
    saddle_curvature: ArrayLike,
    loss: ArrayLike,
    barrier: ArrayLike,
    n: int = 1,
    determinant_ratio: ArrayLike | None = None,
) -> Any:
    r"""Mean time of exit by Mori et al., where the noise grows with the loss.

    .. math:: \frac{2 \pi}{|h_s|} \sqrt{\frac{|\det H_s|}{\det H_*}}
              \left(\frac{L_s}{L_*}\right)^{\frac{B}{\eta h_*} + 1 - \frac n2}

    Parameters
    ----------
    eta, batch_size : array_like
        Learning rate and examples in a mini-batch, B.
    curvature, saddle_curvature : array_like
        h* at the minimum, and the absolute value of the negative curvature at the saddle.
    loss, barrier : array_like
        L* at the minimum, and L_s - L*.
    n : int, default 1
        Number of outlying eigenvalues of the Hessian.
    determinant_ratio : array_like, optional
        det H* / abs(det H_s) over those; curvature / saddle_curvature by default, exact for n = 1.

    Returns
    -------
    ndarray, in units of time of the differential equation; divide by eta for iterations

    References
    ----------
    .. [1] T. Mori, L. Ziyin, K. Liu, M. Ueda, "Power-law escape rate of SGD", 2022.

    Examples
    --------
    >>> one = dict(curvature=1.0, saddle_curvature=1.0, loss=0.1, barrier=0.1)
    >>> round(float(mori_time(0.5, 1, **one)), 6)  # 2 pi 2^2.5
    35.543064
    """
    rate, size, h, saddle, low, height = _positive(
        eta=eta,
        batch_size=batch_size,
        curvature=curvature,
        saddle_curvature=saddle_curvature,
        loss=loss,
        barrier=barrier,
    )
    ratio = h / saddle if determinant_ratio is None else _positive(determinant_ratio=determinant_ratio)[0]
    exponent = size / (rate * h) + 1.0 - 0.5 * n
    return (2.0 * np.pi / saddle / np.sqrt(ratio) * np.exp(exponent * np.log1p(height / low)))[()]


def xie_time(
    eta: ArrayLike,
    batch_size: ArrayLike,
    *,
    curvature: ArrayLike,
    saddle_curvature: ArrayLike,
    barrier: ArrayLike,
    split: float = 0.5,
) -> Any:
    r"""Mean time of exit by Xie et al., where the noise has the covariance H / B.

    .. math:: \frac{2 \pi}{|h_s|} \exp\left[\frac{2 B \Delta L}{\eta} \left(\frac{s}{h_*} + \frac{1 - s}{|h_s|}\right)
              \right]

    Parameters
    ----------
    eta, batch_size : array_like
        Learning rate and examples in a mini-batch, B.
    curvature, saddle_curvature : array_like
        Along the way out, at the minimum and, its absolute value, at the saddle.
    barrier : array_like
        Height of the saddle above the minimum.
    split : float, default 0.5
        s, how much of the way belongs to the minimum, in (0, 1); the theory leaves it open.

    Returns
    -------
    ndarray, in units of time of the differential equation; divide by eta for iterations

    References
    ----------
    .. [1] Z. Xie, I. Sato, M. Sugiyama, "A diffusion theory for deep learning dynamics", 2020.

    Examples
    --------
    >>> round(float(xie_time(0.1, 1, curvature=1.0, saddle_curvature=1.0, barrier=0.05)), 6)  # 2 pi e
    17.079468
    """
    rate, size, h, saddle, height = _positive(
        eta=eta, batch_size=batch_size, curvature=curvature, saddle_curvature=saddle_curvature, barrier=barrier
    )
    if not 0.0 < split < 1.0:
        raise ValueError(f"split must lie in (0, 1), got {split}")
    way = split / h + (1.0 - split) / saddle
    return (2.0 * np.pi / saddle * np.exp(2.0 * size * height / rate * way))[()]


def _positive(**values: ArrayLike) -> list[FloatArray]:
    arrays = []
    for name, value in values.items():
        array = np.asarray(value, dtype=np.float64)
        if not ((array > 0.0) & (array < np.inf)).all():
            raise ValueError(f"{name} must be positive and finite, got {value!r}")
        arrays.append(array)
    return arrays
