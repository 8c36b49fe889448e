"""Alpha of block sums against their length."""

from typing import TYPE_CHECKING

from stablefit.gof.aggregation_result import AggregationTest
from stablefit.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_aggregation(result: AggregationTest, ax: "Axes | None" = None) -> "Axes":
    """Draw alpha of the sums with standard errors, over the band that holds 90 % of the estimates of a stable law.

    Parameters
    ----------
    result : AggregationTest
        What `stablefit.gof.aggregation_test` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default. Nothing is shown.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.new_axes(ax)
    low, middle, high = result.band
    ax.fill_between(result.blocks, low, high, color=style.STABLE, alpha=0.2, lw=0, label="90 % of estimates, if stable")
    ax.plot(result.blocks, middle, color=style.STABLE, lw=1.2)
    label = rf"{result.nobs:,} samples, $p$ = {result.pvalue:.2g}"
    ax.errorbar(result.blocks, result.alpha, result.se, fmt="o", ms=4, color=style.POINTS, capsize=2, label=label)
    ax.axhline(2.0, color=style.NORMAL, ls="--", lw=1.0, label="normal")
    ax.set_xscale("log", base=2)
    ax.set_xticks(result.blocks, [str(block) for block in result.blocks])
    ax.set(xlabel="values summed", ylabel=r"$\alpha$")
    ax.legend(fontsize="small")
    style.tidy(ax)
    return ax
