"""What every test shares: the profiles of hypothesis, a compiler cache a worker, and the real data sets."""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from selenium import webdriver

ROOT = Path(__file__).parents[1]


def kernel_cache() -> Path:
    """Where this process keeps compiled kernels.

    Numba notices a change of a kernel's own file, not one of what it calls in another: the folder is named after all
    their sources. Two processes that fill one cold cache may read each other's half-written code, so each worker has
    its own.
    """
    sources = sorted((ROOT / "stablefit" / "_kernels").glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    worker, whole = os.environ.get("PYTEST_XDIST_WORKER"), ROOT / ".numba_cache"
    if worker is None and whole.is_dir():
        for other in whole.iterdir():
            if other.name != digest:
                shutil.rmtree(other, ignore_errors=True)
    return whole / digest / (worker or "main")


os.environ.setdefault("NUMBA_CACHE_DIR", str(kernel_cache()))  # Numba reads this name when it is imported

# The workers share the cores: threads of torch and BLAS on top of them only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)
settings.register_profile("nightly", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") == "true" else "dev"))


def data_folder_or_none() -> Path | None:
    """The folder that STABLEFIT_DATA names; a name that leads nowhere is an error, never a reason to test less."""
    named = os.environ.get("STABLEFIT_DATA")
    if not named:
        if os.environ.get("STABLEFIT_REQUIRE_DATA") == "1":
            raise pytest.UsageError("STABLEFIT_DATA must name the folder with the real data sets, got nothing")
        return None
    if not Path(named).is_dir():
        raise pytest.UsageError(f"STABLEFIT_DATA must name a folder, got {named!r}")
    return Path(named)


def pytest_configure(config: pytest.Config) -> None:
    data_folder_or_none()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if data_folder_or_none() is not None:
        return
    without = [item for item in items if item.get_closest_marker("data")]
    if without:
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item not in without]


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with the real data sets; tests that use it carry the marker `data`."""
    folder = data_folder_or_none()
    assert folder is not None, "a test that uses data_folder must carry the marker `data`"
    return folder


@pytest.fixture(autouse=True)
def no_picture_of_another_test() -> None:
    """A figure that a test leaves open would count against those after it."""
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="module")
def browser() -> "Iterator[webdriver.Chrome]":
    """A real browser, without a window; for tests that are slow anyway."""
    from selenium import webdriver  # of the extra `docs`, which `make test-slow` installs

    found = [shutil.which(name) for name in ("chromium", "chromedriver")]
    assert all(found), "this test needs Debian's packages chromium and chromium-driver: apt-get install them"
    options = webdriver.ChromeOptions()
    options.binary_location = str(found[0])
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(found[1]))
    yield driver
    driver.quit()
