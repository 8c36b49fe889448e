"""Pictures of a report, as SVG inside the page."""

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from stablefit.extras import extra

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes


class Picture(NamedTuple):
    """A drawing with the words that stand below it, which say what it shows to those who cannot see it."""

    svg: "Markup"
    caption: str


def picture(
    name: str, caption: str, draw: Callable[["Axes"], object], size: tuple[float, float] = (5.6, 3.8)
) -> Picture:
    """Draw on new axes, and return the drawing as SVG.

    Parameters
    ----------
    name : str
        A word that no other picture of the page has: identifiers in the SVG begin with it.
    caption : str
        What the picture shows.
    draw : callable
        Draws on the axes that it is given.
    size : (float, float)
        Width and height in inches.
    """
    with extra("report"):
        import matplotlib as mpl
        from markupsafe import Markup
        from matplotlib.figure import Figure

    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": name}):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.subplots())
        buffer = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    drawing = buffer.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r'(?<=\bid=")|(?<=xlink:href="#)|(?<=url\(#)', f"{name}-", drawing)
    drawing = re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', r'<svg \1 aria-hidden="true" focusable="false">', drawing)
    return Picture(Markup(drawing.replace("xlink:href", "href")), caption)
