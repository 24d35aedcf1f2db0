"""Sphinx's settings for the static pages of all lessons; run ``make site``."""

project = "Convolution by Hand"
author = "the authors of Convolution by Hand"
language = "en"
copyright = author

# MathJax comes from a package, so that formulas need no network
extensions = ["myst_nb", "sphinx-mathjax-offline"]
myst_enable_extensions = ["dollarmath"]
exclude_patterns = ["_build"]

html_theme = "sphinx_book_theme"
html_title = project
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "navbar_persistent": [],  # one search box is enough
}

# the notebooks come with their outputs
nb_execution_mode = "off"
nb_merge_streams = True
# no scripts for widgets: explorers stand on the page in their static form
nb_ipywidgets_js = {}
