"""What a script found: a claim of the paper, our figure, the figure without the effect, and a verdict."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from options import Options

import stablefit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

CLAIMS = Path(__file__).with_name("claims.json")


class Verdict(StrEnum):
    """What our figures say about a claim."""

    HOLDS = "holds"
    IN_PART = "holds in part"
    FAILS = "does not hold here"
    UNDECIDED = "cannot be told apart"


@dataclass(frozen=True)
class Finding:
    """One claim and what became of it.

    Attributes
    ----------
    claim : str
        Its key in claims.json.
    ours : str
        What was measured, with its error.
    null : str
        The same of a world where the claim is false: Gaussian noise, one common alpha, another seed.
    verdict : Verdict
    why : str
        The rule by which the figures gave the verdict.
    """

    claim: str
    ours: str
    null: str
    verdict: Verdict
    why: str


def read_claims() -> dict[str, dict[str, Any]]:
    """Return the paper's claims by key: where they stand, what they say, which numbers are printed."""
    claims: dict[str, dict[str, Any]] = json.loads(CLAIMS.read_text(encoding="utf-8"))
    return claims


def printed_text(printed: Any) -> str:
    """Return what the paper prints: a text, or two means with their standard deviations and the ratio of the means."""
    if isinstance(printed, str):
        return printed
    (normal, normal_std), (stable, stable_std) = printed["normal"], printed["stable"]
    return f"{normal} ± {normal_std} (Gauss), {stable} ± {stable_std} (SαS), ratio {stable / normal:.3f}"


def paragraph(finding: Finding) -> str:
    """Return the finding as a few sentences."""
    claim = read_claims()[finding.claim]
    return (
        f"{claim['where']}: {claim['says']} Printed: {printed_text(claim['printed'])}. Here: {finding.ours}. "
        f"Null: {finding.null}. The claim {SENTENCE[finding.verdict]}: {finding.why}."
    )


SENTENCE = {
    Verdict.HOLDS: "holds",
    Verdict.IN_PART: "holds in part",
    Verdict.FAILS: "does not hold here",
    Verdict.UNDECIDED: "cannot be told apart from its null here",
}


def write_findings(
    name: str,
    options: Options,
    table: "pd.DataFrame",
    figure: "Figure",
    findings: Sequence[Finding],
    setting: str,
    *,
    made_up: bool = False,
) -> None:
    """Write NAME.csv, NAME.png, NAME.json and NAME.txt into the output folder, and print the text.

    `setting` says in a sentence what was run: which network, data, sizes; `made_up` whether the data is.
    """
    options.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.out / f"{name}.csv", index=False, float_format="%.6g")
    figure.savefig(options.out / f"{name}.png", dpi=90)
    text = "\n\n".join([setting, *(paragraph(finding) for finding in findings)])
    (options.out / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
    content = {
        "experiment": name,
        "preset": options.preset,
        "seed": options.seed,
        "device": options.device,
        "made-up data": made_up,
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__,
            "stablefit": stablefit.__version__,
        },
        "setting": setting,
        "findings": [asdict(finding) for finding in findings],
    }
    target = options.out / f"{name}.json"
    partial = target.with_suffix(".json.partial")
    partial.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(target)
    print(f"=== {name} ({options.preset})\n{text}\n")
