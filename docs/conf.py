"""How Sphinx builds the documentation; `make docs` runs it with warnings as errors."""

import os
import re
from importlib.metadata import distribution
from pathlib import Path

from sphinx.application import Sphinx
from sphinx_gallery.sorting import ExplicitOrder

import stablefit

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the examples are small: threads of torch would only wait for each other

ROOT = Path(__file__).parents[1]
RUN_ELSEWHERE = ("lightning_run",)
"""Examples that are shown and not run here, for want of what they need; the tests run them."""
SHARED = {"DATA", "ROW", "WAYS", "cov_of_row", "errors_of_row", "known_loglik", "loglik_of_row", "of", "of_row"}
"""Members of results that other modules of the library use, and no reader needs."""
MATHJAX = distribution("sphinx-mathjax-offline").locate_file("sphinx-mathjax-offline/static/mathjax/tex-svg.js")
"""One script without fonts, copied beside the pages: formulas are drawn without a network."""

project = "stablefit"
author = "The stablefit developers"
project_copyright = "the stablefit developers"
version = release = stablefit.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.doctest",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "api/*.rst.txt"]

myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath", "smartquotes"]
myst_heading_anchors = 3
suppress_warnings = ["config.cache"]  # the order of the gallery cannot be pickled, and need not be

default_role = "py:obj"  # `name` in a docstring is a link where it is the name of something here
autosummary_generate = True
autosummary_ignore_module_all = False
autosummary_imported_members = True
autodoc_typehints = "none"  # the docstrings say types in words, shapes with them
autodoc_inherit_docstrings = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
doctest_test_doctest_blocks = ""  # docstrings are run by tests/project/test_docstrings.py, in their own modules
doctest_global_setup = "import numpy as np\nimport stablefit as sf"

sphinx_gallery_conf = {
    "examples_dirs": str(ROOT / "examples" / "gallery"),
    "gallery_dirs": "gallery",
    "filename_pattern": rf"/(?!{'|'.join(RUN_ELSEWHERE)})\w+\.py$",
    "within_subsection_order": ExplicitOrder(
        [
            "returns.py",
            "impulsive_noise.py",
            "levy_flights.py",
            "gradient_noise.py",
            "larger_than_memory.py",
            "lightning_run.py",
            "*",
        ]
    ),
    "abort_on_example_error": True,
    "capture_repr": (),
    "download_all_examples": False,
    "min_reported_time": 1e9,
    "plot_gallery": True,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
}

html_theme = "pydata_sphinx_theme"
html_title = "stablefit"
html_static_path = ["_static", str(MATHJAX)]
mathjax_path = "tex-svg.js"
mathjax3_config = {"options": {"enableMenu": False}}  # the menu would fetch what it offers
html_css_files = ["pages.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "header_links_before_dropdown": 7,
    "icon_links": [],
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": {"index": [], "**": ["page-toc"]},
    "show_prev_next": False,
    "navigation_with_keys": False,
    "pygments_light_style": "tango",
    "pygments_dark_style": "monokai",
}


def keep_initials(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Tell reST that the ``J.`` of ``.. [1] J. Doe`` begins a name and no list."""
    lines[:] = [re.sub(r"^(\.\. \[\d+\] )(?=[A-Z]\. )", r"\1\\", line) for line in lines]


def leave_out(app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object) -> bool | None:
    """Leave out what is no reader's; None lets others decide."""
    return True if name in SHARED else None


def setup(app: Sphinx) -> None:
    """Run before numpydoc, which takes the lines as they are."""
    app.connect("autodoc-skip-member", leave_out)
    app.connect("autodoc-process-docstring", keep_initials, priority=1)
