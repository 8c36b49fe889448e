"""The strategies that users test their estimators with: what they draw, and how their reports shrink."""

import inspect
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

import stablefit as sf
from stablefit import testing
from stablefit.testing import CORRUPT, KINDS, batches, nasty_samples, stable_laws, stable_samples

pytestmark = pytest.mark.properties


@given(stable_laws())
def test_laws_of_any_parameters(law):
    assert law.shape == ()
    assert 0.1 <= law.alpha <= 2.0
    assert -1.0 <= law.beta <= 1.0
    assert 1e-6 <= law.scale <= 1e6
    assert law.param in ("S0", "S1")
    assert eval(repr(law), {"Stable": sf.Stable}) == law  # a report can be pasted


@given(stable_laws(1.5, st.floats(0.2, 0.3), loc=3.0, param="S1"))
def test_parameters_are_held_or_drawn_as_told(law):
    assert (law.alpha, law.loc, law.param) == (1.5, 3.0, "S1")
    assert 0.2 <= law.beta <= 0.3


@pytest.mark.parametrize(
    "condition",
    [
        lambda law: law.alpha == 2.0,
        lambda law: 0.0 < 2.0 - law.alpha < 1e-6,
        lambda law: law.alpha == 1.0 and law.beta != 0.0,
        lambda law: 0.0 < abs(law.alpha - 1.0) < 1e-3,
        lambda law: abs(law.beta) == 1.0,
        lambda law: law.beta == 0.0 and law.param == "S1",
        lambda law: law.alpha < 0.4,
    ],
    ids=["normal", "nearly normal", "skewed at 1", "nearly 1", "one-sided", "symmetric S1", "very heavy"],
)
def test_laws_that_matter_are_found_at_once(condition):
    quick = settings(max_examples=300, derandomize=True, database=None, phases=[Phase.generate])
    find(stable_laws(), condition, settings=quick)


def test_reports_shrink_to_the_plainest_law():
    plainest = find(stable_laws(), lambda _: True, settings=settings(derandomize=True, database=None))
    assert plainest == sf.Stable(1.0)


@given(st.data())
def test_samples_are_the_laws_draws(data):
    x = data.draw(stable_samples(stable_laws(1.5, 0.0, 0.0, 1.0), min_size=5, max_size=9))
    assert 5 <= x.size <= 9
    assert x.dtype == np.float64
    assert np.unique(x).size == x.size


def test_samples_may_come_from_laws_of_ones_own():
    drawn = stable_samples(st.just(sf.Stable(2.0, loc=1e6)), min_size=30)
    find(drawn, lambda x: bool((abs(x - 1e6) < 20.0).all()), settings=settings(max_examples=1, database=None))


@pytest.mark.parametrize("kind", [*KINDS, *CORRUPT])
@settings(max_examples=20)
@given(data=st.data())
def test_nasty_samples_are_of_the_kind_and_size_asked_for(kind, data):
    x = data.draw(nasty_samples([kind], min_size=1, max_size=40))
    assert 1 <= x.size <= 40
    assert x.dtype.kind in "fi"
    assert np.isfinite(x).all() or kind in CORRUPT
    if kind == "constant":
        assert (x == x[0]).all()
    if kind == "two values":
        assert np.unique(x).size <= 2


def test_nasty_samples_hold_every_status_there_is():
    seen = set()

    @settings(max_examples=200, derandomize=True, database=None)
    @given(nasty_samples(max_size=100))
    def look(x):
        seen.add(sf.Status(sf.fit(x[None], "ecf", axis=1, nan_policy="propagate").status[0]))

    look()
    assert seen >= set(sf.Status) - {sf.Status.NOT_CONVERGED}


@given(batches(min_samples=2, max_samples=4, min_size=10, max_size=15))
def test_batches_hold_samples_along_the_axis(x):
    assert 10 <= x.shape[0] <= 15
    assert 2 <= x.shape[1] <= 4


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_batches_of_good_samples_only(axis):
    laws = stable_laws(1.8, 0.0, 0.0, 1.0)

    @settings(max_examples=10)
    @given(batches(laws, kinds=(), min_size=50, max_size=50, axis=axis))
    def check(x):
        assert x.shape[axis] == 50
        assert sf.fit(x, "ecf", axis=axis).converged.all()

    check()


def test_batches_mix_good_and_nasty_samples():
    seen = []

    @settings(max_examples=50, derandomize=True, database=None)
    @given(batches(max_size=50))
    def look(x):
        seen.append(sf.fit(x, "ecf", axis=0, nan_policy="propagate").converged)

    look()
    assert sum(any(used) and not all(used) for used in seen) >= 5


@pytest.mark.unit
def test_unknown_kinds_are_named():
    with pytest.raises(ValueError, match=re.escape("kinds must be names out of stable, huge,")):
        nasty_samples(["wild"])
    with pytest.raises(ValueError, match="kinds must name at least one kind, got none"):
        nasty_samples([])


@pytest.mark.unit
def test_a_broken_estimator_is_found_out():
    """What the strategies are for: an estimator that forgets the location."""

    def half_width(x):
        return np.quantile(np.abs(x), 0.5)

    @settings(max_examples=50, database=None, derandomize=True, phases=[Phase.generate])
    @given(stable_samples(stable_laws(beta=0.0)), st.floats(-100.0, 100.0))
    def shifts(x, shift):
        assert half_width(x + shift) == pytest.approx(half_width(x), rel=1e-6)

    with pytest.raises(AssertionError):
        shifts()


def run(code):
    """Run code in an interpreter that no plugin has been loaded into."""
    environment = {"HYPOTHESIS_NO_PLUGINS": "stablefit", "PYTHONPATH": ":".join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
    ).stdout


DRAWN = "find = __import__('hypothesis').find; print(find(st.from_type(sf.Stable), lambda law: law.beta > 0).alpha)"


@pytest.mark.unit
@pytest.mark.parametrize(
    "order",
    [
        "import hypothesis.strategies as st; register(); import stablefit as sf; sf.Stable",
        "import stablefit as sf; sf.Stable; import hypothesis.strategies as st; register()",
    ],
    ids=["hypothesis first", "stablefit first"],
)
def test_from_type_draws_laws_whichever_is_imported_first(order):
    assert float(run(f"from stablefit._hypothesis import register\n{order}\n{DRAWN}")) > 0.0


@pytest.mark.unit
def test_the_plugin_costs_hypothesis_nothing():
    loaded = run("from stablefit._hypothesis import register; register(); import sys; print(*sys.modules)").split()
    assert not {"numpy", "numba", "hypothesis", "stablefit.laws", "stablefit.testing"} & set(loaded)


@pytest.mark.unit
def test_every_public_name_is_documented():
    for name in testing.__all__:
        assert inspect.getdoc(getattr(testing, name))
