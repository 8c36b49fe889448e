"""What is not installed says so, and names the command that installs it: at every place that imports it."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from stablefit.extras import extra

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
EXTRAS = {
    "distributed": "dask",
    "google_crc32c": "store",
    "jinja2": "report",
    "lightning": "callbacks",
    "markupsafe": "report",
    "pandas": "stats",
    "pyarrow": "parquet",
    "safetensors": "store",
    "statsmodels": "stats",
    "transformers": "callbacks",
    "typer": "cli",
    "xarray": "stats",
    "zarr": "store",
}
EITHER = {"dask": {"dask", "store"}, "matplotlib": {"plot", "report"}, "tqdm": {"torch"}, "torch": {"torch"}}
# Functions of tensors: who has a tensor has torch, or came in through a place that names the extra.
OF_TENSORS = {Path("stablefit/estimators/on_host.py"), Path("stablefit/sde/torch_draws.py")}
FILES = [
    path.relative_to(ROOT) for package in ("stablefit", "adapters") for path in sorted((ROOT / package).rglob("*.py"))
]


def imports(path: Path) -> list[tuple[str, str | None]]:
    """Each optional package that a function imports, and the extra that it names; None where it names none.

    An import whose absence is caught, as that of a progress bar, asks for nothing.
    """
    found: list[tuple[str, str | None]] = []

    def walk(node: ast.AST, inside: bool, named: str | None) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Try) and any("ImportError" in ast.unparse(handler) for handler in child.handlers):
                continue
            if inside and isinstance(child, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in child.names] if isinstance(child, ast.Import) else [child.module or ""]
                tops = {name.split(".")[0] for name in names}
                found.extend((top, named) for top in tops if top in EXTRAS or top in EITHER)
                continue
            name = named
            if isinstance(child, ast.With) and ast.unparse(child.items[0]).startswith("extra("):
                name = ast.literal_eval(child.items[0].context_expr.args[0])  # type: ignore[attr-defined]
            walk(child, inside or isinstance(child, ast.FunctionDef), name)

    walk(ast.parse((ROOT / path).read_text(encoding="utf-8")), False, None)
    return found


@pytest.mark.parametrize("path", [path for path in FILES if imports(path)], ids=str)
def test_every_import_of_an_optional_package_names_its_extra(path: Path) -> None:
    found = imports(path)
    for package, named in found:
        if package == "torch" and path.is_relative_to("adapters/torch"):
            continue  # adapters/torch/__init__.py has seen to it
        if package == "torch" and (path in OF_TENSORS or ("torch", "torch") in found):
            continue  # one place in a file is enough: the others are reached through it
        assert named in EITHER.get(package, {EXTRAS.get(package)}), (
            f"{path}: {package} must be within `with extra(...)`"
        )


def test_the_extras_bring_what_they_are_named_for() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    brought = {
        name: {line.split(">")[0].split("[")[0].replace("-", "_") for line in lines} for name, lines in table.items()
    }
    needed = {(name, package) for package, name in EXTRAS.items() if package not in ("distributed", "markupsafe")}
    needed |= {(name, package) for package, names in EITHER.items() for name in names}
    assert {(name, package) for name, package in needed if package not in brought[name]} == set()


def test_a_package_that_breaks_is_not_called_missing() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'stablefit\.nothing'"), extra("plot"):
        import stablefit.nothing  # noqa: F401
    with pytest.raises(ZeroDivisionError), extra("plot"):
        _ = 1 / 0


@pytest.mark.parametrize(
    ("missing", "code", "name"),
    [
        ("matplotlib", "import stablefit as sf; sf.fit(sf.Stable(1.5).rvs(50, rng=0), 'ecf').plot()", "plot"),
        ("jinja2", "from stablefit.report.page import render; render('page.html')", "report"),
        ("torch", "import adapters.torch", "torch"),
        (
            "pandas",
            "import stablefit as sf; sf.fit(sf.Stable(1.5).rvs((50, 2), rng=0), 'ecf', axis=0).to_frame()",
            "stats",
        ),
    ],
)
def test_a_user_reads_which_command_helps(missing: str, code: str, name: str) -> None:
    hidden = f"import sys; sys.modules[{missing!r}] = None; {code}"
    done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    expected = f'ImportError: {missing} is not installed; install it with: pip install "stablefit[{name}]"'
    assert done.stderr.splitlines()[-1] == expected
