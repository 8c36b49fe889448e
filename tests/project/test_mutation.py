"""What `make mutation` changes, and which mutants are called equivalent."""

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.unit

TEXT = '''"""A text, 1 + 1."""

from typing import Literal, overload

LIMIT: Literal[3] = 3
"""A number."""

@overload
def part(x: int = 1) -> int: ...


@cache(maxsize=7)
def part(x, low=0.5, kind="a", *, strict=True):
    """Return more than 1."""
    if strict and not low <= x:
        raise ValueError(f"x must be at least {low + 1}, got {x - 1}")
    x.total += -low
    x[0] = low * 2  # é
    warnings.warn("not 1", stacklevel=2)
    for _ in x:
        break
    return x if kind else isinstance(x, int | str)
'''
CHANGES = {
    (5, "constant", "3", "4"),
    (13, "default", "0.5", "1.5"),
    (13, "default", '"a"', "'not a'"),
    (13, "default", "True", "False"),
    (15, "logic", "strict and not low <= x", "(strict or not low <= x)"),
    (15, "logic", "not low <= x", "(low <= x)"),
    (15, "comparison", "low <= x", "(low < x)"),
    (15, "comparison", "low <= x", "(low > x)"),
    (16, "statement", 'raise ValueError(f"x must be at least {low + 1}, got {x - 1}")', "pass"),
    (17, "statement", "x.total += -low", "pass"),
    (17, "arithmetic", "x.total += -low", "x.total -= -low"),
    (17, "arithmetic", "-low", "(low)"),
    (18, "statement", "x[0] = low * 2", "pass"),
    (18, "constant", "0", "1"),
    (18, "arithmetic", "low * 2", "(low / 2)"),
    (18, "constant", "2", "3"),
    (19, "statement", 'warnings.warn("not 1", stacklevel=2)', "pass"),
    (21, "statement", "break", "continue"),
    (22, "return", "return x if kind else isinstance(x, int | str)", "return None"),
    (22, "logic", "kind", "(not kind)"),
}


@pytest.fixture(scope="module")
def tools(root: Path) -> Iterator[Path]:
    """The folder of tools, whose scripts import each other by name."""
    sys.path.insert(0, str(root / "tools"))
    yield root / "tools"
    sys.path.remove(str(root / "tools"))


@pytest.fixture(scope="module")
def mutants(tools: Path) -> ModuleType:
    return importlib.import_module("mutants")


def test_what_is_changed(mutants: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "part.py"
    path.write_text(TEXT, encoding="utf-8")
    found = mutants.of_file(tmp_path, path)
    assert {(mutant.line, mutant.operator, mutant.before, mutant.after) for mutant in found} == CHANGES
    assert len(found) == len(CHANGES)
    outside = [mutant.operator for mutant in found if mutant.lines is None]
    assert outside == ["constant"]
    assert {mutant.lines for mutant in found if mutant.operator == "default"} == {(15, 22)}


def test_mutants_of_the_package_are_python_and_differ(mutants: ModuleType, root: Path) -> None:
    path = root / "stablefit" / "laws" / "moments.py"
    text, found = path.read_bytes(), mutants.of_file(root, path)
    whole = ast.dump(ast.parse(text))
    assert len(found) > 100
    assert all(ast.dump(ast.parse(mutant.applied(text))) != whole for mutant in found)


def test_equivalent_mutants_have_reasons(tools: Path, mutants: ModuleType) -> None:
    """Those whose lines have changed since are named by `make mutation`, and are no matter of `make test`."""
    page = importlib.import_module("mutation_page")
    listed = page.equivalents()
    assert listed.reasons
    for (path, source, before, after), reason in listed.reasons.items():
        assert path.startswith("stablefit/")
        assert source.strip()
        assert before != after
        assert reason.endswith(".")
    gone = mutants.Mutant("stablefit/none.py", 0, 1, 1, "constant", "1", "2", None, "x = 1")
    assert listed.reason(gone) is None
    assert page.Equivalents({("stablefit/none.py", "x = 1", "1", "2"): "None."}).stale([gone]) == []
    assert page.Equivalents({("stablefit/none.py", "x = 3", "3", "4"): "None."}).stale([gone]) == ["x = 3"]
