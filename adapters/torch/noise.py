"""Collected gradient noise, and what one does with it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from adapters.torch import archive, stored_noise, stored_sketches
from adapters.torch.pictures import Kind
from adapters.torch.selection import Label
from adapters.torch.sketching import GradientSketch
from stablefit._types import FloatArray, IntArray
from stablefit.errors import StoreError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from stablefit import BatchFit
    from stablefit.estimators.fitting import MethodName
    from stablefit.gof import BatchComparison

# Two collections are of the same noise when these agree; the seeds must not.
_SAME = ("sampling", "mode", "batch_size", "accumulate", "n_examples", "loss", "dtype", "autocast")


@dataclass(frozen=True, eq=False)
class SGN:
    """Stochastic gradient noise of single parameters at fixed weights; `collect_sgn` returns it.

    Attributes
    ----------
    samples : ndarray, shape (n_batches, k)
        Full gradient minus mini-batch gradient, float64, in the unit of the gradient. A dask array where the noise
        lies in a store: read a block of columns at a time.
    labels : sequence of (str, int)
        Parameter name and flat index of each column.
    centre : ndarray, shape (k,)
        The full gradient, summed in float64; ``centre - samples`` are the mini-batch gradients.
    zeros : ndarray of int, shape (k,)
        Number of mini-batches in which the gradient is exactly 0, as behind a ReLU that is off.
    metadata : dict
        How the noise was collected: sampling, mode, batch_size, n_batches, seed, loss, device, dtype, dropped batches.
    sketch : GradientSketch or None
        Sums from which ``fit("sketch")`` has the law of the noise of every parameter.

    See Also
    --------
    adapters.torch.collect_sgn : Collect it from a model.
    stablefit.escape.ExitLaw.from_sgn : When and where it leaves a basin.

    Examples
    --------
    Noise may also be of another origin than `collect_sgn`; here two entries of a parameter w, one of them Gaussian:

    >>> import numpy as np, stablefit as sf
    >>> from adapters.torch import SGN
    >>> samples = sf.Stable([1.3, 2.0]).rvs((1000, 2), rng=0)
    >>> sgn = SGN(samples, [("w", 0), ("w", 1)], np.zeros(2), np.zeros(2, dtype=int), {"batch_size": 8})
    >>> sgn
    SGN(n_batches=1000, k=2, batch_size=8)
    >>> sgn.fit("mle").alpha.round(2)
    array([1.32, 2.  ])
    """

    samples: FloatArray
    labels: Sequence[Label]
    centre: FloatArray
    zeros: IntArray
    metadata: dict[str, Any]
    sketch: GradientSketch | None = None

    def __post_init__(self) -> None:
        k = len(self.labels)
        if (
            self.samples.ndim != 2
            or self.samples.shape[1] != k
            or self.centre.shape != (k,)
            or self.zeros.shape != (k,)
        ):
            raise ValueError(f"samples must have a column a label, got shape {self.samples.shape} for {k} labels")

    def __repr__(self) -> str:
        facts: dict[str, Any] = dict(zip(("n_batches", "k"), self.samples.shape, strict=True))
        facts |= {key: self.metadata[key] for key in ("sampling", "mode", "batch_size") if key in self.metadata}
        return f"SGN({', '.join(f'{key}={value!r}' for key, value in facts.items())})"

    @property
    def layers(self) -> list[str]:
        """The module that each column's parameter belongs to; the parameter's own name at the top of the model."""
        return [name.rpartition(".")[0] or name for name, _ in self.labels]

    def fit(self, method: "MethodName | Literal['sketch']" = "mle", **options: Any) -> "BatchFit":
        """Fit a symmetric stable law to each column, or to every parameter of the model.

        Parameters
        ----------
        method : str
            A method of `stablefit.fit` for the columns of `samples`; ``"sketch"`` for every parameter, from `sketch`.
        **options
            Passed to `stablefit.fit`, with ``nan_policy="propagate"`` unless told otherwise; ``n_jobs`` for a sketch.

        Returns
        -------
        BatchFit
            Of shape (k,), in the order of `labels`; by ``"sketch"`` a fit for each entry in `named_parameters()` order,
            where `sketch.places(name)` tells which are a parameter's. A dead, zero-inflated or not finite one has nan
            and a status.

        Raises
        ------
        ValueError
            If the method is not known, or there is no sketch.
        """
        import stablefit

        if method == "sketch":
            if self.sketch is None:
                raise ValueError("method must be one of stablefit.fit, got 'sketch'; this noise holds no sketch")
            return self.sketch.fit(**options)
        options = {"nan_policy": "propagate", **options}
        return stablefit.fit(self.samples, method=method, axis=0, **options)

    def to_frame(
        self,
        by: Literal["parameter", "layer"] = "parameter",
        *,
        method: "MethodName | Literal['sketch']" = "mle",
        fit: "BatchFit | None" = None,
    ) -> "pd.DataFrame":
        """Return the fits as a DataFrame, a row a parameter or a row a layer.

        Parameters
        ----------
        by : {"parameter", "layer"}
            A layer's row holds the number of its parameters here, how many could be fitted, the quartiles of alpha,
            and the share whose alpha is below the 5 % point of normal noise (`heavy`).
        method : str
            Method of the fit; ``"sketch"`` for all parameters of the model.
        fit : BatchFit, optional
            A fit of these samples, where there is one already.

        Returns
        -------
        pandas.DataFrame
        """
        from adapters.torch import frames

        if by not in ("parameter", "layer"):
            raise ValueError(f"by must be 'parameter' or 'layer', got {by!r}")
        found = self.fit(method) if fit is None else fit
        if found.method == "sketch" and self.sketch is not None:
            table = frames.of_sketch(self.sketch, found)
        else:
            table = frames.by_parameter(self, found)
        return table if by == "parameter" else frames.by_layer(table, self.null_alpha(cast(Any, found.method)))

    def compare(self, **options: Any) -> "BatchComparison":
        """Compare laws on each column beside a Gaussian null, the paper's Tables 1 to 3.

        For every parameter of the model, ``sketch.measures()`` has the SSE and Chi2 of normal and stable fits where
        ``sketch="histogram"`` was collected.

        Parameters
        ----------
        **options
            Passed to `stablefit.gof.compare_batch`.

        Returns
        -------
        BatchComparison

        Raises
        ------
        ValueError
            If no samples were kept.
        """
        from stablefit import gof

        if not self.labels:
            raise ValueError(
                "keep must be 'sampled' to compare laws on samples, got None; sketch.measures() needs none"
            )
        return gof.compare_batch(self.samples, axis=0, **options)

    def plot(
        self,
        kind: Kind = "alpha",
        *,
        column: int = 0,
        parameter: str | None = None,
        method: "MethodName | Literal['sketch'] | None" = None,
        fit: "BatchFit | None" = None,
        ax: "Axes | None" = None,
    ) -> "Axes":
        """Plot alpha over what normal noise gives, or the histogram of one column with both fits.

        Parameters
        ----------
        kind : {"alpha", "hist", "violin", "map", "pvalue"}
            Alpha by layer, each entry a point; the histogram of one column of `samples`; alpha by layer as violins;
            alpha of each entry of one parameter, as an image; p-values against normal noise.
        column : int
            The column of the histogram.
        parameter : str, optional
            The parameter of the map; by default the largest.
        method : str, optional
            Method of the fit, used for the normal band too. By default ``"sketch"`` for the last three kinds, where
            there is a sketch, else ``"mle"``.
        fit : BatchFit, optional
            A fit of this noise, where there is one already.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ValueError
            If `kind`, `method` or `parameter` is not known, or a map is asked for and there is no sketch.
        """
        from adapters.torch.pictures import draw

        return draw(self, kind, column=column, parameter=parameter, method=method, fit=fit, ax=ax)

    def null_alpha(self, method: "MethodName | Literal['sketch']" = "mle") -> FloatArray:
        """Return alpha of simulated normal noise of as many mini-batches, by the same method: 400 fits, or 20,000.

        What lies among these shows no heavy tail.
        """
        if method != "sketch":
            return _null_alpha(len(self.samples), method)
        if self.sketch is None:
            raise ValueError("method must be one of stablefit.fit, got 'sketch'; this noise holds no sketch")
        return self.sketch.parts[0].gaussian_alpha()

    def report(self, path: str | os.PathLike[str], **options: Any) -> None:
        """Write alpha by layer and by parameter as one HTML file. Needs the extra `report`.

        Parameters
        ----------
        path : path
            A file, replaced if it is there. It needs no network and no other file.
        **options
            ``method`` of the fit, by default ``"mle"`` where there are samples, else ``"sketch"``; ``compare=True``,
            whether normal and stable fits are compared beside Gaussian noise; ``title``, which stands over the report.

        Raises
        ------
        ValueError
            If the method is not known, or there is no sketch.
        """
        from adapters.torch.reporting import write_report

        write_report(self, path, **options)

    def merge(self, other: "SGN") -> "SGN":
        """Return this noise and that of `other` as one: the same entries at the same weights, other mini-batches.

        Sketches have centres and scales of their own collection, and are not merged: the result has none.

        Raises
        ------
        ValueError
            If labels, full gradient or the way of collection differ, or a seed is the same.
        """
        if self.labels != other.labels:
            raise ValueError("labels must be the same in both, got different ones; collect with params=sgn.labels")
        for key in _SAME:
            if self.metadata.get(key) != other.metadata.get(key):
                raise ValueError(
                    f"{key} must be the same in both, got {self.metadata.get(key)!r} and {other.metadata.get(key)!r}"
                )
        seeds = [*_seeds(self), *_seeds(other)]
        if len(set(seeds)) < len(seeds):
            raise ValueError(f"seed must differ, got {_seeds(self)} and {_seeds(other)}: the same mini-batches twice")
        n, m = len(self.samples), len(other.samples)
        centre = self.centre + (other.centre - self.centre) * (m / (n + m))  # exact where both are the same
        self._check_same_weights(other)
        shifted = [one.samples + (centre - one.centre) for one in (self, other)]
        metadata = {**self.metadata, "n_batches": n + m, "seed": seeds}
        metadata["dropped_batches"] = self.metadata.get("dropped_batches", 0) + other.metadata.get("dropped_batches", 0)
        return replace(
            self,
            samples=np.concatenate(shifted),
            centre=centre,
            zeros=self.zeros + other.zeros,
            metadata=metadata,
            sketch=None,
        )

    def _check_same_weights(self, other: "SGN") -> None:
        """Compare centres: a full gradient is the same twice but for rounding, a mean differs by its standard error."""
        n, m = len(self.samples), len(other.samples)
        spread = np.sqrt(self.samples.var(axis=0) / n + other.samples.var(axis=0) / m)
        exact = self.metadata.get("centre") == other.metadata.get("centre") == "full gradient"
        allowed = 1e-3 * spread if exact else 10 * spread
        if np.any(np.abs(self.centre - other.centre) > allowed + 1e-6 * np.abs(self.centre)):
            raise ValueError("centre must be the same in both, got different ones: other weights or other data")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to `path`: plain arrays and JSON in a zip, without pickle.

        A path that ends in ``.safetensors`` gives a file of that format, which needs the extra `store`.

        Raises
        ------
        ValueError
            If the samples are those of a store, which is on disk already.
        """
        if not isinstance(self.samples, np.ndarray):
            raise ValueError("samples must be in memory to be saved, got those of a store; copy its folder instead")
        names = [name for name, _ in self.labels]
        arrays = {"samples": self.samples, "centre": self.centre, "zeros": self.zeros}
        arrays["indices"] = np.array([index for _, index in self.labels], dtype=np.int64)
        header: dict[str, Any] = {"names": names, "metadata": self.metadata}
        if self.sketch is not None:
            header["sketch"], stored = stored_sketches.described(self.sketch)
            arrays |= stored
        archive.write(path, header, arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "SGN":
        """Read what `save` wrote, or the folder of a store; of an unfinished one the mini-batches that are there.

        Raises
        ------
        stablefit.StoreError
            If the file is damaged, of another kind, or of an unknown version.
        FileNotFoundError
            If there is no such file.
        """
        if Path(path).is_dir():
            return stored_noise.load(Path(path))
        header, arrays = archive.read(path, ("samples", "centre", "zeros", "indices"))
        try:
            labels = list(zip(header["names"], arrays["indices"].tolist(), strict=True))
            sketch = stored_sketches.read(path, header["sketch"]) if "sketch" in header else None
            return cls(arrays["samples"], labels, arrays["centre"], arrays["zeros"], header["metadata"], sketch)
        except StoreError:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(f"file must be whole gradient noise, got parts that do not fit: {str(path)!r}") from error


def _null_alpha(n: int, method: "MethodName") -> FloatArray:
    """Return alpha of 400 normal samples of size n, by the same method: what noise without heavy tails would give."""
    import stablefit

    normal = np.random.default_rng(0).standard_normal((n, 400))
    alpha: FloatArray = stablefit.fit(normal, method=method, axis=0).alpha
    return alpha


def _seeds(sgn: SGN) -> list[int]:
    seed = sgn.metadata.get("seed", [])
    return seed if isinstance(seed, list) else [seed]
