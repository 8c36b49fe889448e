"""Collections of gradient noise on a schedule while somebody else trains."""

import operator
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import nn

from adapters.torch.collect import collect_sgn
from adapters.torch.losses import LossFunction
from stablefit.errors import DataError, StablefitWarning

if TYPE_CHECKING:
    import pandas as pd

_LEVEL = 0.05  # of the test by which an entry's noise counts as heavy-tailed


class NoiseMonitor:
    """Collects the noise of a model's gradients, with its weights held still, at some of its training steps.

    Attributes
    ----------
    history : dict of int to DataFrame
        Alpha by layer, as `SGN.to_frame(by="layer")`, at every step of a collection.
    """

    def __init__(self, every: int | Sequence[int], loss_fn: LossFunction | None, options: dict[str, Any]) -> None:
        self.steps = _checked_steps(every)
        self.loss_fn, self.options = loss_fn, {"keep": None, "n_batches": 256, "progress": False, **options}
        if not self.options.get("sketch", True):
            raise ValueError("sketch must be True, got False: alpha by layer is that of all parameters")
        self.history: dict[int, pd.DataFrame] = {}
        self._last = 0

    def due(self, step: int) -> bool:
        """Tell whether to collect after this many steps of the optimiser; only once for each."""
        if step == self._last:
            return False
        self._last = step
        return step > 0 and (step % self.steps == 0 if isinstance(self.steps, int) else step in self.steps)

    def measure(self, model: nn.Module, loader: Any, step: int) -> dict[str, float]:
        """Return what is to be logged: median alpha by layer and over all, and the share of heavy-tailed noise.

        A loss that is not finite is the training's trouble: it is warned of, and nothing is logged.
        """
        try:
            sgn = collect_sgn(model, loader, self.loss_fn, **self.options)
        except DataError as error:
            warnings.warn(f"no gradient noise at step {step}: {error}", StablefitWarning, stacklevel=2)
            return {}
        assert sgn.sketch is not None, "the options ask for one"
        fit = sgn.fit("sketch")
        table = self.history[step] = sgn.to_frame(by="layer", fit=fit)
        pvalues = sgn.sketch.gaussian_pvalue(fit)
        known = np.isfinite(pvalues)
        medians = table.loc[table["fitted"] > 0].set_index("layer")["alpha_median"].to_dict()
        logged = {f"sgn/alpha/{layer}": float(alpha) for layer, alpha in medians.items()}
        if known.any():
            logged["sgn/alpha"] = float(np.median(np.asarray(fit.alpha)[known]))
            logged["sgn/heavy"] = float(np.mean(pvalues[known] <= _LEVEL))
        return logged


def _checked_steps(every: int | Sequence[int]) -> int | frozenset[int]:
    """Return a period, or a set of steps."""
    many = isinstance(every, Sequence)
    try:
        steps = [operator.index(step) for step in every] if isinstance(every, Sequence) else [operator.index(every)]
    except TypeError:
        raise TypeError(f"every must be a number of steps or a list of steps, got {every!r}") from None
    if not steps or min(steps) < 1:
        raise ValueError(f"every must hold steps of at least 1, got {every!r}")
    return frozenset(steps) if many else steps[0]
