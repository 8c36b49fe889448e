"""Whether an exit law may be used: the theory's assumptions as numbers beside their limits."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from stablefit._types import FloatArray
from stablefit.escape.decomposition.large_jumps import eps, jump_intensity
from stablefit.escape.exit_law import ExitLaw
from stablefit.extras import extra
from stablefit.gof.tables import html_table, number, text_table

if TYPE_CHECKING:
    import pandas as pd

_QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Check:
    """One assumption.

    Attributes
    ----------
    name : str
        What has to be small.
    value, limit : float
        Its largest value over the axes, and up to where it was seen to do no harm.
    axis : int
        The axis of the largest value; -1 where it is not one axis'.
    meaning : str
        What it is.
    """

    name: str
    value: float
    limit: float
    axis: int
    meaning: str

    @property
    def holds(self) -> bool:
        """Whether the value does not exceed the limit; False for nan."""
        return self.value <= self.limit


@dataclass(frozen=True, eq=False)
class Assumptions:
    """What `check_assumptions` found. Printing it shows the table.

    Attributes
    ----------
    checks : list of Check
        One for each assumption.
    """

    checks: list[Check]

    @property
    def hold(self) -> bool:
        """Whether all of them hold."""
        return all(check.holds for check in self.checks)

    def __getitem__(self, name: str) -> Check:
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(f"name must be one of {[check.name for check in self.checks]}, got {name!r}")

    def to_frame(self) -> "pd.DataFrame":
        """Return a pandas DataFrame with a row an assumption."""
        with extra("stats"):
            import pandas as pd

        return pd.DataFrame([{**vars(check), "holds": check.holds} for check in self.checks]).set_index("name")

    def __str__(self) -> str:
        return f"{self._title()}\n{text_table(*self._cells())}"

    def _repr_html_(self) -> str:
        return html_table(self._title(), *self._cells())

    def _title(self) -> str:
        failing = sum(not check.holds for check in self.checks)
        return "The assumptions hold" if not failing else f"{failing} of {len(self.checks)} assumptions are in doubt"

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        rows = [
            [
                check.name,
                number(check.value),
                number(check.limit),
                "" if check.axis < 0 else str(check.axis),
                "yes" if check.holds else "no",
                check.meaning,
            ]
            for check in self.checks
        ]
        return ["", "value", "limit", "axis", "holds", "what it is"], rows


def check_assumptions(
    law: ExitLaw, curvature: ArrayLike, *, rho: float = 0.5, mixing: ArrayLike | None = None
) -> Assumptions:
    r"""Check whether the law of single jumps may be used for a basin of a given curvature.

    Parameters
    ----------
    law : ExitLaw
        The law in question.
    curvature : array_like, shape (N,), () or (N, N)
        Second derivative of the loss along each axis at the minimum, positive; or the Hessian, whose coupling of the
        axes is then checked too.
    rho : float, default 0.5
        Exponent of the threshold between small and large jumps, in (0, 1).
    mixing : array_like, shape (N, N), optional
        Column l is the direction of the noise of process l; the axes themselves by default.

    Returns
    -------
    Assumptions
        In this order, each the worst over the axes and over the times by which 5, 50 and 95 % have left:

        - "width": scale of the noise at rest, eps lambda (alpha h)^(-1/alpha), over the distance to the boundary. It is
          what is left out to leading order: with .08, mean times are 5 to 10 % off.
        - "relaxation": time to return from the boundary, log(d / delta) / h with delta = lambda eps^(1 - rho), over the
          mean time between large jumps.
        - "memory": the same time over the mean time of exit.
        - "gaussian": alpha; from 1.9 on the jumps are so rare that the exit by many small ones may come first.
        - "step": eta h, the length of an iteration in units of the relaxation.
        - "alignment": how much closer the boundary lies along another axis than along the process' own; above 1 the
          process leaves through another axis' boundary first.
        - "coupling": the Hessian's largest correlation of two axes, where it was given.

    Raises
    ------
    ValueError
        If curvature is not positive, or a shape does not fit.

    Examples
    --------
    >>> import stablefit as sf
    >>> law = sf.escape.ExitLaw([1.4, 1.6], 0.01, -1.0, 1.0, eta=1.0)
    >>> report = sf.escape.check_assumptions(law, 0.05)
    >>> report.hold, round(report["width"].value, 3)
    (False, 0.067)
    >>> [check.name for check in report.checks if not check.holds]
    ['relaxation']
    """
    n = law.n_axes
    given = np.asarray(curvature, dtype=np.float64)
    coupled = given.ndim == 2
    if given.shape not in ((), (n,), (n, n)):
        raise ValueError(f"curvature must have shape ({n},) or ({n}, {n}), one entry an axis, got {given.shape}")
    h = np.broadcast_to(np.diagonal(given) if coupled else given, (n,))
    if not ((h > 0.0) & (h < np.inf)).all():
        raise ValueError(f"curvature must be positive and finite, got {h.min()} on axis {int(np.argmin(h))}")
    checks = _of_noise(law, h, rho)
    checks.append(_alignment(law, mixing))
    if coupled:
        scaled = np.abs(given) / np.sqrt(np.outer(h, h)) - np.eye(n)
        worst = float(scaled.max()) if n > 1 else 0.0
        checks.append(Check("coupling", worst, 0.1, -1, "largest correlation of two axes in the Hessian"))
    return Assumptions(checks)


def _of_noise(law: ExitLaw, h: FloatArray, rho: float) -> list[Check]:
    noisy = np.flatnonzero(law.scale > 0.0)
    alpha, scale, pull = law.alpha[noisy], law.scale[noisy], h[noisy]
    distance = np.minimum(-law.lower, law.upper)[noisy]
    times = np.asarray(law.ppf(_QUANTILES))
    s = np.asarray(law.schedule.s(times[np.isfinite(times)])).reshape(-1, 1)
    if not s.size:
        s = np.ones((1, 1))
    factor = s ** ((alpha - 1.0) / alpha) * eps(law.eta, alpha)
    width = factor * scale * (alpha * pull) ** (-1.0 / alpha) / distance
    arrived = np.minimum(scale * factor ** (1.0 - rho), 0.5 * distance)
    with np.errstate(invalid="ignore"):
        relaxation = np.where(np.isfinite(distance), np.log(distance / arrived), 0.0) / pull
    intensity = jump_intensity(alpha, factor, rho=rho, measure=law.measure).sum(axis=1)
    back = relaxation.max(axis=1)
    exit_time = law.mean() if np.isfinite(law.mean()) else float(times[0])
    exit_time *= law.eta if law.clock == "iteration" else 1.0

    def worst(values: FloatArray) -> tuple[float, int]:
        place = int(np.argmax(values.max(axis=0)))
        return float(values.max()), int(noisy[place])

    return [
        _check("width", worst(width), 0.1, "scale of the noise at rest over the distance to the boundary"),
        Check("relaxation", float((back * intensity).max()), 0.1, -1, "return time over the time between large jumps"),
        Check("memory", float(back.max() / exit_time), 0.1, -1, "return time over the mean time of exit"),
        _check("gaussian", worst(alpha[None]), 1.9, "alpha"),
        _check("step", worst((law.eta * s) * pull), 0.1, "eta h, an iteration in units of the relaxation"),
    ]


def _check(name: str, found: tuple[float, int], limit: float, meaning: str) -> Check:
    return Check(name, found[0], limit, found[1], meaning)


def _alignment(law: ExitLaw, mixing: ArrayLike | None) -> Check:
    n = law.n_axes
    meaning = "reach of a process across other axes over that along its own"
    if mixing is None:
        return Check("alignment", 0.0, 1.0, -1, meaning)
    matrix = np.asarray(mixing, dtype=np.float64)
    if matrix.shape != (n, n):
        raise ValueError(f"mixing must have shape ({n}, {n}), got {matrix.shape}")
    reach = np.abs(matrix) / np.minimum(-law.lower, law.upper)[:, None]
    own = np.diagonal(reach).copy()
    np.fill_diagonal(reach, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        across = np.where(reach.max(axis=0) == 0.0, 0.0, reach.max(axis=0) / own)
    return Check("alignment", float(across.max()), 1.0, int(np.argmax(across)), meaning)
