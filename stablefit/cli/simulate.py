"""``stablefit simulate``: independent draws of a law."""

from typing import Annotated, Literal

import typer

from stablefit.cli.options import Json, Seed
from stablefit.cli.printing import bad_data_on_one_line, print_json, wrong_usage
from stablefit.cli.writing import Out, check_suffix, write_columns

Alpha = Annotated[float, typer.Option("--alpha", "-a", help="Index of stability, in (0, 2].")]
Beta = Annotated[float, typer.Option("--beta", "-b", help="Skewness, in [-1, 1].")]
Loc = Annotated[float, typer.Option("--loc", help="Location.")]
Scale = Annotated[float, typer.Option("--scale", "-s", help="Scale, positive.")]
Param = Annotated[Literal["S0", "S1"], typer.Option("--param", help="Parametrisation of loc: Nolan's S0, scipy's S1.")]
Size = Annotated[int, typer.Option("--size", "-n", min=1, help="Number of draws.")]


def simulate(
    alpha: Alpha,
    beta: Beta = 0.0,
    loc: Loc = 0.0,
    scale: Scale = 1.0,
    param: Param = "S0",
    size: Size = 1000,
    seed: Seed = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Draw values of a stable law.

    They are independent, and printed one a line.

    For example:
      stablefit simulate --alpha 1.7 --scale 0.01 --size 10000 --seed 1 --out noise.npy
      stablefit simulate --alpha 1.5 --beta 0.8 | stablefit fit - --skewed
    """
    check_suffix(out)
    with bad_data_on_one_line():
        from stablefit import Stable

        with wrong_usage():
            law = Stable(alpha, beta, loc, scale, param=param)
        draws = law.rvs(size, rng=seed)
        if as_json:
            held = {"alpha": alpha, "beta": beta, "loc": loc, "scale": scale}
            print_json({"params": held, "param": param, "seed": seed, "samples": draws})
        if out is not None or not as_json:
            write_columns({"x": draws}, out)
