"""Daily log returns of the S&P 500, 1999-2018: every method side by side, with a picture.

The prices are found through the environment variable STABLEFIT_DATA; without it this says so and ends.
"""

import argparse
import os
from pathlib import Path

from matplotlib.figure import Figure

from stablefit.gof.methods import MethodComparison, compare_methods
from stablefit.reading import read_samples
from stablefit.returns import price_returns


def draw(methods: MethodComparison, path: Path) -> None:
    """Draw the histogram and the tail with the law fitted by maximum likelihood."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    for axes, kind in zip(figure.subplots(1, 2), ("hist", "tail"), strict=True):
        methods.fits["mle"].plot(kind, ax=axes)
    figure.suptitle("S&P 500, daily log returns")
    figure.savefig(path, dpi=110)


def main(arguments: list[str] | None = None) -> None:
    """Print the table of methods and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder for the picture")
    out = parser.parse_args(arguments).out
    prices = Path(os.environ.get("STABLEFIT_DATA", "")) / "series" / "arch_sp500.npz"
    if not prices.exists():
        print("Daily returns are left out: STABLEFIT_DATA does not name a folder with data sets.")
        return
    returns = price_returns(read_samples(prices, "close"))
    methods = compare_methods(returns)
    out.mkdir(parents=True, exist_ok=True)
    draw(methods, out / "sp500.png")
    print(f"S&P 500: {returns.size} daily log returns\n\n{methods}\n\nPicture: {out / 'sp500.png'}")


if __name__ == "__main__":
    main()
