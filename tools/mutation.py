"""Change the package in small ways, see whether its tests notice, and write docs/mutation.md: ``make mutation``.

python tools/mutation.py                        # an hour and a half; goes on where it was stopped
python tools/mutation.py --sample 20 --seed 7   # a first look
python tools/mutation.py --stage compiled       # laws and estimators only; writes no page
python tools/mutation.py --again                # the last run's survivors, after tests for them were written

All happens in a copy of the tree, in build/mutation, where the log of each test run that a mutant survived is kept too.
"""

import argparse
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from mutant_baseline import Baseline, load, observe, quick_tests
from mutant_runs import copy, enter, in_child, try_mutant
from mutants import Mutant, mutants
from mutation_page import ANSWERED, EQUIVALENTS, KILLED, Outcome, Package, equivalents, identity, page, read, write
from tqdm import tqdm

ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "mutation"
TREE = WORK / "tree"
TARGET = ROOT / "docs" / "mutation.md"
SUITES = ("tests/laws", "tests/estimators", "tests/kernels", "tests/project/test_docstrings.py")
HOURS = 2 * 3600.0


class Stage(NamedTuple):
    """Packages that are mutated in one environment."""

    packages: tuple[str, ...]
    environment: dict[str, str]
    prepared: str | None = None
    """A module that is imported before."""
    options: tuple[str, ...] = ()
    """Of pytest."""
    longest: int | None = None
    """Seconds that a test may take; a file of tests gets twenty times as many."""
    most: int = 1000
    """Of the parameters of a test."""


AS_COMPILED = ("-W", "ignore::RuntimeWarning")  # compiled code does not warn
STAGES = {
    "compiled": Stage(("stablefit/laws", "stablefit/estimators"), {}),
    "plain": Stage(("stablefit/_kernels",), {"NUMBA_DISABLE_JIT": "1"}, "kernel_coverage", AS_COMPILED, 2, 2),
}


def digest(*folders: str) -> str:
    """Name the state of the copy's files."""
    paths = sorted(path for folder in folders for path in (TREE / folder).rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]


def baseline(name: str, folder: Path, warm: Path) -> Baseline:
    """Run the tests without a mutant, or read what they did last time."""
    stage, known, log = STAGES[name], folder / "baseline.json", folder / "baseline.log"
    packages = [package for each in STAGES.values() for package in each.packages]
    if not known.exists():
        print(f"{name}: running {' '.join(SUITES)} without a mutant; see {folder}/*.log", file=sys.stderr)
        able = None
        if stage.longest is not None:
            able = quick_tests(SUITES, stage.options, stage.longest, stage.most, folder)
        elif not warm.exists():  # fills Numba's cache: what follows measures tests alone
            in_child(lambda: observe(SUITES, (), (), folder / "first.json", most=stage.most), HOURS, log)
            warm.touch()
        status = in_child(
            lambda: observe(SUITES, stage.options, packages, known, most=stage.most, among=able), HOURS, log
        )
        if status != 0:
            raise RuntimeError(f"the tests could not be run: see {log}")
    return load(known)


class Bench(NamedTuple):
    """What a mutant needs to be tried."""

    stage: Stage
    folder: Path
    usual: Baseline


def ready(name: str) -> Bench:
    """Bring the copy up to date, make this process one of the stage, and run the tests without a mutant."""
    copy(ROOT, TREE)
    folder = WORK / f"{name}-{digest('stablefit', 'tests')}"
    folder.mkdir(parents=True, exist_ok=True)
    cache, stage = WORK / "numba" / digest("stablefit/_kernels"), STAGES[name]
    enter(TREE, stage.environment | {"NUMBA_CACHE_DIR": str(cache)}, stage.prepared)
    return Bench(stage, folder, baseline(name, folder, cache / "warm"))


def mutate(name: str, sample: int, seed: int) -> list[Package]:
    """Draw mutants of each package of a stage and run the tests against them."""
    bench, found = ready(name), []
    for package in bench.stage.packages:
        every = mutants(TREE, package)
        seen = [mutant for mutant in every if bench.usual.tests_of(mutant)]
        # a kernel's line that only slow tests run cannot be judged here; elsewhere a line without a test is a gap
        among = seen if name == "plain" else every
        chosen = tqdm(random.Random(seed).sample(among, min(sample, len(among))), desc=package, unit="mutant")
        results = [Outcome(mutant, result_of(mutant, bench)) for mutant in chosen]
        found.append(Package(package, len(every), len(seen), len(bench.usual.seconds), seed, results))
    return found


def again(name: str) -> list[Package]:
    """Try the survivors of the last run against today's tests; those that are killed now are `ANSWERED`."""
    bench, equivalent, found = ready(name), equivalents(), []
    for package in read(WORK / f"{name}.json"):
        now = {identity(mutant): mutant for mutant in mutants(TREE, package.name)}
        results = []
        for mutant, result in tqdm(package.outcomes, desc=package.name, unit="mutant"):
            same = now.get(identity(mutant))
            if result in ("survived", "untested") and equivalent.reason(mutant) is None and same is not None:
                results.append(Outcome(mutant, ANSWERED if result_of(same, bench) in KILLED else result))
            else:
                results.append(Outcome(mutant, result))
        found.append(package._replace(outcomes=results))
    return found


def result_of(mutant: Mutant, bench: Bench) -> str:
    """Return what became of a mutant; from the notes of an earlier run if it met the same files there."""
    notes, key = bench.folder / "outcomes.jsonl", [mutant.path, mutant.start, mutant.end, mutant.after]
    for line in notes.read_text().splitlines() if notes.exists() else ():
        known, result = json.loads(line)
        if known == key:
            return str(result)
    log = bench.folder / f"{Path(mutant.path).stem}-{mutant.line}.log"
    result = try_mutant(TREE, mutant, bench.usual.tests_of(mutant), bench.stage.options, log)
    with notes.open("a") as file:
        file.write(json.dumps([key, result]) + "\n")
    return result


def main() -> None:
    """Run one stage, or each in a process of its own and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=150, help="mutants of each package (default: 150)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample (default: 0)")
    parser.add_argument("--stage", choices=STAGES, help="run this one alone, and write no page")
    parser.add_argument("--again", action="store_true", help="try the last run's survivors against today's tests")
    asked = parser.parse_args()
    if asked.stage is not None:
        found = again(asked.stage) if asked.again else mutate(asked.stage, asked.sample, asked.seed)
        write(found, WORK / f"{asked.stage}.json")
        return
    for name in STAGES:
        subprocess.run([sys.executable, __file__, "--stage", name, *sys.argv[1:]], check=True)
    packages = [package for name in STAGES for package in read(WORK / f"{name}.json")]
    for line in equivalents().stale([mutant for package in packages for mutant in mutants(ROOT, package.name)]):
        print(f"{EQUIVALENTS.name}: no longer there: {line}", file=sys.stderr)
    TARGET.write_text(page(packages), encoding="utf-8")
    print(TARGET)


if __name__ == "__main__":
    main()
