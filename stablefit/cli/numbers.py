"""Numbers with commas between, and schedules, as options spell them."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from stablefit.sde import Schedule


def numbers(text: str, option: str) -> list[float]:
    """Return the numbers in a list with commas between."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise typer.BadParameter(f"must be numbers with commas between, got {text!r}", param_hint=option) from None


SCHEDULES = "constant, power:GAMMA[:START], exponential:K, cosine:LENGTH[:FLOOR] or multistep:TIME=FACTOR,..."


def schedule_of(text: str) -> "Schedule":
    """Return the schedule that ``name:number:number`` spells, the arguments of its class in their order."""
    from stablefit import sde

    name, *given = text.split(":")
    kinds: dict[str, Callable[..., Schedule]] = {
        "constant": sde.Constant,
        "power": sde.Power,
        "exponential": sde.Exponential,
        "cosine": sde.Cosine,
    }
    try:
        if name == "multistep":
            steps = [[float(part) for part in step.split("=")] for step in ":".join(given).split(",")]
            milestones, factors = zip(*steps, strict=True)
            return sde.MultiStep(milestones, factors)
        return kinds[name](*(float(part) for part in given))
    except (KeyError, TypeError) as error:
        wanted = f"must be {SCHEDULES}, got {text!r}"
        raise typer.BadParameter(wanted, param_hint="--schedule") from error
    except ValueError as error:
        raise typer.BadParameter(f"{error} in {text!r}; it is {SCHEDULES}", param_hint="--schedule") from None
