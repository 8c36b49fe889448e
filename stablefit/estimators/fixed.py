"""Parameters that a fit holds at given values."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from stablefit.laws.parameters import checked

PARAMETERS = ("alpha", "beta", "loc", "scale")
"""Names of the parameters, in the order of covariances."""
ALPHA_MIN = 0.1
"""Smallest alpha that can be fitted."""


def read_fixed(fixed: Mapping[str, Any] | None, *, symmetric: bool = True) -> dict[str, float]:
    """Check names and values of the parameters that are held.

    Returns
    -------
    dict
        Values by name, in the order of `PARAMETERS`; beta is 0 in a symmetric fit.

    Raises
    ------
    TypeError
        If `fixed` is not a mapping of names to real numbers.
    ValueError
        If a name is unknown, or a value outside the parameter's range.
    """
    if not isinstance(fixed, Mapping | None):
        raise TypeError(f"fixed must be a mapping such as {{'loc': 0.0}}, got {fixed!r}")
    fixed = fixed or {}
    for name in fixed:
        if name not in PARAMETERS:
            close = get_close_matches(str(name), PARAMETERS, 1, 0.4)
            remedy = f"; did you mean {close[0]!r}?" if close else ""
            raise ValueError(f"fixed must name parameters out of {', '.join(PARAMETERS)}, got {name!r}{remedy}")
    held = {name: _number(name, fixed[name]) for name in PARAMETERS if name in fixed}
    if symmetric and held.setdefault("beta", 0.0) != 0.0:
        raise ValueError(f"fixed['beta'] must be 0 in a symmetric fit, got {fixed['beta']!r}; pass symmetric=False")
    if held.get("alpha", 2.0) < ALPHA_MIN:
        raise ValueError(f"fixed['alpha'] must lie in [{ALPHA_MIN}, 2], got {held['alpha']}")
    return {name: held[name] for name in PARAMETERS if name in held}


def _number(name: str, value: Any) -> float:
    array = checked(name, value)
    if array.ndim:
        raise ValueError(f"fixed[{name!r}] must be one number, got shape {array.shape}")
    return float(array)
