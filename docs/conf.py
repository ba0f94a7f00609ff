"""Settings of the documentation's site; `make docs` builds it into out/site."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # tools, which makes pages of the reference

from tools.site import api

project = "earloop"
author = "the earloop team"
project_copyright = f"{author}. Apache-2.0"
release = installed("earloop")
version = ".".join(release.split(".")[:2])

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "sphinx_click",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxcontrib.spelling",
    "tools.site",
]
exclude_patterns = ["gallery", "_templates", "**/sg_execution_times.rst"]  # the last are sphinx-gallery's
nitpicky = False  # NumPy's and torch's own pages are not within reach of every builder

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 4
suppress_warnings = ["config.cache"]  # sphinx-gallery's settings hold functions

default_role = "code"  # as docstrings and help texts mean their backticks
templates_path = ["_templates"]
autosummary_generate = True
autosummary_filename_map = api.same_spelling()
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 90
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "tutorials",
    "filename_pattern": r"/[a-z]\w*\.py$",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "capture_repr": (),  # prints alone: what a figure's last call returns says nothing
    "write_computation_times": False,  # a page that differs from build to build
    "remove_config_comments": True,
}

copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
copybutton_line_continuation_character = "\\"

WIDE = (  # pages whose tables need the room of the list of headings
    "how-to/electrodes",
    "how-to/recordings",
    "project/results",
    "project/security",
    "reference/design-file",
    "reference/exit-codes",
    "reference/messages",
    "reference/plan-file",
    "reference/scenario-file",
    "reference/taps",
    "reference/tokenizer-registers",
)

html_theme = "pydata_sphinx_theme"
html_title = f"earloop {version}"
html_static_path = ["_static"]
html_extra_path = ["../hil/reports/summary.schema.json"]
html_favicon = "_static/favicon.svg"
html_css_files = ["earloop.css"]
html_search_scorer = str(Path(__file__).with_name("_static") / "search_scorer.js")
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_prev_next": True,
    "secondary_sidebar_items": {"**": ["page-toc"], **{page: [] for page in WIDE}},
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"index": []}

spelling_lang = "en_GB"
spelling_word_list_filename = ["words.txt"]
spelling_show_suggestions = True
spelling_ignore_pypi_package_names = False
