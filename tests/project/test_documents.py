"""The files around the code say the same as the code."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import stablefit

pytestmark = pytest.mark.unit


def test_citation_names_this_version_and_licence(root: Path) -> None:
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert str(citation["version"]) == stablefit.__version__
    assert citation["license"] == "BSD-3-Clause"
    assert citation["title"]
    assert citation["authors"]


def test_changelog_keeps_its_form(root: Path) -> None:
    headings = [line for line in (root / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line[:1] == "#"]
    assert headings[:2] == ["# Changelog", "## [Unreleased]"]
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert {line.removeprefix("### ") for line in headings if line.startswith("### ")} <= kinds


def test_hooks_are_valid_and_local(root: Path) -> None:
    path = root / ".pre-commit-config.yaml"
    subprocess.run([sys.executable, "-m", "pre_commit", "validate-config", str(path)], check=True)
    assert {repo["repo"] for repo in yaml.safe_load(path.read_text(encoding="utf-8"))["repos"]} == {"local"}


def test_every_make_target_is_described(root: Path) -> None:
    command = ["make", "--no-print-directory", "help"]
    shown = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    targets = [line.split()[1] for line in shown.splitlines()]
    (phony,) = [
        line for line in (root / "Makefile").read_text(encoding="utf-8").splitlines() if line.startswith(".PHONY")
    ]
    assert targets == phony.split()[1:]
    assert {"setup", "demo", "test", "test-slow", "lint", "format"} <= set(targets)
