"""Writes what became of the mutants into docs/mutation.md: half of ``tools/mutation.py``."""

import json
import platform
import tomllib
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from mutants import OPERATORS, Mutant
from scipy.stats import binomtest

EQUIVALENTS = Path(__file__).parent / "equivalent_mutants.toml"
KILLED = ("killed", "late")
ANSWERED = "answered"
"""Survived, and is killed by a test that was written for it."""
INTRODUCTION = """# Mutation score

Each mutant is the package with one small change. A test that fails kills it; the *mutation score* is the share of
killed ones in a random sample of all mutants, without those that no test could kill, with Wilson's 95 % interval.
Written by `make mutation`; nothing on this page is typed by hand, but for the reasons why mutants are equivalent
(`tools/equivalent_mutants.toml`).

A mutant meets those tests of laws, estimators, kernels and docstrings that run its lines; outside functions, those that
run anything of its file. Tests of other packages, slow ones, and those of real data sets have no part in it. One that
takes more than four times as long as without the change, and 20 seconds, is killed too. A line that no test runs counts
against the score. Kernels are mutated as plain Python, without the compiler, which is slow: they meet those of these
tests that take a few seconds that way, with two of the parameters of each, and only lines that these run count.
"""


def identity(mutant: Mutant) -> tuple[str, str, str, str]:
    """Return what a mutant is known by when other lines change."""
    return mutant.path, mutant.source, mutant.before, mutant.after


class Outcome(NamedTuple):
    """A mutant and what became of it: killed, late, untested, survived or `ANSWERED`."""

    mutant: Mutant
    result: str


class Package(NamedTuple):
    """What became of a package's sample."""

    name: str
    mutants: int
    tested: int
    """Mutants whose lines a test runs."""
    tests: int
    """Tests that have a part in it."""
    seed: int
    """Of the sample."""
    outcomes: list[Outcome]


class Equivalents(NamedTuple):
    """Mutants that no test can kill, with the reason: by file, line of the text, and change."""

    reasons: dict[tuple[str, str, str, str], str]

    def reason(self, mutant: Mutant) -> str | None:
        """Return why a mutant is equivalent, None if it is not known to be."""
        return self.reasons.get(identity(mutant))

    def stale(self, among: Iterable[Mutant]) -> list[str]:
        """Return the lines of entries that are no longer there, in files that `among` are all mutants of."""
        there = {identity(mutant) for mutant in among}
        return [key[1] for key in self.reasons if key not in there]


def equivalents() -> Equivalents:
    """Read tools/equivalent_mutants.toml."""
    groups = tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8"))["equivalent"]
    return Equivalents({tuple(key): group["reason"] for group in groups for key in group["mutants"]})


def write(packages: list[Package], to: Path) -> None:
    """Keep what became of the mutants."""
    to.write_text(json.dumps(packages))


def read(path: Path) -> list[Package]:
    """Return what `write` kept."""
    return [
        Package(*numbers, [Outcome(Mutant(*mutant), result) for mutant, result in outcomes])
        for *numbers, outcomes in json.loads(path.read_text())
    ]


def page(packages: list[Package]) -> str:
    """Return the whole page."""
    known = equivalents()
    versions = ", ".join(f"{package} {version(package)}" for package in ("numpy", "numba", "pytest", "stablefit"))
    run = f"In this run: Python {platform.python_version()}, {versions}."
    lines = [INTRODUCTION, run, "", *_scores(packages, known), "", *_operators(packages), ""]
    alive = [outcome for package in packages for outcome in package.outcomes if outcome.result not in KILLED]
    lines += ["## Survivors", "", "The score counts them all, those too for which a test has been written since.", ""]
    gaps = [outcome for outcome in alive if known.reason(outcome.mutant) is None]
    lines += [f"- {_described(outcome.mutant)}{_remark(outcome)}" for outcome in gaps] or ["None in this sample."]
    lines += ["", "## Equivalent", "", "Survivors that no test can, or should, kill.", ""]
    reasons: dict[str, list[str]] = {}
    for outcome in alive:
        if (reason := known.reason(outcome.mutant)) is not None:
            reasons.setdefault(reason, []).append(_described(outcome.mutant))
    for reason, among in reasons.items():
        lines += [f"{reason}", "", *(f"- {text}" for text in among), ""]
    return "\n".join(lines).rstrip() + "\n"


def _scores(packages: list[Package], known: Equivalents) -> list[str]:
    columns = ["package", "tests", "mutants", "on lines that they run", "seed", "in the sample", "killed"]
    columns += ["equivalent", "survivors", "score, %", "95 % interval"]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for package in packages:
        alive = [outcome.mutant for outcome in package.outcomes if outcome.result not in KILLED]
        total, killed = len(package.outcomes), len(package.outcomes) - len(alive)
        same = sum(known.reason(mutant) is not None for mutant in alive)
        interval = binomtest(killed, total - same).proportion_ci(method="wilson")
        run = f"{100.0 * package.tested / package.mutants:.1f} %"
        score = f"{100.0 * killed / (total - same):.1f} | {100.0 * interval.low:.1f} to {100.0 * interval.high:.1f}"
        before = f"{package.tests} | {package.mutants} | {run} | {package.seed}"
        cells = f"{before} | {total} | {killed} | {same} | {len(alive) - same} | {score}"
        lines.append(f"| `{package.name}` | {cells} |")
    return lines


def _operators(packages: list[Package]) -> list[str]:
    sampled, killed = Counter[str](), Counter[str]()
    for package in packages:
        for mutant, result in package.outcomes:
            sampled[mutant.operator] += 1
            killed[mutant.operator] += result in KILLED
    lines = ["## What is changed", "", "| change | | in the sample | killed |", "|" + "---|" * 4]
    for name, text in OPERATORS.items():
        lines.append(f"| {name} | {text} | {sampled[name]} | {killed[name]} |")
    return lines


def _described(mutant: Mutant) -> str:
    before, after = (_short(text) for text in (mutant.before, mutant.after))
    within = "" if _short(mutant.source) == before else f" in `{_short(mutant.source)}`"
    return f"`{mutant.path}:{mutant.line}`: `{before}` becomes `{after}`{within}"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 90 else f"{flat[:60]} ... {flat[-25:]}"


def _remark(outcome: Outcome) -> str:
    return {"untested": "; no test runs it", ANSWERED: "; since then a test kills it"}.get(outcome.result, "")
