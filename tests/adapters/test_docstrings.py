"""The examples in the docstrings give what they say."""

import doctest
import importlib
import pkgutil

import pytest

import adapters.torch

pytestmark = pytest.mark.adapters
MODULES = [module.name for module in pkgutil.iter_modules(adapters.torch.__path__)]


@pytest.mark.parametrize("module", ["collect", "covariance", "noise"])
def test_examples_of_public_functions(module):
    found = doctest.testmod(importlib.import_module(f"adapters.torch.{module}"))
    assert found.attempted > 2
    assert found.failed == 0


def test_public_functions_are_all_in_modules_with_examples():
    homes = {getattr(adapters.torch, name).__module__.rpartition(".")[2] for name in adapters.torch.__all__}
    assert homes <= {"collect", "covariance", "noise"}
    assert homes <= set(MODULES)
