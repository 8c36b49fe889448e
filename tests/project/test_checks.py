"""Style, types and layers: what `make lint` runs is part of the tests."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

BIN = Path(sys.executable).parent


def run(*command: str, root: Path) -> None:
    done = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def test_style(root: Path) -> None:
    run("ruff", "check", "--no-cache", root=root)


def test_format(root: Path) -> None:
    run("ruff", "format", "--check", "--no-cache", root=root)


def test_types(root: Path) -> None:
    """Strict types of the package, and the public names used as README uses them (tests/typing)."""
    run("mypy", root=root)


def test_layers(root: Path) -> None:
    run("lint-imports", root=root)
