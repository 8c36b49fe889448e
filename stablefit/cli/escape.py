"""``stablefit escape``: the law of the first exit from a box."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from stablefit.cli.numbers import SCHEDULES, numbers, schedule_of
from stablefit.cli.options import NOISE, Json, existing
from stablefit.cli.printing import bad_data_on_one_line, print_json, wrong_usage

if TYPE_CHECKING:
    from stablefit.escape import ExitLaw

Alpha = Annotated[
    str | None, typer.Option("--alpha", "-a", metavar="A,...", help="Index of stability of each axis' noise, below 2.")
]
Scale = Annotated[str, typer.Option("--scale", "-s", metavar="S,...", help="Amplitude of each axis' noise.")]
Fit = Annotated[
    Path | None,
    typer.Option("--fit", metavar="FILE", callback=lambda file: file and existing(file), dir_okay=False,
                 help="Alpha and scale of gradient noise (.sgn) or of a saved fit, one axis a parameter."),
]  # fmt: skip
Width = Annotated[
    str | None, typer.Option("--width", "-w", metavar="W,...", help="Distance of both boundaries from the minimum.")
]
Lower = Annotated[str | None, typer.Option("--lower", metavar="D,...", help="Lower boundaries, negative; or -inf.")]
Upper = Annotated[str | None, typer.Option("--upper", metavar="D,...", help="Upper boundaries, positive; or inf.")]
Eta = Annotated[float, typer.Option("--eta", help="Learning rate; 1 makes --scale the whole coefficient.")]
Schedule = Annotated[str, typer.Option("--schedule", metavar="NAME[:...]", help=f"Of the learning rate: {SCHEDULES}.")]
Clock = Annotated[Literal["sde", "iteration"], typer.Option("--clock", help="Time, or iterations of descent.")]
Measure = Annotated[Literal["sas", "levy"], typer.Option("--measure", help="Levy measure: the law's, or the paper's.")]
At = Annotated[str | None, typer.Option("--at", metavar="T,...", help="Times at which to print the survival.")]

SHOWN = 12
"""Axes in the table; those most likely to be left through."""


def escape(
    alpha: Alpha = None,
    scale: Scale = "1",
    fit: Fit = None,
    width: Width = None,
    lower: Lower = None,
    upper: Upper = None,
    eta: Eta = 1.0,
    schedule: Schedule = "constant",
    clock: Clock = "sde",
    measure: Measure = "sas",
    at: At = None,
    as_json: Json = False,
) -> None:
    """Print the law of the first exit from a box.

    The box lies around a minimum, and the law is exact to leading order in small noise. Several numbers with commas
    between are one an axis: when the process leaves, and through which axis and side.

    For example:
      stablefit escape --alpha 1.2,1.8 --scale 0.01 --width 1,2
      stablefit escape --alpha 1.5 --scale 0.02 --lower -1 --upper inf --eta 0.1 --schedule power:0.6 --at 10,100,1000
      stablefit escape --fit noise.sgn --width 0.1 --eta 0.01 --clock iteration --json
    """
    with bad_data_on_one_line():
        import stablefit

        ends = _ends(width, lower, upper)
        options: dict[str, Any] = {"eta": eta, "schedule": schedule_of(schedule), "clock": clock}
        if (alpha is None) == (fit is None):
            raise typer.BadParameter("must be given, or --fit, and not both", param_hint="--alpha")
        with wrong_usage():
            if fit is not None:
                law = stablefit.escape.ExitLaw.from_sgn(_fit_in(fit), *ends, **options)
            else:
                given = numbers(str(alpha), "--alpha"), numbers(scale, "--scale")
                law = stablefit.escape.ExitLaw(*given, *ends, **options, measure=measure)
        times = [] if at is None else numbers(at, "--at")
        if as_json:
            print_json(_content(law, times))
        else:
            typer.echo(_table(law, times))


def _fit_in(file: Path) -> Any:
    """Return the fit that a file holds, or that of the noise that it holds."""
    import stablefit

    return import_module("adapters.torch").SGN.load(file).fit() if file.suffix == NOISE else stablefit.load(file)


def _ends(width: str | None, lower: str | None, upper: str | None) -> tuple[list[float], list[float]]:
    """Return lower and upper boundaries."""
    if width is not None and lower is None and upper is None:
        distances = numbers(width, "--width")
        return [-distance for distance in distances], distances
    if width is None and lower is not None and upper is not None:
        return numbers(lower, "--lower"), numbers(upper, "--upper")
    raise typer.BadParameter("must be given, or both --lower and --upper", param_hint="--width")


def _content(law: "ExitLaw", times: list[float]) -> dict[str, Any]:
    content: dict[str, Any] = {name: getattr(law, name) for name in ("alpha", "scale", "lower", "upper", "eta")}
    content |= {"schedule": repr(law.schedule), "clock": law.clock, "measure": law.measure}
    content |= {"mean": law.mean(), "median": law.median(), "quantiles": {q: law.ppf(q) for q in (0.05, 0.95)}}
    content |= {"trapping_probability": law.trapping_probability(), "exit_probabilities": law.exit_probabilities()}
    return content | {"survival": {str(t): law.survival(t) for t in times}}


def _table(law: "ExitLaw", times: list[float]) -> str:
    unit = "iterations" if law.clock == "iteration" else "time"
    lines = ["First exit from a box, to leading order in small noise", "=" * 66]
    lines += [f"{'learning rate:':<20}{law.eta:g}, {law.schedule}", f"{'clock:':<20}{law.clock}", "-" * 66]
    for name, value in (
        (f"mean {unit}", law.mean()),
        ("5 %", law.ppf(0.05)),
        ("median", law.median()),
        ("95 %", law.ppf(0.95)),
        ("never", law.trapping_probability()),
        *((f"P(after {t:g})", law.survival(t)) for t in times),
    ):
        lines.append(f"{name + ':':<20}{value:>14.6g}")
    lines += ["=" * 66, "  axis     alpha       scale     lower     upper P(lower) P(upper)"]
    exits = law.exit_probabilities()
    order = (-exits.sum(axis=1)).argsort(kind="stable")
    for axis in sorted(order[:SHOWN].tolist()):
        row = f"{axis:>6}{law.alpha[axis]:>10.4g}{law.scale[axis]:>12.4g}"
        row += f"{law.lower[axis]:>10.4g}{law.upper[axis]:>10.4g}"
        lines.append(row + "".join(f"{p:>9.4f}" for p in exits[axis]))
    if len(order) > SHOWN:
        lines.append(f"and {len(order) - SHOWN} axes less likely, {exits[order[SHOWN:]].sum():.4f} together")
    return "\n".join([*lines, "=" * 66])
