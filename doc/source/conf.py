# SPDX-License-Identifier: Apache-2.0
"""How Sphinx builds the pages."""

project = 'Trove'
copyright = 'OpenStack contributors'
author = 'OpenStack contributors'
extensions = []
html_theme = 'alabaster'
html_theme_options = {'page_width': '72em', 'fixed_sidebar': True}
exclude_patterns = ['contributor/pictures/*.rst']
nitpicky = False
