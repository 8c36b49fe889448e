"""stablefit: alpha-stable laws, estimators and tests for heavy-tailed noise.

The public names load on first use, so that ``import stablefit`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stablefit import escape as escape
    from stablefit import gof as gof
    from stablefit import sde as sde
    from stablefit.errors import DataError as DataError
    from stablefit.errors import StablefitWarning as StablefitWarning
    from stablefit.errors import StoreError as StoreError
    from stablefit.estimators.batch import BatchFit as BatchFit
    from stablefit.estimators.binned import fit_binned as fit_binned
    from stablefit.estimators.fitting import fit as fit
    from stablefit.estimators.result import FitResult as FitResult
    from stablefit.estimators.sketch import Sketch as Sketch
    from stablefit.estimators.status import Status as Status
    from stablefit.estimators.storage import load as load
    from stablefit.laws.stable import Stable as Stable

__version__ = "0.1.0"

_HOME = {
    "BatchFit": "stablefit.estimators.batch",
    "DataError": "stablefit.errors",
    "FitResult": "stablefit.estimators.result",
    "StablefitWarning": "stablefit.errors",
    "Sketch": "stablefit.estimators.sketch",
    "Stable": "stablefit.laws.stable",
    "Status": "stablefit.estimators.status",
    "StoreError": "stablefit.errors",
    "fit": "stablefit.estimators.fitting",
    "fit_binned": "stablefit.estimators.binned",
    "load": "stablefit.estimators.storage",
}
_SUBPACKAGES = ("escape", "gof", "sde")

__all__ = [
    "BatchFit",
    "DataError",
    "FitResult",
    "Sketch",
    "Stable",
    "StablefitWarning",
    "Status",
    "StoreError",
    "__version__",
    "escape",
    "fit",
    "fit_binned",
    "gof",
    "load",
    "sde",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    elif name in _SUBPACKAGES:
        value = import_module(f"stablefit.{name}")
    else:
        raise AttributeError(f"module 'stablefit' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
