"""The law of gradient noise at every batch size, from the gradients of single examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from torch import nn

from adapters.torch.arguments import check_model, integer
from adapters.torch.example_gradients import ExampleGradients
from adapters.torch.examples import ExampleReader, batch_size_of
from adapters.torch.gradients import EntryGradient
from adapters.torch.losses import LossFunction, given_or_default, loss_name
from adapters.torch.observing import Device, observed
from adapters.torch.progress import progress_bar
from adapters.torch.rehearsal import rehearse
from adapters.torch.selection import Label, Parameters, choose
from stablefit._types import AnyArray, FloatArray, IntArray, RandomState

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PHASES = (0.15, 0.3, 0.6, 1.2)  # frequencies over the inverse scale, as those of stablefit.Sketch
_CELLS = 2**22  # numbers that are in memory at once
_STEP, _STEPS, _BISECTIONS = 1.2, 60, 14  # of the search for a scale: up to 5e4 standard deviations, to 1e-5


@dataclass(frozen=True, eq=False)
class PerSampleGradients:
    r"""Gradients of single examples at fixed weights, and the law of the mini-batch noise that they make.

    A mini-batch of B examples, drawn with replacement, has the mean of B independent gradients: its noise
    :math:`u = \nabla U - \nabla U_i` has the characteristic function :math:`\phi_B(t) = \phi_1(t / B)^B` exactly, with
    :math:`\phi_1` the mean of :math:`e^{i t (G - g_d)}` over the examples d. No mini-batch needs to be drawn.

    Attributes
    ----------
    gradients : ndarray, shape (n_examples, k)
        Gradient of the loss of each example, float64.
    labels : list of (str, int)
        Parameter name and flat index of each column.
    metadata : dict
        How the gradients were found: loss, model, device, dtype, and by torch.func or one by one.

    Examples
    --------
    Gradients 2 and -2 alike often: the mean of two is 2, 0 or -2, with the characteristic function cos(t)^2.

    >>> import numpy as np
    >>> from adapters.torch import PerSampleGradients
    >>> found = PerSampleGradients(np.array([[2.0], [-2.0]]), [("w", 0)], {})
    >>> found.cf([1.0], 2).real.round(4), np.cos(1.0).round(4) ** 2
    (array([[0.2919]]), np.float64(0.29192409))
    """

    gradients: FloatArray
    labels: list[Label]
    metadata: dict[str, Any]

    def __post_init__(self) -> None:
        if self.gradients.ndim != 2 or self.gradients.shape[1] != len(self.labels):
            raise ValueError(
                f"gradients must have a column a label, got shape {self.gradients.shape} for {len(self.labels)} labels"
            )

    def __repr__(self) -> str:
        return f"PerSampleGradients(n_examples={self.n_examples}, k={len(self.labels)})"

    @property
    def n_examples(self) -> int:
        """Number of examples."""
        return len(self.gradients)

    @property
    def centre(self) -> FloatArray:
        """The full gradient, shape (k,)."""
        return np.asarray(self.gradients.mean(axis=0))

    def variance(self, batch_size: int) -> FloatArray:
        """Return the exact variance of the noise, shape (k,)."""
        return np.asarray(self.gradients.var(axis=0) / integer("batch_size", batch_size, 1))

    def cf(self, t: ArrayLike, batch_size: int) -> AnyArray:
        """Return the exact characteristic function of the noise of mini-batches of this size.

        Parameters
        ----------
        t : array_like, shape (m,) or (m, k)
            Frequencies, in the inverse unit of the gradient: the same for all columns, or for each its own.
        batch_size : int
            Examples in a mini-batch, drawn with replacement.

        Returns
        -------
        ndarray of complex, shape (m, k)

        Raises
        ------
        ValueError
            If `t` has another shape, or `batch_size` is no positive integer.
        """
        size = integer("batch_size", batch_size, 1)
        k = len(self.labels)
        frequencies = np.asarray(t, dtype=np.float64)
        if frequencies.ndim not in (1, 2) or frequencies.shape[1:] not in ((), (k,)):
            raise ValueError(f"t must have shape (m,) or (m, {k}), got {frequencies.shape}")
        frequencies = np.broadcast_to(frequencies.reshape(len(frequencies), -1), (len(frequencies), k)) / size
        return np.array([self._single(row, np.arange(k)) for row in frequencies]).reshape(-1, k) ** size

    def draw(self, batch_size: int, n: int, rng: RandomState = None) -> FloatArray:
        """Return the noise of n mini-batches, drawn with replacement, without another pass through the model.

        Parameters
        ----------
        batch_size : int
            Examples in a mini-batch.
        n : int
            Number of mini-batches.
        rng : numpy.random.Generator, int or None
            Source of randomness.

        Returns
        -------
        ndarray, shape (n, k)
            Full gradient less that of the mini-batch, as `SGN.samples`; entries of a row are of the same mini-batch.
        """
        from stablefit.laws.random import generator

        size, count, source = integer("batch_size", batch_size, 1), integer("n", n, 1), generator(rng)
        out = np.empty((count, len(self.labels)))
        step = max(1, _CELLS // (size * max(len(self.labels), 1)))
        for first in range(0, count, step):
            rows = source.integers(self.n_examples, size=(min(step, count - first), size))
            out[first : first + step] = self.centre - self.gradients[rows].mean(axis=1)
        return out

    def effective_alpha(self, batch_sizes: Sequence[int]) -> FloatArray:
        r"""Return the index that the noise shows at its own scale, for each batch size.

        The data set is finite, so the noise at fixed weights has all its moments and no tail index: at any batch size
        large enough it is normal. What an estimator finds is an index at the scale of the sample. It is here the slope
        of :math:`\log(-\log|\phi_B(t)|)` against log t at t = 0.15, 0.3, 0.6 and 1.2 over the scale, by least squares;
        the scale is where :math:`|\phi_B|` first falls to 1/e. A stable law has its alpha at every batch size. An index
        that grows with the batch size says that the law is none.

        Parameters
        ----------
        batch_sizes : sequence of int
            Mini-batch sizes.

        Returns
        -------
        ndarray, shape (len(batch_sizes), k)
            nan where the characteristic function does not fall to 1/e, as of a gradient that is mostly zero in small
            mini-batches.
        """
        sizes = [integer("batch_sizes", size, 1) for size in batch_sizes]
        return np.array([self._slope(size) for size in sizes]).reshape(len(sizes), len(self.labels))

    def plot(self, batch_sizes: Sequence[int], *, ax: "Axes | None" = None) -> "Axes":
        """Draw the effective alpha of every column against the batch size, with the median.

        Parameters
        ----------
        batch_sizes : sequence of int
            Mini-batch sizes.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from stablefit.plotting.noise import alpha_by_batch_size

        return alpha_by_batch_size(batch_sizes, self.effective_alpha(batch_sizes), ax=ax)

    def _single(self, t: FloatArray, columns: IntArray) -> AnyArray:
        """Return the characteristic function of the noise of one example at a frequency for each of some columns."""
        out = np.empty(len(columns), dtype=np.complex128)
        step = max(1, _CELLS // self.n_examples)
        for first in range(0, len(columns), step):
            part = columns[first : first + step]
            rows = self.gradients[:, part]
            phases = (rows.mean(axis=0) - rows) * t[first : first + step]
            out[first : first + step] = np.cos(phases).mean(axis=0) + 1j * np.sin(phases).mean(axis=0)
        return out

    def _decay(self, t: FloatArray, size: int, columns: IntArray) -> FloatArray:
        """Return -log |phi_B|, at a frequency for each of some columns."""
        with np.errstate(divide="ignore"):
            return np.asarray(-size * np.log(np.abs(self._single(t / size, columns))))

    def _slope(self, size: int) -> FloatArray:
        columns = np.flatnonzero(self.variance(size) > 0.0)
        unit = self._inverse_scale(size, columns)
        columns, unit = columns[np.isfinite(unit)], unit[np.isfinite(unit)]
        x = np.log(_PHASES) - np.mean(np.log(_PHASES))
        with np.errstate(divide="ignore"):
            decays = np.log([self._decay(phase * unit, size, columns) for phase in _PHASES])
        out = np.full(len(self.labels), np.nan)
        out[columns] = x @ decays / (x @ x)
        return out

    def _inverse_scale(self, size: int, columns: IntArray) -> FloatArray:
        """Return the first t with -log |phi_B(t)| = 1, for each of some columns; nan where there is none.

        |phi_B|^2 is at least 1 - variance t^2: the search begins below that, and ends with bisections.
        """
        low = 0.9 / np.sqrt(self.variance(size)[columns])
        rising = np.arange(len(columns))
        for _ in range(_STEPS):
            rising = rising[self._decay(_STEP * low[rising], size, columns[rising]) < 1.0]
            low[rising] *= _STEP
        low[rising] = np.nan
        high, known = _STEP * low, np.flatnonzero(np.isfinite(low))
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low[known] + high[known])
            below = self._decay(middle, size, columns[known]) < 1.0
            low[known], high[known] = np.where(below, middle, low[known]), np.where(below, high[known], middle)
        return low


def per_sample_gradients(
    model: nn.Module,
    loader: Any,
    loss_fn: LossFunction | None = None,
    *,
    params: Parameters = None,
    k: int = 100,
    device: Device = None,
    seed: int = 0,
    progress: bool = True,
) -> PerSampleGradients:
    """Collect the gradient of every example at the model's present weights, for k single parameters.

    Examples go through `torch.func.vmap` a batch at a time; where it refuses a model, or disagrees with the plain
    gradient, one by one. The model runs in eval mode: with batch statistics the gradient of a mini-batch is not the
    mean over its examples. It comes back bit for bit as it was.

    Parameters
    ----------
    model, loader, loss_fn, params, device, progress
        As for `collect_sgn`; the loader's data set is read once.
    k : int, default 100
        Number of entries, drawn uniformly; all of them where there are fewer.
    seed : int, default 0
        Seed of the drawn entries: the same ones as those of `collect_sgn`.

    Returns
    -------
    PerSampleGradients

    Raises
    ------
    ValueError
        If an argument is out of its domain, or the loss is not the mean over the batch.
    DataError
        If the loss of the first examples is nan or infinite.

    References
    ----------
    .. [1] B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the Noise Model of Stochastic Gradient Descent", 2023.

    Examples
    --------
    The loss :math:`(w - y)^2` over y = -1, 1 has the gradients 2 and -2 at w = 0.

    >>> import torch
    >>> from torch.utils.data import DataLoader, TensorDataset
    >>> from adapters.torch import per_sample_gradients
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> _ = torch.nn.init.zeros_(model.weight)
    >>> data = TensorDataset(torch.ones(2, 1), torch.tensor([[-1.0], [1.0]]))
    >>> found = per_sample_gradients(model, DataLoader(data, batch_size=2), progress=False)
    >>> found.gradients.ravel(), found.variance(4)
    (array([ 2., -2.]), array([1.]))
    """
    check_model(model)
    reader = ExampleReader(loader)
    choosing, drawing, ambient = np.random.SeedSequence(integer("seed", seed, 0)).spawn(3)
    labels = choose(model, params, integer("k", k, 1), np.random.default_rng(choosing))
    loss, source = given_or_default(loss_fn), int(drawing.generate_state(1)[0])
    with (
        progress_bar("single gradients", show=progress) as bar,
        observed(model, loader, mode="eval", device=device, seed=ambient) as home,
    ):
        gradient = EntryGradient(model, loss, labels, device=home)
        few = np.arange(min(2, reader.n_examples))
        trial = rehearse(gradient, *reader.batches([few, few, np.tile(few, 2)], source))
        examples = ExampleGradients(gradient)
        gradients = examples.read(reader, batch_size_of(loader) or 1, source, bar)
    metadata = {
        "n_examples": reader.n_examples,
        "seed": int(seed),
        "loss": loss_name(loss),
        "model": type(model).__qualname__,
        "device": str(home),
        "dtype": str(gradient.dtype).removeprefix("torch."),
        "way": examples.how,
        **trial.facts(),
    }
    return PerSampleGradients(gradients, labels, metadata)
