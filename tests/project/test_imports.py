"""What `import stablefit` costs, and which modules may import what."""

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
HEAVY = {"dask", "hypothesis", "jinja2", "lightning", "matplotlib", "numba", "pandas", "pyarrow", "scipy.stats"}
HEAVY |= {"sklearn", "statsmodels", "torch", "tqdm", "transformers", "typer", "xarray", "zarr"}
LATER = "imported inside the functions that use it"


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def seconds(code: str) -> float:
    """The fastest of three runs: what the code costs, and not what else the machine was doing."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        python(code)
        times.append(time.perf_counter() - start)
    return min(times)


def test_importing_stablefit_costs_less_than_half_of_scipy_stats() -> None:
    assert seconds("import stablefit") < 0.5 * seconds("import scipy.stats")


@pytest.mark.parametrize("code", ["import stablefit", "import stablefit; dir(stablefit); stablefit.DataError"])
def test_importing_stablefit_pulls_in_nothing_heavy(code: str) -> None:
    loaded = set(python(f"{code}\nimport sys; print(*sys.modules)").split())
    assert not loaded & HEAVY


def test_help_pulls_in_nothing_heavy_but_typer() -> None:
    call = "app(['fit', '--help'], standalone_mode=False)"
    code = f"import sys\nfrom stablefit.cli import app\n{call}\nprint(*sys.modules)"
    loaded = set(python(code).split())
    assert "typer" in loaded
    assert not loaded & (HEAVY - {"typer"})


def sources(package: str) -> list[Path]:
    return [path.relative_to(ROOT) for path in sorted((ROOT / package).rglob("*.py"))]


def imported_at_load(tree: ast.Module) -> set[str]:
    """Names of modules that a file imports when it is itself imported: nothing in functions or under TYPE_CHECKING."""
    found = set()
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            pending += ast.iter_child_nodes(node)
    return found


def allowed(path: Path) -> set[str]:
    """The heavy packages that a module may import when it is loaded, each because it is what the module is about."""
    if path.is_relative_to("stablefit/_kernels"):
        return {"numba"}
    if path == Path("stablefit/cli.py") or path.is_relative_to("stablefit/cli"):
        return {"typer"}
    if path.is_relative_to("stablefit/testing"):
        return {"hypothesis"}
    if path.is_relative_to("adapters/torch") or path.parent.name == "device":
        return {"torch"}
    return set()


@pytest.mark.parametrize("path", [*sources("stablefit"), *sources("adapters")], ids=str)
def test_heavy_packages_are_imported_where_they_are_used(path: Path) -> None:
    names = imported_at_load(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    heavy = {package for package in HEAVY for name in names if name == package or name.startswith(f"{package}.")}
    assert heavy <= allowed(path), f"{path}: {sorted(heavy - allowed(path))} must be {LATER}"


@pytest.mark.parametrize("path", sources("stablefit/_kernels"), ids=str)
def test_kernels_know_numpy_numba_and_math_only(path: Path) -> None:
    names = {name.split(".")[0] for name in imported_at_load(ast.parse((ROOT / path).read_text(encoding="utf-8")))}
    assert names <= {"cmath", "collections", "fractions", "math", "numba", "numpy", "pathlib", "stablefit", "typing"}


def test_adapters_stays_a_namespace_package() -> None:
    assert not (ROOT / "adapters" / "__init__.py").exists()
