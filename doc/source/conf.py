# SPDX-License-Identifier: Apache-2.0
"""How Sphinx builds the pages."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[1] / 'tools')]

from docgen import reference  # noqa: E402

reference.write(HERE / 'user')

project = 'Trove'
copyright = 'OpenStack contributors'
author = 'OpenStack contributors'
extensions = []
html_theme = 'alabaster'
html_theme_options = {'page_width': '72em', 'fixed_sidebar': True}
exclude_patterns = ['contributor/pictures/*.rst']
nitpicky = False
