"""The symmetric stable law as a torch distribution."""

import math
from functools import reduce
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.distributions.utils import broadcast_all

from adapters.torch import law_functions
from stablefit.laws.device import ALPHA_MIN

_TINY = 2.0**-54  # half of the uniforms' resolution: keeps angles and waiting times away from zero


class Stable(Distribution):
    """Symmetric alpha-stable law with index `alpha`, location `loc` and scale `scale`, on any device with float64.

    Its characteristic function is exp(i loc t - abs(scale t)**alpha): alpha = 2 is the normal law with standard
    deviation sqrt(2) scale, alpha = 1 the Cauchy law. Parameters broadcast against each other.

    Parameters
    ----------
    alpha : float or Tensor
        Index of stability, in [0.1, 2].
    loc : float or Tensor
        Location, in the units of the samples.
    scale : float or Tensor
        Scale, positive, in the units of the samples.
    validate_args : bool, optional
        Check parameters and values, which waits for the device; by default as torch is set.

    Raises
    ------
    ValueError
        If a parameter lies outside its range, or a value is nan, where arguments are validated.
    NotImplementedError
        On differentiating `log_prob` three times, or `cdf` or `icdf` twice.

    Notes
    -----
    `log_prob` is exact, to the last digits of the samples' precision, and differentiable twice in value, alpha, loc and
    scale; `cdf` and `icdf` once. At alpha = 2 derivatives in alpha are those from below. On the host stablefit's
    compiled kernels compute; on a device tensor operations alone, in float64, so that nothing is copied. `rsample` has
    gradients in all three parameters. `mean` is nan for alpha <= 1 and `variance` inf below 2, as for torch's Cauchy
    law.

    References
    ----------
    .. [1] J. M. Chambers, C. L. Mallows and B. W. Stuck, "A method for simulating stable random variables", J. Amer.
       Statist. Assoc. 71 (1976).

    Examples
    --------
    >>> import torch
    >>> from adapters.torch import Stable
    >>> law = Stable(alpha=torch.tensor(1.0, requires_grad=True), loc=0.0, scale=2.0)
    >>> round(law.log_prob(torch.tensor(0.0)).exp().item(), 6)  # Cauchy: 1 / (2 pi)
    0.159155
    >>> law.icdf(torch.tensor(0.75)).item()
    2.0
    >>> (slope,) = torch.autograd.grad(law.log_prob(torch.tensor(0.0)), law.alpha)
    >>> round(slope.item(), 6)  # of log Gamma(1 + 1/alpha): minus digamma(2)
    -0.422784
    """

    arg_constraints = {  # noqa: RUF012  (torch's own form)
        "alpha": constraints.interval(ALPHA_MIN, 2.0),  # type: ignore[no-untyped-call]
        "loc": constraints.real,
        "scale": constraints.positive,
    }
    support = constraints.real
    has_rsample = True

    def __init__(
        self,
        alpha: float | Tensor,
        loc: float | Tensor = 0.0,
        scale: float | Tensor = 1.0,
        validate_args: bool | None = None,
    ) -> None:
        parts = broadcast_all(alpha, loc, scale)
        dtype = reduce(torch.promote_types, (part.dtype for part in parts))
        self.alpha, self.loc, self.scale = (part.to(dtype) for part in parts)
        super().__init__(self.alpha.shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> "Stable":
        """Return the law with its parameters expanded to a batch shape."""
        new: Stable = self._get_checked_instance(Stable, _instance)  # type: ignore[no-untyped-call]
        shape = torch.Size(batch_shape)
        new.alpha, new.loc, new.scale = (part.expand(shape) for part in (self.alpha, self.loc, self.scale))
        super(Stable, new).__init__(shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    @property
    def mean(self) -> Tensor:
        """The location; nan for alpha <= 1, where there is no mean."""
        return torch.where(self.alpha > 1.0, self.loc, math.nan)

    @property
    def mode(self) -> Tensor:
        """The location."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """2 scale**2 at alpha = 2, inf below."""
        return torch.where(self.alpha == 2.0, 2.0 * self.scale**2, math.inf)

    def log_prob(self, value: Tensor) -> Tensor:
        """Log of the density at value, which broadcasts against the parameters; -inf at infinity."""
        if self._validate_args:
            self._validate_sample(value)
        x, alpha, loc, scale = law_functions.working(value, self.alpha, self.loc, self.scale)
        log_f = law_functions.log_density((x - loc) / scale, alpha) - torch.log(scale)
        return log_f.to(self._precision(value))

    def cdf(self, value: Tensor) -> Tensor:
        """P(X <= value), to relative precision in the lower tail."""
        if self._validate_args:
            self._validate_sample(value)
        x, alpha, loc, scale = law_functions.working(value, self.alpha, self.loc, self.scale)
        return law_functions.cdf((x - loc) / scale, alpha).to(self._precision(value))

    def icdf(self, value: Tensor) -> Tensor:
        """The x with cdf(x) = value; -inf at 0, inf at 1, nan outside [0, 1]."""
        p, alpha, loc, scale = law_functions.working(value, self.alpha, self.loc, self.scale)
        return (loc + scale * law_functions.icdf(p, alpha)).to(self._precision(value))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws of shape `sample_shape` + batch shape, differentiable in alpha, loc and scale."""
        shape = self._extended_shape(torch.Size(sample_shape))
        alpha, loc, scale = law_functions.working(self.alpha, self.loc, self.scale)
        angle, waiting = torch.rand((2, *shape), dtype=alpha.dtype, device=alpha.device).unbind()
        return (loc + scale * _drawn(angle, waiting, alpha)).to(self.alpha.dtype)

    def _precision(self, value: Tensor) -> torch.dtype:
        found = torch.result_type(value, self.alpha)
        return found if found.is_floating_point else self.alpha.dtype


def _drawn(angle: Tensor, waiting: Tensor, alpha: Tensor) -> Tensor:
    """Standard draws from two uniforms each, by the method of Chambers, Mallows and Stuck.

    The formulas of `stablefit._kernels.draws`: with V uniform on (-pi/2, pi/2), gap = pi/2 - abs(V), E exponential and
    C = cos((1 - alpha) V), X = sin(alpha V) (E / C) (C / (E cos V))^(1/alpha), the functions of V as sines of sums of
    positive numbers, which keep their digits in the tails, at alpha = 1 and at alpha = 2.
    """
    angle = angle - 0.5 + 0.5 * _TINY
    gap = angle.abs() * math.pi
    waiting = -torch.log(waiting + _TINY).clamp(max=-_TINY)
    low, rest = alpha <= 1.0, 2.0 - alpha
    start = 0.5 * math.pi * torch.where(low, alpha, rest)
    wave = torch.sin(start + torch.where(low, -alpha, alpha) * gap)
    level = torch.sin(start + torch.where(low, 1.0 - alpha, alpha - 1.0) * gap)
    thin = waiting * torch.sin(gap)
    power = torch.exp(torch.log(level / thin) / alpha)
    return torch.copysign(wave * waiting / level * power, angle)
