"""How Sphinx builds the documentation: `make docs`."""

import logging

import bayes_saude

# Sphinx listens to what libraries tell only for their own developers.
for library in ("arviz", "pytensor"):
    logging.getLogger(library).setLevel(logging.WARNING)

project = "bayes_saude"
author = project_copyright = "The bayes_saude authors"
release = version = bayes_saude.__version__

# index.html is the user guide; the table of contents beside every page is this file's.
root_doc = "contents"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_title = f"bayes_saude {release}"
myst_heading_anchors = 3

autodoc_typehints = "none"
numpydoc_show_class_members = False


def _to_pages(app: object, docname: str, source: list[str]) -> None:
    """Lead links out of docs/ to the copies that are among the pages."""
    source[0] = source[0].replace("](../data/README.md)", "](_pages/data.md)")


def setup(app: object) -> None:
    """Connect what changes sources."""
    app.connect("source-read", _to_pages)
