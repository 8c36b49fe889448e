"""Daily log returns of the S&P 500, 1999-2018: every method side by side, with a picture.

The prices are found through the environment variable STABLEFIT_DATA; without it this says so and ends.
"""

import argparse
import os
from pathlib import Path

from stablefit.gof import compare_methods
from stablefit.plotting.page import write_page
from stablefit.reading import read_samples
from stablefit.returns import price_returns


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
    write_page(methods.fits["mle"], out / "sp500.png", "S&P 500, daily log returns")
    print(f"S&P 500: {returns.size} daily log returns\n\n{methods}\n\nPicture: {out / 'sp500.png'}")


if __name__ == "__main__":
    main()
