"""What the tests do without a mutant, and which of them run which lines: part of ``tools/mutation.py``.

Lines are watched with nothing that functions remember from one test to another.
"""

import json
import math
import sys
from collections.abc import Container, Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import coverage
import pytest
from mutant_runs import OPTIONS, imported_from_here, in_child
from mutants import Mutant
from tqdm import tqdm


class Baseline(NamedTuple):
    """What the tests do without a mutant."""

    seconds: dict[str, float]
    """Of each test that passes."""
    failed: list[str]
    runs: dict[str, dict[int, list[str]]]
    """File, line: tests, files of tests whose fixtures run it, and "" where it runs when the file is imported."""

    def tests_of(self, mutant: Mutant) -> dict[str, float]:
        """Return the tests that run the mutant's lines, quick ones first, those of one file near each other.

        A line that runs only when the file is imported, as those outside functions, is met by every test of the file.
        """
        of_file = self.runs.get(mutant.path, {})
        first, last = mutant.lines or (0, math.inf)
        names = {name for line, among in of_file.items() if first <= line <= last for name in among}
        if names == {""}:
            names = {name for among in of_file.values() for name in among}
        chosen = [test for test in self.seconds if test in names or test.partition("::")[0] in names]
        return {test: self.seconds[test] for test in sorted(chosen, key=self._rank)}

    def _rank(self, test: str) -> tuple[int, str]:
        return round(math.log2(max(self.seconds[test], 0.01))), test.partition("::")[0]


class _Observer:
    """Notes what each test takes, and tells coverage which one runs."""

    def __init__(self, cover: coverage.Coverage | None, most: int, among: Container[str] | None) -> None:
        self._cover, self._most, self._among = cover, most, among
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep `most` of the parameters of each test, evenly spaced, and of those the ones that are asked for."""
        of_test: dict[str, list[pytest.Item]] = {}
        for item in items:
            of_test.setdefault(item.nodeid.partition("[")[0], []).append(item)
        steps = {name: math.ceil(len(several) / self._most) for name, several in of_test.items()}
        kept = [item for name, several in of_test.items() for item in several[steps[name] // 2 :: steps[name]]]
        items[:] = [item for item in kept if self._among is None or item.nodeid in self._among]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        for name, module in list(sys.modules.items()):
            if name.startswith("stablefit."):
                for value in vars(module).values():
                    getattr(value, "cache_clear", int)()
        self._context(item.nodeid.partition("::")[0])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        self._context(item.nodeid)

    def _context(self, name: str) -> None:
        if self._cover is not None:
            self._cover.switch_context(name)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if not report.passed:
            self.failed.add(report.nodeid)


def observe(
    suites: Iterable[str],
    options: Iterable[str],
    packages: Iterable[str],
    to: Path,
    *,
    most: int,
    among: Container[str] | None = None,
) -> int:
    """Run tests and write the baseline to a file, with the lines of packages that each of them runs.

    Of the parameters of one test `most` are tried, and none that is not `among` those asked for. Tests that a limit of
    time interrupts must not run under coverage, whose locks they may leave closed: without packages there is none.
    """
    cover = coverage.Coverage(data_file=None, include=[f"{package}/*" for package in packages], config_file=False)
    imported_from_here()
    observer = _Observer(cover if packages else None, most, among)
    if packages:
        cover.start()
    status = int(pytest.main([*OPTIONS, *options, *suites], plugins=[observer]))
    if packages:
        cover.stop()
    data, here = cover.get_data(), Path.cwd()
    contexts = sorted(data.measured_contexts())
    numbers = {context: i for i, context in enumerate(contexts)}
    runs = {
        Path(name).relative_to(here).as_posix(): {
            line: [numbers[context] for context in among] for line, among in data.contexts_by_lineno(name).items()
        }
        for name in data.measured_files()
    }
    seconds = {test: taken for test, taken in observer.seconds.items() if test not in observer.failed}
    to.write_text(json.dumps([seconds, sorted(observer.failed), contexts, runs]))
    return 0 if status in (0, 1) else status


def quick_tests(suites: Iterable[str], options: Iterable[str], longest: int, most: int, folder: Path) -> frozenset[str]:
    """Return the tests that pass within `longest` seconds, of files that end within twenty times as many.

    Each file has a child of its own: a test that waits for threads does not end when it is told to.
    """
    files = [path for suite in suites for path in ([Path(suite)] if suite.endswith(".py") else Path(suite).iterdir())]
    found: set[str] = set()
    for path in tqdm(sorted(path for path in files if path.match("test_*.py")), desc="quick tests", unit="file"):
        part, limited = folder / f"{path.parent.name}-{path.stem}.json", (*options, "--timeout", str(longest))
        asked = partial(observe, [str(path)], limited, (), part, most=most)
        if in_child(asked, 20.0 * longest, folder / "quick.log") == 0:
            found |= load(part).seconds.keys()
    return frozenset(found)


def load(path: Path) -> Baseline:
    """Read what `observe` wrote."""
    seconds, failed, contexts, runs = json.loads(path.read_text())
    by_line: dict[str, dict[int, list[str]]] = {
        name: {int(line): [contexts[i] for i in among] for line, among in lines.items()} for name, lines in runs.items()
    }
    return Baseline(seconds, failed, by_line)
