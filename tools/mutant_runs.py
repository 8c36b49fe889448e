"""Runs tests against mutants, in a copy of the tree and in forked children: half of ``tools/mutation.py``.

The parent imports what is heavy and not under test once; a child imports the package itself, changed by one mutant.
Which tests run a line is measured beforehand, with nothing that functions remember from one test to another.
"""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Container, Iterable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import coverage
import pytest
from mutants import Mutant
from tqdm import tqdm

HEAVY = ("numba", "scipy.stats", "pandas", "torch", "xarray")
OPTIONS = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore::pytest.PytestAssertRewriteWarning")
PATIENCE = 20.0
"""Seconds that a mutant gets beyond `SLACK` times what its tests take."""
SLACK = 4.0


class Baseline(NamedTuple):
    """What the tests do without a mutant."""

    seconds: dict[str, float]
    """Of each test that passes."""
    failed: list[str]
    runs: dict[str, dict[int, list[str]]]
    """File, line: tests, and files of tests whose fixtures run it."""

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Return the tests that run the mutant's lines, quick ones first, those of one file near each other."""
        of_file = self.runs.get(mutant.path, {})
        first, last = mutant.lines or (0, math.inf)
        names = {name for line, among in of_file.items() if first <= line <= last for name in among}
        chosen = [test for test in self.seconds if test in names or test.partition("::")[0] in names]
        return sorted(chosen, key=self._rank)

    def _rank(self, test: str) -> tuple[int, str]:
        return round(math.log2(max(self.seconds[test], 0.01))), test.partition("::")[0]


def copy(root: Path, to: Path) -> None:
    """Bring a copy of the working tree up to date; files that are the same keep their times, and Numba its cache."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.split("\0")
    wanted = {to / name for name in listed if name and (root / name).is_file()}
    for path in [path for path in to.rglob("*") if path.is_file() and path not in wanted]:
        path.unlink()
    for path in wanted:
        source = root / path.relative_to(to)
        if not path.exists() or path.read_bytes() != source.read_bytes():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, path)


def enter(tree: Path, environment: dict[str, str], prepared: str | None) -> None:
    """Make this process one in which the copy is imported and nothing is written beside it.

    `prepared` is a module to import before, for what it changes.
    """
    sys.dont_write_bytecode = True
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    os.environ |= {"HYPOTHESIS_PROFILE": "ci", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    os.environ |= threads | environment
    os.environ.pop("STABLEFIT_DATA", None)
    sys.path.insert(0, str(tree))
    os.chdir(tree)
    for name in (*HEAVY, prepared) if prepared else HEAVY:
        import_module(name)
    assert "stablefit" not in sys.modules, "each child imports the package anew"


def in_child(function: Callable[[], int], limit: float, log: Path) -> int | None:
    """Return what a function does in a fork, as an exit status; negative for a signal, None after `limit` seconds."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        with log.open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        status = 99
        try:
            status = function()
        except Exception:  # the child must not go on as its parent would
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    end = time.monotonic() + limit
    try:
        while time.monotonic() < end:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
    except BaseException:
        _kill(pid)
        raise
    _kill(pid)
    return None


def _kill(pid: int) -> None:
    """End a child, whose group holds what it started too."""
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _imported_from_here() -> None:
    """See that no other copy, as an installed one, is under test; the package imports none of its modules yet."""
    stablefit = import_module("stablefit")
    assert Path(str(stablefit.__file__)).is_relative_to(Path.cwd()), f"{stablefit.__file__} is not the copy"


class _Chosen:
    """Runs some tests of those that pytest finds, in their order."""

    def __init__(self, tests: Iterable[str]) -> None:
        self._rank = {test: i for i, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self._rank), key=lambda item: self._rank[item.nodeid])


def run(tests: list[str], options: Iterable[str]) -> int:
    """Run tests until one fails; pytest's exit status."""
    _imported_from_here()
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    return int(pytest.main([*OPTIONS, *options, "-x", *files], plugins=[_Chosen(tests)]))


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
    _imported_from_here()
    observer = _Observer(cover if packages else None, most, among)
    if packages:
        cover.start()
    status = int(pytest.main([*OPTIONS, *options, *suites], plugins=[observer]))
    if packages:
        cover.stop()
    data, here = cover.get_data(), Path.cwd()
    contexts = sorted(data.measured_contexts() - {""})
    numbers = {context: i for i, context in enumerate(contexts)}
    runs = {
        Path(name).relative_to(here).as_posix(): {
            line: [numbers[context] for context in among if context]
            for line, among in data.contexts_by_lineno(name).items()
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


def try_mutant(tree: Path, mutant: Mutant, baseline: Baseline, options: Iterable[str], log: Path) -> str:
    """Return killed, late, untested or survived."""
    tests = baseline.tests_of(mutant)
    if not tests:
        return "untested"
    path = tree / mutant.path
    text, times = path.read_bytes(), path.stat()
    limit = PATIENCE + SLACK * sum(baseline.seconds[test] for test in tests)
    try:
        path.write_bytes(mutant.applied(text))
        status = in_child(lambda: run(tests, options), limit, log)
    finally:
        path.write_bytes(text)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    if status == pytest.ExitCode.NO_TESTS_COLLECTED or status == pytest.ExitCode.USAGE_ERROR:
        raise RuntimeError(f"no test was run for {mutant}: see {log}")
    return "late" if status is None else "survived" if status == 0 else "killed"
