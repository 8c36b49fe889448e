"""What a user gets: the names in the wheel, its metadata, the public names."""

import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

import pytest

import stablefit

pytestmark = pytest.mark.unit

EXTRAS = {"torch", "plot", "cli", "stats", "store", "callbacks", "report", "dask", "testing", "docs", "dev"}


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return HeaderParser().parsestr(wheel.read(name).decode())


def test_the_wheel_holds_both_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert {"stablefit/__init__.py", "stablefit/py.typed", "adapters/torch/__init__.py"} <= names
    assert "adapters/__init__.py" not in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"stablefit", "adapters"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".nbi", ".nbc"))]
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_is_small(wheel: zipfile.ZipFile) -> None:
    assert sum(entry.compress_size for entry in wheel.infolist()) < 10e6


def test_metadata(metadata: Message) -> None:
    assert metadata["Version"] == stablefit.__version__
    assert set(metadata.get_all("Provides-Extra", [])) >= EXTRAS
    core = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert sorted(line.split(">=")[0] for line in core) == ["numba", "numpy", "scipy"]
    assert metadata["License-Expression"] == "BSD-3-Clause"


def test_command_and_plugin_are_declared(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    declared = wheel.read(name).decode()
    assert "[console_scripts]\nstablefit = stablefit.__main__:main" in declared
    assert "[hypothesis]\nstablefit = stablefit._hypothesis:register" in declared


@pytest.mark.parametrize("name", stablefit.__all__)
def test_every_public_name_loads_and_is_listed(name: str) -> None:
    assert getattr(stablefit, name) is getattr(stablefit, name)
    assert name in dir(stablefit)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'stablefit' has no attribute 'fitt'"):
        stablefit.fitt  # noqa: B018


def test_constraints_pin_exactly(root: Path) -> None:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all(line.count("==") == 1 for line in pins)
    assert "torch==2.13.0" in pins
