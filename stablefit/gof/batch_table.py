"""The tables that a batch comparison prints: the paper's row, the paired figures, and the null's beneath each."""

import numpy as np

from stablefit._types import FloatArray
from stablefit.gof.batch_comparison import MEASURES, BatchComparison
from stablefit.gof.paired import mean_and_std
from stablefit.gof.tables import html_table, number, text_table

TITLES = {"sse": "SSE", "chi2": "Chi2"}
Table = tuple[list[str], list[list[str]]]


def as_text(found: BatchComparison) -> str:
    """Return title, levels, pairs and remarks, a blank line between them."""
    return "\n\n".join([_title(found), text_table(*_levels(found)), text_table(*_pairs(found)), *_remarks(found)])


def as_html(found: BatchComparison) -> str:
    """Return the same as HTML."""
    remarks = "".join(f"<p>{remark}</p>" for remark in _remarks(found))
    return html_table(_title(found), *_levels(found)) + html_table("Pairs of columns", *_pairs(found)) + remarks


def _title(found: BatchComparison) -> str:
    columns = f"{int(found.usable.sum()):,} columns of {found.nobs:,} samples"
    return f"{columns}: {' against '.join(found.laws)} (stable by {found.method}; {found.options})"


def _levels(found: BatchComparison) -> Table:
    """Mean and standard deviation of each measure and law, as the paper's tables print them."""
    keys = [(measure, law) for measure in MEASURES for law in found.laws]
    rows = [
        [part.source, *(_mean_and_std(getattr(part, measure)[law][part.usable]) for measure, law in keys)]
        for part in found.parts
    ]
    return ["mean ± std", *(f"{law} {TITLES[measure]}" for measure, law in keys)], rows


def _pairs(found: BatchComparison) -> Table:
    header = ["", "won", "tied", "lost", "lower", "median ratio", "ratio of medians", "median diff", "Wilcoxon p"]
    rows = [
        [
            f"{row.rival} {TITLES[row.measure]}, {row.source}",
            *(f"{100 * share:.0f} %" for share in (row.won, row.tied, row.lost, row.lower)),
            *(number(value, 4) for value in (row.median_ratio, row.ratio_of_medians)),
            *(number(value) for value in (row.median_difference, row.pvalue)),
        ]
        for row in found.paired
    ]
    return header, rows


def _remarks(found: BatchComparison) -> list[str]:
    remarks = ["\n".join(_alpha_and_bic(part) for part in found.parts if part.usable.any())]
    if not found.usable.all():
        remarks.append(f"left out: {_left_out(found)}")
    return [remark for remark in remarks if remark]


def _alpha_and_bic(part: BatchComparison) -> str:
    low, middle, high = np.quantile(part.alpha[part.usable], (0.05, 0.5, 0.95))
    shares = [f"{law} in {100 * part.preferred(law):.0f} %" for law in part.laws[1:]]
    preferred = f"; BIC below that of {part.laws[0]}: {', '.join(shares)} of columns" if shares else ""
    return f"{part.source}: median alpha {middle:.3f}, 5 % to 95 % {low:.3f} to {high:.3f}{preferred}"


def _left_out(found: BatchComparison) -> str:
    from stablefit.estimators.status import Status

    codes, counts = np.unique(found.status[~found.usable], return_counts=True)
    return ", ".join(f"{count} {Status(code).name}" for code, count in zip(codes, counts, strict=True))


def _mean_and_std(values: FloatArray) -> str:
    return " ± ".join(number(value) for value in mean_and_std(values))
