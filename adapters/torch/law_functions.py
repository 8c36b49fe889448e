"""Functions of the standard symmetric law that torch can differentiate and batch.

On the host they call stablefit's compiled kernels; on a device, and for derivatives that the kernels do not have, the
tensor operations of `stablefit.laws.device`. Points and alpha come in float64 and in one shape, as `working` makes
them; an alpha that was expanded is looked up once.
"""

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function

from stablefit._types import FloatArray
from stablefit.laws import symmetric
from stablefit.laws.device import ALPHA_MIN, density, odds, quantile
from stablefit.laws.points import Points, flatten


def working(*tensors: Tensor) -> list[Tensor]:
    """The tensors in float64, the precision of the law's tables, broadcast against each other."""
    return _broadcast(*(tensor.to(torch.float64) for tensor in tensors))


def log_density(z: Tensor, alpha: Tensor) -> Tensor:
    """Log f(z; alpha), twice differentiable."""
    return cast(Tensor, _LogDensity.of(z, alpha))


def cdf(z: Tensor, alpha: Tensor) -> Tensor:
    """P(Z <= z), once differentiable."""
    return cast(Tensor, _Cdf.of(z, alpha))


def icdf(p: Tensor, alpha: Tensor) -> Tensor:
    """z with P(Z <= z) = p, once differentiable."""
    return cast(Tensor, _Icdf.of(p, alpha))


def on_host(x: Tensor) -> bool:
    """Whether the compiled kernels can be called."""
    return x.device.type == "cpu" and not torch.compiler.is_compiling()


class _Elementwise(Function):
    """A function of tensors of one shape, with tensors of that shape for values."""

    @classmethod
    def of(cls, *tensors: Tensor) -> Any:
        return cls.apply(*tensors)  # type: ignore[no-untyped-call]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: Any) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @classmethod
    def vmap(cls, _: Any, dims: tuple[int | None, ...], *tensors: Tensor) -> tuple[Any, Any]:
        moved = [x if dim is None else x.movedim(dim, 0) for x, dim in zip(tensors, dims, strict=True)]
        found = cls.of(*_broadcast(*moved))
        return found, (0,) * len(found) if isinstance(found, tuple) else 0


class _Last(_Elementwise):
    """Derivatives that have no derivatives themselves."""

    @staticmethod
    def backward(ctx: Any, *_: Any) -> Any:
        raise NotImplementedError(
            "log_prob of adapters.torch.Stable must be differentiated at most twice, cdf and icdf at most once, got a "
            "derivative of a higher order"
        )

    jvp = backward


class _LogDensity(_Elementwise):
    @staticmethod
    def forward(z: Tensor, alpha: Tensor) -> Tensor:
        if on_host(z):
            return _by_kernel(z, alpha, symmetric.log_density)[0]
        return _by_rows(z.abs(), alpha, lambda x, laws: density.log_density(x, laws))[0]

    @staticmethod
    def backward(ctx: Any, *up: Any) -> Any:
        in_z, in_alpha = _DensitySlopes.of(*ctx.saved_tensors)
        return up[0] * in_z, up[0] * in_alpha

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        return _along(_DensitySlopes.of(*ctx.saved_tensors), tangents)


class _DensitySlopes(_Elementwise):
    """Derivatives of log f in z and alpha."""

    @staticmethod
    def forward(z: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor]:
        if on_host(z):
            _, in_z, in_alpha = _by_kernel(z, alpha, symmetric.log_density_gradient)
            return in_z, in_alpha
        _, in_z, in_alpha = _by_rows(z.abs(), alpha, lambda x, laws: density.log_density(x, laws, 1))
        return torch.copysign(in_z, -z), in_alpha

    @staticmethod
    def backward(ctx: Any, *up: Any) -> Any:
        in_zz, both, in_aa = _DensityBends.of(*ctx.saved_tensors)
        return up[0] * in_zz + up[1] * both, up[0] * both + up[1] * in_aa

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        in_zz, both, in_aa = _DensityBends.of(*ctx.saved_tensors)
        return _along((in_zz, both), tangents), _along((both, in_aa), tangents)


class _DensityBends(_Last):
    """Derivatives of log f in zz, z alpha and alpha alpha."""

    @staticmethod
    def forward(z: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        *_, in_zz, both, in_aa = _by_rows(z.abs(), alpha, lambda x, laws: density.log_density(x, laws, 2))
        return in_zz, torch.where(z < 0.0, -both, both), in_aa


class _Cdf(_Elementwise):
    @staticmethod
    def forward(z: Tensor, alpha: Tensor) -> Tensor:
        if on_host(z):
            return _by_kernel(z, alpha, symmetric.cdf)[0]
        log_tail = _by_rows(z.abs(), alpha, lambda x, laws: [odds.at(x, laws).log_tail])[0]
        return torch.where(z < 0.0, torch.exp(log_tail), -torch.expm1(log_tail))

    @staticmethod
    def backward(ctx: Any, *up: Any) -> Any:
        in_z, in_alpha = _CdfSlopes.of(*ctx.saved_tensors)
        return up[0] * in_z, up[0] * in_alpha

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        return _along(_CdfSlopes.of(*ctx.saved_tensors), tangents)


class _CdfSlopes(_Last):
    """Derivatives of P(Z <= z) in z and alpha."""

    @staticmethod
    def forward(z: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor]:
        _, log_tail, in_z, in_alpha = _by_rows(z.abs(), alpha, lambda x, laws: list(odds.at(x, laws, 1)))
        weight = torch.exp(log_tail) * -torch.expm1(log_tail)  # cdf sf
        return weight * in_z, weight * torch.where(z < 0.0, -in_alpha, in_alpha)


class _Icdf(_Elementwise):
    @staticmethod
    def forward(p: Tensor, alpha: Tensor) -> Tensor:
        small = torch.where(p <= 0.5, p, 1.0 - p)  # exact above 1/2
        if on_host(p):
            (z,) = _by_kernel(small, alpha, lambda x: symmetric.quantile(x, np.ones(x.x.size, dtype=bool)))
        else:
            (z,) = _by_rows(small, alpha, lambda x, laws: [quantile.upper(x, laws)])
        return torch.where(p > 0.5, z, -z)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: Any) -> None:
        ctx.save_for_backward(*inputs, output)
        ctx.save_for_forward(*inputs, output)

    @staticmethod
    def backward(ctx: Any, *up: Any) -> Any:
        in_p, in_alpha = _IcdfSlopes.of(*ctx.saved_tensors)
        return up[0] * in_p, up[0] * in_alpha

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        return _along(_IcdfSlopes.of(*ctx.saved_tensors), tangents)


class _IcdfSlopes(_Last):
    """Derivatives of the quantile z in p and alpha: 1 / f, and minus the cdf's over f."""

    @staticmethod
    def forward(p: Tensor, alpha: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
        in_z, in_alpha = _CdfSlopes.forward(z, alpha)
        return 1.0 / in_z, -in_alpha / in_z


def _broadcast(*tensors: Tensor) -> list[Tensor]:
    return list(torch.broadcast_tensors(*tensors))  # type: ignore[no-untyped-call]


def _along(slopes: Any, tangents: Any) -> Tensor:
    """Derivative along the tangents; None is a tangent of zero."""
    parts = [slope * tangent for slope, tangent in zip(slopes, tangents, strict=False) if tangent is not None]
    return cast(Tensor, sum(parts))


def _by_rows(x: Tensor, alpha: Tensor, compute: Callable[[Tensor, Tensor], list[Tensor]]) -> list[Tensor]:
    """What `compute` makes of points (k, n) of laws (k,), for points and laws of any shape.

    Dimensions along which alpha was expanded go last, so that the points of one law lie in one row. nan for laws
    outside the range of alpha.
    """
    shared = [i for i in range(x.ndim) if alpha.stride(i) == 0 or alpha.shape[i] == 1]
    order = [i for i in range(x.ndim) if i not in shared] + shared
    laws = alpha[tuple(slice(0, 1) if i in shared else slice(None) for i in range(x.ndim))].reshape(-1)
    laws = torch.where((laws >= ALPHA_MIN) & (laws <= 2.0), laws, math.nan)
    moved = x.permute(order)
    n = math.prod(x.shape[i] for i in shared)
    found = compute(moved.reshape(laws.numel(), n), laws)
    back = [order.index(i) for i in range(x.ndim)]
    return [part.reshape(moved.shape).permute(back).clone() for part in found]  # autograd takes no views


def _by_kernel(x: Tensor, alpha: Tensor, function: Callable[[Points], FloatArray]) -> list[Tensor]:
    """What a function of the host makes of the points: one array, or several in the rows of one."""

    def compute(points: Tensor, laws: Tensor) -> list[Tensor]:
        alpha = laws.detach().numpy()
        values = function(flatten(points.detach().numpy(), alpha[:, None], np.zeros(1)))
        rows = [row.reshape(points.shape) for row in np.atleast_2d(values)]
        for row in rows:
            row[np.isnan(alpha)] = np.nan
        return [torch.from_numpy(row) for row in rows]

    return _by_rows(x, alpha, compute)
