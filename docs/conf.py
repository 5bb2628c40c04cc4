"""Sphinx: Markdown pages, built without network; `make docs` takes a warning for an error."""

project = "LingOS"
copyright = "the LingOS authors"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "LingOS"
exclude_patterns = ["build"]
suppress_warnings: list[str] = []
