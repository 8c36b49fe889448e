"""Sketches of the gradients of every parameter of a model, filled while mini-batches stream by."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from torch import Tensor, nn

from adapters.torch.device_sums import DeviceSums
from stablefit import Sketch
from stablefit._types import FloatArray, IntArray, RandomState
from stablefit.estimators.estimates import Fits
from stablefit.estimators.sketch import FEWEST

if TYPE_CHECKING:
    from stablefit import BatchFit
    from stablefit.gof import SketchMeasures

SketchKind = bool | Literal["histogram"]
PILOT = 32
"""Mini-batches kept until there are as many, 4 bytes a parameter each."""
_ROOM = 2**31  # bytes that they may take together


class GradientSketch:
    """Streaming sums over mini-batch gradients for every trainable parameter, in `named_parameters()` order.

    Attributes
    ----------
    names : list of str
        Names of the parameters.
    shapes : list of tuple of int
        Their shapes.
    parts : list of Sketch
        Their sketches; alpha and scale of the gradient are those of its noise.
    """

    def __init__(self, names: Sequence[str], shapes: Sequence[tuple[int, ...]], parts: Sequence[Sketch]) -> None:
        self.names, self.shapes, self.parts = list(names), [tuple(shape) for shape in shapes], list(parts)

    @property
    def n(self) -> int:
        """Number of mini-batches."""
        return self.parts[0].n

    @property
    def size(self) -> int:
        """Number of entries of all parameters."""
        return sum(part.size for part in self.parts)

    @property
    def zeros(self) -> IntArray:
        """In how many mini-batches the gradient of each entry is exactly zero."""
        return np.concatenate([part.zeros for part in self.parts if part.zeros is not None])

    @property
    def variance(self) -> FloatArray:
        """Variance of the gradient of each entry over mini-batches."""
        return np.concatenate([part.variance for part in self.parts if part.variance is not None])

    def places(self, name: str) -> slice:
        """Where the entries of a parameter are in what `fit` returns, in the order of its flat index."""
        at = self.names.index(name)
        first = sum(part.size for part in self.parts[:at])
        return slice(first, first + self.parts[at].size)

    def fit(self, *, n_jobs: int = 1) -> "BatchFit":
        """Fit a symmetric stable law to the noise of every entry; `loc` is relative to the mean mini-batch gradient."""
        from stablefit import BatchFit

        found = [part.fit(n_jobs=n_jobs).fits for part in self.parts]
        fits = Fits.joined(found)
        means = [part.mean for part in self.parts]
        centre = np.concatenate([np.zeros(p.size) if m is None else m for p, m in zip(self.parts, means, strict=True)])
        np.subtract(centre, fits.loc, out=fits.loc)  # noise is the full gradient less that of a mini-batch
        return BatchFit("sketch", fits, np.full(self.size, self.n), {"beta": 0.0}, None, shape=(self.size,))

    def gaussian_pvalue(self, fit: "BatchFit", *, rng: RandomState = 0) -> FloatArray:
        """Probability of an alpha as small in Gaussian noise of as many mini-batches; see `stablefit.Sketch`."""
        return self.parts[0].gaussian_pvalue(fit, rng=rng)

    def measures(self) -> "SketchMeasures":
        """SSE and Chi2 of normal and stable laws for every entry, of a sketch that kept histograms.

        See `stablefit.gof.measure_sketch`. Densities of the gradient are those of the noise, turned round: so are the
        measures.
        """
        from stablefit.gof import SketchMeasures, measure_sketch

        found = [measure_sketch(part) for part in self.parts]
        names = found[0].sse
        sse = {name: np.concatenate([one.sse[name] for one in found]) for name in names}
        return SketchMeasures(sse, {name: np.concatenate([one.chi2[name] for one in found]) for name in names})

    def __repr__(self) -> str:
        return f"GradientSketch(parameters={len(self.parts)}, entries={self.size}, n={self.n})"


class SketchFiller:
    """Takes gradients as backward passes give them, averages micro-batches, and fills a sketch."""

    def __init__(
        self, parameters: Mapping[str, nn.Parameter], accumulate: int, most: int, *, histogram: bool = False
    ) -> None:
        self.parameters, self.accumulate, self.most, self.n = dict(parameters), accumulate, most, 0
        entries = sum(parameter.numel() for parameter in self.parameters.values())
        self.pilot = pilot = max(FEWEST, min(PILOT, _ROOM // (4 * entries)))
        self.parts: list[Sketch | DeviceSums] = [
            Sketch(parameter.numel(), pilot=pilot, dtype=type_of(parameter), histogram=histogram)
            if parameter.device.type == "cpu"
            else DeviceSums(parameter.numel(), parameter.device, pilot=pilot, histogram=histogram)
            for parameter in self.parameters.values()
        ]
        self._sum: list[Tensor] = []
        self._have = 0

    def take(self, gradients: Sequence[Tensor | None]) -> None:
        """Add the gradients of one micro-batch, in the order of the parameters; None is a gradient of zero."""
        if self.n >= self.most:
            return
        pairs = zip(gradients, self.parameters.values(), strict=True)
        flat = [_flat(gradient, parameter) for gradient, parameter in pairs]
        self._sum = flat if self._have == 0 else [total.add_(part) for total, part in zip(self._sum, flat, strict=True)]
        self._have += 1
        if self._have == self.accumulate:
            self.add(self._sum if self.accumulate == 1 else [total / self.accumulate for total in self._sum])
            self.n += 1
            self.drop()

    def add(self, rows: Sequence[Tensor]) -> None:
        """Add the gradients of a mini-batch, flat, one for each parameter."""
        for part, row in zip(self.parts, rows, strict=True):
            if isinstance(part, Sketch):
                part.add(row.numpy())
            else:
                part.add(row)

    def end(self) -> None:
        """Note that no more gradients will come."""

    def drop(self) -> None:
        """Forget the micro-batches of an unfinished mini-batch."""
        self._sum, self._have = [], 0

    def sketch(self) -> GradientSketch:
        """Return what was filled, on the host."""
        parts = [part if isinstance(part, Sketch) else part.to_host() for part in self.parts]
        shapes = [tuple(parameter.shape) for parameter in self.parameters.values()]
        return GradientSketch(list(self.parameters), shapes, parts)


def _flat(gradient: Tensor | None, parameter: nn.Parameter) -> Tensor:
    if gradient is None:
        return parameter.new_zeros(parameter.numel(), dtype=parameter.dtype).float()
    dense = gradient if not gradient.is_sparse else gradient.to_dense()
    return dense.detach().reshape(-1).float().contiguous()


def type_of(parameter: Tensor) -> type[np.float32] | type[np.float64]:
    """Return the type of the sums over a parameter's gradients: no coarser than itself."""
    return np.float64 if parameter.dtype == torch.float64 else np.float32
