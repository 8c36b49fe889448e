"""The drift of a potential that torch differentiates."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit.extras import extra

if TYPE_CHECKING:
    import torch


class Gradient:
    """The drift minus the gradient of a potential written in torch.

    Parameters
    ----------
    potential : callable
        Of a tensor of positions, shape (n_paths, N); returns shape (n_paths,), or (n_paths, 1) as a module may. A
        `torch.nn.Module` gets positions of the type and on the device of its parameters, others float64.

    Raises
    ------
    TypeError
        If potential cannot be called. Later, ValueError where it returns another shape.

    Examples
    --------
    >>> drift = Gradient(lambda x: (x**4).sum(dim=1) / 4)
    >>> drift(0.0, np.array([[1.0, 2.0]])).tolist()
    [[-1.0, -8.0]]
    """

    def __init__(self, potential: Callable[[Any], Any]) -> None:
        if not callable(potential):
            raise TypeError(f"potential must be a function of a tensor, got {potential!r}")
        self.potential = potential

    def __repr__(self) -> str:
        return f"Gradient({getattr(self.potential, '__qualname__', type(self.potential).__name__)})"

    def __call__(self, t: Any, x: Any) -> Any:
        """Return the drift at positions, an array for an array and a tensor for a tensor."""
        with extra("torch"):
            import torch

        if isinstance(x, torch.Tensor):
            return self.at(x)
        like = next(iter(self._parameters()), torch.empty(0, dtype=torch.float64))
        # a copy: torch does not write to it, but warns of arrays that it could not write to
        force = self.at(torch.tensor(x).to(like))
        return np.asarray(force.to("cpu", torch.float64).numpy())

    def at(self, x: "torch.Tensor") -> "torch.Tensor":
        """Return the drift at a tensor of positions."""
        import torch

        with torch.enable_grad():
            place = x.detach().requires_grad_()
            height = self.potential(place)
            if height.shape not in ((len(x),), (len(x), 1)):
                raise ValueError(f"potential must return shape ({len(x)},), one a path, got {tuple(height.shape)}")
            (slope,) = torch.autograd.grad(height.sum(), place)
        return -slope

    def _parameters(self) -> Any:
        return self.potential.parameters() if hasattr(self.potential, "parameters") else ()
