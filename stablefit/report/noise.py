"""The report of gradient noise: alpha by layer and by parameter, beside what Gaussian noise of the same size gives."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from stablefit._types import FloatArray, IntArray
from stablefit.estimators import messages
from stablefit.estimators.status import Status
from stablefit.plotting.layers import alpha_ranges, height
from stablefit.report import page
from stablefit.report.pictures import picture
from stablefit.report.tables import Cell, Table, Value, share, table

if TYPE_CHECKING:
    from stablefit.estimators.batch import BatchFit
    from stablefit.gof.batch_comparison import BatchComparison

ROWS = 1000
"""Parameters in the table at most: of more, those with the smallest and the largest alpha."""
SHARE = 0.05
"""Of Gaussian noise that lies below the point that layers are compared with."""
_MEASURES = {"sse": "SSE", "chi2": "Chi2"}


@dataclass(frozen=True)
class Noise:
    """What the report is of: k entries of a model's parameters, and their fits.

    Attributes
    ----------
    names : sequence of str
        Parameters of the model.
    place, index : ndarray of int, shape (k,)
        Which of them each entry belongs to, and its flat index there.
    fit : BatchFit
        Of shape (k,).
    null : ndarray
        Alpha of normal samples of the same size by the same method.
    zeros : ndarray of int, shape (k,), or None
        Mini-batches in which the entry's gradient was exactly 0.
    facts : sequence of (str, str)
        How the noise was collected.
    comparison : BatchComparison or None
        Normal and stable fits compared.
    """

    names: Sequence[str]
    place: IntArray
    index: IntArray
    fit: "BatchFit"
    null: FloatArray
    zeros: IntArray | None = None
    facts: Sequence[tuple[str, str]] = field(default_factory=list)
    comparison: "BatchComparison | None" = None

    @property
    def alpha(self) -> FloatArray:
        """Alpha of each entry; nan where there is no estimate."""
        return np.where(self.fit.converged, self.fit.alpha, np.nan)

    @property
    def low(self) -> float:
        """The point that `SHARE` of Gaussian noise lies below."""
        return float(np.nanquantile(self.null, SHARE))

    def layers(self) -> dict[str, IntArray]:
        """Return the entries of each layer, in the order of the model."""
        of_name = [name.rpartition(".")[0] or name for name in self.names]
        known = list(dict.fromkeys(of_name))
        layer = np.array([known.index(name) for name in of_name], dtype=np.int64)[self.place]
        order = np.argsort(layer, kind="stable")
        parts = np.split(order, np.searchsorted(layer[order], np.arange(1, len(known))))
        return {name: part for name, part in zip(known, parts, strict=True) if part.size}


def write_noise(noise: Noise, path: str | os.PathLike[str], *, title: str = "Gradient noise") -> None:
    """Write the report as one HTML file that needs no network and no other file.

    Parameters
    ----------
    noise : Noise
        Entries, fits and their Gaussian null.
    path : path
        A file, replaced if it is there.
    title : str
        Stands over the report.

    Raises
    ------
    ImportError
        If jinja2 or matplotlib is not installed.
    """
    layers = noise.layers()
    alpha = noise.alpha
    caption = (
        "Alpha of each layer: median, quartiles and the central 90 %. The green band holds the central 90 % of what "
        "the same method makes of normal noise of the same size."
    )
    drawn = {name: alpha[part] for name, part in layers.items()}
    ranges = picture("layers", caption, lambda ax: alpha_ranges(drawn, noise.null, ax), (8.0, height(len(layers))))
    compared = noise.comparison
    page.write(
        path,
        "noise.html",
        title=title,
        lead=_lead(noise),
        remarks=_remarks(noise),
        facts=[
            *noise.facts,
            ("fitted by", messages.title(noise.fit.method)),
            ("outcomes", messages.counted(noise.fit.status)),
        ],
        pictures=[ranges],
        layers=_by_layer(noise, layers),
        comparison=None if compared is None else _comparison(compared),
        preference="" if compared is None else _preference(compared),
        parameters=_by_parameter(noise),
        shown=_shown(noise),
    )


def _lead(noise: Noise) -> str:
    alpha = noise.alpha[np.isfinite(noise.alpha)]
    if not alpha.size:
        return f"None of {noise.place.size:,} parameters could be fitted."
    return (
        f"Median alpha {np.median(alpha):.3f}; {np.mean(alpha < noise.low):.0%} of {alpha.size:,} parameters lie below "
        f"{noise.low:.3f}, where {SHARE:.0%} of Gaussian noise does (its median: {np.nanmedian(noise.null):.3f})."
    )


def _remarks(noise: Noise) -> list[str]:
    counts = {status: int(np.count_nonzero(noise.fit.status == status)) for status in Status if not status.usable}
    words = {
        Status.DEAD: "parameters never had a gradient",
        Status.ZERO_INFLATED: "parameters have no gradient in more than 20 % of the mini-batches, and so no density",
        Status.NOT_CONVERGED: "parameters have a fit that did not converge",
        Status.NONFINITE: "parameters had a gradient that is nan or inf",
        Status.CONSTANT: "parameters have the same gradient in every mini-batch",
        Status.TOO_FEW: "parameters have fewer than 8 values",
    }
    k = noise.place.size
    return [f"{count:,} of {k:,} {words[status]}: no alpha." for status, count in counts.items() if count]


def _by_layer(noise: Noise, layers: dict[str, IntArray]) -> Table:
    header = [
        "layer",
        "parameters",
        "fitted",
        "alpha 25 %",
        "median",
        "75 %",
        f"below {noise.low:.3f}",
        "dead",
        "zero-inflated",
    ]
    return table("Alpha by layer, in the order of the model", header, [_layer(noise, *item) for item in layers.items()])


def _layer(noise: Noise, name: str, part: IntArray) -> list[Value]:
    alpha, status = noise.alpha[part], noise.fit.status[part]
    fitted = alpha[np.isfinite(alpha)]
    quartiles = np.quantile(fitted, (0.25, 0.5, 0.75)) if fitted.size else np.full(3, np.nan)
    below = float(np.mean(fitted < noise.low)) if fitted.size else np.nan
    troubles = [int(np.count_nonzero(status == trouble)) for trouble in (Status.DEAD, Status.ZERO_INFLATED)]
    return [name, int(part.size), int(fitted.size), *quartiles.tolist(), share(below), *troubles]


def _shown(noise: Noise) -> str:
    k = noise.place.size
    few = "" if k <= ROWS else f" The {ROWS // 2:,} smallest and the {ROWS // 2:,} largest of {k:,} are shown."
    return (
        "p is the share of Gaussian noise of the same size with an alpha as small; it says nothing beyond "
        f"1 in {noise.null.size + 1:,}.{few}"
    )


def _by_parameter(noise: Noise) -> Table:
    alpha, errors = noise.alpha, noise.fit.bse["alpha"]
    pvalue = _share_as_small(alpha, noise.null)
    header = ["parameter", "index", "alpha", "standard error", "p", "scale", "loc"]
    header += [] if noise.zeros is None else ["zeros"]

    def row(i: int) -> list[Value]:
        numbers = (alpha[i], errors[i], pvalue[i], noise.fit.scale[i], noise.fit.loc[i])
        zeros = [] if noise.zeros is None else [int(noise.zeros[i])]
        status = Status(int(noise.fit.status[i])).name
        return [noise.names[noise.place[i]], int(noise.index[i]), *map(float, numbers), *zeros, status]

    return table("Alpha by parameter", [*header, "status"], map(row, _chosen(alpha)))


def _chosen(alpha: FloatArray) -> Iterable[int]:
    """Return every entry, or those at both ends: nan, which sorts last, is none of them."""
    if alpha.size <= ROWS:
        return range(alpha.size)
    order = np.argsort(alpha)[: np.count_nonzero(np.isfinite(alpha))]
    ends = np.concatenate([order[: ROWS // 2], order[-(ROWS // 2) :]])
    return (int(i) for i in np.unique(ends))


def _share_as_small(alpha: FloatArray, null: FloatArray) -> FloatArray:
    ordered = np.sort(null[np.isfinite(null)])
    share = (1.0 + np.searchsorted(ordered, alpha, side="right")) / (ordered.size + 1.0)
    return np.where(np.isfinite(alpha), share, np.nan)


def _comparison(compared: "BatchComparison") -> list[Table]:
    means: list[list[Value]] = []
    for part in compared.parts:
        used = part.usable
        figures = [values[law][used] for values in (part.sse, part.chi2) for law in part.laws]
        means.append([part.source, *(_mean(values) for values in figures)])
    header = ["source", *(f"{law} {measure}" for measure in ("SSE", "Chi2") for law in compared.laws)]
    paired: list[list[Value]] = [
        [
            f"{row.rival} {_MEASURES[row.measure]}, {row.source}",
            *map(share, (row.won, row.tied, row.lost)),
            row.median_ratio,
            row.pvalue,
        ]
        for row in compared.paired
    ]
    titles = ["pairs", "won", "tied", "lost", "median ratio", "Wilcoxon p"]
    return [
        table("Mean ± standard deviation over parameters", header, means),
        table(f"Each law against {compared.laws[0]}, parameter by parameter", titles, paired, digits=3),
    ]


def _mean(values: FloatArray) -> Cell:
    return Cell(f"{values.mean():.4g} ± {values.std(ddof=1):.3g}", float(values.mean()))


def _preference(compared: "BatchComparison") -> str:
    shares = ", ".join(f"{part.preferred('stable'):.0%} of the {part.source}" for part in compared.parts)
    return (
        f"The stable law has the smaller BIC in {shares}. It has one parameter more, so only the difference between "
        "the two means anything."
    )
