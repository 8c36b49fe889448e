"""The result of comparing laws over many samples."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import BoolArray, FloatArray, IntArray
from stablefit.extras import extra
from stablefit.gof.histogram import Bins, Range
from stablefit.gof.measures import Kind, Normalise, check_kind
from stablefit.gof.paired import PairedRow, paired_row

if TYPE_CHECKING:
    import pandas as pd

Figures = dict[str, FloatArray]
MEASURES = ("sse", "chi2")
FIGURES = (*MEASURES, "loglik", "aic", "bic")


@dataclass(frozen=True)
class Options:
    """How columns were measured; see `stablefit.gof.sse` and `chi2`."""

    bins: Bins = 100
    range: Range = None
    normalise: Normalise = None
    kind: Kind = "density"
    min_expected: float = 5.0

    def __post_init__(self) -> None:
        check_kind(self.kind)

    def __str__(self) -> str:
        bins = f"{self.bins} bins" if isinstance(self.bins, int | str) else f"{np.size(self.bins) - 1} given bins"
        where = "" if self.range is None else f" over {self.range}"
        scaled = "" if self.normalise is None else ", normalised by scale"
        return f"{bins}{where}, {self.kind} Chi2{scaled}"


@dataclass(frozen=True, eq=False)
class BatchComparison:
    """Measures of each law for each column, and their paired summary. Printing it shows the tables.

    Attributes
    ----------
    laws : tuple of str
        The first is the baseline of every paired row.
    method : str
        How the stable law was fitted.
    options : Options
        Bins, range and the other choices.
    nobs : int
        Samples in a column.
    status : ndarray of int
        `stablefit.Status` of each column. Columns other than OK and BOUNDARY are left out of the summary, and their
        figures are nan.
    alpha : ndarray
        The stable law's alpha of each column; nan where it could not be fitted.
    sse, chi2, loglik, aic, bic : dict of str to ndarray
        By law, of the batch's shape. With kind="pearson" `chi2` holds Pearson's statistic.
    source : str
        "samples", or "gaussian null".
    null : BatchComparison or None
        The same of normal samples: as many columns as were usable, with their standard deviations.
    """

    laws: tuple[str, ...]
    method: str
    options: Options
    nobs: int
    status: IntArray
    alpha: FloatArray
    sse: Figures
    chi2: Figures
    loglik: Figures
    aic: Figures
    bic: Figures
    source: str = "samples"
    null: "BatchComparison | None" = field(default=None, repr=False)

    @property
    def usable(self) -> BoolArray:
        """Columns whose every figure is a number."""
        figures = [values for figure in FIGURES for values in self._figures(figure).values()]
        return np.asarray(usable(self.status) & ~np.isnan(figures).any(axis=0))

    @property
    def paired(self) -> list[PairedRow]:
        """The paired rows: each measure, each law against the first, the samples' row followed by the null's."""
        rivals = self.laws[1:]
        return [part.pair(measure, law) for measure in MEASURES for law in rivals for part in self.parts]

    @property
    def parts(self) -> "list[BatchComparison]":
        """The comparison itself, and the null's where there is one."""
        return [self] if self.null is None else [self, self.null]

    def pair(self, measure: str, law: str) -> PairedRow:
        """Return one paired row: `measure` ("sse" or "chi2") of `law` against the first law."""
        used, values, baseline = self.usable, self._figures(measure), self.laws[0]
        same_family = self.alpha[used] == 2.0 if {baseline, law} == {"normal", "stable"} else np.zeros(used.sum(), bool)
        return paired_row(measure, self.source, (baseline, law), values[baseline][used], values[law][used], same_family)

    def preferred(self, law: str) -> float:
        """Return the share of columns where `law` has a smaller BIC than the first law."""
        used = self.usable
        return float(np.mean(self.bic[law][used] < self.bic[self.laws[0]][used])) if used.any() else float("nan")

    def to_frame(self) -> "pd.DataFrame":
        """Return one row a column of the batch, as a pandas DataFrame; its index runs over the batch's shape."""
        with extra("stats"):
            import pandas as pd

        from stablefit.estimators.status import Status

        shape = self.status.shape
        index: Any = pd.RangeIndex(shape[0])
        if len(shape) > 1:
            index = pd.MultiIndex.from_product([range(size) for size in shape])
        columns: dict[str, Any] = {
            "status": [Status(code).name for code in self.status.ravel().tolist()],
            "alpha": self.alpha.ravel(),
        }
        for figure in FIGURES:
            columns |= {f"{figure}_{law}": values.ravel() for law, values in self._figures(figure).items()}
        return pd.DataFrame(columns, index=index)

    def paired_frame(self) -> "pd.DataFrame":
        """Return the paired rows as a pandas DataFrame."""
        with extra("stats"):
            import pandas as pd

        return pd.DataFrame([row.to_dict() for row in self.paired])

    def reshaped(self, shape: tuple[int, ...]) -> "BatchComparison":
        """Return the same with the columns in another shape; the null's stay in one row."""
        sse, chi2, loglik, aic, bic = (
            {law: values.reshape(shape) for law, values in self._figures(figure).items()} for figure in FIGURES
        )
        status, alpha = self.status.reshape(shape), self.alpha.reshape(shape)
        return replace(self, status=status, alpha=alpha, sse=sse, chi2=chi2, loglik=loglik, aic=aic, bic=bic)

    def __str__(self) -> str:
        from stablefit.gof.batch_table import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from stablefit.gof.batch_table import as_html

        return as_html(self)

    def _figures(self, figure: str) -> Figures:
        found: Figures = getattr(self, figure)
        return found


def usable(status: IntArray) -> BoolArray:
    """Return which columns hold a fit: OK, or at the boundary alpha = 2."""
    from stablefit.estimators.status import Status

    return np.asarray(status <= Status.BOUNDARY)
