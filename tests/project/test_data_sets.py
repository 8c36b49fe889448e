"""Tests of real data run where the data is, are deselected where it is not, and are never left out by mistake."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit


def collect(root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STABLEFIT_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-m", "data", "--collect-only", "-q", "tests/cli"]
    return subprocess.run(command, cwd=root, env=clean | environment, capture_output=True, text=True, check=False)


def test_deselected_where_no_folder_is_named(root: Path) -> None:
    done = collect(root)
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "deselected" in done.stdout


def test_collected_where_a_folder_is_named(root: Path, tmp_path: Path) -> None:
    done = collect(root, STABLEFIT_DATA=str(tmp_path))
    assert done.returncode == pytest.ExitCode.OK
    assert "test_daily_returns" in done.stdout


def test_a_folder_that_is_not_there_is_an_error(root: Path, tmp_path: Path) -> None:
    done = collect(root, STABLEFIT_DATA=str(tmp_path / "nowhere"))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "STABLEFIT_DATA must name a folder" in done.stderr


def test_required_data_cannot_be_left_out(root: Path) -> None:
    done = collect(root, STABLEFIT_REQUIRE_DATA="1")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "STABLEFIT_DATA must name the folder" in done.stderr


def test_continuous_integration_requires_the_data(root: Path) -> None:
    script = (root / ".ci" / "run").read_text(encoding="utf-8")
    assert "export STABLEFIT_REQUIRE_DATA=1" in script
    subprocess.run(["bash", "-n", str(root / ".ci" / "run")], check=True)
