"""Results of one sample as numbers, and of a batch as arrays and as a data frame."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from stablefit._types import AnyArray
from stablefit.extras import extra

if TYPE_CHECKING:
    import pandas as pd


def numbers(shape: tuple[int, ...], *values: AnyArray) -> list[Any]:
    """Return arrays in the batch's shape; numbers where it is ()."""
    return [value.reshape(shape) if shape else value.reshape(-1)[0].item() for value in values]


def batch_frame(columns: Mapping[str, Any], status: Any) -> "pd.DataFrame":
    """Return a pandas DataFrame with a row a sample, one index level a dimension, and the status by name."""
    with extra("stats"):
        import pandas as pd

    from stablefit.estimators.status import Status

    shape = np.shape(status)
    index = pd.MultiIndex.from_product([range(size) for size in shape]) if len(shape) > 1 else None
    content = {name: np.ravel(value) for name, value in columns.items()}
    names = np.array([Status(code).name for code in np.ravel(status).tolist()], dtype=object)
    return pd.DataFrame({**content, "status": names}, index=index)
