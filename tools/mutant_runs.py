"""Runs tests against mutants, in a copy of the tree and in forked children: part of ``tools/mutation.py``.

The parent imports what is heavy and not under test once; a child imports the package itself, changed by one mutant.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

import pytest
from mutants import Mutant

HEAVY = ("numba", "scipy.stats", "pandas", "torch", "xarray")
OPTIONS = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore::pytest.PytestAssertRewriteWarning")
PATIENCE = 20.0
"""Seconds that a mutant gets beyond `SLACK` times what its tests take."""
SLACK = 4.0


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


def imported_from_here() -> None:
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


def run(tests: Iterable[str], options: Iterable[str]) -> int:
    """Run tests until one fails; pytest's exit status."""
    imported_from_here()
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    return int(pytest.main([*OPTIONS, *options, "-x", *files], plugins=[_Chosen(tests)]))


def try_mutant(tree: Path, mutant: Mutant, tests: dict[str, float], options: Iterable[str], log: Path) -> str:
    """Return killed, late, untested or survived; tests come in their order, with the seconds that they usually take."""
    if not tests:
        return "untested"
    path = tree / mutant.path
    text, times = path.read_bytes(), path.stat()
    limit = PATIENCE + SLACK * sum(tests.values())
    try:
        path.write_bytes(mutant.applied(text))
        status = in_child(lambda: run(tests, options), limit, log)
    finally:
        path.write_bytes(text)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    if status == pytest.ExitCode.NO_TESTS_COLLECTED or status == pytest.ExitCode.USAGE_ERROR:
        raise RuntimeError(f"no test was run for {mutant}: see {log}")
    return "late" if status is None else "survived" if status == 0 else "killed"
