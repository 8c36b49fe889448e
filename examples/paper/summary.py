"""One page of what became of every claim: docs/paper.md, from the findings that the other scripts wrote.

python examples/paper/summary.py --runs reproduced --page docs/paper.md
"""

import argparse
import json
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from findings import Verdict, printed_text, read_claims

ROOT = Path(__file__).parents[2]
TITLES = {
    "table1": "Table 1: residual networks on CIFAR-100",
    "table2": "Table 2: BERT on CoLA",
    "table3": "Table 3: residual networks on CINIC-10",
    "figure1": "Figure 1: noise of single parameters",
    "figure2": "Figure 2: noise and loss when the learning rate is divided",
    "schedules": "Section 5: rate divided, batch grown, both held",
    "figure3": "Figure 3: escape times and three theories",
    "figure4": "Figure 4: the law of escape times",
    "figure5": "Figure 5: alpha of single parameters",
    "figure6": "Figure 6: the axis of the exit",
    "theorems": "Theorems 4.1 to 4.5 and their corollaries",
}
"""Every script, in the order of the page."""
Run = dict[str, Any]


def read_runs(folder: Path) -> dict[str, Run]:
    """Return the findings of every script that has run into the folder."""
    paths = {name: folder / f"{name}.json" for name in TITLES}
    return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.exists()}


def page(runs: dict[str, Run]) -> str:
    """Return the page."""
    claims = read_claims()
    findings = [finding for run in runs.values() for finding in run["findings"]]
    presets = ", ".join(sorted({run["preset"] for run in runs.values()}))
    versions = next(iter(runs.values()))["versions"]
    about = ", ".join(f"{name} {version}" for name, version in versions.items())
    lines = [
        "# The paper, claim by claim",
        "",
        "What becomes of each claim of B. Battash, L. Wolf, O. Lindenbaum, *Revisiting the Noise Model of Stochastic "
        "Gradient Descent* (2023), arXiv 2303.02749, when it is computed again beside a null: the same figure of a "
        "world in which the claim is false. Appendices, code and settings of the paper could not be had. Networks and "
        "data here are smaller than its own unless a section says so, and a verdict is one on what was run here.",
        "",
        f"Preset: {presets}. Versions: {about}. Written by `make reproduce`; no figure of ours is typed by hand. "
        "`examples/paper/README.md` says how to run the scripts on the paper's networks and data. How many findings "
        "have each verdict:",
        "",
    ]
    lines += ["| | " + " | ".join(verdict.value for verdict in Verdict) + " |", "|---" * (1 + len(Verdict)) + "|"]
    lines += [f"| [{TITLES[name]}](#{anchor(TITLES[name])}) | {tally(run['findings'])} |" for name, run in runs.items()]
    lines += [f"| all {len(findings)} | {tally(findings)} |", ""]
    for name, run in runs.items():
        lines += [f"## {TITLES[name]}", "", run["setting"], ""]
        if run["made-up data"]:
            lines += ["Data that could not be had is made up, of the same shape.", ""]
        lines += [f"![{TITLES[name]}](images/paper/{name}.png)", ""]
        for says, group in groupby(run["findings"], lambda finding: claims[finding["claim"]]["says"]):
            lines += [f"*{says}*", "", "| where | printed | here | null | verdict |", "|---|---|---|---|---|"]
            lines += [row(finding, claims[finding["claim"]]) for finding in group]
            lines.append("")
    missing = [title for name, title in TITLES.items() if name not in runs]
    if missing:
        lines += ["## Not run", "", *(f"- {title}" for title in missing), ""]
    return "\n".join(lines).rstrip() + "\n"


def tally(findings: Sequence[Run]) -> str:
    """Return cells that count how many findings have each verdict."""
    counts = Counter(finding["verdict"] for finding in findings)
    return " | ".join(str(counts[verdict] or "") for verdict in Verdict)


def anchor(title: str) -> str:
    """Return the address of a heading within its page."""
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def row(finding: Run, claim: Run) -> str:
    """Return one line of a table."""
    verdict = f"**{finding['verdict']}**: {finding['why']}"
    cells = [claim["where"], printed_text(claim["printed"]), finding["ours"], finding["null"], verdict]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page and copy the pictures beside it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=Path("reproduced"), help="where the scripts wrote (reproduced)")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "paper.md", help="the page (docs/paper.md)")
    given = parser.parse_args(arguments)
    runs = read_runs(given.runs)
    if not runs:
        parser.error(f"--runs must name a folder with findings, got none in {str(given.runs)!r}; run a script first")
    images = given.page.parent / "images" / "paper"
    images.mkdir(parents=True, exist_ok=True)
    for name in runs:
        shutil.copy(given.runs / f"{name}.png", images / f"{name}.png")
    given.page.write_text(page(runs), encoding="utf-8")
    print(f"{given.page}: {len(runs)} of {len(TITLES)} scripts")


if __name__ == "__main__":
    main()
