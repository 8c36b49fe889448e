"""The array types that signatures across the package share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
RandomState = np.random.Generator | int | None
AnyArray = NDArray[Any]
