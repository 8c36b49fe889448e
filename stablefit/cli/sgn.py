"""``stablefit sgn``: the gradient noise of a PyTorch model."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from stablefit.cli.options import Json, Quiet, in_a_folder
from stablefit.cli.printing import bad_data_on_one_line, draw, print_json, wrong_usage

Target = Annotated[
    str,
    typer.Argument(
        metavar="MODULE:FUNCTION",
        help="A function without arguments that returns model and loader, and a loss(model, batch) where it is needed.",
    ),
]
Batches = Annotated[int, typer.Option("--n-batches", "-n", min=8, help="Number of mini-batches.")]
K = Annotated[int, typer.Option("--k", "-k", min=1, help="Number of parameters, drawn from all.")]
BatchSize = Annotated[int | None, typer.Option("--batch-size", "-b", min=1, help="The loader's own without it.")]
Params = Annotated[
    list[str] | None, typer.Option("--params", "-p", metavar="NAME", help="A name or glob, such as 'layer1.*'.")
]
Sampling = Annotated[Literal["replacement", "loader"], typer.Option("--sampling", help="How mini-batches are drawn.")]
Mode = Annotated[Literal["eval", "train"], typer.Option("--mode", help="Mode of the model.")]
Every = Annotated[bool, typer.Option("--every", help="Fit every parameter, from sums that keep no samples.")]
Device = Annotated[str | None, typer.Option("--device", help="Where to compute, such as cuda.")]
SeedOf = Annotated[int, typer.Option("--seed", min=0, help="Seed; the same one gives the same bits.")]
Method = Annotated[Literal["mle", "ecf", "quantile", "logmoment", "mohammadi"], typer.Option("--method", "-m")]
By = Annotated[Literal["layer", "parameter"], typer.Option("--by", help="A row of the table a layer, or a parameter.")]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="OUT.sgn", callback=in_a_folder, dir_okay=False, help="Keep the noise, for SGN.load."
    ),
]
Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot", metavar="OUT.png", callback=in_a_folder, dir_okay=False, help="Draw alpha by layer over its null."
    ),
]


def sgn(
    target: Target,
    n_batches: Batches = 1000,
    k: K = 100,
    batch_size: BatchSize = None,
    params: Params = None,
    sampling: Sampling = "replacement",
    mode: Mode = "eval",
    every: Every = False,
    method: Method = "mle",
    by: By = "layer",
    device: Device = None,
    seed: SeedOf = 0,
    out: Out = None,
    plot: Plot = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit the gradient noise of a PyTorch model.

    It is collected at the model's present weights. MODULE is found as Python finds it, from the current folder too. The
    model comes back as it was.

    For example:
      stablefit sgn train:setup --n-batches 500 --k 200 --out noise.sgn
      stablefit sgn train:setup --every --by parameter --json
      stablefit sgn experiments.cnn:make --params 'layer1.*' --plot alpha.png
      stablefit report noise.sgn
      stablefit escape --fit noise.sgn --width 0.1 --eta 0.01 --clock iteration
    """
    if every and plot is not None:
        raise typer.BadParameter("must not be given with --every, which keeps no samples to draw", param_hint="--plot")
    with bad_data_on_one_line():
        given = _made(target)
        adapters = import_module("adapters.torch")
        with wrong_usage():
            noise = adapters.collect_sgn(
                *given,
                n_batches=n_batches,
                batch_size=batch_size,
                params=params,
                sampling=sampling,
                mode=mode,
                keep=None if every else "sampled",
                k=k,
                device=device,
                seed=seed,
                progress=not quiet,
            )
        if out is not None:
            noise.save(out)
        found = noise.fit("sketch" if every else method)
        frame = noise.to_frame(by=by, method="sketch" if every else method, fit=found)
        if plot is not None:
            draw(lambda result, path, _: _save(result.plot("alpha", fit=found), path), noise, plot, target)
        if as_json:
            print_json({"metadata": noise.metadata, by: frame.to_dict(orient="records")})
        else:
            typer.echo(f"{noise}\n\n{frame.to_string(index=False, float_format='{:.4g}'.format)}")


def _made(target: str) -> Sequence[Any]:
    """Return what the function of ``module:function`` makes: model, loader and perhaps a loss."""
    module, colon, name = target.partition(":")
    hint = "MODULE:FUNCTION"
    if not (module and colon and name.isidentifier()):
        raise typer.BadParameter(f"must be a module and a function in it, got {target!r}", param_hint=hint)
    sys.path.insert(0, str(Path.cwd()))
    try:
        function = getattr(import_module(module), name, None)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # what the module itself imports
        raise typer.BadParameter(f"there is no module {module!r} here", param_hint=hint) from None
    finally:
        sys.path.remove(str(Path.cwd()))
    if not callable(function):
        raise typer.BadParameter(f"there is no function {name!r} in {module}", param_hint=hint)
    made = function()
    if not isinstance(made, tuple | list) or len(made) not in (2, 3):
        kind = f"{len(made)} values" if isinstance(made, tuple | list) else type(made).__name__
        raise typer.BadParameter(f"must return model, loader and perhaps a loss, got {kind}", param_hint=hint)
    return made


def _save(axes: Any, path: Path) -> None:
    axes.figure.savefig(path, dpi=110, bbox_inches="tight")
