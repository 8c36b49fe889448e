"""Kernels are plain Python too: without the compiler they give the same numbers, and coverage can see them."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import stablefit as sf

pytestmark = pytest.mark.unit

METHODS = ("mle", "ecf", "quantile", "logmoment", "mohammadi")
CODE = f"""
import json, math
import stablefit as sf
law = sf.Stable(1.6)
x = law.rvs(60, rng=0)
alphas = {{method: float(sf.fit(x, method).alpha) for method in {METHODS}}}
counts, edges = [1, 3, 9, 17, 12, 8, 6, 2, 1], [-math.inf, -4, -2, -1, 0, 0.1, 1, 2, 5, math.inf]
alphas["binned"] = float(sf.fit_binned(counts, edges).alpha)
print(json.dumps({{"x": x.tolist(), "cdf": law.cdf(x[:5]).tolist(), "ppf": float(law.ppf(0.3)), **alphas}}))
"""


def test_the_same_numbers_without_the_compiler() -> None:
    """LLVM may round a product and a sum only once: some units in the last place, and what a fit makes of them."""
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([sys.executable, "-c", CODE], env=environment, check=True, capture_output=True, text=True)
    plain = json.loads(done.stdout)
    law = sf.Stable(1.6)
    x = law.rvs(60, rng=0)
    assert plain["x"] == pytest.approx(x.tolist(), rel=1e-13)
    assert plain["cdf"] == pytest.approx(law.cdf(x[:5]).tolist(), rel=1e-12)
    assert plain["ppf"] == pytest.approx(law.ppf(0.3), rel=1e-12)
    for method in METHODS:
        assert plain[method] == pytest.approx(sf.fit(x, method).alpha, rel=1e-6)
    counts, edges = [1, 3, 9, 17, 12, 8, 6, 2, 1], [-np.inf, -4, -2, -1, 0, 0.1, 1, 2, 5, np.inf]
    assert plain["binned"] == pytest.approx(sf.fit_binned(counts, edges).alpha, rel=1e-6)
