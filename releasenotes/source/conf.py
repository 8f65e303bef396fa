# SPDX-License-Identifier: Apache-2.0
"""How Sphinx builds the release notes."""

project = 'Trove Release Notes'
copyright = 'OpenStack contributors'
author = 'OpenStack contributors'
extensions = ['reno.sphinxext']
html_theme = 'alabaster'
