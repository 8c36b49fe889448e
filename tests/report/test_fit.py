"""The report of one fit says what its parts say, needs nothing from anywhere, and is the same every time."""

import re
from pathlib import Path

import numpy as np
import pytest

import stablefit as sf
from stablefit.report.answers import answers

pytestmark = pytest.mark.unit


def shown(result: sf.FitResult, folder: Path, **options: object) -> str:
    path = folder / "report.html"
    result.report(path, n_boot=39, **options)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def student() -> sf.FitResult:
    """A fit of a law that is not stable: everything in the report has something to say."""
    return sf.fit(np.random.default_rng(0).standard_t(3.0, 2000))


@pytest.fixture(scope="module")
def page(student: sf.FitResult, tmp_path_factory: pytest.TempPathFactory) -> str:
    return shown(student, tmp_path_factory.mktemp("report"), title="A <b>title</b>")


def test_it_shows_estimates_and_intervals(page: str, student: sf.FitResult) -> None:
    low, high = student.conf_int()["alpha"]
    assert f"alpha = {student.alpha:.3f}, with 95 % confidence from {low:.3f} to {high:.3f}; 2,000 samples." in page
    for value in (student.alpha, student.bse["scale"], low):
        assert f'data-key="{value}"' in page
    assert "A &lt;b&gt;title&lt;/b&gt;" in page


def test_it_has_four_pictures_with_words_and_no_two_equal_identifiers(page: str) -> None:
    assert len(re.findall(r'<figure role="img" aria-label="[^"]{20,}">\s*<svg viewBox', page)) == 4
    identifiers = re.findall(r'\bid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    for used in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', page):
        assert "".join(used) in identifiers


def test_it_names_what_is_not_as_a_stable_law_is(page: str) -> None:
    remarks = re.findall(r"<li>(.*?)</li>", page)
    assert any("describes the samples better" in remark for remark in remarks)
    assert any("Sums do not keep alpha" in remark for remark in remarks)


def test_nothing_is_fetched_and_nothing_else_is_allowed_to_run(page: str) -> None:
    assert "default-src 'none'" in page
    outside = re.sub(r'xmlns(:\w+)?="[^"]*"', "", page)
    assert re.findall(r"(?:https?:)?//[a-z]", outside) == []
    assert len(re.findall(r"<script", page)) == 1


def test_the_same_fit_gives_the_same_file(student: sf.FitResult, page: str, tmp_path: Path) -> None:
    assert shown(student, tmp_path, title="A <b>title</b>") == page


def test_answers_of_stable_samples_contradict_nothing() -> None:
    samples = sf.Stable(1.5).rvs(1000, rng=3)
    found = answers(sf.fit(samples), samples, 19, 0)
    assert [answer.question for answer in found] == [
        "Does the law fit?",
        "Does the law fit?",
        "Is alpha = 2?",
        "Do sums keep alpha?",
        "Does the order matter?",
    ]
    assert found[2].pvalue < 0.001
    assert all(answer.pvalue > 0.05 for answer in found if answer is not found[2])


def test_few_samples_are_asked_less() -> None:
    samples = sf.Stable(1.5).rvs(20, rng=0)
    assert [answer.question for answer in answers(sf.fit(samples), samples, 19, 0)][2:] == ["Is alpha = 2?"]


def test_a_fit_at_the_boundary_says_so(tmp_path: Path) -> None:
    page = shown(sf.fit(np.random.default_rng(2).normal(size=400), "ecf"), tmp_path)
    assert "alpha = 2, the end of its range: the law is normal" in re.findall(r"<li>(.*?)</li>", page)[0]


@pytest.mark.slow  # for the compilation
def test_counts_have_one_picture_and_no_tests(tmp_path: Path) -> None:
    counts, edges = np.histogram(sf.Stable(1.6).rvs(2000, rng=0), bins=40, range=(-8, 8))
    page = shown(sf.fit_binned(counts, edges), tmp_path)
    assert page.count("<figure") == 1
    assert 'id="tests"' not in page
    assert "likelihood of counts" in page


def test_a_fit_that_failed_says_why(tmp_path: Path) -> None:
    page = shown(sf.fit(np.zeros((20, 1)), axis=0)[0], tmp_path)
    assert "not fitted: all values are zero" in page
    assert "<figure" not in page


def test_samples_are_needed(tmp_path: Path, student: sf.FitResult) -> None:
    student.save(tmp_path / "fit.json", samples=False)
    loaded = sf.load(tmp_path / "fit.json")
    assert isinstance(loaded, sf.FitResult)
    with pytest.raises(ValueError, match="the result must hold its samples, got none"):
        loaded.report(tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()
