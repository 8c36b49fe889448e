"""The documentation builds without a warning, examples and all."""

import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_make_docs(root: Path) -> None:
    done = subprocess.run(["make", "docs"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    built = root / "build" / "docs"
    for page in ("index", "api/stablefit.fit", "gallery/returns", "start/finance", "theory"):
        assert (built / f"{page}.html").exists()
    assert len(list((built / "_images").glob("sphx_glr_*.png"))) >= 8
