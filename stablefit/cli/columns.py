"""The column of a file that a command works on."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from stablefit.cli.options import STANDARD_INPUT, Kind
from stablefit.cli.printing import wrong_usage

if TYPE_CHECKING:
    from stablefit._types import FloatArray


def read_column(file: Path, column: str | None, kind: Kind | None, omit_nan: bool) -> "FloatArray":
    """Read the column, as returns if asked for, and say on standard error what was left out."""
    import numpy as np

    from stablefit.errors import DataError
    from stablefit.reading import read_samples
    from stablefit.returns import price_returns

    with wrong_usage("--column"):
        samples = read_samples("-" if file == STANDARD_INPUT else file, column)
    missing = np.isnan(samples)
    if missing.any():
        if not (omit_nan or kind):
            first = int(np.flatnonzero(missing)[0])
            raise DataError(f"samples must be finite, got {missing.sum()} nan (first at {first}); use --omit-nan")
        values = "missing value" if missing.sum() == 1 else "missing values"
        typer.echo(f"left out {missing.sum()} {values} of {samples.size}", err=True)
        samples = samples[~missing]
    return samples if kind is None else price_returns(samples, kind)
