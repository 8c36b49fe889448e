"""``stablefit paths``: simulated paths of a stochastic differential equation."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stablefit.cli.numbers import SCHEDULES, numbers, schedule_of
from stablefit.cli.options import Json, Quiet, Seed
from stablefit.cli.printing import bad_data_on_one_line, print_json, wrong_usage
from stablefit.cli.writing import Out, check_suffix, write_columns

if TYPE_CHECKING:
    from stablefit._types import FloatArray

Alpha = Annotated[str, typer.Option("--alpha", "-a", metavar="A,...", help="Index of stability of each axis' noise.")]
Scale = Annotated[str, typer.Option("--scale", "-s", metavar="S,...", help="Amplitude of each axis' noise.")]
Hessian = Annotated[str, typer.Option("--hessian", metavar="H,...", help="Curvature of each axis; 0 is no drift.")]
Start = Annotated[str, typer.Option("--start", metavar="X,...", help="Where the paths begin.")]
Until = Annotated[float, typer.Option("--until", "-t", help="Last time, or number of iterations.")]
Step = Annotated[float | None, typer.Option("--step", "-d", help="Length of a step; none on the clock of iterations.")]
Count = Annotated[int, typer.Option("--paths", "-n", min=1, help="Number of paths.")]
Keep = Annotated[int, typer.Option("--keep", "-k", min=1, help="Keep the position after each so many steps.")]
Solver = Annotated[Literal["euler", "ou", "jump"], typer.Option("--method", "-m", help="Solver; ou is exact in time.")]
Eta = Annotated[float | None, typer.Option("--eta", help="Learning rate; without it --scale is the whole coefficient.")]
Schedule = Annotated[str, typer.Option("--schedule", metavar="NAME[:...]", help=f"Of the learning rate: {SCHEDULES}.")]
Clock = Annotated[Literal["sde", "iteration"], typer.Option("--clock", help="Time, or iterations of descent.")]
Threads = Annotated[int, typer.Option("--threads", "-j", help="Threads; -1 for one a processor.")]


def paths(
    alpha: Alpha,
    until: Until,
    scale: Scale = "1",
    hessian: Hessian = "0",
    start: Start = "0",
    step: Step = None,
    count: Count = 1,
    keep: Keep = 1,
    method: Solver = "euler",
    eta: Eta = None,
    schedule: Schedule = "constant",
    clock: Clock = "sde",
    seed: Seed = None,
    threads: Threads = 1,
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simulate paths of dX = -H X dt + S dL.

    Printed are the times and a column a path and axis. Several numbers with commas between are one an axis. In .npz the
    arrays are t, shape (times,), and x, shape (paths, times, axes).

    For example:
      stablefit paths --alpha 1.5 --until 10 --step 0.01 --seed 1 --out flight.csv
      stablefit paths --alpha 1.2,1.8 --scale 0.1 --hessian 1,2 --until 100 --step 1 --method ou --paths 500 -o ou.npz
      stablefit paths --alpha 1.5 --eta 0.1 --clock iteration --until 1000 --keep 100 --json
    """
    check_suffix(out)
    if step is None and clock == "sde":
        raise typer.BadParameter("must be given, but on the clock of iterations", param_hint="--step")
    with bad_data_on_one_line():
        from stablefit import sde

        exponents, amplitudes = numbers(alpha, "--alpha"), numbers(scale, "--scale")
        curvatures, first = numbers(hessian, "--hessian"), numbers(start, "--start")
        plan = schedule_of(schedule)
        with wrong_usage():
            n_axes = max(len(given) for given in (exponents, amplitudes, curvatures, first))
            drift = sde.Quadratic(_spread(curvatures, n_axes, "--hessian"))
            problem = sde.LevySDE(
                drift,
                _spread(exponents, n_axes, "--alpha"),
                _spread(amplitudes, n_axes, "--scale"),
                eta=eta,
                schedule=plan,
                clock=clock,
            )
            found = sde.simulate(
                problem,
                _spread(first, n_axes, "--start"),
                until,
                step,
                n_paths=count,
                method=method,
                save=keep,
                rng=seed,
                n_jobs=threads,
                progress=not quiet,
            )
        if as_json:
            print_json({"sde": repr(problem), "seed": seed, "t": found.t, "x": found.x, "exploded": found.exploded})
        if out is not None or not as_json:
            whole = out is not None and out.suffix == ".npz"
            write_columns({"t": found.t, "x": found.x} if whole else _columns(found.t, found.x), out)


def _spread(given: list[float], n_axes: int, option: str) -> list[float]:
    """Return a number for each axis."""
    if len(given) not in (1, n_axes):
        raise typer.BadParameter(f"must be one number or {n_axes}, one an axis, got {len(given)}", param_hint=option)
    return given * n_axes if len(given) == 1 else given


def _columns(t: "FloatArray", x: "FloatArray") -> "dict[str, FloatArray]":
    """Return a column a path; a path and an axis where there are several."""
    n_paths, _, n_axes = x.shape
    columns = {"t": t}
    for i in range(n_paths):
        for j in range(n_axes):
            columns[f"x{i}" if n_axes == 1 else f"x{i}_{j}"] = x[i, :, j]
    return columns
