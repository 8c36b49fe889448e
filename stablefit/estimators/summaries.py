"""Reports of fits as text and as HTML."""

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from stablefit.estimators import messages
from stablefit.estimators.status import Status

if TYPE_CHECKING:
    from stablefit.estimators.batch import BatchFit
    from stablefit.estimators.result import FitResult

WIDTH = 66
_COLOURS = {True: "#d4edda", False: "#f8d7da", None: "#fff3cd"}  # as it should be, not so, look here


def of_fit(result: "FitResult") -> str:
    """Return a table of one fit."""
    law = "symmetric stable, S0" if result.fixed.get("beta") == 0.0 else "stable, S0"
    heading = [
        ("method", messages.title(result.method), "samples", f"{result.nobs}"),
        ("law", law, "log-likelihood", f"{result.loglik:.6g}"),
        ("status", result.status.name, "AIC", f"{result.aic:.6g}"),
        ("at boundary", "yes" if result.at_boundary else "no", "BIC", f"{result.bic:.6g}"),
    ]
    lines = ["Fit of a stable law".center(WIDTH).rstrip(), "=" * WIDTH]
    for left, word, right, number in heading:
        lines.append(f"{left + ':':<13}{word:<24}{right + ':':<15}{number:>14}")
    lines += ["=" * WIDTH, f"{'':<8}{'estimate':>14}{'std err':>14}{'[0.025':>14}{'0.975]':>14}", "-" * WIDTH]
    intervals = result.conf_int()
    for name, value in result.params.items():
        if name in result.free:
            row = (value, result.bse[name], *intervals[name])
            lines.append(f"{name:<8}" + "".join(f"{entry:>14.6g}" for entry in row))
        else:
            lines.append(f"{name:<8}{value:>14.6g}{'held':>14}")
    return "\n".join([*lines, "=" * WIDTH, *_wrapped(result.message)])


def of_batch(batch: "BatchFit") -> str:
    """Return counts of statuses and the spread of the estimates."""
    used = batch.converged
    lines = ["Fits of stable laws".center(WIDTH).rstrip(), "=" * WIDTH]
    lines.append(f"{'method:':<19}{messages.title(batch.method)}")
    lines.append(f"{'samples:':<19}{batch.nobs_of_rows.size}, shape {batch.shape}")
    lines += [f"{'status:':<19}{messages.counted(batch.status)}", "=" * WIDTH]
    if not used.any():
        return "\n".join([*lines, "no sample was fitted"])
    lines += [f"{'':<18}{'min':>12}{'median':>12}{'max':>12}{'mean':>12}", "-" * WIDTH]
    for name in batch.free:
        for label, values in ((name, batch.params[name][used]), (f"{name} std err", batch.bse[name][used])):
            row = (values.min(), np.median(values), values.max(), values.mean())
            lines.append(f"{label:<18}" + "".join(f"{entry:>12.5g}" for entry in row))
    lines += [f"{name:<18}{held:>12.5g} held" for name, held in batch.fixed.items()]
    return "\n".join([*lines, "=" * WIDTH])


def html_of_fit(result: "FitResult") -> str:
    """Return one fit as HTML, its flags green as they should be, yellow to be looked at, red not to be trusted."""
    flags = [
        _flag(f"converged: {'yes' if result.converged else 'no'}", result.converged),
        _flag(f"at boundary: {'yes' if result.at_boundary else 'no'}", None if result.at_boundary else True),
        _flag(f"status: {result.status.name}", None if result.at_boundary else result.converged),
    ]
    intervals = result.conf_int()
    rows = []
    for name, value in result.params.items():
        cells = [name, f"{value:.6g}"]
        if name in result.free:
            cells += [f"{result.bse[name]:.3g}", f"{intervals[name][0]:.6g}", f"{intervals[name][1]:.6g}"]
        else:
            cells += ["held", "", ""]
        rows.append(cells)
    caption = (
        f"<b>Stable law</b> (S0) by {escape(messages.title(result.method))}, {result.nobs} samples, "
        f"log-likelihood {result.loglik:.6g}, AIC {result.aic:.6g}, BIC {result.bic:.6g}"
    )
    table = _table(["", "estimate", "std err", "2.5 %", "97.5 %"], rows)
    return f"<div><p>{caption}</p><p>{' '.join(flags)}</p>{table}<p>{escape(result.message)}</p></div>"


def html_of_batch(batch: "BatchFit") -> str:
    """Return a batch as HTML: coloured counts of statuses, then the spread of the estimates."""
    codes, counts = np.unique(batch.status, return_counts=True)
    flags = []
    for code, count in zip(codes, counts, strict=True):
        status = Status(code)
        flags.append(_flag(f"{status.name}: {count}", None if status is Status.BOUNDARY else status.usable))
    used = batch.converged
    rows = []
    for name in batch.free if used.any() else ():
        values, errors = batch.params[name][used], batch.bse[name][used]
        numbers = (values.min(), np.median(values), values.max(), np.median(errors))
        rows.append([name, *(f"{number:.5g}" for number in numbers)])
    caption = f"<b>Stable laws</b> (S0) by {escape(messages.title(batch.method))}, shape {batch.shape}"
    table = _table(["", "min", "median", "max", "median std err"], rows)
    return f"<div><p>{caption}</p><p>{' '.join(flags)}</p>{table}</div>"


def _flag(text: str, good: bool | None) -> str:
    style = f"background:{_COLOURS[good]};color:#222;padding:2px 6px;border-radius:4px"
    return f'<span style="{style}">{escape(text)}</span>'


def _table(heading: list[str], rows: list[list[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heading)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _wrapped(text: str) -> list[str]:
    from textwrap import wrap

    return wrap(text, WIDTH)
