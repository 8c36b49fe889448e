"""The entry point of hypothesis' plugins: ``from_type(Stable)`` draws laws.

Hypothesis calls `register` when it is imported, in every test run of whoever has both packages installed. It must cost
nothing there: a class that has not been imported is registered by its own module, if it ever is.
"""

import sys
from importlib import import_module


def register() -> None:
    """Register the strategy for `stablefit.Stable`, if the class has been imported."""
    module = sys.modules.get("stablefit.laws.stable")
    if module is not None:
        import_module("hypothesis.strategies").register_type_strategy(module.Stable, _laws)


def _laws(_: object) -> object:
    """Return the strategy, once it is asked for."""
    return import_module("stablefit.testing.laws").stable_laws()
